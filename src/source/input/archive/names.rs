//! Names that archives give to their files, of which none is believed.

/// The path of a file in an archive, with `/` between its parts; `None` for a file that is passed over. An error says
/// why the archive is refused.
pub(super) fn logical_path(name: &str) -> Result<Option<String>, &'static str> {
    const MOST_BYTES: usize = 4096;
    if name.len() > MOST_BYTES {
        return Err("is longer than any path");
    }
    if name.contains('\\') {
        return Err("has a backslash, which may lead outside the archive");
    }
    if name.contains(char::is_control) {
        return Err("has control characters");
    }
    if name.starts_with('/') || matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic()) {
        return Err("is an absolute path, which leads outside the archive");
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err("leads outside the archive");
    }
    let is_passed_over = parts.is_empty() || parts.iter().any(|part| super::super::is_passed_over(part));
    Ok((!is_passed_over).then(|| parts.join("/")))
}

/// True for the endings of archives and packed files: `list.zip`, `list.txt.gz`.
pub(super) fn is_named_as_archive(path: &str) -> bool {
    let ending = path.rfind('.').and_then(|at| path.get(at..)).unwrap_or_default().to_ascii_lowercase();
    matches!(ending.as_str(), ".zip" | ".tar" | ".tgz" | ".tzst") || is_packed_ending(&ending)
}

/// True for the ending that packing one file adds to its name.
pub(super) fn is_packed_ending(ending: &str) -> bool {
    [".gz", ".zst", ".zstd"].iter().any(|packed| ending.eq_ignore_ascii_case(packed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(logical_path("./package//list.json"), Ok(Some("package/list.json".to_owned())));
        assert_eq!(logical_path("a..b/c:d/…"), Ok(Some("a..b/c:d/…".to_owned())));
        for passed_over in ["", "./", ".DS_Store", "a/.git/x", "__MACOSX/._list.txt"] {
            assert_eq!(logical_path(passed_over), Ok(None), "{passed_over}");
        }
        let long = "x".repeat(5000);
        for refused in
            ["../x", "a/../../x", "a/..", "/etc/x", "//x", "C:x", "c:/x", r"..\x", r"\\host\x", "a\0b", "a\nb", &long]
        {
            assert!(logical_path(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn endings() {
        for archive in ["a.zip", "a/b.TGZ", "a.txt.gz", "a.tar.zst", "a.Zip"] {
            assert!(is_named_as_archive(archive), "{archive}");
        }
        for file in ["a.txt", "zip", "a.xlsx", "a.gz/b", ""] {
            assert!(!is_named_as_archive(file), "{file}");
        }
    }
}

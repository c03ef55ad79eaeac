//! Lines of large UTF-8 files, read one at a time.

use std::io::BufRead;

use super::{Place, Report, Severity, SourceFile};
use crate::{Error, Result};

/// The longest line that is read, in bytes; release files have rows of a few kilobytes.
const LONGEST_LINE: usize = 1 << 20;

/// Reads a file line by line and takes its fingerprint on the way.
///
/// A line ends with LF or CR LF. A byte order mark is left out. What is not UTF-8 is replaced and reported
/// (`undecodable`, doubtful); a line of more than a mebibyte is passed over and reported (`line-too-long`, refused).
pub(super) struct TextLines<R> {
    name: String,
    reader: R,
    bytes: Vec<u8>,
    text: String,
    line: u64,
    length: u64,
    checksum: crc32fast::Hasher,
}

impl<R: BufRead> TextLines<R> {
    pub(super) fn new(name: impl Into<String>, reader: R) -> Self {
        let checksum = crc32fast::Hasher::new();
        Self { name: name.into(), reader, bytes: Vec::new(), text: String::new(), line: 0, length: 0, checksum }
    }

    /// The next line with its number, counted from 1; `None` at the end.
    pub(super) fn next(&mut self, report: &mut Report) -> Result<Option<(u64, &str)>> {
        loop {
            let Some(is_whole) = self.read_line()? else { return Ok(None) };
            self.line += 1;
            let place = || Place::line(&self.name, self.line);
            if !is_whole {
                let message = format!("a line of more than {LONGEST_LINE} bytes was passed over");
                report.add(Severity::Refused, "line-too-long", place(), None, message);
                continue;
            }
            let line = self.bytes.strip_suffix(b"\r").unwrap_or(&self.bytes);
            let line = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.line == 1).unwrap_or(line);
            self.text.clear();
            let mut replaced = 0;
            for chunk in line.utf8_chunks() {
                self.text.push_str(chunk.valid());
                if !chunk.invalid().is_empty() {
                    self.text.push(char::REPLACEMENT_CHARACTER);
                    replaced += 1;
                }
            }
            if replaced > 0 {
                let message = format!("{replaced} byte sequences are no UTF-8 and became U+FFFD");
                report.add(Severity::Doubtful, "undecodable", place(), None, message);
            }
            return Ok(Some((self.line, &self.text)));
        }
    }

    /// Reads up to the next LF into the buffer, without it. False if the line was too long to keep, `None` at the end.
    fn read_line(&mut self) -> Result<Option<bool>> {
        self.bytes.clear();
        let (mut is_whole, mut is_empty) = (true, true);
        loop {
            let available = self.reader.fill_buf().map_err(|error| Error::io(&self.name, error))?;
            if available.is_empty() {
                return Ok((!is_empty).then_some(is_whole));
            }
            is_empty = false;
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = available.get(..end.map_or(available.len(), |end| end + 1)).unwrap_or_default();
            self.checksum.update(taken);
            let content = taken.strip_suffix(b"\n").unwrap_or(taken);
            is_whole &= self.bytes.len() + content.len() <= LONGEST_LINE;
            if is_whole {
                self.bytes.extend_from_slice(content);
            }
            let taken = taken.len();
            self.length += taken as u64;
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(Some(is_whole));
            }
        }
    }

    /// The fingerprint of what was read.
    pub(super) fn into_source(self) -> SourceFile {
        SourceFile { name: self.name, bytes: self.length, crc32: self.checksum.finalize() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn lines_numbers_and_fingerprint() {
        let content = b"\xef\xbb\xbfone\r\n\ntw\xff\xffo\nend".as_slice();
        for capacity in [1, 3, 1000] {
            let mut report = Report::default();
            let mut lines = TextLines::new("x", BufReader::with_capacity(capacity, content));
            let mut found = Vec::new();
            while let Some((number, line)) = lines.next(&mut report).unwrap() {
                found.push((number, line.to_owned()));
            }
            let expected = [(1, "one"), (2, ""), (3, "tw\u{fffd}\u{fffd}o"), (4, "end")];
            assert_eq!(found, expected.map(|(number, line)| (number, line.to_owned())));
            assert_eq!(report.of_rule("undecodable").map(|entry| entry.place.line).collect::<Vec<_>>(), [Some(3)]);
            assert_eq!(lines.into_source(), SourceFile::of("x", content));
        }
    }

    #[test]
    fn an_endless_line_is_passed_over() {
        let mut content = vec![b'x'; LONGEST_LINE + 1];
        content.extend(b"\nnext");
        let mut report = Report::default();
        let mut lines = TextLines::new("x", content.as_slice());
        assert_eq!(lines.next(&mut report).unwrap(), Some((2, "next")));
        assert_eq!(lines.next(&mut report).unwrap(), None);
        assert_eq!(report.summary(), [(Severity::Refused, "line-too-long", 1)]);
    }
}

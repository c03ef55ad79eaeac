//! Which column of a delimited file means what.

use std::str::FromStr;

use super::super::encoding::Encoding;
use super::super::{Content, DesignationUse, PropertyKind, Usability};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// A column, by its heading or by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The heading. White space and the Unicode form of accents do not count, letter case does.
    Heading(String),
    /// The place in the row, counted from 1.
    Number(usize),
}

impl From<&str> for Column {
    /// `#3` is the third column, anything else a heading.
    fn from(text: &str) -> Self {
        match text.strip_prefix('#').and_then(|number| number.parse().ok()) {
            Some(number) if number > 0 => Self::Number(number),
            _ => Self::Heading(text.to_owned()),
        }
    }
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Heading(heading) => f.write_str(heading),
            Self::Number(number) => write!(f, "#{number}"),
        }
    }
}

/// What stands between two fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// A tab.
    Tab,
    /// `;`
    Semicolon,
    /// `|`
    Pipe,
}

impl Delimiter {
    pub(in super::super) const ALL: [Self; 4] = [Self::Comma, Self::Tab, Self::Semicolon, Self::Pipe];

    pub(in super::super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
            Self::Pipe => b'|',
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Semicolon => "semicolon",
            Self::Pipe => "pipe",
        }
    }
}

/// Where a concept's parents are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parents {
    /// In these columns, as codes; none for a flat list.
    Columns(Vec<Column>),
    /// Nowhere: the parent is the longest listed prefix of the code.
    Prefix,
}

/// A column of terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TermColumn {
    pub(super) column: Column,
    pub(super) r#use: DesignationUse,
    pub(super) language: String,
}

/// A column of property values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PropertyColumn {
    pub(super) column: Column,
    pub(super) name: String,
    pub(super) kind: PropertyKind,
}

/// Which column of a delimited file means what, how the file is written, and which edition it is.
///
/// Built by methods, or read from the text form that a command line takes: items `key=value` between
/// semicolons, in any order.
///
/// ```
/// use medterm::source::PropertyKind;
/// use medterm::source::delimited::{Delimiter, Mapping};
///
/// let typed: Mapping = "code=Mã; display.vi=Tên; display.en=Name; parent=Mã cha; property.unit=Đơn vị;
///     property.price:integer=#7; status=Status; status.inactive=DISCOURAGED; delimiter=tab; quoting=off"
///     .parse()?;
/// let built = Mapping::new("Mã")
///     .display("vi", "Tên")
///     .display("en", "Name")
///     .parent("Mã cha")
///     .property("unit", PropertyKind::Text, "Đơn vị")
///     .property("price", PropertyKind::Integer, "#7")
///     .status("Status")
///     .inactive_value("DISCOURAGED")
///     .delimiter(Delimiter::Tab)
///     .unquoted();
/// assert_eq!(typed, built);
/// # Ok::<(), medterm::Error>(())
/// ```
///
/// | key | value |
/// |---|---|
/// | `code` | column of the code; needed |
/// | `display.LANGUAGE` | column of the name shown in that language |
/// | `synonym.`, `abbreviation.`, `former-name.`, `inclusion.`, `index-term.LANGUAGE` | columns of other terms |
/// | `separator` | what stands between several other terms in one field, such as `\|` |
/// | `parent` | column of the parent's code; `prefix` for the longest listed prefix of the code |
/// | `property.NAME`, `property.NAME:KIND` | column of a property: `text` (if no kind is told), `boolean`, `integer` or `code` |
/// | `usability` | column that tells headings and groupers from usable codes |
/// | `usability.heading`, `usability.grouper`, `usability.usable` | a value there (any case); a value not told means usable, or is reported if a usable one is told |
/// | `status`, `status.inactive` | column of the status, and a value there (any case) that marks a withdrawn code |
/// | `delimiter` | `comma` (the default), `tab`, `semicolon` or `pipe` |
/// | `quoting` | `on` (the default) or `off`: a `"` is a letter like any other |
/// | `header` | `on` (the default) or `off`: columns are then `#1`, `#2` … |
/// | `skip` | number of lines before the headings |
/// | `encoding` | see [`Encoding`]; needed only if the file is neither UTF-8 nor marked |
/// | `grammar` | `verbatim` (the default), `icd10`, `icd9` or `icd9-procedure` |
/// | `content` | `complete` (the default), `fragment` or `supplement` |
/// | `supplements` | for a supplement: the code system whose codes it names, as `icd10-vn` or `icd10-vn\|tt06` |
/// | `language` | language shown unless another is asked for; that of the first display, if not told |
/// | `system`, `url`, `version`, `title`, `issued-by`, `alias`, `from`, `until` | the [`Edition`]; days as `YYYY-MM-DD` |
///
/// A column is a heading, or `#3` for the third. Keys for several columns or values are repeated
/// (`parent`, `status.inactive`, `alias` …). In a value, `\;` is a semicolon and `\\` a backslash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub(super) code: Column,
    pub(super) terms: Vec<TermColumn>,
    pub(super) separator: Option<String>,
    pub(super) parents: Parents,
    pub(super) properties: Vec<PropertyColumn>,
    pub(super) usability: Option<Column>,
    pub(super) usability_values: Vec<(String, Usability)>,
    pub(super) status: Option<Column>,
    pub(super) inactive_values: Vec<String>,
    pub(super) delimiter: Delimiter,
    pub(super) quoting: bool,
    pub(super) header: bool,
    pub(super) skip_lines: u64,
    pub(super) encoding: Option<Encoding>,
    pub(super) grammar: CodeGrammar,
    pub(super) content: Content,
    pub(super) supplements: Option<String>,
    pub(super) language: Option<String>,
    pub(super) edition: Edition,
}

impl Mapping {
    /// A comma-separated file with a heading row, of which only the column of codes is known.
    #[must_use]
    pub fn new(code: impl Into<Column>) -> Self {
        Self {
            code: code.into(),
            terms: Vec::new(),
            separator: None,
            parents: Parents::Columns(Vec::new()),
            properties: Vec::new(),
            usability: None,
            usability_values: Vec::new(),
            status: None,
            inactive_values: Vec::new(),
            delimiter: Delimiter::default(),
            quoting: true,
            header: true,
            skip_lines: 0,
            encoding: None,
            grammar: CodeGrammar::default(),
            content: Content::default(),
            supplements: None,
            language: None,
            edition: Edition::default(),
        }
    }
    /// A column of terms. A field of any but the shown name may hold several; see [`Mapping::separator`].
    #[must_use]
    pub fn term(mut self, r#use: DesignationUse, language: &str, column: impl Into<Column>) -> Self {
        self.terms.push(TermColumn { column: column.into(), r#use, language: language.to_owned() });
        self
    }

    /// The column of the name shown in a language.
    #[must_use]
    pub fn display(self, language: &str, column: impl Into<Column>) -> Self {
        self.term(DesignationUse::Preferred, language, column)
    }

    /// What stands between several other terms in one field.
    #[must_use]
    pub fn separator(mut self, separator: &str) -> Self {
        self.separator = Some(separator.to_owned());
        self
    }

    /// A column of the parent's code. Several columns give several parents.
    #[must_use]
    pub fn parent(mut self, column: impl Into<Column>) -> Self {
        match &mut self.parents {
            Parents::Columns(columns) => columns.push(column.into()),
            Parents::Prefix => self.parents = Parents::Columns(vec![column.into()]),
        }
        self
    }

    /// Takes the longest listed prefix of a code for its parent (the dot of an ICD-10 code not counted).
    /// Fit for codes that grow to the right only: it would hang `10` below `1`.
    #[must_use]
    pub fn parent_by_prefix(mut self) -> Self {
        self.parents = Parents::Prefix;
        self
    }

    /// A column of property values.
    #[must_use]
    pub fn property(mut self, name: &str, kind: PropertyKind, column: impl Into<Column>) -> Self {
        self.properties.push(PropertyColumn { column: column.into(), name: name.to_owned(), kind });
        self
    }

    /// The column that tells headings and groupers; see [`Mapping::usability_value`].
    #[must_use]
    pub fn usability(mut self, column: impl Into<Column>) -> Self {
        self.usability = Some(column.into());
        self
    }

    /// What a value of the usability column means, in any letter case. Values not told mean usable; if a
    /// usable one is told, they are reported.
    #[must_use]
    pub fn usability_value(mut self, value: &str, usability: Usability) -> Self {
        self.usability_values.push((value.to_lowercase(), usability));
        self
    }

    /// The column of the status; see [`Mapping::inactive_value`].
    #[must_use]
    pub fn status(mut self, column: impl Into<Column>) -> Self {
        self.status = Some(column.into());
        self
    }

    /// A value of the status column, in any letter case, that marks a withdrawn code.
    #[must_use]
    pub fn inactive_value(mut self, value: &str) -> Self {
        self.inactive_values.push(value.to_lowercase());
        self
    }

    /// What stands between two fields.
    #[must_use]
    pub fn delimiter(mut self, delimiter: Delimiter) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Takes `"` for a letter like any other.
    #[must_use]
    pub fn unquoted(mut self) -> Self {
        self.quoting = false;
        self
    }

    /// The file has no heading row: columns are told by number.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.header = false;
        self
    }

    /// Passes over this many lines before the headings.
    #[must_use]
    pub fn skip_lines(mut self, lines: u64) -> Self {
        self.skip_lines = lines;
        self
    }

    /// The encoding of a file that is neither UTF-8 nor marked.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// How the codes are written.
    #[must_use]
    pub fn grammar(mut self, grammar: CodeGrammar) -> Self {
        self.grammar = grammar;
        self
    }

    /// How much of its code system the file holds.
    #[must_use]
    pub fn content(mut self, content: Content) -> Self {
        self.content = content;
        self
    }

    /// The file is a supplement to a code system, given by name or URL, and by its version after `|` if it is for one
    /// edition alone: see [`Draft::supplements`](super::super::Draft::supplements).
    #[must_use]
    pub fn supplements(mut self, target: &str) -> Self {
        self.content = Content::Supplement;
        self.supplements = Some(target.to_owned());
        self
    }

    /// The language shown unless another is asked for, where it is not that of the first display.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        self.language = Some(language.to_owned());
        self
    }

    /// Which list and which edition the file holds.
    #[must_use]
    pub fn edition(mut self, edition: Edition) -> Self {
        self.edition = edition;
        self
    }

    /// Refuses what contradicts itself.
    pub(super) fn check(&self) -> Result<()> {
        let named = |column: &&Column| matches!(column, Column::Heading(_));
        if let Some(column) = self.columns().find(named).filter(|_| !self.header) {
            return Err(refused(&column.to_string(), "a column number such as #1, since there is no heading row"));
        }
        if self.separator.as_deref() == Some("") {
            return Err(refused("separator", "at least one character between terms"));
        }
        if self.usability.is_none() != self.usability_values.is_empty() {
            return Err(refused("usability", "both a column (usability=) and its values (usability.heading= …)"));
        }
        if self.status.is_none() != self.inactive_values.is_empty() {
            return Err(refused("status", "both a column (status=) and its values (status.inactive=)"));
        }
        if (self.content == Content::Supplement) != self.supplements.is_some() {
            return Err(refused("content", "for a supplement, and for nothing else, supplements= with a list's name"));
        }
        for (index, property) in self.properties.iter().enumerate() {
            let earlier = self.properties.iter().take(index).find(|earlier| earlier.name == property.name);
            if earlier.is_some_and(|earlier| earlier.kind != property.kind) {
                return Err(refused(&property.name, "one kind for all columns of a property"));
            }
        }
        let languages = self.terms.iter().map(|term| &term.language).chain(&self.language);
        for language in languages {
            if !is_language(language) {
                return Err(refused(language, "a BCP 47 language tag such as vi or en-US"));
            }
        }
        Ok(())
    }

    /// Every column told, some of them perhaps twice.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        let parents = match &self.parents {
            Parents::Columns(columns) => columns.as_slice(),
            Parents::Prefix => &[],
        };
        std::iter::once(&self.code)
            .chain(self.terms.iter().map(|term| &term.column))
            .chain(parents)
            .chain(self.properties.iter().map(|property| &property.column))
            .chain(&self.usability)
            .chain(&self.status)
    }

    /// Takes over one `key=value` of the text form; `None` if there is no such key or value.
    pub(super) fn set(mut self, key: &str, value: &str) -> Option<Self> {
        let (key, detail) = key.split_once('.').map_or((key, None), |(key, detail)| (key, Some(detail)));
        match (key, detail) {
            ("code", None) => self.code = value.into(),
            ("display", Some(language)) => return Some(self.display(language, value)),
            ("synonym", Some(language)) => return Some(self.term(DesignationUse::Synonym, language, value)),
            ("abbreviation", Some(language)) => return Some(self.term(DesignationUse::Abbreviated, language, value)),
            ("former-name", Some(language)) => return Some(self.term(DesignationUse::FormerName, language, value)),
            ("inclusion", Some(language)) => return Some(self.term(DesignationUse::Inclusion, language, value)),
            ("index-term", Some(language)) => return Some(self.term(DesignationUse::IndexTerm, language, value)),
            ("separator", None) => self.separator = Some(value.to_owned()),
            ("parent", None) if value == "prefix" => self.parents = Parents::Prefix,
            ("parent", None) => return Some(self.parent(value)),
            ("property", Some(property)) => {
                let (name, kind) = property.split_once(':').unwrap_or((property, "text"));
                return Some(self.property(name, property_kind(kind)?, value));
            }
            ("usability", None) => self.usability = Some(value.into()),
            ("usability", Some("heading")) => return Some(self.usability_value(value, Usability::Heading)),
            ("usability", Some("grouper")) => return Some(self.usability_value(value, Usability::Grouper)),
            ("usability", Some("usable")) => return Some(self.usability_value(value, Usability::Usable)),
            ("status", None) => self.status = Some(value.into()),
            ("status", Some("inactive")) => return Some(self.inactive_value(value)),
            ("delimiter", None) => {
                self.delimiter = Delimiter::ALL.into_iter().find(|delimiter| delimiter.name() == value)?;
            }
            ("quoting", None) => self.quoting = switch(value)?,
            ("header", None) => self.header = switch(value)?,
            ("skip", None) => self.skip_lines = value.parse().ok()?,
            ("encoding", None) => self.encoding = Some(value.parse().ok()?),
            ("grammar", None) => self.grammar = grammar(value)?,
            ("content", None) => self.content = content(value)?,
            ("supplements", None) => {
                self.content = Content::Supplement;
                self.supplements = Some(value.to_owned());
            }
            ("language", None) => self.language = Some(value.to_owned()),
            ("system", None) => self.edition.system = value.to_owned(),
            ("url", None) => self.edition.url = value.to_owned(),
            ("version", None) => self.edition.version = value.to_owned(),
            ("title", None) => self.edition.title = value.to_owned(),
            ("issued-by", None) => self.edition.issued_by = value.to_owned(),
            ("alias", None) => self.edition.aliases.push(value.to_owned()),
            ("from", None) => self.edition.in_force.from = Some(value.parse().ok()?),
            ("until", None) => self.edition.in_force.until = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(self)
    }
}

impl FromStr for Mapping {
    type Err = Error;

    /// Reads the text form. [`Error::Argument`] names the first item that is not understood.
    fn from_str(text: &str) -> Result<Self> {
        let mut mapping = Self::new("");
        for item in items(text) {
            let (key, value) = item.split_once('=').map_or(("", ""), |(key, value)| (key.trim(), value.trim()));
            let set = if value.is_empty() { None } else { mapping.set(key, value) };
            mapping =
                set.ok_or_else(|| refused(&item, "items key=value between semicolons, as `Mapping` lists them"))?;
        }
        if mapping.code == Column::from("") {
            return Err(refused(text, "an item code=… that names the column of the codes"));
        }
        mapping.check()?;
        Ok(mapping)
    }
}

/// The items of the text form, unescaped; empty ones left out.
pub(super) fn items(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next_if(|&next| matches!(next, ';' | '\\')) } else { None };
        if c == ';' {
            items.push(String::new());
        } else if let Some(item) = items.last_mut() {
            item.push(escaped.unwrap_or(c));
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

pub(super) fn refused(value: &str, expected: &str) -> Error {
    let value = value.trim().chars().take(80).collect();
    Error::Argument { what: "mapping", value, expected: expected.into() }
}

pub(super) fn switch(value: &str) -> Option<bool> {
    match value {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn property_kind(value: &str) -> Option<PropertyKind> {
    match value {
        "text" => Some(PropertyKind::Text),
        "boolean" => Some(PropertyKind::Boolean),
        "integer" => Some(PropertyKind::Integer),
        "code" => Some(PropertyKind::Code),
        _ => None,
    }
}

pub(super) fn grammar(value: &str) -> Option<CodeGrammar> {
    match value {
        "verbatim" => Some(CodeGrammar::Verbatim),
        "icd10" => Some(CodeGrammar::Icd10),
        "icd9" => Some(CodeGrammar::Icd9),
        "icd9-procedure" => Some(CodeGrammar::Icd9Procedure),
        _ => None,
    }
}

fn content(value: &str) -> Option<Content> {
    match value {
        "complete" => Some(Content::Complete),
        "fragment" => Some(Content::Fragment),
        "supplement" => Some(Content::Supplement),
        _ => None,
    }
}

/// Whether a text has the shape of a language tag: subtags of one to eight letters or digits (RFC 5646, 2.1).
fn is_language(text: &str) -> bool {
    text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Mapping>().unwrap_err().to_string()
    }

    #[test]
    fn every_key_is_read() {
        let mapping: Mapping = r"code=Mã; display.vi=Tên (A=B); synonym.en-US=#4; abbreviation.vi=Tắt; former-name.vi=Cũ;
            inclusion.vi=Gồm; index-term.vi=Mục; separator=\;; parent=Cha; parent=#9; property.a=A; property.b:boolean=B;
            property.c:integer=C; property.d:code=D; usability=Loại; usability.heading=NHÓM; usability.grouper=chương;
            usability.usable=mã; status=Status; status.inactive=OLD; status.inactive=Gone; delimiter=pipe; quoting=off;
            header=on; skip=2; encoding=windows-1258; grammar=icd10; content=fragment; language=en; system=s; url=http://u/;
            version=1; title=T\;\\; issued-by=I; alias=x; alias=y; from=2026-01-01; until=2026-12-31;"
            .parse()
            .unwrap();
        assert_eq!(mapping.terms.len(), 6);
        assert_eq!(mapping.terms[0].column, Column::Heading("Tên (A=B)".into()));
        assert_eq!(mapping.terms[1].column, Column::Number(4));
        assert_eq!(mapping.separator.as_deref(), Some(";"));
        assert_eq!(mapping.parents, Parents::Columns(vec!["Cha".into(), Column::Number(9)]));
        let kinds: Vec<_> = mapping.properties.iter().map(|property| property.kind).collect();
        assert_eq!(kinds, [PropertyKind::Text, PropertyKind::Boolean, PropertyKind::Integer, PropertyKind::Code]);
        assert_eq!(mapping.usability_values[0], ("nhóm".into(), Usability::Heading));
        assert_eq!(mapping.inactive_values, ["old", "gone"]);
        assert_eq!((mapping.delimiter, mapping.quoting, mapping.skip_lines), (Delimiter::Pipe, false, 2));
        assert_eq!((mapping.encoding, mapping.grammar), (Some(Encoding::Windows1258), CodeGrammar::Icd10));
        assert_eq!((mapping.content, mapping.language.as_deref()), (Content::Fragment, Some("en")));
        assert_eq!((mapping.edition.title.as_str(), mapping.edition.aliases.len()), (r"T;\", 2));
        assert_eq!(mapping.edition.in_force.until.unwrap().to_string(), "2026-12-31");
        let supplement: Mapping = "code=A; supplements=s|1".parse().unwrap();
        assert_eq!((supplement.content, supplement.supplements.as_deref()), (Content::Supplement, Some("s|1")));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, named) in [
            ("code=A; colour=red", "colour=red"),
            ("code=A; delimiter=^", "delimiter=^"),
            ("code=A; display.vi=", "display.vi="),
            ("code=A; skip=-1", "skip=-1"),
            ("code=A; from=2026-02-30", "from=2026-02-30"),
            ("code=A; property.x:float=B", "property.x:float=B"),
            ("code=A; nonsense", "nonsense"),
            ("display.vi=B", "code=…"),
            ("", "code=…"),
            ("code=A; header=off", "column number"),
            ("code=A; display.tiếng=B", "language tag"),
            ("code=A; status=B", "status.inactive="),
            ("code=A; content=supplement", "supplements="),
            ("code=A; usability.heading=B", "usability="),
            ("code=A; property.x=B; property.x:integer=C", "one kind"),
        ] {
            assert!(error(text).contains(named), "{text}: {}", error(text));
        }
    }

    #[test]
    fn columns_are_headings_or_numbers() {
        assert_eq!(Column::from("#12"), Column::Number(12));
        for heading in ["#0", "#", "#x", "# 1", "Mã", "#99999999999999999999999"] {
            assert_eq!(Column::from(heading), Column::Heading(heading.into()));
        }
    }
}

//! XML that nobody vouches for, one node at a time.
//!
//! Nothing is fetched and nothing is expanded but character references and the five names that XML itself
//! defines; a document type declaration is stepped over. Nesting, single nodes and elements that are held
//! whole have limits, so memory does not follow the size of a hostile file.

use std::io::{BufRead, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::encoding::WINDOWS_1252;
use super::{InputEntry, Place, Report, Severity, SourceFile};
use crate::{Error, Result};

/// How deep elements may nest. Published lists stay below 20.
const MOST_DEPTH: usize = 64;
/// The longest tag, text or comment, in bytes.
const LONGEST_NODE: usize = 4 << 20;
/// The longest element that is held whole, in bytes of the file. The longest published one has some 30 000.
const LONGEST_ELEMENT: u64 = 8 << 20;
/// How many elements may stand in an element that is held whole.
const MOST_ELEMENTS: usize = 100_000;
/// How many findings about the XML itself are kept.
const MOST_FINDINGS: usize = 1000;
/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// An element: as its start tag gives it, or whole, with its content.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name, without a prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// The line of the file on which its start tag ends, counted from 1.
    pub(super) line: u64,
    /// Its content. Empty until [`XmlReader::complete`] has read it.
    pub(super) content: Vec<Content>,
}

/// A piece of an element's content.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Text between tags, as written.
    Text(String),
    /// An element.
    Element(Element),
}

impl Element {
    /// An attribute's value. Prefixes stay: `xml:lang`.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An attribute's value, without white space at its ends; empty if there is none.
    pub(super) fn attribute_or_empty(&self, name: &str) -> &str {
        self.attribute(name).unwrap_or_default().trim()
    }

    /// The elements directly inside.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|piece| match piece {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// The elements directly inside that have this name.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.elements().filter(move |element| element.name == name)
    }

    /// All text inside, on one line.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write_text(&mut out);
        on_one_line(&out)
    }

    fn write_text(&self, out: &mut String) {
        for piece in &self.content {
            match piece {
                Content::Text(text) => out.push_str(text),
                Content::Element(element) => element.write_text(out),
            }
        }
    }
}

/// Text without the line breaks and indents of the file: each run of XML white space is one space.
pub(super) fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// What stands next in the file.
#[derive(Debug)]
pub(super) enum Node {
    /// A start tag.
    Start(Element),
    /// Text, which may come in several pieces.
    Text(String),
    /// The end of the element that was opened last.
    End,
}

/// Reads a file from its start to its end.
pub(super) struct XmlReader<'a, R: Read> {
    reader: quick_xml::Reader<Tally<R>>,
    file: &'a str,
    /// The file of an input that is read; `None` for any other stream.
    entry: Option<&'a InputEntry>,
    buffer: Vec<u8>,
    /// An element that was empty (`<a/>`) still has to end.
    pending_end: bool,
    depth: usize,
    seen_root: bool,
    findings: Vec<(u64, &'static str, String)>,
}

impl<'a> XmlReader<'a, Box<dyn BufRead>> {
    /// A reader of a file of an input. It is for whoever opened the input to name it as a source.
    pub(super) fn of(entry: &'a InputEntry) -> Result<Self> {
        Ok(Self { entry: Some(entry), ..Self::new(entry.label(), entry.open()?) })
    }
}

impl<'a, R: Read> XmlReader<'a, R> {
    /// A reader of a stream; `file` is what its places call it.
    pub(super) fn new(file: &'a str, input: R) -> Self {
        let mut reader = quick_xml::Reader::from_reader(Tally::new(input));
        reader.config_mut().allow_dangling_amp = true;
        Self {
            reader,
            file,
            entry: None,
            buffer: Vec::new(),
            pending_end: false,
            depth: 0,
            seen_root: false,
            findings: Vec::new(),
        }
    }

    /// The line that has been reached.
    pub(super) fn line(&mut self) -> u64 {
        self.reader.get_mut().line
    }

    /// The place of a line.
    pub(super) fn place(&self, line: u64) -> Place {
        Place::line(self.file, line)
    }

    /// An error at the line that has been reached.
    pub(super) fn error(&mut self, message: impl Into<String>) -> Error {
        let line = self.line();
        Error::source(self.place(line), message)
    }

    /// Why the stream could not be read.
    fn unreadable(&mut self, failure: std::io::Error) -> Error {
        let line = self.line();
        match self.entry {
            Some(entry) => entry.error_in_line(failure, line),
            None => self.error(format!("cannot be read: {failure}")),
        }
    }

    /// The next node; `None` at the end of a file whose elements all ended.
    pub(super) fn next(&mut self) -> Result<Option<Node>> {
        if std::mem::take(&mut self.pending_end) {
            self.depth = self.depth.saturating_sub(1);
            return Ok(Some(Node::End));
        }
        loop {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            self.reader.get_mut().since_node = 0;
            let node = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => self.node(&event),
                Err(error) => Err(match self.reader.get_mut().failure.take() {
                    Some(failure) => self.unreadable(failure),
                    None => self.error(format!("this is no well-formed XML: {error}")),
                }),
            };
            // One long text should not keep its memory.
            buffer.shrink_to(CHUNK);
            self.buffer = buffer;
            match node? {
                Step::Node(node) => return Ok(Some(node)),
                Step::Skip => {}
                Step::Eof => return Ok(None),
            }
        }
    }

    fn node(&mut self, event: &Event<'_>) -> Result<Step> {
        let node = match event {
            Event::Start(tag) => self.start(tag)?,
            Event::Empty(tag) => {
                self.pending_end = true;
                self.start(tag)?
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Node::End
            }
            Event::Text(text) if self.depth > 0 => Node::Text(text.xml10_content().into_owned()),
            Event::CData(text) if self.depth > 0 => Node::Text(text.xml10_content().into_owned()),
            Event::Text(text) if !text.trim().is_empty() => {
                return Err(self.error("there is text outside the document's element"));
            }
            Event::GeneralRef(reference) => Node::Text(self.resolve(reference)),
            Event::Eof if self.depth > 0 => return Err(self.error("the file ends inside an element: it is cut off")),
            Event::Eof if !self.seen_root => return Err(self.error("there is no XML element in the file")),
            Event::Eof => return Ok(Step::Eof),
            _ => return Ok(Step::Skip),
        };
        Ok(Step::Node(node))
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<Node> {
        self.depth += 1;
        self.seen_root = true;
        if self.depth > MOST_DEPTH {
            return Err(self.error(format!("elements nest deeper than {MOST_DEPTH}")));
        }
        let line = self.line();
        let mut element =
            Element { name: tag.local_name().as_ref().to_owned(), line, attributes: Vec::new(), content: Vec::new() };
        for attribute in tag.attributes() {
            let read = attribute.map_err(|error| error.to_string()).and_then(|attribute| {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
                Ok((attribute.key.as_ref().to_owned(), value.into_owned()))
            });
            match read {
                Ok(attribute) => element.attributes.push(attribute),
                Err(error) => self.find(line, "malformed-attribute", format!("in <{}>: {error}", element.name)),
            }
        }
        Ok(Node::Start(element))
    }

    fn resolve(&mut self, reference: &BytesRef<'_>) -> String {
        let name = reference.xml10_content();
        let known = match name.as_ref() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        match known {
            Some(c) => c.into(),
            None => {
                let line = self.line();
                let shown: String = name.chars().take(40).collect();
                self.find(line, "unknown-entity", format!("&{shown}; is not defined by XML: kept as it stands"));
                format!("&{name};")
            }
        }
    }

    fn find(&mut self, line: u64, rule: &'static str, message: String) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push((line, rule, message));
        }
    }

    /// Reads the content of the element whose start tag came last.
    pub(super) fn complete(&mut self, element: Element) -> Result<Element> {
        let from = self.reader.get_mut().bytes_consumed;
        let mut elements = 0;
        let mut open = vec![element];
        loop {
            if self.reader.get_mut().bytes_consumed.saturating_sub(from) > LONGEST_ELEMENT || elements > MOST_ELEMENTS {
                return Err(self.error("an element is longer than any published one"));
            }
            let Some(node) = self.next()? else { return Err(self.error("the file ends inside an element")) };
            match node {
                Node::Start(element) => {
                    elements += 1;
                    open.push(element);
                }
                Node::Text(text) => match open.last_mut().map(|element| (element.content.last_mut(), text)) {
                    Some((Some(Content::Text(before)), text)) => before.push_str(&text),
                    Some((_, text)) => {
                        if let Some(element) = open.last_mut() {
                            element.content.push(Content::Text(text));
                        }
                    }
                    None => {}
                },
                Node::End => {
                    let Some(done) = open.pop() else { return Err(self.error("an element ends twice")) };
                    match open.last_mut() {
                        Some(parent) => parent.content.push(Content::Element(done)),
                        None => return Ok(done),
                    }
                }
            }
        }
    }

    /// Steps over the content of the element whose start tag came last. Takes no memory.
    pub(super) fn skip(&mut self) -> Result<()> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()? {
                Some(Node::Start(_)) => depth += 1,
                Some(Node::End) => depth -= 1,
                Some(Node::Text(_)) => {}
                None => return Err(self.error("the file ends inside an element")),
            }
        }
        Ok(())
    }

    /// Writes what was read and what was found into a report. Called once the end has been reached.
    pub(super) fn finish(self, report: &mut Report) {
        let tally = self.reader.into_inner();
        if self.entry.is_none() {
            let crc32 = tally.crc.clone().finalize();
            report.sources.push(SourceFile { name: self.file.to_owned(), bytes: tally.bytes, crc32 });
        }
        for (line, rule, message) in self.findings {
            report.add(Severity::Doubtful, rule, Place::line(self.file, line), None, message);
        }
    }
}

enum Step {
    Node(Node),
    Skip,
    Eof,
}

/// Counts bytes and lines, takes the checksum, and turns single-byte encodings into UTF-8.
struct Tally<R> {
    inner: R,
    buffer: Vec<u8>,
    at: usize,
    started: bool,
    western: bool,
    line: u64,
    /// Bytes of the file, and of the UTF-8 text that was handed out.
    bytes: u64,
    bytes_consumed: u64,
    crc: crc32fast::Hasher,
    since_node: usize,
    /// What the stream failed with, which quick-xml would wrap up.
    failure: Option<std::io::Error>,
}

impl<R: Read> Tally<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            at: 0,
            started: false,
            western: false,
            line: 1,
            bytes: 0,
            bytes_consumed: 0,
            crc: crc32fast::Hasher::new(),
            since_node: 0,
            failure: None,
        }
    }

    /// Looks at the byte order mark and the XML declaration.
    fn start(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        self.started = true;
        if matches!(chunk, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..]) {
            return Err(std::io::Error::other("UTF-16 or UTF-32: convert it to UTF-8"));
        }
        let head = String::from_utf8_lossy(chunk.get(..200).unwrap_or(chunk)).to_ascii_lowercase();
        let declaration = head.split_once("?>").map_or("", |(declaration, _)| declaration);
        self.western = ["iso-8859-1", "windows-1252", "us-ascii"].iter().any(|name| declaration.contains(name));
        Ok(())
    }
}

impl<R: Read> Read for Tally<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let chunk = self.fill_buf()?;
        let count = chunk.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), chunk.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Tally<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.since_node > LONGEST_NODE {
            return Err(std::io::Error::other("a tag or a text is longer than any published one"));
        }
        if self.at >= self.buffer.len() {
            let mut chunk = std::mem::take(&mut self.buffer);
            self.at = 0;
            chunk.resize(CHUNK, 0);
            let count = loop {
                match self.inner.read(&mut chunk) {
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Ok(count) => break count,
                    Err(error) => {
                        self.failure = Some(error);
                        return Err(std::io::Error::other("the stream failed"));
                    }
                }
            };
            chunk.truncate(count);
            self.bytes += count as u64;
            self.crc.update(&chunk);
            if !self.started {
                self.start(&chunk)?;
            }
            self.buffer = if self.western { to_utf8(&chunk) } else { chunk };
        }
        Ok(self.buffer.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let end = self.at.saturating_add(count).min(self.buffer.len());
        let consumed = self.buffer.get(self.at..end).unwrap_or_default();
        self.line += consumed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.bytes_consumed += consumed.len() as u64;
        self.since_node += consumed.len();
        self.at = end;
    }
}

fn to_utf8(western: &[u8]) -> Vec<u8> {
    let character = |byte: u8| match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(upper) => WINDOWS_1252
            .get(usize::from(upper))
            .and_then(|unit| char::from_u32(u32::from(*unit)))
            .unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    western.iter().map(|byte| character(*byte)).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(input: &[u8]) -> Result<(Vec<String>, Report)> {
        let mut reader = XmlReader::new("x.xml", input);
        let mut out = Vec::new();
        while let Some(node) = reader.next()? {
            match node {
                Node::Start(element) if element.name == "a" => {
                    let element = reader.complete(element)?;
                    out.push(format!("{}:{}:{}", element.line, element.attribute_or_empty("n"), element.text()));
                }
                Node::Start(element) if element.name == "skip" => reader.skip()?,
                _ => {}
            }
        }
        let mut report = Report::default();
        reader.finish(&mut report);
        Ok((out, report))
    }

    fn message(input: &[u8]) -> String {
        texts(input).unwrap_err().to_string()
    }

    #[test]
    fn elements_come_with_lines_and_resolved_text() {
        let xml = "<?xml version=\"1.0\"?>\n<!DOCTYPE r SYSTEM \"http://nowhere/x.dtd\">\n<r>\n<!-- no -->\n\
                   <a n='&lt;1'> Caf&#233; &amp;\n <b>au</b> <![CDATA[<lait>]]></a>\n<skip><a>not</a></skip><p:a/>\n</r>\n";
        let (texts, report) = texts(xml.as_bytes()).unwrap();
        assert_eq!(texts, ["5:<1:Café & au <lait>", "7::"]);
        assert_eq!(report.sources, [SourceFile::of("x.xml", xml.as_bytes())]);
        assert_eq!(report.entries(), []);
    }

    #[test]
    fn entities_are_never_expanded() {
        let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>]>\n\
                    <r><a n='&b;'>&b;&c;</a></r>";
        let (texts, report) = texts(bomb.as_bytes()).unwrap();
        assert_eq!(texts, ["2::&b;&c;"]);
        let rules: Vec<_> = report.entries().iter().map(|entry| entry.rule).collect();
        assert_eq!(rules, ["malformed-attribute", "unknown-entity", "unknown-entity"]);
    }

    #[test]
    fn western_files_are_read_by_their_declaration() {
        let (texts, _) = texts(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>M\xe9ni\xe8re</a>").unwrap();
        assert_eq!(texts, ["1::Ménière"]);
        assert!(message(b"<a>M\xe9</a>").contains("x.xml, line 1"));
        assert!(message(b"\xff\xfe<\0a\0").contains("UTF-16"));
    }

    #[test]
    fn what_is_cut_off_or_no_xml_is_an_error() {
        assert!(message(b"<r>\n<a>text").contains("line 2"));
        assert!(message(b"<r>\n<b></r>").contains("well-formed"));
        assert!(message(b"").contains("no XML element"));
        assert!(message(b"00001 A00").contains("outside"));
        assert!(message(b"<r>\n<skip><x></skip>").contains("line 2"));
    }

    #[test]
    fn hostile_sizes_are_refused() {
        let deep = "<b>".repeat(MOST_DEPTH + 1);
        assert!(message(deep.as_bytes()).contains("deeper"));
        let endless = std::io::repeat(b'x');
        let mut reader = XmlReader::new("x", b"<r>".chain(endless));
        assert!(matches!(reader.next().unwrap(), Some(Node::Start(_))));
        assert!(reader.next().unwrap_err().to_string().contains("longer"));
        let wide = format!("<a>{}", "<b/>".repeat(MOST_ELEMENTS + 1));
        assert!(message(wide.as_bytes()).contains("longer"));
    }

    #[test]
    fn any_bytes_end() {
        let xml = b"<?xml version='1.0'?><r><a n='1'>t&amp;<b/></a><!-- c --><![CDATA[x]]></r>";
        for at in 0..xml.len() {
            for byte in [0, b'<', b'>', b'&', b'"', 0xff] {
                let mut damaged = xml.to_vec();
                damaged[at] = byte;
                let _ = texts(&damaged);
                let _ = texts(&damaged[..at]);
            }
        }
    }
}

//! Lines of texts that are too long to be held in memory.

use std::io::{BufRead, Read as _};

use super::InputEntry;
use super::limits::allow;
use crate::source::encoding::{Encoding, decode_as};
use crate::source::{Place, Report, Severity};
use crate::{Error, Result};

/// The lines of a file, one at a time, with their numbers: what readers of tables of hundreds of megabytes stand on.
/// See [`InputEntry::lines`].
///
/// A line ends with LF or CR LF; CR alone is part of its line. A byte order mark at the start of the file is left out,
/// as are a form feed and the end mark of old systems (`0x1A`) behind the last line. Memory is that of one line, which
/// [`Limits::line_bytes`](super::Limits::line_bytes) bounds.
///
/// Bytes that are no text are reported and never dropped. Where the encoding is known, told or marked, they become
/// U+FFFD (`undecodable`). Where it is not, a line that is no UTF-8 is read as Windows-1252 (`encoding-assumed`): what
/// [`encoding`](crate::source::encoding) does with a whole file, done line by line.
pub struct Lines {
    entry: InputEntry,
    reader: Box<dyn BufRead>,
    encoding: Option<Encoding>,
    number: u64,
    /// The line that was given last; its memory serves the next.
    text: String,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("entry", &self.entry).field("number", &self.number).finish_non_exhaustive()
    }
}

impl Lines {
    pub(super) fn new(entry: InputEntry, encoding: Option<Encoding>) -> Result<Self> {
        let mut lines = Self { reader: entry.open()?, entry, encoding, number: 0, text: String::new() };
        lines.pass_mark()?;
        Ok(lines)
    }

    /// Passes over a byte order mark, which is believed over what was told.
    fn pass_mark(&mut self) -> Result<()> {
        let start = self.entry.start(3)?;
        let is_utf16 = matches!(start.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
            || matches!(self.encoding, Some(Encoding::Utf16Le | Encoding::Utf16Be));
        if is_utf16 {
            return Err(Error::source(
                self.entry.place(),
                "is UTF-16, which cannot be read by lines: save it as UTF-8",
            ));
        }
        if start == [0xef, 0xbb, 0xbf] {
            self.encoding = Some(Encoding::Utf8);
            self.reader.read_exact(&mut [0; 3]).map_err(|error| self.entry.error(error))?;
        }
        Ok(())
    }

    /// The next line without its end, with its number counted from 1; `None` behind the last. What is no text goes into
    /// the report.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] for a line or a file that is too long, [`Error::Source`] for a damaged archive, [`Error::Io`]
    /// if the file cannot be read.
    pub fn next(&mut self, report: &mut Report) -> Result<Option<(u64, &str)>> {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.clear();
        let number = self.number + 1;
        if !self.fill(&mut bytes).map_err(|error| self.entry.error_in_line(error, number))? {
            return Ok(None);
        }
        self.number = number;
        let may_be_utf8 = self.encoding.is_none_or(|encoding| encoding == Encoding::Utf8) || bytes.is_ascii();
        self.text = match String::from_utf8(bytes) {
            Ok(text) if may_be_utf8 => text,
            Ok(text) => self.decode(text.as_bytes(), report),
            Err(error) => self.decode(error.as_bytes(), report),
        };
        Ok(Some((number, &self.text)))
    }

    /// The place of the line that [`next`](Self::next) gave last.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { line: Some(self.number), ..self.entry.place() }
    }

    /// Reads a line; false if there is none.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
        let most = self.entry.limits().line_bytes;
        // The line's end, and one byte that tells a line that is too long.
        let mut bounded = (&mut self.reader).take(most.saturating_add(3));
        bounded.read_until(b'\n', bytes)?;
        let is_ended = bytes.pop_if(|byte| *byte == b'\n').is_some();
        if is_ended {
            bytes.pop_if(|byte| *byte == b'\r');
        }
        allow(bytes.len() as u64, most, "line_bytes")?;
        if !self.reader.fill_buf()?.is_empty() {
            return Ok(true);
        }
        let length = bytes.len();
        while bytes.pop_if(|byte| matches!(byte, b'\x0c' | b'\x1a')).is_some() {}
        Ok(!bytes.is_empty() || (is_ended && length == 0))
    }

    fn decode(&self, bytes: &[u8], report: &mut Report) -> String {
        let encoding = self.encoding.unwrap_or(Encoding::Windows1252);
        if self.encoding.is_none() {
            let message = format!("not valid UTF-8, and no encoding was given: read as {encoding}");
            report.add(Severity::Doubtful, "encoding-assumed", self.place(), None, message);
        }
        let (text, replaced) = decode_as(bytes, encoding);
        let replaced: u64 = replaced.into_values().map(u64::from).sum();
        if replaced > 0 {
            let message = format!("{replaced} sequences are not {encoding} text: shown as U+FFFD");
            report.add(Severity::Doubtful, "undecodable", self.place(), None, message);
        }
        text.into_owned()
    }
}

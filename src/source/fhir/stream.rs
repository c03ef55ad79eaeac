//! The bytes of a source, counted as they pass: line, length, checksum, and how long one value may grow.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use crate::source::SourceFile;

/// The longest single value, in bytes: a JSON string or one XML tag with its attributes.
pub(super) const MAX_VALUE: u64 = 16 << 20;

/// Where reading stands. Shared by the source, which advances it, and the parser above it, which cannot ask the
/// source.
#[derive(Debug)]
pub(super) struct Position {
    /// The line now being read, counted from 1.
    line: Cell<u64>,
    /// Bytes that may still pass before a value ends.
    left: Cell<u64>,
}

impl Default for Position {
    fn default() -> Self {
        Self { line: Cell::new(1), left: Cell::new(MAX_VALUE) }
    }
}

impl Position {
    pub(super) fn line(&self) -> u64 {
        self.line.get()
    }

    /// A value has ended: the next one may be as long again.
    pub(super) fn value_ended(&self) {
        self.left.set(MAX_VALUE);
    }

    /// What follows is passed over without being kept, and may have any length.
    pub(super) fn skipping(&self) {
        self.left.set(u64::MAX);
    }

    fn pass(&self, bytes: &[u8]) {
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.line.set(self.line.get() + lines);
        self.left.set(self.left.get().saturating_sub(bytes.len() as u64));
    }
}

/// A source with its own buffer.
pub(super) struct Stream<'p, R> {
    inner: R,
    buffer: Vec<u8>,
    at: usize,
    position: &'p Position,
    hasher: crc32fast::Hasher,
    bytes: u64,
    failure: Option<io::Error>,
}

impl<'p, R: Read> Stream<'p, R> {
    pub(super) fn new(inner: R, position: &'p Position) -> Self {
        Self { inner, buffer: Vec::new(), at: 0, position, hasher: crc32fast::Hasher::new(), bytes: 0, failure: None }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.rest().is_empty() {
            self.at = 0;
            self.buffer.resize(1 << 16, 0);
            let read = loop {
                match self.inner.read(&mut self.buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            self.buffer.truncate(*read.as_ref().unwrap_or(&0));
            if let Err(error) = read {
                self.failure = Some(error);
                return Err(io::Error::other("the source cannot be read"));
            }
            self.hasher.update(&self.buffer);
            self.bytes += self.buffer.len() as u64;
        }
        Ok(())
    }

    /// Why the source could not be read on, if it could not.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Passes over a byte order mark and white space, and tells the first byte behind them.
    pub(super) fn first_byte(&mut self) -> io::Result<Option<u8>> {
        if self.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.consume(3);
        }
        while let Some(&byte) = self.fill_buf()?.first() {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.consume(1);
        }
        Ok(None)
    }

    /// Reads what is left, so that the fingerprint is the whole file's.
    pub(super) fn finish(mut self, name: &str) -> io::Result<SourceFile> {
        self.position.skipping();
        while !self.fill_buf()?.is_empty() {
            self.at = self.buffer.len();
        }
        Ok(SourceFile { name: name.to_owned(), bytes: self.bytes, crc32: self.hasher.finalize() })
    }
}

impl<R: Read> Read for Stream<'_, R> {
    #[inline]
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // JSON is read byte by byte.
        if let ([out], Some(&byte)) = (&mut *out, self.buffer.get(self.at))
            && let Some(left) = self.position.left.get().checked_sub(1)
        {
            *out = byte;
            self.at += 1;
            self.position.left.set(left);
            self.position.line.set(self.position.line.get() + u64::from(byte == b'\n'));
            return Ok(1);
        }
        let from = self.fill_buf()?;
        let read = from.len().min(out.len());
        if let (Some(from), Some(out)) = (from.get(..read), out.get_mut(..read)) {
            out.copy_from_slice(from);
        }
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Stream<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position.left.get() == 0 {
            return Err(io::Error::other("a value is too long"));
        }
        self.refill()?;
        let most = usize::try_from(self.position.left.get()).unwrap_or(usize::MAX);
        Ok(self.rest().get(..most).unwrap_or_else(|| self.rest()))
    }

    fn consume(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.buffer.len());
        self.position.pass(self.buffer.get(self.at..end).unwrap_or_default());
        self.at = end;
    }
}

/// One line of a source, as a source of its own that ends with it.
pub(super) struct Line<'s, R> {
    stream: &'s mut R,
    ended: bool,
}

impl<'s, R: BufRead> Line<'s, R> {
    pub(super) fn new(stream: &'s mut R) -> Self {
        Self { stream, ended: false }
    }

    /// Passes over what is left of the line.
    pub(super) fn skip(mut self) -> io::Result<()> {
        let mut rest = [0; 4096];
        while self.read(&mut rest)? > 0 {}
        Ok(())
    }
}

impl<R: BufRead> Read for Line<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let from = self.stream.fill_buf()?;
        let most = from.len().min(out.len());
        let from = from.get(..most).unwrap_or_default();
        let line = match from.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                self.ended = true;
                from.get(..=end).unwrap_or_default()
            }
            None => from,
        };
        let read = line.len();
        if let Some(out) = out.get_mut(..read) {
            out.copy_from_slice(line);
        }
        self.stream.consume(read);
        Ok(read)
    }
}

//! Streams that check what passes through them.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::super::limits::Exceeded;

/// Reading by way of the buffer, which is where each of these looks.
macro_rules! read_from_buffer {
    ($($stream:ident)+) => {$(
        impl<R: BufRead> Read for $stream<R> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let read = self.fill_buf()?.read(out)?;
                self.consume(read);
                Ok(read)
            }
        }
    )+};
}

read_from_buffer!(Bounded Counted Exact);

/// Ends with an error where more comes than is allowed.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
    exceeded: Exceeded,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, most: u64, exceeded: Exceeded) -> Self {
        Self { inner, left: most, exceeded }
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.inner.fill_buf()?;
        if available.len() as u64 > self.left { Err(self.exceeded.into()) } else { Ok(available) }
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.inner.consume(amount);
    }
}

/// Knows how far it was read.
pub(super) struct Counted<R> {
    inner: R,
    pub(super) position: u64,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, position: 0 }
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.position = self.position.saturating_add(amount as u64);
        self.inner.consume(amount);
    }
}

/// So many bytes of a stream: fewer are an error.
pub(super) struct Exact<R> {
    inner: R,
    left: u64,
}

impl<R> Exact<R> {
    pub(super) fn new(inner: R, bytes: u64) -> Self {
        Self { inner, left: bytes }
    }
}

impl<R: BufRead> BufRead for Exact<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let available = self.inner.fill_buf()?;
        if available.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(self.left).map_or(available.len(), |left| left.min(available.len()));
        Ok(available.get(..length).unwrap_or(available))
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.inner.consume(amount);
    }
}

/// Compares what came with the length and checksum that were told, when all has come.
pub(super) struct Verified<R> {
    inner: R,
    size: u64,
    crc32: u32,
    read: u64,
    crc: crc32fast::Hasher,
}

impl<R: Read> Verified<R> {
    pub(super) fn new(inner: R, size: u64, crc32: u32) -> Self {
        Self { inner, size, crc32, read: 0, crc: crc32fast::Hasher::new() }
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.crc.update(out.get(..read).unwrap_or_default());
        self.read = self.read.saturating_add(read as u64);
        if read == 0 && !out.is_empty() && (self.read, self.crc.clone().finalize()) != (self.size, self.crc32) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its length or checksum differs"));
        }
        Ok(read)
    }
}

/// The frames of a zstd stream, one after the other, unpacked and compared with their checksums.
pub(super) struct ZstdFrames<R> {
    source: R,
    decoder: FrameDecoder,
    is_inside: bool,
}

impl<R: BufRead> ZstdFrames<R> {
    /// `most` bytes can come out at most, so no frame needs a longer memory.
    pub(super) fn new(source: R, most: u64) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(most.min(ruzstd::decoding::DEFAULT_MAX_WINDOW_SIZE));
        Self { source, decoder, is_inside: false }
    }

    /// Begins the next frame; false if there is none.
    fn enter(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.is_inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    super::skip(&mut self.source, length.into())?;
                }
                Err(error) => return Err(broken(error)),
            }
        }
        Ok(false)
    }
}

fn broken(error: FrameDecoderError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !out.is_empty() {
            if !self.is_inside && !self.enter()? {
                break;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one_block = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one_block).map_err(broken)?;
            }
            let read = self.decoder.read(out)?;
            if read > 0 {
                return Ok(read);
            }
            let told = self.decoder.get_checksum_from_data();
            if told.is_some() && told != self.decoder.get_calculated_checksum() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum differs"));
            }
            self.is_inside = false;
        }
        Ok(0)
    }
}

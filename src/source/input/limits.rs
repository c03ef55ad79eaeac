//! What an input may cost, and the meter that holds it to that while it is read.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What reading an [`Input`](super::Input) may cost. Sizes are counted as bytes come out, whatever a file says of
/// itself; beyond a limit, reading ends with [`Error::Limit`](crate::Error::Limit).
///
/// ```
/// use medterm::source::Limits;
/// let limits = Limits::new().entry_bytes(1 << 30).entries(500);
/// assert_eq!(limits.ratio, Limits::new().ratio);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes of one file, unpacked. 8 GiB unless set.
    pub entry_bytes: u64,
    /// Most bytes of all files together, unpacked; a file that is read again is counted once. 64 GiB unless set.
    pub total_bytes: u64,
    /// Most bytes that one packed byte may unpack to, in a file and in an archive as a whole; the first 16 MiB are
    /// free. 200 unless set: lists unpack to some ten times their packed size, padded ones to some fifty times.
    pub ratio: u64,
    /// Most files of an input, folders not counted. 100,000 unless set.
    pub entries: usize,
    /// Most bytes held in memory: of a file that a reader takes whole, and of all archives that stand inside archives
    /// together. 1 GiB unless set.
    pub memory_bytes: u64,
    /// Most bytes of a line ([`Lines`](super::Lines)). 1 MiB unless set.
    pub line_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_bytes: 8 << 30,
            total_bytes: 64 << 30,
            ratio: 200,
            entries: 100_000,
            memory_bytes: 1 << 30,
            line_bytes: 1 << 20,
        }
    }
}

impl Limits {
    /// The limits that hold unless others are set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the most bytes of one file, unpacked.
    #[must_use]
    pub fn entry_bytes(mut self, bytes: u64) -> Self {
        self.entry_bytes = bytes;
        self
    }

    /// Sets the most bytes of all files together, unpacked.
    #[must_use]
    pub fn total_bytes(mut self, bytes: u64) -> Self {
        self.total_bytes = bytes;
        self
    }

    /// Sets the most bytes that one packed byte may unpack to.
    #[must_use]
    pub fn ratio(mut self, ratio: u64) -> Self {
        self.ratio = ratio;
        self
    }

    /// Sets the most files of an input.
    #[must_use]
    pub fn entries(mut self, files: usize) -> Self {
        self.entries = files;
        self
    }

    /// Sets the most bytes held in memory.
    #[must_use]
    pub fn memory_bytes(mut self, bytes: u64) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Sets the most bytes of a line.
    #[must_use]
    pub fn line_bytes(mut self, bytes: u64) -> Self {
        self.line_bytes = bytes;
        self
    }

    /// What so many packed bytes may unpack to.
    pub(super) fn allowance(&self, packed: u64) -> u64 {
        const FREE: u64 = 16 << 20;
        packed.saturating_mul(self.ratio).saturating_add(FREE)
    }
}

/// A limit that was met, on its way through [`io::Error`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Exceeded {
    pub(super) limit: &'static str,
    pub(super) most: u64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "beyond the limit of {} for {}", self.most, self.limit)
    }
}

impl std::error::Error for Exceeded {}

impl From<Exceeded> for io::Error {
    fn from(exceeded: Exceeded) -> Self {
        Self::other(exceeded)
    }
}

/// Refuses more than a limit.
pub(super) fn allow(found: u64, most: u64, limit: &'static str) -> io::Result<()> {
    if found > most { Err(Exceeded { limit, most }.into()) } else { Ok(()) }
}

/// What all files of an input share.
#[derive(Debug, Default)]
pub(super) struct Budget {
    pub(super) limits: Limits,
    /// Bytes read of all files, each byte counted once.
    read: AtomicU64,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, read: AtomicU64::new(0) }
    }
}

/// Counts the bytes that come out of one file.
#[derive(Debug)]
pub(super) struct Meter {
    pub(super) budget: Arc<Budget>,
    /// The most that was read of the file, however often it was opened.
    furthest: AtomicU64,
    /// Packed bytes that the file comes out of; `None` if it is not packed.
    packed: Option<u64>,
    /// The archive that it comes out of: its length, and the bytes that were read out of it.
    archive: Arc<ArchiveMeter>,
}

/// Counts the bytes that come out of one archive.
#[derive(Debug, Default)]
pub(super) struct ArchiveMeter {
    pub(super) bytes: u64,
    read: AtomicU64,
}

impl ArchiveMeter {
    pub(super) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self { bytes, read: AtomicU64::new(0) })
    }
}

impl Meter {
    pub(super) fn new(budget: Arc<Budget>, packed: Option<u64>, archive: Arc<ArchiveMeter>) -> Self {
        Self { budget, furthest: AtomicU64::new(0), packed, archive }
    }

    /// Takes note that the file was read up to a position.
    fn reach(&self, position: u64) -> io::Result<()> {
        let limits = &self.budget.limits;
        allow(position, limits.entry_bytes, "entry_bytes")?;
        // Two threads in one file may count a byte twice, which errs on the safe side.
        let new = position.saturating_sub(self.furthest.load(Ordering::Relaxed));
        if new == 0 {
            return Ok(());
        }
        let spend = |of: &AtomicU64| of.fetch_add(new, Ordering::Relaxed).saturating_add(new);
        let total = spend(&self.budget.read);
        let of_archive = spend(&self.archive.read);
        let within = allow(total, limits.total_bytes, "total_bytes").and_then(|()| match self.packed {
            Some(packed)
                if position > limits.allowance(packed) || of_archive > limits.allowance(self.archive.bytes) =>
            {
                Err(Exceeded { limit: "ratio", most: limits.ratio }.into())
            }
            _ => Ok(()),
        });
        if within.is_ok() {
            self.furthest.fetch_max(position, Ordering::Relaxed);
        } else {
            // They were not handed out.
            self.budget.read.fetch_sub(new, Ordering::Relaxed);
            self.archive.read.fetch_sub(new, Ordering::Relaxed);
        }
        within
    }
}

/// A reader whose bytes are counted.
pub(super) struct Metered<R> {
    inner: R,
    meter: Arc<Meter>,
    position: u64,
    /// Up to where the meter knows.
    told: u64,
}

impl<R: BufRead> Metered<R> {
    pub(super) fn new(inner: R, meter: Arc<Meter>) -> Self {
        Self { inner, meter, position: 0, told: 0 }
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.inner.fill_buf()?;
        let end = self.position.saturating_add(available.len() as u64);
        if end > self.told {
            self.meter.reach(end)?;
            self.told = end;
        }
        Ok(available)
    }

    fn consume(&mut self, amount: usize) {
        self.position = self.position.saturating_add(amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

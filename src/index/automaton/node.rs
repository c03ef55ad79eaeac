//! One node of a transducer, decoded from its bytes. The [parent module](super) describes the encoding.
//!
//! Every function takes the bytes of the whole transducer and checks each address that it computes. The
//! arithmetic wraps on purpose: an address that went below zero is far above the end and so is refused by
//! the check that it must pass anyway.

/// The address of the first byte after the header: no byte of a node lies below it.
pub(super) const FIRST_NODE: usize = 16;

/// Above this number of transitions, a node has a table from input bytes to transitions.
const TABLE_ABOVE: usize = 32;

/// The length of that table in bytes.
const TABLE: usize = 256;

/// The input bytes that fit into the state byte of a node with one transition: number 0 stands for "none of them".
#[rustfmt::skip]
const COMMON_INPUTS: [u8; 64] = [
    0,
    b't', b'e', b'/', b'o', b'a', b's', b'r', b'i', b'p', b'c', b'n', b'w', b'.', b'h', b'l', b'm',
    b'-', b'd', b'u', b'0', b'1', b'2', b'g', b'=', b':', b'b', b'f', b'3', b'y', b'5', b'&', b'_',
    b'4', b'v', b'9', b'6', b'7', b'8', b'k', b'%', b'?', b'x', b'C', b'D', b'A', b'S', b'F', b'I',
    b'B', b'E', b'j', b'P', b'T', b'z', b'R', b'N', b'M', b'+', b'L', b'O', b'q', b'H', b'G',
];

/// How the bytes contradict themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// A node or a field of it lies outside the section.
    OutOfBounds,
    /// A width is larger than an integer, or there is none where one is needed.
    Width,
    /// A transition leads out of the section.
    Target,
    /// A key is longer than keys may be.
    KeyTooLong,
}

impl Damage {
    pub(super) fn detail(self) -> &'static str {
        match self {
            Self::OutOfBounds => "a node of the automaton is out of bounds",
            Self::Width => "a node of the automaton has an impossible integer width",
            Self::Target => "a transition of the automaton is out of bounds",
            Self::KeyTooLong => "a key of the automaton is too long",
        }
    }
}

/// Where a transition leads, and what it adds to the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) target: usize,
    pub(super) output: u64,
}

/// A decoded node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    inputs: Inputs,
    /// The number of transitions, at most 256.
    count: usize,
    /// The end of the deltas; that of the first transition is the last.
    deltas_end: usize,
    /// The end of the outputs; that of the first transition is the last.
    outputs_end: usize,
    /// The address of the node's first byte, from which deltas count. The final output, if any, is there.
    first: usize,
    delta_width: usize,
    output_width: usize,
    is_final: bool,
}

/// Where the input bytes are.
#[derive(Clone, Copy, Debug)]
enum Inputs {
    /// The only transition takes this byte.
    One(u8),
    /// They end here; that of the first transition is the last. With many transitions, the table begins here.
    ListedUpTo(usize),
}

impl Node {
    /// The final node without transitions, at address 0.
    const EMPTY: Self = Self {
        inputs: Inputs::ListedUpTo(0),
        count: 0,
        deltas_end: 0,
        outputs_end: 0,
        first: 0,
        delta_width: 0,
        output_width: 0,
        is_final: true,
    };

    /// Decodes the node at `address`.
    #[inline(always)]
    pub(super) fn read(bytes: &[u8], address: usize) -> Result<Self, Damage> {
        if address == 0 {
            return Ok(Self::EMPTY);
        }
        let [third, second, state] = array(bytes, address.wrapping_sub(2))?;
        let low = state & 0b11_1111;
        let written_out = usize::from(low == 0);
        if state >= 0b1000_0000 {
            let common = COMMON_INPUTS.get(usize::from(low)).copied().unwrap_or_default();
            let input = if low == 0 { second } else { common };
            if state >= 0b1100_0000 {
                return Self::next(address.wrapping_sub(written_out), input);
            }
            let sizes = if low == 0 { third } else { second };
            return Self::single(address.wrapping_sub(1 + written_out), input, sizes);
        }
        let (count, sizes) = match low {
            0 if second == 1 => (256, third),
            0 => (usize::from(second), third),
            _ => (usize::from(low), second),
        };
        Self::branching(address.wrapping_sub(1 + written_out), count, sizes, state >= 0b100_0000)
    }

    /// A node whose one transition leads to the node that ends just before `first`.
    #[inline(always)]
    fn next(first: usize, input: u8) -> Result<Self, Damage> {
        if first <= FIRST_NODE {
            return Err(Damage::OutOfBounds);
        }
        Ok(Self { inputs: Inputs::One(input), count: 1, first, is_final: false, ..Self::EMPTY })
    }

    /// A node with one transition, whose delta ends at `deltas_end`.
    #[inline(always)]
    fn single(deltas_end: usize, input: u8, sizes: u8) -> Result<Self, Damage> {
        let (delta_width, output_width) = widths(sizes)?;
        let outputs_end = deltas_end.wrapping_sub(delta_width);
        let first = outputs_end.wrapping_sub(output_width);
        if delta_width == 0 {
            return Err(Damage::Width);
        }
        if first < FIRST_NODE || first > deltas_end {
            return Err(Damage::OutOfBounds);
        }
        let inputs = Inputs::One(input);
        Ok(Self { inputs, count: 1, deltas_end, outputs_end, first, delta_width, output_width, is_final: false })
    }

    /// A node with any number of transitions, whose inputs or table end at `end`.
    #[inline(always)]
    fn branching(end: usize, count: usize, sizes: u8, is_final: bool) -> Result<Self, Damage> {
        let (delta_width, output_width) = widths(sizes)?;
        let inputs_end = end.wrapping_sub(if count > TABLE_ABOVE { TABLE } else { 0 });
        let deltas_end = inputs_end.wrapping_sub(count);
        let outputs_end = deltas_end.wrapping_sub(count * delta_width);
        let first = outputs_end.wrapping_sub((count + usize::from(is_final)) * output_width);
        if delta_width == 0 && count > 0 {
            return Err(Damage::Width);
        }
        if first < FIRST_NODE || first > end {
            return Err(Damage::OutOfBounds);
        }
        let inputs = Inputs::ListedUpTo(inputs_end);
        Ok(Self { inputs, count, deltas_end, outputs_end, first, delta_width, output_width, is_final })
    }

    /// The number of transitions.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// What the end of a key adds to its value here, or `None` if no key ends here.
    #[inline(always)]
    pub(super) fn final_output(&self, bytes: &[u8]) -> Result<Option<u64>, Damage> {
        match self.is_final {
            false => Ok(None),
            true if self.output_width == 0 => Ok(Some(0)),
            true => number(bytes, self.first, self.output_width).map(Some),
        }
    }

    /// The transition that takes `byte`.
    #[inline(always)]
    pub(super) fn find(&self, bytes: &[u8], byte: u8) -> Result<Option<Step>, Damage> {
        let number = match self.inputs {
            Inputs::One(input) => (input == byte).then_some(0),
            Inputs::ListedUpTo(end) if self.count > TABLE_ABOVE => {
                let [number] = array(bytes, end.wrapping_add(usize::from(byte)))?;
                // With 256 transitions every number is one.
                Some(usize::from(number)).filter(|&number| number < self.count)
            }
            Inputs::ListedUpTo(end) => position_from_end(bytes, end, self.count, byte)?,
        };
        number.map(|number| self.transition(bytes, number)).transpose()
    }

    /// Transition `number`, counted in the order of the input bytes; `number` must be below [`Node::count`].
    #[inline(always)]
    pub(super) fn transition(&self, bytes: &[u8], number: usize) -> Result<Step, Damage> {
        if self.delta_width == 0 {
            return Ok(Step { target: self.first.wrapping_sub(1), output: 0 });
        }
        let nth_before = |end: usize, width: usize| end.wrapping_sub((number + 1) * width);
        let delta = self::number(bytes, nth_before(self.deltas_end, self.delta_width), self.delta_width)?;
        let target = match usize::try_from(delta) {
            Ok(0) => 0,
            Ok(delta) if delta <= self.first - FIRST_NODE => self.first - delta,
            _ => return Err(Damage::Target),
        };
        let output = self.output(bytes, number)?;
        Ok(Step { target, output })
    }

    /// What transition `number` adds to the value.
    #[inline(always)]
    fn output(&self, bytes: &[u8], number: usize) -> Result<u64, Damage> {
        if self.output_width == 0 {
            return Ok(0);
        }
        self::number(bytes, self.outputs_end.wrapping_sub((number + 1) * self.output_width), self.output_width)
    }

    /// The byte that transition `number` takes.
    pub(super) fn input(&self, bytes: &[u8], number: usize) -> Result<u8, Damage> {
        match self.inputs {
            Inputs::One(input) => Ok(input),
            Inputs::ListedUpTo(end) => array(bytes, end.wrapping_sub(number + 1)).map(|[input]| input),
        }
    }

    /// The number of the first transition whose input is not below `byte`, or [`Node::count`] if there is none.
    pub(super) fn first_not_below(&self, bytes: &[u8], byte: u8) -> Result<usize, Damage> {
        self.partition_point(|number| Ok(self.input(bytes, number)? < byte))
    }

    /// The number of the last transition whose output is at most `limit`; outputs must ascend, as ranks make them.
    pub(super) fn last_with_output_up_to(&self, bytes: &[u8], limit: u64) -> Result<Option<usize>, Damage> {
        Ok(self.partition_point(|number| Ok(self.output(bytes, number)? <= limit))?.checked_sub(1))
    }

    /// The number of transitions, from the first, for which `holds`, which no later one does.
    #[inline(always)]
    fn partition_point(&self, holds: impl Fn(usize) -> Result<bool, Damage>) -> Result<usize, Damage> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = usize::midpoint(low, high);
            if holds(middle)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

/// The widths of the deltas and of the outputs.
#[inline(always)]
fn widths(sizes: u8) -> Result<(usize, usize), Damage> {
    match (usize::from(sizes >> 4), usize::from(sizes & 0b1111)) {
        (delta, output) if delta <= 8 && output <= 8 => Ok((delta, output)),
        _ => Err(Damage::Width),
    }
}

/// How many of the `count` bytes before `end` stand between it and the nearest that equals `byte`; `None` if none does.
#[inline(always)]
fn position_from_end(bytes: &[u8], end: usize, count: usize, byte: u8) -> Result<Option<usize>, Damage> {
    let mut from = 0;
    while from < count {
        let window = u64::from_le_bytes(array(bytes, end.wrapping_sub(from + 8))?);
        let number = leading_equal(window, byte);
        if number < 8 {
            // Beyond `count`, the window shows other fields of the node.
            return Ok(Some(from + number).filter(|&number| number < count));
        }
        from += 8;
    }
    Ok(None)
}

/// How many bytes of `window`, from its most significant one, precede the first that equals `byte`; 8 if none does.
///
/// After the exclusive or, an equal byte is 0. Adding 127 to its low seven bits sets the top bit of every byte that is
/// not; no addition carries into the next byte.
#[inline(always)]
fn leading_equal(window: u64, byte: u8) -> usize {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let differing = window ^ u64::from_le_bytes([byte; 8]);
    let zeros = !(((differing & LOW) + LOW) | differing | LOW);
    zeros.leading_zeros() as usize / 8
}

/// The little-endian integer of `width` bytes at `at`; `width` must be 1 to 8.
///
/// Reads 8 bytes and keeps the lower ones: after every node comes a footer of 20 bytes, so they are there.
#[inline(always)]
pub(super) fn number(bytes: &[u8], at: usize, width: usize) -> Result<u64, Damage> {
    let all = u64::from_le_bytes(array(bytes, at)?);
    Ok(all & u64::MAX.wrapping_shr(64_u32.wrapping_sub(8 * width as u32)))
}

/// The `N` bytes from `at`.
#[inline(always)]
fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Damage> {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().ok_or(Damage::OutOfBounds)
}

//! The erasure code: a stream of N chunks goes out as endlessly many, and any N of them suffice.
//!
//! Each of the sixteen 16-bit words of a chunk is the value of a polynomial at the chunk's number;
//! the polynomials are those whose values at 0 to N − 1 are the stream itself.

use super::field::{self, Words};
use std::sync::Arc;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Thirty-two bytes of a stream.
pub(super) type Block = [u8; 32];
/// Bytes of a chunk that is stored: its number and its data.
const STORED_CHUNK: usize = 34;

/// A numbered piece of a stream, as it travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(super) number: u16,
    pub(super) data: Block,
}

/// A stream on its way out.
#[derive(Clone)]
pub(super) struct Outgoing<const N: usize> {
    blocks: Arc<[Block; N]>,
    next: u16,
}

impl<const N: usize> Outgoing<N> {
    const WEIGHTS: [u16; N] = field::weights_of_first();

    pub(super) fn new(blocks: [Block; N]) -> Self {
        Self { blocks: Arc::new(blocks), next: 0 }
    }

    /// The next chunk, and the stream behind it. After the last number comes the first again.
    pub(super) fn step(&self) -> (Chunk, Self) {
        let next = self.next.wrapping_add(1);
        (self.chunk(self.next), Self { blocks: Arc::clone(&self.blocks), next })
    }

    pub(super) fn chunk(&self, number: u16) -> Chunk {
        let data = match self.blocks.get(usize::from(number)) {
            Some(block) => *block,
            None => {
                let shares = field::shares(0..N as u16, &Self::WEIGHTS, number);
                block(field::combine(&shares, &self.blocks.map(words)))
            }
        };
        Chunk { number, data }
    }
}

/// A stream on its way in: fewer chunks than N, ordered by number.
#[derive(Clone)]
pub(super) struct Incoming<const N: usize>(Vec<Chunk>);

/// What a new chunk makes of a stream.
pub(super) enum Added<const N: usize> {
    Incomplete(Incoming<N>),
    Whole(Box<[Block; N]>),
}

impl<const N: usize> Incoming<N> {
    pub(super) const fn new() -> Self {
        Self(vec![])
    }

    /// The stream begun with this chunk.
    pub(super) fn starting_with(chunk: Chunk) -> Self {
        Self(vec![chunk])
    }

    /// The stream with this chunk; `None` if it has a chunk of that number already.
    pub(super) fn add(&self, chunk: Chunk) -> Option<Added<N>> {
        let at = self.0.binary_search_by_key(&chunk.number, |held| held.number).err()?;
        let (before, behind) = self.0.split_at_checked(at)?;
        let chunks = [before, &[chunk], behind].concat();
        Some(if chunks.len() < N {
            Added::Incomplete(Self(chunks))
        } else {
            Added::Whole(whole(&chunks))
        })
    }

    /// Reads one that has at least a chunk.
    pub(super) fn decode_begun(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let stream = Self::decode(reader)?;
        if stream.0.is_empty() { Err(DecodeError::BadValue("begun stream")) } else { Ok(stream) }
    }
}

/// The stream that N chunks belong to. Those of the stream itself are taken as they are.
fn whole<const N: usize>(chunks: &[Chunk]) -> Box<[Block; N]> {
    let mut blocks = Box::new([None; N]);
    for chunk in chunks {
        if let Some(block) = blocks.get_mut(usize::from(chunk.number)) {
            *block = Some(chunk.data);
        }
    }
    if blocks.contains(&None) {
        let points: Vec<u16> = chunks.iter().map(|chunk| chunk.number).collect();
        let values: Vec<Words> = chunks.iter().map(|chunk| words(chunk.data)).collect();
        let weights = field::weights(&points);
        for (block_at, number) in blocks.iter_mut().zip(0..) {
            block_at.get_or_insert_with(|| {
                let shares = field::shares(points.iter().copied(), &weights, number);
                block(field::combine(&shares, &values))
            });
        }
    }
    Box::new((*blocks).map(Option::unwrap_or_default))
}

fn words(block: Block) -> Words {
    let mut words = [0; 16];
    let (pairs, _) = block.as_chunks();
    words.iter_mut().zip(pairs).for_each(|(word, pair)| *word = u16::from_be_bytes(*pair));
    words
}

fn block(words: Words) -> Block {
    let mut block = [0; 32];
    let (pairs, _) = block.as_chunks_mut();
    pairs.iter_mut().zip(words).for_each(|(pair, word)| *pair = word.to_be_bytes());
    block
}

impl Encode for Chunk {
    fn encode(&self, writer: &mut Writer) {
        writer.u16(self.number);
        writer.fixed(&self.data);
    }
}

impl<const N: usize> Encode for Outgoing<N> {
    fn encode(&self, writer: &mut Writer) {
        writer.u16(self.next);
        writer.fixed(self.blocks.as_flattened());
    }
}

impl<const N: usize> Decode for Outgoing<N> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let next = reader.u16()?;
        Ok(Self { blocks: Arc::new(read_blocks(reader)?), next })
    }
}

impl<const N: usize> Encode for Incoming<N> {
    fn encode(&self, writer: &mut Writer) {
        writer.list(&self.0);
    }
}

impl<const N: usize> Decode for Incoming<N> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = usize::try_from(reader.u32()?).map_err(|_| DecodeError::TooLong)?;
        if count >= N {
            return Err(DecodeError::TooLong);
        }
        // All at once: most of a stored session can be chunks.
        let (stored, _) = reader.take(count.saturating_mul(STORED_CHUNK))?.as_chunks();
        let chunks: Vec<Chunk> = stored.iter().map(read_chunk).collect();
        let ordered = chunks.is_sorted_by(|one, next| one.number < next.number);
        if ordered { Ok(Self(chunks)) } else { Err(DecodeError::BadValue("order of chunks")) }
    }
}

fn read_chunk([high, low, data @ ..]: &[u8; STORED_CHUNK]) -> Chunk {
    Chunk { number: u16::from_be_bytes([*high, *low]), data: *data }
}

/// As many blocks as are asked for.
pub(super) fn read_blocks<const N: usize>(
    reader: &mut Reader<'_>,
) -> Result<[Block; N], DecodeError> {
    let (blocks, _) = reader.take(N.saturating_mul(32))?.as_chunks();
    blocks.try_into().map_err(|_| DecodeError::TooShort)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stream<const N: usize>(seed: u8) -> [Block; N] {
        core::array::from_fn(|n| core::array::from_fn(|at| (n * 37 + at * 11) as u8 ^ seed))
    }

    /// Gives the chunks to a receiver, storing it in between, until the stream is whole.
    fn collect<const N: usize>(out: &Outgoing<N>, numbers: &[u16]) -> Option<Box<[Block; N]>> {
        let mut held = Incoming::new();
        for number in numbers {
            match held.add(out.chunk(*number)) {
                None => {}
                Some(Added::Whole(blocks)) => return Some(blocks),
                Some(Added::Incomplete(more)) => {
                    held = Incoming::from_bytes(&more.to_bytes()).unwrap();
                }
            }
        }
        None
    }

    #[test]
    fn numbers_begin_again_behind_the_last() {
        let out = Outgoing { next: u16::MAX, ..Outgoing::new(stream::<3>(1)) };
        let (last, out) = out.step();
        assert_eq!(last.number, u16::MAX);
        assert_eq!(out.step().0, Chunk { number: 0, data: stream::<3>(1)[0] });
    }

    #[test]
    fn a_number_that_is_held_adds_nothing() {
        let out = Outgoing::new(stream::<3>(1));
        assert!(collect(&out, &[7, 7, 7, 1, 1]).is_none());
        assert_eq!(collect(&out, &[7, 7, 1, 1, 9]), Some(Box::new(stream::<3>(1))));
    }

    #[test]
    fn stored_chunks_are_few_and_rise() {
        let chunk = |number| Chunk { number, data: [0; 32] };
        let stored = |numbers: &[u16]| {
            let chunks: Vec<_> = numbers.iter().map(|number| chunk(*number)).collect();
            Incoming::<3>::from_bytes(&Incoming::<3>(chunks).to_bytes()).map(drop)
        };
        assert_eq!(stored(&[]), Ok(()));
        assert_eq!(stored(&[4, 65535]), Ok(()));
        assert_eq!(stored(&[4, 4]), Err(DecodeError::BadValue("order of chunks")));
        assert_eq!(stored(&[4, 3]), Err(DecodeError::BadValue("order of chunks")));
        assert_eq!(stored(&[1, 2, 3]), Err(DecodeError::TooLong));
    }

    /// So many of these numbers, in any order.
    fn some(
        numbers: core::ops::RangeInclusive<u16>,
        count: usize,
    ) -> impl Strategy<Value = Vec<u16>> {
        Just(numbers.collect::<Vec<_>>())
            .prop_shuffle()
            .prop_map(move |all| all.into_iter().take(count).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_36_chunks_suffice_and_35_do_not(
            seed: u8,
            numbers in some(0..=80, 36),
        ) {
            let out = Outgoing::new(stream::<36>(seed));
            prop_assert_eq!(collect(&out, &numbers), Some(Box::new(stream::<36>(seed))));
            prop_assert!(collect(&out, &numbers[1..]).is_none());
        }

        #[test]
        fn repair_alone_suffices(
            seed: u8,
            numbers in some(65_000..=u16::MAX, 30),
        ) {
            let out = Outgoing::new(stream::<30>(seed));
            prop_assert_eq!(collect(&out, &numbers), Some(Box::new(stream::<30>(seed))));
        }
    }
}

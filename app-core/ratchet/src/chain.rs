//! Symmetric chains: one seed for every message of one ratchet key or one sender key.
//!
//! Looking for a seed never changes a chain; what finding it would change comes back as an
//! [`Advance`], applied once the message has proven genuine.

use crate::{
    RatchetError,
    curve::{KeyPair, PublicKey33},
    kdf,
    secret::Secret,
};
use std::collections::BTreeMap;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Messages of one chain that may be missing before the next one that is read.
const MAX_JUMP: u32 = 25_000;
/// Seeds of missing messages kept in one chain.
const MAX_SKIPPED: u32 = 2_000;

/// Where a chain stands.
#[derive(Debug)]
pub(crate) struct ChainKey {
    key: Secret,
    index: u32,
}

impl ChainKey {
    /// The start of a chain.
    pub(crate) const fn new(key: Secret) -> Self {
        Self::at(key, 0)
    }

    /// A chain from this index on.
    pub(crate) const fn at(key: Secret, index: u32) -> Self {
        Self { key, index }
    }

    /// What this index and all behind it follow from.
    pub(crate) const fn key(&self) -> &Secret {
        &self.key
    }

    /// The index that the next message has.
    pub(crate) const fn index(&self) -> u32 {
        self.index
    }

    /// The seed of the next message and the chain behind it; `None` at the end of all counters.
    pub(crate) fn step(&self) -> Option<(Secret, Self)> {
        let index = self.index.checked_add(1)?;
        let [seed, key] = kdf::chain_step(&self.key);
        Some((seed, Self { key, index }))
    }

    /// The chain behind the next message; `None` at the end of all counters.
    fn skip(&self) -> Option<Self> {
        let index = self.index.checked_add(1)?;
        Some(Self { key: kdf::chain_skip(&self.key), index })
    }
}

/// The chain that we send in.
#[derive(Debug)]
pub(crate) struct SendingChain {
    pub(crate) pair: KeyPair,
    pub(crate) chain: ChainKey,
}

/// A chain that we receive in.
#[derive(Debug)]
pub(crate) struct ReceivingChain {
    ratchet_key: PublicKey33,
    seeds: SkippingChain,
}

/// A chain whose seeds may be taken in any order, each once.
#[derive(Debug)]
pub(crate) struct SkippingChain {
    chain: ChainKey,
    /// By counter. Chains only move forward, so the smallest counter is also the oldest.
    skipped: BTreeMap<u32, Secret>,
}

/// A message's seed, found but not taken.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    Kept(u32, &'a Secret),
    Ahead(Secret, Jump),
}

/// How the chain changes once the message is genuine.
#[derive(Debug)]
pub(crate) enum Advance {
    /// The kept seed of this counter is used up.
    Take(u32),
    Jump(Jump),
}

/// The way forward to a message.
#[derive(Debug)]
pub(crate) struct Jump {
    passed: BTreeMap<u32, Secret>,
    next: ChainKey,
}

impl Found<'_> {
    pub(crate) const fn seed(&self) -> &Secret {
        match self {
            Self::Kept(_, seed) => seed,
            Self::Ahead(seed, _) => seed,
        }
    }

    pub(crate) fn into_advance(self) -> Advance {
        match self {
            Self::Kept(counter, _) => Advance::Take(counter),
            Self::Ahead(_, jump) => Advance::Jump(jump),
        }
    }
}

impl ReceivingChain {
    /// The start of the chain of this ratchet key.
    pub(crate) const fn new(ratchet_key: PublicKey33, key: Secret) -> Self {
        Self { ratchet_key, seeds: SkippingChain::new(ChainKey::new(key)) }
    }

    /// Whose chain it is.
    pub(crate) const fn ratchet_key(&self) -> &PublicKey33 {
        &self.ratchet_key
    }

    /// Finds the seed of a message; before it, any number may be missing or only so many.
    pub(crate) fn find(&self, counter: u32, any_jump: bool) -> Result<Found<'_>, RatchetError> {
        self.seeds.find(counter, any_jump)
    }

    /// Does what finding a genuine message's seed entails.
    pub(crate) fn apply(&mut self, advance: Advance) {
        self.seeds.apply(advance);
    }
}

impl SkippingChain {
    /// All seeds from here on.
    pub(crate) const fn new(chain: ChainKey) -> Self {
        Self { chain, skipped: BTreeMap::new() }
    }

    /// Where it stands: behind the last message found so far.
    pub(crate) const fn position(&self) -> &ChainKey {
        &self.chain
    }

    /// Finds the seed of a message; before it, any number may be missing or only so many.
    pub(crate) fn find(&self, counter: u32, any_jump: bool) -> Result<Found<'_>, RatchetError> {
        let Some(missing) = counter.checked_sub(self.chain.index) else {
            let kept = self.skipped.get(&counter).ok_or(RatchetError::Duplicate)?;
            return Ok(Found::Kept(counter, kept));
        };
        if missing > MAX_JUMP && !any_jump {
            return Err(RatchetError::TooFarAhead);
        }
        // All this is done for messages that nothing proves genuine yet. So the seeds of those too far
        // back to be kept are not even worked out.
        let mut at = ChainKey::at(Secret::new(*self.chain.key.as_bytes()), self.chain.index);
        while counter.saturating_sub(at.index) > MAX_SKIPPED {
            at = at.skip().ok_or(RatchetError::TooFarAhead)?;
        }
        let mut passed = BTreeMap::new();
        loop {
            let (seed, next) = at.step().ok_or(RatchetError::TooFarAhead)?;
            if at.index >= counter {
                return Ok(Found::Ahead(seed, Jump { passed, next }));
            }
            passed.insert(at.index, seed);
            at = next;
        }
    }

    /// Does what finding a genuine message's seed entails.
    pub(crate) fn apply(&mut self, advance: Advance) {
        match advance {
            Advance::Take(counter) => {
                self.skipped.remove(&counter);
            }
            Advance::Jump(Jump { passed, next }) => {
                self.skipped.extend(passed);
                while self.skipped.len() > MAX_SKIPPED as usize {
                    self.skipped.pop_first();
                }
                self.chain = next;
            }
        }
    }
}

impl Encode for ChainKey {
    fn encode(&self, writer: &mut Writer) {
        self.key.encode(writer);
        writer.u32(self.index);
    }
}

impl Decode for ChainKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: Secret::decode(r)?, index: r.u32()? })
    }
}

impl Encode for SendingChain {
    fn encode(&self, writer: &mut Writer) {
        self.pair.encode(writer);
        self.chain.encode(writer);
    }
}

impl Decode for SendingChain {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { pair: KeyPair::decode(r)?, chain: ChainKey::decode(r)? })
    }
}

impl Encode for ReceivingChain {
    fn encode(&self, writer: &mut Writer) {
        self.ratchet_key.encode(writer);
        self.seeds.encode(writer);
    }
}

impl Decode for ReceivingChain {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { ratchet_key: PublicKey33::decode(r)?, seeds: SkippingChain::decode(r)? })
    }
}

impl Encode for SkippingChain {
    fn encode(&self, writer: &mut Writer) {
        self.chain.encode(writer);
        writer.u32(u32::try_from(self.skipped.len()).unwrap_or(u32::MAX));
        for (counter, seed) in &self.skipped {
            writer.u32(*counter);
            seed.encode(writer);
        }
    }
}

impl Decode for SkippingChain {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut chain = Self::new(ChainKey::decode(r)?);
        let count = r.u32()?;
        if count > MAX_SKIPPED {
            return Err(DecodeError::TooLong);
        }
        for _ in 0..count {
            let counter = r.u32()?;
            let after_last = chain.skipped.last_key_value().is_none_or(|(last, _)| *last < counter);
            if !after_last || counter >= chain.chain.index {
                return Err(DecodeError::BadValue("skipped counter"));
            }
            chain.skipped.insert(counter, Secret::decode(r)?);
        }
        Ok(chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> ReceivingChain {
        let ratchet_key = *KeyPair::from_private([1; 32]).public();
        ReceivingChain::new(ratchet_key, Secret::new([2; 32]))
    }

    fn receive(chain: &mut ReceivingChain, counter: u32) -> Result<[u8; 32], RatchetError> {
        let found = chain.find(counter, false)?;
        let seed = *found.seed().as_bytes();
        let advance = found.into_advance();
        chain.apply(advance);
        Ok(seed)
    }

    #[test]
    fn any_order_gives_the_same_seeds_and_each_once() {
        let (mut forward, mut backward) = (start(), start());
        let expected: Vec<_> = (0..10).map(|n| receive(&mut forward, n).unwrap()).collect();
        for n in (0..10).rev() {
            assert_eq!(receive(&mut backward, n), Ok(expected[n as usize]));
            assert_eq!(receive(&mut backward, n), Err(RatchetError::Duplicate));
        }
        assert_eq!(forward.to_bytes(), backward.to_bytes());
    }

    #[test]
    fn a_jump_of_25000_is_the_last_one_allowed() {
        let mut chain = start();
        receive(&mut chain, 0).unwrap();
        let before = chain.to_bytes();
        assert_eq!(receive(&mut chain, 25_002), Err(RatchetError::TooFarAhead));
        assert_eq!(receive(&mut chain, u32::MAX), Err(RatchetError::TooFarAhead));
        assert_eq!(chain.to_bytes(), before);
        receive(&mut chain, 25_001).unwrap();
        receive(&mut chain, 25_002).unwrap();
    }

    #[test]
    fn a_note_to_self_may_jump_further() {
        let mut chain = start();
        let advance = chain.find(30_000, true).unwrap().into_advance();
        chain.apply(advance);
        assert_eq!(receive(&mut chain, 27_999), Err(RatchetError::Duplicate));
        receive(&mut chain, 28_000).unwrap();
    }

    #[test]
    fn a_jump_ends_where_steps_do() {
        for far in [1_999, 2_000, 2_001, 9_000] {
            let (mut jump, mut steps) = (start(), start());
            for chain in [&mut jump, &mut steps] {
                receive(chain, 3).unwrap();
            }
            let found = receive(&mut jump, 4 + far).unwrap();
            for counter in 4..4 + far {
                let skipped = steps.find(counter, false).unwrap();
                let seed = Secret::new(*skipped.seed().as_bytes());
                let advance = skipped.into_advance();
                steps.apply(advance);
                steps.seeds.skipped.insert(counter, seed);
            }
            assert_eq!(receive(&mut steps, 4 + far), Ok(found));
            let newest: Vec<_> = steps.seeds.skipped.into_iter().rev().take(2_000).collect();
            let kept = jump.seeds.skipped.iter().rev();
            assert_eq!(kept.len(), newest.len());
            for (one, other) in kept.zip(&newest) {
                assert_eq!((one.0, one.1.as_bytes()), (&other.0, other.1.as_bytes()));
            }
        }
    }

    #[test]
    fn only_the_newest_2000_seeds_are_kept() {
        let mut chain = start();
        receive(&mut chain, 3_000).unwrap();
        assert_eq!(receive(&mut chain, 999), Err(RatchetError::Duplicate));
        receive(&mut chain, 1_000).unwrap();
        // One place is free again: two more missing ones push out one.
        receive(&mut chain, 3_003).unwrap();
        assert_eq!(receive(&mut chain, 1_001), Err(RatchetError::Duplicate));
        receive(&mut chain, 1_002).unwrap();
        receive(&mut chain, 3_002).unwrap();
        let stored = chain.to_bytes();
        assert_eq!(ReceivingChain::from_bytes(&stored).unwrap().to_bytes(), stored);
    }

    #[test]
    fn the_last_counter_ends_the_chain() {
        let mut chain = start();
        chain.seeds.chain.index = u32::MAX - 1;
        receive(&mut chain, u32::MAX - 1).unwrap();
        assert_eq!(receive(&mut chain, u32::MAX), Err(RatchetError::TooFarAhead));
        assert!(chain.seeds.chain.step().is_none());
    }

    #[test]
    fn stored_counters_must_rise_and_lie_behind_the_chain() {
        let mut chain = start();
        receive(&mut chain, 2).unwrap();
        let good = chain.to_bytes();
        for (from_end, counter) in [(72, 1_u32), (36, 0), (36, 3)] {
            let mut bad = good.clone();
            let at = bad.len() - from_end;
            bad[at..at + 4].copy_from_slice(&counter.to_be_bytes());
            let refused = ReceivingChain::from_bytes(&bad).unwrap_err();
            assert_eq!(refused, DecodeError::BadValue("skipped counter"));
        }
    }
}

//! What the light node knows of the chain: its committee, the last header, the latest state roots.
//!
//! It grows by one header at a time, in order, and never forgets the tip. A refused header leaves
//! it as it was.

use crate::LightError;
use ledger::{Account, AccountProof, CertifiedHeader, Committee, Genesis, Tip};
use std::collections::VecDeque;
use types::{Address, BlockId, ChainId, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// How many of the latest state roots are kept to check proofs against.
pub const KEPT_ROOTS: usize = 256;
/// How far a header may be dated ahead of our clock, in milliseconds.
pub const MAX_AHEAD_MS: u64 = 10_000;
const VERSION: u8 = 1;

/// A light node's knowledge; a few kilobytes, stored after every step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightState {
    chain: ChainId,
    genesis_time: Timestamp,
    interval_ms: u32,
    committee: Committee,
    tip: Tip,
    /// Oldest first; the last one is the tip's.
    kept: VecDeque<Kept>,
}

/// What is kept of a recent header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    round: Round,
    time: Timestamp,
    state_root: [u8; 32],
}

/// An account as a certified header proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedAccount {
    /// The round under whose state root it is proved.
    pub round: Round,
    /// The account's home address, which is not always the one asked about.
    pub home: Address,
    /// The account, `None` if nobody has paid it yet.
    pub account: Option<Account>,
}

impl LightState {
    /// The beginning of a chain. The genesis must be the one whose hash is the chain id that the
    /// person trusts, and have passed its check.
    #[must_use]
    pub fn new(genesis: &Genesis) -> Self {
        Self {
            chain: genesis.chain(),
            genesis_time: genesis.time,
            interval_ms: genesis.interval_ms,
            committee: genesis.committee(),
            tip: genesis.tip(),
            kept: VecDeque::new(),
        }
    }

    /// The network.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The managers whose quorum decides.
    #[must_use]
    pub const fn committee(&self) -> &Committee {
        &self.committee
    }

    /// The last header's round, 0 at the beginning.
    #[must_use]
    pub const fn round(&self) -> Round {
        self.tip.round
    }

    /// The last header's time, the genesis' at the beginning.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.tip.time
    }

    /// The time of a recent round, or of round 0; `None` for one that is not known any more.
    #[must_use]
    pub fn time_of(&self, round: Round) -> Option<Timestamp> {
        if round == Round(0) {
            return Some(self.genesis_time);
        }
        self.kept(round).map(|kept| kept.time)
    }

    /// Takes the next header: exactly the next round, on top of the last one, decided by the
    /// committee.
    ///
    /// # Errors
    /// [`LightError::Header`] or [`LightError::Certificate`] if it is not to be believed,
    /// [`LightError::FutureHeader`] if it is, and our clock is behind.
    pub fn advance(&mut self, header: &CertifiedHeader, now: Timestamp) -> Result<(), LightError> {
        header.header.check(self.chain, &self.committee)?;
        header.header.follows(&self.tip, self.interval_ms)?;
        header.verify(&self.committee)?;
        let time = header.header.time;
        // Judged last: only a decided header says anything about our clock.
        if time > now.plus_millis(MAX_AHEAD_MS) {
            return Err(LightError::FutureHeader { header: time, now });
        }
        self.tip = header.header.tip();
        self.kept.push_back(Kept {
            round: self.tip.round,
            time,
            state_root: header.header.state_root,
        });
        if self.kept.len() > KEPT_ROOTS {
            self.kept.pop_front();
        }
        Ok(())
    }

    /// Checks a single header of any round by the committee alone.
    ///
    /// # Errors
    /// [`LightError::Header`] or [`LightError::Certificate`].
    pub fn check_header(&self, header: &CertifiedHeader) -> Result<(), LightError> {
        header.header.check(self.chain, &self.committee)?;
        header.verify(&self.committee)?;
        Ok(())
    }

    /// Checks what a node says about an address.
    ///
    /// # Errors
    /// [`LightError`] if it is about another address, under a root that is not kept, or does not
    /// follow from that.
    pub fn check_account(
        &self,
        address: Address,
        proof: &AccountProof,
    ) -> Result<ProvedAccount, LightError> {
        if proof.address != address {
            return Err(LightError::WrongAddress(proof.address));
        }
        let kept = self.kept(proof.round).ok_or(LightError::UnknownRoot(proof.round))?;
        proof.verify(&kept.state_root)?;
        Ok(ProvedAccount { round: proof.round, home: proof.home(), account: proof.account.clone() })
    }

    fn kept(&self, round: Round) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.round == round)
    }

    /// Rounds without gaps up to the tip, as many as there can be.
    fn is_consistent(&self) -> bool {
        let last = self.kept.back().map_or(Round(0), |kept| kept.round);
        let rounds = self.kept.iter().zip(self.kept.iter().skip(1));
        let known = u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        last == self.tip.round
            && known == last.0.min(u64::try_from(KEPT_ROOTS).unwrap_or(u64::MAX))
            && rounds.into_iter().all(|(a, b)| a.round.next() == b.round && a.time <= b.time)
            && self.kept.back().map_or(self.genesis_time, |kept| kept.time) == self.tip.time
    }
}

impl Encode for LightState {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        self.chain.encode(w);
        self.genesis_time.encode(w);
        w.u32(self.interval_ms);
        self.committee.encode(w);
        self.tip.round.encode(w);
        self.tip.block.encode(w);
        self.tip.time.encode(w);
        w.list(&self.kept.iter().copied().collect::<Vec<_>>());
    }
}

impl Decode for LightState {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("light state version"));
        }
        let state = Self {
            chain: ChainId::decode(r)?,
            genesis_time: Timestamp::decode(r)?,
            interval_ms: r.u32()?,
            committee: Committee::decode(r)?,
            tip: Tip {
                round: Round::decode(r)?,
                block: BlockId::decode(r)?,
                time: Timestamp::decode(r)?,
            },
            kept: r.list(KEPT_ROOTS)?.into(),
        };
        if state.is_consistent() { Ok(state) } else { Err(DecodeError::BadValue("light state")) }
    }
}

impl Encode for Kept {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.time.encode(w);
        w.fixed(&self.state_root);
    }
}

impl Decode for Kept {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { round: Round::decode(r)?, time: Timestamp::decode(r)?, state_root: r.fixed()? })
    }
}

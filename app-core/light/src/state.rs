//! What the light node knows of the chain: one trusted header, the committees around it, and what
//! proofs of the last rounds are checked against.
//!
//! It moves forward only, header by header or by jumps. A refused step leaves it as it was.

use crate::judge::Trust;
use crate::verify::{Anchor, Frame, Judged, verify};
use crate::{Checkpoint, LightError, Step, Window};
use ledger::{CertifiedHeader, Committee, Conflict, Genesis, Header, HeaderError, Params};
use std::collections::VecDeque;
use types::{BlockId, ChainId, Round, Timestamp};

/// How many of the latest trusted headers proofs may rest on.
pub const KEPT_ROOTS: usize = 64;
/// Up to so many epochs are walked boundary by boundary, each by a full quorum.
pub const WALKED_EPOCHS: u64 = 64;

/// A light node's knowledge; a few kilobytes, stored after every step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightState {
    pub(crate) chain: ChainId,
    pub(crate) genesis_time: Timestamp,
    pub(crate) params: Params,
    /// The trusted header; none at the genesis.
    pub(crate) head: Option<Head>,
    /// Who decides the round after it.
    pub(crate) next: Committee,
    /// Who decided the rounds before the trusted header's committee did: a contradiction of those
    /// rounds is found a little later.
    pub(crate) former: Option<Former>,
    /// Where the last jump over a change of committee began: what a contradicting one is held
    /// against.
    pub(crate) before: Option<Anchor>,
    /// Oldest first; the last one is the trusted header's.
    pub(crate) kept: VecDeque<Kept>,
    pub(crate) window: Window,
    /// What trust began from, if not from the genesis.
    pub(crate) checkpoint: Option<Checkpoint>,
    /// Set once two certified headers contradict each other.
    pub(crate) conflict: Option<Box<Conflict>>,
    /// The last contradiction that a checkpoint has resolved.
    pub(crate) settled: Option<[u8; 32]>,
}

/// The trusted header, and who decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) certified: CertifiedHeader,
    pub(crate) committee: Committee,
}

/// Members that have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Former {
    pub(crate) committee: Committee,
    /// The time of the last header of theirs that was trusted: so long they answer with their bonds.
    pub(crate) until: Timestamp,
}

/// What is kept of a recent header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) round: Round,
    pub(crate) time: Timestamp,
    pub(crate) block: BlockId,
    pub(crate) state_root: [u8; 32],
    pub(crate) history: [u8; 32],
}

impl Kept {
    pub(crate) fn of(header: &Header) -> Self {
        Self {
            round: header.round,
            time: header.time,
            block: header.id(),
            state_root: header.state_root,
            history: header.history,
        }
    }
}

impl LightState {
    /// The beginning of a chain. The genesis must be the one whose hash is the chain id that the
    /// person trusts, and have passed its check.
    #[must_use]
    pub fn new(genesis: &Genesis) -> Self {
        Self {
            chain: genesis.chain(),
            genesis_time: genesis.time,
            params: genesis.params,
            head: None,
            next: genesis.committee(),
            former: None,
            before: None,
            kept: VecDeque::new(),
            window: Window::default(),
            checkpoint: None,
            conflict: None,
            settled: None,
        }
    }

    /// The network.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The managers whose quorum decides the next round.
    #[must_use]
    pub const fn committee(&self) -> &Committee {
        &self.next
    }

    /// The parameters of the genesis.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// The trusted header; `None` at the genesis.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.head.as_ref().map(|head| &head.certified.header)
    }

    /// The trusted header as a step: what others compare theirs with.
    #[must_use]
    pub fn step(&self) -> Option<Step> {
        let head = self.head.as_ref()?;
        Some(Step::new(head.certified.clone(), head.committee.clone(), Some(self.next.clone())))
    }

    /// The trusted header's round, 0 at the genesis.
    #[must_use]
    pub fn round(&self) -> Round {
        self.header().map_or(Round(0), |header| header.round)
    }

    /// The trusted header's time, the genesis' at the beginning.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.header().map_or(self.genesis_time, |header| header.time)
    }

    /// The time of a recent round, or of round 0; `None` for one that is not known any more.
    #[must_use]
    pub fn time_of(&self, round: Round) -> Option<Timestamp> {
        if round == Round(0) {
            return Some(self.genesis_time);
        }
        self.kept(round).map(|kept| kept.time)
    }

    /// Which of the latest headers are held.
    #[must_use]
    pub const fn window(&self) -> &Window {
        &self.window
    }

    /// The same, to be filled.
    pub const fn window_mut(&mut self) -> &mut Window {
        &mut self.window
    }

    /// What trust began from, if not from the genesis.
    #[must_use]
    pub const fn began_from(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// Takes the next header: exactly the next round, on top of the trusted one.
    ///
    /// # Errors
    /// [`LightError`]; nothing has changed then.
    pub fn follow(&mut self, step: &Step, now: Timestamp) -> Result<(), LightError> {
        if step.round() != self.round().next() {
            return Err(HeaderError::WrongRound.into());
        }
        self.jump(step, now)
    }

    /// Takes a later header by the exact checks 1 to 6: a quorum of the committee that was
    /// announced, or a quorum of another one in which more than a third of it have signed.
    ///
    /// # Errors
    /// [`LightError::NotEnoughTrust`] if steps in between are needed, [`LightError::TrustExpired`]
    /// if only a checkpoint helps, and the others; nothing has changed then.
    pub fn jump(&mut self, step: &Step, now: Timestamp) -> Result<(), LightError> {
        self.check_frozen()?;
        let judged = verify(&self.anchor(), step, self.frame(now))?;
        self.take(step, judged);
        Ok(())
    }

    /// The same, and where at most [`WALKED_EPOCHS`] are missing, by announced committees alone:
    /// what a node takes from a server that it does not know.
    ///
    /// # Errors
    /// [`LightError::MustWalk`] if a boundary was left out, and those of [`Self::jump`].
    pub fn advance(&mut self, step: &Step, now: Timestamp) -> Result<(), LightError> {
        self.check_frozen()?;
        let judged = verify(&self.anchor(), step, self.frame(now))?;
        let epochs = self.params.epoch_of(step.round());
        let missing = epochs.saturating_sub(self.params.epoch_of(self.round().next()));
        if judged.trust == Trust::Skipped && missing <= WALKED_EPOCHS {
            return Err(LightError::MustWalk(self.round()));
        }
        self.take(step, judged);
        Ok(())
    }

    /// True once the trusting period is over: nothing that a node sends can be believed then.
    #[must_use]
    pub fn needs_checkpoint(&self, now: Timestamp) -> bool {
        now >= self.time().plus_millis(crate::Limits::LEDGER.trusting_ms)
    }

    pub(crate) fn take(&mut self, step: &Step, judged: Judged) {
        if judged.trust == Trust::Skipped {
            self.before = Some(self.anchor());
        }
        let header = step.header();
        self.kept.push_back(Kept::of(header));
        if self.kept.len() > KEPT_ROOTS {
            self.kept.pop_front();
        }
        self.window.push(header);
        let head = Head { certified: step.header.clone(), committee: judged.committee };
        let passed = self.head.replace(head);
        if let Some(passed) = passed.filter(|it| it.certified.header.committee != header.committee)
        {
            let (committee, until) = (passed.committee, passed.certified.header.time);
            self.former = Some(Former { committee, until });
        }
        self.next = judged.next;
    }

    pub(crate) fn anchor(&self) -> Anchor {
        let block = self.header().map_or(BlockId(self.chain.0), Header::id);
        Anchor { round: self.round(), time: self.time(), block, next: self.next.clone() }
    }

    pub(crate) const fn frame(&self, now: Timestamp) -> Frame<'_> {
        Frame { chain: self.chain, params: &self.params, now }
    }

    pub(crate) fn kept(&self, round: Round) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.round == round)
    }
}

//! Making headers: whoever proposes a block builds its header here, whoever checks one builds it
//! again and compares. Every field has one right value, but for time, proposer and ticket.

use crate::{
    BlockContext, Body, Circuit, Header, NO_PROPOSER, Outcome, Params, Tip, receipts_root,
};
use crate::{next_beacon, next_beacon_empty};
use types::{ChainId, Timestamp};

/// A proposer and its ticket, verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The member.
    pub proposer: u16,
    /// The proof over [`crate::ticket_input`].
    pub ticket: [u8; 80],
    /// The VRF's output, which only the proof's verification yields.
    pub output: [u8; 64],
}

impl<'a> BlockContext<'a> {
    /// The context of a block that follows this tip; [`Self::by`] adds who proposes it.
    #[must_use]
    pub fn after(tip: &Tip, chain: ChainId, time: Timestamp, params: &'a Params) -> Self {
        Self {
            chain,
            round: tip.round.next(),
            time,
            beacon: tip.beacon,
            history: tip.history.root(),
            proposer: NO_PROPOSER,
            params,
            circuit: None,
        }
    }

    /// The same with the key that proofs of the private pool are verified with.
    #[must_use]
    pub const fn verifying(self, circuit: Circuit) -> Self {
        Self { circuit: Some(circuit), ..self }
    }

    /// The same with a proposer, who is credited with the block.
    #[must_use]
    pub const fn by(self, proposer: u16) -> Self {
        Self { proposer, ..self }
    }

    /// The context of the empty block: dated exactly the interval after its parent.
    #[must_use]
    pub fn of_empty(tip: &Tip, chain: ChainId, params: &'a Params) -> Self {
        let time = tip.time.plus_millis(u64::from(params.interval_ms));
        Self::after(tip, chain, time, params)
    }

    /// The header of a block with a proposer, whom the context and the draw name; `state_root` is
    /// the root after `outcome`.
    #[must_use]
    pub fn header(
        &self,
        tip: &Tip,
        body: &Body,
        outcome: &Outcome,
        state_root: [u8; 32],
        draw: &Draw,
    ) -> Header {
        let certificate = body.parent_certificate.as_ref();
        Header {
            beacon: next_beacon(&tip.beacon, &draw.output),
            parent_certificate: certificate.map_or([0; 32], crate::Certificate::digest),
            proposer: self.proposer,
            ticket: draw.ticket,
            ..self.plain(tip, body, outcome, state_root)
        }
    }

    /// The canonical empty block of the round: byte-identical everywhere. `outcome` is that of a
    /// block without transactions in [`Self::of_empty`].
    #[must_use]
    pub fn empty_header(&self, tip: &Tip, outcome: &Outcome, state_root: [u8; 32]) -> Header {
        self.plain(tip, &Body::default(), outcome, state_root)
    }

    fn plain(&self, tip: &Tip, body: &Body, outcome: &Outcome, state_root: [u8; 32]) -> Header {
        Header {
            version: Header::VERSION,
            chain: self.chain,
            round: self.round,
            time: self.time,
            parent: tip.block,
            body_root: body.root(),
            state_root,
            receipts_root: receipts_root(&outcome.receipts),
            committee: tip.committee,
            next_committee: outcome.next_committee,
            beacon: next_beacon_empty(&tip.beacon, self.round),
            history: tip.history.root(),
            parent_certificate: [0; 32],
            proposer: NO_PROPOSER,
            ticket: [0; 80],
            flags: 0,
        }
    }
}

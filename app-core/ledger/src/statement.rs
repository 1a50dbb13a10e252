//! What managers sign, as bytes.
//!
//! `tag(8) ‖ chain ‖ engine ‖ round ‖ view ‖ …` with fixed lengths and distinct tags
//! (`acp-corrections.md` A6, A10): what one engine or message signs can never pass for another's.
//! `acp` makes and judges the messages, evidence compares them: two messages are the same if
//! their signed content is.

use crate::Step;
use types::{BlockId, ChainId, Round};
use wire::{Encode, Writer};

/// The consensus of this ledger, among the engines that may share keys.
pub const ENGINE_ACP: u8 = 1;

/// Where a statement is made: what all signed bytes begin with, behind their tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The network.
    pub chain: ChainId,
    /// [`ENGINE_ACP`], or another engine with the same keys.
    pub engine: u8,
    /// The round.
    pub round: Round,
    /// The view; 0 for tickets.
    pub view: u32,
}

impl Place {
    /// A place in this ledger's consensus.
    #[must_use]
    pub const fn acp(chain: ChainId, round: Round, view: u32) -> Self {
        Self { chain, engine: ENGINE_ACP, round, view }
    }

    fn begin(&self, tag: &[u8; 8]) -> Writer {
        let mut w = Writer::new();
        w.fixed(tag);
        self.chain.encode(&mut w);
        w.u8(self.engine);
        self.round.encode(&mut w);
        w.u32(self.view);
        w
    }

    /// `acp1vote … ‖ step ‖ id`. The same bytes for every member.
    #[must_use]
    pub fn vote(&self, step: Step, block: BlockId) -> Vec<u8> {
        let mut w = self.begin(b"acp1vote");
        step.encode(&mut w);
        block.encode(&mut w);
        w.into_bytes()
    }

    /// `acp1prop … ‖ id ‖ qcv ‖ qcid`, with the view and block of the quorum that it carries.
    #[must_use]
    pub fn proposal(&self, block: BlockId, quorum: Option<(u32, BlockId)>) -> Vec<u8> {
        let mut w = self.begin(b"acp1prop");
        block.encode(&mut w);
        write_quorum(&mut w, quorum);
        w.into_bytes()
    }

    /// `acp1newv … ‖ qcv ‖ qcid`; the view of the place is the one to be entered.
    #[must_use]
    pub fn new_view(&self, high: Option<(u32, BlockId)>) -> Vec<u8> {
        let mut w = self.begin(b"acp1newv");
        write_quorum(&mut w, high);
        w.into_bytes()
    }

    /// `acp1tick … ‖ proof`; the view of the place is 0.
    #[must_use]
    pub fn ticket(&self, proof: &[u8; 80]) -> Vec<u8> {
        let mut w = self.begin(b"acp1tick");
        w.fixed(proof);
        w.into_bytes()
    }
}

/// qcv = 0 and qcid = 0 for none, else view + 1 and the block.
fn write_quorum(w: &mut Writer, quorum: Option<(u32, BlockId)>) {
    let (view, block) = quorum.map_or((0, BlockId([0; 32])), |(v, b)| (v.saturating_add(1), b));
    w.u32(view);
    block.encode(w);
}

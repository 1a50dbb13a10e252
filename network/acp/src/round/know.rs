//! What is known of blocks: headers taken up, bodies checked, and what the clock says (R2).

use super::RoundState;
use crate::blocks::Verdict;
use crate::ports::Output;
use crate::turn::Turn;
use ledger::Header;
use std::sync::Arc;
use types::BlockId;

impl RoundState {
    pub(super) fn on_header(&mut self, turn: &mut Turn<'_>, header: Header) {
        let id = header.id();
        if self.blocks.get(&id).is_some() {
            self.learn_header(id, header);
            self.check_backed(turn, id);
        }
    }

    /// Takes up a header whose id is right. What cannot follow the last block is refused at once;
    /// the manager judges the rest.
    pub(super) fn learn_header(&mut self, id: BlockId, header: Header) {
        let fits = self.fits(id, &header);
        let block = self.blocks.know(id);
        if block.header.is_none() {
            block.header = Some(Arc::new(header));
            if !fits {
                block.verdict = Verdict::Refused;
            }
        }
    }

    pub(super) fn fits(&self, id: BlockId, header: &Header) -> bool {
        let known = self.setup.committee.member(header.proposer).is_some();
        header.chain == self.setup.chain
            && header.round == self.setup.round
            && header.parent == self.setup.parent
            && header.time >= self.setup.not_before
            && (known || id == self.empty)
    }

    /// C.11: a block that a quorum stands for is checked at once.
    pub(super) fn check_backed(&mut self, turn: &mut Turn<'_>, id: BlockId) {
        if self.blocks.get(&id).is_some_and(|block| block.backed) {
            self.check(turn, id);
        }
    }

    pub(super) fn check(&mut self, turn: &mut Turn<'_>, id: BlockId) {
        let Some(block) = self.blocks.get_mut(&id) else { return };
        let Some(header) = block.to_check().cloned() else { return };
        block.verdict = Verdict::Asked;
        turn.ask(Output::Check { header: Header::clone(&header) });
    }

    /// R2: judged when voting, and only where no quorum has judged before.
    pub(super) fn is_timely(&self, turn: &Turn<'_>, header: &Header, view: u32) -> bool {
        const DRIFT: u64 = 2_000;
        let early = header.time <= turn.now.plus_millis(DRIFT);
        early && (view > 0 || header.time.plus_millis(DRIFT) >= turn.now)
    }
}

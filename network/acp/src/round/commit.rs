//! R4, R5 and R6: locks and Commit votes, quorums learnt, and the end of the round.

use super::RoundState;
use crate::log::Said;
use crate::message::{Message, Vote};
use crate::ports::Output;
use crate::turn::Turn;
use crate::wal::WalRecord;
use ledger::{Certificate, CertifiedHeader, Header, Step};
use std::sync::Arc;

impl RoundState {
    /// R4: locks and commits on the Prepare quorum of the present view. No other rule locks.
    pub(super) fn commit(&mut self, turn: &mut Turn<'_>) {
        if self.own.committed || !self.may_vote(turn) {
            return;
        }
        let Some(quorum) = self.present.clone() else { return };
        if !self.blocks.is_valid(&quorum.block) {
            return;
        }
        self.own.committed = true;
        self.lock = Some((quorum.view, quorum.block));
        self.raise(turn, &quorum);
        self.own.locked_on.push(Arc::clone(&quorum));
        if self.own.needs_excuse {
            let record = WalRecord::Excuse(Box::new(Certificate::clone(&quorum)));
            turn.persist(record, Said::Excuse);
        }
        self.cast(turn, Step::Commit, quorum.block, Some(quorum));
    }

    /// R5: learns a higher quorum; never locks, never votes, never lowers.
    pub(super) fn learn(&mut self, turn: &mut Turn<'_>, quorum: &Arc<Certificate>) {
        if turn.rules.carries_quorums() {
            self.raise(turn, quorum);
        }
    }

    fn raise(&mut self, turn: &mut Turn<'_>, quorum: &Arc<Certificate>) {
        if self.high.as_ref().is_none_or(|high| high.view < quorum.view) {
            self.high = Some(Arc::clone(quorum));
            // C.9: what people may be told; nothing is paid on it.
            turn.ask(Output::Tentative(Certificate::clone(quorum)));
        }
    }

    pub(super) fn release_vote(
        &mut self,
        turn: &mut Turn<'_>,
        vote: Vote,
        quorum: Option<&Certificate>,
    ) {
        if self.end.is_none() {
            if let Some(quorum) = quorum {
                turn.ask(Output::Broadcast(Message::Quorum(Box::new(quorum.clone()))));
            }
            turn.ask(Output::Broadcast(Message::Vote(vote.clone())));
        }
        self.count(turn, &vote);
        if vote.view == self.view {
            self.own.votes.push(vote);
        }
    }

    /// R6: a Commit quorum of any view ends the round, as soon as its header is known. The body
    /// may follow (C.10).
    pub(super) fn decide(&mut self, turn: &mut Turn<'_>) {
        let Some(certificate) = &self.decision else { return };
        let Some(header) = self.blocks.header(&certificate.block) else { return };
        let (header, certificate) = (Header::clone(header), Certificate::clone(certificate));
        self.finish(turn, CertifiedHeader { header, certificate });
    }

    /// A certified header ends the round by itself, if it follows the block before.
    pub(super) fn on_final(&mut self, turn: &mut Turn<'_>, end: CertifiedHeader) {
        let fits = self.fits(end.certificate.block, &end.header);
        if fits && end.certificate.step == Step::Commit {
            self.take_final(turn, &end);
            self.finish(turn, end);
        }
    }

    fn take_final(&mut self, turn: &mut Turn<'_>, end: &CertifiedHeader) {
        self.learn_header(end.certificate.block, end.header.clone());
        self.take_quorum(turn, &Arc::new(end.certificate.clone()));
    }

    fn finish(&mut self, turn: &mut Turn<'_>, end: CertifiedHeader) {
        if self.end.is_none() {
            turn.ask(Output::Final(Box::new(end.clone())));
            self.end = Some(Arc::new(end));
        }
    }
}

//! How well the other members serve this one (`acp.md` 2.4).
//!
//! A member that serves is heard in every round. Counted are the rounds in which a quorum was heard
//! here: whoever is cut off itself, or only catches up, blames nobody.

use ledger::{Committee, MAX_SCORE, Params};
use std::collections::{BTreeMap, BTreeSet};
use types::Round;

/// The ledger is told in the last rounds of an epoch.
const LAST: u64 = 10;
/// Below it something is worth telling: what nobody says is taken for good.
const POOR: u8 = MAX_SCORE / 2;

/// What was heard in the present epoch.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Who was heard in the present round.
    present: BTreeSet<u16>,
    /// Rounds with a quorum.
    rounds: u64,
    /// In how many of them each member was heard.
    heard: BTreeMap<u16, u64>,
    /// What the ledger was told, or need not be told, in this epoch.
    told: bool,
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opinion {
    pub(crate) epoch: u64,
    /// One score for each member, in the committee's order.
    pub(crate) scores: Vec<u8>,
}

impl Heard {
    /// A member has said something.
    pub(super) fn hear(&mut self, member: u16) {
        self.present.insert(member);
    }

    /// A round is over that this committee has decided, `own` among it or not.
    pub(super) fn turn(&mut self, round: Round, committee: &Committee, own: Option<u16>) {
        self.present.extend(own);
        let present = std::mem::take(&mut self.present);
        let members = present.into_iter().filter(|member| committee.member(*member).is_some());
        let members: Vec<u16> = members.collect();
        if members.len() < committee.quorum() {
            return tracing::trace!("round {} was decided elsewhere", round.0);
        }
        self.rounds = self.rounds.saturating_add(1);
        for member in members {
            let heard = self.heard.entry(member).or_default();
            *heard = heard.saturating_add(1);
        }
    }

    /// What to tell the ledger of after this round: in the last rounds of an epoch of which at least
    /// a half was heard here, and if a member was not.
    pub(super) fn opinion(&self, params: &Params, round: Round, size: usize) -> Option<Opinion> {
        let left = u64::from(params.epoch).saturating_sub(params.offset(round.next()));
        let enough = self.rounds.saturating_mul(2) >= u64::from(params.epoch);
        if self.told || left > LAST || !enough {
            return None;
        }
        let scores: Vec<u8> = (0_u16..).take(size).map(|member| self.score(member)).collect();
        let poor = scores.iter().any(|score| *score < POOR);
        poor.then(|| Opinion { epoch: params.epoch_of(round.next()), scores })
    }

    fn score(&self, member: u16) -> u8 {
        let heard = self.heard.get(&member).copied().unwrap_or_default();
        let parts = heard.saturating_mul(u64::from(MAX_SCORE)).checked_div(self.rounds);
        u8::try_from(parts.unwrap_or_default()).unwrap_or(MAX_SCORE).min(MAX_SCORE)
    }

    /// The ledger knows, or will never know.
    pub(super) fn is_told(&mut self) {
        self.told = true;
    }

    /// Forgets everything if the next round begins an epoch.
    pub(super) fn go_on(&mut self, params: &Params, round: Round) {
        if params.is_first(round.next()) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: Params = Params::DEVNET;

    fn rounds(heard: &mut Heard, rounds: std::ops::Range<u64>, members: &[u16]) {
        let committee = testkit::genesis(types::Timestamp(0), &[]).committee();
        for round in rounds {
            members.iter().for_each(|member| heard.hear(*member));
            heard.turn(Round(round), &committee, Some(0));
        }
    }

    fn scores(heard: &Heard, round: u64) -> Option<Vec<u8>> {
        heard.opinion(&PARAMS, Round(round), 4).map(|opinion| opinion.scores)
    }

    #[test]
    fn whoever_is_not_heard_is_told_of_in_the_last_rounds() {
        let mut heard = Heard::default();
        rounds(&mut heard, 1..11, &[1, 2, 3]);
        rounds(&mut heard, 11..50, &[1, 2]);
        assert_eq!(scores(&heard, 48), None, "too early");
        assert_eq!(scores(&heard, 49), Some(vec![100, 100, 100, 20]));
        assert_eq!(heard.opinion(&PARAMS, Round(49), 4).unwrap().epoch, 0);
        heard.is_told();
        assert_eq!(scores(&heard, 50), None, "once");
        heard.go_on(&PARAMS, Round(58));
        assert!(heard.told);
        heard.go_on(&PARAMS, Round(59));
        assert_eq!((heard.told, heard.rounds), (false, 0));
    }

    #[test]
    fn while_all_are_heard_nothing_is_told() {
        let mut heard = Heard::default();
        rounds(&mut heard, 1..31, &[1, 2, 3]);
        rounds(&mut heard, 31..60, &[1, 2]);
        assert_eq!(scores(&heard, 58), None, "more than a half");
    }

    #[test]
    fn whoever_is_cut_off_blames_nobody() {
        let mut heard = Heard::default();
        rounds(&mut heard, 1..30, &[1, 2]);
        rounds(&mut heard, 30..60, &[1, 9]);
        assert_eq!((heard.rounds, scores(&heard, 58)), (29, None));
        rounds(&mut heard, 30..31, &[1, 2]);
        assert_eq!(scores(&heard, 58), Some(vec![100, 100, 100, 0]));
    }
}

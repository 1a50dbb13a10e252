//! What must never happen, looked at from outside: it sees everything that honest members say and
//! decide, and believes no engine.

use crate::disk::Disk;
use crate::ring::Who;
use acp::{Message, WalRecord};
use ledger::Step;
use std::collections::BTreeMap;
use types::BlockId;

/// What was found in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Findings {
    /// Two honest members decided differently.
    pub disagreement: bool,
    /// An honest member had not decided in time after the network became good.
    pub undecided: bool,
    /// Something an honest member said, or an engine's evidence, convicts an honest member.
    pub honest_convicted: bool,
    /// Another promise was broken; in words.
    pub broken: Option<&'static str>,
}

impl Findings {
    /// True if there is anything to report.
    #[must_use]
    pub fn any(&self) -> bool {
        self.disagreement || self.undecided || self.honest_convicted || self.broken.is_some()
    }
}

/// What a member may say once: in a round, in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Once {
    Prepare,
    Commit,
    Proposal,
    NewView,
}

type Place = (Who, u64, Once, u32);

/// One thing said: the block, the view after the quorum's in it, and the signature.
#[derive(Clone, Copy)]
struct Said {
    block: BlockId,
    quorum: u32,
    signature: [u8; 64],
}

/// All that honest members have said.
#[derive(Default)]
pub(crate) struct Watch {
    said: BTreeMap<Place, Said>,
    /// The highest lock of each honest member in each round.
    locks: BTreeMap<(Who, u64), u32>,
    pub(crate) findings: Findings,
    /// How many forged messages were refused.
    pub(crate) forged: u64,
}

impl Watch {
    pub(crate) fn breaks(&mut self, promise: &'static str) {
        self.findings.broken.get_or_insert(promise);
    }

    /// An honest member says this to somebody.
    pub(crate) fn hear(&mut self, who: Who, disk: &Disk, message: &Message) {
        let Some((place, said)) = once(who, message) else { return };
        let before = self.said.get(&place).copied();
        let Some(before) = before else {
            if !disk.durable().rev().any(|record| is_record(record, place, &said)) {
                self.breaks("said before it was durable");
            }
            self.said.insert(place, said);
            return self.denial(place);
        };
        if before.block != said.block {
            self.findings.honest_convicted = true;
        } else if before.signature != said.signature {
            self.breaks("said again in other bytes");
        }
    }

    /// LockAmnesia: a Commit, and a NewView of a later view that denies it.
    fn denial(&mut self, (who, round, _, _): Place) {
        let of = |once, least| (who, round, once, least)..=(who, round, once, u32::MAX);
        let denied = self.said.range(of(Once::Commit, 0)).any(|((_, _, _, view), _)| {
            let later = self.said.range(of(Once::NewView, view.saturating_add(1)));
            later.into_iter().any(|(_, new_view)| new_view.quorum <= *view)
        });
        self.findings.honest_convicted |= denied;
    }

    /// After a crash the highest lock is that of the log: what was not durable bound nobody.
    pub(crate) fn recover(&mut self, who: Who, disk: &Disk) {
        self.locks.retain(|(of, _), _| *of != who);
        let records: Vec<WalRecord> = disk.recovered();
        records.iter().for_each(|record| self.write(who, record));
    }

    /// An honest member writes this into its log.
    pub(crate) fn write(&mut self, who: Who, record: &WalRecord) {
        let WalRecord::Vote { vote, lock, .. } = record else { return };
        let now = lock.map_or(0, |(view, _)| view.saturating_add(1));
        let highest = self.locks.entry((who, vote.round.0)).or_default();
        let (fell, committed) = (now < *highest, vote.step == Step::Commit);
        *highest = now.max(*highest);
        if fell {
            self.breaks("a lock fell");
        }
        if committed && *lock != Some((vote.view, vote.block)) {
            self.breaks("a Commit without its lock");
        }
    }
}

fn once(who: Who, message: &Message) -> Option<(Place, Said)> {
    let round = message.round().0;
    let after = |quorum: &Option<ledger::Certificate>| {
        quorum.as_ref().map_or((0, BlockId([0; 32])), |q| (q.view.saturating_add(1), q.block))
    };
    Some(match message {
        Message::Vote(vote) => {
            let once = match vote.step {
                Step::Prepare => Once::Prepare,
                Step::Commit => Once::Commit,
            };
            let said = Said { block: vote.block, quorum: 0, signature: vote.signature };
            ((who, round, once, vote.view), said)
        }
        Message::Proposal(proposal) => {
            let (quorum, _) = after(&proposal.quorum);
            let said = Said { block: proposal.block, quorum, signature: proposal.signature };
            ((who, round, Once::Proposal, proposal.view), said)
        }
        Message::NewView(new_view) => {
            let (quorum, block) = after(&new_view.high);
            let said = Said { block, quorum, signature: new_view.signature };
            ((who, round, Once::NewView, new_view.view), said)
        }
        Message::Ticket(_) | Message::Quorum(_) | Message::Final(_) | Message::Status(_) => {
            return None;
        }
    })
}

fn is_record(record: &WalRecord, (_, round, once, view): Place, said: &Said) -> bool {
    let (kind, place, signature) = match record {
        WalRecord::Proposal(p) => (Once::Proposal, (p.round.0, p.view), p.signature),
        WalRecord::NewView(n) => (Once::NewView, (n.round.0, n.view), n.signature),
        WalRecord::Vote { vote, .. } => match vote.step {
            Step::Prepare => (Once::Prepare, (vote.round.0, vote.view), vote.signature),
            Step::Commit => (Once::Commit, (vote.round.0, vote.view), vote.signature),
        },
        WalRecord::Excuse(_) => return false,
    };
    kind == once && place == (round, view) && signature == said.signature
}

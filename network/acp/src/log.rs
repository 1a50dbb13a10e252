//! The queue between what a member decides to say and what leaves it.
//!
//! A record goes out at once to be made durable; the statement it stands for, and every message
//! decided on after it, wait here until it is (`acp-corrections.md` A8). What is not sent does not
//! wait: timers, checks and ends of rounds bind nobody.

use crate::message::{NewView, Proposal, Vote};
use crate::ports::Output;
use crate::wal::WalRecord;
use ledger::Certificate;
use std::collections::VecDeque;
use std::sync::Arc;
use types::Round;

/// A statement of this member that counts and leaves once it is durable.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    Proposal(Box<Proposal>),
    /// A vote, a Commit with the Prepare quorum that it follows from.
    Vote(Vote, Option<Arc<Certificate>>),
    NewView(Box<NewView>),
    /// Kept for the member's defence; nothing is sent.
    Excuse,
}

#[derive(Debug, Clone)]
enum Entry {
    Record(u64, Round, Said),
    Output(Box<Output>),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    last: u64,
    queue: VecDeque<Entry>,
}

impl Log {
    /// Asks for a record to be made durable.
    pub(crate) fn persist(&mut self, record: WalRecord, said: Said, out: &mut Vec<Output>) {
        self.last = self.last.saturating_add(1);
        self.queue.push_back(Entry::Record(self.last, record.round(), said));
        out.push(Output::Persist { seq: self.last, record });
    }

    /// Sends, behind every record that is not durable yet.
    pub(crate) fn send(&mut self, output: Output, out: &mut Vec<Output>) {
        if self.queue.is_empty() {
            out.push(output);
        } else {
            self.queue.push_back(Entry::Output(Box::new(output)));
        }
    }

    /// Lets go what waited for records up to `seq`, up to the next statement, which is returned.
    pub(crate) fn release(&mut self, seq: u64, out: &mut Vec<Output>) -> Option<(Round, Said)> {
        loop {
            match self.queue.pop_front()? {
                Entry::Output(output) => out.push(*output),
                Entry::Record(at, round, said) if at <= seq => return Some((round, said)),
                waiting @ Entry::Record(..) => {
                    self.queue.push_front(waiting);
                    return None;
                }
            }
        }
    }
}

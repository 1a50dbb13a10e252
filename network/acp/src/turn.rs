//! One step of the engine: its time, the tools that rules may use, and where outputs go.

use crate::log::{Log, Said};
use crate::message::Message;
use crate::ports::{Output, Scheme, Timer};
use crate::rules::Rules;
use crate::timing::Timing;
use crate::wal::WalRecord;
use types::Timestamp;

pub(crate) struct Turn<'a> {
    pub(crate) rules: &'a dyn Rules,
    pub(crate) scheme: &'a dyn Scheme,
    pub(crate) timing: &'a Timing,
    pub(crate) now: Timestamp,
    /// Repetitions so far, over all rounds.
    pub(crate) beat: u64,
    pub(crate) log: &'a mut Log,
    pub(crate) out: &'a mut Vec<Output>,
}

impl Turn<'_> {
    /// True for one repetition a second.
    pub(crate) fn is_new_second(&self) -> bool {
        let beats = 1_000_u64.checked_div(self.timing.repeat).unwrap_or(1).max(1);
        self.beat.is_multiple_of(beats)
    }

    /// To every other member, behind what is not durable yet.
    pub(crate) fn broadcast(&mut self, message: Message) {
        self.log.send(Output::Broadcast(message), self.out);
    }

    /// To one member, behind what is not durable yet.
    pub(crate) fn send_to(&mut self, member: u16, message: Message) {
        self.log.send(Output::SendTo(member, message), self.out);
    }

    /// What needs no record and binds nobody.
    pub(crate) fn ask(&mut self, output: Output) {
        self.out.push(output);
    }

    pub(crate) fn timer(&mut self, timer: Timer, millis: u64) {
        self.out.push(Output::SetTimer(timer, millis));
    }

    /// Makes a record durable; what is said follows then.
    pub(crate) fn persist(&mut self, record: WalRecord, said: Said) {
        self.log.persist(record, said, self.out);
    }
}

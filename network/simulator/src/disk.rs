//! A member's log: what is written is there after a crash only up to the last fsync, and perhaps a
//! piece of what came behind it, torn in the middle of a record.

use crate::random::Random;
use crate::tokens::hash;
use acp::WalRecord;
use wire::{Decode, Encode};

const KEY: [u64; 2] = [11, 13];

/// The log of one node.
#[derive(Default)]
pub(crate) struct Disk {
    records: Vec<WalRecord>,
    /// How many of them are durable.
    durable: usize,
    /// The engine's number of the first record of this life, less one.
    offset: Option<u64>,
    /// How many records were there when this life began.
    before: usize,
}

impl Disk {
    pub(crate) fn append(&mut self, seq: u64, record: WalRecord) {
        self.offset.get_or_insert(seq);
        self.records.push(record);
    }

    /// Everything up to the record with this number is durable from now on.
    pub(crate) fn sync(&mut self, seq: u64) {
        let Some(first) = self.offset else { return };
        let of_this_life = usize::try_from(seq.saturating_sub(first) + 1).unwrap_or(usize::MAX);
        let durable = self.before.saturating_add(of_this_life).min(self.records.len());
        self.durable = self.durable.max(durable);
    }

    /// What would be read back after a crash at the worst moment.
    pub(crate) fn durable(&self) -> impl DoubleEndedIterator<Item = &WalRecord> {
        self.records.iter().take(self.durable)
    }

    /// A crash: of the bytes behind the last fsync a piece remains that ends anywhere.
    pub(crate) fn crash(&mut self, random: &mut Random) {
        let tail: Vec<u8> = self.records.split_off(self.durable).iter().flat_map(frame).collect();
        let kept = random.index(tail.len() + 1);
        self.records.extend(read(tail.get(..kept).unwrap_or_default()));
        self.durable = self.records.len();
        self.before = self.records.len();
        self.offset = None;
    }

    /// The file is gone.
    pub(crate) fn lose(&mut self) {
        *self = Self::default();
    }

    /// What the next life's engine is made with.
    pub(crate) fn recovered(&self) -> Vec<WalRecord> {
        self.records.clone()
    }
}

/// Length, record, checksum.
fn frame(record: &WalRecord) -> Vec<u8> {
    let bytes = record.to_bytes();
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    let [sum, _] = hash(KEY, &bytes);
    [length.as_slice(), &bytes, &sum.to_be_bytes()].concat()
}

fn read(mut bytes: &[u8]) -> Vec<WalRecord> {
    let mut records = vec![];
    while let Some((record, rest)) = read_one(bytes) {
        records.push(record);
        bytes = rest;
    }
    records
}

fn read_one(bytes: &[u8]) -> Option<(WalRecord, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (record, rest) =
        rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let [right, _] = hash(KEY, record);
    (u64::from_be_bytes(*sum) == right).then_some(())?;
    Some((WalRecord::from_bytes(record).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use acp::Vote;
    use ledger::Step;
    use types::{BlockId, Round};

    fn record(view: u32) -> WalRecord {
        let vote = Vote {
            step: Step::Prepare,
            round: Round(1),
            view,
            block: BlockId([7; 32]),
            member: 2,
            signature: [9; 64],
        };
        WalRecord::Vote { vote, lock: None, high: None }
    }

    #[test]
    fn a_crash_keeps_what_is_durable_and_no_torn_record() {
        let mut lengths = [0; 3];
        for seed in 0..300 {
            let mut disk = Disk::default();
            (0..3).for_each(|view| disk.append(u64::from(view) + 5, record(view)));
            disk.sync(5);
            disk.crash(&mut Random::new(seed));
            let read = disk.recovered();
            assert_eq!(read, (0..3).map(record).take(read.len()).collect::<Vec<_>>());
            lengths[read.len() - 1] += 1;
            disk.append(1, record(9));
            disk.sync(1);
            assert_eq!(disk.durable().count(), read.len() + 1, "a new life counts anew");
        }
        let [one, two, _] = lengths;
        assert!(one > 50 && two > 50, "{lengths:?}");
    }
}

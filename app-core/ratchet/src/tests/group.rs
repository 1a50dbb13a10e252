//! Groups: what a sender key lets its holders read, and nothing else.

mod conversation;
mod golden;
mod limits;
mod members;
mod order;
mod refusal;
mod stored;
mod tampering;
mod vectors;

use crate::{
    DistributionId, RatchetError, SenderKeyDistribution, SenderKeyMessage, SenderKeyRecord,
    chain::ChainKey,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use wire::{Decode, Encode, Reader};

const GROUP: DistributionId = DistributionId([0xd1; 16]);
/// Chain key, index and number of skipped seeds: what a stored record with one key ends with.
const CHAIN_LEN: usize = 40;

/// One who writes to a group.
struct Sender {
    record: SenderKeyRecord,
    rng: ChaCha20Rng,
}

impl Sender {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut record = SenderKeyRecord::default();
        record.distribute(GROUP, &mut rng).unwrap();
        Self { record, rng }
    }

    /// Starts again with a key that nobody has.
    fn renew(&mut self) {
        self.record = SenderKeyRecord::default();
        self.distribution();
    }

    fn distribution(&mut self) -> SenderKeyDistribution {
        let distribution = self.record.distribute(GROUP, &mut self.rng).unwrap();
        SenderKeyDistribution::parse(&distribution.to_bytes()).unwrap()
    }

    /// The receiving side of whoever is let in now.
    fn member(&mut self) -> SenderKeyRecord {
        let mut member = SenderKeyRecord::default();
        member.process(&self.distribution());
        member
    }

    fn send(&mut self, text: &[u8]) -> Vec<u8> {
        self.record.encrypt(text, &mut self.rng).unwrap()
    }

    /// Moves on as if so many messages had been sent.
    fn pass(&mut self, count: u32) {
        let stored = self.record.to_bytes();
        let (head, chain) = stored.split_at(stored.len() - CHAIN_LEN);
        let mut chain = ChainKey::decode(&mut Reader::new(chain)).unwrap();
        (0..count).for_each(|_| chain = chain.step().unwrap().1);
        let moved = [head, &chain.to_bytes(), &[0; 4]].concat();
        self.record = SenderKeyRecord::from_bytes(&moved).unwrap();
    }
}

/// Decrypts, and checks that failing changes nothing and that succeeding changes something.
fn read(record: &mut SenderKeyRecord, bytes: &[u8]) -> Result<Vec<u8>, RatchetError> {
    let before = record.to_bytes();
    let result = SenderKeyMessage::parse(bytes).and_then(|message| record.decrypt(&message));
    assert_eq!(result.is_err(), record.to_bytes() == before);
    result.map(|plaintext| plaintext.to_vec())
}

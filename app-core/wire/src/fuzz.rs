//! Entry points for fuzzing: must never panic.
//!
//! Each takes foreign bytes through the decoders of one protocol. What is accepted encodes to the
//! same bytes: one value, one encoding.

use crate::chain::{ChainReply, ChainRequest};
use crate::directory::{DirectoryReply, DirectoryRequest, Publication};
use crate::events::{Event, QueueRight, Subscribe};
use crate::mail::{MailReply, MailRequest};
use crate::roster::{Announcement, Heard};
use crate::store::{Have, Receipt, StoreReply, StoreRequest};
use crate::{Decode, Encode, Reply};
use types::{Address, TxId};

fn round_trip<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

/// Mailboxes: what a worker is asked, and what it answers.
pub fn fuzz_mail(bytes: &[u8]) {
    round_trip::<MailRequest>(bytes);
    round_trip::<Reply<MailReply>>(bytes);
}

/// Prekey bundles: what a worker is asked, and what it answers.
pub fn fuzz_directory(bytes: &[u8]) {
    round_trip::<DirectoryRequest>(bytes);
    round_trip::<Publication>(bytes);
    round_trip::<Reply<DirectoryReply>>(bytes);
}

/// The ledger: what a node is asked, and what it answers.
pub fn fuzz_chain(bytes: &[u8]) {
    round_trip::<ChainRequest>(bytes);
    round_trip::<Reply<ChainReply>>(bytes);
}

/// The held stream, both ways.
pub fn fuzz_events(bytes: &[u8]) {
    round_trip::<Subscribe>(bytes);
    round_trip::<QueueRight>(bytes);
    round_trip::<Event>(bytes);
}

/// Where nodes listen; and devnet's faucet, an address in, a transaction out.
pub fn fuzz_roster(bytes: &[u8]) {
    round_trip::<Announcement>(bytes);
    round_trip::<Reply<Heard>>(bytes);
    round_trip::<Address>(bytes);
    round_trip::<Reply<TxId>>(bytes);
}

/// Bodies of blocks: what a worker is asked, and what it answers.
pub fn fuzz_store(bytes: &[u8]) {
    round_trip::<StoreRequest>(bytes);
    round_trip::<Reply<StoreReply>>(bytes);
    round_trip::<Receipt>(bytes);
    round_trip::<Have>(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_panics(tag in 0..14_u8, bytes: Vec<u8>) {
            let bytes = [&[tag], bytes.as_slice()].concat();
            let targets =
                [fuzz_mail, fuzz_directory, fuzz_chain, fuzz_events, fuzz_roster, fuzz_store];
            targets.iter().for_each(|target| target(&bytes));
        }
    }
}

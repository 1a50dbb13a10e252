//! Messages and log records as bytes: pinned, read back, and never a panic on foreign ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod harness;

use acp::{Message, NewView, Proposal, Status, Ticket, Vote, WalRecord};
use harness::make;
use ledger::{Certificate, CertifiedHeader, Header, Step};
use proptest::prelude::*;
use types::{BlockId, Round};
use wire::{Decode, Encode};

const BLOCK: BlockId = BlockId([0xb1; 32]);

fn quorum() -> Certificate {
    Certificate {
        step: Step::Prepare,
        round: Round(3),
        view: 1,
        block: BLOCK,
        bitmap: vec![0b0111],
        signatures: vec![[0x51; 64], [0x52; 64], [0x53; 64]],
    }
}

fn vote() -> Vote {
    let step = Step::Commit;
    Vote { step, round: Round(3), view: 2, block: BLOCK, member: 1, signature: [0x51; 64] }
}

fn new_view() -> Box<NewView> {
    let high = Some(quorum());
    Box::new(NewView { round: Round(3), view: 2, high, member: 1, signature: [0x51; 64] })
}

fn header() -> Header {
    make::header(4, Round(3), BLOCK, 2)
}

fn proposal() -> Box<Proposal> {
    Box::new(Proposal {
        round: Round(3),
        view: 2,
        block: BLOCK,
        header: None,
        quorum: Some(quorum()),
        origin: Some([0x0e; 64]),
        leader: 1,
        signature: [0x51; 64],
    })
}

fn messages() -> Vec<Message> {
    let certificate = Certificate { step: Step::Commit, ..quorum() };
    let ticket = Ticket { round: Round(3), member: 1, proof: [0x71; 80], signature: [0x51; 64] };
    vec![
        Message::Ticket(ticket),
        Message::Proposal(proposal()),
        Message::Proposal(Box::new(Proposal { header: Some(header()), ..*proposal() })),
        Message::Vote(vote()),
        Message::NewView(new_view()),
        Message::Quorum(Box::new(quorum())),
        Message::Final(Box::new(CertifiedHeader { header: header(), certificate })),
        Message::Status(Box::new(Status { round: Round(258), view: 4, high: None })),
    ]
}

fn records() -> Vec<WalRecord> {
    let (vote, high) = (vote(), Some(Box::new(quorum())));
    vec![
        WalRecord::Proposal(proposal()),
        WalRecord::Vote { vote: vote.clone(), lock: Some((2, BLOCK)), high },
        WalRecord::Vote { vote, lock: None, high: None },
        WalRecord::NewView(new_view()),
        WalRecord::Excuse(Box::new(quorum())),
    ]
}

#[test]
fn every_message_and_record_reads_back() {
    for message in messages() {
        acp::fuzz::fuzz_message(&message.to_bytes());
        acp::fuzz::fuzz_verify(&message.to_bytes());
        assert_eq!(Message::from_bytes(&message.to_bytes()).unwrap(), message);
        assert!([Round(3), Round(258)].contains(&message.round()));
    }
    for record in records() {
        acp::fuzz::fuzz_wal_record(&record.to_bytes());
        assert_eq!(WalRecord::from_bytes(&record.to_bytes()).unwrap(), record);
        assert_eq!(record.round(), Round(3));
    }
    for unknown in [0, 8, 255] {
        assert!(Message::from_bytes(&[unknown]).is_err());
        assert!(WalRecord::from_bytes(&[unknown]).is_err());
    }
}

#[test]
fn the_bytes_of_messages_are_these() {
    let (id, at) = ("b1".repeat(32), "0000000000000003");
    let (sig, three) = ("51".repeat(64), ["51", "52", "53"].map(|byte| byte.repeat(64)).concat());
    let quorum = format!("01{at}00000001{id}0000000107{}{three}", "00000003");
    let expected = [
        format!("01{at}0001{}{sig}", "71".repeat(80)),
        format!("02{at}00000002{id}0001{quorum}01{}0001{sig}", "0e".repeat(64)),
        format!(
            "02{at}00000002{id}01{}01{quorum}01{}0001{sig}",
            hex::encode(header().to_bytes()),
            "0e".repeat(64)
        ),
        format!("0302{at}00000002{id}0001{sig}"),
        format!("04{at}0000000201{quorum}0001{sig}"),
        format!("05{quorum}"),
        format!("06{}02{}", hex::encode(header().to_bytes()), &quorum[2..]),
        "07000000000000010200000004".to_owned() + "00",
    ];
    for (message, expected) in messages().iter().zip(expected) {
        assert_eq!(hex::encode(message.to_bytes()), expected, "{message:?}");
    }
}

#[test]
fn the_bytes_of_records_are_those_of_their_messages() {
    let id = "b1".repeat(32);
    let body = |message: Message| hex::encode(&message.to_bytes()[1..]);
    let (vote, quorum) = (body(Message::Vote(vote())), body(Message::Quorum(Box::new(quorum()))));
    let expected = [
        format!("01{}", body(Message::Proposal(proposal()))),
        format!("02{vote}0100000002{id}01{quorum}"),
        format!("02{vote}0000"),
        format!("03{}", body(Message::NewView(new_view()))),
        format!("04{quorum}"),
    ];
    for (record, expected) in records().iter().zip(expected) {
        assert_eq!(hex::encode(record.to_bytes()), expected, "{record:?}");
    }
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        acp::fuzz::fuzz_message(&bytes);
        acp::fuzz::fuzz_wal_record(&bytes);
        acp::fuzz::fuzz_verify(&bytes);
    }

    #[test]
    fn bent_messages_never_panic_and_are_never_believed(
        which in 0_usize..8,
        bends in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = messages()[which].to_bytes();
        for (at, byte) in bends {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        acp::fuzz::fuzz_message(&bytes);
        acp::fuzz::fuzz_verify(&bytes);
        acp::fuzz::fuzz_verify(&bytes[..cut.index(bytes.len())]);
        acp::fuzz::fuzz_wal_record(&bytes);
    }
}

//! Golden vectors: the bytes and hashes of one fixed value of every kind. A changed line here is a
//! changed protocol.

use super::{abc, plain_key, round_trip};
use crate::*;
use std::collections::BTreeMap;
use types::{Address, AddressKind, Amount, BlockId, ChainId, Round, Timestamp, TxId, WorkerId};

/// Lines of `name hex`.
const GOLDEN: &str = include_str!("../../tests/golden.txt");

fn home(byte: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [byte; 20] }
}

pub(crate) fn transaction() -> Transaction {
    Transaction {
        version: 1,
        chain: ChainId([0xc1; 32]),
        expiry: Round(600),
        price_epoch: 0,
        bundle: None,
        sources: vec![
            Source { address: plain_key().address(), nonce: 0, reveal: Some(plain_key()) },
            Source { address: home(0xa2), nonce: 7, reveal: None },
        ],
        fee: abc(1068),
        actions: vec![
            Action::Pay(Pay { source: 0, to: home(0xb1), amount: abc(12_500_000) }),
            Action::Pay(Pay { source: 1, to: home(0xb2), amount: abc(1) }),
        ],
        witness: vec![vec![0x51; 64], vec![0x52; 64]],
    }
}

fn genesis() -> Genesis {
    let managers: Vec<_> = super::managers()
        .into_iter()
        .zip(1..)
        .map(|(manager, byte)| FirstManager { account: home(byte), ..manager })
        .collect();
    Genesis {
        time: Timestamp(1_790_000_000_000),
        params: Params::DEVNET,
        managers,
        workers: vec![
            FirstWorker { id: WorkerId([0xd1; 32]), archive: true },
            FirstWorker { id: WorkerId([0xd2; 32]), archive: false },
        ],
        faucet: Some(home(1)),
        balances: (1..=4).map(|byte| (home(byte), abc(10_000 * u64::from(byte)))).collect(),
    }
}

pub(crate) fn header() -> Header {
    Header {
        version: Header::VERSION,
        chain: ChainId([0xc1; 32]),
        round: Round(3),
        time: Timestamp(1_790_000_003_000),
        parent: BlockId([0xe1; 32]),
        body_root: [0xe2; 32],
        state_root: [0xe3; 32],
        receipts_root: [0xe4; 32],
        committee: [0xe5; 32],
        next_committee: [0xe6; 32],
        beacon: [0xe7; 32],
        history: [0xe8; 32],
        parent_certificate: [0xe9; 32],
        proposer: 2,
        ticket: [0xea; 80],
        flags: 0,
    }
}

fn certificate(step: Step) -> Certificate {
    let votes = BTreeMap::from([(0, [0x60; 64]), (2, [0x62; 64]), (8, [0x68; 64])]);
    Certificate::new(step, Round(3), 1, header().id(), &votes, 9)
}

fn seats() -> Seats {
    let members = genesis().committee().members().to_vec();
    let seat = |(member, reputation)| Seat { member, reputation };
    Seats::new(members.into_iter().zip([0, 1, 7, 16]).map(seat).collect()).unwrap()
}

/// The headers of three rounds.
fn range() -> HeaderRange {
    let mut range = HeaderRange::default();
    for byte in 1..=3 {
        range.append(BlockId([byte; 32]));
    }
    range
}

fn range_proof() -> RangeProof {
    RangeProof { leaves: 3, siblings: vec![[0x11; 32]], peaks: vec![[0x12; 32]] }
}

fn body() -> Body {
    let parent_certificate = Some(certificate(Step::Commit));
    let late = LateVote { round: Round(2), view: 1, member: 3, signature: [0x17; 64] };
    Body { parent_certificate, late: vec![late], transactions: vec![transaction()] }
}

fn chunk() -> Chunk {
    let path = MerklePath { leaves: 3, siblings: vec![[0x13; 32], [0x14; 32]] };
    Chunk { index: 1, bytes: vec![0x15; 5], path, wids: [0x16; 32] }
}

fn vote(step: Step, block: u8) -> SignedVote {
    SignedVote {
        engine: ENGINE_ACP,
        round: Round(3),
        view: 1,
        step,
        block: BlockId([block; 32]),
        signature: [0x70; 64],
    }
}

fn proposal(block: u8, quorum: Option<(u32, BlockId)>) -> SignedProposal {
    SignedProposal {
        engine: ENGINE_ACP,
        round: Round(3),
        view: 1,
        block: BlockId([block; 32]),
        quorum,
        signature: [0x71; 64],
    }
}

fn new_view() -> SignedNewView {
    SignedNewView {
        engine: ENGINE_ACP,
        round: Round(3),
        view: 2,
        high: Some((0, BlockId([0x73; 32]))),
        signature: [0x72; 64],
    }
}

/// One of each kind.
fn evidence() -> [(&'static str, Evidence); 5] {
    let foreign = |foreign| Offence::ForeignVote {
        vote: vote(Step::Commit, 0x74),
        before: Box::new(header()),
        path: range_proof(),
        foreign,
    };
    let by = |offence| Evidence { key: [0x7f; 32], offence };
    let (first, second) = (vote(Step::Prepare, 0x74), vote(Step::Prepare, 0x75));
    let quorum = Some((0, BlockId([0x74; 32])));
    [
        ("duplicate-vote", by(Offence::DuplicateVote(first, second))),
        (
            "duplicate-proposal",
            by(Offence::DuplicateProposal(proposal(0x74, quorum), proposal(0x75, None))),
        ),
        ("lock-amnesia", by(Offence::LockAmnesia(vote(Step::Commit, 0x74), new_view()))),
        ("foreign-no-seat", by(foreign(Foreign::NoSeat(genesis().committee())))),
        ("foreign-other-block", by(foreign(Foreign::OtherBlock(Box::new(header()))))),
    ]
}

fn entry() -> Entry {
    Entry {
        counter: 5,
        round: Round(3),
        tx: TxId([0xf1; 32]),
        index: 2,
        kind: EntryKind::PayOut,
        delta: Deltas { abc: Delta::minus(1000), abit: Delta::plus(3), bonded: Delta::default() },
        counterparty: Some(home(0xb1)),
        abc: abc(99),
        abit: Amount::new(3),
        bonded: abc(4),
        nonce: 2,
        via_retired: true,
    }
}

fn account() -> Account {
    let retired = Some(Round(9));
    Account {
        open_id: Some(plain_key().open_id()),
        slots: vec![KeySlot { key: plain_key(), added: Round(3), retired }],
        nonce: 2,
        abc: abc(99),
        abit: Amount::new(3),
        bonded: abc(4),
        counter: 5,
        history: [0xf2; 32],
        ..Account::empty(plain_key().address())
    }
}

fn account_proof() -> AccountProof {
    AccountProof {
        round: Round(3),
        address: home(0xb1),
        alias: Some(plain_key().address()),
        alias_proof: StateProof::new(None, Vec::new()),
        account: Some(account()),
        proof: StateProof::new(Some(([1; 32], [2; 32])), vec![[3; 32], EMPTY_SUBTREE]),
    }
}

/// The encodings, each checked to read back.
pub(crate) fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let mut samples = chain_samples();
    samples.extend(account_samples());
    samples.extend(evidence().map(|(name, evidence)| (name, round_trip(&evidence))));
    samples
}

fn chain_samples() -> Vec<(&'static str, Vec<u8>)> {
    let certificate = certificate(Step::Commit);
    let certified = CertifiedHeader { header: header(), certificate: certificate.clone() };
    let tip = Tip { history: range(), ..genesis().tip([0xf7; 32]) };
    vec![
        ("genesis", round_trip(&genesis())),
        ("params", round_trip(&Params::DEVNET)),
        ("prices", round_trip(&Prices::DEVNET)),
        ("committee", round_trip(&genesis().committee())),
        ("seats", round_trip(&seats())),
        ("header", round_trip(&header())),
        ("tip", round_trip(&tip.after(&header()))),
        ("header-range", round_trip(&range())),
        ("range-proof", round_trip(&range_proof())),
        ("certificate-prepare", round_trip(&self::certificate(Step::Prepare))),
        ("certificate-commit", round_trip(&certificate)),
        ("certified-header", round_trip(&certified)),
        ("body", round_trip(&body())),
        ("body-empty", round_trip(&Body::default())),
        ("chunk", round_trip(&chunk())),
    ]
}

fn account_samples() -> Vec<(&'static str, Vec<u8>)> {
    let receipt = Receipt { tx: transaction().id(), index: 1, fee: abc(1068) };
    vec![
        ("transaction", round_trip(&transaction())),
        ("receipt", round_trip(&receipt)),
        ("entry", round_trip(&entry())),
        ("account", round_trip(&account())),
        ("account-empty", round_trip(&Account::empty(home(1)))),
        ("state-proof", round_trip(&account_proof().proof)),
        ("account-proof", round_trip(&account_proof())),
    ]
}

/// What managers sign.
fn statements() -> Vec<(&'static str, Vec<u8>)> {
    let place = Place::acp(ChainId([0xc1; 32]), Round(3), 1);
    let (block, quorum) = (header().id(), Some((0, BlockId([0x74; 32]))));
    vec![
        ("sign-prepare", place.vote(Step::Prepare, block)),
        ("sign-commit", place.vote(Step::Commit, block)),
        ("sign-proposal", place.proposal(block, None)),
        ("sign-proposal-quorum", place.proposal(block, quorum)),
        ("sign-new-view", place.new_view(None)),
        ("sign-new-view-quorum", place.new_view(quorum)),
        ("sign-ticket", Place { view: 0, ..place }.ticket(&[0xea; 80])),
        ("sign-vote-other-engine", Place { engine: 2, ..place }.vote(Step::Commit, block)),
    ]
}

fn hashes() -> Vec<(&'static str, Vec<u8>)> {
    let receipt = Receipt { tx: transaction().id(), index: 1, fee: abc(1068) };
    let body = super::body(&[transaction(), transaction(), transaction()]);
    let (chain, beacon) = (ChainId([0xc1; 32]), [0xe7; 32]);
    vec![
        ("chain", genesis().chain().0.to_vec()),
        ("committee-hash", genesis().committee().hash().to_vec()),
        ("block-id", header().id().0.to_vec()),
        ("certificate-digest", certificate(Step::Commit).digest().to_vec()),
        ("range-root", range().root().to_vec()),
        ("range-root-empty", HeaderRange::default().root().to_vec()),
        ("beacon-first", first_beacon(chain).to_vec()),
        ("beacon-next", next_beacon(&beacon, &[0xeb; 64]).to_vec()),
        ("beacon-next-empty", next_beacon_empty(&beacon, Round(3)).to_vec()),
        ("ticket-input", ticket_input(&beacon, Round(3))),
        ("transaction-id", transaction().id().0.to_vec()),
        ("sighash", transaction().sighash().to_vec()),
        ("wid", transaction().wid().to_vec()),
        ("body-root", body.root().to_vec()),
        ("body-root-empty", Body::default().root().to_vec()),
        ("receipts-root", receipts_root(&[receipt, receipt]).to_vec()),
        ("entry-hash", entry().next_hash(&[0xf0; 32]).to_vec()),
        ("account-key", account_key(home(1))),
        ("alias-key", alias_key(home(1))),
        ("open-id-key", open_id_key(plain_key().open_id())),
        ("fees-key", cell_key("fees")),
    ]
}

fn lines() -> Vec<String> {
    let lines = samples().into_iter().chain(statements()).chain(hashes());
    lines.map(|(name, bytes)| format!("{name} {}", hex::encode(bytes))).collect()
}

#[test]
fn encodings_and_hashes_are_frozen() {
    let frozen: Vec<_> = GOLDEN.lines().collect();
    let now = lines();
    for (line, frozen) in now.iter().zip(&frozen) {
        assert_eq!(line, frozen);
    }
    assert_eq!(now.len(), frozen.len());
}

/// The order in which members lead the views: reputation draws a member forward, and all take part.
#[test]
fn leaders_are_everyone_once_and_reputation_leads() {
    let seats = seats();
    let (committee, reputations) = (seats.committee(), seats.reputations());
    let mut first = [0; 4];
    for round in 1..=400 {
        let mut order = leader_order(&committee, &reputations, &[0xe7; 32], Round(round));
        first[usize::from(order[0])] += 1;
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3]);
    }
    assert!(first[3] > first[2] && first[2] > first[1], "{first:?}");
    let again = leader_order(&committee, &reputations, &[0xe7; 32], Round(1));
    assert_eq!(again, GOLDEN_ORDER);
}

const GOLDEN_ORDER: [u16; 4] = [3, 2, 0, 1];

//! The rules of one round, seen from one member of four, through the public face only.

#![allow(clippy::unwrap_used)]

use acp::proposal_bytes;
use acp::{AcpEngine, Engine, EngineStatus, Input, Message, Output, Proposal, Vote, WalRecord};
use ed25519_dalek::{Signer, SigningKey};
use ledger::{Body, CertifiedHeader, Committee, Header, MAX_BODY, Step, vote_bytes};
use proptest::prelude::*;
use types::{BlockId, ChainId, Round, Timestamp};
use wire::{Decode, Encode};

const CHAIN: ChainId = ChainId([7; 32]);
const GENESIS: BlockId = BlockId(CHAIN.0);

fn key(member: u16) -> SigningKey {
    SigningKey::from_bytes(&[member as u8 + 1; 32])
}

fn committee() -> Committee {
    let keys = (0..4).map(|member| key(member).verifying_key().to_bytes());
    Committee::new(keys.collect()).unwrap()
}

fn header(round: u64, time: u64) -> Header {
    Header {
        version: 1,
        chain: CHAIN,
        round: Round(round),
        time: Timestamp(time),
        parent: GENESIS,
        body_root: Body { transactions: vec![] }.root(),
        state_root: [1; 32],
        receipts_root: [2; 32],
        committee: committee().hash(),
        proposer: committee().proposer(Round(round)),
    }
}

fn proposal(header: Header) -> Proposal {
    let bytes = proposal_bytes(CHAIN, header.round, 0, header.id());
    let signature = key(header.proposer).sign(&bytes).to_bytes();
    Proposal { header, body: Body { transactions: vec![] }.to_bytes(), signature }
}

fn vote(step: Step, member: u16, header: &Header) -> Vote {
    let (round, block) = (header.round, header.id());
    let bytes = vote_bytes(CHAIN, round, 0, step, block);
    Vote { step, round, view: 0, block, member, signature: key(member).sign(&bytes).to_bytes() }
}

/// One engine with a disk that answers at once.
struct One {
    engine: AcpEngine,
    log: Vec<WalRecord>,
}

impl One {
    fn start(member: u16, log: Vec<WalRecord>) -> (Self, Vec<Output>) {
        let engine = AcpEngine::new(CHAIN, key(member), member, committee(), log);
        let mut one = Self { engine, log: vec![] };
        let out =
            one.input(Input::Start { round: Round(1), parent: GENESIS, committee: committee() });
        (one, out)
    }

    fn input(&mut self, input: Input) -> Vec<Output> {
        let mut inputs = vec![input];
        let mut all = vec![];
        while let Some(input) = inputs.pop() {
            let mut out = vec![];
            self.engine.step(Timestamp(0), input, &mut out);
            for output in out {
                if let Output::Persist { seq, record } = &output {
                    self.log.push(record.clone());
                    inputs.insert(0, Input::Persisted(*seq));
                }
                all.push(output);
            }
        }
        all
    }

    fn net(&mut self, from: u16, message: Message) -> Vec<Output> {
        self.input(Input::Net { from, message })
    }

    fn vote(&mut self, vote: Vote) -> Vec<Output> {
        self.net(vote.member, Message::Vote(vote))
    }

    fn take(&mut self, proposal: &Proposal) -> Vec<Output> {
        let mut out = self.net(0, Message::Proposal(Box::new(proposal.clone())));
        let block = proposal.header.id();
        out.extend(self.input(Input::Checked { block, valid: true }));
        out
    }

    fn status(&self) -> EngineStatus {
        self.engine.status()
    }
}

fn votes_of(out: &[Output]) -> Vec<(Step, BlockId)> {
    out.iter()
        .filter_map(|output| {
            let Output::Broadcast(Message::Vote(vote)) = output else { return None };
            Some((vote.step, vote.block))
        })
        .collect()
}

/// Member 1 through a whole round, with the certificate at its end.
fn finished() -> (One, CertifiedHeader) {
    let (mut one, _) = One::start(1, vec![]);
    let block = proposal(header(1, 5));
    one.take(&block);
    let mut out = vec![];
    for step in [Step::Prepare, Step::Commit] {
        for member in [0, 2] {
            out.extend(one.vote(vote(step, member, &block.header)));
        }
    }
    let end = out.into_iter().find_map(|output| {
        let Output::Final(end) = output else { return None };
        Some(*end)
    });
    (one, end.unwrap())
}

#[test]
fn a_round_ends_with_a_certificate_that_verifies() {
    let (one, end) = finished();
    assert!(one.status().decided);
    assert_eq!(end.certificate.signatures.len(), 3);
    end.certificate.verify(CHAIN, &committee()).unwrap();
}

#[test]
fn nothing_leaves_or_counts_before_it_is_durable() {
    let mut engine = AcpEngine::new(CHAIN, key(1), 1, committee(), vec![]);
    let block = proposal(header(1, 5));
    let mut out = vec![];
    for input in [
        Input::Start { round: Round(1), parent: GENESIS, committee: committee() },
        Input::Net { from: 0, message: Message::Proposal(Box::new(block.clone())) },
        Input::Checked { block: block.header.id(), valid: true },
        Input::Tick,
    ] {
        engine.step(Timestamp(0), input, &mut out);
    }
    assert_eq!(votes_of(&out), []);
    assert_eq!(engine.status().prepares, 0);
    engine.step(Timestamp(0), Input::Persisted(2), &mut out);
    assert_eq!(votes_of(&out), [(Step::Prepare, block.header.id())]);
    assert_eq!(engine.status().prepares, 1);
}

#[test]
fn false_votes_leave_no_trace() {
    let (mut one, _) = One::start(1, vec![]);
    let block = header(1, 5);
    let good = vote(Step::Prepare, 2, &block);
    let mut forged = good.clone();
    forged.signature[0] ^= 1;
    let false_votes = [
        forged,
        Vote { member: 3, ..good.clone() },
        Vote { member: 4, ..good.clone() },
        Vote { view: 1, ..good.clone() },
        Vote { step: Step::Commit, ..good.clone() },
        Vote { block: BlockId([9; 32]), ..good.clone() },
        Vote { round: Round(2), ..good.clone() },
        Vote { round: Round(0), ..good.clone() },
    ];
    for vote in false_votes {
        let out = one.net(2, Message::Vote(vote));
        assert!(out.iter().all(|o| matches!(o, Output::SendTo(2, Message::Status { .. }))));
    }
    assert_eq!(one.net(7, Message::Vote(good.clone())), [], "from nobody");
    assert_eq!((one.status().prepares, one.status().commits), (0, 0));
    one.vote(good);
    one.vote(vote(Step::Prepare, 2, &header(1, 6)));
    assert_eq!(one.status().prepares, 1, "the second vote of a member does not count");
}

#[test]
fn false_proposals_leave_no_trace() {
    let (mut one, _) = One::start(1, vec![]);
    let good = proposal(header(1, 5));
    let mut unsigned = good.clone();
    unsigned.signature[0] ^= 1;
    let other_body = Proposal { body: vec![0, 0, 0, 1], ..good.clone() };
    let foreign = |change: fn(&mut Header)| {
        let mut header = header(1, 5);
        change(&mut header);
        let bytes = proposal_bytes(CHAIN, header.round, 0, header.id());
        let signature = key(header.proposer).sign(&bytes).to_bytes();
        Proposal { header, ..good.clone() }.clone_with(signature)
    };
    let all = [
        unsigned,
        other_body,
        foreign(|h| h.proposer = 2),
        foreign(|h| h.version = 2),
        foreign(|h| h.chain = ChainId([8; 32])),
        foreign(|h| h.parent = BlockId([8; 32])),
        foreign(|h| h.committee = [8; 32]),
        foreign(|h| h.body_root = [8; 32]),
    ];
    for proposal in all {
        assert_eq!(one.net(0, Message::Proposal(Box::new(proposal))), []);
    }
    assert_eq!(one.status().proposal, None);
    let out = one.take(&good);
    assert_eq!(votes_of(&out), [(Step::Prepare, good.header.id())]);
}

trait CloneWith {
    fn clone_with(self, signature: [u8; 64]) -> Self;
}

impl CloneWith for Proposal {
    fn clone_with(self, signature: [u8; 64]) -> Self {
        Self { signature, ..self }
    }
}

#[test]
fn one_proposal_is_enough_and_a_refused_one_gets_no_vote() {
    let (mut one, _) = One::start(1, vec![]);
    let (first, second) = (proposal(header(1, 5)), proposal(header(1, 6)));
    one.net(0, Message::Proposal(Box::new(first.clone())));
    let out = one.input(Input::Checked { block: first.header.id(), valid: false });
    assert_eq!(out, []);
    assert_eq!(one.take(&second), []);
    assert_eq!(one.status().prepared, None);
}

#[test]
fn a_member_led_astray_commits_to_what_the_quorum_prepared() {
    let (mut one, _) = One::start(1, vec![]);
    let (mine, theirs) = (proposal(header(1, 5)), proposal(header(1, 6)));
    one.take(&mine);
    for member in [0, 2, 3] {
        one.vote(vote(Step::Prepare, member, &theirs.header));
    }
    let out = one.take(&theirs);
    assert_eq!(votes_of(&out), [(Step::Commit, theirs.header.id())]);
    assert_eq!(one.status().prepared, Some(mine.header.id()));
}

#[test]
fn later_rounds_are_reported_and_nothing_of_them_is_kept() {
    let (mut one, _) = One::start(1, vec![]);
    let far = header(9, 5);
    let expected = [Output::NeedSync { round: Round(9), from: 2 }];
    assert_eq!(one.vote(vote(Step::Prepare, 2, &far)), expected);
    assert_eq!(one.vote(vote(Step::Commit, 2, &far)), [], "once between two ticks");
    let mut forged = vote(Step::Commit, 3, &far);
    forged.signature[0] ^= 1;
    assert_eq!(one.vote(forged), []);
    one.input(Input::Tick);
    assert_eq!(one.vote(vote(Step::Commit, 2, &far)), expected);
    assert_eq!(one.status(), EngineStatus { round: Round(1), ..EngineStatus::default() });
}

#[test]
fn a_member_behind_gets_the_end_of_its_round() {
    let (mut one, end) = finished();
    let late = vote(Step::Prepare, 3, &end.header);
    assert_eq!(one.vote(late.clone()), [], "perhaps it is only slow");
    one.input(Input::Tick);
    let answer = [Output::SendTo(3, Message::Final(Box::new(end.clone())))];
    assert_eq!(one.vote(late.clone()), answer);
    assert_eq!(one.vote(late.clone()), [], "once between two ticks");
    let next = Input::Start { round: Round(2), parent: end.header.id(), committee: committee() };
    one.input(next);
    one.input(Input::Tick);
    assert_eq!(one.vote(late), answer);
    let very_late = one.net(2, Message::Status { round: Round(0) });
    assert_eq!(very_late, [Output::SendTo(2, Message::Status { round: Round(2) })]);
}

#[test]
fn a_certificate_ends_the_round_once_its_block_is_checked() {
    let (_, end) = finished();
    let (mut one, _) = One::start(3, vec![]);
    let message = Message::Final(Box::new(end.clone()));
    let out = one.net(1, message.clone());
    assert_eq!(out, [Output::NeedSync { round: Round(1), from: 1 }], "the body is missing");
    let out = one.take(&proposal(end.header.clone()));
    assert!(out.contains(&Output::Final(Box::new(end.clone()))));

    let mut bad = end;
    bad.certificate.signatures[0][0] ^= 1;
    let (mut one, _) = One::start(3, vec![]);
    assert_eq!(one.net(1, Message::Final(Box::new(bad))), []);
}

#[test]
fn an_abstaining_member_says_nothing_but_its_proposal() {
    let mut engine = AcpEngine::new(CHAIN, key(0), 0, committee(), vec![]);
    engine.abstain_through(Round(1));
    let mut one = One { engine, log: vec![] };
    let out = one.input(Input::Start { round: Round(1), parent: GENESIS, committee: committee() });
    assert_eq!(out, [Output::Build { round: Round(1) }]);
    let block = proposal(header(1, 5));
    let out = one.input(Input::Built { header: block.header.clone(), body: block.body.clone() });
    assert!(out.contains(&Output::Broadcast(Message::Proposal(Box::new(block)))));
    assert_eq!(votes_of(&out), []);
    assert_eq!(one.log.len(), 1);
}

#[test]
fn debug_shows_no_key() {
    let (one, _) = One::start(1, vec![]);
    let shown = format!("{:?}", one.engine);
    assert!(shown.contains("member: 1") && !shown.to_lowercase().contains("key"));
}

proptest! {
    /// Cut anywhere, the log gives back exactly what had been said, and nothing is built anew.
    #[test]
    fn a_restarted_member_repeats_the_same_bytes(member in 0_u16..2, kept in 0_usize..4) {
        let block = proposal(header(1, 5));
        let (mut one, out) = One::start(member, vec![]);
        prop_assert_eq!(out.contains(&Output::Build { round: Round(1) }), member == 0);
        one.input(Input::Built { header: block.header.clone(), body: block.body.clone() });
        one.take(&block);
        for other in [2, 3] {
            one.vote(vote(Step::Prepare, other, &block.header));
        }
        prop_assert_eq!(one.log.len(), 3);
        let log: Vec<_> = one.log.iter().take(kept).cloned().collect();

        let (mut again, out) = One::start(member, log.clone());
        prop_assert_eq!(out.contains(&Output::Build { round: Round(1) }), member == 0 && kept == 0);
        let other = header(1, 6);
        again.input(Input::Built { header: other, body: block.body.clone() });
        let out = again.input(Input::Tick);
        for record in &log {
            let expected = match record {
                WalRecord::Proposal(p) if member == 0 => {
                    Output::SendTo(2, Message::Proposal(p.clone()))
                }
                WalRecord::Proposal(_) => continue,
                WalRecord::Vote { vote, .. } => Output::Broadcast(Message::Vote(vote.clone())),
            };
            prop_assert!(out.contains(&expected), "{expected:?}");
        }
        let said_otherwise = votes_of(&out).iter().any(|(_, id)| *id != block.header.id());
        prop_assert!(kept == 0 || !said_otherwise);
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        acp::fuzz::fuzz_message(&bytes);
        acp::fuzz::fuzz_wal_record(&bytes);
    }
}

#[test]
fn every_message_and_record_reads_back() {
    let (_, end) = finished();
    let block = Box::new(proposal(end.header.clone()));
    let own = vote(Step::Commit, 1, &end.header);
    for message in [
        Message::Proposal(block.clone()),
        Message::Vote(own.clone()),
        Message::Final(Box::new(end.clone())),
        Message::Status { round: Round(3) },
    ] {
        acp::fuzz::fuzz_message(&message.to_bytes());
        assert_eq!(Message::from_bytes(&message.to_bytes()).unwrap(), message);
    }
    let lock = Some((0, end.header.id()));
    for record in [
        WalRecord::Proposal(block.clone()),
        WalRecord::Vote { vote: own.clone(), lock },
        WalRecord::Vote { vote: own, lock: None },
    ] {
        assert_eq!(WalRecord::from_bytes(&record.to_bytes()).unwrap(), record);
    }
    let long = Proposal { body: vec![0; MAX_BODY + 1], ..*block };
    assert!(Message::from_bytes(&Message::Proposal(Box::new(long)).to_bytes()).is_err());
}

#[test]
fn the_bytes_are_these() {
    let block = BlockId([0xb1; 32]);
    let vote = Vote {
        step: Step::Commit,
        round: Round(3),
        view: 0,
        block,
        member: 2,
        signature: [0x51; 64],
    };
    let ids = "b1".repeat(32);
    let expected = format!("0202000000000000000300000000{ids}0002{}", "51".repeat(64));
    assert_eq!(hex::encode(Message::Vote(vote.clone()).to_bytes()), expected);
    let record = WalRecord::Vote { vote, lock: Some((0, block)) };
    assert_eq!(hex::encode(record.to_bytes()), format!("{expected}0100000000{ids}"));
    let status = Message::Status { round: Round(258) };
    assert_eq!(hex::encode(status.to_bytes()), "040000000000000102");
    let signed = proposal_bytes(ChainId([0xc1; 32]), Round(3), 0, block);
    let chain = "c1".repeat(32);
    let expected = format!(
        "6163703170726f70{chain}01000000000000000300000000{ids}00000000{}",
        "00".repeat(32)
    );
    assert_eq!(hex::encode(signed), expected);
}

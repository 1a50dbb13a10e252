//! What a manager lets through to its engine, with real keys: every byte of a message that is
//! signed, drawn or hashed must be the right one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

use acp::{
    BadMessage, KeyScheme, Message, NewView, Proposal, Scheme, Seen, Status, Ticket, Verifier, Vote,
};
use ed25519_dalek::SigningKey;
use keys::VrfKey;
use ledger::{
    Certificate, CertificateError, CertifiedHeader, Committee, Header, NO_PROPOSER, Place, Step,
    ticket_input,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use types::{BlockId, ChainId, Round, Timestamp};

const CHAIN: ChainId = ChainId([7; 32]);
const ROUND: Round = Round(5);
const DRAW: [u8; 32] = [0xd1; 32];
const NEXT_DRAW: [u8; 32] = [0xd2; 32];

struct Ring {
    members: Vec<KeyScheme>,
    committee: Arc<Committee>,
}

/// Members in the order of the committee.
fn ring() -> Ring {
    let scheme =
        |n: u8| KeyScheme::new(SigningKey::from_bytes(&[n; 32]), VrfKey::from_seed([n ^ 0xff; 32]));
    let mut members: Vec<_> = (1..=4).map(scheme).collect();
    members.sort_by_key(KeyScheme::member);
    let committee = Committee::new(members.iter().map(KeyScheme::member).collect()).unwrap();
    Ring { members, committee: Arc::new(committee) }
}

impl Ring {
    fn verifier(&self) -> Verifier {
        let next = Some((Arc::clone(&self.committee), NEXT_DRAW));
        Verifier::new(CHAIN, ROUND, (Arc::clone(&self.committee), DRAW), next)
    }

    fn check(&self, message: &Message) -> Result<(), BadMessage> {
        self.verifier().check(message, &mut Seen::default())
    }

    fn sign(&self, member: u16, bytes: &[u8]) -> [u8; 64] {
        self.members[usize::from(member)].sign(bytes)
    }

    fn draw(&self, member: u16, from: &[u8; 32], round: Round) -> [u8; 80] {
        self.members[usize::from(member)].prove(&ticket_input(from, round))
    }

    fn header(&self, proposer: u16) -> Header {
        let drawn = proposer != NO_PROPOSER;
        Header {
            version: Header::VERSION,
            chain: CHAIN,
            round: ROUND,
            time: Timestamp(9),
            parent: BlockId([1; 32]),
            body_root: [2; 32],
            state_root: [3; 32],
            receipts_root: [4; 32],
            committee: self.committee.hash(),
            next_committee: self.committee.hash(),
            beacon: [5; 32],
            history: [6; 32],
            parent_certificate: [0; 32],
            proposer,
            ticket: if drawn { self.draw(proposer, &DRAW, ROUND) } else { [0; 80] },
            flags: 0,
        }
    }

    fn vote(&self, member: u16, step: Step, view: u32, block: BlockId) -> Vote {
        let signature = self.sign(member, &Place::acp(CHAIN, ROUND, view).vote(step, block));
        Vote { step, round: ROUND, view, block, member, signature }
    }

    fn quorum(&self, step: Step, view: u32, block: BlockId) -> Certificate {
        let votes: BTreeMap<_, _> =
            [0, 2, 3].map(|m| (m, self.vote(m, step, view, block).signature)).into();
        Certificate::new(step, ROUND, view, block, &votes, 4)
    }

    fn new_view(&self, member: u16, view: u32, high: Option<Certificate>) -> NewView {
        let mut message = NewView { round: ROUND, view, high, member, signature: [0; 64] };
        message.signature = self.sign(member, &message.signed(CHAIN));
        message
    }

    fn proposal(&self, leader: u16, view: u32, header: Header) -> Proposal {
        let block = header.id();
        let proposer = header.proposer;
        let word = Place::acp(CHAIN, ROUND, 0).proposal(block, None);
        let origin = (view > 0 && proposer != NO_PROPOSER).then(|| self.sign(proposer, &word));
        self.signed(Proposal {
            round: ROUND,
            view,
            block,
            header: Some(header),
            quorum: None,
            origin,
            leader,
            signature: [0; 64],
        })
    }

    fn signed(&self, proposal: Proposal) -> Proposal {
        let signature = self.sign(proposal.leader, &proposal.signed(CHAIN));
        Proposal { signature, ..proposal }
    }

    fn ticket(&self, member: u16, round: Round, from: &[u8; 32]) -> Ticket {
        let mut ticket =
            Ticket { round, member, proof: self.draw(member, from, round), signature: [0; 64] };
        ticket.signature = self.sign(member, &ticket.signed(CHAIN));
        ticket
    }
}

fn boxed(proposal: Proposal) -> Message {
    Message::Proposal(Box::new(proposal))
}

/// One of everything, all right.
fn all_kinds(ring: &Ring) -> Vec<Message> {
    let block = ring.header(1).id();
    let lock = ring.quorum(Step::Prepare, 2, block);
    let with_quorum =
        Proposal { quorum: Some(lock.clone()), ..ring.proposal(2, 3, ring.header(1)) };
    let by_id = Proposal { header: None, origin: None, ..with_quorum.clone() };
    let end = CertifiedHeader {
        header: ring.header(1),
        certificate: ring.quorum(Step::Commit, 2, block),
    };
    vec![
        Message::Ticket(ring.ticket(1, ROUND, &DRAW)),
        Message::Ticket(ring.ticket(1, ROUND.next(), &NEXT_DRAW)),
        boxed(ring.proposal(1, 0, ring.header(1))),
        boxed(ring.proposal(2, 1, ring.header(1))),
        boxed(ring.proposal(2, 1, ring.header(NO_PROPOSER))),
        boxed(ring.signed(with_quorum)),
        boxed(ring.signed(by_id)),
        Message::Vote(ring.vote(3, Step::Commit, 7, block)),
        Message::NewView(Box::new(ring.new_view(0, 3, Some(lock.clone())))),
        Message::NewView(Box::new(ring.new_view(0, 3, None))),
        Message::Quorum(Box::new(lock.clone())),
        Message::Final(Box::new(end)),
        Message::Status(Box::new(Status { round: ROUND, view: 3, high: Some(lock) })),
    ]
}

#[test]
fn what_members_say_is_let_through_once_and_again() {
    let ring = ring();
    let (verifier, mut seen) = (ring.verifier(), Seen::default());
    for message in all_kinds(&ring) {
        for _ in 0..2 {
            assert_eq!(verifier.check(&message, &mut seen), Ok(()), "{message:?}");
        }
    }
}

/// Any single byte changed is noticed, but for what nobody signs: where a Status stands, and an
/// origin beside a quorum or in view 0.
#[test]
fn a_tampered_byte_is_noticed_even_by_who_has_seen_the_rest() {
    use wire::{Decode, Encode};
    let ring = ring();
    let verifier = ring.verifier();
    for message in all_kinds(&ring) {
        let mut seen = Seen::default();
        verifier.check(&message, &mut seen).unwrap();
        let bytes = message.to_bytes();
        for at in (1..bytes.len()).step_by(7) {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            let Ok(bad) = Message::from_bytes(&bad) else { continue };
            let unsigned = matches!(&bad, Message::Status(_))
                || matches!((&bad, &message), (Message::Proposal(b), Message::Proposal(m))
                    if b.origin != m.origin && b.quorum.is_some());
            let judged = verifier.check(&bad, &mut seen.clone());
            assert!(judged.is_err() || unsigned, "byte {at} of {message:?}");
        }
    }
}

#[test]
fn what_one_said_elsewhere_is_not_said_here() {
    let ring = ring();
    let block = ring.header(1).id();
    let good = ring.vote(3, Step::Prepare, 1, block);
    for (bad, expected) in [
        (Vote { view: 2, ..good.clone() }, BadMessage::BadSignature(3)),
        (Vote { step: Step::Commit, ..good.clone() }, BadMessage::BadSignature(3)),
        (Vote { block: BlockId([9; 32]), ..good.clone() }, BadMessage::BadSignature(3)),
        (Vote { member: 2, ..good.clone() }, BadMessage::BadSignature(2)),
        (Vote { member: 4, ..good.clone() }, BadMessage::NoMember(4)),
        (Vote { round: ROUND.next(), ..good.clone() }, BadMessage::BadSignature(3)),
        (Vote { round: Round(7), ..good.clone() }, BadMessage::WrongRound),
        (Vote { round: Round(4), ..good }, BadMessage::WrongRound),
    ] {
        assert_eq!(ring.check(&Message::Vote(bad)), Err(expected));
    }
    let other_chain = Place::acp(ChainId([8; 32]), ROUND, 1).vote(Step::Prepare, block);
    let other_engine = Place { engine: 2, ..Place::acp(CHAIN, ROUND, 1) };
    for bytes in [other_chain, other_engine.vote(Step::Prepare, block)] {
        let vote =
            Vote { signature: ring.sign(3, &bytes), ..ring.vote(3, Step::Prepare, 1, block) };
        assert_eq!(ring.check(&Message::Vote(vote)), Err(BadMessage::BadSignature(3)));
    }
}

#[test]
fn a_quorum_stripped_or_exchanged_takes_the_signature_with_it() {
    let ring = ring();
    let block = ring.header(1).id();
    let lock = |view| ring.quorum(Step::Prepare, view, block);
    let said = ring.new_view(0, 3, Some(lock(2)));
    for high in [None, Some(lock(1)), Some(ring.quorum(Step::Prepare, 2, BlockId([9; 32])))] {
        let bad = NewView { high, ..said.clone() };
        let judged = ring.check(&Message::NewView(Box::new(bad)));
        assert_eq!(judged, Err(BadMessage::BadSignature(0)));
    }
    // The same quorum by other signers is the same statement.
    let votes: BTreeMap<_, _> =
        [0, 1, 2].map(|m| (m, ring.vote(m, Step::Prepare, 2, block).signature)).into();
    let other = Certificate::new(Step::Prepare, ROUND, 2, block, &votes, 4);
    let same = NewView { high: Some(other), ..said };
    assert_eq!(ring.check(&Message::NewView(Box::new(same))), Ok(()));
}

#[test]
fn a_forged_quorum_is_refused_wherever_it_hangs() {
    let ring = ring();
    let header = ring.header(1);
    let block = header.id();
    let mut forged = ring.quorum(Step::Prepare, 2, block);
    forged.signatures[1][0] ^= 1;
    let below = {
        let votes = [0, 2].map(|m| (m, ring.vote(m, Step::Prepare, 2, block).signature)).into();
        Certificate::new(Step::Prepare, ROUND, 2, block, &votes, 4)
    };
    let cases = [
        (forged, BadMessage::BadQuorum(CertificateError::BadSignature(2))),
        (below, BadMessage::BadQuorum(CertificateError::BelowQuorum)),
    ];
    for (bad, expected) in cases {
        let proposal =
            Proposal { quorum: Some(bad.clone()), ..ring.proposal(2, 3, header.clone()) };
        for message in [
            Message::Quorum(Box::new(bad.clone())),
            Message::NewView(Box::new(ring.new_view(0, 3, Some(bad.clone())))),
            Message::Status(Box::new(Status { round: ROUND, view: 3, high: Some(bad.clone()) })),
            boxed(ring.signed(proposal)),
        ] {
            assert_eq!(ring.check(&message), Err(expected), "{message:?}");
        }
    }
}

#[test]
fn a_quorum_must_be_the_one_that_belongs_there() {
    let ring = ring();
    let header = ring.header(1);
    let block = header.id();
    let commits = ring.quorum(Step::Commit, 1, block);
    let with = |view, quorum| {
        let proposal = Proposal { quorum: Some(quorum), ..ring.proposal(2, view, header.clone()) };
        boxed(ring.signed(proposal))
    };
    let wrong = [
        with(3, commits.clone()),
        with(3, ring.quorum(Step::Prepare, 1, BlockId([9; 32]))),
        with(3, ring.quorum(Step::Prepare, 3, block)),
        with(3, ring.quorum(Step::Prepare, 1_000_000, block)),
        Message::NewView(Box::new(ring.new_view(0, 3, Some(commits.clone())))),
        Message::Status(Box::new(Status { round: ROUND, view: 3, high: Some(commits) })),
    ];
    for message in wrong {
        assert_eq!(ring.check(&message), Err(BadMessage::WrongQuorum), "{message:?}");
    }
}

#[test]
fn nobody_proposes_in_anothers_name() {
    let ring = ring();
    let header = ring.header(1);
    // Tickets are public: the header names member 1 and carries its ticket, its content is not its.
    let stolen = Header { body_root: [0xee; 32], ..header.clone() };
    let without_word = Proposal { origin: None, ..ring.proposal(2, 1, stolen.clone()) };
    assert_eq!(ring.check(&boxed(without_word)), Err(BadMessage::NoOrigin));
    let word = ring.sign(1, &Place::acp(CHAIN, ROUND, 0).proposal(header.id(), None));
    let others_word = Proposal { origin: Some(word), ..ring.proposal(2, 1, stolen.clone()) };
    assert_eq!(ring.check(&boxed(others_word)), Err(BadMessage::BadSignature(1)));
    let in_view_0 = ring.proposal(2, 0, stolen);
    assert_eq!(ring.check(&boxed(in_view_0)), Err(BadMessage::WrongHeader));
    // Its word in a later view is not its word in view 0.
    let late = ring.sign(1, &Place::acp(CHAIN, ROUND, 1).proposal(header.id(), None));
    let late = Proposal { origin: Some(late), ..ring.proposal(2, 1, header) };
    assert_eq!(ring.check(&boxed(late)), Err(BadMessage::BadSignature(1)));
}

#[test]
fn a_header_is_the_one_that_is_spoken_of() {
    let ring = ring();
    let header = ring.header(1);
    let good = ring.proposal(1, 0, header.clone());
    let other = Header { time: Timestamp(10), ..header.clone() };
    let foreign = Header { chain: ChainId([8; 32]), ..header.clone() };
    let past = Header { round: Round(4), ..header };
    for message in [
        boxed(Proposal { header: Some(other), ..good.clone() }),
        boxed(Proposal { header: None, ..good }),
        boxed(ring.proposal(1, 0, foreign)),
        boxed(ring.proposal(1, 0, past)),
    ] {
        assert_eq!(ring.check(&message), Err(BadMessage::WrongHeader), "{message:?}");
    }
}

#[test]
fn a_ticket_is_drawn_by_its_member_for_its_round() {
    let ring = ring();
    let forge = |member, proof| {
        let mut ticket = Ticket { round: ROUND, member, proof, signature: [0; 64] };
        ticket.signature = ring.sign(member, &ticket.signed(CHAIN));
        Message::Ticket(ticket)
    };
    let wrong = [
        ring.draw(2, &DRAW, ROUND),
        ring.draw(1, &NEXT_DRAW, ROUND),
        ring.draw(1, &DRAW, ROUND.next()),
        [0; 80],
    ];
    for proof in wrong {
        assert_eq!(ring.check(&forge(1, proof)), Err(BadMessage::BadTicket(1)));
        let header = Header { ticket: proof, ..ring.header(1) };
        let proposal = boxed(ring.proposal(1, 0, header));
        assert_eq!(ring.check(&proposal), Err(BadMessage::BadTicket(1)));
    }
    let far = ring.ticket(1, Round(7), &NEXT_DRAW);
    assert_eq!(ring.check(&Message::Ticket(far)), Err(BadMessage::WrongRound));
}

#[test]
fn an_end_is_a_commit_quorum_for_its_header() {
    let ring = ring();
    let header = ring.header(1);
    let block = header.id();
    let end = |header: &Header, certificate| {
        let header = header.clone();
        ring.check(&Message::Final(Box::new(CertifiedHeader { header, certificate })))
    };
    let prepared = end(&header, ring.quorum(Step::Prepare, 0, block));
    assert_eq!(prepared, Err(BadMessage::BadQuorum(CertificateError::NotFinal)));
    let other = Header { time: Timestamp(10), ..header.clone() };
    let exchanged = end(&other, ring.quorum(Step::Commit, 0, block));
    assert_eq!(exchanged, Err(BadMessage::BadQuorum(CertificateError::WrongBlock)));
    let foreign = Header { committee: [9; 32], ..header };
    let foreign = end(&foreign, ring.quorum(Step::Commit, 0, foreign.id()));
    assert_eq!(foreign, Err(BadMessage::WrongHeader));
}

#[test]
fn who_stands_where_is_heard_from_any_round() {
    let ring = ring();
    for round in [Round(0), Round(900)] {
        let high = Some(ring.quorum(Step::Prepare, 0, BlockId([9; 32])));
        let far = Status { round, view: 0, high };
        assert_eq!(ring.check(&Message::Status(Box::new(far))), Ok(()));
    }
}

#[test]
fn the_scheme_draws_what_others_verify_and_shows_no_secret() {
    let ring = ring();
    let scheme = &ring.members[1];
    let proof = scheme.prove(b"input");
    let output = keys::vrf_verify(&scheme.member().vrf, b"input", &proof).unwrap();
    assert_eq!(scheme.output(&proof), output);
    assert_eq!(scheme.output(&[0xff; 80]), [0xff; 64], "and nothing that decodes ranks behind");
    let key = KeyScheme::new(SigningKey::from_bytes(&[0x5a; 32]), VrfKey::from_seed([0xa5; 32]));
    let shown = format!("{key:?}");
    assert!(!shown.contains("90, 90, 90") && !shown.contains("165, 165, 165"), "{shown}");
}

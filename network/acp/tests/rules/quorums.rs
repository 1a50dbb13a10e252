//! R4, R5 and R6: quorums, the start and the end of a round.

use super::{alone, checks, fetches, outputs, tell, tell_sized};
use crate::harness::{A, B, C, D, T0, World, make};
use acp::{Input, Message, Output, Timer};
use ledger::Header;
use ledger::Step::{Commit, Prepare};
use types::BlockId;

#[test]
fn it_commits_only_to_what_it_has_checked_and_fetches_from_the_signers() {
    let mut world = alone();
    world.nodes[0].fetches = false;
    world.nodes[0].checks = false;
    let x = world.block(B, 1);
    let quorum = make::quorum(Prepare, 0, x.id(), &[B, C, D], 4);
    tell(&mut world, B, &Message::Quorum(Box::new(quorum.clone())));
    let asked = outputs(&mut world, A);
    assert_eq!(fetches(&asked), [(x.id(), vec![B, C, D])]);
    assert!(asked.contains(&Output::Tentative(quorum.clone())));
    world.input(A, Input::Header(Box::new(x.clone())));
    assert_eq!(checks(&outputs(&mut world, A)), []);
    world.input(A, Input::Held { block: x.id(), size_rank: 1 });
    assert_eq!(checks(&outputs(&mut world, A)), [x.id()], "at once: a quorum stands for it");
    assert_eq!(world.status(A).locked, None);
    world.input(A, Input::Checked { block: x.id(), valid: true });
    assert!(world.has_voted(A, Commit, 0, x.id()));
    assert_eq!(world.status(A).locked, Some((0, x.id())));
    let sent = Message::Quorum(Box::new(quorum));
    assert!(world.said.contains(&(A, sent)), "the quorum goes with the Commit");
    assert_eq!(world.prepared(A, 0), [], "and no Prepare follows");
}

#[test]
fn votes_make_the_same_quorum_as_is_shown() {
    let mut world = alone();
    let x = world.block(B, 1);
    tell_sized(&mut world, &x, 1);
    world.propose_time(0, &[A]);
    for member in [C, D] {
        tell(&mut world, member, &make::vote(member, Prepare, 0, x.id()));
    }
    assert!(world.has_voted(A, Commit, 0, x.id()));
    for member in [B, C] {
        tell(&mut world, member, &make::vote(member, Commit, 0, x.id()));
    }
    let end = &world.nodes[0].chain[0];
    assert_eq!(end.certificate, make::quorum(Commit, 0, x.id(), &[A, B, C], 4));
}

#[test]
fn a_lower_quorum_replaces_nothing() {
    let mut world = alone();
    let (x, y) = (world.block(B, 1), world.block(C, 1));
    for (view, block) in [(2, &x), (1, &y), (2, &x)] {
        let quorum = make::quorum(Prepare, view, block.id(), &[B, C, D], 4);
        tell(&mut world, B, &Message::Quorum(Box::new(quorum)));
    }
    assert_eq!(world.status(A).high, Some((2, x.id())));
    assert_eq!((world.status(A).locked, world.status(A).view), (None, 0));
    let told = outputs(&mut world, A);
    assert_eq!(told.iter().filter(|o| matches!(o, Output::Tentative(_))).count(), 1);
}

#[test]
fn a_round_starts_at_its_time_or_when_enough_others_have() {
    let mut world = World::new(4, &[B, C, D]);
    world.nodes[0].builds = true;
    world.now = T0 - 300;
    world.up_all();
    let build = |outputs: &[Output]| outputs.iter().any(|o| matches!(o, Output::Build { .. }));
    let said = outputs(&mut world, A);
    assert!(said.contains(&Output::SetTimer(Timer::Start, 300)) && !build(&said));
    // Tickets and claims come from members that wait as well.
    for member in [B, C, D] {
        tell(&mut world, member, &make::ticket(member, 1));
        tell(&mut world, member, &make::status(1, 0));
    }
    let x = world.block(B, 1);
    tell_sized(&mut world, &x, 1);
    assert!(!build(&outputs(&mut world, A)), "one of four may be mad");
    tell(&mut world, C, &make::vote(C, Prepare, 0, x.id()));
    assert!(build(&outputs(&mut world, A)));
}

#[test]
fn a_start_timer_that_fires_early_is_set_again() {
    let mut world = World::new(4, &[B, C, D]);
    world.now = T0 - 300;
    world.up_all();
    world.now = T0 - 1;
    outputs(&mut world, A);
    world.timer(A, Timer::Start);
    assert_eq!(outputs(&mut world, A), [Output::SetTimer(Timer::Start, 1)]);
}

#[test]
fn a_certificate_ends_the_round_before_its_body_is_here() {
    let mut world = alone();
    world.nodes[0].fetches = false;
    let x = world.block(B, 1);
    let certificate = make::quorum(Commit, 3, x.id(), &[B, C, D], 4);
    tell(&mut world, B, &Message::Quorum(Box::new(certificate.clone())));
    assert_eq!(world.end(A), None, "its header is not known");
    world.input(A, Input::Header(Box::new(x.clone())));
    assert_eq!(world.end(A), Some(x.id()));

    let mut world = alone();
    let end = ledger::CertifiedHeader { header: x.clone(), certificate };
    let fork = Header { parent: BlockId([8; 32]), ..x };
    let forked = ledger::CertifiedHeader {
        certificate: make::quorum(Commit, 0, fork.id(), &[B, C, D], 4),
        header: fork,
    };
    tell(&mut world, B, &Message::Final(Box::new(forked)));
    assert_eq!(world.end(A), None, "it does not follow our last block");
    tell(&mut world, B, &Message::Final(Box::new(end.clone())));
    assert_eq!(world.end(A), Some(end.certificate.block));
}

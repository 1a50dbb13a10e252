use crate::chain::trusts;
use crate::world::{World, id, until};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use types::Round;
use wire::Decode;
use wire::store::owners;

/// A reader that is neither manager nor worker.
const READER: u8 = 99;

#[tokio::test(flavor = "multi_thread")]
async fn every_body_comes_to_exactly_its_five_owners_and_is_found_there() {
    let mut world = World::of_workers(8).await;
    world.blocks.grow(&[0, 250, 1, 0, 900, 0, 3, 0]);
    for manager in 1..=4 {
        world.pushing(manager).await;
    }
    world.blocks.grow(&[0, 120]);
    let workers: Vec<_> = world.workers().iter().map(|seed| id(*seed)).collect();
    for round in world.blocks.rounds() {
        let owners = owners(&world.blocks.at(round).header.id().0, &workers);
        for seed in world.workers().to_vec() {
            if owners.contains(&id(seed)) {
                until(async || world.store(seed).is_whole(round).await.unwrap()).await;
            }
        }
    }
    for round in world.blocks.rounds() {
        let owners = owners(&world.blocks.at(round).header.id().0, &workers);
        for seed in world.workers() {
            let held = world.find(*seed, round).await.is_some();
            assert_eq!(held, owners.contains(&id(*seed)), "round {} at {seed}", round.0);
        }
    }
    world.every_body_is_found(READER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_manager_that_never_proposes_is_enough() {
    let mut world = World::of_workers(5).await;
    world.pushing(2).await;
    world.blocks.grow(&[0, 5, 0, 250, 0, 0]);
    world.until_whole(world.workers()).await;
    world.every_body_is_found(READER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_was_away_gets_its_bodies_when_it_is_back_even_after_a_restart() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0, 250, 0, 3]);
    world.stop(12).await;
    let manager = world.pushing(1).await;
    world.until_whole(&[11, 13, 14, 15]).await;
    // What one owner lacks does not count as placed.
    manager.abort();
    let _ = manager.await;
    assert_eq!(placed(&world, 1), Round(0));

    world.start(12).await;
    world.blocks.grow(&[1]);
    world.pushing(1).await;
    world.until_whole(world.workers()).await;
    until(async || placed(&world, 1) == world.blocks.newest()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_a_manager_goes_on_where_it_was() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0, 0, 5, 0]);
    let manager = world.pushing(3).await;
    until(async || placed(&world, 3) == Round(4)).await;
    manager.abort();
    let _ = manager.await;
    world.wipe(11).await;
    world.blocks.grow(&[2, 0]);
    world.pushing(3).await;
    until(async || placed(&world, 3) == Round(6)).await;
    // The first four were placed once; what is lost since then is the archive's to bring back.
    assert_eq!(world.whole(11).await, [Round(5), Round(6)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_is_damaged_or_ahead_of_the_chain_is_begun_anew() {
    for note in [vec![], vec![1; 7], vec![0xff; 8]] {
        let mut world = World::of_workers(5).await;
        world.blocks.grow(&[0, 5]);
        std::fs::write(world.progress_file(1), &note).unwrap();
        world.pushing(1).await;
        world.until_whole(world.workers()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_the_manager_has_no_longer_hold_nothing_up() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0, 5, 0, 7, 0]);
    world.blocks.forget(Round(3));
    world.pushing(1).await;
    until(async || world.whole(11).await == [Round(4), Round(5)]).await;
    until(async || placed(&world, 1) == Round(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_for_a_while_is_brought_later() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0, 5, 0]);
    world.blocks.damage(Some(Round(2)));
    world.pushing(1).await;
    until(async || world.whole(11).await == [Round(1), Round(3)]).await;
    world.blocks.damage(None);
    world.until_whole(world.workers()).await;
    until(async || placed(&world, 1) == Round(3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_behind_is_asked_again_until_it_knows_the_header() {
    let mut world = World::of_workers(5).await;
    world.stop(13).await;
    let caught_up = Arc::new(AtomicBool::new(false));
    let knows = Arc::clone(&caught_up);
    let trusts = move |header: &_| knows.load(Ordering::Relaxed) && trusts(header);
    world.start_trusting(13, Arc::new(trusts)).await;
    world.blocks.grow(&[0, 250, 0]);
    world.pushing(1).await;
    world.until_whole(&[11, 12, 14, 15]).await;
    assert!(world.whole(13).await.is_empty());
    caught_up.store(true, Ordering::Relaxed);
    world.until_whole(&[13]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_owner_that_is_away_is_not_read_again_and_again() {
    let mut world = World::of_workers(5).await;
    world.stop(13).await;
    world.blocks.grow(&[0; 60]);
    world.pushing(1).await;
    world.until_whole(&[11, 12, 14, 15]).await;
    // The owner is tried again with the oldest.
    until(async || world.blocks.reads(Round(1)) >= 3).await;
    assert_eq!(world.blocks.reads(Round(60)), 1);
    world.start(13).await;
    world.until_whole(world.workers()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_slow_holds_nobody_up() {
    let mut world = World::of_workers(5).await;
    let asked = world.slow_down(13).await;
    world.blocks.grow(&[0; 60]);
    world.pushing(1).await;
    world.until_whole(&[11, 12, 14, 15]).await;
    let asked = asked.lock().unwrap().len();
    assert!((1..30).contains(&asked), "{asked}");
}

fn placed(world: &World, manager: u8) -> Round {
    let note = std::fs::read(world.progress_file(manager)).unwrap_or_default();
    Round::from_bytes(&note).unwrap_or_default()
}

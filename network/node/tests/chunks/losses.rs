use crate::chain::Blocks;
use crate::world::{PATIENCE, World};
use node::chunks::Archive;
use std::time::Instant;
use types::Round;
use worker::ChunkStore;

const READER: u8 = 99;
/// Seventy bodies, some of several chunks: more than a patrol looks at in one go.
const SEVENTY: [u16; 70] = {
    let mut counts = [0; 70];
    counts[3] = 250;
    counts[20] = 900;
    counts[41] = 1;
    counts[66] = 120;
    counts
};

/// Five workers that hold everything; the managers have left.
async fn settled() -> World {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&SEVENTY);
    let manager = world.pushing(1).await;
    world.until_whole(world.workers()).await;
    manager.abort();
    let _ = manager.await;
    world.stop(1).await;
    world.blocks.forget(world.blocks.newest());
    world
}

/// Patrols until all workers hold everything again. Nobody else brings anything.
async fn patrol(world: &mut World) {
    let (mut archive, last, begun) = (world.archive().await, world.blocks.newest(), Instant::now());
    while !world.are_whole(world.workers()).await {
        // On a busy computer an owner may not answer in time; it is looked after later.
        assert_eq!(archive.patrol(last).await.not_shown, 0);
        assert!(begun.elapsed() < PATIENCE, "not everything is brought back");
    }
    assert_eq!(archive.patrol(last).await.given, 0);
}

/// Pulls until the archive's store has everything, and says how many bodies it has fetched.
async fn pull(archive: &mut Archive<Blocks>, store: &ChunkStore, last: Round) -> u64 {
    let (mut fetched, begun) = (0, Instant::now());
    while store.first_gap(Round(1)).await.unwrap() <= last {
        fetched += archive.pull(last).await.unwrap().fetched;
        assert!(begun.elapsed() < PATIENCE, "not everything is fetched");
    }
    fetched
}

/// The one archive there is.
async fn fill(world: &mut World) -> u64 {
    let (mut archive, store) = (world.archive().await, world.store(world.archive_seed()));
    pull(&mut archive, &store, world.blocks.newest()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_two_of_five_are_wiped_every_body_is_found_and_both_are_filled_again() {
    let mut world = settled().await;
    for (one, other) in [(11, 12), (12, 14), (13, 11), (14, 13)] {
        world.wipe(one).await;
        world.wipe(other).await;
        assert!(world.whole(one).await.is_empty() && world.whole(other).await.is_empty());
        world.every_body_is_found(READER).await;
        patrol(&mut world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_wiped_with_another_fills_itself_and_then_the_other() {
    let mut world = settled().await;
    let archive = world.archive_seed();
    world.wipe(archive).await;
    world.wipe(12).await;
    world.every_body_is_found(READER).await;
    assert_eq!(fill(&mut world).await, 70);
    assert_eq!(world.whole(archive).await, world.blocks.rounds());
    patrol(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_but_the_archive_are_wiped_everything_is_found_there_and_brought_back() {
    let mut world = settled().await;
    for seed in 11..=14 {
        world.wipe(seed).await;
    }
    world.every_body_is_found(READER).await;
    patrol(&mut world).await;
    // Now the archive may go, and comes back from the others.
    let archive = world.archive_seed();
    world.wipe(archive).await;
    world.every_body_is_found(READER).await;
    assert_eq!(fill(&mut world).await, 70);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_away_for_a_moment_while_all_rounds_are_looked_at_gets_them_all_the_same()
{
    let mut world = settled().await;
    world.wipe(12).await;
    let (mut archive, last) = (world.archive().await, world.blocks.newest());
    while !archive.is_walking() {
        archive.patrol(last).await;
    }
    world.stop(12).await;
    archive.patrol(last).await;
    world.start(12).await;
    while archive.is_walking() {
        archive.patrol(last).await;
    }
    assert_eq!(world.whole(12).await, world.blocks.rounds());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_away_for_good_is_not_looked_for_in_all_rounds_for_ever() {
    let mut world = settled().await;
    world.wipe(12).await;
    world.stop(13).await;
    let (mut archive, last) = (world.archive().await, world.blocks.newest());
    while !archive.is_walking() {
        archive.patrol(last).await;
    }
    for _ in 0..6 {
        archive.patrol(last).await;
    }
    assert!(!archive.is_walking());
    assert_eq!(world.whole(12).await, world.blocks.rounds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patrol_of_what_is_all_there_gives_nothing() {
    let mut world = settled().await;
    let last = world.blocks.newest();
    let found = world.archive().await.patrol(last).await;
    assert!(found.looked_at > 16);
    assert_eq!((found.given, found.not_shown), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_takes_what_managers_still_have_and_waits_while_nobody_answers() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0, 250, 0, 3]);
    let archive = world.archive_seed();
    let others: Vec<u8> = world.workers().iter().copied().filter(|seed| *seed != archive).collect();
    for seed in &others {
        world.stop(*seed).await;
    }
    let mut task = world.archive().await;
    let pulled = task.pull(Round(4)).await.unwrap();
    assert_eq!((pulled.fetched, pulled.lost), (0, 0), "silence is no loss");
    world.offering(3).await;
    assert_eq!(pull(&mut task, &world.store(archive), Round(4)).await, 4);
    assert_eq!(world.whole(archive).await, world.blocks.rounds());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_is_counted_as_lost_and_taken_when_it_turns_up() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0, 250, 0]);
    let mut task = world.archive().await;
    let pulled = task.pull(Round(3)).await.unwrap();
    assert_eq!((pulled.fetched, pulled.lost), (0, 3));
    world.offering(2).await;
    assert_eq!(pull(&mut task, &world.store(world.archive_seed()), Round(3)).await, 3);
    assert_eq!(task.pull(Round(3)).await.unwrap().lost, 0);
    assert_eq!(world.whole(world.archive_seed()).await, world.blocks.rounds());
}

/// As where the first bodies were too old to be had when the archive came.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_for_good_does_not_hide_what_turns_up() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&SEVENTY);
    world.blocks.forget(Round(60));
    let mut task = world.archive().await;
    let pulled = task.pull(Round(70)).await.unwrap();
    assert_eq!((pulled.fetched, pulled.lost), (0, 70));
    world.offering(2).await;
    let there: Vec<Round> = (61..=70).map(Round).collect();
    let begun = Instant::now();
    while world.whole(world.archive_seed()).await != there {
        task.pull(Round(70)).await.unwrap();
        assert!(begun.elapsed() < PATIENCE, "what turned up is not found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_was_off_catches_up_and_so_does_a_second_one() {
    let mut world = settled().await;
    let archive = world.archive_seed();
    world.stop(archive).await;
    // The managers know no worker that is away for good: only the other four get these.
    world.blocks.grow(&[0, 250, 0, 3, 0, 0]);
    let manager = world.pushing(1).await;
    let others: Vec<u8> = world.workers().iter().copied().filter(|seed| *seed != archive).collect();
    world.until_whole(&others).await;
    manager.abort();
    let _ = manager.await;
    world.stop(1).await;
    world.blocks.forget(world.blocks.newest());

    world.start(archive).await;
    let last = world.blocks.newest();
    let ((mut two, two_has), one_has) = (world.second_archive().await, world.store(archive));
    let mut one = world.archive().await;
    let (first, other) =
        tokio::join!(pull(&mut one, &one_has, last), pull(&mut two, &two_has, last));
    assert_eq!((first, other), (6, 76));
    assert!(world.are_whole(world.workers()).await);
    // Both look after the others at the same time.
    world.wipe(12).await;
    let begun = Instant::now();
    while !world.are_whole(world.workers()).await {
        let (first, other) = tokio::join!(one.patrol(last), two.patrol(last));
        assert_eq!((first.not_shown, other.not_shown), (0, 0));
        assert!(begun.elapsed() < PATIENCE, "not everything is brought back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_runs_by_itself_follows_the_chain() {
    let mut world = World::of_workers(6).await;
    world.offering(1).await;
    world.blocks.grow(&[0, 250, 0, 1]);
    world.archive().await.start();
    world.blocks.grow(&[0, 0, 0]);
    let archive = world.archive_seed();
    let first: Vec<Round> = (1..=4).map(Round).collect();
    crate::world::until(async || world.whole(archive).await.starts_with(&first)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_nodes_place_keep_and_bring_back_by_themselves() {
    let mut world = World::of_whole_nodes(5).await;
    world.blocks.grow(&[0, 250, 0, 1, 0, 0, 120, 0]);
    world.until_whole(world.workers()).await;
    // The managers go on from their notes and do not look back: only the archive does.
    world.wipe(12).await;
    world.blocks.grow(&[0, 0, 3, 0]);
    world.until_whole(world.workers()).await;
    world.every_body_is_found(READER).await;
}

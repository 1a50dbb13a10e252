use crate::world::World;
use types::Round;

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

/// Patrols until the archive finds nothing more to do; says how many chunks it has given.
async fn patrol(world: &mut World) -> u64 {
    let mut archive = world.archive().await;
    let last = world.blocks.newest();
    let mut given = 0;
    loop {
        let found = archive.patrol(last).await;
        assert_eq!((found.not_shown, found.unanswered), (0, 0));
        given += found.given;
        if found.given == 0 && !archive.is_walking() {
            return given;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_two_of_five_are_wiped_every_body_is_found_and_both_are_filled_again() {
    let mut world = settled().await;
    for (one, other) in [(11, 12), (12, 14), (13, 11), (14, 13)] {
        world.wipe(one).await;
        world.wipe(other).await;
        assert!(world.whole(one).await.is_empty() && world.whole(other).await.is_empty());
        world.every_body_is_found(READER).await;
        assert!(patrol(&mut world).await >= 2 * 70);
        world.until_whole(world.workers()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_wiped_with_another_fills_itself_and_then_the_other() {
    let mut world = settled().await;
    let archive = world.archive_seed();
    world.wipe(archive).await;
    world.wipe(12).await;
    world.every_body_is_found(READER).await;
    let pulled = world.archive().await.pull(world.blocks.newest()).await.unwrap();
    assert_eq!((pulled.fetched, pulled.lost), (70, 0));
    assert_eq!(world.whole(archive).await, world.blocks.rounds());
    patrol(&mut world).await;
    world.until_whole(world.workers()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_but_the_archive_are_wiped_everything_is_found_there_and_brought_back() {
    let mut world = settled().await;
    for seed in 11..=14 {
        world.wipe(seed).await;
    }
    world.every_body_is_found(READER).await;
    assert!(patrol(&mut world).await >= 4 * 70);
    world.until_whole(world.workers()).await;
    // Now the archive may go, and comes back from the others.
    let archive = world.archive_seed();
    world.wipe(archive).await;
    world.every_body_is_found(READER).await;
    let pulled = world.archive().await.pull(world.blocks.newest()).await.unwrap();
    assert_eq!(pulled.fetched, 70);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patrol_of_what_is_all_there_gives_nothing() {
    let mut world = settled().await;
    let last = world.blocks.newest();
    let found = world.archive().await.patrol(last).await;
    assert!(found.looked_at > 16);
    assert_eq!((found.given, found.not_shown, found.unanswered), (0, 0, 0));
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
    assert_eq!(task.pull(Round(4)).await.unwrap().fetched, 4);
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
    let pulled = task.pull(Round(3)).await.unwrap();
    assert_eq!((pulled.fetched, pulled.lost), (3, 0));
    assert_eq!(world.whole(world.archive_seed()).await, world.blocks.rounds());
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

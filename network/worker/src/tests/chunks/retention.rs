use super::*;
use wire::store::owners;

/// Workers 9 and those of these seeds.
fn roster(others: std::ops::Range<u8>) -> Vec<WorkerId> {
    std::iter::once(9).chain(others).map(|seed| WorkerId(key(seed).public())).collect()
}

fn owned(block: &Block, roster: &[WorkerId]) -> bool {
    owners(&block.header.header.id().0, roster).contains(&roster[0])
}

#[tokio::test]
async fn what_others_own_goes_after_the_horizon_and_what_is_owned_stays() {
    let (bench, roster) = (Bench::new().await, roster(20..40));
    let blocks: Vec<_> = (1..=30).map(|round| block(round, 0)).collect();
    for block in &blocks {
        bench.put_all(block).await;
    }
    let first = Round(HORIZON + 11);
    // A roster that was never seen before is waited for.
    assert_eq!(bench.store.drop_old(first, &roster).await.unwrap(), 0);
    let settled = first.plus(HORIZON);
    assert_eq!(bench.store.drop_old(settled, &roster).await.unwrap(), 0);
    let ours = blocks.iter().filter(|block| owned(block, &roster)).count() as u64;
    assert!((1..30).contains(&ours), "{ours}");
    assert_eq!(bench.store.drop_old(settled.next(), &roster).await.unwrap(), 30 - ours);
    for block in &blocks {
        assert_eq!(bench.holds(block.header.header.round.0).await, owned(block, &roster));
    }
    assert_eq!(bench.store.drop_old(settled.plus(9), &roster).await.unwrap(), 0);
}

#[tokio::test]
async fn younger_bodies_wait_for_their_turn() {
    let (bench, roster) = (Bench::new().await, roster(20..40));
    let others: Vec<_> =
        (1..1000).map(|round| block(round, 0)).filter(|block| !owned(block, &roster)).collect();
    let [old, young] = [&others[0], others.last().unwrap()];
    bench.put_all(old).await;
    bench.put_all(young).await;
    let young_round = young.header.header.round;
    bench.store.drop_old(Round(1), &roster).await.unwrap();
    assert_eq!(bench.store.drop_old(young_round.plus(HORIZON), &roster).await.unwrap(), 1);
    assert!(bench.holds(young_round.0).await);
    assert_eq!(bench.store.drop_old(young_round.plus(HORIZON + 1), &roster).await.unwrap(), 1);
    assert!(!bench.holds(young_round.0).await);
}

#[tokio::test]
async fn nothing_goes_while_the_roster_is_new_or_unknown() {
    let (bench, before, after) = (Bench::new().await, roster(20..22), roster(20..60));
    let other = (1..1000).map(|round| block(round, 0)).find(|block| !owned(block, &after)).unwrap();
    bench.put_all(&other).await;
    let tip = other.header.header.round.plus(10 * HORIZON);
    bench.store.drop_old(Round(1), &before).await.unwrap();
    assert_eq!(bench.store.drop_old(tip, &before).await.unwrap(), 0, "three workers own all");
    assert_eq!(bench.store.drop_old(tip, &[]).await.unwrap(), 0);
    assert_eq!(bench.store.drop_old(tip, &after).await.unwrap(), 0);
    assert_eq!(bench.store.drop_old(tip.plus(HORIZON), &after).await.unwrap(), 0);
    assert_eq!(bench.store.drop_old(tip.plus(HORIZON + 1), &after).await.unwrap(), 1);
}

#[tokio::test]
async fn an_archive_lets_go_of_nothing() {
    let bench = Bench::with(9, Terms { keeps: Keeps::Everything, ..terms() }).await;
    let roster = roster(20..60);
    for round in 1..=30 {
        bench.put_all(&block(round, 0)).await;
    }
    for tip in [1, 100_000, 200_000] {
        assert_eq!(bench.store.drop_old(Round(tip), &roster).await.unwrap(), 0);
    }
    assert_eq!(bench.store.first_gap(Round(1)).await.unwrap(), Round(31));
}

#[tokio::test]
async fn what_goes_gives_its_room_back() {
    let quota = 100 * 1024;
    let bench = Bench::with(9, Terms { quota, ..terms() }).await;
    let roster = roster(20..60);
    let mut others =
        (1..1000).map(|round| block(round, 150)).filter(|block| !owned(block, &roster));
    let (one, two) = (others.next().unwrap(), others.next().unwrap());
    bench.put_all(&one).await;
    refused(bench.put(&two.header, &two.chunks[0]).await, code::QUOTA);
    bench.store.drop_old(Round(1), &roster).await.unwrap();
    assert_eq!(bench.store.drop_old(Round(5000), &roster).await.unwrap(), 1);
    bench.put_all(&two).await;
}

#[tokio::test]
async fn the_first_gap_is_the_first_body_that_is_not_whole() {
    let bench = Bench::new().await;
    assert_eq!(bench.store.first_gap(Round(1)).await.unwrap(), Round(1));
    let parts = block(3, 250);
    for round in [1, 2, 4, 5] {
        bench.put_all(&block(round, 0)).await;
    }
    assert_eq!(bench.store.first_gap(Round(1)).await.unwrap(), Round(3));
    for chunk in &parts.chunks {
        assert_eq!(bench.store.first_gap(Round(1)).await.unwrap(), Round(3));
        bench.put(&parts.header, chunk).await.unwrap();
    }
    assert_eq!(bench.store.first_gap(Round(1)).await.unwrap(), Round(6));
    assert_eq!(bench.store.first_gap(Round(9)).await.unwrap(), Round(9));
}

use super::*;
use crate::LAPSE_SECS;

fn day(days: u64) -> Timestamp {
    NOW.plus_secs(days * DAY)
}

#[tokio::test]
async fn an_expired_envelope_is_gone_before_any_purge() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    let just_before = Timestamp(day(30).0 - 1);
    assert_eq!(waiting(bench.ask_at(queue.pull(0), just_before).await).0.len(), 1);
    assert_eq!(waiting(bench.ask_at(queue.pull(0), day(30)).await), (vec![], false));
}

#[tokio::test]
async fn purging_removes_what_expired_and_keeps_the_rest() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask_at(queue.put(&blob(1)), NOW).await.unwrap();
    bench.ask_at(queue.put(&blob(2)), day(1)).await.unwrap();
    assert_eq!(bench.worker.purge(Timestamp(day(30).0 - 1)).await.unwrap(), 0);
    assert_eq!(bench.worker.purge(day(30)).await.unwrap(), 1);
    assert_eq!(blobs(&bench.all(&queue).await), [blob(2)]);
}

#[tokio::test]
async fn an_expired_envelope_does_not_stand_in_the_way_of_itself() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    assert_eq!(bench.ask_at(queue.put(&blob(1)), day(31)).await, stored_until(61));
    assert_eq!(waiting(bench.ask_at(queue.pull(0), day(31)).await).0.len(), 1);
}

#[tokio::test]
async fn a_tombstone_lasts_a_day_longer_than_its_envelope() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    // Deleted late, yet held until the envelope's own expiry; never seen, from the deletion on.
    bench.ask_at(queue.delete(&[&blob(1), &blob(2)]), day(10)).await.unwrap();
    let check = async |number: u64, now: Timestamp, count: i64| {
        bench.worker.purge(now).await.unwrap();
        let envelope = queue.envelope(&blob(number));
        let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tombstones WHERE envelope_id = ?")
            .bind(envelope.0.as_slice())
            .fetch_one(bench.worker.database.writer())
            .await
            .unwrap();
        assert_eq!(left, count, "{number} at {now:?}");
    };
    check(1, Timestamp(day(31).0 - 1), 1).await;
    check(1, day(31), 0).await;
    check(2, Timestamp(day(41).0 - 1), 1).await;
    check(2, day(41), 0).await;
}

#[tokio::test]
async fn a_queue_lapses_once_nobody_reads_it() {
    let bench = Bench::with_queues(&[1, 2, 3, 4]).await;
    let (unread, pulled, listened, holding) =
        (Queue::new(1), Queue::new(2), Queue::new(3), Queue::new(4));
    bench.worker.purge(day(60)).await.unwrap();
    bench.ask_at(pulled.pull(0), day(60)).await.unwrap();
    bench.worker.waiting(&[listened.id()]).await;
    bench.ask_at(holding.put(&blob(1)), day(80)).await.unwrap();
    bench.worker.purge(day(61)).await.unwrap();
    bench.worker.purge(NOW.plus_secs(LAPSE_SECS)).await.unwrap();

    refused(bench.ask(unread.put(&blob(1))).await, code::NOT_FOUND);
    for queue in [&pulled, &listened, &holding] {
        assert!(bench.ask_at(queue.pull(0), day(90)).await.is_ok());
    }
    assert_eq!(waiting(bench.ask_at(holding.pull(0), day(90)).await).0.len(), 1);
}

#[tokio::test]
async fn the_end_of_time_breaks_nothing() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    let end = Timestamp(u64::MAX);
    assert!(bench.ask_at(queue.put(&blob(1)), end).await.is_ok());
    assert!(bench.ask_at(queue.delete(&[&blob(2)]), end).await.is_ok());
    bench.worker.purge(end).await.unwrap();
    bench.worker.purge(Timestamp(0)).await.unwrap();
}

use super::*;
use crate::check_right;
use std::collections::BTreeSet;
use wire::events::QueueRight;
use wire::mail::{BUCKETS, PULL_MESSAGES};

#[tokio::test]
async fn an_envelope_goes_from_writer_to_reader_and_is_deleted() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    assert_eq!(bench.ask(queue.put(&blob(1))).await, stored_until(30));
    assert_eq!(bench.ask(queue.put(&blob(2))).await, stored_until(30));
    assert_eq!(blobs(&bench.all(&queue).await), [blob(1), blob(2)]);
    assert_eq!(bench.ask(queue.delete(&[&blob(1)])).await, Ok(MailReply::Deleted));
    assert_eq!(blobs(&bench.all(&queue).await), [blob(2)]);
}

#[tokio::test]
async fn creating_again_changes_nothing_and_other_keys_are_refused() {
    let bench = Bench::with_queues(&[1]).await;
    let (one, two) = (Queue::new(1), Queue::new(2));
    bench.ask(one.put(&blob(1))).await.unwrap();
    assert_eq!(bench.ask(one.create()).await, Ok(MailReply::Created));
    assert_eq!(bench.all(&one).await.len(), 1);

    let rekeyed = Queue { receive: one.receive.clone(), send: two.send.clone() };
    refused(bench.ask(rekeyed.create()).await, code::BAD_REQUEST);
    let squatting = Queue { receive: two.receive, send: one.send };
    refused(bench.ask(squatting.create()).await, code::BAD_REQUEST);
}

#[tokio::test]
async fn creating_wants_the_receive_keys_signature_over_both_keys() {
    let bench = Bench::new().await;
    let (one, two) = (Queue::new(1), Queue::new(2));
    let MailRequest::Create { receive_key, signature, .. } = one.create() else { unreachable!() };
    let swapped = MailRequest::Create { receive_key, send_key: two.send_key(), signature };
    refused(bench.ask(swapped).await, code::BAD_SIGNATURE);

    let bytes = create_bytes(HOME, &one.receive_key(), &one.send_key());
    let signature = sign(&one.send, &bytes);
    let wrong = MailRequest::Create { receive_key, send_key: one.send_key(), signature };
    refused(bench.ask(wrong).await, code::BAD_SIGNATURE);

    let elsewhere = create_bytes(WorkerId([8; 32]), &one.receive_key(), &one.send_key());
    let signature = sign(&one.receive, &elsewhere);
    let replayed = MailRequest::Create { receive_key, send_key: one.send_key(), signature };
    refused(bench.ask(replayed).await, code::BAD_SIGNATURE);
    refused(bench.ask(one.put(&blob(1))).await, code::NOT_FOUND);
}

#[tokio::test]
async fn a_send_key_that_verifies_everything_or_nothing_is_no_key() {
    let bench = Bench::new().await;
    let receive = Queue::new(1).receive;
    let mut no_point = [0; 32];
    no_point[0] = 2;
    for send_key in [[0; 32], no_point] {
        let receive_key = receive.verifying_key().to_bytes();
        let signature = sign(&receive, &create_bytes(HOME, &receive_key, &send_key));
        let create = MailRequest::Create { receive_key, send_key, signature };
        refused(bench.ask(create).await, code::BAD_REQUEST);
    }
}

#[tokio::test]
async fn only_the_send_key_puts_and_only_on_this_worker() {
    let bench = Bench::with_queues(&[1, 2]).await;
    let (one, two) = (Queue::new(1), Queue::new(2));
    let elsewhere = WorkerId([8; 32]);
    for wrong in [
        one.put_signed(&blob(1), &two.send, HOME),
        one.put_signed(&blob(1), &one.receive, HOME),
        one.put_signed(&blob(1), &one.send, elsewhere),
    ] {
        refused(bench.ask(wrong).await, code::BAD_SIGNATURE);
    }
    let MailRequest::Put { send, signature, .. } = one.put(&blob(1)) else { unreachable!() };
    let another_blob = MailRequest::Put { owner: HOME, send, blob: blob(2), signature };
    refused(bench.ask(another_blob).await, code::BAD_SIGNATURE);
    let forwarded = MailRequest::Put { owner: elsewhere, send, blob: blob(1), signature };
    refused(bench.ask(forwarded).await, code::NOT_FOUND);
    assert_eq!(bench.all(&one).await, []);
}

#[tokio::test]
async fn a_right_to_read_is_worth_nothing_on_another_connection() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    let seen = queue.pull(0);
    assert!(bench.worker.mail(&ALICE, seen.clone(), NOW).await.is_ok());
    refused(bench.worker.mail(&BOB, seen, NOW).await, code::BAD_SIGNATURE);
    refused(bench.ask(queue.pull_signed(0, &queue.send, &ALICE)).await, code::BAD_SIGNATURE);

    let signature = sign(&queue.receive, &read_bytes(HOME, &ALICE));
    let right = QueueRight { receive_key: queue.receive_key(), signature };
    assert!(check_right(HOME, &ALICE, &right));
    assert!(!check_right(HOME, &BOB, &right));
    assert!(!check_right(WorkerId([8; 32]), &ALICE, &right));
}

#[tokio::test]
async fn only_the_receive_key_deletes_and_only_what_it_signed() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    let envelopes = vec![queue.envelope(&blob(1))];
    let receive_key = queue.receive_key();
    let signature = sign(&queue.send, &delete_bytes(HOME, &envelopes));
    let by_writer = MailRequest::Delete { receive_key, envelopes: envelopes.clone(), signature };
    refused(bench.ask(by_writer).await, code::BAD_SIGNATURE);
    let signature = sign(&queue.receive, &delete_bytes(HOME, &[]));
    let of_nothing = MailRequest::Delete { receive_key, envelopes, signature };
    refused(bench.ask(of_nothing).await, code::BAD_SIGNATURE);
    assert_eq!(bench.all(&queue).await.len(), 1);
}

#[tokio::test]
async fn an_unknown_queue_is_not_found() {
    let bench = Bench::new().await;
    let queue = Queue::new(1);
    for request in [queue.put(&blob(1)), queue.pull(0), queue.delete(&[&blob(1)])] {
        refused(bench.ask(request).await, code::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_blob_has_one_of_the_lengths() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    for len in BUCKETS {
        assert_eq!(bench.ask(queue.put(&sized(0, len))).await, stored_until(30), "{len}");
        for wrong in [len - 1, len + 1] {
            refused(bench.ask(queue.put(&sized(0, wrong))).await, code::BAD_REQUEST);
        }
    }
    for wrong in [vec![], vec![0; 32768]] {
        refused(bench.ask(queue.put(&wrong)).await, code::BAD_REQUEST);
    }
    assert_eq!(bench.all(&queue).await.len(), BUCKETS.len());
}

#[tokio::test]
async fn the_same_envelope_again_is_stored_once_until_the_same_time() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    let later = NOW.plus_secs(DAY);
    assert_eq!(bench.ask_at(queue.put(&blob(1)), later).await, stored_until(30));
    assert_eq!(bench.all(&queue).await.len(), 1);
}

#[tokio::test]
async fn a_put_replayed_after_its_deletion_never_reappears() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    bench.ask(queue.delete(&[&blob(1)])).await.unwrap();
    for day in [0, 1, 29, 30] {
        let now = NOW.plus_secs(day * DAY);
        bench.worker.purge(now).await.unwrap();
        assert_eq!(bench.ask_at(queue.put(&blob(1)), now).await, stored_until(30), "day {day}");
        assert_eq!(waiting(bench.ask_at(queue.pull(0), now).await), (vec![], false));
    }
    let bench = bench.reopened().await;
    assert_eq!(bench.ask(queue.put(&blob(1))).await, stored_until(30));
    assert_eq!(bench.all(&queue).await, []);
}

#[tokio::test]
async fn a_deletion_may_overtake_its_envelope() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    assert_eq!(bench.ask(queue.delete(&[&blob(1)])).await, Ok(MailReply::Deleted));
    assert_eq!(bench.ask(queue.delete(&[&blob(1)])).await, Ok(MailReply::Deleted));
    assert_eq!(bench.ask(queue.put(&blob(1))).await, stored_until(30));
    assert_eq!(bench.all(&queue).await, []);
}

#[tokio::test]
async fn a_deletion_in_one_queue_is_none_in_another() {
    let bench = Bench::with_queues(&[1, 2]).await;
    let (one, two) = (Queue::new(1), Queue::new(2));
    bench.ask(one.put(&blob(1))).await.unwrap();
    bench.ask(two.put(&blob(1))).await.unwrap();
    bench.ask(two.delete(&[&blob(1)])).await.unwrap();
    bench.ask(two.delete_ids(vec![one.envelope(&blob(1))])).await.unwrap();
    assert_eq!(bench.all(&one).await.len(), 1);
}

#[tokio::test]
async fn positions_grow_and_are_never_used_again() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    let mut seen = 0;
    for number in 0..5 {
        bench.ask(queue.put(&blob(number))).await.unwrap();
        let (envelopes, _) = waiting(bench.ask(queue.pull(seen)).await);
        assert_eq!(blobs(&envelopes), [blob(number)]);
        assert!(envelopes[0].position > seen);
        seen = envelopes[0].position;
        bench.ask(queue.delete(&[&blob(number)])).await.unwrap();
    }
    assert_eq!(waiting(bench.ask(queue.pull(u64::MAX)).await), (vec![], false));
}

#[tokio::test]
async fn a_pull_ends_at_its_limits_and_says_that_there_is_more() {
    let bench = Bench::with_queues(&[1, 2]).await;
    let (many, large) = (Queue::new(1), Queue::new(2));
    for number in 0..=PULL_MESSAGES as u64 {
        bench.ask(many.put(&blob(number))).await.unwrap();
    }
    let (envelopes, more) = waiting(bench.ask(many.pull(0)).await);
    assert_eq!((envelopes.len(), more), (PULL_MESSAGES, true));
    let (rest, more) = waiting(bench.ask(many.pull(envelopes[63].position)).await);
    assert_eq!((blobs(&rest), more), (vec![blob(64)], false));

    for number in 0..17 {
        bench.ask(large.put(&sized(number, 16384))).await.unwrap();
    }
    let (envelopes, more) = waiting(bench.ask(large.pull(0)).await);
    assert_eq!((envelopes.len(), more), (16, true));
    assert_eq!(bench.all(&large).await.len(), 17);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn puts_at_the_same_time_are_all_stored_once() {
    let bench = Bench::with_queues(&[1, 2]).await;
    let mut puts = tokio::task::JoinSet::new();
    for number in 0..60 {
        // Every envelope comes three times, from three connections at once.
        let queue = Queue::new(1 + u8::try_from(number % 2).unwrap());
        let (worker, put) = (bench.worker.clone(), queue.put(&blob(number / 6)));
        puts.spawn(async move { worker.mail(&BOB, put, NOW).await });
    }
    for answer in puts.join_all().await {
        assert_eq!(answer, stored_until(30));
    }
    for number in [1, 2] {
        let envelopes = bench.all(&Queue::new(number)).await;
        let different: BTreeSet<_> = blobs(&envelopes).into_iter().collect();
        assert_eq!((envelopes.len(), different.len()), (10, 10));
        assert!(envelopes.is_sorted_by(|a, b| a.position < b.position));
    }
}

#[tokio::test]
async fn news_is_told_once_for_what_is_new_and_waiting_says_what_is_there() {
    let bench = Bench::with_queues(&[1, 2]).await;
    let (one, two, unknown) = (Queue::new(1), Queue::new(2), Queue::new(3));
    let mut news = bench.worker.news();
    bench.ask(one.put(&blob(1))).await.unwrap();
    bench.ask(one.put(&blob(1))).await.unwrap();
    bench.ask(two.delete(&[&blob(2)])).await.unwrap();
    bench.ask(two.put(&blob(2))).await.unwrap();
    assert_eq!(news.try_recv().unwrap(), one.id());
    assert!(news.try_recv().is_err());

    let asked = [unknown.id(), two.id(), one.id()];
    assert_eq!(bench.worker.waiting(&asked).await, [one.id()]);
    assert_eq!(bench.worker.waiting(&[]).await, []);
}

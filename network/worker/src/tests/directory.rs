use super::*;
use std::collections::BTreeSet;
use wire::directory::{
    DirectoryReply, DirectoryRequest, Holding, MAX_AT_ONCE, MAX_BUNDLE, MAX_KEPT, MAX_KYBER,
    MAX_ONE_TIME, OneTime, OneTimeKyber, Publication, count_bytes, publish_bytes,
};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn publication(sequence: u64, bundle: u8, one_time: std::ops::Range<u16>) -> Publication {
    Publication {
        key: key().verifying_key().to_bytes(),
        sequence,
        afresh: false,
        bundle: vec![bundle; 100],
        one_time: one_time.map(|number| OneTime(number.to_be_bytes().to_vec())).collect(),
        kyber: vec![],
    }
}

fn with_kyber(publication: Publication, numbers: std::ops::Range<u16>) -> Publication {
    let kyber = numbers.map(|number| OneTimeKyber(number.to_be_bytes().to_vec())).collect();
    Publication { kyber, ..publication }
}

fn signed(publication: Publication) -> DirectoryRequest {
    let signature = sign(&key(), &publish_bytes(HOME, &publication));
    DirectoryRequest::Publish { publication, signature }
}

async fn publish(bench: &Bench, publication: Publication) -> Result<DirectoryReply, Failure> {
    bench.worker.directory(&ALICE, signed(publication)).await
}

async fn fetch(bench: &Bench) -> Result<DirectoryReply, Failure> {
    let key = key().verifying_key().to_bytes();
    bench.worker.directory(&BOB, DirectoryRequest::Fetch { owner: HOME, key }).await
}

fn fetched(bundle: u8, one_time: Option<u16>) -> Result<DirectoryReply, Failure> {
    let one_time = one_time.map(|number| OneTime(number.to_be_bytes().to_vec()));
    Ok(DirectoryReply::Fetched { bundle: vec![bundle; 100], one_time, kyber: None })
}

/// So many one-time keys are left behind the publication of this number.
fn published(sequence: u64, one_time: u32) -> Result<DirectoryReply, Failure> {
    Ok(DirectoryReply::Published(Holding { sequence, one_time, kyber: 0 }))
}

fn count(peer: &[u8; 32]) -> DirectoryRequest {
    let signature = sign(&key(), &count_bytes(HOME, peer));
    DirectoryRequest::Count { key: key().verifying_key().to_bytes(), signature }
}

#[tokio::test]
async fn one_time_keys_are_handed_out_in_order_and_then_there_is_none() {
    let bench = Bench::new().await;
    refused(fetch(&bench).await, code::NOT_FOUND);
    assert_eq!(publish(&bench, publication(1, 1, 0..2)).await, published(1, 2));
    assert_eq!(fetch(&bench).await, fetched(1, Some(0)));
    assert_eq!(publish(&bench, publication(2, 2, 2..3)).await, published(2, 2));
    assert_eq!(fetch(&bench).await, fetched(2, Some(1)));
    let bench = bench.reopened().await;
    assert_eq!(fetch(&bench).await, fetched(2, Some(2)));
    assert_eq!(fetch(&bench).await, fetched(2, None));
    assert_eq!(fetch(&bench).await, fetched(2, None));
}

#[tokio::test]
async fn only_the_directory_key_publishes_and_only_on_this_worker() {
    let bench = Bench::new().await;
    let wanted = publication(1, 1, 0..2);
    let stranger = SigningKey::from_bytes(&[4; 32]);
    let elsewhere = publish_bytes(WorkerId([8; 32]), &wanted);
    for signature in [
        sign(&stranger, &publish_bytes(HOME, &wanted)),
        sign(&key(), &elsewhere),
        sign(&key(), &publish_bytes(HOME, &publication(1, 2, 0..2))),
        [0; 64],
    ] {
        let request = DirectoryRequest::Publish { publication: wanted.clone(), signature };
        refused(bench.worker.directory(&ALICE, request).await, code::BAD_SIGNATURE);
    }
    refused(fetch(&bench).await, code::NOT_FOUND);
}

#[tokio::test]
async fn numbers_grow_and_the_same_publication_again_adds_nothing() {
    let bench = Bench::new().await;
    assert_eq!(publish(&bench, publication(5, 1, 0..3)).await, published(5, 3));
    assert_eq!(publish(&bench, publication(5, 1, 0..3)).await, published(5, 3));
    refused(publish(&bench, publication(5, 2, 0..3)).await, code::BAD_REQUEST);
    refused(publish(&bench, publication(5, 1, 0..4)).await, code::BAD_REQUEST);
    refused(publish(&bench, publication(4, 1, 0..3)).await, code::BAD_REQUEST);
    assert_eq!(fetch(&bench).await, fetched(1, Some(0)));
    assert_eq!(publish(&bench, publication(5, 1, 0..3)).await, published(5, 2));
    assert_eq!(fetch(&bench).await, fetched(1, Some(1)));
    // The order is that of unsigned numbers.
    assert_eq!(publish(&bench, publication(u64::MAX, 9, 0..0)).await, published(u64::MAX, 1));
    refused(publish(&bench, publication(6, 1, 0..0)).await, code::BAD_REQUEST);
    assert_eq!(fetch(&bench).await, fetched(9, Some(2)));
}

#[tokio::test]
async fn no_more_keys_are_kept_than_allowed_and_none_twice() {
    let bench = Bench::new().await;
    for part in 0..3 {
        let (sequence, first) = (u64::from(part) + 1, part * 30);
        publish(&bench, publication(sequence, 1, first..first + 30)).await.unwrap();
    }
    assert_eq!(publish(&bench, publication(4, 1, 0..3)).await, published(4, 90));
    assert_eq!(publish(&bench, publication(5, 1, 300..330)).await, published(5, 100));
    assert_eq!(publish(&bench, publication(6, 1, 400..401)).await, published(6, 100));
    assert_eq!(MAX_KEPT, 100);
    let mut numbers = BTreeSet::new();
    while let Ok(DirectoryReply::Fetched { one_time: Some(one_time), .. }) = fetch(&bench).await {
        assert!(numbers.insert(one_time.0));
    }
    assert_eq!(numbers.len(), 100);
    assert!(numbers.contains(300_u16.to_be_bytes().as_slice()));
}

#[tokio::test]
async fn each_fetch_takes_one_key_of_each_kind() {
    let bench = Bench::new().await;
    let wanted = with_kyber(publication(1, 1, 0..3), 7..9);
    let holding = Holding { sequence: 1, one_time: 3, kyber: 2 };
    assert_eq!(publish(&bench, wanted).await, Ok(DirectoryReply::Published(holding)));
    for (one_time, kyber) in [(Some(0), Some(7)), (Some(1), Some(8)), (Some(2), None), (None, None)]
    {
        let bytes = |number: u16| number.to_be_bytes().to_vec();
        let expected = DirectoryReply::Fetched {
            bundle: vec![1; 100],
            one_time: one_time.map(|number| OneTime(bytes(number))),
            kyber: kyber.map(|number| OneTimeKyber(bytes(number))),
        };
        assert_eq!(fetch(&bench).await, Ok(expected));
    }
    let more = with_kyber(publication(2, 1, 0..0), 9..10);
    let holding = Holding { sequence: 2, one_time: 0, kyber: 1 };
    assert_eq!(publish(&bench, more).await, Ok(DirectoryReply::Published(holding)));
}

#[tokio::test]
async fn what_is_published_afresh_takes_the_place_of_everything_before() {
    let bench = Bench::new().await;
    publish(&bench, with_kyber(publication(1, 1, 0..3), 0..3)).await.unwrap();
    let afresh = Publication { afresh: true, ..with_kyber(publication(2, 2, 2..4), 5..6) };
    let holding = Holding { sequence: 2, one_time: 2, kyber: 1 };
    assert_eq!(publish(&bench, afresh.clone()).await, Ok(DirectoryReply::Published(holding)));
    let Ok(DirectoryReply::Fetched { one_time, kyber, .. }) = fetch(&bench).await else {
        panic!("there is a bundle")
    };
    assert_eq!((one_time.unwrap().0, kyber.unwrap().0), (vec![0, 2], vec![0, 5]));
    // The same once more brings nothing back.
    let holding = Holding { sequence: 2, one_time: 1, kyber: 0 };
    assert_eq!(publish(&bench, afresh).await, Ok(DirectoryReply::Published(holding)));
}

#[tokio::test]
async fn only_its_owner_learns_how_much_is_left_and_only_over_its_own_connection() {
    let bench = Bench::new().await;
    refused(bench.worker.directory(&ALICE, count(&ALICE)).await, code::NOT_FOUND);
    publish(&bench, with_kyber(publication(5, 1, 0..2), 0..3)).await.unwrap();
    fetch(&bench).await.unwrap();
    let holding = Holding { sequence: 5, one_time: 1, kyber: 2 };
    for _ in 0..2 {
        let counted = bench.worker.directory(&ALICE, count(&ALICE)).await;
        assert_eq!(counted, Ok(DirectoryReply::Counted(holding)));
    }
    refused(bench.worker.directory(&BOB, count(&ALICE)).await, code::BAD_SIGNATURE);
    let forged =
        DirectoryRequest::Count { key: key().verifying_key().to_bytes(), signature: [0; 64] };
    refused(bench.worker.directory(&ALICE, forged).await, code::BAD_SIGNATURE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_who_fetch_at_the_same_time_get_different_keys() {
    let bench = Bench::new().await;
    publish(&bench, publication(1, 1, 0..20)).await.unwrap();
    let mut fetches = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let worker = bench.worker.clone();
        let key = key().verifying_key().to_bytes();
        let request = DirectoryRequest::Fetch { owner: HOME, key };
        fetches.spawn(async move { worker.directory(&BOB, request).await.unwrap() });
    }
    let (mut numbers, mut without) = (BTreeSet::new(), 0);
    for reply in fetches.join_all().await {
        match reply {
            DirectoryReply::Fetched { one_time: Some(key), .. } => assert!(numbers.insert(key.0)),
            DirectoryReply::Fetched { one_time: None, .. } => without += 1,
            DirectoryReply::Published(_) | DirectoryReply::Counted(_) => panic!("not a bundle"),
        }
    }
    assert_eq!((numbers.len(), without), (20, 10));
}

#[tokio::test]
async fn what_is_over_a_limit_or_of_another_worker_is_refused() {
    let bench = Bench::new().await;
    let most = u16::try_from(MAX_AT_ONCE).unwrap();
    let mut long_bundle = publication(1, 1, 0..0);
    long_bundle.bundle = vec![0; MAX_BUNDLE + 1];
    let mut long_key = publication(1, 1, 0..0);
    long_key.one_time = vec![OneTime(vec![0; MAX_ONE_TIME + 1])];
    let mut long_kyber = publication(1, 1, 0..0);
    long_kyber.kyber = vec![OneTimeKyber(vec![0; MAX_KYBER + 1])];
    let many = publication(1, 1, 0..most + 1);
    let many_kyber = with_kyber(publication(1, 1, 0..0), 0..most + 1);
    for wrong in [long_bundle, long_key, long_kyber, many, many_kyber] {
        refused(publish(&bench, wrong).await, code::BAD_REQUEST);
    }
    publish(&bench, publication(1, 1, 0..1)).await.unwrap();
    let key = key().verifying_key().to_bytes();
    let elsewhere = DirectoryRequest::Fetch { owner: WorkerId([8; 32]), key };
    refused(bench.worker.directory(&BOB, elsewhere).await, code::NOT_FOUND);
    assert_eq!(fetch(&bench).await, fetched(1, Some(0)));
}

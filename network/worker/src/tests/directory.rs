use super::*;
use std::collections::BTreeSet;
use wire::directory::{
    DirectoryReply, DirectoryRequest, MAX_BUNDLE, MAX_ONE_TIME_KEYS, OneTime, Publication,
    publish_bytes,
};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn publication(sequence: u64, bundle: u8, one_time: std::ops::Range<u16>) -> Publication {
    Publication {
        key: key().verifying_key().to_bytes(),
        sequence,
        bundle: vec![bundle; 100],
        one_time: one_time.map(|number| OneTime(number.to_be_bytes().to_vec())).collect(),
    }
}

fn signed(publication: Publication) -> DirectoryRequest {
    let signature = sign(&key(), &publish_bytes(HOME, &publication));
    DirectoryRequest::Publish { publication, signature }
}

async fn publish(bench: &Bench, publication: Publication) -> Result<DirectoryReply, Failure> {
    bench.worker.directory(signed(publication)).await
}

async fn fetch(bench: &Bench) -> Result<DirectoryReply, Failure> {
    let key = key().verifying_key().to_bytes();
    bench.worker.directory(DirectoryRequest::Fetch { owner: HOME, key }).await
}

fn fetched(bundle: u8, one_time: Option<u16>) -> Result<DirectoryReply, Failure> {
    let one_time = one_time.map(|number| OneTime(number.to_be_bytes().to_vec()));
    Ok(DirectoryReply::Fetched { bundle: vec![bundle; 100], one_time })
}

fn published(left: u32) -> Result<DirectoryReply, Failure> {
    Ok(DirectoryReply::Published(left))
}

#[tokio::test]
async fn one_time_keys_are_handed_out_in_order_and_then_there_is_none() {
    let bench = Bench::new().await;
    refused(fetch(&bench).await, code::NOT_FOUND);
    assert_eq!(publish(&bench, publication(1, 1, 0..2)).await, published(2));
    assert_eq!(fetch(&bench).await, fetched(1, Some(0)));
    assert_eq!(publish(&bench, publication(2, 2, 2..3)).await, published(2));
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
        refused(bench.worker.directory(request).await, code::BAD_SIGNATURE);
    }
    refused(fetch(&bench).await, code::NOT_FOUND);
}

#[tokio::test]
async fn numbers_grow_and_the_same_publication_again_adds_nothing() {
    let bench = Bench::new().await;
    assert_eq!(publish(&bench, publication(5, 1, 0..3)).await, published(3));
    assert_eq!(publish(&bench, publication(5, 1, 0..3)).await, published(3));
    refused(publish(&bench, publication(5, 2, 0..3)).await, code::BAD_REQUEST);
    refused(publish(&bench, publication(5, 1, 0..4)).await, code::BAD_REQUEST);
    refused(publish(&bench, publication(4, 1, 0..3)).await, code::BAD_REQUEST);
    assert_eq!(fetch(&bench).await, fetched(1, Some(0)));
    assert_eq!(publish(&bench, publication(5, 1, 0..3)).await, published(2));
    assert_eq!(fetch(&bench).await, fetched(1, Some(1)));
    // The order is that of unsigned numbers.
    assert_eq!(publish(&bench, publication(u64::MAX, 9, 0..0)).await, published(1));
    refused(publish(&bench, publication(6, 1, 0..0)).await, code::BAD_REQUEST);
    assert_eq!(fetch(&bench).await, fetched(9, Some(2)));
}

#[tokio::test]
async fn no_more_keys_are_kept_than_allowed_and_none_twice() {
    let bench = Bench::new().await;
    let most = u16::try_from(MAX_ONE_TIME_KEYS).unwrap();
    assert_eq!(publish(&bench, publication(1, 1, 0..most - 1)).await, published(199));
    assert_eq!(publish(&bench, publication(2, 1, 0..3)).await, published(199));
    assert_eq!(publish(&bench, publication(3, 1, 300..350)).await, published(200));
    assert_eq!(publish(&bench, publication(4, 1, 400..401)).await, published(200));
    let mut numbers = BTreeSet::new();
    while let Ok(DirectoryReply::Fetched { one_time: Some(one_time), .. }) = fetch(&bench).await {
        assert!(numbers.insert(one_time.0));
    }
    assert_eq!(numbers.len(), 200);
    assert!(numbers.contains(300_u16.to_be_bytes().as_slice()));
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
        fetches.spawn(async move { worker.directory(request).await.unwrap() });
    }
    let (mut numbers, mut without) = (BTreeSet::new(), 0);
    for reply in fetches.join_all().await {
        match reply {
            DirectoryReply::Fetched { one_time: Some(key), .. } => assert!(numbers.insert(key.0)),
            DirectoryReply::Fetched { one_time: None, .. } => without += 1,
            DirectoryReply::Published(_) => panic!("not a bundle"),
        }
    }
    assert_eq!((numbers.len(), without), (20, 10));
}

#[tokio::test]
async fn what_is_over_a_limit_or_of_another_worker_is_refused() {
    let bench = Bench::new().await;
    let most = u16::try_from(MAX_ONE_TIME_KEYS).unwrap();
    let mut long_bundle = publication(1, 1, 0..0);
    long_bundle.bundle = vec![0; MAX_BUNDLE + 1];
    let mut long_key = publication(1, 1, 0..0);
    long_key.one_time = vec![OneTime(vec![0; 65])];
    for wrong in [long_bundle, long_key, publication(1, 1, 0..most + 1)] {
        refused(publish(&bench, wrong).await, code::BAD_REQUEST);
    }
    publish(&bench, publication(1, 1, 0..1)).await.unwrap();
    let key = key().verifying_key().to_bytes();
    let elsewhere = DirectoryRequest::Fetch { owner: WorkerId([8; 32]), key };
    refused(bench.worker.directory(elsewhere).await, code::NOT_FOUND);
    assert_eq!(fetch(&bench).await, fetched(1, Some(0)));
}

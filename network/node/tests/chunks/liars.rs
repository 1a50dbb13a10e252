use crate::chain::{CHAIN, key};
use crate::world::{World, id};
use ledger::Chunk;
use net::transport::Transport;
use node::chunks::{FetchError, Parcel, StoreError};
use node::serve::serve_frames;
use std::sync::Arc;
use types::{Round, Timestamp};
use wire::chain::Object;
use wire::store::{Have, MAX_REQUEST, Piece, Receipt, StoreReply, StoreRequest, owners};
use wire::{Decode, Encode, Failure, code, protocol};

/// What a lying owner answers.
type Lie = fn(&StoreRequest) -> Result<StoreReply, Failure>;

/// Puts somebody with the worker's key in its place who answers like this.
async fn possess(world: &mut World, seed: u8, lie: Lie) {
    world.stop(seed).await;
    let listen = ["/ip4/127.0.0.1/tcp/0".parse().unwrap()];
    let transport =
        Transport::spawn_serving([seed; 32], &listen, &[protocol::STORE]).await.unwrap();
    let incoming = transport.accept(protocol::STORE).unwrap();
    serve_frames(incoming, MAX_REQUEST, move |_, request: StoreRequest| {
        std::future::ready(lie(&request))
    });
    world.replace(seed, transport);
}

fn parcel(world: &World, round: Round) -> Parcel {
    Parcel::new(world.blocks.at(round), &world.blocks.body_of(round)).unwrap()
}

fn receipt(seed: u8, parcel: &Parcel, chunk: &Chunk) -> Receipt {
    let receipt = Receipt {
        key: chunk.key(),
        round: parcel.round(),
        index: chunk.index,
        holder: id(seed),
        time: Timestamp(1),
        signature: [0; 64],
    };
    let signature = key(seed).sign(&receipt.signed_bytes(CHAIN, parcel.block()));
    Receipt { signature, ..receipt }
}

/// The chunk of a put, with a receipt for it by this key.
fn confirm(request: &StoreRequest, by: u8) -> Result<StoreReply, Failure> {
    match request {
        StoreRequest::Put { header, chunk } => {
            let header = ledger::CertifiedHeader::from_bytes(&header.0).unwrap();
            let chunk = Chunk::from_bytes(&chunk.0).unwrap();
            let (round, block) = (header.header.round, header.header.id());
            let (key_of_chunk, index) = (chunk.key(), chunk.index);
            let receipt = Receipt {
                key: key_of_chunk,
                round,
                index,
                holder: id(by),
                time: Timestamp(1),
                signature: [0; 64],
            };
            let signature = key(by).sign(&receipt.signed_bytes(CHAIN, block));
            Ok(StoreReply::Stored(Receipt { signature, ..receipt }))
        }
        _ => Err(Failure::new(code::NOT_FOUND, "nothing here")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_receipt_by_the_owner_itself_counts() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[250]);
    let (parcel, stores) = (parcel(&world, Round(1)), world.stores(1).await);
    let honest: Lie = |request| confirm(request, 11);
    possess(&mut world, 11, honest).await;
    assert_eq!(stores.settle(id(11), &parcel).await, Ok(parcel.chunks().len()));
    let others: [Lie; 3] = [
        |request| confirm(request, 12),
        |request| match confirm(request, 11)? {
            StoreReply::Stored(receipt) => {
                Ok(StoreReply::Stored(Receipt { time: Timestamp(2), ..receipt }))
            }
            other => Ok(other),
        },
        |request| match request {
            StoreRequest::Put { .. } => Ok(StoreReply::Audited([0; 32])),
            _ => Err(Failure::new(code::NOT_FOUND, "nothing here")),
        },
    ];
    for lie in others {
        possess(&mut world, 11, lie).await;
        let settled = stores.settle(id(11), &parcel).await;
        assert!(matches!(settled, Err(StoreError::Wrong(_))), "{settled:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_owner_says_it_has_counts_only_with_its_receipt() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[250, 250]);
    let stores = world.stores(1).await;
    let (one, two) = (parcel(&world, Round(1)), parcel(&world, Round(2)));
    let count = u32::try_from(one.chunks().len()).unwrap();
    let unsigned: Vec<_> = one
        .chunks()
        .iter()
        .map(|chunk| Receipt { signature: [0; 64], ..receipt(11, &one, chunk) })
        .collect();
    let of_another = two.chunks().iter().map(|chunk| receipt(11, &two, chunk)).collect();
    let by_another = one.chunks().iter().map(|chunk| receipt(12, &one, chunk)).collect();
    for held in [unsigned, of_another, by_another] {
        say_have(&mut world, Have { block: one.block(), count, held }).await;
        assert_eq!(stores.confirmed(id(11), &one).await, Ok(Vec::new()));
    }
    let held: Vec<_> = one.chunks().iter().map(|chunk| receipt(11, &one, chunk)).collect();
    say_have(&mut world, Have { block: one.block(), count, held: held.clone() }).await;
    assert_eq!(stores.confirmed(id(11), &one).await, Ok(held.clone()));
    // It claims the bytes and cannot show them.
    assert_eq!(stores.audit(id(11), &one.chunks()[0]).await, Ok(false));
    say_have(&mut world, Have { block: two.block(), count, held }).await;
    assert!(matches!(stores.confirmed(id(11), &one).await, Err(StoreError::Wrong(_))));
}

async fn say_have(world: &mut World, have: Have) {
    world.stop(11).await;
    let listen = ["/ip4/127.0.0.1/tcp/0".parse().unwrap()];
    let transport = Transport::spawn_serving([11; 32], &listen, &[protocol::STORE]).await.unwrap();
    let incoming = transport.accept(protocol::STORE).unwrap();
    let have = Arc::new(have);
    serve_frames(incoming, MAX_REQUEST, move |_, request: StoreRequest| {
        std::future::ready(match request {
            StoreRequest::Find(_) => Ok(StoreReply::Have((*have).clone())),
            StoreRequest::Audit { .. } => Ok(StoreReply::Audited([7; 32])),
            _ => Err(Failure::new(code::NOT_FOUND, "nothing here")),
        })
    });
    world.replace(11, transport);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_not_fooled_by_owners_that_hand_out_something_else() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[250, 0]);
    world.pushing(1).await;
    world.until_whole(world.workers()).await;
    let lies: [Lie; 4] = [
        // The right form, other bytes.
        |_| {
            let path = ledger::MerklePath { leaves: 1, siblings: Vec::new() };
            let chunk = Chunk { index: 0, bytes: vec![0; 5], path, wids: [0; 32] };
            let (header, chunk) = (Object(vec![1]), Piece(chunk.to_bytes()));
            Ok(StoreReply::Chunk { header, chunk })
        },
        |_| Ok(StoreReply::Chunk { header: Object(Vec::new()), chunk: Piece(vec![0xff; 100]) }),
        |_| Ok(StoreReply::Audited([0; 32])),
        |_| Err(Failure::new(code::NOT_FOUND, "never heard of it")),
    ];
    for (seed, lie) in (11..).zip(lies) {
        possess(&mut world, seed, lie).await;
    }
    world.every_body_is_found(99).await;
    // Without the one that is honest there is none, and the reader says so.
    let archive = world.archive_seed();
    possess(&mut world, archive, |_| Err(Failure::new(code::NOT_FOUND, "gone"))).await;
    let stores = world.stores(99).await;
    let header = world.blocks.at(Round(1));
    assert_eq!(stores.body(&header).await, Err(FetchError::Nowhere));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_everybody_away_a_reader_learns_that_nobody_answers() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0]);
    let stores = world.stores(99).await;
    for seed in world.workers().to_vec() {
        world.stop(seed).await;
    }
    let header = world.blocks.at(Round(1));
    assert_eq!(stores.body(&header).await, Err(FetchError::Silence));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_limited_and_a_manager_is_not() {
    let mut world = World::of_workers(1).await;
    world.blocks.grow(&[0]);
    let parcel = parcel(&world, Round(1));
    let (stranger, manager) = (world.stores(99).await, world.stores(1).await);
    let mut taken = 0;
    let refused = loop {
        match stranger.put(id(11), parcel.header(), &parcel.chunks()[0]).await {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(taken, 3600);
    assert!(matches!(&refused, StoreError::Refused(f) if f.code == code::UNAVAILABLE), "{refused}");
    for _ in 0..3700 {
        manager.put(id(11), parcel.header(), &parcel.chunks()[0]).await.unwrap();
    }
}

/// Otherwise strangers fill every worker with all that there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_brings_an_owner_its_bodies_and_nobody_else_anything() {
    let mut world = World::of_workers(9).await;
    world.blocks.grow(&[0; 12]);
    let (stranger, manager) = (world.stores(99).await, world.stores(1).await);
    let workers: Vec<_> = world.workers().iter().map(|seed| id(*seed)).collect();
    let (mut taken, mut refused) = (0, 0);
    for round in world.blocks.rounds() {
        let parcel = parcel(&world, round);
        let owners = owners(&parcel.block().0, &workers);
        for worker in &workers {
            let put = stranger.put(*worker, parcel.header(), &parcel.chunks()[0]).await;
            // The last one is the archive, which keeps all of them.
            if owners.contains(worker) || *worker == id(world.archive_seed()) {
                put.unwrap();
                taken += 1;
            } else {
                assert!(matches!(put, Err(StoreError::Refused(f)) if f.code == code::QUOTA));
                refused += 1;
                manager.put(*worker, parcel.header(), &parcel.chunks()[0]).await.unwrap();
            }
        }
    }
    assert!(taken >= 60 && refused > 30, "{taken} {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_gives_its_chunks_by_place_and_takes_none() {
    let mut world = World::of_workers(1).await;
    world.blocks.grow(&[250, 0]);
    world.offering(2).await;
    let (parcel, stores) = (parcel(&world, Round(1)), world.stores(99).await);
    for chunk in parcel.chunks() {
        let given = stores.chunk(id(2), parcel.header(), chunk.index).await;
        assert_eq!(given, Ok(chunk.clone()));
    }
    let beyond = stores.chunk(id(2), parcel.header(), 99).await;
    assert!(matches!(beyond, Err(StoreError::Refused(f)) if f.code == code::NOT_FOUND));
    let put = stores.put(id(2), parcel.header(), &parcel.chunks()[0]).await;
    assert!(matches!(put, Err(StoreError::Refused(f)) if f.code == code::BAD_REQUEST));
}

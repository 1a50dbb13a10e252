use super::*;
use crate::{ReceiptError, check_receipt};
use wire::store::{MAX_CHUNKS, audit};

#[test]
fn the_limits_of_ledger_and_protocol_agree() {
    assert_eq!(ledger::MAX_BODY.div_ceil(ledger::CHUNK), MAX_CHUNKS);
    // The largest chunk and the largest certificate fit a request together.
    let size = ledger::MAX_MEMBERS;
    let votes = (0..100).map(|member| (member, [1; 64])).collect();
    let header = header(CHAIN, 1, [0; 32]);
    let certificate = Certificate::new(Step::Commit, Round(1), 0, header.id(), &votes, size);
    let path = ledger::MerklePath { leaves: 16, siblings: vec![[0; 32]; 4] };
    let chunk = Chunk { index: 15, bytes: vec![0; ledger::CHUNK], path, wids: [0; 32] };
    let header = Object(CertifiedHeader { header, certificate }.to_bytes());
    let put = StoreRequest::Put { header, chunk: Piece(chunk.to_bytes()) }.to_bytes();
    assert!(put.len() < wire::store::MAX_REQUEST, "{}", put.len());
    assert!(<StoreRequest as wire::Decode>::from_bytes(&put).is_ok());
}

#[tokio::test]
async fn every_chunk_is_confirmed_and_handed_out_by_key_and_by_place() {
    let (bench, block) = (Bench::new().await, block(7, 250));
    assert!(block.chunks.len() >= 3);
    for chunk in &block.chunks {
        let receipt = bench.put(&block.header, chunk).await.unwrap();
        let holder = bench.store.holder();
        assert_eq!(check_receipt(&receipt, holder, &block.header.header, chunk), Ok(()));
        let expected = (block.header.to_bytes(), chunk.to_bytes());
        let place = ChunkName::Place { round: Round(7), index: chunk.index };
        assert_eq!(bench.get(place).await, Ok(expected.clone()));
        assert_eq!(bench.get(ChunkName::Key(chunk.key())).await, Ok(expected));
    }
    let have = bench.find(7).await.unwrap();
    assert_eq!(have.block, block.header.header.id());
    assert_eq!(have.count as usize, block.chunks.len());
    assert_eq!(have.held.len(), block.chunks.len());
    for (receipt, chunk) in have.held.iter().zip(&block.chunks) {
        let holder = bench.store.holder();
        assert_eq!(check_receipt(receipt, holder, &block.header.header, chunk), Ok(()));
    }
    let held = bench.store.body(Round(7)).await.unwrap().unwrap();
    assert_eq!(held.header.0, block.header.to_bytes());
    let pieces: Vec<_> = block.chunks.iter().map(|chunk| Piece(chunk.to_bytes())).collect();
    assert_eq!(held.chunks, pieces);
}

#[tokio::test]
async fn an_empty_body_is_one_small_chunk_and_every_round_has_its_own() {
    let bench = Bench::new().await;
    let (one, two) = (block(1, 0), block(2, 0));
    assert_eq!((one.chunks.len(), one.chunks[0].key()), (1, two.chunks[0].key()));
    bench.put_all(&one).await;
    assert!(!bench.holds(2).await);
    bench.put_all(&two).await;
    for round in [1, 2] {
        let have = bench.find(round).await.unwrap();
        assert_eq!((have.count, have.held.len()), (1, 1));
        assert!(bench.store.is_whole(Round(round)).await.unwrap());
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (bench, block) = (Bench::new().await, block(7, 250));
    bench.put(&block.header, &block.chunks[1]).await.unwrap();
    for place in [(7, 0), (7, 2), (7, 99), (6, 1)] {
        let name = ChunkName::Place { round: Round(place.0), index: place.1 };
        refused(bench.get(name).await, code::NOT_FOUND);
    }
    refused(bench.get(ChunkName::Key(block.chunks[0].key())).await, code::NOT_FOUND);
    refused(bench.find(6).await, code::NOT_FOUND);
    let audit = StoreRequest::Audit { key: block.chunks[0].key(), nonce: [1; 32] };
    refused(bench.store.answer(audit, NOW).await, code::NOT_FOUND);
    let have = bench.find(7).await.unwrap();
    assert_eq!(have.held.iter().map(|receipt| receipt.index).collect::<Vec<_>>(), [1]);
    assert_eq!(bench.store.body(Round(7)).await.unwrap(), None);
    assert!(!bench.store.is_whole(Round(7)).await.unwrap());
}

#[tokio::test]
async fn an_audit_is_answered_from_the_bytes() {
    let (bench, block) = (Bench::new().await, block(7, 250));
    bench.put_all(&block).await;
    let chunk = &block.chunks[1];
    for nonce in [[1; 32], [2; 32]] {
        let request = StoreRequest::Audit { key: chunk.key(), nonce };
        let answer = bench.store.answer(request, NOW).await;
        assert_eq!(answer, Ok(StoreReply::Audited(audit(&nonce, &chunk.bytes))));
    }
    assert_ne!(audit(&[1; 32], &chunk.bytes), audit(&[2; 32], &chunk.bytes));
}

#[tokio::test]
async fn a_receipt_fits_one_holder_one_chunk_and_one_block_only() {
    let (bench, block, other) = (Bench::new().await, block(7, 250), block(8, 250));
    let receipt = bench.put(&block.header, &block.chunks[0]).await.unwrap();
    let holder = bench.store.holder();
    let check = |receipt: Receipt, block: &Block, chunk: usize| {
        check_receipt(&receipt, holder, &block.header.header, &block.chunks[chunk])
    };
    assert_eq!(check(receipt, &block, 0), Ok(()));
    // Replayed for another chunk, another block, or as another worker's.
    assert_eq!(check(receipt, &block, 1), Err(ReceiptError::OtherChunk));
    assert_eq!(check(receipt, &other, 0), Err(ReceiptError::OtherChunk));
    let other_holder = WorkerId(key(8).public());
    let as_other =
        |receipt| check_receipt(&receipt, other_holder, &block.header.header, &block.chunks[0]);
    assert_eq!(as_other(receipt), Err(ReceiptError::OtherHolder));
    let renamed = Receipt { holder: other_holder, ..receipt };
    assert_eq!(as_other(renamed), Err(ReceiptError::BadSignature));
    // The same chunk of another block of the same round, as after a fork.
    let mut fork = block.clone();
    fork.header.header.state_root = [9; 32];
    assert_eq!(check(receipt, &fork, 0), Err(ReceiptError::BadSignature));
    let mut elsewhere = block.clone();
    elsewhere.header.header.chain = ChainId([9; 32]);
    assert_eq!(check(receipt, &elsewhere, 0), Err(ReceiptError::BadSignature));
    // Tampered with.
    let later = Receipt { time: Timestamp(receipt.time.0 + 1), ..receipt };
    assert_eq!(check(later, &block, 0), Err(ReceiptError::BadSignature));
    let mut signature = receipt.signature;
    for byte in 0..64 {
        signature[byte] ^= 1;
        let tampered = Receipt { signature, ..receipt };
        assert_eq!(check(tampered, &block, 0), Err(ReceiptError::BadSignature), "{byte}");
        signature[byte] ^= 1;
    }
}

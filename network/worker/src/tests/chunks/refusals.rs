use super::*;
use ledger::{CHUNK, MerklePath};

#[tokio::test]
async fn a_header_that_no_quorum_has_signed_is_refused() {
    let (bench, good) = (Bench::new().await, block(7, 0));
    let chunk = &good.chunks[0];
    let strangers = certify([11, 12, 13, 14], good.header.header.clone());
    let mut few = good.header.clone();
    few.certificate.bitmap = vec![0b11];
    few.certificate.signatures.truncate(2);
    let mut prepared = good.header.clone();
    prepared.certificate.step = Step::Prepare;
    let mut forged = good.header.clone();
    forged.certificate.signatures[1][0] ^= 1;
    let mut other_round = good.header.clone();
    other_round.certificate.round = Round(8);
    for header in [strangers, few, prepared, forged, other_round] {
        refused(bench.put(&header, chunk).await, code::UNKNOWN_HEADER);
    }
    // A changed header has another id than the one that was voted for.
    let mut changed = good.header.clone();
    changed.header.state_root[0] ^= 1;
    refused(bench.put(&changed, chunk).await, code::UNKNOWN_HEADER);
    assert!(!bench.holds(7).await);
    bench.put(&good.header, chunk).await.unwrap();
}

#[tokio::test]
async fn another_network_is_refused_whatever_its_managers_signed() {
    let bench = Bench::new().await;
    let foreign = block_by(MANAGERS, ChainId([0xee; 32]), 7, 0);
    refused(bench.put(&foreign.header, &foreign.chunks[0]).await, code::BAD_REQUEST);
}

#[tokio::test]
async fn a_chunk_is_taken_only_at_its_place_of_its_own_block() {
    let (bench, one, two) = (Bench::new().await, block(7, 250), block(8, 249));
    let chunk = one.chunks[1].clone();
    let last = one.chunks.last().unwrap();
    let mut bytes = chunk.bytes.clone();
    bytes[0] ^= 1;
    let siblings = |change: fn(&mut Vec<[u8; 32]>)| {
        let mut path = chunk.path.clone();
        change(&mut path.siblings);
        Chunk { path, ..chunk.clone() }
    };
    let shorter = MerklePath { leaves: 2, ..last.path.clone() };
    for wrong in [
        Chunk { bytes, ..chunk.clone() },
        Chunk { bytes: Vec::new(), ..chunk.clone() },
        Chunk { index: 0, ..chunk.clone() },
        Chunk { index: 99, ..chunk.clone() },
        Chunk { wids: [0; 32], ..chunk.clone() },
        Chunk { path: MerklePath { leaves: 4, ..chunk.path.clone() }, ..chunk.clone() },
        Chunk { path: MerklePath { leaves: u32::MAX, ..chunk.path.clone() }, ..chunk.clone() },
        Chunk { index: 1, path: shorter, ..last.clone() },
        siblings(|siblings| siblings[0][0] ^= 1),
        siblings(|siblings| siblings.push([0; 32])),
        siblings(|siblings| siblings.clear()),
        two.chunks[1].clone(),
    ] {
        refused(bench.put(&one.header, &wrong).await, code::BAD_REQUEST);
    }
    refused(bench.put(&two.header, &chunk).await, code::BAD_REQUEST);
    assert!(!bench.holds(7).await && !bench.holds(8).await);
    bench.put(&one.header, &chunk).await.unwrap();
}

#[tokio::test]
async fn what_is_no_chunk_or_too_long_is_refused() {
    let (bench, block) = (Bench::new().await, block(7, 250));
    let good = (Object(block.header.to_bytes()), Piece(block.chunks[0].to_bytes()));
    let path = block.chunks[0].path.clone();
    let long = Chunk { index: 0, bytes: vec![0; CHUNK + 1], path, wids: [0; 32] };
    let trailing = [good.1.0.as_slice(), &[0]].concat();
    for (header, chunk) in [
        (good.0.clone(), Piece(long.to_bytes())),
        (good.0.clone(), Piece(trailing)),
        (good.0.clone(), Piece(Vec::new())),
        (Object(Vec::new()), good.1.clone()),
        (Object([good.0.0.as_slice(), &[0]].concat()), good.1.clone()),
    ] {
        let put = StoreRequest::Put { header, chunk };
        refused(bench.store.answer(put, NOW).await, code::BAD_REQUEST);
    }
}

/// A body of more than the largest number of chunks, which no honest manager signs.
#[tokio::test]
async fn a_body_of_more_chunks_than_there_can_be_is_refused_even_when_it_is_signed() {
    let (bench, block) = (Bench::new().await, block(7, 1500));
    assert!(block.chunks.len() > 16);
    refused(bench.put(&block.header, &block.chunks[0]).await, code::BAD_REQUEST);
}

#[tokio::test]
async fn a_second_final_block_of_a_round_is_refused() {
    let (bench, one) = (Bench::new().await, block(7, 0));
    bench.put_all(&one).await;
    let two = block(7, 3);
    refused(bench.put(&two.header, &two.chunks[0]).await, code::BAD_REQUEST);
    assert_eq!(bench.find(7).await.unwrap().block, one.header.header.id());
}

#[tokio::test]
async fn beyond_its_quota_a_store_takes_nothing_new_and_still_confirms_what_it_has() {
    let bench = Bench::with(9, Terms { quota: 2 * (64 * 1024 + 1024), ..terms() }).await;
    let block = block(7, 400);
    assert!(block.chunks.len() > 3);
    for chunk in &block.chunks[..2] {
        bench.put(&block.header, chunk).await.unwrap();
    }
    refused(bench.put(&block.header, &block.chunks[2]).await, code::QUOTA);
    refused(bench.put(&block.header, &block.chunks[3]).await, code::QUOTA);
    assert!(bench.put(&block.header, &block.chunks[1]).await.is_ok());
    assert_eq!(bench.find(7).await.unwrap().held.len(), 2);
}

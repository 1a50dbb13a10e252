use super::*;
use std::fs;

#[tokio::test]
async fn the_same_chunk_again_gets_the_same_receipt_and_changes_nothing() {
    let (bench, block) = (Bench::new().await, block(7, 250));
    let first = bench.put(&block.header, &block.chunks[0]).await.unwrap();
    let again = bench.put_at(&block.header, &block.chunks[0], LATER).await.unwrap();
    assert_eq!((again, first.time), (first, NOW));
    // Another certificate for the same block is as good, and does not replace the first.
    let mut other = block.header.clone();
    other.certificate = certify([4, 3, 2, 1], block.header.header.clone()).certificate;
    assert_ne!(other.certificate, block.header.certificate);
    assert_eq!(bench.put_at(&other, &block.chunks[0], LATER).await, Ok(first));
    bench.put_at(&other, &block.chunks[1], LATER).await.unwrap();
    let place = ChunkName::Place { round: Round(7), index: 1 };
    assert_eq!(bench.get(place).await.unwrap().0, block.header.to_bytes());
}

#[tokio::test]
async fn many_who_bring_the_same_chunk_at_once_get_one_receipt() {
    let (bench, block) = (Bench::new().await, block(7, 250));
    let puts = (0..20).map(|number| {
        let (store, header, chunk) =
            (bench.store.clone(), block.header.to_bytes(), block.chunks[number % 2].to_bytes());
        let put = StoreRequest::Put { header: Object(header), chunk: Piece(chunk) };
        let now = Timestamp(NOW.0 + number as u64);
        tokio::spawn(async move { store.answer(put, now).await })
    });
    let mut receipts = BTreeMap::new();
    for put in puts.collect::<Vec<_>>() {
        let Ok(Ok(StoreReply::Stored(receipt))) = put.await else { panic!("refused") };
        assert_eq!(*receipts.entry(receipt.index).or_insert(receipt), receipt);
    }
    assert_eq!(receipts.len(), 2);
}

#[tokio::test]
async fn no_request_takes_anything_away() {
    let (bench, block) = (Bench::new().await, block(7, 250));
    bench.put_all(&block).await;
    let before = bench.find(7).await.unwrap();
    let mut other = block.chunks[0].clone();
    other.bytes[0] ^= 1;
    refused(bench.put(&block.header, &other).await, code::BAD_REQUEST);
    for request in [
        StoreRequest::Get(ChunkName::Key(block.chunks[0].key())),
        StoreRequest::Find(Round(7)),
        StoreRequest::Audit { key: block.chunks[0].key(), nonce: [0; 32] },
    ] {
        bench.store.answer(request, NOW).await.unwrap();
    }
    assert_eq!(bench.find(7).await.unwrap(), before);
}

#[tokio::test]
async fn what_was_confirmed_is_in_the_files_a_killed_worker_leaves() {
    let (bench, block) = (Bench::new().await, block(7, 400));
    for (number, chunk) in block.chunks.iter().enumerate() {
        let receipt = bench.put(&block.header, chunk).await.unwrap();
        // The files as they lie there at this moment, the worker still running.
        let left = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(bench.dir.path()).unwrap() {
            let entry = entry.unwrap();
            if number % 2 == 0 || !entry.path().to_string_lossy().ends_with("-shm") {
                fs::copy(entry.path(), left.path().join(entry.file_name())).unwrap();
            }
        }
        // The receipt may never have left: whoever puts again gets the very same one.
        let restarted = Bench { store: open(left.path(), 9, terms()).await, dir: left };
        assert_eq!(restarted.put_at(&block.header, chunk, LATER).await, Ok(receipt));
        assert_eq!(restarted.find(7).await.unwrap().held.len(), number + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_put_dropped_half_way_leaves_whole_chunks_or_none() {
    let (bench, block) = (Bench::new().await, block(7, 400));
    for yields in 0..30_usize {
        let store = bench.store.clone();
        let chunk = block.chunks[yields % block.chunks.len()].to_bytes();
        let header = Object(block.header.to_bytes());
        let put = StoreRequest::Put { header, chunk: Piece(chunk) };
        let task = tokio::spawn(async move { store.answer(put, NOW).await });
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        task.abort();
        let _ = task.await;
        if let Ok(have) = bench.find(7).await {
            for receipt in have.held {
                let name = ChunkName::Place { round: Round(7), index: receipt.index };
                let expected = block.chunks[receipt.index as usize].to_bytes();
                assert_eq!(bench.get(name).await.unwrap().1, expected);
            }
        }
    }
    bench.put_all(&block).await;
    assert!(bench.store.is_whole(Round(7)).await.unwrap());
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let worker = Worker::open(dir.path(), WorkerId(key(9).public())).await.unwrap();
    let store = ChunkStore::new(&worker, key(9), terms(), Arc::new(|_| true));
    let bench = Bench { dir, store };
    let block = block(7, 700);
    bench.put(&block.header, &block.chunks[0]).await.unwrap();
    limit_pages(&worker, 1).await;
    let mut stored = 1;
    let told = loop {
        match bench.put(&block.header, &block.chunks[stored]).await {
            Ok(_) => stored += 1,
            Err(failure) => break failure.code,
        }
    };
    assert_eq!(told, code::DISK_FULL);
    assert_eq!(bench.find(7).await.unwrap().held.len(), stored);
    limit_pages(&worker, 1_000_000).await;
    bench.put_all(&block).await;
    assert!(bench.store.is_whole(Round(7)).await.unwrap());
}

/// SQLite's own limit answers as a full disk does; it is never set below what the file has.
async fn limit_pages(worker: &Worker, pages: u32) {
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")))
        .execute(worker.database.writer())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_header_takes_room_of_the_chunks_and_gives_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let worker = Worker::open(dir.path(), WorkerId(key(9).public())).await.unwrap();
    let store = ChunkStore::new(&worker, key(9), terms(), Arc::new(|_| true));
    let bench = Bench { dir, store };
    let mut block = block(1, 250);
    // As a large committee signs.
    block.header.certificate.signatures = vec![[1; 64]; 100];
    bench.put_all(&block).await;
    let bytes: usize = block.chunks.iter().map(|chunk| chunk.bytes.len() + 1024).sum();
    let all = bytes + block.header.to_bytes().len();
    assert_eq!(room_taken(&worker).await, i64::try_from(all).unwrap());
    let others: Vec<_> = (20..60).map(|seed| WorkerId(key(seed).public())).collect();
    bench.store.drop_old(Round(1), &others).await.unwrap();
    assert_eq!(bench.store.drop_old(Round(5000), &others).await.unwrap(), 1);
    assert_eq!(room_taken(&worker).await, 0);
}

async fn room_taken(worker: &Worker) -> i64 {
    let room = sqlx::query_scalar("SELECT bytes FROM chunk_room");
    room.fetch_one(worker.database.writer()).await.unwrap()
}

#[tokio::test]
async fn chunks_take_no_room_from_the_mailboxes() {
    let dir = tempfile::tempdir().unwrap();
    let id = WorkerId(key(9).public());
    let worker = Worker::open_limited(dir.path(), id, 512 * 1024).await.unwrap();
    let store = ChunkStore::new(&worker, key(9), terms(), Arc::new(|_| true));
    let bench = Bench { dir, store };
    bench.put_all(&block(7, 1000)).await;
    let queue = crate::tests::Queue::new(1);
    let bytes = wire::mail::create_bytes(id, &queue.receive_key(), &queue.send_key());
    let create = wire::mail::MailRequest::Create {
        receive_key: queue.receive_key(),
        send_key: queue.send_key(),
        signature: crate::tests::sign(&queue.receive, &bytes),
    };
    let made = worker.mail(&[1; 32], create, NOW).await;
    assert_eq!(made, Ok(wire::mail::MailReply::Created));
}

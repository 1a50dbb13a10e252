//! What is refused of an attachment, and that no plaintext comes out of it.

use super::attachment::{Made, file, make, second_pass, stream, verify};
use crate::{
    RatchetError,
    attachment::{AttachmentKey, Encryptor, IncrementalMac, MAX_SIZE, StreamDecryptor, Verifier},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};

const REFUSED: RatchetError = RatchetError::BadAttachment;

/// Refused by both ways of reading; what a stream has given before is genuine.
#[track_caller]
fn check_refused(made: &Made, file: &[u8], blob: &[u8], genuine: usize) {
    assert_eq!(verify(made, blob).unwrap_err(), REFUSED);
    let (read, result) = stream(made, &made.sealed.incremental, blob, &[10_007]);
    assert_eq!(result, Err(REFUSED));
    assert!(read.len() <= genuine && file.starts_with(&read), "{} bytes", read.len());
    // Whoever changes the blob may know its digest, but not the key.
    let mut verifier = Verifier::new(&made.key);
    verifier.update(blob).unwrap();
    assert_eq!(verifier.finish(&Sha256::digest(blob).into()).unwrap_err(), REFUSED);
}

#[test]
fn every_flipped_bit_is_noticed() {
    let file = file(100);
    let made = make(&file, &[100]);
    let mut blob = made.blob.clone();
    for bit in 0..blob.len() * 8 {
        blob[bit / 8] ^= 1 << (bit % 8);
        check_refused(&made, &file, &blob, 0);
        blob[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(verify(&made, &blob).is_ok());
}

#[test]
fn every_missing_and_every_additional_end_is_noticed() {
    let file = file(100);
    let made = make(&file, &[100]);
    for len in 0..made.blob.len() {
        check_refused(&made, &file, &made.blob[..len], 0);
    }
    for len in [1, 15, 16, 32, 48, 592, 65_536] {
        check_refused(&made, &file, &[made.blob.as_slice(), &vec![0; len]].concat(), 0);
        check_refused(&made, &file, &[&vec![0; len], made.blob.as_slice()].concat(), 0);
    }
}

#[test]
fn a_changed_large_blob_gives_at_most_the_chunks_before_the_change() {
    let file = file(1_000_000);
    let made = make(&file, &[100_000]);
    for at in [0, 16, 65_535, 65_536, 500_000, made.blob.len() - 33, made.blob.len() - 1] {
        let mut blob = made.blob.clone();
        blob[at] ^= 0x10;
        check_refused(&made, &file, &blob, at / 65_536 * 65_536);
    }
    let mut swapped = made.blob.clone();
    let (one, other) = swapped.split_at_mut(3 * 65_536);
    one[65_536..2 * 65_536].swap_with_slice(&mut other[..65_536]);
    check_refused(&made, &file, &swapped, 65_536);
    // Cut at the end of a chunk: all that is there is genuine, but not all is there.
    check_refused(&made, &file, &made.blob[..4 * 65_536], 4 * 65_536);
}

#[test]
fn another_key_or_digest_is_refused() {
    let file = file(1000);
    let mut made = make(&file, &[1000]);
    let good = *made.key.to_bytes();
    // The half that encrypts is not covered by digest and MAC; whoever knows the other half, and so
    // makes the message, may give any. What comes out of it has no meaning, but harms nobody.
    for at in 32..64 {
        let mut other = good;
        other[at] ^= 1;
        made.key = AttachmentKey::from_bytes(&other);
        check_refused(&made, &file, &made.blob, 0);
    }
    made.key = AttachmentKey::from_bytes(&good);
    for at in 0..32 {
        made.sealed.digest[at] ^= 1;
        assert_eq!(verify(&made, &made.blob).unwrap_err(), REFUSED);
        let streamed = stream(&made, &made.sealed.incremental, &made.blob, &[99]);
        assert_eq!(streamed, (vec![], Err(REFUSED)));
        made.sealed.digest[at] ^= 1;
    }
    assert!(verify(&made, &made.blob).is_ok());
}

#[test]
fn a_file_that_changes_between_the_passes_gives_only_the_pieces_before() {
    let file = file(400_000);
    let made = make(&file, &[400_000]);
    let end = made.blob.len();
    let mut swapped = made.blob.clone();
    let (one, other) = swapped.split_at_mut(3 * 65_536);
    one[65_536..2 * 65_536].swap_with_slice(&mut other[..65_536]);
    let mut cases = vec![
        (65_536, swapped),
        (0, vec![]),
        (3 * 65_536, made.blob[..3 * 65_536].to_vec()),
        (end, made.blob[..end - 1].to_vec()),
        (end, [made.blob.as_slice(), &[0]].concat()),
        (end, [made.blob.as_slice(), &[0; 65_536]].concat()),
    ];
    for at in [0, 15, 16, 65_535, 65_536, 200_000, end - 33, end - 1] {
        let mut changed = made.blob.clone();
        changed[at] ^= 1;
        cases.push((at / 65_536 * 65_536, changed));
    }
    for (genuine, changed) in cases {
        for portions in [[65_536, 1], [7_777, 70_000], [1 << 20, 1 << 20]] {
            let verified = verify(&made, &made.blob).unwrap();
            let (read, result) = second_pass(verified, made.sealed.size, &changed, &portions);
            assert_eq!(result, Err(REFUSED));
            assert!(read.len() <= genuine && file.starts_with(&read));
        }
    }
}

#[test]
fn the_list_of_macs_must_be_that_of_the_blob() {
    let file = file(200_000);
    let made = make(&file, &[200_000]);
    let macs = made.sealed.incremental.to_bytes();
    assert_eq!(macs.len(), 4 * 32);
    let mut spoilt = macs.clone();
    spoilt[70] ^= 1;
    let swapped = [&macs[..32], &macs[64..96], &macs[32..64], &macs[96..]].concat();
    for (chunk_len, macs, genuine) in [
        (65_536, spoilt.as_slice(), 2 * 65_536),
        (65_536, &swapped, 65_536),
        (65_536, &macs[..96], 2 * 65_536),
        (65_536, &[macs.as_slice(), &macs[..32]].concat(), 4 * 65_536),
        (65_535, &macs, 0),
        (65_537, &macs, 0),
    ] {
        let list = IncrementalMac::parse(chunk_len, macs).unwrap();
        let (read, result) = stream(&made, &list, &made.blob, &[12_345]);
        assert_eq!(result, Err(REFUSED));
        assert!(read.len() <= genuine && file.starts_with(&read));
    }
    let too_few = IncrementalMac::parse(65_536, &macs[..32]).unwrap();
    let refused = StreamDecryptor::new(&made.key, 200_000, made.sealed.digest, &too_few);
    assert_eq!(refused.unwrap_err(), REFUSED);
}

#[test]
fn a_size_that_the_blob_cannot_hold_is_refused() {
    let file = file(541);
    let mut made = make(&file, &[541]);
    // 541 bytes need 34 blocks, which could hold 543; these are found out at the end.
    for (size, early) in [(542, false), (543, false), (544, true), (u64::MAX, true)] {
        let verified = verify(&made, &made.blob).unwrap();
        assert_eq!(verified.into_decryptor(size).is_err(), early);
        let verified = verify(&made, &made.blob).unwrap();
        let (read, result) = second_pass(verified, size, &made.blob, &[592]);
        assert_eq!(result, Err(REFUSED));
        assert!(file.starts_with(&read));
        made.sealed.size = size;
        let (read, result) = stream(&made, &made.sealed.incremental, &made.blob, &[592]);
        assert_eq!((read, result), (vec![], Err(REFUSED)));
    }
}

#[test]
fn exactly_the_announced_plaintext_must_come() {
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let key = AttachmentKey::generate(rng);
    assert!(Encryptor::new(&key, MAX_SIZE, rng).is_ok());
    assert_eq!(Encryptor::new(&key, MAX_SIZE + 1, rng).unwrap_err(), REFUSED);

    let mut out = vec![];
    let mut more = Encryptor::new(&key, 10, rng).unwrap();
    assert_eq!(more.update(&[0; 11], &mut out), Err(REFUSED));
    assert_eq!(more.update(&[0; 1], &mut out), Err(REFUSED), "nor can it go on");
    assert_eq!(more.pad(&mut out), Err(REFUSED));
    assert_eq!(more.finish(&mut out), Err(REFUSED));

    let mut less = Encryptor::new(&key, 10, rng).unwrap();
    assert_eq!(less.pad(&mut out), Err(REFUSED));
    assert_eq!(less.finish(&mut out), Err(REFUSED));
    assert!(out.is_empty());

    let mut unpadded = Encryptor::new(&key, 10, rng).unwrap();
    unpadded.update(&[0; 10], &mut out).unwrap();
    let before = out.len();
    assert_eq!(unpadded.finish(&mut out), Err(REFUSED));
    assert_eq!(out.len(), before);
}

/// Bytes of the fuzzer's first kind; longer runs are the fuzzer's own business.
#[test]
fn foreign_bytes_give_nothing() {
    for len in [0, 1, 2, 3, 35, 64, 131, 592, 1000, 70_000] {
        let mut bytes = file(len);
        crate::fuzz::fuzz_attachment(&bytes);
        for (chunk, count) in [(1, 1), (64, 2), (255, 4), (16, 255)] {
            bytes.iter_mut().zip([chunk, count, 9]).for_each(|(to, from)| *to = from);
            crate::fuzz::fuzz_attachment(&bytes);
        }
    }
}

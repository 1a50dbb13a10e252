//! Attachments come back as they were, in whatever portions they are read, within bounded memory.

use crate::RatchetError;
use crate::attachment::{
    AttachmentKey, Encryptor, IncrementalMac, MAX_SIZE, SealedAttachment, StreamDecryptor,
    Verified, Verifier, blob_len, padded_len,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::prelude::*;
use rand::Rng;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use wire::{Decode, Encode};

const VECTORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors.json"));
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// A key, a blob and what the message says about it.
pub(super) struct Made {
    pub(super) key: AttachmentKey,
    pub(super) blob: Vec<u8>,
    pub(super) sealed: SealedAttachment,
}

pub(super) fn file(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    ChaCha20Rng::seed_from_u64(len as u64).fill_bytes(&mut bytes);
    bytes
}

/// Encrypts a file that comes in portions of these lengths, over and over.
pub(super) fn make(file: &[u8], portions: &[usize]) -> Made {
    let rng = &mut ChaCha20Rng::seed_from_u64(9);
    let key = AttachmentKey::generate(rng);
    let mut encryptor = Encryptor::new(&key, file.len() as u64, rng).unwrap();
    let mut blob = vec![];
    for portion in cut(file, portions) {
        encryptor.update(portion, &mut blob).unwrap();
    }
    while encryptor.pad(&mut blob).unwrap() {}
    let sealed = encryptor.finish(&mut blob).unwrap();
    Made { key, blob, sealed }
}

fn cut<'a>(mut bytes: &'a [u8], portions: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    portions.iter().cycle().map_while(move |len| {
        let (portion, rest) = bytes.split_at((*len).min(bytes.len()));
        let more = !bytes.is_empty();
        bytes = rest;
        more.then_some(portion)
    })
}

pub(super) fn verify(made: &Made, blob: &[u8]) -> Result<Verified, RatchetError> {
    let mut verifier = Verifier::new(&made.key);
    verifier.update(blob)?;
    verifier.finish(&made.sealed.digest)
}

/// Both passes, in portions. The plaintext that came out before an error comes with it.
pub(super) fn second_pass(
    verified: Verified,
    size: u64,
    blob: &[u8],
    portions: &[usize],
) -> (Vec<u8>, Result<(), RatchetError>) {
    let mut out = vec![];
    let read = verified.into_decryptor(size).and_then(|mut decryptor| {
        for portion in cut(blob, portions) {
            let before = out.len();
            let result = decryptor.update(portion, &mut out);
            assert!(out.len() - before <= portion.len() + 64 * KIB);
            if result.is_err() {
                assert_eq!(out.len(), before, "nothing comes with an error");
                assert!(decryptor.update(portion, &mut out).is_err(), "nor after it");
            }
            result?;
        }
        decryptor.finish(&mut out)
    });
    (out, read)
}

/// As [`second_pass`], of a stream.
pub(super) fn stream(
    made: &Made,
    incremental: &IncrementalMac,
    blob: &[u8],
    portions: &[usize],
) -> (Vec<u8>, Result<(), RatchetError>) {
    let mut out = vec![];
    let SealedAttachment { size, digest, .. } = made.sealed;
    let read = StreamDecryptor::new(&made.key, size, digest, incremental).and_then(|mut stream| {
        for portion in cut(blob, portions) {
            let before = out.len();
            let result = stream.update(portion, &mut out);
            assert!(out.len() - before <= portion.len() + incremental.chunk_len() as usize);
            if result.is_err() {
                assert_eq!(out.len(), before, "nothing comes with an error");
                assert!(stream.update(portion, &mut out).is_err(), "nor after it");
            }
            result?;
        }
        stream.finish(&mut out)
    });
    (out, read)
}

#[track_caller]
fn check_round_trip(file: &[u8], portions: &[usize]) -> Made {
    let made = make(file, portions);
    assert_eq!(made.blob.len() as u64, blob_len(file.len() as u64));
    assert_eq!(made.sealed.size, file.len() as u64);
    assert_eq!(made.sealed.digest, *Sha256::digest(&made.blob));
    let verified = verify(&made, &made.blob).unwrap();
    let (read, result) = second_pass(verified, made.sealed.size, &made.blob, portions);
    assert!(result == Ok(()) && read == file);
    let (read, result) = stream(&made, &made.sealed.incremental, &made.blob, portions);
    assert!(result == Ok(()) && read == file);
    made
}

#[test]
fn recorded_attachments() {
    let vectors: Json = serde_json::from_str(VECTORS).unwrap();
    let vectors = vectors["attachments_unofficial"].as_array().unwrap();
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        let bytes = |name: &str| BASE64_STANDARD.decode(vector[name].as_str().unwrap()).unwrap();
        let key = AttachmentKey::from_bytes(&bytes("key").try_into().unwrap());
        let size = vector["size"].as_u64().unwrap();
        let file = match size {
            16 => bytes("plaintext"),
            _ => (0..size).map(|at| (at * 31 % 256) as u8).collect(),
        };
        assert_eq!(bytes("plaintext_sha256"), *Sha256::digest(&file));
        assert_eq!(vector["padded_size"].as_u64(), Some(padded_len(size)));
        assert_eq!(vector["blob_length"].as_u64(), Some(blob_len(size)));

        let mut blob = vec![];
        let iv = bytes("iv").try_into().unwrap();
        let mut encryptor = Encryptor::with_iv(&key, size, iv).unwrap();
        encryptor.update(&file, &mut blob).unwrap();
        assert_eq!(encryptor.pad(&mut blob), Ok(false));
        let sealed = encryptor.finish(&mut blob).unwrap();
        assert_eq!(bytes("blob_sha256"), *Sha256::digest(&blob));
        assert_eq!(bytes("digest"), sealed.digest);
        assert!(vector.get("blob").is_none() || bytes("blob") == blob);

        let verified = verify(&Made { key, blob: vec![], sealed }, &blob).unwrap();
        assert_eq!(second_pass(verified, size, &blob, &[KIB]), (file, Ok(())));
    }
}

#[test]
fn files_of_every_sort_of_size_come_back() {
    for size in [0, 1, 15, 16, 17, 540, 541, 542, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 16 * MIB] {
        let file = file(size);
        let made = check_round_trip(&file, &[64 * KIB]);
        let short = make(&file, &[100, 70_001, 3]);
        assert!(made.blob == short.blob && made.sealed == short.sealed, "{size}");
    }
}

/// From the definition, where [`padded_len`] multiplies.
#[test]
fn padding_goes_to_the_next_power_of_1_05() {
    let powers: Vec<_> =
        (0..500).map(|n| 1.05_f64.powi(n) as u64).skip_while(|len| *len < 541).collect();
    assert!(powers.len() > 300 && powers.last().is_some_and(|last| *last > MAX_SIZE));
    for pair in powers.windows(2) {
        assert_eq!(padded_len(pair[0]), pair[0]);
        assert_eq!(padded_len(pair[0] + 1), pair[1]);
    }
    for size in [0, 1, 16, 540, 541] {
        assert_eq!(padded_len(size), 541);
    }
    assert_eq!((padded_len(u64::MAX), blob_len(u64::MAX)), (u64::MAX, u64::MAX));
    assert_eq!((blob_len(0), blob_len(541), blob_len(542)), (592, 592, 624));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_file_is_longer_than_its_padding(size: u64) {
        prop_assert!(padded_len(size) >= size);
        prop_assert!(padded_len(size) <= padded_len(size.saturating_add(1)));
        let small = size % (1 << 40);
        prop_assert!(padded_len(small) <= 541.max(small + small / 19));
    }

    #[test]
    fn portions_make_no_difference(
        size in 0_usize..200_000,
        portions in prop::collection::vec(1_usize..80_000, 1..8),
    ) {
        let file = file(size);
        let made = check_round_trip(&file, &portions);
        let at_once = make(&file, &[size.max(1)]);
        prop_assert!(made.blob == at_once.blob && made.sealed == at_once.sealed);
    }
}

/// Each value is the HMAC of everything so far, whole MAC included.
#[test]
fn the_incremental_mac_runs_over_the_blob() {
    use hmac::{Hmac, KeyInit, Mac};
    for size in [1000, 64 * KIB - 541, 300 * KIB] {
        let made = make(&file(size), &[MIB]);
        let mac_key = &made.key.to_bytes()[32..];
        let expected: Vec<u8> = (1..=made.blob.len().div_ceil(64 * KIB))
            .map(|chunks| &made.blob[..made.blob.len().min(chunks * 64 * KIB)])
            .flat_map(|covered| {
                let mut mac = Hmac::<Sha256>::new_from_slice(mac_key).unwrap();
                mac.update(covered);
                mac.finalize().into_bytes()
            })
            .collect();
        assert_eq!(made.sealed.incremental.chunk_len(), 65_536);
        assert_eq!(made.sealed.incremental.to_bytes(), expected);
        let carried = IncrementalMac::parse(65_536, &expected).unwrap();
        assert_eq!(carried, made.sealed.incremental);
    }
}

/// The blob's length is a multiple of the chunk's: no empty chunk follows, and the last one waits.
#[test]
fn a_last_chunk_that_is_full_ends_the_stream() {
    let file = file(100_000);
    let made = make(&file, &[MIB]);
    let whole = made.blob.len();
    let mac_key = crate::secret::Secret::new(made.key.to_bytes()[32..].try_into().unwrap());
    let half = crate::kdf::hmac(&mac_key, &[&made.blob[..whole / 2]]);
    let all = crate::kdf::hmac(&mac_key, &[&made.blob]);
    let macs = [half.as_slice(), all.as_slice()].concat();
    let halves = IncrementalMac::parse((whole / 2) as u32, &macs).unwrap();
    assert_eq!(stream(&made, &halves, &made.blob, &[1000]), (file, Ok(())));
    let longer = [made.blob.as_slice(), &[0]].concat();
    let (read, result) = stream(&made, &halves, &longer, &[whole]);
    assert_eq!(result, Err(RatchetError::BadAttachment));
    assert!(read.len() < whole / 2);
}

#[test]
fn keys_are_64_bytes_and_read_back() {
    let key = AttachmentKey::generate(&mut ChaCha20Rng::seed_from_u64(1));
    let bytes = *key.to_bytes();
    assert_eq!(*AttachmentKey::from_bytes(&bytes).to_bytes(), bytes);
    assert_eq!(Encode::to_bytes(&key), bytes);
    assert_eq!(*<AttachmentKey as Decode>::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    assert!(<AttachmentKey as Decode>::from_bytes(&bytes[1..]).is_err());
}

#[test]
fn two_encryptions_of_a_file_share_nothing() {
    let (rng, mut blobs) = (&mut ChaCha20Rng::seed_from_u64(1), [vec![], vec![]]);
    let key = AttachmentKey::generate(rng);
    for blob in &mut blobs {
        let mut encryptor = Encryptor::new(&key, 3, rng).unwrap();
        encryptor.update(b"abc", blob).unwrap();
        while encryptor.pad(blob).unwrap() {}
        encryptor.finish(blob).unwrap();
    }
    let [one, other] = &blobs;
    assert!(one.chunks(16).zip(other.chunks(16)).all(|(one, other)| one != other));
}

/// 100 MB, as a file on disk, that no call holds more than a little of.
#[test]
fn a_large_file_streams_through_within_bounded_memory() {
    const SIZE: usize = 100_000_000;
    const PORTION: usize = 1_234_567;
    let pattern = file(PORTION);
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let key = AttachmentKey::generate(rng);
    let mut encryptor = Encryptor::new(&key, SIZE as u64, rng).unwrap();
    let mut verifier = Verifier::new(&key);
    let (mut disk, mut out) = (Vec::with_capacity(110_000_000), vec![]);
    let mut write = |out: &mut Vec<u8>, most: usize| {
        assert!(out.len() <= most && out.capacity() <= 2 * PORTION);
        verifier.update(out).unwrap();
        disk.append(out);
    };
    let mut file = Sha256::new();
    for from in (0..SIZE).step_by(PORTION) {
        let portion = &pattern[..PORTION.min(SIZE - from)];
        file.update(portion);
        encryptor.update(portion, &mut out).unwrap();
        write(&mut out, portion.len() + 31);
    }
    while encryptor.pad(&mut out).unwrap() {
        write(&mut out, 64 * KIB + 15);
    }
    write(&mut out, 64 * KIB + 15);
    let sealed = encryptor.finish(&mut out).unwrap();
    write(&mut out, 99);
    assert_eq!(disk.len() as u64, blob_len(SIZE as u64));
    assert_eq!(sealed.incremental.chunk_len() as usize, disk.len().div_ceil(256));
    assert_eq!(sealed.incremental.to_bytes().len(), 256 * 32);

    let verified = verifier.finish(&sealed.digest).unwrap();
    let mut decryptor = verified.into_decryptor(sealed.size).unwrap();
    let mut read = Sha256::new();
    for portion in disk.chunks(1_000_003) {
        decryptor.update(portion, &mut out).unwrap();
        assert!(out.len() <= portion.len() + 64 * KIB && out.capacity() <= 2 * PORTION);
        read.update(&out);
        out.clear();
    }
    decryptor.finish(&mut out).unwrap();
    assert!(out.len() <= 64 * KIB);
    read.update(&out);
    assert_eq!(read.finalize(), file.finalize());
}

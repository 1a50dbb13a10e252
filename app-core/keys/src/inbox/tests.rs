use super::*;
use crate::Words;
use rand::{SeedableRng, rngs::StdRng};
use x_wing::Decapsulator;
use x_wing::kem::{Decapsulate, KeyExport};

/// The first vector of draft-connolly-cfrg-xwing-kem-10: the seed of the key, what the encapsulation
/// takes for random, the beginning of the key, and the shared secret.
const SEED: &str = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
const RANDOM: &str = "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2\
                      35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2";
const PUBLIC_BEGINS: &str = "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5";
const SHARED: &str = "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384";
const HERE: SealContext<'_> = SealContext { info: b"info", head: b"head" };

fn key(seed: u8) -> InboxKey {
    Words::from_entropy([seed; 32]).master().inbox_key().unwrap()
}

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[test]
fn the_kem_is_that_of_the_draft() {
    let ours = InboxKey::from_seed(&bytes(SEED)).unwrap();
    assert_eq!(hex::encode(&ours.public().0[..32]), PUBLIC_BEGINS);
    let theirs = x_wing::DecapsulationKey::from(bytes::<32>(SEED));
    let public = theirs.encapsulation_key();
    assert_eq!(public.to_bytes()[..], ours.public().0[..]);
    let (sent, secret) = public.encapsulate_deterministic(&bytes::<64>(RANDOM).into());
    assert_eq!(hex::encode(secret), SHARED);
    assert_eq!(hex::encode(theirs.decapsulate(&sent)), SHARED);
}

#[test]
fn what_is_sealed_is_opened_by_one_key_in_one_context() {
    let rng = &mut StdRng::seed_from_u64(1);
    let (rita, mallory) = (key(1), key(2));
    let sealed = rita.public().seal(b"card", HERE, rng).unwrap();
    assert_eq!(rita.open(&sealed, HERE).as_deref().map(Vec::as_slice), Some(&b"card"[..]));
    assert_eq!(mallory.open(&sealed, HERE), None);
    assert_eq!(rita.open(&sealed, SealContext { info: b"other", ..HERE }), None);
    assert_eq!(rita.open(&sealed, SealContext { head: b"other", ..HERE }), None);
    let again = rita.public().seal(b"card", HERE, rng).unwrap();
    assert_ne!(again, sealed, "no two are alike");
    assert_eq!((sealed.enc.len(), sealed.ciphertext.len()), (SEAL_LEN, 4 + 16));
}

#[test]
fn a_changed_byte_anywhere_opens_nothing() {
    let (rita, rng) = (key(1), &mut StdRng::seed_from_u64(2));
    let sealed = rita.public().seal(b"card", HERE, rng).unwrap();
    for place in (0..SEAL_LEN).step_by(61).chain([SEAL_LEN - 1]) {
        let mut tampered = sealed.clone();
        tampered.enc[place] ^= 1;
        assert_eq!(rita.open(&tampered, HERE), None, "byte {place} of what carries the key");
    }
    for place in 0..sealed.ciphertext.len() {
        let mut tampered = sealed.clone();
        tampered.ciphertext[place] ^= 1;
        assert_eq!(rita.open(&tampered, HERE), None, "byte {place} of the text");
    }
    let cut = Sealed { ciphertext: sealed.ciphertext[..10].to_vec(), ..sealed };
    assert_eq!(rita.open(&cut, HERE), None);
}

#[test]
fn a_public_key_has_one_encoding() {
    let public = key(1).public();
    let encoded = public.to_bytes();
    assert_eq!(encoded.len(), PUBLIC_LEN);
    assert_eq!(InboxPublicKey::from_bytes(&encoded), Ok(public.clone()));
    let mut beyond = encoded.clone();
    (beyond[0], beyond[1]) = (0xff, 0xff);
    assert_eq!(InboxPublicKey::from_bytes(&beyond), Err(DecodeError::BadValue("inbox key")));
    assert_eq!(format!("{public:?} {:?}", key(1)), "InboxPublicKey InboxKey([secret])");
}

#[test]
fn the_key_of_the_words_is_frozen() {
    let key = Words::from_entropy([0; 32]).master().inbox_key().unwrap();
    assert_eq!(
        hex::encode(key.public().fingerprint()),
        "6cbea6f9d68401845a60c3e5040f737ad0634ddc0fb550c9c902bf6991fe026e"
    );
}

use super::*;
use crate::{Words, ed25519_verify, torsion};
use curve25519_dalek::constants::EIGHT_TORSION;
use proptest::prelude::*;

const CHAIN: ChainId = ChainId([0xc0; 32]);
const SALT: [u8; 32] = [0x5a; 32];

fn member(seed: u8) -> EnvelopeKey {
    EnvelopeKey::from_seed([seed; 32])
}

fn claims(member: &EnvelopeKey, chain: ChainId, salt: [u8; 32]) -> ClaimKey {
    member.claim_key(chain, &salt).unwrap()
}

/// What everybody else computes for a member.
fn told(member: &EnvelopeKey, chain: ChainId, salt: [u8; 32]) -> [u8; 32] {
    Claimer::Member(member.public()).claim_key(chain, &salt).unwrap()
}

#[test]
fn the_keys_are_frozen() {
    let bob = Words::from_entropy([0; 32]).master().envelope_key();
    let key = claims(&bob, CHAIN, SALT);
    assert_eq!(
        [hex::encode(bob.public()), hex::encode(key.public()), hex::encode(key.sign(&[7; 32]))],
        [
            "3f706a5dc807a0752ffe3b94755daa3b1e4c84a0fade7dcf561056ec29d15042",
            "284908c2f418826f1fc514e10d27fc02bfe33c236a15548d1f48fe6172109d84",
            "6ae0edd86f440871a3cfe69c0f61dc66242522f5e1a76d1805ada34e940645dc\
             fe3b27a5046db25b3785d015a190f8052c174c1e24206b5437d881ab2aafc707",
        ]
    );
}

/// What comes back of one's own red envelopes: a key of one chain and one root, that nothing public tells.
#[test]
fn the_key_of_what_comes_back_is_frozen_and_of_one_red_envelope() {
    let bob = Words::from_entropy([0; 32]).master().envelope_key();
    let key = |chain, root| bob.refund_key(chain, &root).public();
    assert_eq!(
        hex::encode(key(CHAIN, SALT)),
        "bae1a83d27198ec123b1058d8a2a2e8483a2a583830c4cad390c0491d4ef28f4"
    );
    for other in [key(ChainId([1; 32]), SALT), key(CHAIN, [1; 32]), bob.public()] {
        assert_ne!(other, key(CHAIN, SALT));
    }
    assert_ne!(member(1).refund_key(CHAIN, &SALT).public(), key(CHAIN, SALT));
}

#[test]
fn all_members_find_the_key_that_one_of_them_signs_with() {
    for seed in 0..20 {
        let bob = member(seed);
        let key = claims(&bob, CHAIN, SALT);
        assert_eq!(key.public(), told(&bob, CHAIN, SALT));
        let signature = key.sign(&[seed; 32]);
        assert!(ed25519_verify(&key.public(), &[seed; 32], &signature));
        assert!(!ed25519_verify(&key.public(), &[seed ^ 1; 32], &signature));
        assert!(!ed25519_verify(&bob.public(), &[seed; 32], &signature));
    }
}

#[test]
fn nobody_finds_a_key_that_signs_for_somebody_else() {
    let (alice, bob) = (member(1), member(2));
    let target = told(&bob, CHAIN, SALT);
    // All that Alice, the creator, has: her own keys for every salt and chain that she may pick, and
    // keys made of what she knows of Bob.
    let (other_chain, other_salt) = (ChainId([1; 32]), [1; 32]);
    let made = [bob.public(), SALT, target, CHAIN.0].map(EnvelopeKey::from_seed);
    for key in made.iter().chain([&alice]) {
        for (chain, salt) in [(CHAIN, SALT), (other_chain, SALT), (CHAIN, other_salt)] {
            let signature = claims(key, chain, salt).sign(&[9; 32]);
            assert!(!ed25519_verify(&target, &[9; 32], &signature));
        }
    }
    for seed in [bob.public(), SALT, target, CHAIN.0] {
        assert_ne!(ClaimKey::given(seed).public(), target);
    }
}

#[test]
fn a_key_is_of_one_chain_and_one_salt() {
    let bob = member(2);
    let here = claims(&bob, CHAIN, SALT);
    for other in [claims(&bob, ChainId([1; 32]), SALT), claims(&bob, CHAIN, [1; 32])] {
        assert_ne!(here.public(), other.public());
        assert!(!ed25519_verify(&here.public(), &[9; 32], &other.sign(&[9; 32])));
    }
}

#[test]
fn what_is_no_envelope_key_is_refused() {
    for bad in torsion::all() {
        assert!(!envelope_key_is_valid(&bad), "small order");
        assert_eq!(Claimer::Member(bad).claim_key(CHAIN, &SALT), None);
    }
    let good = CompressedEdwardsY(member(1).public()).decompress().unwrap();
    for added in EIGHT_TORSION.iter().skip(1) {
        let mixed = (good + added).compress().to_bytes();
        assert!(!envelope_key_is_valid(&mixed), "a part of small order");
    }
    assert!(!envelope_key_is_valid(&[0xff; 32]) && !envelope_key_is_valid(&[2; 32]));
    let mut bytes = Claimer::Member(member(1).public()).to_bytes();
    assert!(Claimer::from_bytes(&bytes).is_ok());
    bytes[0] = 3;
    assert!(Claimer::from_bytes(&bytes).is_err());
    assert!(Claimer::from_bytes(&Claimer::Member([0; 32]).to_bytes()).is_err());
}

#[test]
fn a_given_key_signs_as_what_it_is() {
    let key = ClaimKey::given([3; 32]);
    let claimer = Claimer::Given(key.public());
    assert_eq!(claimer.claim_key(CHAIN, &SALT), Some(key.public()));
    assert!(ed25519_verify(&key.public(), &[1; 32], &key.sign(&[1; 32])));
    assert_eq!(Claimer::from_bytes(&claimer.to_bytes()), Ok(claimer));
}

#[test]
fn nothing_secret_is_printed() {
    let bob = member(2);
    assert_eq!(format!("{bob:?}"), "EnvelopeKey([secret])");
    assert_eq!(format!("{:?}", claims(&bob, CHAIN, SALT)), "ClaimKey([secret])");
    assert_eq!(format!("{:?}", ClaimKey::given([1; 32])), "ClaimKey([secret])");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The same bytes as the library makes with the same scalar and prefix.
    #[test]
    fn signatures_are_those_of_ed25519(seed: [u8; 32], message: [u8; 32]) {
        let plain = Ed25519Key::from_seed(seed);
        let key = EnvelopeKey::from_seed(seed);
        prop_assert_eq!(plain.public(), key.public());
        let scalar = key.0.scalar();
        let signature = sign(&scalar, key.0.prefix(), &key.public(), &message);
        prop_assert_eq!(signature, plain.sign(&message));
    }
}

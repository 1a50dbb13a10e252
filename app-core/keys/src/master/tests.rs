use super::*;
use crate::{PublicKey, Words, format_address};
use rand::{SeedableRng, rngs::StdRng};
use sha2::Digest;
use types::{ChainId, WorkerId};

impl Master {
    pub(crate) fn seed(&self) -> &[u8; 64] {
        self.0.bytes()
    }
}

/// `abandon` twenty-three times, then `art`.
fn master() -> Master {
    Words::from_entropy([0; 32]).master()
}

#[track_caller]
fn check_key(key: &PublicKey, address: &str, open_id: &str) {
    assert_eq!(format_address(key.address()), address);
    assert_eq!(key.open_id().to_string(), open_id);
}

#[test]
fn the_ecdsa_key_is_frozen() {
    let key = master().operation_key();
    check_key(
        &key.public(),
        "APPBv9idXpSjk2CXdiN6fFjncoANcMsC76",
        "9a314562d8aac9c68a5e54d3b06b9a4c9bc83237a5d564cbedd03f3434dfc4a1",
    );
    assert!(key.public().verify(&[5; 32], &key.sign(&[5; 32])));
}

#[test]
fn the_falcon_key_is_frozen() {
    let key = master().falcon_key();
    check_key(
        &key.public(),
        "F7rYKSr4HZXUmDjSJDtrmLHQEwEyjTBP1m",
        "a12e3f17c084feccb9f106f44e4e0202d2949a9cc25e1e211e71039c6676b602",
    );
    let signature = key.sign(&[5; 32], &mut StdRng::seed_from_u64(1));
    assert_eq!(signature.len(), key.public().signature_len());
    assert!(key.public().verify(&[5; 32], signature.as_slice()));
    assert_eq!(format!("{key:?}"), "FalconKey([secret])");
}

#[test]
fn the_other_keys_are_frozen() {
    let master = master();
    let identity = master.chat_identity();
    let public = x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from(*identity));
    assert_eq!(
        hex::encode(Sha256::digest(*identity)),
        "bc4ae0a502c7b6091ab4f089002398c3d97fc4041d97b441fb46d3f5cf4b1094"
    );
    assert_eq!(
        hex::encode(public.as_bytes()),
        "28d1eebdc4785004ab669477a4a1f787435f6f9f40056dc7d37c682fc87fa579"
    );
    assert_eq!(
        hex::encode(master.directory_key().public()),
        "14513fc25cccc669ec8c0a876d986970ecf385d292f3ed8f404d3c0e5d31ee70"
    );
    assert_eq!(
        hex::encode(Sha256::digest(master.derive("bcm-db-wrap-v1").bytes())),
        "d41693c214979970903ba000a08d558827d90902347f6a880761fe22bd3ff91d"
    );
    // Opens with the wrap key and with no other.
    assert_eq!(
        hex::encode(Sha256::digest(*master.shielded_seed())),
        "c36c3ae98d4c8ecbce91b1e51c1976f6e465f22889512735cee6bd9bbbf60efb"
    );
    assert_eq!(
        hex::encode(Sha256::digest(*master.rotation_salt())),
        "09ecf571afb6e1b7a8cd1d284cf1beee2a2aed862b70faf88d53b97af3a66807"
    );
    let board = master.board_key();
    let keys = board.at(ChainId([1; 32]), WorkerId([2; 32]));
    assert_eq!(
        [keys.receive.public(), keys.send.public()].map(hex::encode),
        [
            "b58a0f6e633770bf6714d31953d8b6335b9df199dc3e10c693feaf0abb5a20eb",
            "6135fed64bd38c54dbe21056b14dad59967fa699ddff5346882c9c4707daf19a",
        ]
    );
    assert_eq!(
        hex::encode(Sha256::digest(*keys.outer)),
        "99f8b32f1bb93c5981e8e4e98c7766812af8da0e98e26d17399b788defa7931a"
    );
    // Another network's or another worker's is another.
    for (chain, worker) in [(2, 2), (1, 1)] {
        let other = board.at(ChainId([chain; 32]), WorkerId([worker; 32]));
        assert_ne!(other.receive.public(), keys.receive.public());
        assert_ne!(*other.outer, *keys.outer);
    }
    let wrapped = master.wrap_key().wrap(b"key", b"", &mut StdRng::seed_from_u64(1));
    let by_hand = WrapKey::from_bytes(*master.derive("bcm-db-wrap-v1").bytes());
    assert_eq!(by_hand.unwrap(&wrapped, b"").as_deref().map(Vec::as_slice), Ok(b"key".as_slice()));
}

#[test]
fn the_chat_identity_is_clamped() {
    let identity = master().chat_identity();
    assert_eq!(identity[0] & 7, 0);
    assert_eq!(identity[31] & 0xc0, 0x40);
}

#[test]
fn nothing_secret_is_printed() {
    let (words, master) = (Words::from_entropy([0; 32]), master());
    assert_eq!(format!("{words:?}"), "Words([secret])");
    assert_eq!(format!("{master:?}"), "Master([secret])");
    assert_eq!(format!("{:?}", master.operation_key()), "EcdsaKey([secret])");
    assert_eq!(format!("{:?}", master.directory_key()), "Ed25519Key([secret])");
    assert_eq!(format!("{:?}", master.wrap_key()), "WrapKey([secret])");
    assert_eq!(format!("{:?}", master.board_key()), "BoardKey([secret])");
}

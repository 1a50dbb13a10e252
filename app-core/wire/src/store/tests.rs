use super::*;
use core::fmt::Debug;

/// Computed apart from this code, with Python's hashlib.
const SIGNED: &str = "708a01df2517e590c28b9e5b7cab78192b92a5f91e21828f67eef414b2a8a2ae";
const AUDITED: &str = "dd901ab75fea946e41cea5fb2df17ff27c1542bae4ff201393180dfd358a04f0";

fn receipt() -> Receipt {
    Receipt {
        key: [1; 32],
        round: Round(2),
        index: 3,
        holder: WorkerId([4; 32]),
        time: Timestamp(5),
        signature: [6; 64],
    }
}

#[test]
fn what_is_said_keeps_its_encoding() {
    #[track_caller]
    fn check<T: Encode + Decode + PartialEq + Debug>(value: T, expected: &str) {
        let bytes = value.to_bytes();
        assert_eq!(hex::encode(&bytes), expected);
        assert_eq!(T::from_bytes(&bytes), Ok(value));
    }
    let (header, chunk) = (Object(vec![7]), Piece(vec![8, 9]));
    let put = StoreRequest::Put { header: header.clone(), chunk: chunk.clone() };
    check(put, "010000000107000000020809");
    let key = "01".repeat(32);
    check(StoreRequest::Get(ChunkName::Key([1; 32])), &format!("0201{key}"));
    let place = ChunkName::Place { round: Round(2), index: 3 };
    check(StoreRequest::Get(place), "0202000000000000000200000003");
    check(StoreRequest::Find(Round(2)), "030000000000000002");
    let nonce = "02".repeat(32);
    check(StoreRequest::Audit { key: [1; 32], nonce: [2; 32] }, &format!("04{key}{nonce}"));

    let (holder, signature) = ("04".repeat(32), "06".repeat(64));
    let given = format!("{key}000000000000000200000003{holder}0000000000000005{signature}");
    check(StoreReply::Stored(receipt()), &format!("01{given}"));
    check(StoreReply::Chunk { header, chunk }, "020000000107000000020809");
    let have = Have { block: BlockId([2; 32]), count: 4, held: vec![receipt()] };
    check(StoreReply::Have(have), &format!("03{nonce}0000000400000001{given}"));
    check(StoreReply::Audited([1; 32]), &format!("04{key}"));
}

#[test]
fn what_is_signed_and_hashed_is_pinned() {
    let signed = receipt().signed_bytes(ChainId([7; 32]), BlockId([8; 32]));
    assert_eq!(hex::encode(signed), SIGNED);
    assert_eq!(hex::encode(audit(&[9; 32], b"bytes")), AUDITED);
}

#[test]
fn the_signature_covers_every_field() {
    let (chain, block) = (ChainId([7; 32]), BlockId([8; 32]));
    let original = receipt().signed_bytes(chain, block);
    let others = [
        Receipt { key: [0; 32], ..receipt() },
        Receipt { round: Round(0), ..receipt() },
        Receipt { index: 0, ..receipt() },
        Receipt { holder: WorkerId([0; 32]), ..receipt() },
        Receipt { time: Timestamp(0), ..receipt() },
    ];
    for other in others {
        assert_ne!(other.signed_bytes(chain, block), original, "{other:?}");
    }
    assert_ne!(receipt().signed_bytes(ChainId([0; 32]), block), original);
    assert_ne!(receipt().signed_bytes(chain, BlockId([0; 32])), original);
}

#[test]
fn a_body_is_owned_by_the_five_nearest_whatever_the_order_of_the_roster() {
    let workers: Vec<_> = (0..40).map(|number| WorkerId([number; 32])).collect();
    let mut turned = workers.clone();
    turned.reverse();
    turned.extend(&workers);
    for key in 0..20_u8 {
        let key = [key; 32];
        let five = owners(&key, &workers);
        assert_eq!(five.len(), REPLICAS);
        assert_eq!(owners(&key, &turned), five);
        // Who leaves is followed by the sixth, and nobody else moves.
        let fewer: Vec<_> = workers.iter().copied().filter(|worker| *worker != five[1]).collect();
        let after = owners(&key, &fewer);
        assert_eq!([after[0], after[1], after[2], after[3]], [five[0], five[2], five[3], five[4]]);
        // The nearest is the one with the longest common prefix.
        let distance = |worker: WorkerId| hash("", &[&worker.0])[0] ^ key[0];
        let least = workers.iter().map(|worker| distance(*worker)).min();
        assert_eq!(Some(distance(five[0])), least);
    }
    assert_eq!(owners(&[0; 32], &workers[..3]).len(), 3);
    assert!(owners(&[0; 32], &[]).is_empty());
}

#[test]
fn a_chunk_of_the_largest_body_fits_a_request() {
    let (header, chunk) = (Object(vec![0; 8 * 1024]), Piece(vec![0; MAX_PIECE]));
    let put = StoreRequest::Put { header, chunk };
    assert!(put.to_bytes().len() < MAX_REQUEST);
    assert_eq!(StoreRequest::from_bytes(&put.to_bytes()), Ok(put));
}

//! A node's id is its Ed25519 key; libp2p's peer id is a wrapping of the same key.

use crate::NetError;
use libp2p::PeerId;
use libp2p::identity::{Keypair, PublicKey, ed25519};
use types::WorkerId;

/// An identity multihash over the protobuf of an Ed25519 key: what stands before the key.
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The peer id of a node; `BadAddress` if the id is no point of the curve.
pub(crate) fn peer_id(worker: WorkerId) -> Result<PeerId, NetError> {
    ed25519::PublicKey::try_from_bytes(&worker.0)
        .map(|key| PeerId::from(PublicKey::from(key)))
        .map_err(|_| NetError::BadAddress(worker.to_string()))
}

/// The node behind a peer id; `None` if its key is of another kind.
pub(crate) fn worker_id(peer: PeerId) -> Option<WorkerId> {
    let bytes = peer.to_bytes();
    bytes.strip_prefix(PREFIX.as_slice())?.try_into().ok().map(WorkerId)
}

/// The key pair of a node; the seed is wiped.
pub(crate) fn keypair(mut seed: [u8; 32]) -> Result<Keypair, NetError> {
    Keypair::ed25519_from_bytes(&mut seed).map_err(|_| NetError::BadAddress("seed".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worker_and_peer_are_the_same_key() {
        let peer = keypair([7; 32]).unwrap().public().to_peer_id();
        let worker = worker_id(peer).unwrap();
        assert_eq!(peer_id(worker), Ok(peer));
    }

    #[test]
    fn the_id_is_the_plain_ed25519_key() {
        // RFC 8032, test 1.
        let seed: [u8; 32] =
            hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let public = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let peer = keypair(seed).unwrap().public().to_peer_id();
        assert_eq!(worker_id(peer), Some(WorkerId(public)));
    }

    #[test]
    fn other_keys_are_no_nodes() {
        let mut no_point = [0; 32];
        no_point[0] = 2;
        assert_eq!(worker_id(PeerId::random()), None);
        assert!(peer_id(WorkerId(no_point)).is_err());
    }

    fn hex(text: &str) -> [u8; 32] {
        WorkerId::parse(text).unwrap().0
    }
}

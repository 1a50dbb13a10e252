//! The tree of consensus and the tree of a wallet are one tree.

use super::proved;
use crate::{
    Anchor, Commitment, Frontier, PIECE_LEVEL, Root, SHARD_LEVEL, Witness, WitnessError, Witnesses,
    anchor_round,
};
use std::collections::BTreeSet;
use types::Round;
use wire::{Decode, Encode};

const PIECE: u64 = 1 << PIECE_LEVEL;

/// Some leaf: small numbers are field elements.
fn leaf(n: u64) -> Commitment {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(n + 5).to_le_bytes());
    Commitment(bytes)
}

fn leaves(range: std::ops::Range<u64>) -> Vec<Commitment> {
    range.map(leaf).collect()
}

fn grown(frontier: &mut Frontier, leaves: &[Commitment]) -> Root {
    leaves.iter().for_each(|leaf| frontier.append(*leaf).unwrap());
    frontier.root()
}

#[test]
fn the_roots_of_the_empty_and_of_small_trees_are_frozen() {
    let mut frontier = Frontier::empty();
    assert_eq!(Anchor::of_nothing().root, frontier.root());
    let empty = "ae2935f1dfd8a24aed7c70df7de3a668eb7a49b1319880dde2bbd9031ae5d82f";
    assert_eq!(hex::encode(frontier.root().0), empty);
    let root = grown(&mut frontier, &leaves(0..5));
    let five = "9d77044a22f500811fed1c157f852dac367cd06560d8774b3830dc2d9478ea35";
    assert_eq!(hex::encode(root.0), five);
    assert_eq!(frontier.size(), 5);
}

#[test]
fn a_frontier_reads_back_and_grows_on() {
    let (mut one, mut frontiers) = (Frontier::empty(), vec![Frontier::empty()]);
    for n in 0..20 {
        one.append(leaf(n)).unwrap();
        frontiers.push(one.clone());
    }
    for frontier in frontiers {
        let bytes = frontier.to_bytes();
        let mut read = Frontier::from_bytes(&bytes).unwrap();
        assert_eq!(read, frontier);
        assert!(Frontier::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        let size = read.size();
        grown(&mut read, &leaves(size..20));
        assert_eq!(read.root(), one.root());
    }
    assert!(one.append(Commitment([0xff; 32])).is_err());
    assert_eq!(one.size(), 20);
}

#[test]
fn a_wallet_finds_the_paths_of_its_notes_at_every_round() {
    let mut frontier = Frontier::empty();
    let mut wallet = Witnesses::begin(0, &frontier, Round(0)).unwrap();
    assert_eq!(wallet.anchor(Round(0)), Ok(Anchor::of_nothing()));
    let ours = BTreeSet::from([1, 6, 9]);
    for round in 1..=4_u64 {
        let new = leaves((round - 1) * 3..round * 3);
        let root = grown(&mut frontier, &new);
        wallet.append(Round(round), &new, &ours).unwrap();
        assert_eq!(wallet.anchor(Round(round)).unwrap().root, root);
        for at in ours.iter().filter(|at| **at < round * 3) {
            let witness = wallet.witness(*at, Round(round)).unwrap();
            assert_eq!(witness.root(leaf(*at)), Some(root));
            assert_ne!(witness.root(leaf(*at + 1)), Some(root));
        }
    }
    // An older round stays an anchor for what was there then.
    let old = wallet.anchor(Round(2)).unwrap().root;
    assert_eq!(wallet.witness(1, Round(2)).unwrap().root(leaf(1)), Some(old));
    assert_eq!(wallet.witness(6, Round(2)), Err(WitnessError::Missing));
    assert_eq!(wallet.witness(2, Round(4)), Err(WitnessError::Missing));
    assert_eq!(wallet.witness(1, Round(9)), Err(WitnessError::Missing));
    wallet.append(Round(5), &[], &BTreeSet::new()).unwrap();
    assert_eq!(wallet.anchor(Round(5)), wallet.anchor(Round(4)));
    assert_eq!(wallet.append(Round(5), &[], &BTreeSet::new()), Err(WitnessError::Conflict));
}

#[test]
fn a_witness_reads_back_and_every_byte_of_it_counts() {
    let chain = &proved().chain;
    let spend = chain.spend(&proved().note);
    let leaf = spend.note.commitment().unwrap();
    let bytes = spend.witness.to_bytes();
    assert_eq!(bytes.len(), 4 + 32 * 32);
    let read = Witness::from_bytes(&bytes).unwrap();
    assert_eq!(read.root(leaf), Some(chain.pool.anchor.root));
    for place in (0..bytes.len()).step_by(9).chain([3]) {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        let Ok(other) = Witness::from_bytes(&bytes) else { continue };
        assert_ne!(other.root(leaf), Some(chain.pool.anchor.root), "byte {place}");
    }
}

#[test]
fn a_wallet_that_starts_at_an_edge_finds_what_comes_after() {
    let mut frontier = Frontier::empty();
    grown(&mut frontier, &leaves(0..37));
    let mut wallet = Witnesses::begin(0, &frontier, Round(10)).unwrap();
    assert_eq!(wallet.next_position(), 37);
    let new = leaves(37..50);
    let root = grown(&mut frontier, &new);
    wallet.append(Round(11), &new, &BTreeSet::from([40])).unwrap();
    assert_eq!(wallet.witness(40, Round(11)).unwrap().root(leaf(40)), Some(root));
    // What lies before the edge is unknown to it.
    assert_eq!(wallet.witness(3, Round(11)), Err(WitnessError::Missing));
}

/// The wallet learns of a note far behind its edge. It takes the whole piece around it and the
/// roots of the other pieces: nobody learns which of 4,096 notes is meant.
#[test]
fn a_piece_and_the_roots_of_others_make_a_witness() {
    let mut frontier = Frontier::empty();
    let mut roots = Vec::new();
    for piece in 0..3 {
        let all = leaves(piece * PIECE..(piece + 1) * PIECE);
        roots.push(root_of_piece(&all));
        grown(&mut frontier, &all);
    }
    let root = grown(&mut frontier, &leaves(3 * PIECE..3 * PIECE + 7));
    let mut wallet = Witnesses::begin(0, &frontier, Round(1)).unwrap();
    let ours = PIECE + 77;
    let set = BTreeSet::from([ours]);
    let piece = leaves(PIECE..2 * PIECE);
    assert_eq!(wallet.insert_piece(1, &piece[1..], &set), Err(WitnessError::Node));
    assert_eq!(wallet.insert_piece(4, &piece, &set), Err(WitnessError::Node));
    wallet.insert_piece(1, &piece, &set).unwrap();
    assert_eq!(wallet.witness(ours, Round(1)), Err(WitnessError::Missing));
    wallet.insert_root(PIECE_LEVEL, 0, roots[0]).unwrap();
    wallet.insert_root(PIECE_LEVEL, 2, roots[2]).unwrap();
    let witness = wallet.witness(ours, Round(1)).unwrap();
    assert_eq!(witness.root(leaf(ours)), Some(root));
    assert_eq!(wallet.anchor(Round(1)).unwrap().root, root);
    assert_eq!(wallet.insert_root(SHARD_LEVEL, 0, roots[0]), Err(WitnessError::Node));
    assert_eq!(wallet.insert_root(3, 0, roots[0]), Err(WitnessError::Node));
}

/// A server that gives one wrong root makes no witness for the true anchor.
#[test]
fn a_wrong_root_leads_to_another_anchor_or_is_refused() {
    let mut frontier = Frontier::empty();
    let all = leaves(0..2 * PIECE);
    let root = grown(&mut frontier, &all);
    let mut wallet = Witnesses::begin(0, &frontier, Round(1)).unwrap();
    let set = BTreeSet::from([PIECE + 5]);
    let piece = wallet.insert_piece(1, &all[PIECE as usize..], &set);
    let wrong = wallet.insert_root(PIECE_LEVEL, 0, Root([1; 32]));
    let honest = piece.is_ok() && wrong.is_ok();
    let found =
        wallet.witness(PIECE + 5, Round(1)).ok().and_then(|path| path.root(leaf(PIECE + 5)));
    assert!(!honest || found != Some(root));
}

fn root_of_piece(leaves: &[Commitment]) -> Root {
    use incrementalmerkletree::{Hashable, Level};
    let mut nodes: Vec<_> = leaves.iter().map(|leaf| crate::tree::node(*leaf).unwrap()).collect();
    for level in 0..PIECE_LEVEL {
        let pairs = nodes.chunks_exact(2);
        nodes =
            pairs.map(|pair| Hashable::combine(Level::from(level), &pair[0], &pair[1])).collect();
    }
    Root(nodes[0].to_bytes())
}

#[test]
fn a_wallets_tree_survives_its_encoding_at_every_step() {
    let mut frontier = Frontier::empty();
    grown(&mut frontier, &leaves(0..21));
    let mut wallet = Witnesses::begin(3, &frontier, Round(10)).unwrap();
    let ours = BTreeSet::from([22, 30, 33]);
    for round in 11..16_u64 {
        let new = leaves(21 + (round - 11) * 4..21 + (round - 10) * 4);
        let root = grown(&mut frontier, &new);
        wallet.append(Round(round), &new, &ours).unwrap();
        if round == 14 {
            wallet.forget(22).unwrap();
        }
        let bytes = wallet.to_bytes();
        wallet = Witnesses::from_bytes(&bytes).unwrap();
        assert_eq!(wallet.to_bytes(), bytes);
        assert_eq!(wallet.anchor(Round(round)), Ok(Anchor { tree: 3, root }));
        assert!(Witnesses::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    }
    let root = frontier.root();
    assert_eq!(wallet.witness(33, Round(15)).unwrap().root(leaf(33)), Some(root));
    assert_eq!(wallet.forget(22), Err(WitnessError::Missing));
    assert_eq!(wallet.number(), 3);
}

#[test]
fn damaged_trees_are_refused_or_read_but_never_panic() {
    let mut frontier = Frontier::empty();
    grown(&mut frontier, &leaves(0..21));
    let mut wallet = Witnesses::begin(0, &frontier, Round(1)).unwrap();
    wallet.append(Round(2), &leaves(21..30), &BTreeSet::from([25])).unwrap();
    let bytes = wallet.to_bytes();
    for place in 0..bytes.len() {
        for change in [1, 2, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[place] ^= change;
            crate::fuzz::fuzz_wallet(&bytes);
        }
    }
}

#[test]
fn every_wallet_takes_the_same_anchor() {
    let check = |newest, anchor| assert_eq!(anchor_round(Round(newest)), Round(anchor));
    check(0, 0);
    check(11, 0);
    check(12, 10);
    check(21, 10);
    check(22, 20);
    check(31, 20);
}

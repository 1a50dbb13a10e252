//! The nodes of the state tree, each against the one above it and those below.

use crate::{
    AbnsError,
    layout::{node_key, parse_node_key},
    snapshot::View,
    tree::{self, Stored},
};
use std::collections::BTreeMap;
use types::Round;

/// Checks every node that may be needed; how many there are.
pub(super) fn verify(
    (view, base): (&View, Round),
    roots: &BTreeMap<Round, [u8; 32]>,
) -> Result<u64, AbnsError> {
    let nodes = &view.nodes;
    let (mut count, mut versions) = (0, 0);
    for row in nodes.all()? {
        let (key, _) = row?;
        let (version, path) = parse_node_key(&key).ok_or_else(|| nodes.damaged("bad key"))?;
        if version < view.jobs.floor.0 {
            continue;
        }
        let node = tree::load(nodes, &key)?;
        let above = match path.split_last() {
            None => {
                versions += 1;
                roots.get(&Round(version)).is_none_or(|root| *root == node.hash())
            }
            Some((nibble, path)) => {
                let parent = children(tree::load(nodes, &node_key(version, path))?);
                let here = (version, node.hash(), node.leaves());
                parent.get(nibble) == Some(&here)
            }
        };
        if !above {
            return Err(nodes.damaged("node under no root"));
        }
        verify_below(view, (version, &path), node)?;
        count += 1;
    }
    // Every block has a root of its own, also one that changes nothing.
    let first = view.jobs.floor.max(base);
    if versions == (view.tip.round.0 + 1).saturating_sub(first.0) {
        Ok(count)
    } else {
        Err(nodes.damaged("versions missing"))
    }
}

/// Checks that what a node names is there and is that.
fn verify_below(view: &View, (version, path): (u64, &[u8]), node: Stored) -> Result<(), AbnsError> {
    for (nibble, named) in children(node) {
        let since = named.0;
        // Older nodes belong to rounds that nobody asks about: a sweep has made those that are
        // still alive younger.
        if since < view.jobs.floor.0 {
            continue;
        }
        let below = tree::load(&view.nodes, &node_key(since, &[path, &[nibble]].concat()))?;
        if since > version || (since, below.hash(), below.leaves()) != named {
            return Err(view.nodes.damaged("node over another"));
        }
    }
    Ok(())
}

/// Nibble → version, hash and leaves of a child.
fn children(node: Stored) -> BTreeMap<u8, (u64, [u8; 32], Option<u64>)> {
    let places = match node {
        Stored::Fork(places) => places,
        Stored::Nothing | Stored::Leaf(..) => return BTreeMap::new(),
    };
    let named = (0..).zip(*places).filter_map(|(nibble, place)| Some((nibble, place?)));
    named.map(|(nibble, child)| (nibble, (child.version, child.hash, child.leaves))).collect()
}

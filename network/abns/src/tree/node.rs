//! A node of the tree as it lies in the file: what jmt's own encoding says, without what follows
//! from it, and versions as ages. One node has one encoding.

use crate::{AbnsError, layout::parse_node_key};
use jmt::storage::Node;
use ledger::{EMPTY_SUBTREE as EMPTY, leaf_hash, node_hash};
use wire::{Reader, Writer};

const NOTHING: u8 = 0;
const LEAF: u8 = 1;
const FORK: u8 = 2;
/// How jmt marks them.
const THEIR_FORK: u8 = 1;
const THEIR_LEAF: u8 = 2;
/// Bits of a number in one byte; the eighth says that more follow.
const GROUP: u32 = 7;

/// A node below another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) hash: [u8; 32],
    pub(crate) version: u64,
    /// Leaves under it, `None` if it is one itself.
    pub(crate) leaves: Option<u64>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    Nothing,
    /// Hash of key, hash of value.
    Leaf([u8; 32], [u8; 32]),
    /// What is below, by the next four bits of the key.
    Fork(Box<[Option<Child>; 16]>),
}

impl Stored {
    /// jmt's node.
    pub(crate) fn of(node: &Node) -> Result<Self, AbnsError> {
        Ok(match node {
            Node::Null => Self::Nothing,
            Node::Leaf(leaf) => {
                // jmt shows the hash of the value in the encoding of a leaf only.
                let (key, value) = borsh::from_slice(&borsh::to_vec(leaf)?)?;
                Self::Leaf(key, value)
            }
            Node::Internal(node) => {
                let mut places = Box::new([None; 16]);
                for (nibble, child) in node.children_unsorted() {
                    let leaves = (!child.is_leaf()).then_some(child.leaf_count() as u64);
                    if let Some(place) = places.get_mut(nibble.as_usize()) {
                        *place = Some(Child { hash: child.hash, version: child.version, leaves });
                    }
                }
                Self::Fork(places)
            }
        })
    }

    /// The node for jmt, by way of its encoding: it has no other way in.
    pub(crate) fn to_node(&self) -> Result<Node, AbnsError> {
        let mut w = Vec::new();
        match self {
            Self::Nothing => w.push(NOTHING),
            Self::Leaf(key, value) => w.extend([[THEIR_LEAF].as_slice(), key, value].concat()),
            Self::Fork(places) => {
                w.push(THEIR_FORK);
                for place in places.iter() {
                    let Some(child) = place else {
                        w.push(0);
                        continue;
                    };
                    w.push(1);
                    w.extend(child.hash);
                    w.extend(child.version.to_le_bytes());
                    w.push(u8::from(child.leaves.is_some()));
                    w.extend(child.leaves.iter().flat_map(|leaves| leaves.to_le_bytes()));
                }
                w.extend((places.iter().flatten().count() as u64).to_le_bytes());
                w.extend(self.leaves().unwrap_or_default().to_le_bytes());
            }
        }
        Ok(borsh::from_slice(&w)?)
    }

    /// The bytes under a key.
    pub(crate) fn encode(&self, key: &[u8]) -> Vec<u8> {
        let version = parse_node_key(key).map_or(0, |(version, _)| version);
        let mut w = Writer::new();
        match self {
            Self::Nothing => w.u8(NOTHING),
            Self::Leaf(key, value) => {
                w.u8(LEAF);
                w.fixed(key);
                w.fixed(value);
            }
            Self::Fork(places) => {
                let bits = |is: fn(&Child) -> bool| {
                    let set = places.iter().map(|place| place.as_ref().is_some_and(is));
                    set.fold(0_u16, |bits, set| (bits << 1) | u16::from(set))
                };
                w.u8(FORK);
                w.u16(bits(|_| true));
                w.u16(bits(|child| child.leaves.is_none()));
                for child in places.iter().flatten() {
                    w.fixed(&child.hash);
                    number(&mut w, version.wrapping_sub(child.version));
                    child.leaves.into_iter().for_each(|leaves| number(&mut w, leaves));
                }
            }
        }
        w.into_bytes()
    }

    /// Reads [`Self::encode`] back; `None` if it is the encoding of no node.
    pub(crate) fn decode(key: &[u8], bytes: &[u8]) -> Option<Self> {
        let (version, _) = parse_node_key(key)?;
        let mut r = Reader::new(bytes);
        let node = match r.u8().ok()? {
            NOTHING => Self::Nothing,
            LEAF => Self::Leaf(r.fixed().ok()?, r.fixed().ok()?),
            FORK => {
                let (present, leaf) = (r.u16().ok()?, r.u16().ok()?);
                let mut places = Box::new([None; 16]);
                for (place, shift) in places.iter_mut().zip((0..16).rev()) {
                    if present >> shift & 1 == 0 {
                        continue;
                    }
                    let hash = r.fixed().ok()?;
                    let version = version.wrapping_sub(read_number(&mut r)?);
                    let is_leaf = leaf >> shift & 1 == 1;
                    let leaves = if is_leaf { None } else { Some(read_number(&mut r)?) };
                    *place = Some(Child { hash, version, leaves });
                }
                Self::Fork(places)
            }
            _ => return None,
        };
        // jmt asserts that a single node below another is not a leaf, and that there is one.
        let is_sound = match &node {
            Self::Fork(places) => match (places.iter().flatten().count(), node.leaves()) {
                (0, _) | (_, None) => false,
                (1, _) => places.iter().flatten().all(|child| child.leaves.is_some()),
                _ => true,
            },
            Self::Nothing | Self::Leaf(..) => true,
        };
        (is_sound && node.encode(key) == bytes).then_some(node)
    }

    /// The hash of the subtree that it is the top of.
    pub(crate) fn hash(&self) -> [u8; 32] {
        match self {
            Self::Nothing => EMPTY,
            Self::Leaf(key, value) => leaf_hash(key, value),
            Self::Fork(places) => subtree(places.as_slice()),
        }
    }

    /// Leaves under it, `None` if it is one itself or has more than can be counted.
    pub(crate) fn leaves(&self) -> Option<u64> {
        match self {
            Self::Nothing => Some(0),
            Self::Leaf(..) => None,
            Self::Fork(places) => places
                .iter()
                .flatten()
                .try_fold(0_u64, |sum, child| sum.checked_add(child.leaves.unwrap_or(1))),
        }
    }
}

/// Hash of a part of a node: a leaf stands for every subtree in which it is alone.
pub(crate) fn subtree(places: &[Option<Child>]) -> [u8; 32] {
    match alone(places) {
        Alone::Nobody => EMPTY,
        Alone::Child(_, child) => child.hash,
        Alone::Several => {
            let (left, right) = places.split_at(places.len() / 2);
            node_hash(&subtree(left), &subtree(right))
        }
    }
}

/// Who is in a part of a node.
pub(crate) enum Alone {
    Nobody,
    /// Its place, and a child that stands for the whole part.
    Child(usize, Child),
    Several,
}

pub(crate) fn alone(places: &[Option<Child>]) -> Alone {
    let mut present = places.iter().enumerate().filter_map(|(i, place)| Some((i, (*place)?)));
    match (present.next(), present.next()) {
        (None, _) => Alone::Nobody,
        (Some((index, child)), None) if child.leaves.is_none() || places.len() == 1 => {
            Alone::Child(index, child)
        }
        (Some(_), _) => Alone::Several,
    }
}

/// Seven bits to a byte, the lowest first.
fn number(w: &mut Writer, mut number: u64) {
    while let Some(more) = Some(number >> GROUP).filter(|more| *more > 0) {
        w.u8((number & 0x7f) as u8 | 0x80);
        number = more;
    }
    w.u8((number & 0x7f) as u8);
}

fn read_number(r: &mut Reader<'_>) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(GROUP as usize) {
        let byte = r.u8().ok()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

//! The pool's identifiers: 32 bytes each, not to be mixed up.
//!
//! They are encodings of elements of Pallas's base field, as the circuit's crate writes them
//! (little-endian, canonical); a decoder of ours refuses every other byte string.

use crate::points;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The spent mark of a note: each can enter the ledger once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Nullifier(pub [u8; 32]);

/// A note's commitment, a leaf of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Commitment(pub [u8; 32]);

/// The root of a tree of commitments.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Root(pub [u8; 32]);

/// What a bundle's spends are proved against: a root, and of which tree it is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Anchor {
    /// The tree epoch, from 0: each tree has 2^32 leaves at most, for ever.
    pub tree: u32,
    /// The root.
    pub root: Root,
}

impl Anchor {
    /// The root of the first tree while it has no leaf.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self { tree: 0, root: Root(orchard::Anchor::empty_tree().to_bytes()) }
    }
}

/// Encodes field elements as their bytes, and reads only canonical ones.
macro_rules! field_elements {
    ($($name:ident: $what:literal),*) => {$(
        impl Encode for $name {
            fn encode(&self, w: &mut Writer) {
                w.fixed(&self.0);
            }
        }

        impl Decode for $name {
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let bytes = r.fixed()?;
                let good = points::is_field_element(&bytes);
                if good { Ok(Self(bytes)) } else { Err(DecodeError::BadValue($what)) }
            }
        }
    )*};
}

field_elements!(Nullifier: "nullifier", Commitment: "commitment", Root: "tree root");

impl Encode for Anchor {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.tree);
        self.root.encode(w);
    }
}

impl Decode for Anchor {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { tree: r.u32()?, root: Root::decode(r)? })
    }
}

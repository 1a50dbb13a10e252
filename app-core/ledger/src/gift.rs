//! What the members of a chat are told of a red envelope: enough to claim a share, and to see who
//! took what (`money-and-mail.md` A2). It travels inside the encryption and never on the ledger.
//!
//! Everybody who has it builds the same tree of claim keys: places and empty leaves follow from the
//! salt, and are random to whoever lacks it.

use crate::{CLAIM_LEVELS, ClaimTree, MAX_SHARES, RedEnvelope, RedEnvelopeId};
use core::fmt;
use keys::Claimer;
use std::collections::BTreeMap;
use types::{Abc, Amount, ChainId, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};
use zeroize::Zeroizing;

/// Most bytes of the words that a red envelope comes with.
pub const MAX_GREETING: usize = 200;
/// Most claimers that are told to one another in one content: it fits the largest envelope of the
/// mail.
pub const MAX_CLAIMERS: usize = 300;

/// A red envelope as its members are told of it. Whoever has it can tell which claim key belongs to
/// whom: it is kept and sent encrypted only.
#[derive(PartialEq, Eq)]
pub struct Gift {
    /// The transaction whose first action makes it.
    pub tx: TxId,
    /// The last round that may hold that transaction.
    pub by: Round,
    /// All that is in it.
    pub total: Amount<Abc>,
    /// In how many shares.
    pub shares: u8,
    /// True if chance divides it.
    pub lucky: bool,
    /// The last round that may hold a claim.
    pub expiry: Round,
    /// What hides which claim key is whose.
    pub salt: [u8; 32],
    /// Who may claim, in ascending order.
    pub claimers: Vec<Claimer>,
    /// What the creator says with it.
    pub greeting: String,
    /// The seed of the reader's own claim key, if its envelope key was not known.
    pub seed: Option<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for Gift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gift")
            .field("tx", &self.tx)
            .field("total", &self.total)
            .field("shares", &self.shares)
            .finish_non_exhaustive()
    }
}

/// The tree of a gift's claim keys, and where each of them lies.
#[derive(Debug, Clone)]
pub struct GiftTree {
    tree: ClaimTree,
    places: BTreeMap<[u8; 32], u16>,
}

impl Gift {
    /// The red envelope on the ledger.
    #[must_use]
    pub fn id(&self) -> RedEnvelopeId {
        RedEnvelopeId::of(self.tx, 0)
    }

    /// The claim keys with those that they belong to.
    #[must_use]
    pub fn keys(&self, chain: ChainId) -> BTreeMap<[u8; 32], Claimer> {
        let key = |claimer: &Claimer| Some((claimer.claim_key(chain, &self.salt)?, *claimer));
        self.claimers.iter().filter_map(key).collect()
    }

    /// The tree that a claim's path is taken from.
    #[must_use]
    pub fn tree(&self, chain: ChainId) -> GiftTree {
        GiftTree::new(chain, &self.salt, &self.claimers)
    }

    /// True if the ledger holds what the members were told. Otherwise nobody can claim by it, or
    /// somebody has told them something wrong.
    #[must_use]
    pub fn is(&self, record: &RedEnvelope, chain: ChainId) -> bool {
        let RedEnvelope { tx, total, shares, lucky, root, expiry, .. } = *record;
        let told = (self.tx, self.total, self.shares, self.lucky, self.expiry);
        told == (tx, total, shares, lucky, expiry) && self.tree(chain).root() == root
    }
}

impl GiftTree {
    /// The tree of these claimers. A claimer's place follows from the salt: the places in the order
    /// of SHA-256("bcm-claim-place-v1" ‖ salt ‖ place) are given to the claimers in theirs. An
    /// empty leaf is SHA-256("bcm-claim-blank-v1" ‖ salt ‖ count of empty leaves before it).
    #[must_use]
    pub fn new(chain: ChainId, salt: &[u8; 32], claimers: &[Claimer]) -> Self {
        let order = |place: u16| hash("bcm-claim-place-v1", &[salt, &place.to_be_bytes()]);
        let mut drawn: Vec<u16> = (0_u16..).take(ClaimTree::LEAVES).collect();
        drawn.sort_by_cached_key(|place| order(*place));
        let keys = claimers.iter().filter_map(|claimer| claimer.claim_key(chain, salt));
        let places: BTreeMap<_, _> = keys.zip(drawn).collect();
        let leaves = places.iter().map(|(key, place)| (*place, *key)).collect();
        let mut blanks = 0_u16..;
        let tree = ClaimTree::new(&leaves, || {
            let count = blanks.next().unwrap_or_default();
            hash("bcm-claim-blank-v1", &[salt, &count.to_be_bytes()])
        });
        Self { tree, places }
    }

    /// What the ledger is told of it.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.tree.root()
    }

    /// The place of a claim key and its path; `None` for a key that may not claim.
    #[must_use]
    pub fn path(&self, key: &[u8; 32]) -> Option<(u16, [[u8; 32]; CLAIM_LEVELS])> {
        let place = *self.places.get(key)?;
        Some((place, self.tree.path(place)?))
    }
}

impl Encode for Gift {
    fn encode(&self, w: &mut Writer) {
        self.tx.encode(w);
        self.by.encode(w);
        self.total.encode(w);
        w.u8(self.shares);
        w.bool(self.lucky);
        self.expiry.encode(w);
        w.fixed(&self.salt);
        w.list(&self.claimers);
        w.text(&self.greeting);
        w.bool(self.seed.is_some());
        self.seed.iter().for_each(|seed| w.fixed(seed.as_slice()));
    }
}

impl Decode for Gift {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let gift = Self {
            tx: TxId::decode(r)?,
            by: Round::decode(r)?,
            total: Amount::decode(r)?,
            shares: r.u8()?,
            lucky: r.bool()?,
            expiry: Round::decode(r)?,
            salt: r.fixed()?,
            claimers: r.list(MAX_CLAIMERS)?,
            greeting: r.text(MAX_GREETING)?,
            seed: if r.bool()? { Some(Zeroizing::new(r.fixed()?)) } else { None },
        };
        if !(1..=MAX_SHARES).contains(&gift.shares) {
            return Err(DecodeError::BadValue("number of shares"));
        }
        // One claimer twice would have two chances.
        if gift.claimers.is_empty() || !gift.claimers.is_sorted_by(|one, next| one < next) {
            return Err(DecodeError::BadValue("order of claimers"));
        }
        Ok(gift)
    }
}

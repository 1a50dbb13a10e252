//! Entry points for fuzzing: must never panic, and must read only what they would write.

use types::{ChainId, Round, Timestamp};
use wire::{Decode, Encode};

use crate::private::{OwnNote, PoolState, PrivatePayee};
use crate::review::{
    CarriedProofs, GrantCard, OpenedCard, PoolMove, ReviewerCard, SealedCard, StandingKey,
};
use crate::{Destination, Part, PaymentLink, Post, Rest, RotationLink, Taking, assemble};

/// What a profile keeps of money in the pool.
pub fn fuzz_private(bytes: &[u8]) {
    if let Ok(note) = OwnNote::from_bytes(bytes) {
        assert_eq!(note.to_bytes(), bytes);
    }
    if let Ok(payee) = PrivatePayee::from_bytes(bytes) {
        assert_eq!(payee.to_bytes(), bytes);
    }
    if let Ok(moved) = PoolMove::from_bytes(bytes) {
        assert_eq!(moved.to_bytes(), bytes);
    }
    if let Ok(taking) = Taking::from_bytes(bytes) {
        assert_eq!(taking.to_bytes(), bytes);
    }
    if let Ok(rest) = Rest::from_bytes(bytes) {
        assert_eq!(rest.to_bytes(), bytes);
    }
    if let Ok(state) = PoolState::from_bytes(bytes) {
        // The tree has more than one form of the same leaves; it is read back all the same.
        assert!(PoolState::from_bytes(&state.to_bytes()).is_ok());
    }
}

/// What devices of the same words tell one another, in parts and put together.
pub fn fuzz_post(bytes: &[u8]) {
    if let Ok(part) = Part::from_bytes(bytes) {
        assert_eq!(part.to_bytes(), bytes);
        for found in assemble(vec![((), part.clone()), ((), part)]) {
            assert!(found.post.is_none_or(|post| post.id() == found.id));
        }
    }
    if let Ok(post) = Post::from_bytes(bytes) {
        assert_eq!(post.to_bytes(), bytes);
        let now = (Round(0), Timestamp(0));
        assert!(!(post.what.is_over(None, now) && post.what.is_news(post.device, None, now)));
        assert!(post.what.is_of(ChainId([0; 32])) || post.what.attempt().is_some());
    }
}

/// Payment links as text.
pub fn fuzz_link(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(link) = PaymentLink::read(text) {
        assert_eq!(PaymentLink::read(&link.text()), Ok(link));
    }
}

/// What asks for commitments to moves, as text; it is never taken for a payment link.
pub fn fuzz_rotation(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(link) = RotationLink::read(text) {
        assert_eq!(RotationLink::read(&link.text()), Ok(link));
        assert!(PaymentLink::read(text).is_err());
    }
}

/// Addresses of every kind, as text and as bytes.
pub fn fuzz_destination(bytes: &[u8]) {
    if let Some(to) = Destination::from_bytes(bytes) {
        assert_eq!(to.to_bytes(), bytes);
        assert_eq!(Destination::parse(&to.to_string()), Ok(to));
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(to) = Destination::parse(text) {
        assert_eq!(Destination::from_bytes(&to.to_bytes()), Some(to));
    }
}

/// Grant cards, behind their seal.
pub fn fuzz_card(bytes: &[u8]) {
    if let Ok(card) = GrantCard::from_bytes(bytes) {
        assert_eq!(card.to_bytes(), bytes);
        assert!(card.check(ChainId([0; 32]), &[0; 32]).is_err(), "nobody signs for chain 0");
    }
    if let Ok(opened) = OpenedCard::from_bytes(bytes) {
        assert_eq!(opened.to_bytes(), bytes);
    }
}

/// Proofs of carry-overs, as they go with a grant.
pub fn fuzz_proofs(bytes: &[u8]) {
    if let Ok(proofs) = CarriedProofs::from_bytes(bytes) {
        assert_eq!(proofs.to_bytes(), bytes);
    }
}

/// Sealed cards, as files.
pub fn fuzz_sealed_card(bytes: &[u8]) {
    if let Ok(sealed) = SealedCard::from_bytes(bytes) {
        assert_eq!(sealed.to_bytes(), bytes);
    }
}

/// Keys of standing grants.
pub fn fuzz_standing_key(bytes: &[u8]) {
    if let Ok(key) = StandingKey::from_bytes(bytes) {
        assert_eq!(key.to_bytes(), bytes);
    }
}

/// Cards of reviewers.
pub fn fuzz_reviewer(bytes: &[u8]) {
    if let Ok(card) = ReviewerCard::from_bytes(bytes) {
        assert_eq!(card.to_bytes(), bytes);
        assert!(!card.holds(ChainId([0; 32])), "nobody signs for chain 0");
    }
}

//! Entry points for fuzzing: must never panic, and must read only what they would write.

use ratchet::{IdentityKeyPair, SafetyNumber};
use types::{ChainId, OpenId, SendId};
use wire::{Decode, Encode};

use crate::{Content, Invite, compare, open_envelope};

/// Contents inside a session.
pub fn fuzz_content(bytes: &[u8]) {
    if let Ok(content) = Content::from_bytes(bytes) {
        assert_eq!(content.to_bytes(), bytes);
    }
}

/// Invites as bytes behind the text form.
pub fn fuzz_invite(bytes: &[u8]) {
    if let Ok(invite) = Invite::from_bytes(bytes) {
        assert_eq!(invite.to_bytes(), bytes);
    }
}

/// Invites as text.
pub fn fuzz_invite_text(bytes: &[u8]) {
    if let Ok(text) = core::str::from_utf8(bytes) {
        let parsed = Invite::parse(text, ChainId([0; 32]), OpenId([0; 32]));
        assert!(parsed.is_err(), "nobody signs for chain 0");
    }
}

/// Envelopes of a worker.
pub fn fuzz_envelope(bytes: &[u8]) {
    assert!(open_envelope(&[7; 32], SendId([9; 32]), bytes).is_err(), "a forged envelope opened");
}

/// What somebody shows of a safety number, as text: it fits one pair of people at most.
pub fn fuzz_safety_text(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let [alice, bob, mallory] =
        [1, 2, 3].map(|key| IdentityKeyPair::from_private([key; 32]).public());
    let fits = |theirs| {
        let number = SafetyNumber::new(2, 2, (b"alice", &alice), (b"bob", theirs));
        number.is_ok_and(|number| compare(&number, text) == Ok(true))
    };
    assert!(!(fits(&bob) && fits(&mallory)), "{text} fits two");
}

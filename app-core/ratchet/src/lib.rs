//! End-to-end encryption between two people: PQXDH starts a session, the triple ratchet carries it,
//! the Double Ratchet with a post-quantum ratchet beside it.
//!
//! `chat` calls this crate with keys, bytes, randomness and time, and stores what comes back; there
//! is no clock, disk or network here. The formats are those of Signal's protocol, version 4. A
//! [`SessionRecord`] changes only when a call succeeds, so a forged or damaged message never costs a
//! session.
//!
//! ```
//! use rand::SeedableRng;
//! use ratchet::{Bundle, Incoming, IdentityKeyPair, KyberPreKey, PreKeys, SessionRecord, SignedPreKey};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (now, rng) = (types::Timestamp(0), &mut rand_chacha::ChaCha20Rng::seed_from_u64(1));
//! let (alice, bob) = (IdentityKeyPair::generate(rng), IdentityKeyPair::generate(rng));
//! let signed = SignedPreKey::generate(1, &bob, rng);
//! let kyber = KyberPreKey::generate(1, &bob, rng);
//! let bundle = Bundle::new(7, 1, &bob, &signed, &kyber);
//!
//! let mut to_bob = SessionRecord::default();
//! to_bob.initiate(&alice, &bundle, 8, now, rng)?;
//! let sealed = to_bob.encrypt(&alice, b"hello", now, rng)?;
//!
//! let Incoming::PreKey(message) = Incoming::parse(sealed.kind, &sealed.bytes)? else { return Ok(()) };
//! let mut to_alice = SessionRecord::default();
//! let prekeys = PreKeys { signed: &signed, one_time: None, kyber: &kyber };
//! let opened = to_alice.accept(&bob, prekeys, &message, rng)?;
//! assert_eq!(*opened.plaintext, b"hello");
//! # Ok(())
//! # }
//! ```

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod address;
pub mod attachment;
mod bundle;
mod chain;
mod cipher;
mod curve;
mod error;
pub mod fuzz;
mod group;
mod identity;
mod kdf;
mod kyber;
mod message;
mod pqxdh;
mod prekeys;
mod proto;
mod record;
mod retry;
mod safety;
mod sealed;
mod secret;
mod session;
mod spqr;
#[cfg(test)]
mod tests;
mod uuid;
mod xeddsa;

pub use address::{Ends, ServiceAddress};
pub use bundle::{Bundle, KyberPublic, OneTimePublic, SignedPublic};
pub use curve::PublicKey33;
pub use error::RatchetError;
pub use group::{DistributionId, SenderKeyDistribution, SenderKeyMessage, SenderKeyRecord};
pub use identity::{IdentityKey, IdentityKeyPair};
pub use kyber::KyberPublicKey;
pub use message::{Incoming, MessageKind, PreKeyMessage, Sealed, SignalMessage};
pub use prekeys::{KyberPreKey, OneTimePreKey, PreKeys, SignedPreKey};
pub use record::{Opened, SessionChange, SessionRecord, UsedPreKeys};
pub use retry::RetryRequest;
pub use safety::{SafetyNumber, compare_scannable};
pub use sealed::{
    Authority, ContentHint, ContentKind, Received, Recipient, SealedContent, Sender,
    SenderCertificate, ServerCertificate, seal, seal_for_many, split, unseal,
};

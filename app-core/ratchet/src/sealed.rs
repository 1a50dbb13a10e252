//! Sealed sender: an envelope that does not show who sent it.
//!
//! Only the recipient learns it, from a certificate inside. [`unseal`] proves that whoever sealed the
//! message holds the certificate's identity key. Whether to believe the certificate's name is the
//! caller's next question: [`SenderCertificate::validate`], and whether the message is the caller's
//! own: [`SenderCertificate::is_of`].

mod authority;
mod certificate;
mod content;
mod sender;
mod sent;
mod v1;
mod v2;

pub use authority::Authority;
pub use certificate::ServerCertificate;
pub use content::{ContentHint, ContentKind, SealedContent};
pub use sender::{Sender, SenderCertificate};
pub use sent::{Received, Recipient, seal_for_many, split};

use crate::{IdentityKey, IdentityKeyPair, RatchetError};
use rand_core::CryptoRng;

/// Seals for one recipient, in version 1.
///
/// # Errors
/// [`RatchetError::BadCertificate`] for a certificate that is not of `ours`, and
/// [`RatchetError::BadKey`] for a key that nobody can agree with.
pub fn seal(
    ours: &IdentityKeyPair,
    to: &IdentityKey,
    content: &SealedContent,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, RatchetError> {
    check_certificate(ours, content)?;
    v1::seal(ours, to, &content.to_bytes(), rng)
}

/// Opens a sealed message of either version. Who signed the certificate is not checked.
///
/// # Errors
/// [`RatchetError::UnknownVersion`]; [`RatchetError::BadMessage`] for damaged bytes or a message for
/// somebody else; [`RatchetError::BadKey`] for a key that nobody can agree with;
/// [`RatchetError::BadCertificate`] if the certificate is damaged, or of another identity than the
/// one that sealed.
pub fn unseal(ours: &IdentityKeyPair, bytes: &[u8]) -> Result<SealedContent, RatchetError> {
    let (version, body) = bytes.split_first().ok_or(RatchetError::BadMessage)?;
    match version >> 4 {
        0 | 1 => v1::unseal(ours, body),
        2 => v2::unseal(ours, body),
        _ => Err(RatchetError::UnknownVersion),
    }
}

/// A certificate of somebody else would be refused by every recipient.
fn check_certificate(ours: &IdentityKeyPair, content: &SealedContent) -> Result<(), RatchetError> {
    if *content.certificate.identity() == ours.public() {
        Ok(())
    } else {
        Err(RatchetError::BadCertificate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use types::Timestamp;

    #[test]
    fn whoever_seals_under_the_certificate_of_somebody_else_is_found_out() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let [alice, bob, mallory] = [(); 3].map(|()| IdentityKeyPair::generate(rng));
        let end = Timestamp(1);
        let content = SealedContent {
            kind: ContentKind::Whisper,
            certificate: SenderCertificate::of_own(&alice, "alice", 1, end, rng).unwrap(),
            content: vec![],
            hint: ContentHint::Default,
            group: None,
        };
        for (sender, expected) in
            [(&alice, Ok(content.clone())), (&mallory, Err(RatchetError::BadCertificate))]
        {
            let first = v1::seal(sender, &bob.public(), &content.to_bytes(), rng).unwrap();
            assert_eq!(unseal(&bob, &first), expected);

            let message = v2::Message::new(rng);
            let wrapped = message.wrap(sender, &bob.public()).unwrap();
            let shared = message.encrypt(&content.to_bytes()).unwrap();
            let second = [[v2::VERSION].as_slice(), &wrapped, &shared].concat();
            assert_eq!(unseal(&bob, &second), expected);
        }
    }

    #[test]
    fn a_damaged_certificate_is_told_from_a_damaged_message() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let [alice, bob] = [(); 2].map(|()| IdentityKeyPair::generate(rng));
        let with_certificate = [8, 2, 0x12, 1, 0xff, 0x1a, 0];
        let without = [8, 2, 0x1a, 0];
        for (content, expected) in [
            (&with_certificate[..], RatchetError::BadCertificate),
            (&without, RatchetError::BadMessage),
        ] {
            let sealed = v1::seal(&alice, &bob.public(), content, rng).unwrap();
            assert_eq!(unseal(&bob, &sealed), Err(expected));
        }
    }
}

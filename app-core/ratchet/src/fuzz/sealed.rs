//! Entry points of sealed messages and retry requests.

use super::{Predictable, round_trip};
use crate::{
    Authority, IdentityKeyPair, RetryRequest, SealedContent, SenderCertificate, ServerCertificate,
    split, unseal,
};

/// Reads foreign bytes as a sealed message of either version.
pub fn fuzz_unseal(bytes: &[u8]) {
    let ours = IdentityKeyPair::generate(&mut Predictable(0));
    if let Ok(content) = unseal(&ours, bytes) {
        again(&content);
    }
}

/// Reads foreign bytes as the inside of a sealed message.
pub fn fuzz_sealed_content(bytes: &[u8]) {
    if let Ok(content) = SealedContent::parse(bytes) {
        again(&content);
    }
}

/// Reads foreign bytes as certificates and as a stored authority.
pub fn fuzz_certificates(bytes: &[u8]) {
    if let Ok(certificate) = SenderCertificate::parse(bytes) {
        assert_eq!(certificate.to_bytes(), bytes);
        let late = certificate.expires().plus_millis(1);
        assert!(late == certificate.expires() || certificate.validate_own(late).is_err());
    }
    if let Ok(certificate) = ServerCertificate::parse(bytes) {
        assert_eq!(certificate.to_bytes(), bytes);
    }
    round_trip::<Authority>(bytes);
}

/// Splits foreign bytes as a message for many.
pub fn fuzz_split(bytes: &[u8]) {
    let Ok(all) = split(bytes) else { return };
    if let Some(first) = all.first() {
        assert!(!first.devices.is_empty() && first.message().len() < bytes.len());
        fuzz_unseal(&first.message());
    }
}

/// Reads foreign bytes as a retry request.
pub fn fuzz_retry(bytes: &[u8]) {
    if let Ok(request) = RetryRequest::from_content(bytes) {
        assert_eq!(RetryRequest::from_content(&request.to_content()), Ok(request));
    }
}

fn again(content: &SealedContent) {
    assert_eq!(SealedContent::parse(&content.to_bytes()).as_ref(), Ok(content));
}

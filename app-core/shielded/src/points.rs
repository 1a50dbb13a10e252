//! What byte strings are elements of Pallas: one encoding each, or none.

use orchard::note::Nullifier;
use orchard::primitives::redpallas::{SpendAuth, VerificationKey};
use orchard::value::ValueCommitment;
use pasta_curves::group::{Group as _, GroupEncoding as _};
use pasta_curves::pallas;

/// True for the canonical encoding of an element of the base field.
pub(crate) fn is_field_element(bytes: &[u8; 32]) -> bool {
    Nullifier::from_bytes(bytes).is_some().into()
}

/// True for the canonical encoding of a point, the identity among them: value commitments.
pub(crate) fn is_point(bytes: &[u8; 32]) -> bool {
    ValueCommitment::from_bytes(bytes).is_some().into()
}

/// True for a key that a spend can be signed with. The identity is none: everybody could sign.
pub(crate) fn is_spend_key(bytes: &[u8; 32]) -> bool {
    VerificationKey::<SpendAuth>::try_from(*bytes).is_ok_and(|key| !key.is_identity())
}

/// True for a point that keys can be agreed with, which the identity is not.
pub(crate) fn is_agreement_key(bytes: &[u8; 32]) -> bool {
    let point: Option<pallas::Point> = pallas::Point::from_bytes(bytes).into();
    point.is_some_and(|point| !bool::from(point.is_identity()))
}

//! The outer layer: a sealed message, padded to a bucket and sealed once more with the queue's key,
//! so that the same bytes look different in every queue and a worker sees no length
//! (`money-and-mail.md` A6).

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, Tag};
use rand_core::CryptoRng;
use types::SendId;
use wire::mail::BUCKETS;

use crate::Route;

const NONCE: usize = 12;
const TAG: usize = 16;
/// Two bytes of length stand before the message.
const HEAD: usize = 2;

/// The message does not fit the largest bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("does not fit the largest envelope")]
pub struct TooLong;

/// The blob was not sealed for this queue, or was changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an envelope of this queue")]
pub struct NotAnEnvelope;

/// Seals a message for the queue behind this route: nonce ‖ AES-256-GCM(length ‖ message ‖ zeros),
/// bound to the queue.
///
/// # Errors
/// [`TooLong`] if no bucket is large enough.
pub fn seal_envelope(
    route: &Route,
    message: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, TooLong> {
    let needed = message.len().saturating_add(NONCE + HEAD + TAG);
    let bucket = BUCKETS.into_iter().find(|bucket| *bucket >= needed).ok_or(TooLong)?;
    let length = u16::try_from(message.len()).map_err(|_| TooLong)?;
    let mut inner = Vec::with_capacity(bucket);
    inner.extend(length.to_be_bytes());
    inner.extend_from_slice(message);
    inner.resize(bucket.saturating_sub(NONCE + TAG), 0);

    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let tag = cipher(&route.outer_key)
        .encrypt_inout_detached(
            &Nonce::<Aes256Gcm>::from(nonce),
            &route.send_id().0,
            inner.as_mut_slice().into(),
        )
        .map_err(|_| TooLong)?;
    Ok([nonce.as_slice(), &inner, &tag].concat())
}

/// Opens a blob with the queue's key.
///
/// # Errors
/// [`NotAnEnvelope`] if it was sealed otherwise, changed, or badly padded.
pub fn open_envelope(
    outer_key: &[u8; 32],
    send: SendId,
    blob: &[u8],
) -> Result<Vec<u8>, NotAnEnvelope> {
    let (nonce, rest) = blob.split_first_chunk::<NONCE>().ok_or(NotAnEnvelope)?;
    let (inner, tag) = rest.split_last_chunk::<TAG>().ok_or(NotAnEnvelope)?;
    let mut inner = inner.to_vec();
    cipher(outer_key)
        .decrypt_inout_detached(
            &Nonce::<Aes256Gcm>::from(*nonce),
            &send.0,
            inner.as_mut_slice().into(),
            &Tag::<Aes256Gcm>::from(*tag),
        )
        .map_err(|_| NotAnEnvelope)?;
    let (length, rest) = inner.split_first_chunk::<HEAD>().ok_or(NotAnEnvelope)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (message, padding) = rest.split_at_checked(length).ok_or(NotAnEnvelope)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(NotAnEnvelope);
    }
    Ok(message.to_vec())
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&(*key).into())
}

//! The outer layer: a session's ciphertext, padded to a bucket and sealed with the queue's key, so
//! that the same bytes look different in every queue and a worker sees neither kind nor length
//! (`money-and-mail.md` A6).

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, Tag};
use rand_core::CryptoRng;
use ratchet::MessageKind;
use types::SendId;
use wire::mail::BUCKETS;

use crate::Route;

const NONCE: usize = 12;
const TAG: usize = 16;
/// Two bytes of length and one of kind stand before the ciphertext.
const HEAD: usize = 3;

/// A session's ciphertext and its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// First or later message of a session.
    pub kind: MessageKind,
    /// As the session made it.
    pub bytes: Vec<u8>,
}

/// The packet does not fit the largest bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("does not fit the largest envelope")]
pub struct TooLong;

/// The blob was not sealed for this queue, or was changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an envelope of this queue")]
pub struct NotAnEnvelope;

/// Seals a packet for the queue behind this route: nonce ‖ AES-256-GCM(length ‖ kind ‖ bytes ‖
/// zeros), bound to the queue.
///
/// # Errors
/// [`TooLong`] if no bucket is large enough.
pub fn seal_envelope(
    route: &Route,
    packet: &Packet,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, TooLong> {
    let needed = packet.bytes.len().saturating_add(NONCE + HEAD + TAG);
    let bucket = BUCKETS.into_iter().find(|bucket| *bucket >= needed).ok_or(TooLong)?;
    let length = u16::try_from(packet.bytes.len()).map_err(|_| TooLong)?;
    let mut inner = Vec::with_capacity(bucket);
    inner.extend(length.to_be_bytes());
    inner.push(packet.kind.byte());
    inner.extend_from_slice(&packet.bytes);
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
) -> Result<Packet, NotAnEnvelope> {
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
    let ([high, low, kind], rest) = inner.split_first_chunk::<HEAD>().ok_or(NotAnEnvelope)?;
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let (bytes, padding) = rest.split_at_checked(length).ok_or(NotAnEnvelope)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(NotAnEnvelope);
    }
    let kind = MessageKind::parse(*kind).map_err(|_| NotAnEnvelope)?;
    Ok(Packet { kind, bytes: bytes.to_vec() })
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&(*key).into())
}

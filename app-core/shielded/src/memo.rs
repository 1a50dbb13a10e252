//! The text that travels with a payment: 512 bytes, encrypted, in every action, used or not.
//!
//! Layout: kind u8, content, zeros. Kind 0 is nothing (padding has it too), 1 a carry-over, 2 a
//! payment with the id of a request (all zero: none), a length u16 and that much UTF-8, 3 a red
//! envelope with its root and its last round, u64.

use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Bytes of every memo.
pub const MEMO_LEN: usize = 512;
/// Most bytes of its text.
pub const MAX_TEXT: usize = MEMO_LEN - 1 - 16 - 2;

/// What a memo says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Memo {
    /// Nothing.
    #[default]
    Empty,
    /// This note moves the balance of a period account on to the next one.
    CarryOver,
    /// A payment.
    Payment {
        /// Which request it answers: with the address, what tells who paid.
        request: Option<[u8; 16]>,
        /// At most [`MAX_TEXT`] bytes.
        text: String,
    },
    /// The bundle makes this red envelope. Only in change does it say so ([`crate::envelope_made`]).
    Envelope(MadeEnvelope),
}

/// What a giver needs to find again, from the words alone, what nobody claims of a red envelope that
/// a bundle of his has made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MadeEnvelope {
    /// The root over its claim keys.
    pub root: [u8; 32],
    /// The last round that may hold a claim.
    pub expiry: Round,
}

impl Memo {
    /// The bytes; `None` if the text is too long or the request's id all zero.
    pub(crate) fn to_bytes(&self) -> Option<[u8; MEMO_LEN]> {
        let mut w = Writer::new();
        match self {
            Self::Empty => w.u8(0),
            Self::CarryOver => w.u8(1),
            Self::Payment { request, text } => {
                if text.len() > MAX_TEXT || *request == Some([0; 16]) {
                    return None;
                }
                w.u8(2);
                w.fixed(&request.unwrap_or_default());
                w.u16(u16::try_from(text.len()).ok()?);
                w.fixed(text.as_bytes());
            }
            Self::Envelope(MadeEnvelope { root, expiry }) => {
                w.u8(3);
                w.fixed(root);
                expiry.encode(&mut w);
            }
        }
        let mut bytes = w.into_bytes();
        bytes.resize(MEMO_LEN, 0);
        bytes.try_into().ok()
    }

    /// Reads a memo that somebody sent.
    ///
    /// # Errors
    /// [`DecodeError`] for an unknown kind, text that is none, or anything behind it.
    pub fn read(bytes: &[u8; MEMO_LEN]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let memo = match r.u8()? {
            0 => Self::Empty,
            1 => Self::CarryOver,
            2 => {
                let request = Some(r.fixed()?).filter(|id| *id != [0; 16]);
                let len = usize::from(r.u16()?);
                let text = String::from_utf8(r.take(len)?.to_vec());
                Self::Payment { request, text: text.map_err(|_| DecodeError::BadValue("utf-8"))? }
            }
            3 => {
                let (root, expiry) = (r.fixed()?, Round::decode(&mut r)?);
                Self::Envelope(MadeEnvelope { root, expiry })
            }
            _ => return Err(DecodeError::BadValue("memo")),
        };
        let rest = r.take(r.left())?;
        let padded = rest.iter().all(|byte| *byte == 0);
        if padded { Ok(memo) } else { Err(DecodeError::TrailingBytes) }
    }
}

//! The side of an epoch that owns the key: it sends a key and receives a ciphertext.

use super::{
    authenticator::{Agreed, Authenticator, same},
    chunks::{Added, Block, Incoming, Outgoing, read_blocks},
    kem::{self, KeySeed},
    message::Payload,
};
use crate::RatchetError;
use rand_core::CryptoRng;
use std::sync::Arc;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// How far it has come. What stays the same from one to the next is shared, never copied.
pub(super) enum Owner {
    /// There is no key yet.
    KeysUnsampled,
    /// The header is on its way.
    KeysSampled { seed: Arc<KeySeed>, header: Outgoing<3> },
    /// The peer has the header; the key is on its way.
    HeaderSent { seed: Arc<KeySeed>, key: Outgoing<36>, ct1: Incoming<30> },
    /// The ciphertext's first part is there; the key is still on its way.
    Ct1Received { seed: Arc<KeySeed>, key: Outgoing<36>, ct1: Arc<kem::Ct1> },
    /// The peer has the key; the ciphertext's second part is awaited.
    EkSentCt1Received { seed: Arc<KeySeed>, ct1: Arc<kem::Ct1>, ct2: Incoming<5> },
}

/// What a message brings.
pub(super) enum Step {
    Stay,
    Next(Owner),
    /// The epoch has come to its secret.
    Agreed(Agreed),
}

impl Owner {
    /// The next payload, and where we are once it is sent.
    pub(super) fn send(
        &self,
        epoch: u64,
        authenticator: &Authenticator,
        rng: &mut impl CryptoRng,
    ) -> (Payload, Self) {
        match self {
            Self::KeysUnsampled => {
                let seed = Arc::new(KeySeed::generate(rng));
                let header = seed.header();
                let [matrix, hash] = header;
                let mac = authenticator.header_mac(epoch, &header);
                let (chunk, header) = Outgoing::new([matrix, hash, mac]).step();
                (Payload::Header(chunk), Self::KeysSampled { seed, header })
            }
            Self::KeysSampled { seed, header } => {
                let (chunk, header) = header.step();
                (Payload::Header(chunk), Self::KeysSampled { seed: Arc::clone(seed), header })
            }
            Self::HeaderSent { seed, key, ct1 } => {
                let (chunk, key) = key.step();
                let (seed, ct1) = (Arc::clone(seed), ct1.clone());
                (Payload::Key(chunk), Self::HeaderSent { seed, key, ct1 })
            }
            Self::Ct1Received { seed, key, ct1 } => {
                let (chunk, key) = key.step();
                let (seed, ct1) = (Arc::clone(seed), Arc::clone(ct1));
                (Payload::KeyAndAck(chunk), Self::Ct1Received { seed, key, ct1 })
            }
            Self::EkSentCt1Received { seed, ct1, ct2 } => {
                let (seed, ct1, ct2) = (Arc::clone(seed), Arc::clone(ct1), ct2.clone());
                (Payload::Ack, Self::EkSentCt1Received { seed, ct1, ct2 })
            }
        }
    }

    /// What a message of this epoch brings.
    pub(super) fn receive(
        &self,
        epoch: u64,
        authenticator: &Authenticator,
        payload: Payload,
    ) -> Result<Step, RatchetError> {
        let next = match self {
            Self::KeysUnsampled => None,
            Self::KeysSampled { seed, header: _ } => payload.ct1().map(|chunk| Self::HeaderSent {
                seed: Arc::clone(seed),
                key: Outgoing::new(seed.key()),
                ct1: Incoming::starting_with(chunk),
            }),
            Self::HeaderSent { seed, key, ct1 } => {
                let (seed, key) = (Arc::clone(seed), key.clone());
                payload.ct1().and_then(|chunk| ct1.add(chunk)).map(|added| match added {
                    Added::Incomplete(ct1) => Self::HeaderSent { seed, key, ct1 },
                    Added::Whole(ct1) => Self::Ct1Received { seed, key, ct1: ct1.into() },
                })
            }
            Self::Ct1Received { seed, key: _, ct1 } => {
                payload.ct2().map(|chunk| Self::EkSentCt1Received {
                    seed: Arc::clone(seed),
                    ct1: Arc::clone(ct1),
                    ct2: Incoming::starting_with(chunk),
                })
            }
            Self::EkSentCt1Received { seed, ct1, ct2 } => {
                match payload.ct2().and_then(|chunk| ct2.add(chunk)) {
                    None => None,
                    Some(Added::Incomplete(ct2)) => {
                        let (seed, ct1) = (Arc::clone(seed), Arc::clone(ct1));
                        Some(Self::EkSentCt1Received { seed, ct1, ct2 })
                    }
                    Some(Added::Whole(ct2)) => {
                        return agree(epoch, authenticator, seed, ct1, &ct2).map(Step::Agreed);
                    }
                }
            }
        };
        Ok(next.map_or(Step::Stay, Step::Next))
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let tag = reader.u8()?;
        if tag == 0 {
            return Ok(Self::KeysUnsampled);
        }
        let seed = Arc::new(KeySeed::decode(reader)?);
        Ok(match tag {
            1 => Self::KeysSampled { seed, header: Outgoing::decode(reader)? },
            2 => {
                let (key, ct1) = (Outgoing::decode(reader)?, Incoming::decode_begun(reader)?);
                Self::HeaderSent { seed, key, ct1 }
            }
            3 => {
                let (key, ct1) = (Outgoing::decode(reader)?, Arc::new(read_blocks(reader)?));
                Self::Ct1Received { seed, key, ct1 }
            }
            4 => {
                let (ct1, ct2) = (Arc::new(read_blocks(reader)?), Incoming::decode_begun(reader)?);
                Self::EkSentCt1Received { seed, ct1, ct2 }
            }
            _ => return Err(DecodeError::BadValue("phase of a key's owner")),
        })
    }
}

/// Opens the ciphertext and checks that the peer made it.
fn agree(
    epoch: u64,
    authenticator: &Authenticator,
    seed: &KeySeed,
    ct1: &kem::Ct1,
    ct2: &[Block; 5],
) -> Result<Agreed, RatchetError> {
    let [ct2 @ .., mac] = ct2;
    let agreed = authenticator.agree(epoch, &seed.decapsulate(ct1, ct2));
    if same(&agreed.authenticator.ciphertext_mac(epoch, ct1, ct2), mac) {
        Ok(agreed)
    } else {
        Err(RatchetError::BadMessage)
    }
}

impl Encode for Owner {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::KeysUnsampled => writer.u8(0),
            Self::KeysSampled { seed, header } => {
                writer.u8(1);
                seed.encode(writer);
                header.encode(writer);
            }
            Self::HeaderSent { seed, key, ct1 } => {
                writer.u8(2);
                seed.encode(writer);
                key.encode(writer);
                ct1.encode(writer);
            }
            Self::Ct1Received { seed, key, ct1 } => {
                writer.u8(3);
                seed.encode(writer);
                key.encode(writer);
                writer.fixed(ct1.as_flattened());
            }
            Self::EkSentCt1Received { seed, ct1, ct2 } => {
                writer.u8(4);
                seed.encode(writer);
                writer.fixed(ct1.as_flattened());
                ct2.encode(writer);
            }
        }
    }
}

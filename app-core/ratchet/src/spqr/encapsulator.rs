//! The side of an epoch that encapsulates: it receives a key and sends a ciphertext.

use super::{
    authenticator::{Agreed, Authenticator, same},
    chunks::{Added, Block, Incoming, Outgoing, read_blocks},
    kem,
    message::Payload,
};
use crate::{RatchetError, secret::Secret};
use rand_core::CryptoRng;
use std::sync::Arc;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// How far it has come. What stays the same from one to the next is shared, never copied.
pub(super) enum Encapsulator {
    /// The header is awaited.
    NoHeader { header: Incoming<3> },
    /// The header is there and the peer's.
    HeaderReceived { header: kem::Header },
    /// The secret is there; the ciphertext's first part is on its way and the key is awaited.
    Ct1Sampled { with: With, ct1: Outgoing<30>, key: Incoming<36> },
    /// The key is there; the ciphertext's first part is still on its way.
    EkReceivedCt1Sampled { ct1: Outgoing<30>, ct2: Outgoing<5> },
    /// The peer has the ciphertext's first part; the key is awaited.
    Ct1Acknowledged { with: With, key: Incoming<36> },
    /// The ciphertext's second part is on its way.
    Ct2Sampled { ct2: Outgoing<5> },
}

/// What the ciphertext is made with.
#[derive(Clone)]
pub(super) struct With {
    header: kem::Header,
    randomness: Arc<Secret>,
}

/// What is sent next.
pub(super) struct Sent {
    pub(super) payload: Payload,
    pub(super) next: Encapsulator,
    /// The epoch has come to its secret.
    pub(super) agreed: Option<Agreed>,
}

impl Encapsulator {
    /// Where an epoch begins.
    pub(super) const fn start() -> Self {
        Self::NoHeader { header: Incoming::new() }
    }

    /// True once the epoch has come to its secret.
    pub(super) const fn has_agreed(&self) -> bool {
        match self {
            Self::NoHeader { .. } | Self::HeaderReceived { .. } => false,
            Self::Ct1Sampled { .. } | Self::EkReceivedCt1Sampled { .. } => true,
            Self::Ct1Acknowledged { .. } | Self::Ct2Sampled { .. } => true,
        }
    }

    /// True if the ciphertext is with the peer, or on its way as a whole: all that is missing is
    /// the peer's next epoch.
    pub(super) const fn is_last(&self) -> bool {
        match self {
            Self::Ct2Sampled { .. } => true,
            Self::NoHeader { .. } | Self::HeaderReceived { .. } | Self::Ct1Sampled { .. } => false,
            Self::EkReceivedCt1Sampled { .. } | Self::Ct1Acknowledged { .. } => false,
        }
    }

    /// The next payload, and where we are once it is sent.
    pub(super) fn send(
        &self,
        epoch: u64,
        authenticator: &Authenticator,
        rng: &mut impl CryptoRng,
    ) -> Result<Sent, RatchetError> {
        let (payload, next) = match self {
            Self::NoHeader { header } => (Payload::None, Self::NoHeader { header: header.clone() }),
            Self::HeaderReceived { header } => {
                return encapsulate(epoch, authenticator, header, rng);
            }
            Self::Ct1Sampled { with, ct1, key } => {
                let (chunk, ct1) = ct1.step();
                let (with, key) = (with.clone(), key.clone());
                (Payload::Ct1(chunk), Self::Ct1Sampled { with, ct1, key })
            }
            Self::EkReceivedCt1Sampled { ct1, ct2 } => {
                let (chunk, ct1) = ct1.step();
                (Payload::Ct1(chunk), Self::EkReceivedCt1Sampled { ct1, ct2: ct2.clone() })
            }
            Self::Ct1Acknowledged { with, key } => {
                let (with, key) = (with.clone(), key.clone());
                (Payload::None, Self::Ct1Acknowledged { with, key })
            }
            Self::Ct2Sampled { ct2 } => {
                let (chunk, ct2) = ct2.step();
                (Payload::Ct2(chunk), Self::Ct2Sampled { ct2 })
            }
        };
        Ok(Sent { payload, next, agreed: None })
    }

    /// Where a message of this epoch brings us; `None` for no change.
    pub(super) fn receive(
        &self,
        epoch: u64,
        authenticator: &Authenticator,
        payload: Payload,
    ) -> Result<Option<Self>, RatchetError> {
        match self {
            Self::NoHeader { header } => {
                match payload.header().and_then(|chunk| header.add(chunk)) {
                    None => Ok(None),
                    Some(Added::Incomplete(header)) => Ok(Some(Self::NoHeader { header })),
                    Some(Added::Whole(stream)) => check(epoch, authenticator, &stream).map(Some),
                }
            }
            Self::HeaderReceived { .. } | Self::Ct2Sampled { .. } => Ok(None),
            Self::Ct1Sampled { with, ct1, key } => {
                // An acknowledgement counts only together with the key.
                let Some(chunk) = payload.key() else { return Ok(None) };
                let acknowledged = payload.acknowledges();
                let key = match key.add(chunk) {
                    Some(Added::Whole(key)) => {
                        let ct2 = with.second_part(epoch, authenticator, &key)?;
                        return Ok(Some(if acknowledged {
                            Self::Ct2Sampled { ct2 }
                        } else {
                            Self::EkReceivedCt1Sampled { ct1: ct1.clone(), ct2 }
                        }));
                    }
                    Some(Added::Incomplete(key)) => key,
                    None if acknowledged => key.clone(),
                    None => return Ok(None),
                };
                let with = with.clone();
                Ok(Some(if acknowledged {
                    Self::Ct1Acknowledged { with, key }
                } else {
                    Self::Ct1Sampled { with, ct1: ct1.clone(), key }
                }))
            }
            Self::EkReceivedCt1Sampled { ct1: _, ct2 } => {
                Ok(payload.acknowledges().then(|| Self::Ct2Sampled { ct2: ct2.clone() }))
            }
            Self::Ct1Acknowledged { with, key } => {
                match payload.key().and_then(|chunk| key.add(chunk)) {
                    None => Ok(None),
                    Some(Added::Incomplete(key)) => {
                        Ok(Some(Self::Ct1Acknowledged { with: with.clone(), key }))
                    }
                    Some(Added::Whole(key)) => {
                        let ct2 = with.second_part(epoch, authenticator, &key)?;
                        Ok(Some(Self::Ct2Sampled { ct2 }))
                    }
                }
            }
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.u8()? {
            0 => Self::NoHeader { header: Incoming::decode(reader)? },
            1 => Self::HeaderReceived { header: read_blocks(reader)? },
            2 => Self::Ct1Sampled {
                with: With::decode(reader)?,
                ct1: Outgoing::decode(reader)?,
                key: Incoming::decode(reader)?,
            },
            3 => Self::EkReceivedCt1Sampled {
                ct1: Outgoing::decode(reader)?,
                ct2: Outgoing::decode(reader)?,
            },
            4 => Self::Ct1Acknowledged {
                with: With::decode(reader)?,
                key: Incoming::decode(reader)?,
            },
            5 => Self::Ct2Sampled { ct2: Outgoing::decode(reader)? },
            _ => return Err(DecodeError::BadValue("phase of an encapsulator")),
        })
    }
}

/// Takes the header apart if the peer made it.
fn check(
    epoch: u64,
    authenticator: &Authenticator,
    stream: &[Block; 3],
) -> Result<Encapsulator, RatchetError> {
    let [matrix, hash, mac] = stream;
    let header = [*matrix, *hash];
    if same(&authenticator.header_mac(epoch, &header), mac) {
        Ok(Encapsulator::HeaderReceived { header })
    } else {
        Err(RatchetError::BadMessage)
    }
}

/// Makes the secret and the ciphertext's first part.
fn encapsulate(
    epoch: u64,
    authenticator: &Authenticator,
    header: &kem::Header,
    rng: &mut impl CryptoRng,
) -> Result<Sent, RatchetError> {
    let mut random = zeroize::Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *random);
    let randomness = Secret::new(*random);
    let (ct1, shared) = kem::encapsulate(header, &randomness)?;
    let (chunk, ct1) = Outgoing::new(ct1).step();
    let with = With { header: *header, randomness: Arc::new(randomness) };
    Ok(Sent {
        payload: Payload::Ct1(chunk),
        next: Encapsulator::Ct1Sampled { with, ct1, key: Incoming::new() },
        agreed: Some(authenticator.agree(epoch, &shared)),
    })
}

impl With {
    /// The ciphertext's second part with the proof that it is ours, once the key is known.
    fn second_part(
        &self,
        epoch: u64,
        authenticator: &Authenticator,
        key: &kem::Key,
    ) -> Result<Outgoing<5>, RatchetError> {
        let (ct1, ct2) = kem::complete(&self.header, &self.randomness, key)?;
        let mac = authenticator.ciphertext_mac(epoch, &ct1, &ct2);
        let [first, second, third, fourth] = ct2;
        Ok(Outgoing::new([first, second, third, fourth, mac]))
    }
}

impl Encode for With {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(self.header.as_flattened());
        self.randomness.encode(writer);
    }
}

impl Decode for With {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let header = read_blocks(reader)?;
        Ok(Self { header, randomness: Arc::new(Secret::decode(reader)?) })
    }
}

impl Encode for Encapsulator {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::NoHeader { header } => {
                writer.u8(0);
                header.encode(writer);
            }
            Self::HeaderReceived { header } => {
                writer.u8(1);
                writer.fixed(header.as_flattened());
            }
            Self::Ct1Sampled { with, ct1, key } => {
                writer.u8(2);
                with.encode(writer);
                ct1.encode(writer);
                key.encode(writer);
            }
            Self::EkReceivedCt1Sampled { ct1, ct2 } => {
                writer.u8(3);
                ct1.encode(writer);
                ct2.encode(writer);
            }
            Self::Ct1Acknowledged { with, key } => {
                writer.u8(4);
                with.encode(writer);
                key.encode(writer);
            }
            Self::Ct2Sampled { ct2 } => {
                writer.u8(5);
                ct2.encode(writer);
            }
        }
    }
}

//! A session as it is stored. The record around it carries the version.

use super::{MAX_RECEIVING, Pending, Session, no_chains};
use crate::{
    chain::{ReceivingChain, SendingChain},
    curve::PublicKey33,
    identity::IdentityKey,
    kyber::KyberCiphertext,
    secret::Secret,
    spqr::Spqr,
};
use types::Timestamp;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

impl Encode for Session {
    fn encode(&self, writer: &mut Writer) {
        self.remote.encode(writer);
        writer.u32(self.remote_registration);
        self.base_key.encode(writer);
        self.root.encode(writer);
        self.sending.encode(writer);
        writer.u32(self.previous_counter);
        writer.list(&self.receiving);
        writer.option(self.pending.as_ref());
        self.pq.encode(writer);
    }
}

impl Decode for Session {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            remote: IdentityKey::decode(r)?,
            remote_registration: r.u32()?,
            base_key: PublicKey33::decode(r)?,
            root: Secret::decode(r)?,
            sending: SendingChain::decode(r)?,
            previous_counter: r.u32()?,
            receiving: read_chains(r)?,
            pending: r.option()?,
            pq: Spqr::decode(r)?,
        })
    }
}

fn read_chains(r: &mut Reader<'_>) -> Result<Vec<ReceivingChain>, DecodeError> {
    let mut chains = no_chains();
    let count = usize::try_from(r.u32()?).map_err(|_| DecodeError::TooLong)?;
    if count > MAX_RECEIVING {
        return Err(DecodeError::TooLong);
    }
    for _ in 0..count {
        let chain = ReceivingChain::decode(r)?;
        // Of two with one key, the second could never be found.
        if chains.iter().any(|known| known.ratchet_key() == chain.ratchet_key()) {
            return Err(DecodeError::BadValue("receiving chain"));
        }
        chains.push(chain);
    }
    Ok(chains)
}

impl Encode for Pending {
    fn encode(&self, writer: &mut Writer) {
        writer.u32(self.registration_id);
        writer.bool(self.one_time_id.is_some());
        if let Some(id) = self.one_time_id {
            writer.u32(id);
        }
        writer.u32(self.signed_pre_key_id);
        writer.u32(self.kyber_id);
        self.kyber_ciphertext.encode(writer);
        self.created.encode(writer);
    }
}

impl Decode for Pending {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            registration_id: r.u32()?,
            one_time_id: if r.bool()? { Some(r.u32()?) } else { None },
            signed_pre_key_id: r.u32()?,
            kyber_id: r.u32()?,
            kyber_ciphertext: KyberCiphertext::decode(r)?,
            created: Timestamp::decode(r)?,
        })
    }
}

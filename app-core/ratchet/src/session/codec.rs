//! A session as it is stored. The record around it carries the version.

use super::{MAX_RECEIVING, Pending, Session};
use crate::{
    chain::SendingChain, curve::PublicKey33, identity::IdentityKey, kyber::KyberCiphertext,
    secret::Secret, spqr::Spqr,
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
            receiving: r.list(MAX_RECEIVING)?,
            pending: r.option()?,
            pq: Spqr::decode(r)?,
        })
    }
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

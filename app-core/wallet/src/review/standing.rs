//! What a standing grant adds: one message for each period account that begins while it runs.
//!
//! Number and digest of the one before let a reviewer see that a month is missing, whoever held it
//! back.

use keys::PublicKey;
use ledger::Account;
use rand_core::CryptoRng;
use shielded::ViewingKey;
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};
use zeroize::Zeroizing;

use super::grant::{GrantFault, ReviewGrant, Serial, Strength, signed_then, signer_of};
use crate::Keyring;

const VERSION: u8 = 1;
const MAX_SIGNATURE: usize = 1_280;

/// The viewing key of one more period account.
#[derive(Debug)]
pub struct StandingKey {
    /// Of which grant.
    pub serial: Serial,
    /// 1 for the first behind the card.
    pub number: u32,
    /// The key.
    pub key: ViewingKey,
    /// The digest of the message before; for the first, of the grant.
    pub before: [u8; 32],
    /// The round under which it was issued.
    pub round: Round,
    /// The operation key that has signed.
    pub signer: PublicKey,
    signature: Vec<u8>,
}

impl StandingKey {
    /// Signs the key that comes behind these; `None` if the account's strongest key is not here.
    pub fn sign(
        (serial, number, before): (Serial, u32, [u8; 32]),
        (key, round): (ViewingKey, Round),
        (account, ring): (Option<&Account>, &Keyring<'_>),
        rng: &mut impl CryptoRng,
    ) -> Option<Self> {
        let signer = signer_of(account, &ring.ecdsa.public());
        let unsigned = Self { serial, number, key, before, round, signer, signature: vec![] };
        let signature = ring.sign(unsigned.signer.address(), &unsigned.sighash(), rng)?;
        Some(Self { signature, ..unsigned })
    }

    /// Checks a message against its grant and what came before, without the ledger.
    ///
    /// # Errors
    /// [`GrantFault::Signature`], [`GrantFault::Order`] if it is not the next one, or not of a
    /// standing grant, or of a month behind its end.
    pub fn check(&self, grant: &ReviewGrant, tip: (u32, [u8; 32])) -> Result<(), GrantFault> {
        if !self.signer.verify(&self.sighash(), &self.signature) {
            return Err(GrantFault::Signature);
        }
        let terms = &grant.terms;
        let month = self.key.period().month();
        let last = grant.keys.last().map(|key| key.period);
        let follows = terms.serial == self.serial
            && tip.0.checked_add(1) == Some(self.number)
            && tip.1 == self.before
            && last < Some(self.key.period());
        let covered =
            terms.strength == Strength::Standing && terms.until.is_none_or(|until| month <= until);
        if follows && covered { Ok(()) } else { Err(GrantFault::Order) }
    }

    /// Checks the signer against the account as the ledger proves it.
    ///
    /// # Errors
    /// [`GrantFault::Signer`].
    pub fn check_signer(
        &self,
        grant: &ReviewGrant,
        account: Option<&Account>,
    ) -> Result<(), GrantFault> {
        let signs = signed_then(account, grant.terms.account, &self.signer, self.round);
        if signs { Ok(()) } else { Err(GrantFault::Signer) }
    }

    /// What the next one names.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        hash("bcm-review-tip-v1", &[&Zeroizing::new(self.to_bytes())])
    }

    fn sighash(&self) -> [u8; 32] {
        let mut w = Writer::new();
        self.encode_unsigned(&mut w);
        hash("bcm-review-key-v1", &[&Zeroizing::new(w.into_bytes())])
    }

    fn encode_unsigned(&self, w: &mut Writer) {
        w.u8(VERSION);
        w.fixed(&self.serial.0);
        w.u32(self.number);
        self.key.encode(w);
        w.fixed(&self.before);
        self.round.encode(w);
        self.signer.encode(w);
    }
}

impl Encode for StandingKey {
    fn encode(&self, w: &mut Writer) {
        self.encode_unsigned(w);
        w.bytes(&self.signature);
    }
}

impl Decode for StandingKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("version of review key"));
        }
        Ok(Self {
            serial: Serial(r.fixed()?),
            number: r.u32()?,
            key: ViewingKey::decode(r)?,
            before: r.fixed()?,
            round: Round::decode(r)?,
            signer: PublicKey::decode(r)?,
            signature: r.bytes(MAX_SIGNATURE)?,
        })
    }
}

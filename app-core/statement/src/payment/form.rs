//! What a disclosure holds, and its one encoding.
//!
//! `"BCMP" ‖ 1 ‖ chain ‖ tx ‖ round ‖ index u32 ‖ action u8 ‖ opening ‖ evidence ‖ verifier ‖
//! challenge ‖ not after ‖ text ‖ authority`, in the order of `money-and-mail.md` B6. The log stands
//! there as everything else does, so that one file has one digest.

use crate::{LogRun, Malformed, PoolCell, ProvedHeader};
use keys::PublicKey;
use ledger::{AccountProof, Header};
use light::Step;
use shielded::{AddressProof, DisclosureDigest, Effects, Opening};
use types::{ChainId, Round, Timestamp, TxId};
use wire::chain::MAX_STEPS;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// How such a file begins: its name and version.
const MAGIC: [u8; 5] = *b"BCMP\x01";
const NAME: &[u8] = b"BCMP";
const NAME_IN_HEX: &[u8] = b"42434d50";
/// Bytes of the log that a file may hold: 76 for each bundle of everybody since the payment.
const MAX_LOG: usize = 48 << 20;
/// Most bytes of what the discloser says.
const MAX_SAID: usize = 600;
/// Longest signature of any key.
const MAX_SIGNATURE: usize = 1_280;
const PAYER: u8 = 1;
const PAYEE: u8 = 2;
const ACCOUNT: u8 = 3;

/// One payment for one verifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentDisclosure {
    /// What is shown, and to whom.
    pub facts: PaymentFacts,
    /// Who shows it.
    pub authority: PaymentAuthority,
}

/// All of a disclosure but who signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFacts {
    /// The network.
    pub chain: ChainId,
    /// What the discloser calls the transaction: his word, for the log knows bundles alone.
    pub tx: TxId,
    /// Its round.
    pub round: Round,
    /// Its place in that round's block.
    pub index: u32,
    /// Which action of its bundle.
    pub action: u8,
    /// What opens that action's output. It tells as well whether payer or payee gives it.
    pub opening: Opening,
    /// That it is final.
    pub evidence: PaymentEvidence,
    /// Who has asked for it, and what.
    pub asked: Asked,
}

/// What leads from a checkpoint to the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEvidence {
    /// The whole bundle.
    pub effects: Effects,
    /// The log of the pool, from this bundle on, to the proved end.
    pub log: LogRun,
    /// The pool in the state of the newest header.
    pub cell: PoolCell,
    /// The header of the payment's round, which dates it.
    pub header: ProvedHeader,
    /// From a checkpoint to the newest header.
    pub steps: Vec<Step>,
}

/// To whom a disclosure is made out, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The fingerprint of the verifier's key.
    pub verifier: [u8; 32],
    /// His challenge.
    pub challenge: [u8; 32],
    /// The last moment at which it counts.
    pub not_after: Timestamp,
    /// What the discloser says about it.
    pub text: String,
}

/// Who shows a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentAuthority {
    /// One who authorised a spend of the bundle: by that spend's key.
    Payer {
        /// Which action spends it.
        action: u8,
        /// RedPallas over [`PaymentFacts::digest`].
        signature: [u8; 64],
    },
    /// Who receives what is paid to the address.
    Payee(AddressProof),
    /// An account, which is named by this.
    Account(Box<ByAccount>),
}

/// An account that answers for a disclosure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByAccount {
    /// One of its operation keys.
    pub key: PublicKey,
    /// Over [`PaymentFacts::digest`].
    pub signature: Vec<u8>,
    /// That the key is the account's, under the newest header.
    pub proof: AccountProof,
}

impl PaymentFacts {
    /// What is signed.
    #[must_use]
    pub fn digest(&self) -> DisclosureDigest {
        DisclosureDigest::of(&self.to_bytes())
    }

    /// The disclosure as this authority makes it.
    #[must_use]
    pub const fn by(self, authority: PaymentAuthority) -> PaymentDisclosure {
        PaymentDisclosure { facts: self, authority }
    }
}

impl PaymentEvidence {
    /// The header that all is proved under, as the file says.
    #[must_use]
    pub fn newest(&self) -> Option<&Header> {
        self.steps.last().map(Step::header)
    }
}

impl PaymentDisclosure {
    /// True for bytes, or for their hex digits, that mean to be a disclosure.
    #[must_use]
    pub fn is_meant(file: &[u8]) -> bool {
        file.starts_with(NAME) || file.trim_ascii().starts_with(NAME_IN_HEX)
    }

    /// Reads a file; one that came as text holds its hex digits.
    ///
    /// # Errors
    /// [`Malformed`] if it is none, or of another version.
    pub fn read(file: &[u8]) -> Result<Self, Malformed> {
        let bad = Malformed("the file is no whole disclosure of a payment; take it as it came");
        let text = file.trim_ascii();
        if !text.starts_with(NAME_IN_HEX) {
            return Self::from_bytes(file).map_err(|_| bad);
        }
        let bytes = hex::decode(text).map_err(|_| bad)?;
        Self::from_bytes(&bytes).map_err(|_| bad)
    }
}

impl Encode for PaymentFacts {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&MAGIC);
        self.chain.encode(w);
        self.tx.encode(w);
        self.round.encode(w);
        w.u32(self.index);
        w.u8(self.action);
        self.opening.encode(w);
        self.evidence.encode(w);
        w.fixed(&self.asked.verifier);
        w.fixed(&self.asked.challenge);
        self.asked.not_after.encode(w);
        w.text(&self.asked.text);
    }
}

impl Decode for PaymentFacts {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.fixed()? != MAGIC {
            return Err(DecodeError::BadValue("payment disclosure"));
        }
        Ok(Self {
            chain: ChainId::decode(r)?,
            tx: TxId::decode(r)?,
            round: Round::decode(r)?,
            index: r.u32()?,
            action: r.u8()?,
            opening: Opening::decode(r)?,
            evidence: PaymentEvidence::decode(r)?,
            asked: Asked {
                verifier: r.fixed()?,
                challenge: r.fixed()?,
                not_after: Timestamp::decode(r)?,
                text: r.text(MAX_SAID)?,
            },
        })
    }
}

impl Encode for PaymentEvidence {
    fn encode(&self, w: &mut Writer) {
        self.effects.encode(w);
        w.bytes(&self.log.to_bytes());
        w.option(self.cell.pool.as_ref());
        self.cell.proof.encode(w);
        self.header.header.encode(w);
        w.option(self.header.path.as_ref());
        w.list(&self.steps);
    }
}

impl Decode for PaymentEvidence {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            effects: Effects::decode(r)?,
            log: LogRun::from_bytes(&r.bytes(MAX_LOG)?)?,
            cell: PoolCell { pool: r.option()?, proof: Decode::decode(r)? },
            header: ProvedHeader { header: Header::decode(r)?, path: r.option()? },
            steps: r.list(MAX_STEPS)?,
        })
    }
}

impl Encode for PaymentDisclosure {
    fn encode(&self, w: &mut Writer) {
        self.facts.encode(w);
        match &self.authority {
            PaymentAuthority::Payer { action, signature } => {
                w.u8(PAYER);
                w.u8(*action);
                w.fixed(signature);
            }
            PaymentAuthority::Payee(proof) => {
                w.u8(PAYEE);
                proof.encode(w);
            }
            PaymentAuthority::Account(by) => {
                w.u8(ACCOUNT);
                by.key.encode(w);
                w.bytes(&by.signature);
                by.proof.encode(w);
            }
        }
    }
}

impl Decode for PaymentDisclosure {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let facts = PaymentFacts::decode(r)?;
        let authority = match r.u8()? {
            PAYER => PaymentAuthority::Payer { action: r.u8()?, signature: r.fixed()? },
            PAYEE => PaymentAuthority::Payee(AddressProof::decode(r)?),
            ACCOUNT => PaymentAuthority::Account(Box::new(ByAccount {
                key: PublicKey::decode(r)?,
                signature: r.bytes(MAX_SIGNATURE)?,
                proof: AccountProof::decode(r)?,
            })),
            _ => return Err(DecodeError::BadValue("authority of a disclosure")),
        };
        Ok(Self { facts, authority })
    }
}

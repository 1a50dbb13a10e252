//! What the state holds of red envelopes: one record for each until its money has gone back, and
//! one for each claim key, for ever.

use super::CreateEnvelope;
use types::{Abc, Address, Amount, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// A red envelope: SHA-256("bcm-envelope-v1" ‖ transaction ‖ position of the action in it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RedEnvelopeId(pub [u8; 32]);

/// A red envelope on the ledger, until the refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedEnvelope {
    /// The transaction that made it.
    pub tx: TxId,
    /// All that it began with.
    pub total: Amount<Abc>,
    /// What no share has been made of yet.
    pub left: Amount<Abc>,
    /// The least that a share can be.
    pub least: Amount<Abc>,
    /// How many shares there are.
    pub shares: u8,
    /// How many have been claimed.
    pub claimed: u8,
    /// How many of those have their amount.
    pub drawn: u8,
    /// True if chance divides it.
    pub lucky: bool,
    /// The root over the claim keys.
    pub root: [u8; 32],
    /// The last round that may hold a claim.
    pub expiry: Round,
    /// Where what nobody claims goes.
    pub refund_to: RefundTo,
}

/// Where what nobody claims goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundTo {
    /// To an account that is there.
    Account(Address),
    /// It waits under this key, which has signed for that, like a share under its claim key, and is
    /// collected in the same way: nothing tells whose it is.
    Key([u8; 32]),
}

/// What became of a claim key. There is a record once it has been used; it stays for ever, so that
/// no key is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Its share is not drawn yet.
    Drawing {
        /// Of which red envelope.
        envelope: RedEnvelopeId,
        /// What has been paid for the claim out of the share to come.
        fee: Amount<Abc>,
        /// Whom to pay.
        pay_to: Option<Address>,
    },
    /// Its share waits under the key.
    Waiting {
        /// Of which red envelope.
        envelope: RedEnvelopeId,
        /// The share without the fee.
        amount: Amount<Abc>,
    },
    /// Its share has been paid.
    Paid {
        /// Of which red envelope.
        envelope: RedEnvelopeId,
        /// The share without the fee.
        amount: Amount<Abc>,
    },
    /// Its share has waited, and was taken into the private pool or to an account.
    Collected {
        /// Of which red envelope.
        envelope: RedEnvelopeId,
        /// The share without the fee of its claim.
        amount: Amount<Abc>,
        /// What taking it cost; the rest is what its owner got.
        fee: Amount<Abc>,
    },
    /// What nobody claims will wait under the key.
    Reserved {
        /// Of which red envelope.
        envelope: RedEnvelopeId,
    },
}

/// Where a red envelope lies: `envelope/` ‖ id.
#[must_use]
pub fn envelope_key(id: RedEnvelopeId) -> Vec<u8> {
    [b"envelope/".as_slice(), &id.0].concat()
}

/// Where the claim with this key lies: `claim/` ‖ key.
#[must_use]
pub fn claim_key(key: &[u8; 32]) -> Vec<u8> {
    [b"claim/".as_slice(), key].concat()
}

impl RedEnvelopeId {
    /// The red envelope that the action at this position of a transaction makes.
    #[must_use]
    pub fn of(tx: TxId, action: u8) -> Self {
        Self(hash("bcm-envelope-v1", &[&tx.0, &[action]]))
    }
}

impl RedEnvelope {
    pub(crate) const fn new(made: &CreateEnvelope, tx: TxId, least: Amount<Abc>) -> Self {
        Self {
            tx,
            total: made.total,
            left: made.total,
            least,
            shares: made.shares,
            claimed: 0,
            drawn: 0,
            lucky: made.lucky,
            root: made.root,
            expiry: made.expiry,
            refund_to: made.refund_to,
        }
    }
}

impl Encode for RedEnvelopeId {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.0);
    }
}

impl Decode for RedEnvelopeId {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.fixed().map(Self)
    }
}

impl Encode for RedEnvelope {
    fn encode(&self, w: &mut Writer) {
        self.tx.encode(w);
        self.total.encode(w);
        self.left.encode(w);
        self.least.encode(w);
        w.u8(self.shares);
        w.u8(self.claimed);
        w.u8(self.drawn);
        w.bool(self.lucky);
        w.fixed(&self.root);
        self.expiry.encode(w);
        self.refund_to.encode(w);
    }
}

impl Decode for RedEnvelope {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            tx: TxId::decode(r)?,
            total: Amount::decode(r)?,
            left: Amount::decode(r)?,
            least: Amount::decode(r)?,
            shares: r.u8()?,
            claimed: r.u8()?,
            drawn: r.u8()?,
            lucky: r.bool()?,
            root: r.fixed()?,
            expiry: Round::decode(r)?,
            refund_to: RefundTo::decode(r)?,
        })
    }
}

impl Encode for RefundTo {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Account(address) => {
                w.u8(1);
                address.encode(w);
            }
            Self::Key(key) => {
                w.u8(2);
                w.fixed(key);
            }
        }
    }
}

impl Decode for RefundTo {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8()? {
            1 => Ok(Self::Account(Address::decode(r)?)),
            2 => Ok(Self::Key(r.fixed()?)),
            _ => Err(DecodeError::BadValue("refund")),
        }
    }
}

impl Encode for Claim {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Drawing { envelope, fee, pay_to } => {
                w.u8(1);
                envelope.encode(w);
                fee.encode(w);
                w.option(pay_to.as_ref());
            }
            Self::Waiting { envelope, amount } => {
                w.u8(2);
                envelope.encode(w);
                amount.encode(w);
            }
            Self::Paid { envelope, amount } => {
                w.u8(3);
                envelope.encode(w);
                amount.encode(w);
            }
            Self::Collected { envelope, amount, fee } => {
                w.u8(4);
                envelope.encode(w);
                amount.encode(w);
                fee.encode(w);
            }
            Self::Reserved { envelope } => {
                w.u8(5);
                envelope.encode(w);
            }
        }
    }
}

impl Decode for Claim {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (state, envelope) = (r.u8()?, RedEnvelopeId::decode(r)?);
        Ok(match state {
            1 => Self::Drawing { envelope, fee: Amount::decode(r)?, pay_to: r.option()? },
            2 => Self::Waiting { envelope, amount: Amount::decode(r)? },
            3 => Self::Paid { envelope, amount: Amount::decode(r)? },
            4 => Self::Collected { envelope, amount: Amount::decode(r)?, fee: Amount::decode(r)? },
            5 => Self::Reserved { envelope },
            _ => return Err(DecodeError::BadValue("claim")),
        })
    }
}

//! The lines that a reviewed bundle of the private pool comes to, and how they are saved.

use shielded::{MAX_ACTIONS, MAX_TEXT, Memo, ShieldedAddress};
use types::{Abc, Amount, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One for each action, what is paid in public, and what is not disclosed.
const MAX_LINES: usize = MAX_ACTIONS + 2;

/// What a bundle of the pool does, as a reviewer's keys show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolMove {
    /// The round of its block.
    pub round: Round,
    /// SHA-256 that names it: `shielded::Halves::digest`.
    pub bundle: [u8; 32],
    /// What it cost the account; `None` if it spends nothing of it.
    pub fee: Option<Amount<Abc>>,
    /// One for each thing that a person wants to know of.
    pub lines: Vec<PoolLine>,
}

/// One line of a reviewed account's private side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolLine {
    /// What it is.
    pub kind: PoolLineKind,
    /// How much, without the fee.
    pub amount: Amount<Abc>,
    /// The address that was paid. A note does not say when its address ends: that part of it is the
    /// month after the payment.
    pub to: Option<ShieldedAddress>,
    /// What the payer says about it.
    pub text: Option<String>,
    /// True if the payer says something that cannot be read.
    pub unreadable: bool,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolLineKind {
    /// Somebody has paid the account.
    Receipt,
    /// The account has paid somebody.
    Payment,
    /// The account has paid an address of its own.
    ToItself,
    /// Money left the pool to public addresses.
    Public,
    /// Money of the owner's came into the pool.
    Shielded,
    /// Notes were merged or split.
    Kept,
    /// The balance went on to the next period account, and both sides are open to the reviewer.
    CarriedOver,
    /// It came from an earlier period account, as its owner says.
    CarriedIn,
    /// It went on to a later period account, as its owner says.
    CarriedOut,
    /// Money went where the keys do not show.
    Undisclosed,
}

impl PoolLineKind {
    const ALL: [Self; 10] = [
        Self::Receipt,
        Self::Payment,
        Self::ToItself,
        Self::Public,
        Self::Shielded,
        Self::Kept,
        Self::CarriedOver,
        Self::CarriedIn,
        Self::CarriedOut,
        Self::Undisclosed,
    ];

    const fn tag(self) -> u8 {
        match self {
            Self::Receipt => 1,
            Self::Payment => 2,
            Self::ToItself => 3,
            Self::Public => 4,
            Self::Shielded => 5,
            Self::Kept => 6,
            Self::CarriedOver => 7,
            Self::CarriedIn => 8,
            Self::CarriedOut => 9,
            Self::Undisclosed => 10,
        }
    }
}

impl PoolLine {
    /// A line of this much; `None` for nothing.
    pub(super) fn some(kind: PoolLineKind, units: u64) -> Option<Self> {
        let amount = Amount::new(units);
        (units > 0).then_some(Self { kind, amount, to: None, text: None, unreadable: false })
    }

    /// A line of a note that says something, or cannot be read any more.
    pub(super) fn with_memo(kind: PoolLineKind, amount: Amount<Abc>, memo: Option<&Memo>) -> Self {
        let text = match memo {
            Some(Memo::Payment { text, .. }) if !text.is_empty() => Some(text.clone()),
            Some(Memo::Payment { .. } | Memo::Empty | Memo::CarryOver | Memo::Envelope(_))
            | None => None,
        };
        Self { kind, amount, to: None, text, unreadable: memo.is_none() }
    }
}

impl PoolMove {
    /// What left by it without being opened.
    #[must_use]
    pub fn undisclosed(&self) -> Amount<Abc> {
        let of = self.lines.iter().filter(|line| line.kind == PoolLineKind::Undisclosed);
        Amount::new(of.fold(0, |sum: u64, line| sum.saturating_add(line.amount.units())))
    }
}

impl Encode for PoolLine {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.kind.tag());
        self.amount.encode(w);
        w.option(self.to.as_ref());
        w.text(self.text.as_deref().unwrap_or_default());
        w.bool(self.unreadable);
    }
}

impl Decode for PoolLine {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let tag = r.u8()?;
        let kind = PoolLineKind::ALL.into_iter().find(|kind| kind.tag() == tag);
        Ok(Self {
            kind: kind.ok_or(DecodeError::BadValue("kind of pool line"))?,
            amount: Amount::decode(r)?,
            to: r.option()?,
            text: Some(r.text(MAX_TEXT)?).filter(|text| !text.is_empty()),
            unreadable: r.bool()?,
        })
    }
}

impl Encode for PoolMove {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.fixed(&self.bundle);
        w.option(self.fee.as_ref());
        w.list(&self.lines);
    }
}

impl Decode for PoolMove {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            bundle: r.fixed()?,
            fee: r.option()?,
            lines: r.list(MAX_LINES)?,
        })
    }
}

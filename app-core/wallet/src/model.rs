//! What a profile knows about its payments. Plain values; `store` keeps them.

use ledger::Flags;
use shielded::{Period, ShieldedAddress};
use types::{Abc, Address, Amount, MessageId, OpenId, Round, Timestamp, TxId};

use crate::private::{PoolStep, Transfer};
use crate::{Destination, FoundRest, KnownGift, SiblingChange};

/// What a payment does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentKind {
    /// Pays an amount.
    Pay,
    /// Moves the account to its Falcon key in place: nothing but the fee leaves it.
    Migrate,
    /// Moves all ABC to another account.
    Sweep,
    /// Puts an amount into the private pool.
    TopUp,
    /// Commits to the move of somebody else's account: nothing but the fee leaves ours.
    Commit,
}

impl PaymentKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Pay, Self::Migrate, Self::Sweep, Self::TopUp, Self::Commit];

    /// Its name, as it is saved.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Migrate => "migrate",
            Self::Sweep => "sweep",
            Self::TopUp => "top_up",
            Self::Commit => "commit_rotation",
        }
    }
}

/// One wish to pay, whatever becomes of its attempts (`money-and-mail.md` A9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Names the wish; made once.
    pub intent: [u8; 16],
    /// What it does.
    pub kind: PaymentKind,
    /// Where the money goes; of a move in place, the address of the new key; of a commitment, who pays.
    pub to: Address,
    /// The contact it is for, if it was named.
    pub contact: Option<OpenId>,
    /// What the payee gets. Of a sweep, what it was when it was signed: a deposit in between goes with
    /// it. Nothing of a move in place or a commitment.
    pub amount: Amount<Abc>,
    /// What the payer says about it; travels over chat, never on the ledger.
    pub memo: Option<String>,
    /// When the person asked for it.
    pub created: Timestamp,
    /// The signed transaction.
    pub attempt: Attempt,
    /// What became of it.
    pub state: PaymentState,
}

/// A signed transaction. It is sent again byte for byte until it is final or provably dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub tx: TxId,
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// What it costs beside the amount.
    pub fee: Amount<Abc>,
    /// The account's nonce that it uses.
    pub nonce: u64,
    /// The last round that may include it.
    pub expiry: Round,
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// Saved here; no node has confirmed that it got it.
    Queued,
    /// A node has taken it.
    Submitted,
    /// In the proved history, in this round.
    Final(Round),
    /// Proved absent after its last round: it can never happen.
    Expired,
}

impl PaymentState {
    /// The round that it is final in.
    #[must_use]
    pub const fn final_round(self) -> Option<Round> {
        match self {
            Self::Final(round) => Some(round),
            Self::Queued | Self::Submitted | Self::Expired => None,
        }
    }
}

/// Something to save.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// Insert or replace, by intent.
    SavePayment(Payment),
    /// Append proved history entries, in order, with the times of their rounds.
    AddEntries(Vec<ProvedEntry>),
    /// The newest proved state of the account; replaces the last one.
    SaveAccount(SavedAccount),
    /// Insert a red envelope; one of this id that is there already stays as it is.
    AddGift(Box<KnownGift>),
    /// What is proved of a red envelope, and our claim of it, by id.
    SaveGift(Box<KnownGift>),
    /// Insert what may come back of a red envelope; one of this key that is there already, or that a
    /// red envelope of this profile knows, stays as it is.
    AddFoundRest(Box<FoundRest>),
    /// What is proved of it, and what takes it, by key.
    SaveFoundRest(Box<FoundRest>),
    /// Drop entries and account: the headers that proved them do not count. All of it is proved anew.
    ForgetProved,
    /// What a piece of the pool's log has changed.
    TakePool(Box<PoolStep>),
    /// Insert or replace a transfer out of the pool, by intent.
    SaveTransfer(Box<Transfer>),
    /// A transfer, by its intent, pays this request of its contact.
    PaysRequest([u8; 16], MessageId),
    /// So much in all may be put into the pool for a transfer, by its intent: whoever asked for it knows.
    AgreeTopUp([u8; 16], Amount<Abc>),
    /// A payment, by its intent, puts in what a transfer out of the pool, by its own, needs. Unless it
    /// comes to nothing, it uses what was agreed.
    PutsInFor([u8; 16], [u8; 16]),
    /// A transfer, by its intent, makes this red envelope, of which its members are told once its
    /// transaction is known.
    GivesEnvelope([u8; 16], Box<ledger::Gift>),
    /// A transfer, by its intent, would have taken so much more, and nobody was told.
    AsksTopUp([u8; 16], Amount<Abc>),
    /// Where a contact is paid in the pool; replaces what it told before, with its open requests too:
    /// former review keys may see what is paid there.
    SavePrivateAddress(OpenId, ShieldedAddress),
    /// A contact is told an address of this period account.
    SetToldPeriod(OpenId, Period),
    /// An address in the pool was given away under this label.
    SaveLabel(ShieldedAddress, String, Timestamp),
    /// What the managers have switched off in the state of this round; replaces what was known.
    SaveFlags(Round, Flags),
    /// What lies at the address of our Falcon key, outside the account, in this round.
    SaveWaiting(Round, Amount<Abc>),
    /// What a sibling has told.
    OfSibling(SiblingChange),
    /// Insert an address of the address book, or give it another name.
    SaveAddress(BookEntry),
    /// Strike an address out of the address book.
    RemoveAddress(Destination),
}

/// An address that a person has given a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    /// The address.
    pub to: Destination,
    /// Its name.
    pub name: String,
    /// When it was named first.
    pub added: Timestamp,
}

/// A history entry under a certified header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedEntry {
    /// The entry.
    pub entry: ledger::Entry,
    /// The time of its round's header.
    pub time: Timestamp,
}

/// The account as last proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedAccount {
    /// The round whose header proves it.
    pub round: Round,
    /// The address under which the ledger keeps it.
    pub home: Address,
    /// Its state; `None` while nobody has paid it.
    pub account: Option<ledger::Account>,
}

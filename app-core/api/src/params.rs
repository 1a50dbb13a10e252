//! What commands take. A field that may be left out has a default.

use core::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::{CheckpointRecord, StatementFormat};

/// Words or a passphrase: never printed, wiped when dropped.
pub(crate) struct Secret(pub(crate) Zeroizing<String>);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
impl specta::Type for Secret {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        String::definition(types)
    }
}

/// Defines the parameters of a command.
macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(test, derive(specta::Type))]
        pub(crate) struct $name { $($(#[$meta])* pub(crate) $field: $type,)* }
    )+};
}

mod review;

pub(crate) use review::{
    FileSave, OfChallenge, ReviewChallenge, ReviewCheck, ReviewGrant, ReviewImport, ReviewPreview,
    ReviewShow, ReviewStop,
};

params! {
    /// Nothing.
    Nothing {}

    /// A passphrase, if one was set.
    ProfileOpen {
        /// What was chosen when the profile was made.
        #[serde(default)] passphrase: Option<Secret>,
    }

    /// A new account.
    AccountNew {
        /// The name that others see.
        #[serde(default)] name: Option<String>,
        /// Asked for at every start, if given.
        #[serde(default)] passphrase: Option<Secret>,
        /// True for a profile that looks at what others let it see, and never signs.
        #[serde(default)] review_only: bool,
    }

    /// An account made from its words.
    AccountRestore {
        /// The name that others see.
        #[serde(default)] name: Option<String>,
        /// The 24 words, apart by blanks.
        words: Secret,
        /// Asked for at every start, if given.
        #[serde(default)] passphrase: Option<Secret>,
    }

    /// Where a network is found.
    NetworkAdd {
        /// As the network printed it at its start, with `/p2p/…` and `#chain`.
        address: String,
    }

    /// One of the 24 words.
    NumberedWord {
        /// Its place, from 1.
        number: u8,
        /// The word.
        word: Secret,
    }

    /// Some of the words, as read from the paper.
    AccountConfirmWords {
        /// At least three different ones.
        words: Vec<NumberedWord>,
    }

    /// An invite that somebody gave us.
    ContactAdd {
        /// `bcm:…`.
        invite: String,
        /// Wait for a worker's acknowledgement.
        #[serde(default)] wait: bool,
    }

    /// Whether to ask the network first.
    Fresh {
        /// Bring the profile up to date first.
        #[serde(default)] sync: bool,
    }

    /// A checkpoint that somebody vouches for.
    CheckpointUse {
        /// As `checkpoint` gives it.
        checkpoint: CheckpointRecord,
    }

    /// A contact.
    OfContact {
        /// Its id or its name.
        contact: String,
    }

    /// What a contact showed us.
    ContactCompare {
        /// Its id or its name.
        contact: String,
        /// The text of its safety number's code.
        payload: String,
    }

    /// Whether a contact's safety number counts as compared.
    ContactMark {
        /// Its id or its name.
        contact: String,
        /// True if it does.
        compared: bool,
    }

    /// A part of a conversation.
    ChatMessages {
        /// Its id or its name.
        contact: String,
        /// Only the newest so many.
        #[serde(default)] last: Option<u32>,
    }

    /// How far a conversation was looked at.
    ChatSeen {
        /// Its id or its name.
        contact: String,
        /// The newest of the contact's messages that was shown; all of them, if left out.
        #[serde(default)] up_to: Option<String>,
    }

    /// A message.
    ChatSend {
        /// Its id or its name.
        contact: String,
        /// What to say.
        text: String,
        /// Wait for a worker's acknowledgement.
        #[serde(default)] wait: bool,
    }

    /// A message that was given up.
    ChatRetry {
        /// Its id or its name.
        contact: String,
        /// The message's id.
        message: String,
    }

    /// Reading as the command line does it.
    ChatRead {
        /// Its id or its name.
        contact: String,
        /// If nothing unread is there, wait so many seconds for something.
        #[serde(default)] wait: Option<u32>,
        /// Only the newest so many.
        #[serde(default)] last: Option<u32>,
    }

    /// A payment that is thought about.
    PayQuote {
        /// A contact's id or name, or an address.
        to: String,
        /// How much ABC; may be left out if a link says it.
        #[serde(default)] amount: Option<String>,
        /// As for a payment.
        #[serde(default)] public: bool,
        /// As for a payment.
        #[serde(default)] private: bool,
        /// The id of the request of that contact that it would pay; it says how much.
        #[serde(default)] request: Option<String>,
    }

    /// A payment.
    Pay {
        /// A contact's id or name, an address, a name of the address book, or a payment link.
        to: String,
        /// How much ABC; may be left out if a link says it.
        #[serde(default)] amount: Option<String>,
        /// What it is for; only the payee sees it.
        #[serde(default)] memo: Option<String>,
        /// From the account, so that everybody sees payer, payee and amount.
        #[serde(default)] public: bool,
        /// Out of the private pool, or not at all.
        #[serde(default)] private: bool,
        /// Also to an address that looks like another one that is known.
        #[serde(default)] sure: bool,
        /// Come back once it is saved, while its proof is still being made.
        #[serde(default)] background: bool,
        /// What its quote said goes into the private pool first; more is refused. Left out, what it
        /// takes is put in.
        #[serde(default)] top_up: Option<String>,
        /// Wait until it is final.
        #[serde(default)] wait: bool,
    }

    /// Private payments.
    TransferList {
        /// Only those to this contact, by its id or name.
        #[serde(default)] contact: Option<String>,
    }

    /// A private payment.
    OfTransfer {
        /// Its id.
        id: String,
    }

    /// An address in the private pool.
    PrivateAddress {
        /// What it is for: another one for each label.
        #[serde(default)] label: String,
    }

    /// Money into the private pool, while everything else goes on.
    TopUpLater {
        /// How much ABC.
        amount: String,
    }

    /// Money into the private pool.
    TopUp {
        /// How much ABC.
        amount: String,
        /// Wait until it is final.
        #[serde(default)] wait: bool,
    }

    /// A payment to an address.
    SendToAddress {
        /// `A…`, `F…` or `bcm1…`.
        address: String,
        /// How much ABC.
        amount: String,
        /// Also to an address that looks like another one that is known.
        #[serde(default)] sure: bool,
        /// Wait until it is final.
        #[serde(default)] wait: bool,
    }

    /// A move to Falcon.
    Migrate {
        /// Wait until it is final.
        #[serde(default)] wait: bool,
    }

    /// What somebody asks to be committed to.
    RotationText {
        /// `bcm:rotate?…`.
        text: String,
    }

    /// A commitment to somebody's move.
    RotationCommit {
        /// `bcm:rotate?…`.
        text: String,
        /// Wait until it is final.
        #[serde(default)] wait: bool,
    }

    /// Everything, to a Falcon address.
    SendAllToFalcon {
        /// `F…`, with `falcon:` before it or not.
        address: String,
        /// What lies in the private pool as well.
        #[serde(default)] with_private: bool,
        /// Come back once it is saved: what the pool pays is proved meanwhile.
        #[serde(default)] background: bool,
        /// Wait until it is final.
        #[serde(default)] wait: bool,
    }

    /// A red envelope.
    EnvelopeCreate {
        /// A contact's id or name.
        to: String,
        /// How much ABC in all.
        amount: String,
        /// In how many shares, 1 to 100.
        shares: u32,
        /// True if chance is to divide it.
        #[serde(default)] lucky: bool,
        /// What to say with it.
        #[serde(default)] text: Option<String>,
        /// From the account, so that everybody sees who gives.
        #[serde(default)] public: bool,
        /// As for a payment.
        #[serde(default)] background: bool,
        /// As for a payment.
        #[serde(default)] top_up: Option<String>,
        /// Wait until the ledger has it, for a while.
        #[serde(default)] wait: bool,
    }

    /// A share of a red envelope.
    EnvelopeClaim {
        /// The red envelope's id, or its first digits.
        id: String,
        /// Take it to the account, where everybody sees that it took part, and not into the pool.
        #[serde(default)] public: bool,
        /// Wait until it is known what it brings.
        #[serde(default)] wait: bool,
    }

    /// A statement.
    ReviewStatement {
        /// `me`, the own id, a contact's name or id, or a received grant's number.
        account: String,
        /// From this date or time on.
        from: String,
        /// Before this date or time.
        to: String,
        /// How it is to be written.
        #[serde(default)] format: StatementFormat,
        /// The zone of local times, such as `+08:00`; UTC if it is left out.
        #[serde(default)] zone: Option<String>,
        /// Private receipts alone, without balances.
        #[serde(default)] receipts: bool,
        /// With the viewing keys that it names: secret.
        #[serde(default)] keys: bool,
        /// With the stream of all bundles of the private pool.
        #[serde(default)] stream: bool,
    }

    /// A statement that is to lie in the folder of downloads.
    ReviewSave {
        /// `me`, the own id, a contact's name or id, or a received grant's number.
        account: String,
        /// From this date or time on.
        from: String,
        /// Before this date or time.
        to: String,
        /// How it is to be written.
        #[serde(default)] format: StatementFormat,
        /// The zone of local times, such as `+08:00`; UTC if it is left out.
        #[serde(default)] zone: Option<String>,
        /// Private receipts alone, without balances.
        #[serde(default)] receipts: bool,
    }

    /// Money that is asked for.
    RequestCreate {
        /// A contact's id or name.
        to: String,
        /// How much ABC.
        amount: String,
        /// What for.
        #[serde(default)] memo: Option<String>,
        /// Until when: a date or time.
        #[serde(default)] expires: Option<String>,
        /// Wait for a worker's acknowledgement.
        #[serde(default)] wait: bool,
    }

    /// A bill.
    RequestSplit {
        /// The whole of it, in ABC.
        amount: String,
        /// Who pays a share: contacts' ids or names.
        contacts: Vec<String>,
        /// True if one share is ours.
        #[serde(default)] with_me: bool,
        /// What for.
        #[serde(default)] memo: Option<String>,
        /// Until when: a date or time.
        #[serde(default)] expires: Option<String>,
        /// Wait for a worker's acknowledgement.
        #[serde(default)] wait: bool,
    }

    /// A request.
    OfRequest {
        /// The request's id, or its first digits.
        id: String,
        /// Wait for what comes of it.
        #[serde(default)] wait: bool,
    }

    /// A request that is to be paid.
    RequestPay {
        /// The request's id, or its first digits.
        id: String,
        /// As for a payment.
        #[serde(default)] public: bool,
        /// As for a payment.
        #[serde(default)] private: bool,
        /// As for a payment.
        #[serde(default)] background: bool,
        /// As for a payment.
        #[serde(default)] top_up: Option<String>,
        /// Wait for what comes of it.
        #[serde(default)] wait: bool,
    }

    /// A link by which we can be paid.
    LinkCreate {
        /// How much ABC; the payer decides if it is left out.
        #[serde(default)] amount: Option<String>,
        /// What for.
        #[serde(default)] memo: Option<String>,
        /// Until when: a date or time.
        #[serde(default)] expires: Option<String>,
        /// To be paid in the private pool, at an address that this link alone has.
        #[serde(default)] private: bool,
    }

    /// An address of any kind, a payment link, or a name of the address book.
    AddressText {
        /// As somebody wrote it.
        text: String,
    }

    /// A name for an address.
    AddressAdd {
        /// An address of any kind.
        address: String,
        /// What to call it.
        name: String,
    }

    /// A part of the history.
    HistoryOf {
        /// From this date or time on.
        #[serde(default)] from: Option<String>,
        /// Before this date or time.
        #[serde(default)] to: Option<String>,
        /// Bring the profile up to date first.
        #[serde(default)] sync: bool,
    }
}

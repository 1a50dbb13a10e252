//! What commands take. A field that may be left out has a default.

use core::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::CheckpointRecord;

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
        /// How much ABC.
        amount: String,
    }

    /// A payment.
    Pay {
        /// A contact's id or name, or an address.
        to: String,
        /// How much ABC.
        amount: String,
        /// What it is for; only the contact sees it.
        #[serde(default)] memo: Option<String>,
        /// Wait until it is final.
        #[serde(default)] wait: bool,
    }

    /// A payment to an address.
    SendToAddress {
        /// `A…` or `F…`.
        address: String,
        /// How much ABC.
        amount: String,
        /// Wait until it is final.
        #[serde(default)] wait: bool,
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

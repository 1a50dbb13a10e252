//! The closed sets of words in records: what a state, a kind or a token can be.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Writes an enum whose variants cross as these words, and nothing else.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(test, derive(specta::Type))]
        pub enum $name { $($(#[$what])* #[serde(rename = $word)] $variant,)+ }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word,)+ })
            }
        }
    };
}

mod explorer;

pub use explorer::{Carrier, FindingCode, Health, Path, PeerNote, PeerRole, VoteMark};

words! {
    /// What stands between a profile's key and whoever has the device.
    Protection {
        /// The operating system's keychain.
        Keychain = "keychain",
        /// A passphrase that the person chose.
        Passphrase = "passphrase",
        /// Only the rights of the file `device.key`.
        File = "file",
    }
}

words! {
    /// How far getting to know a contact has come.
    ContactState {
        /// It has not answered yet.
        New = "new",
        /// Both know each other.
        Ready = "ready",
    }
}

words! {
    /// What the person has decided about a contact.
    Standing {
        /// Wanted.
        Accepted = "accepted",
        /// It wrote first and waits for a decision.
        Request = "request",
        /// Not wanted: it is not shown, and nothing from it is.
        Declined = "declined",
    }
}

words! {
    /// How far a message got.
    MessageState {
        /// Saved here; no worker has confirmed it.
        Queued = "queued",
        /// A worker holds it on disk.
        Sent = "sent",
        /// The contact's device has said that it has it.
        Delivered = "delivered",
        /// Given up; it can be tried again.
        Failed = "failed",
        /// It came from the contact.
        Received = "received",
    }
}

words! {
    /// What became of a payment.
    PaymentState {
        /// Signed and saved; no node has confirmed it.
        Queued = "queued",
        /// A node has taken it.
        Submitted = "submitted",
        /// It stands in our own proved history.
        Final = "final",
        /// It is proved that it can never happen any more.
        Expired = "expired",
    }
}

words! {
    /// A token of the ledger.
    TokenName {
        /// Transferable.
        Abc = "ABC",
        /// Not transferable.
        Abit = "ABIT",
    }
}

words! {
    /// The kind of key behind an address.
    KeyKind {
        /// `A…`, secp256k1.
        Ecdsa = "ecdsa",
        /// `F…`, Falcon-1024.
        Falcon = "falcon",
    }
}

words! {
    /// Which way money went.
    Flow {
        /// To us.
        In = "in",
        /// From us.
        Out = "out",
        /// From us to us.
        Itself = "self",
    }
}

words! {
    /// What a line of the history is.
    EntryKind {
        /// A payment.
        Pay = "pay",
        /// A devnet's gift.
        Faucet = "faucet",
        /// Money at the ledger's start.
        Genesis = "genesis",
        /// ABC turned into ABIT.
        Convert = "convert",
        /// Everything moved at once.
        Sweep = "sweep",
        /// A key added or retired.
        Key = "key",
        /// Another profile committed to.
        Profile = "profile",
        /// A red envelope.
        Envelope = "envelope",
        /// A name's deposit, price, record or owner.
        Name = "name",
        /// A bond locked, returned or lost.
        Bond = "bond",
        /// Paid by the ledger's rules.
        Reward = "reward",
    }
}

words! {
    /// What there is of a profile.
    ProfileState {
        /// It is open.
        Open = "open",
        /// There is none in this folder.
        None = "none",
        /// It waits for its passphrase.
        Locked = "locked",
        /// It cannot be opened; the trouble says why.
        Closed = "closed",
    }
}

words! {
    /// The way to the network.
    Connection {
        /// Being looked for.
        Connecting = "connecting",
        /// There.
        Online = "online",
        /// Not there; it is looked for again and again.
        Offline = "offline",
    }
}

words! {
    /// What may have changed, so that whoever shows it asks again.
    Topic {
        /// The account, or whether its profile is open.
        Profile = "profile",
        /// Contacts and their standing.
        Contacts = "contacts",
        /// Messages and their states.
        Chat = "chat",
        /// Balances, payments, history.
        Money = "money",
        /// What the light node has checked.
        Light = "light",
        /// The way to the network.
        Connection = "connection",
        /// Somebody asks for the window.
        Window = "window",
        /// Anything: some events were missed.
        All = "all",
    }
}

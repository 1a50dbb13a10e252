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
mod review;

pub use explorer::{Carrier, FindingCode, Health, Path, PeerNote, PeerRole, VoteMark};
pub use review::{
    EntryRemark, GrantDelivery, GrantState, GrantStrength, ReviewedPool, SavedKind, ShowingState,
};

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
        /// The person called it off before anything was signed.
        Cancelled = "cancelled",
    }
}

words! {
    /// What is being done for a private payment that is not signed yet.
    TransferStep {
        /// It waits for a round that has the money, or for its turn.
        Waiting = "waiting",
        /// Money is put into the private pool for it.
        TopUp = "top_up",
        /// Money of a former account of the pool is moved to the present one.
        CarryOver = "carry_over",
        /// Several notes of the pool are made one.
        Merge = "merge",
        /// Its proof is being made.
        Proving = "proving",
    }
}

words! {
    /// What everybody would see of a payment.
    Shown {
        /// That somebody pays somebody privately, and the fee.
        Nothing = "nothing",
        /// Whom and how much, not who pays.
        Payee = "payee",
        /// The red envelope: how much is in it and when it was made, not who gives it, nor to whom.
        Envelope = "envelope",
        /// Payer, payee and amount.
        All = "all",
    }
}

words! {
    /// What a red envelope is.
    EnvelopeState {
        /// The ledger does not have it yet.
        Queued = "queued",
        /// It has shares that nobody has claimed.
        Open = "open",
        /// All shares are claimed.
        Done = "done",
        /// It is over; what nobody claimed has gone back.
        Refunded = "refunded",
        /// There is none, and never will be.
        Failed = "failed",
    }
}

words! {
    /// How we stand to a red envelope.
    ShareState {
        /// It has no share for us.
        None = "none",
        /// We have not claimed.
        Unclaimed = "unclaimed",
        /// Our claim is under way, or its amount is not drawn yet.
        Claiming = "claiming",
        /// Ours.
        Got = "got",
        /// Ours, and it waits on the ledger: it goes into the pool next, or to the account once that
        /// is open, for which it is too little.
        Waiting = "waiting",
        /// Ours, and on its way from the ledger.
        Collecting = "collecting",
        /// Ours, and worth no more than taking it costs: it stays on the ledger.
        TooSmall = "too_small",
        /// Too late.
        Missed = "missed",
    }
}

words! {
    /// What has become of a request of payment.
    RequestState {
        /// It can be paid.
        Open = "open",
        /// Our payment of it is on its way.
        Paying = "paying",
        /// It is paid, as the ledger proves.
        Paid = "paid",
        /// Whoever was asked does not want to pay.
        Declined = "declined",
        /// Whoever asked does not want it any more.
        Withdrawn = "withdrawn",
        /// Its time is over.
        Expired = "expired",
    }
}

words! {
    /// The kinds of addresses, as a person has to tell them apart.
    AddressSort {
        /// `A…`: public, ECDSA.
        Ecdsa = "ecdsa",
        /// `F…`: public, Falcon.
        Falcon = "falcon",
        /// `bcm1…`: private.
        Private = "private",
    }
}

words! {
    /// Whose an address is, as far as a profile knows.
    Whose {
        /// Our own.
        Ours = "ours",
        /// A contact's.
        Contact = "contact",
        /// It stands in the address book.
        Named = "named",
        /// It was paid before.
        Paid = "paid",
        /// Nothing is known of it.
        Unknown = "unknown",
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
        /// Into the private pool.
        Shield = "shield",
        /// Out of the private pool.
        Unshield = "unshield",
        /// From one period account of the private pool to the next.
        CarryOver = "carry_over",
        /// Several notes of the private pool into one.
        Merge = "merge",
        /// Everything moved at once.
        Sweep = "sweep",
        /// The account moved to its Falcon key.
        Migrate = "migrate",
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
        /// A commitment to the move of somebody else's account.
        Rotation = "rotation",
    }
}

words! {
    /// Which kinds of keys sign for the account.
    KeyStage {
        /// ECDSA alone: a quantum computer could take what is there.
        Ecdsa = "ecdsa",
        /// Both: it still could.
        Both = "both",
        /// Falcon alone.
        Falcon = "falcon",
    }
}

words! {
    /// How far an account is that moves to Falcon once ECDSA is switched off.
    RotationStage {
        /// It moves like any account, or has moved.
        NotNeeded = "not_needed",
        /// Its ECDSA key was shown before: nothing moves it any more.
        KeyShown = "key_shown",
        /// Nobody has committed to its move yet.
        Needed = "needed",
        /// Somebody has; a hundred rounds lie between that and the move.
        Waits = "waits",
        /// It can move.
        Ready = "ready",
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
        /// Review grants.
        Review = "review",
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

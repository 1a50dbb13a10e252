//! The words of review keys.

use core::fmt;

use serde::{Deserialize, Serialize};

words! {
    /// What a review grant opens.
    GrantStrength {
        /// Both directions of the months named.
        Period = "period",
        /// Receipts of the months named, and nothing else.
        Incoming = "incoming",
        /// The months named, and each new one until an end or until it is stopped.
        Standing = "standing",
        /// All months so far.
        Full = "full",
        /// One payment, shown to one verifier.
        Payment = "payment",
    }
}

words! {
    /// What has become of a review grant.
    GrantState {
        /// Its months go on.
        Active = "active",
        /// Its months are over: nothing new is seen.
        Ended = "ended",
        /// Its owner has stopped it: nothing new is seen.
        Stopped = "stopped",
    }
}

words! {
    /// What the window shows as a text and others take as a file.
    SavedKind {
        /// A review key that is sealed to a card.
        ReviewKey = "review_key",
        /// One payment, shown to one verifier.
        Payment = "payment",
        /// What others seal review keys to.
        ReviewerCard = "reviewer_card",
    }
}

words! {
    /// How a grant goes to its grantee.
    GrantDelivery {
        /// Over chat; no worker has confirmed it yet.
        Queued = "queued",
        /// Over chat; a worker holds it.
        Sent = "sent",
        /// As a sealed file.
        File = "file",
    }
}

words! {
    /// What has become of a challenge to show a payment.
    ShowingState {
        /// It can be answered.
        Open = "open",
        /// It is answered: the other side judges ours, our light node has not checked a contact's yet.
        Answered = "answered",
        /// The answer holds.
        Proved = "proved",
        /// The answer does not hold; another one may.
        Refused = "refused",
        /// Whoever was asked does not want to show it.
        Declined = "declined",
        /// Whoever asked does not want it any more.
        Withdrawn = "withdrawn",
        /// Its time is over.
        Expired = "expired",
    }
}

words! {
    /// What is known of the private side of a reviewed account.
    ReviewedPool {
        /// The granted keys were not tried on the pool yet: its side is not shown.
        NotScanned = "not_scanned",
        /// The keys show receipts alone: no payments, no change, no balance.
        Receipts = "receipts",
        /// The keys show both directions and the balance of the months that were granted.
        Months = "months",
    }
}

words! {
    /// What a reviewer is to know about a private line.
    EntryRemark {
        /// The payer says something that cannot be read.
        Unreadable = "unreadable",
        /// That it is a carry-over is the owner's word; only one side of it is open.
        Stated = "stated",
        /// A carry-over that its owner has proved to be his own money.
        Proved = "proved",
        /// It went where the keys do not show.
        Undisclosed = "undisclosed",
    }
}

//! What the commands of review keys take.

use serde::Deserialize;

use crate::SavedKind;

params! {
    /// A review grant.
    ReviewGrant {
        /// A contact's id or name, or the text of a reviewer's card.
        to: String,
        /// `2026-11`, `2026-11..` or `2026-11..2027-01`; not needed for a full history.
        #[serde(default)] months: Option<String>,
        /// period, incoming, standing, full or payment.
        strength: String,
        /// The last month of a standing grant.
        #[serde(default)] until: Option<String>,
        /// What for.
        purpose: String,
        /// The case that it belongs to.
        #[serde(default)] case: Option<String>,
        /// Of one payment: its transaction, as the history has it.
        #[serde(default)] tx: Option<String>,
        /// Of one payment: what its verifier has asked to be answered, 64 hex digits.
        #[serde(default)] challenge: Option<String>,
        /// Of one payment as a file: for how many days it counts; 7 if nothing is said.
        #[serde(default)] days: Option<u32>,
        /// Of one payment: as a file, not over chat.
        #[serde(default)] file: bool,
    }

    /// A payment that somebody is to show us.
    ReviewChallenge {
        /// A contact's id or name; nobody if the challenge is handed over by other means.
        #[serde(default)] to: Option<String>,
        /// Which payment is meant, in words.
        #[serde(default)] which: Option<String>,
        /// What for.
        #[serde(default)] purpose: Option<String>,
        /// For how many days it counts; 30 if nothing is said.
        #[serde(default)] days: Option<u32>,
        /// Wait for a worker's acknowledgement.
        #[serde(default)] wait: bool,
    }

    /// A challenge to show a payment.
    OfChallenge {
        /// Its id, or the first digits of that.
        id: String,
        /// Wait for a worker's acknowledgement.
        #[serde(default)] wait: bool,
    }

    /// A payment that somebody shows us.
    ReviewCheck {
        /// The file, in hex.
        file: String,
    }

    /// A review grant that is thought about.
    ReviewPreview {
        /// A contact's id or name, or the text of a reviewer's card.
        to: String,
        /// As for a grant.
        #[serde(default)] months: Option<String>,
        /// period, incoming, standing or full.
        strength: String,
        /// The last month of a standing grant.
        #[serde(default)] until: Option<String>,
    }

    /// A card that came as a file.
    ReviewImport {
        /// The file, in hex.
        card: String,
    }

    /// A text of the window that is to lie in the folder of downloads.
    FileSave {
        /// What it is.
        kind: SavedKind,
        /// As the window shows it.
        text: String,
    }

    /// A grant of ours.
    ReviewStop {
        /// Its number, or its first digits.
        serial: String,
    }

    /// An account that we review.
    ReviewShow {
        /// A contact's id or name, an OpenID, or a grant's number.
        whose: String,
        /// Bring it up to date first.
        #[serde(default)] sync: bool,
    }
}

//! Review keys on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::statement::Statement;

#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// Let somebody look at your account, and do nothing else
    Grant(Box<Grant>),
    /// Ask somebody to show you one payment: a contact over chat, or what to give somebody else first
    Challenge(Challenge),
    /// Decline to show a payment, or take back your own wish to see one
    Decline {
        /// Its number, as review list shows it
        id: String,
    },
    /// Take a grant that came as a file, or check a payment that somebody shows you; a grant that
    /// came by chat is here already
    Import {
        /// The file
        file: PathBuf,
    },
    /// Stop a grant: from now on it shows nothing new
    Stop {
        /// Its number, as review list shows it
        serial: String,
    },
    /// All grants, given and received
    List,
    /// Look at an account that was opened to you
    Show {
        /// A contact's name or id, an account's id, or a grant's number
        whose: String,
    },
    /// Print what others seal grants to, and the digits to compare
    Card,
    /// Write down all entries of a period, with what proves them: bcm-verify checks the file
    Statement(Statement),
}

#[derive(Debug, Args)]
pub(crate) struct Challenge {
    /// A contact's name or id; nobody if you hand the challenge over yourself
    #[arg(long, value_name = "C", requires = "payment", requires = "purpose")]
    pub(crate) to: Option<String>,
    /// Which payment you want to see, in words
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) payment: Option<String>,
    /// What for
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) purpose: Option<String>,
    /// For how many days the challenge counts: 30 if you do not say
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// A contact's name or id, or a reviewer's card (bcmr:…)
    pub(crate) to: String,
    /// Which months: 2026-11, 2026-11.. or 2026-11..2027-01
    #[arg(long, value_name = "M")]
    pub(crate) months: Option<String>,
    /// period, incoming, standing, full or payment
    #[arg(long, value_name = "S")]
    pub(crate) strength: String,
    /// The last month of a standing grant
    #[arg(long, value_name = "M")]
    pub(crate) until: Option<String>,
    /// The payment that is shown, for the strength payment
    #[arg(long, value_name = "ID")]
    pub(crate) tx: Option<String>,
    /// What its reviewer has asked to be answered; of a contact that has asked over chat, that is known
    #[arg(long, value_name = "C", requires = "tx")]
    pub(crate) challenge: Option<String>,
    /// For how many days a payment that is shown as a file counts
    #[arg(long, value_name = "N", requires = "out")]
    pub(crate) days: Option<u32>,
    /// What it is for; both sides see the same words
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) purpose: String,
    /// The case that it belongs to
    #[arg(long, value_name = "N")]
    pub(crate) case: Option<String>,
    /// Where the sealed card is written, for a reviewer who is no contact; or a payment as a file
    #[arg(long, value_name = "F")]
    pub(crate) out: Option<PathBuf>,
}

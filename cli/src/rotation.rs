//! The way to Falcon once ECDSA is switched off: what our own move needs, and commitments to the moves of
//! others.

use std::process::ExitCode;

use api::{CommitmentQuote, CommitmentRecord, Error, PaymentState, RotationRecord, RotationStage};
use clap::Subcommand;
use serde_json::json;

use crate::run::Runner;

#[derive(Debug, Subcommand)]
pub(crate) enum Rotation {
    /// What your move needs, and how far it is: the text to give to somebody with a Falcon key
    Show,
    /// Pay for the commitment to somebody's move; the same one is paid once
    Commit {
        /// `bcm:rotate?…`, as that person's rotation show prints it
        text: String,
        /// Only say what it would cost
        #[arg(long, conflicts_with = "wait")]
        quote: bool,
        /// Wait until it is final
        #[arg(long)]
        wait: bool,
    },
}

impl Runner {
    pub(crate) async fn rotation(&mut self, command: Rotation) -> Result<ExitCode, Error> {
        match command {
            Rotation::Show => self.show("rotation_show", json!({}), own).await,
            Rotation::Commit { text, quote: true, .. } => {
                self.show("rotation_quote", json!({ "text": text }), quoted).await
            }
            Rotation::Commit { text, wait, .. } => {
                let params = json!({ "text": text, "wait": wait && !self.offline });
                self.show("rotation_commit", params, committed).await
            }
        }
    }
}

fn own(record: &RotationRecord) -> String {
    let RotationRecord { stage, text, ready, round } = record;
    let text = text.as_deref().unwrap_or_default();
    match stage {
        RotationStage::NotNeeded => {
            "not needed: your account signs, or bcm migrate moves it as ever".to_owned()
        }
        RotationStage::KeyShown => {
            "too late: the ledger shows your ECDSA key since it signed first, and ECDSA is switched off"
                .to_owned()
        }
        RotationStage::Needed => format!(
            "needed: somebody whose account has a Falcon key commits to your move with\n  bcm rotation \
             commit '{text}'\nand 100 rounds later bcm migrate moves your account"
        ),
        RotationStage::Waits => format!(
            "committed to: bcm migrate moves your account from round {} on; this is round {round}",
            ready.unwrap_or_default()
        ),
        RotationStage::Ready => "ready: bcm migrate moves your account now".to_owned(),
    }
}

fn quoted(record: &CommitmentQuote) -> String {
    let CommitmentQuote { hash, fee, enough, committed } = record;
    if *committed {
        return format!("{hash} is committed to already; it costs nothing");
    }
    let short = if *enough { "" } else { ", which is more than you have" };
    format!("to commit to {hash} costs {fee} ABC{short}")
}

fn committed(record: &CommitmentRecord) -> String {
    let CommitmentRecord { tx, fee, state, round, already } = record;
    let end = match (state, round) {
        (_, Some(round)) => format!("final in round {round}"),
        (PaymentState::Queued, None) => {
            "saved; it goes out as soon as the network answers".to_owned()
        }
        (state, None) => state.to_string(),
    };
    match tx {
        None => format!("committed to before, by somebody else; it costs nothing: {end}"),
        Some(tx) if *already => format!("committed to before ({tx}), fee {fee} ABC: {end}"),
        Some(tx) => format!("committed ({tx}), fee {fee} ABC: {end}"),
    }
}

//! The way to Falcon once ECDSA is switched off: our own, and our commitments to the moves of others.

use engine::{Committed, OwnRotation, RotationQuote};
use wallet::{Payment, Rotation};

use crate::commands::money::state;
use crate::{
    App, CommitmentQuote, CommitmentRecord, Error, PaymentState, RotationRecord, RotationStage,
};

impl App {
    /// What somebody else's account has to commit to before ours can move, and how far that is.
    ///
    /// # Errors
    /// `no_network`.
    pub(crate) async fn rotation_show(&self) -> Result<RotationRecord, Error> {
        let patience = self.patience();
        let own = self.ask(move |engine| Box::pin(engine.rotation(patience))).await?;
        let OwnRotation { link, stage, round } = own;
        let (stage, ready) = match stage {
            Rotation::NotNeeded => (RotationStage::NotNeeded, None),
            Rotation::KeyShown => (RotationStage::KeyShown, None),
            Rotation::Needed => (RotationStage::Needed, None),
            Rotation::Waits(from) => (RotationStage::Waits, Some(from.0)),
            Rotation::Ready => (RotationStage::Ready, None),
        };
        let wanted = matches!(stage, RotationStage::Needed | RotationStage::Waits);
        Ok(RotationRecord { stage, text: wanted.then(|| link.text()), ready, round: round.0 })
    }

    /// What it would cost to commit to somebody's move.
    ///
    /// # Errors
    /// `bad_rotation`, `wrong_network`, `own_rotation`, `ecdsa_off`, `other_keys`, `no_network`.
    pub(crate) async fn rotation_quote(&self, text: String) -> Result<CommitmentQuote, Error> {
        let patience = self.patience();
        let asking = self.ask(move |engine| {
            Box::pin(async move { engine.rotation_quote(&text, patience).await })
        });
        let RotationQuote { link, fee: (fee, enough), committed } = asking.await?;
        Ok(CommitmentQuote {
            hash: link.hash.to_string(),
            fee: fee.to_string(),
            enough,
            committed: committed.is_some(),
        })
    }

    /// Pays for the commitment to somebody's move; asked again, it is the same one.
    ///
    /// # Errors
    /// `insufficient_funds`, and those of [`App::rotation_quote`]; with `wait` also `timeout` and
    /// `expired`.
    pub(crate) async fn rotation_commit(
        &self,
        text: String,
        wait: bool,
    ) -> Result<CommitmentRecord, Error> {
        let patience = self.patience();
        let asking = self.ask(move |engine| {
            Box::pin(async move { engine.commit_rotation(&text, patience).await })
        });
        match asking.await? {
            Committed::Now(mut payment) => {
                if wait && !self.inner().offline {
                    *payment = self.wait_final(payment.attempt.tx).await?;
                }
                Ok(record(&payment, false))
            }
            Committed::Before(_, Some(payment)) => Ok(record(&payment, true)),
            Committed::Before(round, None) => Ok(CommitmentRecord {
                tx: None,
                fee: "0".to_owned(),
                state: PaymentState::Final,
                round: Some(round.0),
                already: true,
            }),
        }
    }
}

fn record(payment: &Payment, already: bool) -> CommitmentRecord {
    let round = payment.state.final_round().map(|round| round.0);
    CommitmentRecord {
        tx: Some(payment.attempt.tx.to_string()),
        fee: payment.attempt.fee.to_string(),
        state: state(payment.state),
        round,
        already,
    }
}

//! The verifier's side of one payment: asking for it, and checking what comes against our own light
//! node.

use std::time::Duration;

use rand_core::Rng;
use statement::{Expected, Outcome, PaymentDisclosure, PaymentReport, check_payment};
use wallet::review::{ReviewChange, contact_fingerprint};

use super::behind;
use crate::{Code, Engine, Fault};

impl Engine {
    /// A fresh challenge, which is remembered: whoever shows us a payment must answer one of ours.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn payment_challenge(&mut self) -> Result<[u8; 32], Fault> {
        let mut challenge = [0; 32];
        rand::rng().fill_bytes(&mut challenge);
        let asked = ReviewChange::AddChallenge(challenge, self.clock.now());
        self.store.apply(vec![asked.into()]).await?;
        Ok(challenge)
    }

    /// Checks a payment that somebody shows us: under headers that we trust ourselves, made out to
    /// us, for a challenge of ours, and in time.
    ///
    /// # Errors
    /// `bad_disclosure` for a file that is none; `altered`, `other_verifier`, `other_challenge`,
    /// `expired`, `not_final`, `bad_signature`; `wrong_network`, `wrong_checkpoint`, `no_network`.
    pub async fn check_disclosure(
        &mut self,
        file: &[u8],
        patience: Duration,
    ) -> Result<PaymentReport, Fault> {
        let disclosure = PaymentDisclosure::read(file)
            .map_err(|bad| Fault::refused("bad_disclosure", &bad.to_string()))?;
        if disclosure.facts.chain != self.bound()?.home.chain {
            let words = "this payment was made on another network";
            return Err(Fault::new(Code::WrongNetwork, words));
        }
        self.stand_on_proved(patience).await?;
        let none = || Fault::refused("not_final", "the file shows no header");
        let round = disclosure.facts.evidence.newest().ok_or_else(none)?.round;
        let node = self.attach().await?;
        let behind = || behind("our light node has not reached the header of this file yet");
        let checkpoint = self.checkpoint_at(&node, round).await?.ok_or_else(behind)?;
        let own = contact_fingerprint(self.keys.identity.public().as_bytes());
        let inbox = self.inbox().await?.public().fingerprint();
        let challenges = self.store.challenges().await?;
        let expected = Expected { verifiers: vec![own, inbox], challenges };
        let asked = (&checkpoint, self.clock.now());
        let report = check_payment(&disclosure, asked, Some(&expected));
        let failed = report.verdicts.iter().find_map(|verdict| match verdict.outcome {
            Outcome::Failed(flaw) => Some(flaw),
            Outcome::Proved | Outcome::Stated | Outcome::NotChecked(_) => None,
        });
        match failed {
            Some(flaw) => Err(Fault::refused(flaw.why.code(), flaw.detail)),
            None => Ok(report),
        }
    }
}

//! One private payment, shown to one verifier: making it, asking for it, checking it.

use engine::{PaymentMade, PaymentWish};
use statement::{PAYMENT_LIMITS, PAYMENT_PROVES, PaymentReport, Shown, harmless};
use types::TxId;
use wallet::review::{ReviewerCard, digits};

use crate::commands::review::{hex, unhex};
use crate::params::ReviewGrant;
use crate::{
    App, ChallengeRecord, Error, GivenRecord, GrantDelivery, GrantRecord, GrantState,
    GrantStrength, PaymentClaimRecord, ShownPayment, when,
};

/// For so many days it counts if nothing is said.
const DAYS: u32 = 7;
/// Bytes of its serial, which is the beginning of its digest.
const SERIAL: usize = 16;

impl App {
    /// Shows one payment: a grant that opens nothing else, as a file that is not sealed, because
    /// `bcm-verify` reads it as well.
    ///
    /// # Errors
    /// `usage`, `unknown_payment`, `not_private`, `not_final`, `bad_purpose`, `bad_days`,
    /// `bad_reviewer`, `unknown_contact`, `no_network`.
    pub(crate) async fn show_payment(&self, wish: ReviewGrant) -> Result<GivenRecord, Error> {
        self.online()?;
        let ReviewGrant { to, tx, challenge, days, purpose, case, .. } = wish;
        let needs = |what| Error::new("usage", what);
        let tx = tx.as_deref().and_then(TxId::parse);
        let tx = tx.ok_or_else(|| needs("say which payment, by its transaction id"))?;
        let challenge = challenge.as_deref().and_then(read_challenge);
        let challenge = challenge
            .ok_or_else(|| needs("a challenge is 64 hex digits, as its verifier has given it"))?;
        let (to, name) = self.grantee(&to).await?;
        let text = match &case {
            Some(case) => format!("{purpose} ({case})"),
            None => purpose.clone(),
        };
        let days = days.unwrap_or(DAYS);
        let wish = PaymentWish { tx, to, challenge, days, text };
        let patience = self.patience();
        let made = self.ask(move |engine| Box::pin(engine.disclose_payment(wish, patience)));
        let PaymentMade { file, digest, verifier, .. } = made.await?;
        let serial = digest.get(..SERIAL).map(hex).unwrap_or_default();
        let grant = GrantRecord {
            serial,
            account: self.inner().own.0.to_string(),
            grantee: name,
            strength: GrantStrength::Payment,
            months: vec![],
            until: None,
            purpose,
            case,
            issued: when::format(self.now()),
            state: GrantState::Active,
            owner: "me".to_owned(),
            digits: digits(&verifier),
            stopped: None,
            proved: None,
        };
        let card = Some(hex(&file));
        Ok(GivenRecord { grant, delivery: GrantDelivery::File, card })
    }

    /// What to ask somebody with who is to show us a payment.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network.
    pub(crate) async fn review_challenge(&self) -> Result<ChallengeRecord, Error> {
        // Cards belong to a network, which a new profile does not know yet.
        self.refresh(true).await?;
        let asking = self.ask(|engine| {
            Box::pin(async move {
                let card: ReviewerCard = engine.reviewer_card().await?;
                Ok((card, engine.payment_challenge().await?))
            })
        });
        let (card, challenge) = asking.await?;
        Ok(ChallengeRecord {
            challenge: hex(&challenge),
            verifier: hex(&card.inbox.fingerprint()),
            digits: card.digits(),
            card: card.to_text(),
        })
    }

    /// Checks a payment that somebody shows us, against our own light node.
    ///
    /// # Errors
    /// `bad_disclosure`, `altered`, `other_verifier`, `other_challenge`, `expired`, `not_final`,
    /// `bad_signature`, `wrong_network`, `wrong_checkpoint`, `no_network`.
    pub(crate) async fn review_check(&self, file: &str) -> Result<ShownPayment, Error> {
        self.online()?;
        let words = "the file is no whole disclosure of a payment; take it as it came";
        let bytes = unhex(file.trim()).ok_or_else(|| Error::new("bad_disclosure", words))?;
        let patience = self.patience();
        let checking = self.ask(move |engine| {
            Box::pin(async move { engine.check_disclosure(&bytes, patience).await })
        });
        let report = checking.await?;
        record(report).ok_or_else(|| Error::new("altered", "this opens no payment"))
    }
}

fn record(report: PaymentReport) -> Option<ShownPayment> {
    let claims = report.verdicts.iter().map(|verdict| PaymentClaimRecord {
        claim: verdict.claim.word().to_owned(),
        sentence: verdict.claim.sentence().to_owned(),
    });
    let claims = claims.collect();
    let Shown { role, amount, address, memo, round, time, tx, account, asked, .. } = report.shown?;
    Some(ShownPayment {
        role: role.word().to_owned(),
        amount: amount.to_string(),
        token: "ABC".to_owned(),
        address: address?.to_string(),
        memo: memo.as_deref().map(harmless),
        time: when::format(time),
        round: round.0,
        tx: tx.to_string(),
        account: account.map(keys::format_address),
        said: harmless(&asked.text),
        not_after: when::format(asked.not_after),
        claims,
        proves: PAYMENT_PROVES.to_owned(),
        limits: PAYMENT_LIMITS.map(str::to_owned).to_vec(),
    })
}

fn read_challenge(text: &str) -> Option<[u8; 32]> {
    unhex(text.trim())?.try_into().ok()
}

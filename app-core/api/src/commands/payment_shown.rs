//! One private payment, shown to one verifier: making it, and checking it.

use engine::{Answering, GrantTo, PaymentMade, PaymentWish};
use serde_json::Value;
use statement::{PAYMENT_LIMITS, PAYMENT_PROVES, PaymentClaim, harmless};
use types::TxId;

use crate::commands::review::{hex, unhex};
use crate::params::ReviewGrant;
use crate::{App, Error, GivenRecord, GrantDelivery, PaymentClaimRecord, ShownPayment};

/// For so many days it counts if nothing is said.
const DAYS: u32 = 7;

impl App {
    /// Shows one payment: a grant that opens nothing else, over chat to a contact that has asked, or as a
    /// file that is not sealed, because `bcm-verify` reads it as well.
    ///
    /// # Errors
    /// `usage`, `unknown_payment`, `not_private`, `not_final`, `bad_purpose`, `bad_days`,
    /// `bad_reviewer`, `unknown_contact`, `no_network`; over chat `not_asked`, `challenge_closed`,
    /// `expired`, `too_long_for_chat`.
    pub(crate) async fn show_payment(&self, wish: ReviewGrant) -> Result<GivenRecord, Error> {
        self.online()?;
        let needs = |what| Error::new("usage", what);
        let tx = wish.tx.as_deref().and_then(TxId::parse);
        let tx = tx.ok_or_else(|| needs("say which payment, by its transaction id"))?;
        let given = wish.challenge.as_deref().map(|text| read_challenge(text).ok_or(()));
        let bad = |()| needs("a challenge is 64 hex digits, as its verifier has given it");
        let given = given.transpose().map_err(bad)?;
        let (to, name) = self.grantee(&wish.to).await?;
        let days = wish.days.unwrap_or(DAYS);
        let challenge = match (given, &to) {
            (Some(challenge), _) if wish.file => Answering::File(challenge, days),
            (None, _) if wish.file => {
                return Err(needs("a payment as a file answers a challenge: say which"));
            }
            (_, GrantTo::Reviewer(_)) => {
                return Err(needs("only a contact is shown a payment over chat; make a file"));
            }
            (given, GrantTo::Contact(contact)) => {
                Answering::Chat(Box::new(self.open_challenge(*contact, given).await?))
            }
        };
        let ReviewGrant { purpose, case, .. } = wish;
        let wish = PaymentWish { tx, to, name, challenge, purpose, case };
        let patience = self.patience();
        let made = self.ask(move |engine| Box::pin(engine.disclose_payment(wish, patience)));
        let PaymentMade { file, shown, letter, .. } = made.await?;
        let grant = self.shown_record(&shown);
        match letter {
            None => {
                let card = Some(hex(&file));
                Ok(GivenRecord { grant, delivery: GrantDelivery::File, card })
            }
            Some(letter) => {
                let delivery = self.delivery_of(letter).await?;
                Ok(GivenRecord { grant, delivery, card: None })
            }
        }
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
        shown_payment(&report.to_json().canonical())
            .ok_or_else(|| Error::new("altered", "this opens no payment"))
    }
}

/// What a report says that was saved as text.
pub(super) fn shown_payment(report: &str) -> Option<ShownPayment> {
    let report: Value = serde_json::from_str(report).ok()?;
    let shown = report.get("payment")?;
    let text = |name: &str| shown.get(name)?.as_str().map(str::to_owned);
    let claims = report.get("claims")?.as_array()?.iter().map(|claim| {
        let word = claim.get("claim")?.as_str()?;
        let sentence = PaymentClaim::parse(word)?.sentence().to_owned();
        Some(PaymentClaimRecord { claim: word.to_owned(), sentence })
    });
    Some(ShownPayment {
        role: text("role")?,
        amount: text("amount")?,
        token: text("token")?,
        address: text("address")?,
        memo: text("memo").as_deref().map(harmless),
        time: text("time")?,
        round: shown.get("round")?.as_u64()?,
        tx: text("tx")?,
        account: text("account"),
        said: harmless(&text("said")?),
        not_after: text("not_after")?,
        claims: claims.collect::<Option<_>>()?,
        proves: PAYMENT_PROVES.to_owned(),
        limits: PAYMENT_LIMITS.map(str::to_owned).to_vec(),
    })
}

fn read_challenge(text: &str) -> Option<[u8; 32]> {
    unhex(text.trim())?.try_into().ok()
}

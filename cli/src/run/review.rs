//! Review keys: what is shown before one is given, and files in and out.

use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::process::ExitCode;

use api::{Error, GivenRecord, GrantPreview, ShownPayment};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Runner, unreadable};
use crate::args::{Challenge, Grant, Review};
use crate::output::print;
use crate::payment_shown as payment;
use crate::review as text;

/// How a reviewer's card begins.
const REVIEWER: &str = "bcmr:";
/// How the file begins that shows a payment.
const PAYMENT: &[u8] = b"BCMP";
/// A sealed card is a few thousand bytes long; the file that shows a payment has 76 bytes for each
/// private payment of everybody since.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A payment that was shown to us.
#[derive(Serialize)]
struct Shown {
    payment: ShownPayment,
}

impl Runner {
    pub(super) async fn review(&mut self, command: Review) -> Result<ExitCode, Error> {
        let sync = !self.offline;
        match command {
            Review::Grant(grant) => self.grant(&grant).await,
            Review::Import { file } => {
                let bytes = read(&file)?;
                if let Some(file) = payment_in(&bytes) {
                    let params = json!({ "file": file });
                    let payment: ShownPayment = self.face.call("review_check", params).await?;
                    return print(self.json, &Shown { payment }, |it| payment::shown(&it.payment));
                }
                let params = json!({ "card": hex::encode(bytes) });
                self.show("review_import", params, text::one).await
            }
            Review::Challenge(Challenge { to, payment, purpose, days }) => {
                let params = json!({ "to": to, "which": payment, "purpose": purpose, "days": days, "wait": true });
                self.show("review_challenge", params, payment::challenge).await
            }
            Review::Decline { id } => {
                let params = json!({ "id": id, "wait": true });
                self.show("review_decline", params, payment::declined).await
            }
            Review::Stop { serial } => {
                self.show("review_stop", json!({ "serial": serial }), text::stopped).await
            }
            Review::List => self.show("review_list", json!({ "sync": sync }), text::list).await,
            Review::Show { whose } => {
                let params = json!({ "whose": whose, "sync": sync });
                self.show("review_show", params, text::shown).await
            }
            Review::Card => self.show("review_card", json!({}), text::card).await,
            Review::Statement(wish) => self.statement(wish).await,
        }
    }

    async fn grant(&mut self, grant: &Grant) -> Result<ExitCode, Error> {
        let as_file = grant.to.trim_start().starts_with(REVIEWER);
        if grant.strength != "payment" && as_file != grant.out.is_some() {
            let words = "a reviewer's card needs --out F, a contact gets its grant by chat";
            return Err(Error::new("usage", words));
        }
        let params = params(grant);
        if !self.json && grant.strength != "payment" && !self.is_meant(grant, &params).await? {
            return Err(Error::new("cancelled", "nothing was signed and nothing was sent"));
        }
        let mut with_purpose = params;
        with_purpose["purpose"] = grant.purpose.clone().into();
        with_purpose["case"] = grant.case.clone().into();
        with_purpose["tx"] = grant.tx.clone().into();
        with_purpose["challenge"] = grant.challenge.clone().into();
        with_purpose["days"] = grant.days.into();
        with_purpose["file"] = (grant.strength == "payment" && grant.out.is_some()).into();
        let given: GivenRecord = self.face.call("review_grant", with_purpose).await?;
        let card = match (&given.card, &grant.out) {
            (Some(card), Some(out)) => {
                let bad = |_| Error::new("internal", "a card that is no hex");
                let bytes = hex::decode(card).map_err(bad)?;
                std::fs::write(out, bytes).map_err(|error| unreadable(out, &error))?;
                Some(out.display().to_string())
            }
            (_, _) => None,
        };
        print(self.json, &GivenRecord { card, ..given }, text::given)
    }

    /// Says what will be seen, by whom and until when, and on a terminal asks.
    async fn is_meant(&mut self, grant: &Grant, params: &Value) -> Result<bool, Error> {
        let preview: GrantPreview = self.face.call("review_preview", params.clone()).await?;
        let months = (preview.months.as_slice(), grant.until.as_deref());
        println!("{}", text::before(&preview, &grant.strength, months));
        if !stdin().is_terminal() {
            return Ok(true);
        }
        println!("Type yes to sign and send it.");
        let mut line = String::new();
        stdin().read_line(&mut line).map_err(|error| Error::new("io", error.to_string()))?;
        Ok(line.trim() == "yes")
    }
}

fn params(grant: &Grant) -> Value {
    json!({
        "to": grant.to,
        "months": grant.months,
        "strength": grant.strength,
        "until": grant.until,
    })
}

/// The file that shows a payment, in hex; it may have come as text.
fn payment_in(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok().map(str::trim);
    let text = text.filter(|text| text.starts_with(&hex::encode(PAYMENT)));
    text.map(str::to_owned).or_else(|| bytes.starts_with(PAYMENT).then(|| hex::encode(bytes)))
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let size = std::fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    if size > MAX_FILE {
        return Err(Error::new("bad_card", "this file is too long for a grant card or a payment"));
    }
    std::fs::read(file).map_err(|error| unreadable(file, &error))
}

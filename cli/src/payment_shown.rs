//! One payment shown to one verifier, in words.

use api::{
    ChallengeRecord, GrantRecord, GrantState, OneShowing, ShowingRecord, ShowingState, ShownPayment,
};

use crate::human::one_line;

pub(crate) fn challenge(record: &ChallengeRecord) -> String {
    let ChallengeRecord { challenge, card, digits, verifier, showing } = record;
    if let Some(contact) = &showing.contact {
        let (who, until) = (one_line(contact), &showing.not_after);
        return format!("{}\n{who} is asked; an answer counts until {until}.", asked(showing));
    }
    format!(
        "{challenge}\n\nGive them this challenge and your card:\n{card}\n\nThey compare these \
         digits with you:\n{digits}\n\nFor bcm-verify: --verifier {verifier}"
    )
}

pub(crate) fn declined(record: &OneShowing) -> String {
    asked(&record.showing)
}

/// Who is to show whom which payment, and what became of it.
pub(crate) fn asked(record: &ShowingRecord) -> String {
    let state = match record.state {
        ShowingState::Open => format!("open until {}", record.not_after),
        ShowingState::Answered if record.from == "me" => "answered, not checked yet".to_owned(),
        ShowingState::Answered => "answered".to_owned(),
        ShowingState::Proved => "proved".to_owned(),
        ShowingState::Refused => {
            format!("the answer does NOT hold: {}", record.why.as_deref().unwrap_or_default())
        }
        ShowingState::Declined => "declined".to_owned(),
        ShowingState::Withdrawn => "withdrawn".to_owned(),
        ShowingState::Expired => "its time is over".to_owned(),
    };
    let who = match (&record.contact, record.from.as_str()) {
        (Some(contact), "me") => format!("{} is to show you", one_line(contact)),
        (Some(contact), _) => format!("{} wants to see", one_line(contact)),
        (None, _) => "somebody is to show you".to_owned(),
    };
    let (id, which) = (record.id.get(..12).unwrap_or_default(), one_line(&record.which));
    format!("{id}…  {who}: \"{which}\", for \"{}\", {state}", one_line(&record.purpose))
}

/// A message of a conversation that asks for a payment to be shown, or shows one.
pub(crate) fn brief(record: &ShowingRecord, message: &str) -> String {
    let which = one_line(&record.which);
    let what = match (record.id == message, record.from.as_str()) {
        (true, "me") => format!("is to show a payment: {which}"),
        (true, _) => format!("wants to see a payment: {which}"),
        (false, _) => format!("shows a payment: {which}"),
    };
    let state = match (&record.payment, &record.why) {
        (Some(payment), _) => {
            format!("proved: {} {} in round {}", payment.amount, payment.token, payment.round)
        }
        (None, Some(why)) => format!("does NOT hold: {}", one_line(why)),
        (None, None) => record.state.to_string(),
    };
    format!("{what} ({state})")
}

/// A payment that was shown, in one line.
pub(crate) fn line(grant: &GrantRecord) -> String {
    let serial = grant.serial.get(..12).unwrap_or_default();
    let what = match (&grant.payment, &grant.tx) {
        (Some(payment), _) => {
            let by = if grant.owner.is_empty() { "somebody" } else { &grant.owner };
            format!(
                "{} {} in round {}, shown by {}",
                payment.amount,
                payment.token,
                payment.round,
                one_line(by)
            )
        }
        (None, tx) => {
            let tx = tx.as_deref().and_then(|tx| tx.get(..12)).unwrap_or_default();
            format!("payment {tx}… shown to {}", one_line(&grant.grantee))
        }
    };
    let state = match grant.state {
        GrantState::Active => "counts until",
        GrantState::Ended | GrantState::Stopped => "counted until",
    };
    let until = grant.not_after.as_deref().unwrap_or_default();
    format!("{serial}…  {what}; \"{}\", {state} {until}", one_line(&grant.purpose))
}

pub(crate) fn shown(payment: &ShownPayment) -> String {
    let ShownPayment { role, amount, token, address, memo, time, round, said, .. } = payment;
    let mut lines = vec![format!("{amount} {token} to {address}")];
    lines.extend(memo.as_deref().map(|memo| format!("with the memo \"{}\"", one_line(memo))));
    lines.push(format!("in round {round}, {time}, shown by its {role}"));
    let account = payment.account.as_deref();
    lines.extend(account.map(|account| format!("for which the account of {account} answers")));
    lines.push(format!("They say: \"{}\"", one_line(said)));
    lines.push(format!("Transaction as they call it: {}", payment.tx));
    lines.push(format!("Good until {}", payment.not_after));
    lines.push(String::new());
    lines.extend(payment.claims.iter().map(|claim| format!("{}: proved", claim.sentence)));
    lines.push(payment.proves.clone());
    lines.extend(payment.limits.iter().cloned());
    lines.join("\n")
}

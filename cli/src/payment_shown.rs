//! One payment shown to one verifier, in words.

use api::{ChallengeRecord, ShownPayment};

use crate::human::one_line;

pub(crate) fn challenge(record: &ChallengeRecord) -> String {
    let ChallengeRecord { challenge, card, digits, verifier } = record;
    format!(
        "{challenge}\n\nGive them this challenge and your card:\n{card}\n\nThey compare these \
         digits with you:\n{digits}\n\nFor bcm-verify: --verifier {verifier}"
    )
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

//! Review keys as text for people.

use api::{
    EntryRemark, GivenRecord, GrantDelivery, GrantPreview, GrantRecord, GrantState, GrantStrength,
    Grants, HistoryEntry, OneGrant, Reviewed, ReviewedPool, ReviewerRecord,
};

use crate::human::{balance_line, history_line, one_line};
use crate::payment_shown as payment;

/// What stopping does and does not do.
const KEPT: &str = "They see nothing new from now on. What they saw before, they may have kept.";

/// What no grant shows.
const NOT_SHOWN: &str = "Covers the account and the keys named here; the same person may own \
     others. Not shown: months that were not granted; payments to an address 62 days or more after \
     its month; notes whose ciphertext on the ledger was spoiled.";

/// One sentence, before anything is signed: who will see what, and until when.
pub(crate) fn before(
    preview: &GrantPreview,
    strength: &str,
    (months, until): (&[String], Option<&str>),
) -> String {
    let who = one_line(&preview.grantee);
    let span = match months {
        [one] => one.clone(),
        [first, .., last] => format!("{first} to {last}"),
        [] => preview.now.clone(),
    };
    let what = match (strength, until) {
        ("incoming", _) => format!("all receipts of {span}, and nothing else"),
        ("standing", Some(until)) => {
            format!("everything of {span} and of each new month, to the end of {until}")
        }
        ("standing", None) => {
            format!("everything of {span} and of each new month, until you stop it")
        }
        ("full", _) => format!("everything from {span}"),
        _ => format!("everything of {span}, and nothing before or after"),
    };
    format!(
        "{who} will see {what}. Months are counted in UTC.\nThe closing balance of the last month \
         shows when it moves on, and payments that come late to an old address stay visible.\n\
         Compare with {who} first:\n{}",
        grouped(&preview.digits)
    )
}

pub(crate) fn given(record: &GivenRecord) -> String {
    let way = match (record.delivery, &record.card) {
        (GrantDelivery::File, path) if record.grant.strength == GrantStrength::Payment => format!(
            "Written, not sealed: {}. It answers their challenge and nobody else's; what it shows \
             they can show to anyone.",
            path.as_deref().unwrap_or_default()
        ),
        (GrantDelivery::Queued | GrantDelivery::Sent, _)
            if record.grant.strength == GrantStrength::Payment =>
        {
            "It answers their challenge in your conversation; what it shows they can show to anyone."
                .to_owned()
        }
        (GrantDelivery::Queued, _) => "It goes out as soon as the network answers.".to_owned(),
        (GrantDelivery::Sent, _) => "It is on its way by chat.".to_owned(),
        (GrantDelivery::File, Some(path)) => format!("Sealed for them alone: {path}"),
        (GrantDelivery::File, None) => "Sealed for them alone.".to_owned(),
    };
    format!("{}\n{way}", line(&record.grant))
}

pub(crate) fn one(record: &OneGrant) -> String {
    line(&record.grant)
}

pub(crate) fn stopped(record: &OneGrant) -> String {
    format!("{}\n{KEPT}", line(&record.grant))
}

pub(crate) fn list(record: &Grants) -> String {
    let mut lines = vec![];
    for (title, grants) in [("Given:", &record.given), ("Received:", &record.received)] {
        if !grants.is_empty() {
            lines.push(title.to_owned());
            lines.extend(grants.iter().map(|grant| format!("  {}", line(grant))));
        }
    }
    if !record.asked.is_empty() {
        lines.push("Asked:".to_owned());
        lines.extend(record.asked.iter().map(|asked| format!("  {}", payment::asked(asked))));
    }
    if lines.is_empty() {
        lines.push("Nobody was given a look at your account, and nobody gave you one.".to_owned());
    }
    noted(lines, record.synced)
}

pub(crate) fn shown(record: &Reviewed) -> String {
    let mut lines = vec![format!("{}  {}", one_line(&record.name), record.account)];
    lines.extend(record.tokens.iter().map(balance_line));
    lines.push(format!("proved under the certified header of round {}", record.round));
    lines.extend(private_side(record));
    if !record.claimed_by.is_empty() {
        let others: Vec<String> = record.claimed_by.iter().map(|name| one_line(name)).collect();
        let others = others.join(", ");
        lines.push(format!("CAUTION: {others} granted the same private keys as their own."));
    }
    if record.refused_proofs > 0 {
        let count = record.refused_proofs;
        lines.push(format!("CAUTION: {count} proofs of carried balances did not hold."));
    }
    lines.extend(record.entries.iter().map(entry_line));
    if record.undisclosed_outflow != "0" {
        let sum = &record.undisclosed_outflow;
        lines.push(format!("Undisclosed outflow: {sum} ABC went where these keys do not show."));
    }
    lines.push(NOT_SHOWN.to_owned());
    noted(lines, record.synced)
}

/// What of the private pool was read, and with which keys.
fn private_side(record: &Reviewed) -> Vec<String> {
    let round = record.pool_round.unwrap_or_default();
    let read = format!("private pool read to round {round}");
    let mut lines = match record.pool {
        ReviewedPool::NotScanned => vec!["The private pool was not read yet.".to_owned()],
        ReviewedPool::Receipts => vec![read],
        ReviewedPool::Months => {
            let months = record.months.join(", ");
            vec![read, format!("Private balance and payments: of {months} (UTC).")]
        }
    };
    if !record.receipt_months.is_empty() {
        let months = record.receipt_months.join(", ");
        lines.push(format!(
            "Of {months} (UTC) the keys show private receipts only: no payments, no balance."
        ));
    }
    lines
}

fn entry_line(entry: &HistoryEntry) -> String {
    let remark = match entry.remark {
        None => "",
        Some(EntryRemark::Unreadable) => "  (what was said with it cannot be read)",
        Some(EntryRemark::Stated) => "  (that it is the owner's own money is the owner's word)",
        Some(EntryRemark::Proved) => "  (proved: the owner moved it here)",
        Some(EntryRemark::Undisclosed) => "  (to whom is not disclosed)",
    };
    let private = if entry.private { "  private" } else { "" };
    format!("{}{private}{remark}", history_line(entry))
}

pub(crate) fn card(record: &ReviewerRecord) -> String {
    let digits = &record.digits;
    format!(
        "{}\n\nLet them compare these digits with you before they seal to it:\n{digits}",
        record.card
    )
}

fn line(grant: &GrantRecord) -> String {
    if grant.strength == GrantStrength::Payment {
        return payment::line(grant);
    }
    let months = match grant.months.as_slice() {
        [first, .., last] => format!(": {first} to {last}"),
        [one] => format!(": {one}"),
        [] => String::new(),
    };
    let until = match (grant.strength, &grant.until) {
        (GrantStrength::Standing, Some(until)) => format!(", each month to {until}"),
        (GrantStrength::Standing, None) => ", each month from then on".to_owned(),
        (_, _) => String::new(),
    };
    let state = match (grant.state, grant.proved) {
        (_, Some(false)) => "NOT signed by this account's key",
        (GrantState::Active, _) => "active",
        (GrantState::Ended, _) => "its months are over",
        (GrantState::Stopped, _) => "stopped",
    };
    let serial = grant.serial.get(..12).unwrap_or_default();
    let case = grant.case.as_deref().map(|case| format!(" ({})", one_line(case)));
    format!(
        "{serial}…  {}, {} for {}{months}{until}; \"{}\"{}, {state}",
        grant.strength,
        if grant.owner == "me" { "your account".to_owned() } else { one_line(&grant.owner) },
        one_line(&grant.grantee),
        one_line(&grant.purpose),
        case.unwrap_or_default(),
    )
}

/// A safety number comes without blanks, a reviewer's digits with them.
fn grouped(digits: &str) -> String {
    if digits.contains(' ') {
        return digits.to_owned();
    }
    let digits: Vec<char> = digits.chars().collect();
    let groups: Vec<String> = digits.chunks(5).map(|five| five.iter().collect()).collect();
    groups.join(" ")
}

fn noted(mut lines: Vec<String>, synced: bool) -> String {
    if !synced {
        lines.push("(not up to date: this is what was saved)".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview() -> GrantPreview {
        GrantPreview {
            grantee: "rita\nfriend".to_owned(),
            digits: "0123456789".to_owned(),
            months: vec!["2026-10".to_owned(), "2026-11".to_owned()],
            now: "2026-11".to_owned(),
        }
    }

    #[test]
    fn one_sentence_says_who_sees_what_until_when() {
        let preview = preview();
        let say = |strength, until| before(&preview, strength, (&preview.months, until));
        let starts = |text: String, words: &str| {
            assert!(text.starts_with(&format!("rita friend will see {words}. ")), "{text}");
            assert!(text.ends_with("01234 56789"));
        };
        starts(
            say("period", None),
            "everything of 2026-10 to 2026-11, and nothing before or after",
        );
        starts(say("incoming", None), "all receipts of 2026-10 to 2026-11, and nothing else");
        starts(
            say("standing", Some("2027-06")),
            "everything of 2026-10 to 2026-11 and of each new month, to the end of 2027-06",
        );
    }
}

//! Red envelopes as text for people.

use api::{
    ClaimedEnvelope, ClaimedShare, Envelope, EnvelopeState, Envelopes, OneEnvelope, ShareState,
};

use crate::human::one_line;

/// Paying a claim to an address shows something; nobody should learn of it afterwards.
const SHOWS: &str = "Everybody can see on the ledger that your account took a share.";
/// Nor what it does not show.
const HIDES: &str = "Nobody can see on the ledger who took this share.";

pub(crate) fn made(record: &OneEnvelope) -> String {
    let envelope = &record.envelope;
    let given = if envelope.key_shared {
        "\nTheir envelope key is not known here yet, so this red envelope comes with a key that you \
         made: you could take their share yourself."
    } else {
        ""
    };
    let unsigned = if envelope.transfer.is_some() {
        "\nIt is not signed yet; it goes on with the next command, and bcm cancel calls it off."
    } else {
        ""
    };
    format!("{}{given}{unsigned}", one(envelope))
}

pub(crate) fn claimed(record: &ClaimedEnvelope) -> String {
    let after = whereabouts(&record.envelope);
    let got = record.got.as_ref().map_or_else(
        || "Claimed; what it brings is not known yet.".to_owned(),
        |got| format!("You got {got} ABC{after}."),
    );
    let shows = if record.envelope.to_pool { HIDES } else { SHOWS };
    format!("{got} {shows}\n{}", one(&record.envelope))
}

/// Where our share is.
const fn whereabouts(envelope: &Envelope) -> &'static str {
    match (envelope.share, envelope.to_pool) {
        (ShareState::Waiting, true) => {
            ", which waits on the ledger and goes into the pool by itself"
        }
        (ShareState::Waiting, false) => {
            ", too little to open your account with: it waits on the ledger until that is open"
        }
        (ShareState::Collecting, true) => ", which is on its way into the pool",
        (ShareState::Collecting, false) => ", which is on its way to your account",
        (ShareState::TooSmall, true) => {
            ", worth no more than bringing it into the pool costs: it stays on the ledger, and envelope \
             claim --public takes it to your account"
        }
        (ShareState::TooSmall, false) => {
            ", worth no more than taking it costs: it stays on the ledger"
        }
        (ShareState::Got, true) => ", in the private pool",
        (_, _) => "",
    }
}

pub(crate) fn list(record: &Envelopes) -> String {
    if record.envelopes.is_empty() {
        return "No red envelopes yet.".to_owned();
    }
    let mut lines: Vec<String> = record.envelopes.iter().map(one).collect();
    if !record.synced {
        lines.push("(not up to date: this is what was saved)".to_owned());
    }
    lines.join("\n")
}

/// A red envelope in the line of its message.
pub(crate) fn brief(envelope: &Envelope) -> String {
    let open = how_to_open(envelope);
    format!("red envelope of {} ABC{} ({}){open}", envelope.total, parts(envelope), state(envelope))
}

/// What has become of a red envelope.
pub(crate) fn moved_on(envelope: &Envelope) -> String {
    match &envelope.got {
        Some(got) => {
            format!("you got {got} ABC of the red envelope{}", whereabouts(envelope))
        }
        None => {
            let (total, open) = (&envelope.total, how_to_open(envelope));
            format!("red envelope of {total} ABC: {}{open}", state(envelope))
        }
    }
}

/// In how many shares, if it has more than one.
fn parts(envelope: &Envelope) -> String {
    match (envelope.shares, envelope.lucky) {
        (1, _) => String::new(),
        (shares, true) => format!(" in {shares} lucky shares"),
        (shares, false) => format!(" in {shares} equal shares"),
    }
}

fn how_to_open(envelope: &Envelope) -> String {
    let id = envelope.id.get(..16).unwrap_or_default();
    match (envelope.share, envelope.state) {
        (ShareState::Unclaimed, EnvelopeState::Open) => {
            format!("; /open, or bcm envelope claim {id}, opens it")
        }
        _ => String::new(),
    }
}

fn one(envelope: &Envelope) -> String {
    let Envelope { total, left, expires, .. } = envelope;
    let id = envelope.id.get(..16).unwrap_or_default();
    let parts = parts(envelope);
    let whose = if envelope.from == "me" {
        format!("to {}", one_line(&envelope.contact))
    } else {
        format!("from {}", one_line(&envelope.from))
    };
    let text = if envelope.text.is_empty() {
        String::new()
    } else {
        format!("  \"{}\"", one_line(&envelope.text))
    };
    let until = expires.get(..16).unwrap_or_default().replace('T', " ");
    let private = if envelope.private { ", private" } else { "" };
    let mut lines = vec![format!(
        "{id}…  {total} ABC{parts} {whose}{private}, {left} left, {}, until {until}{text}",
        state(envelope)
    )];
    lines.extend(envelope.claimed.iter().map(taker));
    if let Some(got) = &envelope.got {
        lines.push(format!("    your share is {got} ABC{}", whereabouts(envelope)));
    }
    lines.extend(envelope.back.iter().map(|back| {
        format!("    {back} ABC that nobody took come back to you: into the pool, if worth the fee")
    }));
    lines.join("\n")
}

fn taker(share: &ClaimedShare) -> String {
    let who = share.who.as_deref().map_or_else(|| "somebody".to_owned(), one_line);
    match &share.amount {
        Some(amount) => format!("    {who} got {amount} ABC"),
        None => format!("    {who} has a share that is being drawn"),
    }
}

const fn state(envelope: &Envelope) -> &'static str {
    match (envelope.state, envelope.share) {
        (EnvelopeState::Queued, _) => "on its way",
        (EnvelopeState::Failed, _) => "never came to be",
        (_, ShareState::Claiming) => "being claimed",
        (EnvelopeState::Open, _) => "open",
        (EnvelopeState::Done, _) => "all shares taken",
        (EnvelopeState::Refunded, _) => "over, the rest went back",
    }
}

//! The explorer and the connection doctor as text for people.

use std::fmt::Write;

use api::{
    ChecksRecord, Diagnosis, Explorer, Health, ManagerRecord, PeerNote, PeerRecord, PeerRole,
    RoundRecord, VoteMark,
};

use crate::human::one_line;

/// So many of the newest rounds are printed.
const ROUNDS: usize = 12;

/// What the light node has seen of the ledger and the network.
pub(crate) fn explorer(record: &Explorer) -> String {
    let mut text = match &record.time {
        Some(time) if record.round > 0 => format!("round {} of {time}\n", record.round),
        Some(_) | None => "no header has been checked yet\n".to_owned(),
    };
    if let Some(finality) = record.finality {
        let (half, most, count) = (finality.p50_ms, finality.p99_ms, finality.samples);
        let _ = writeln!(text, "finality  p50 {half} ms, p99 {most} ms, over {count} headers");
    }
    let skip = record.recent.len().saturating_sub(ROUNDS);
    let rounds: Vec<String> = record.recent.iter().skip(skip).map(round).collect();
    section(&mut text, "rounds", rounds);
    section(&mut text, "managers", record.managers.iter().map(manager).collect());
    section(&mut text, "checks", checks(&record.checks));
    section(&mut text, "connections", record.peers.iter().map(peer).collect());
    if !record.synced {
        text.push_str("(not up to date: this is what was saved)");
    }
    text.trim_end().to_owned()
}

/// What the connection doctor has found, and what to do about it.
pub(crate) fn diagnosis(record: &Diagnosis) -> String {
    let lines = record.findings.iter().map(|finding| {
        let mark = match finding.health {
            Health::Good => "ok ",
            Health::Fair => "~  ",
            Health::Bad => "!! ",
        };
        let todo = finding.advice.as_deref().map(|advice| format!("\n     {advice}"));
        format!("{mark}  {}{}", finding.said, todo.unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

fn round(record: &RoundRecord) -> String {
    let gap = record.gap_ms.map_or_else(String::new, |gap| format!("+{gap} ms"));
    let view = record.view.map_or_else(|| "view ?".to_owned(), |view| format!("view {view}"));
    let signed = match (record.signers, record.managers) {
        (Some(signers), Some(managers)) => format!("signed {signers} of {managers}"),
        _ => "certificate not looked at".to_owned(),
    };
    let by = if record.empty { "empty" } else { record.proposer.as_deref().unwrap_or("?") };
    let clock = record.time.get(11..23).unwrap_or_default();
    format!("{:>8}  {clock}  {gap:>10}  {view}  {signed}  {by}", record.round)
}

/// Its votes as a line of marks, the newest last.
fn manager(record: &ManagerRecord) -> String {
    let mark = |vote: &VoteMark| match vote {
        VoteMark::Signed => '#',
        VoteMark::Absent => '.',
        VoteMark::Outside => '-',
        VoteMark::Unknown => '?',
    };
    let marks: String = record.votes.iter().map(mark).collect();
    let ManagerRecord { name, signed, of, proposed, .. } = record;
    format!("{name}  signed {signed} of {of}  proposed {proposed}  {marks}")
}

fn checks(record: &ChecksRecord) -> Vec<String> {
    let ChecksRecord { stepwise, jumped, filled, window, .. } = record;
    let mut lines = vec![
        format!("{stepwise} headers one after the other, {jumped} by jumps, {filled} filled in"),
        format!("{window} of the latest headers held"),
        match &record.cross_checked {
            Some(crossed) => {
                format!(
                    "{} other workers showed the same header at {}",
                    crossed.peers, crossed.time
                )
            }
            None => "no other worker has been asked yet".to_owned(),
        },
        match record.checkpoint {
            Some(round) => format!("trust began at the checkpoint of round {round}"),
            None => "trust began at the network's beginning".to_owned(),
        },
    ];
    if let Some(left) = record.period_left_s {
        lines.push(format!("the newest header can be built upon for {} hours", left / 3600));
    }
    if record.frozen {
        lines.push("FROZEN: two certified headers contradict each other".to_owned());
    }
    lines
}

fn peer(record: &PeerRecord) -> String {
    let role = match record.role {
        PeerRole::Home => "home ",
        PeerRole::Other => "other",
    };
    let rtt = record.rtt_ms.map_or_else(String::new, |rtt| format!("  {rtt} ms"));
    let note = match record.note {
        Some(PeerNote::Local) => "  on this computer",
        Some(PeerNote::Asked) => "  asked for its header, and left",
        None => "",
    };
    let id = record.id.get(..16).unwrap_or_default();
    let (path, transport, since) = (record.path, record.transport, &record.since);
    let address = one_line(&record.address);
    format!("{role}  {id}…  {path} {transport}{rtt}  since {since}  {address}{note}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn seen(recent: Value, votes: Value) -> Explorer {
        serde_json::from_value(json!({
            "round": 7, "time": "2026-11-20T10:11:12.000Z", "interval_ms": 1000,
            "recent": recent,
            "finality": { "p50_ms": 120, "p99_ms": 480, "samples": 9 },
            "surveyed": 7,
            "managers": [{ "id": "ab".repeat(32), "name": "abababab", "signed": 1, "of": 2,
                "proposed": 3, "votes": votes }],
            "checks": { "stepwise": 5, "jumped": 1, "filled": 2, "window": 7, "trusted_round": 7,
                "trusted_time": "2026-11-20T10:11:12.000Z", "period_left_s": 7200,
                "cross_checked": null, "frozen": false, "checkpoint": null },
            "peers": [],
            "synced": true,
        }))
        .unwrap()
    }

    fn round_of(view: Value, empty: bool) -> Value {
        let signers = if view.is_null() { Value::Null } else { json!(3) };
        json!({ "round": 7, "time": "2026-11-20T10:11:12.000Z", "view": view, "empty": empty,
            "proposer": if empty { Value::Null } else { json!("abababab") }, "signers": signers,
            "managers": 4, "gap_ms": 1000 })
    }

    #[test]
    fn each_vote_is_one_mark_and_what_is_not_known_is_not_claimed() {
        let votes = json!(["outside", "unknown", "absent", "signed"]);
        let text =
            explorer(&seen(json!([round_of(json!(0), false), round_of(Value::Null, true)]), votes));
        assert!(text.contains("abababab  signed 1 of 2  proposed 3  -?.#"), "{text}");
        assert!(text.contains("+1000 ms  view 0  signed 3 of 4  abababab"), "{text}");
        assert!(text.contains("view ?  certificate not looked at  empty"), "{text}");
        assert!(text.contains("p50 120 ms, p99 480 ms, over 9 headers"), "{text}");
        assert!(text.contains("no other worker has been asked yet"), "{text}");
    }

    #[test]
    fn only_the_newest_rounds_are_printed() {
        let many: Vec<Value> = (0..60).map(|_| round_of(json!(0), false)).collect();
        let text = explorer(&seen(json!(many), json!([])));
        assert_eq!(text.matches("view 0").count(), ROUNDS);
    }

    #[test]
    fn what_to_do_stands_below_what_was_found() {
        let record: Diagnosis = serde_json::from_value(json!({ "findings": [
            { "code": "quic_shut", "health": "fair", "ms": null, "node": null,
              "said": "QUIC does not get through.", "advice": "Let UDP through." },
            { "code": "tcp_open", "health": "good", "ms": 3, "node": null,
              "said": "TCP gets through.", "advice": null },
        ] }))
        .unwrap();
        let expected =
            "~    QUIC does not get through.\n     Let UDP through.\nok   TCP gets through.";
        assert_eq!(diagnosis(&record), expected);
    }
}

//! Records as text for people.

use std::fmt::Write;

use api::{
    Account, Balance, CheckpointRecord, ComparedRecord, ContactState, Contacts, Conversation,
    EntryKind, Error, FaucetRecord, Flow, History, HistoryEntry, InviteRecord, MessageRecord,
    MessageState, MoveRecord, OneContact, PaymentRecord, PaymentState, PrivateAddressRecord,
    Protection, SafetyRecord, SentRecord, Standing, SyncRecord, TokenBalance, TransferRecord,
    WordsRecord,
};

use crate::{ask, first, gift, payment_shown};

pub(crate) fn new_account(account: &Account) -> String {
    let after = "Write down the 24 words (bcm account words): without them, a lost computer is \
                 lost money.";
    format!("{}\n\n{after}", self::account(account))
}

pub(crate) fn account(account: &Account) -> String {
    let record = &account.account;
    let kept = match account.protection {
        Protection::Keychain => "the system's keychain",
        Protection::Passphrase => "your passphrase",
        Protection::File => {
            "the file device.key in the profile's folder: whoever can read it can open the profile"
        }
    };
    if account.review_only {
        let only = "It looks at what others let it see, and never pays or signs.";
        let (name, id) = (&record.name, &record.id);
        return format!("{name}\n  account  {id}\n  {only}\n  opened by {kept}");
    }
    format!(
        "{}\n  account  {}\n  pay to   {}\n  Falcon   {} (bcm migrate moves the account to it)\n  \
         network  {}\n  opened by {kept}",
        record.name,
        record.id,
        record.addresses.ecdsa,
        record.addresses.falcon,
        record.chain.as_deref().unwrap_or("none yet; say --bootstrap ADDR once"),
    )
}

pub(crate) fn words(record: &WordsRecord) -> String {
    let mut text = String::new();
    for (index, word) in record.words.iter().enumerate() {
        let end = if (index + 1) % 6 == 0 { "\n" } else { "" };
        let _ = write!(text, "{:>3} {word:<10}{end}", index + 1);
    }
    text + "\nOn paper, in order. Whoever has them has everything you have."
}

pub(crate) fn invite(record: &InviteRecord) -> String {
    record.invite.clone()
}

pub(crate) fn contact_added(record: &OneContact) -> String {
    format!("{} is a contact now.", printable(&record.contact.name))
}

pub(crate) fn contacts(record: &Contacts) -> String {
    if record.contacts.is_empty() {
        return "No contacts yet: give somebody an invite, or add theirs with contact add."
            .to_owned();
    }
    let lines = record.contacts.iter().map(|contact| {
        let state = match (contact.standing, contact.state) {
            (Standing::Request, _) => "  (wrote first)",
            (Standing::Declined, _) => "  (declined)",
            (Standing::Accepted, ContactState::New) => "  (has not answered yet)",
            (Standing::Accepted, ContactState::Ready) => "",
        };
        let id = contact.id.get(..16).unwrap_or_default();
        format!("{:<24} {id}…{state}", printable(&contact.name))
    });
    with_note(lines.collect(), record.synced)
}

/// The digits in groups that can be read aloud, three lines of four.
pub(crate) fn safety(record: &SafetyRecord) -> String {
    const GROUP: usize = 5;
    const GROUPS: usize = 4;
    let mut text = String::new();
    for (index, digit) in record.digits.chars().enumerate() {
        let end = match index {
            0 => "",
            _ if index % (GROUP * GROUPS) == 0 => "\n",
            _ if index % GROUP == 0 => " ",
            _ => "",
        };
        text.push_str(end);
        text.push(digit);
    }
    let how = "Read these digits to each other face to face or on a call: if both of you see the \
               same, nobody sits between you.";
    let payload = &record.payload;
    format!("{text}\n\n{how}\nThe same as text, for contact compare on the other side:\n{payload}")
}

pub(crate) fn compared(record: &ComparedRecord) -> String {
    if record.matches {
        return "They match: nobody sits between you.".to_owned();
    }
    "They do not match: somebody may sit between you, or this is another contact's text. Do not \
     trust this conversation until they do."
        .to_owned()
}

pub(crate) fn sent(record: &SentRecord) -> String {
    match record.message.state {
        MessageState::Queued => "Saved; it goes out as soon as the network answers.".to_owned(),
        state @ (MessageState::Sent
        | MessageState::Delivered
        | MessageState::Failed
        | MessageState::Received) => state.to_string(),
    }
}

pub(crate) fn conversation(record: &Conversation) -> String {
    if record.messages.is_empty() {
        return with_note(vec!["Nothing has been said yet.".to_owned()], record.synced);
    }
    with_note(record.messages.iter().map(message).collect(), record.synced)
}

/// One message on one line; further lines of its text stand behind a bar, so that no text looks like
/// a line of ours.
pub(crate) fn message(record: &MessageRecord) -> String {
    let clock = record.time.get(11..16).unwrap_or_default();
    let state = if record.from == "me" { format!("  [{}]", record.state) } else { String::new() };
    let text = printable(&record.text).replace('\n', "\n       | ");
    let body = match (&record.payment, &record.envelope) {
        (None, None) if record.request.is_some() => {
            let asks = record.request.as_ref().map(ask::brief).unwrap_or_default();
            let words = if text.is_empty() { String::new() } else { format!(": {text}") };
            format!("* {asks}{words} *")
        }
        (None, None) if record.showing.is_some() => {
            let said = record.showing.as_ref().map(|it| payment_shown::brief(it, &record.id));
            format!("* {} *", said.unwrap_or_default())
        }
        (_, Some(envelope)) => {
            let words = if text.is_empty() { String::new() } else { format!(": {text}") };
            format!("* {}{words} *", gift::brief(envelope))
        }
        (None, None) => text,
        (Some(payment), None) => {
            let memo = if text.is_empty() { String::new() } else { format!(": {text}") };
            format!("* {} {}{memo} ({}) *", payment.amount, payment.token, payment.state)
        }
    };
    format!("{clock}  {}: {body}{state}", printable(&record.from))
}

/// A message that was shown before, and what moved on since: the money that it speaks of, or its
/// delivery.
pub(crate) fn moved_on(record: &MessageRecord, money_moved: bool) -> String {
    const SNIPPET: usize = 24;
    let text = one_line(&record.text);
    let cut = if text.chars().count() > SNIPPET { "…" } else { "" };
    let start: String = text.chars().take(SNIPPET).collect();
    let (what, state) = match (&record.payment, &record.envelope) {
        (None, None) if record.request.is_some() => {
            let of = record.request.as_ref().map(ask::moved_on).unwrap_or_default();
            if money_moved {
                (of, String::new())
            } else {
                ("request".to_owned(), record.state.to_string())
            }
        }
        (_, Some(envelope)) if money_moved => (gift::moved_on(envelope), String::new()),
        (_, Some(_)) => ("red envelope".to_owned(), record.state.to_string()),
        (None, None) => (format!("\"{start}{cut}\""), record.state.to_string()),
        (Some(payment), None) => {
            let money = format!("{} {}", payment.amount, payment.token);
            if money_moved {
                (money, payment.state.to_string())
            } else {
                (format!("notice of {money}"), record.state.to_string())
            }
        }
    };
    format!("         {what} {state}").trim_end().to_owned()
}

/// What went wrong; names that somebody typed or chose may be in it.
pub(crate) fn error(error: &Error) -> String {
    format!("{} ({})", one_line(&error.message), error.code)
}

pub(crate) fn faucet(record: &FaucetRecord) -> String {
    format!("{} {} arrived.", record.amount, record.token)
}

pub(crate) fn balance(record: &Balance) -> String {
    let mut lines: Vec<String> = record.tokens.iter().map(balance_line).collect();
    for address in &record.addresses {
        let signs = if address.active { "signs" } else { "receives only" };
        let waiting = if address.waiting == "0" {
            String::new()
        } else {
            format!(", {} ABC wait there for bcm migrate", address.waiting)
        };
        lines.push(format!("{} {signs}{waiting}", address.address));
    }
    lines.push(match record.round {
        0 => "nothing has been proved yet".to_owned(),
        round => format!("proved under the certified header of round {round}"),
    });
    with_note(lines, record.synced)
}

/// What there is of one token.
pub(crate) fn balance_line(token: &TokenBalance) -> String {
    let pending = if token.pending == "0" {
        String::new()
    } else {
        format!("  ({} under way)", token.pending)
    };
    let private = if token.private == "0" {
        String::new()
    } else {
        format!("  ({} of it private)", token.private)
    };
    format!("{:<5}{:>16}{private}{pending}", token.token.to_string(), token.total)
}

pub(crate) fn history(record: &History) -> String {
    if record.entries.is_empty() {
        return with_note(vec!["Nothing came and nothing went.".to_owned()], record.synced);
    }
    with_note(record.entries.iter().map(history_line).collect(), record.synced)
}

/// One line of a history.
pub(crate) fn history_line(entry: &HistoryEntry) -> String {
    let sign = match entry.direction {
        Flow::In => "+",
        Flow::Out => "-",
        Flow::Itself => " ",
    };
    let amount = format!("{sign}{} {}", entry.amount, entry.token);
    let who = match (&entry.counterparty, &entry.label) {
        (Some(name), _) => one_line(name),
        (None, label) if is_received_privately(entry) => nobody(label.as_deref()),
        (None, _) => String::new(),
    };
    let fee = entry.fee.as_ref().map(|fee| format!("  fee {fee}")).unwrap_or_default();
    let memo = entry.memo.as_deref().map(|memo| format!("  {}", one_line(memo)));
    let day = entry.time.get(..16).unwrap_or_default().replace('T', " ");
    let (kind, state) = (entry.kind.to_string(), entry.state);
    let place = if entry.elsewhere { " on another device" } else { "" };
    format!("{day}  {kind:<8}{amount:>18}  {who}{fee}  {state}{place}{}", memo.unwrap_or_default())
}

fn is_received_privately(entry: &HistoryEntry) -> bool {
    entry.private && entry.direction == Flow::In && entry.kind == EntryKind::Pay
}

/// A note names no payer: only the address that it came to may.
fn nobody(label: Option<&str>) -> String {
    match label {
        Some(label) if !label.is_empty() => format!("payer unknown, at \"{}\"", one_line(label)),
        Some(_) | None => "payer unknown".to_owned(),
    }
}

pub(crate) fn payment(record: &PaymentRecord) -> String {
    let (amount, token, fee) = (&record.amount, record.token, &record.fee);
    let (to, end) = (one_line(&record.to), end(record.state, record.round));
    let way = if record.private { ", private" } else { "" };
    let line = format!("{amount} {token} to {to}{way}, fee {fee}: {end}");
    let mut lines = vec![line];
    if record.state == PaymentState::Queued {
        let (moves, merges) = (record.carry_over.as_deref(), record.merges);
        lines.extend(first::lines(record.top_up.as_deref(), moves, merges));
        let way_back = |id| format!("bcm cancel {id} calls it off while nothing is signed.");
        lines.extend(record.transfer.as_ref().map(way_back));
    }
    lines.join("\n")
}

pub(crate) fn topped_up(record: &PaymentRecord) -> String {
    let (amount, token, fee) = (&record.amount, record.token, &record.fee);
    let end = end(record.state, record.round);
    format!("{amount} {token} into the private pool, fee {fee}: {end}")
}

pub(crate) fn private_address(record: &PrivateAddressRecord) -> String {
    format!("{}\ngood until {}; for whoever is to pay you", record.address, record.until)
}

pub(crate) fn moved(record: &MoveRecord) -> String {
    let MoveRecord { amount, token, fee, to, .. } = record;
    let end = end(record.state, record.round);
    let before = if record.already { "done before: " } else { "" };
    let moved = format!("{before}{amount} {token} to {to}, fee {fee}: {end}");
    let Some(pool) = &record.pool else { return moved };
    let end = self::end(pool.state, record.round);
    let TransferRecord { id, amount, .. } = pool;
    format!("{moved}\nof it {amount} {token} out of the private pool ({id}): {end}")
}

/// What has become of a transaction.
fn end(state: PaymentState, round: Option<u64>) -> String {
    match (state, round) {
        (_, Some(round)) => format!("final in round {round}"),
        (PaymentState::Queued, None) => {
            "saved; it goes out as soon as the network answers".to_owned()
        }
        (
            state @ (PaymentState::Submitted
            | PaymentState::Final
            | PaymentState::Expired
            | PaymentState::Cancelled),
            None,
        ) => state.to_string(),
    }
}

pub(crate) fn synced(record: &SyncRecord) -> String {
    let SyncRecord { round, received, sent, .. } = record;
    let line = format!("round {round}, {received} received, {sent} sent");
    with_note(vec![line], record.synced)
}

pub(crate) fn checkpoint(record: &CheckpointRecord) -> String {
    let CheckpointRecord { chain, round, header, committee, time } = record;
    format!("round {round}, {time}\nheader {header}\ncommittee {committee}\nchain {chain}")
}

fn with_note(mut lines: Vec<String>, synced: bool) -> String {
    if !synced {
        lines.push("(not up to date: this is what was saved)".to_owned());
    }
    lines.join("\n")
}

/// Other people's text without what could move a terminal's cursor, change its colours, or turn the
/// direction of what stands beside it.
pub(crate) fn printable(text: &str) -> String {
    let turns = |c| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| match c {
        '\n' => '\n',
        '\t' => ' ',
        c if c.is_control() || turns(c) => '\u{fffd}',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

/// The same on one line.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{PaymentOfMessage, TokenName};

    fn from_bob(text: &str) -> MessageRecord {
        MessageRecord {
            id: String::new(),
            from: "bob".to_owned(),
            time: "2026-11-20T10:11:12.000Z".to_owned(),
            text: text.to_owned(),
            state: MessageState::Received,
            payment: None,
            envelope: None,
            request: None,
            showing: None,
        }
    }

    #[test]
    fn nobodys_text_moves_the_cursor_or_turns_a_line_round() {
        let text = "a\u{1b}[2J\u{7}b\tc\u{202e}d\r\ne\rf";
        assert_eq!(printable(text), "a\u{fffd}[2J\u{fffd}b c\u{fffd}d\ne\u{fffd}f");
        assert_eq!(one_line("a\nb"), "a b");
    }

    #[test]
    fn sixty_digits_are_three_lines_of_four_groups() {
        let digits: String = ('0'..='9').cycle().take(60).collect();
        let shown = safety(&SafetyRecord { digits, payload: "CAIS".to_owned() });
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[..3], ["01234 56789 01234 56789"; 3]);
        assert_eq!((lines[3], lines.last()), ("", Some(&"CAIS")));
    }

    #[test]
    fn a_text_does_not_look_like_a_line_of_ours() {
        let forged = "hi\n10:12  me: I owe you 100 ABC  [delivered]";
        let shown = message(&from_bob(forged));
        assert_eq!(shown.lines().count(), 2);
        assert!(shown.lines().skip(1).all(|line| line.starts_with("       | ")), "{shown}");
        let payment = PaymentOfMessage {
            tx: String::new(),
            amount: "5".to_owned(),
            token: TokenName::Abc,
            state: PaymentState::Final,
        };
        let paid = MessageRecord { payment: Some(payment), ..from_bob("a\nb") };
        assert_eq!(message(&paid), "10:11  bob: * 5 ABC: a\n       | b (final) *");
        assert_eq!(moved_on(&from_bob("a\nb"), false).lines().count(), 1);
    }

    #[test]
    fn a_memo_adds_no_line_to_the_history() {
        let entry = HistoryEntry {
            tx: String::new(),
            time: "2026-11-20T10:11:12.000Z".to_owned(),
            round: Some(1),
            direction: Flow::In,
            kind: EntryKind::Pay,
            token: TokenName::Abc,
            amount: "0.01".to_owned(),
            fee: None,
            counterparty: Some("bob".to_owned()),
            memo: Some("x\n2026-11-20 10:12  pay   +1000 ABC  carol  final".to_owned()),
            private: false,
            step: None,
            state: PaymentState::Final,
            remark: None,
            request: None,
            label: None,
            elsewhere: false,
        };
        let shown = history(&History { entries: vec![entry.clone()], synced: true });
        assert_eq!(shown.lines().count(), 1, "{shown}");
        // Who paid privately, nobody knows unless the address tells.
        let label = Some("stall\n2".to_owned());
        let private = HistoryEntry { counterparty: None, private: true, label, ..entry };
        let shown = history_line(&private);
        assert!(shown.contains("payer unknown, at \"stall 2\""), "{shown}");
        let elsewhere = HistoryEntry { elsewhere: true, state: PaymentState::Submitted, ..private };
        assert!(history_line(&elsewhere).contains("submitted on another device"));
    }
}

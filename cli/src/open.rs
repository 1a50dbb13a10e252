//! `chat open`: a conversation line by line. What is typed is a message; `/pay 5 lunch` pays; what
//! arrives and what moves on appears by itself.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write, stdin, stdout};
use std::process::ExitCode;

use api::{
    Balance, ClaimedEnvelope, Connection, Contacts, Conversation, EnvelopeState, Error, Event,
    History, MessageRecord, MessageState, OneEnvelope, OneRequest, PaymentRecord, PaymentState,
    RequestState, SentRecord, ShareState, Status, Topic,
};
use serde_json::json;
use tokio::sync::mpsc;

use crate::face::Face;
use crate::human;

/// The newest messages that are shown at the start and watched.
const SHOWN: u32 = 30;
const PREPARED: &str = "(the payment is proved now, which takes a while, and goes out by itself)";
const HELP: &str = "\
A line you type is a message. Besides:
  /pay 5 lunch   pay 5 ABC, for lunch
  /give 5 luck   a red envelope with 5 ABC, wishing luck
  /ask 5 lunch   ask for 5 ABC, for lunch
  /accept        pay the newest request
  /refuse        decline the newest request
  /open          open the newest red envelope; your share goes into the private pool
  /balance       what you have
  /history       what came and went
  /help          this text
  /quit          leave (Ctrl-D does, too)";

/// Where lines come from and where they are shown.
struct Screen {
    lines: mpsc::Receiver<String>,
    print: Box<dyn FnMut(String) + Send>,
}

/// The conversation and what of it is on the screen.
struct Open<'a> {
    face: &'a mut Face,
    /// The contact's id.
    contact: String,
    screen: Screen,
    /// State of each message that was shown, by id and writer.
    shown: BTreeMap<(String, bool), State>,
    /// False if nobody wants to hear of the network.
    sync: bool,
    online: bool,
    /// What went wrong last with the connection.
    trouble: Option<Error>,
}

/// Runs a conversation until its end is asked for.
pub(crate) async fn open(face: &mut Face, contact: &str, offline: bool) -> Result<ExitCode, Error> {
    let (name, contact) = find(face, contact).await?;
    let (screen, shown) = (screen()?, BTreeMap::new());
    let (sync, online, trouble) = (!offline, true, None);
    let mut open = Open { face, contact, screen, shown, sync, online, trouble };
    open.say(format!("You and {}. /help says what can be done.", human::one_line(&name)));
    open.show_news().await?;
    open.tell_connection().await?;
    open.talk().await?;
    Ok(ExitCode::SUCCESS)
}

/// The contact that a person means, by its name and by its id, which stays the same.
async fn find(face: &mut Face, contact: &str) -> Result<(String, String), Error> {
    let params = json!({ "contact": contact, "last": 1 });
    let name = face.call::<Conversation>("chat_messages", params).await?.contact;
    let list: Contacts = face.call("contact_list", json!({})).await?;
    let listed = list.contacts.into_iter().find(|listed| listed.name == name);
    let id = listed.map_or_else(|| contact.to_owned(), |listed| listed.id);
    Ok((name, id))
}

impl Open<'_> {
    async fn talk(&mut self) -> Result<(), Error> {
        loop {
            tokio::select! {
                line = self.screen.lines.recv() => match line.as_deref().map(str::trim_end) {
                    None | Some("/quit") => return Ok(()),
                    Some(line) => self.typed(line).await?,
                },
                event = self.face.next_event() => match event {
                    Some(event) => self.heard(event).await?,
                    None => return Err(ended()),
                },
            }
        }
    }

    async fn heard(&mut self, Event { topic, id }: Event) -> Result<(), Error> {
        match topic {
            Topic::Chat if id.is_none_or(|id| id == self.contact) => self.show_news().await,
            Topic::Connection => self.tell_connection().await,
            Topic::All => {
                self.tell_connection().await?;
                self.show_news().await
            }
            Topic::Chat
            | Topic::Profile
            | Topic::Contacts
            | Topic::Money
            | Topic::Review
            | Topic::Light
            | Topic::Window => Ok(()),
        }
    }

    /// Says once what is wrong with the connection, and once that it is right again.
    async fn tell_connection(&mut self) -> Result<(), Error> {
        if !self.sync {
            return Ok(());
        }
        let status: Status = self.face.call("status", json!({})).await?;
        match (status.trouble, status.connection) {
            (Some(trouble), _) if self.trouble.as_ref() == Some(&trouble) => {}
            (Some(trouble), _) => {
                self.say(format!("! {}", human::error(&trouble)));
                self.trouble = Some(trouble);
            }
            (None, Connection::Online) => {
                self.tell_online(true);
                self.trouble = None;
            }
            (None, Connection::Offline) => self.tell_online(false),
            (None, Connection::Connecting) => {}
        }
        Ok(())
    }

    /// A mistyped command costs nothing: its error is shown, the conversation goes on.
    async fn typed(&mut self, line: &str) -> Result<(), Error> {
        if line.trim().is_empty() {
            return Ok(());
        }
        if let Err(error) = self.obey(line).await {
            self.say(format!("! {}", human::error(&error)));
        }
        self.show_news().await
    }

    async fn obey(&mut self, line: &str) -> Result<(), Error> {
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match command {
            "/help" => self.say(HELP.to_owned()),
            "/pay" => {
                let (amount, memo) =
                    rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
                let memo = Some(memo.trim()).filter(|memo| !memo.is_empty());
                // Its proof is made beside the conversation.
                let params = json!({
                    "to": self.contact, "amount": amount, "memo": memo, "background": true
                });
                let paid = self.face.call::<PaymentRecord>("pay", params).await?;
                if paid.private && paid.state == PaymentState::Queued {
                    self.say(PREPARED.to_owned());
                }
            }
            "/give" => {
                let (amount, text) =
                    rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
                let (to, text) = (&self.contact, Some(text.trim()).filter(|text| !text.is_empty()));
                let params = json!({
                    "to": to, "amount": amount, "shares": 1, "text": text, "background": true
                });
                self.face.call::<OneEnvelope>("envelope_create", params).await?;
            }
            "/ask" => {
                let (amount, memo) =
                    rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
                let (to, memo) = (&self.contact, Some(memo.trim()).filter(|memo| !memo.is_empty()));
                let params = json!({ "to": to, "amount": amount, "memo": memo });
                self.face.call::<OneRequest>("request_create", params).await?;
            }
            "/accept" => self.answer_newest("request_pay", true).await?,
            "/refuse" => self.answer_newest("request_decline", false).await?,
            "/open" => self.open_newest().await?,
            "/balance" => {
                let params = json!({ "sync": self.sync });
                let balance: Balance = self.face.call("balance", params).await?;
                self.say(human::balance(&balance));
            }
            "/history" => {
                let params = json!({ "sync": self.sync });
                let history: History = self.face.call("history", params).await?;
                self.say(human::history(&history));
            }
            _ if command.starts_with('/') => {
                let message = format!("{command} is no command; /help lists them");
                return Err(Error::new("usage", message));
            }
            _ => {
                let params = json!({ "contact": self.contact, "text": line, "wait": self.sync });
                self.face.call::<SentRecord>("chat_send", params).await?;
            }
        }
        Ok(())
    }

    /// Claims the share of the newest red envelope that has one for us.
    async fn open_newest(&mut self) -> Result<(), Error> {
        let messages = self.newest(SHOWN).await?;
        let envelopes = messages.into_iter().rev().filter_map(|message| message.envelope);
        let mut closed = envelopes.filter(|one| one.share == ShareState::Unclaimed);
        let none = || Error::new("no_share", "there is no red envelope to open");
        let params = json!({ "id": closed.next().ok_or_else(none)?.id });
        self.face.call::<ClaimedEnvelope>("envelope_claim", params).await.map(drop)
    }

    /// Pays or declines the newest request that can be.
    async fn answer_newest(&mut self, command: &str, pays: bool) -> Result<(), Error> {
        let messages = self.newest(SHOWN).await?;
        let requests = messages.into_iter().rev().filter_map(|message| message.request);
        let mut open = requests.filter(|one| one.from != "me" && one.state == RequestState::Open);
        let none = || Error::new("unknown_request", "there is no open request");
        let id = open.next().ok_or_else(none)?.id;
        let params =
            if pays { json!({ "id": id, "background": true }) } else { json!({ "id": id }) };
        self.face.call::<OneRequest>(command, params).await.map(drop)
    }

    /// Shows messages that are new, however many came at once, and those whose state has moved on.
    async fn show_news(&mut self) -> Result<(), Error> {
        let mut last = SHOWN;
        let mut messages = self.newest(last).await?;
        while self.starts_too_late(&messages, last) {
            last = last.saturating_mul(2);
            messages = self.newest(last).await?;
        }
        let mut seen = false;
        for message in &messages {
            let state = state(message);
            match self.shown.insert(key(message), state) {
                None => {
                    seen |= message.state == MessageState::Received;
                    self.say(human::message(message));
                }
                Some(before) if before != state => {
                    let money = before.payment != state.payment
                        || before.gift != state.gift
                        || before.request != state.request;
                    self.say(human::moved_on(message, money));
                }
                Some(_) => {}
            }
        }
        if seen {
            self.face.seen(&self.contact, &messages).await?;
        }
        Ok(())
    }

    async fn newest(&mut self, last: u32) -> Result<Vec<MessageRecord>, Error> {
        let params = json!({ "contact": self.contact, "last": last });
        Ok(self.face.call::<Conversation>("chat_messages", params).await?.messages)
    }

    /// True if there may be messages before these that are not on the screen. The beginning of the
    /// conversation is not looked for when it is opened.
    fn starts_too_late(&self, messages: &[MessageRecord], asked: u32) -> bool {
        let first_is_new =
            messages.first().is_some_and(|message| !self.shown.contains_key(&key(message)));
        first_is_new && !self.shown.is_empty() && u32::try_from(messages.len()) == Ok(asked)
    }

    fn tell_online(&mut self, online: bool) {
        if self.online != online {
            self.online = online;
            self.say(if online {
                "(connected again)".to_owned()
            } else {
                "(the network does not answer; what you write is saved and goes out later)"
                    .to_owned()
            });
        }
    }

    fn say(&mut self, text: String) {
        (self.screen.print)(text);
    }
}

fn key(message: &MessageRecord) -> (String, bool) {
    (message.id.clone(), message.from == "me")
}

/// What of a message may still change.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    delivery: MessageState,
    payment: Option<PaymentState>,
    gift: Option<(EnvelopeState, ShareState)>,
    request: Option<RequestState>,
}

fn state(message: &MessageRecord) -> State {
    // `queued` turns into `sent` within a moment; one line for both is enough.
    let delivery = match message.state {
        MessageState::Queued => MessageState::Sent,
        other @ (MessageState::Sent
        | MessageState::Delivered
        | MessageState::Failed
        | MessageState::Received) => other,
    };
    let payment = message.payment.as_ref().map(|payment| payment.state);
    let gift = message.envelope.as_ref().map(|envelope| (envelope.state, envelope.share));
    let request = message.request.as_ref().map(|request| request.state);
    State { delivery, payment, gift, request }
}

fn ended() -> Error {
    let words = "the program that had this profile open has ended; open the conversation again";
    Error::new("profile_in_use", words)
}

/// A terminal with a line editor, or plain standard input and output.
fn screen() -> Result<Screen, Error> {
    let (sender, lines) = mpsc::channel(16);
    if !stdin().is_terminal() {
        std::thread::spawn(move || {
            for line in stdin().lock().split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        // Nobody reads any more: what is typed is sent all the same.
        let print = |text| writeln!(stdout(), "{text}").unwrap_or_default();
        return Ok(Screen { lines, print: Box::new(print) });
    }
    let failed = |error: rustyline::error::ReadlineError| {
        Error::new("io", format!("the terminal cannot be used: {error}"))
    };
    let mut editor = rustyline::DefaultEditor::new().map_err(failed)?;
    let mut printer = editor.create_external_printer().map_err(failed)?;
    std::thread::spawn(move || {
        while let Ok(line) = editor.readline("> ") {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let print = move |text: String| {
        // A terminal that is gone ends the editor, and with it the conversation.
        let _ = rustyline::ExternalPrinter::print(&mut printer, format!("{text}\n"));
    };
    Ok(Screen { lines, print: Box::new(print) })
}

//! The one table of commands: name, parameters, result, and which topics a success changes.
//!
//! JSON-RPC methods and the window's commands are called through it; the UI's bindings are made
//! from it and compared by a test.

use std::sync::LazyLock;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::params::{
    AccountConfirmWords, AccountNew, AccountRestore, ChatMessages, ChatRead, ChatRetry, ChatSeen,
    ChatSend, CheckpointUse, ContactAdd, ContactCompare, Fresh, HistoryOf, NetworkAdd, Nothing,
    OfContact, Pay, PayQuote, ProfileOpen, SendToAddress,
};
use crate::{App, Desk, Error, Topic};

/// A command that front ends call by name.
pub struct Command {
    /// As called.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// What a success may have changed; the events say so.
    pub changes: &'static [Topic],
    call: Call,
    /// Parameters and result, for the bindings.
    #[cfg(test)]
    pub(crate) shapes: fn(&mut specta::Types) -> [specta::datatype::DataType; 2],
}

type Call = Box<dyn Fn(Desk, Value) -> BoxFuture<'static, Result<Value, Error>> + Send + Sync>;

/// What may cross: in tests, what the bindings can describe.
#[cfg(test)]
trait Shape: specta::Type {}
#[cfg(test)]
impl<T: specta::Type> Shape for T {}
#[cfg(not(test))]
trait Shape {}
#[cfg(not(test))]
impl<T> Shape for T {}

impl Command {
    pub(crate) fn run(
        &self,
        desk: Desk,
        params: Value,
    ) -> BoxFuture<'static, Result<Value, Error>> {
        (self.call)(desk, params)
    }
}

/// All commands, in the order of the table.
#[must_use]
pub fn commands() -> &'static [Command] {
    static TABLE: LazyLock<Vec<Command>> = LazyLock::new(table);
    &TABLE
}

pub(crate) fn find(name: &str) -> Option<&'static Command> {
    commands().iter().find(|command| command.name == name)
}

fn table() -> Vec<Command> {
    profile().into_iter().chain(chat()).chain(money()).collect()
}

fn profile() -> Vec<Command> {
    vec![
        desk("status", "What there is of the profile and the network.", &[], {
            |desk, _: Nothing| async move { desk.status().await }
        }),
        desk("profile_open", "Tries again to open the profile.", &[Topic::Profile], {
            |desk, p: ProfileOpen| async move { desk.open_again(p.passphrase).await }
        }),
        desk("account_new", "Makes a new account.", &[Topic::Profile], {
            |desk, p: AccountNew| async move { desk.account_new(p).await }
        }),
        desk("account_restore", "Makes an account from its words.", &[Topic::Profile], {
            |desk, p: AccountRestore| async move { desk.account_restore(p).await }
        }),
        app(
            "account_show",
            "The account.",
            &[],
            |app, _: Nothing| async move { app.account().await },
        ),
        app("account_words", "The 24 words: whoever has them has everything.", &[], {
            |app, _: Nothing| async move { app.words().await }
        }),
        app("account_confirm_words", "Notes that the words are written down.", &[], {
            |app, p: AccountConfirmWords| async move { app.confirm_words(&p.words).await }
        }),
        app("network_add", "Remembers an address of the network.", &[Topic::Profile], {
            |app, p: NetworkAdd| async move { app.network_add(&p.address).await }
        }),
        app("light", "What the light node has checked.", &[], |app, _: Nothing| async move {
            app.light().await
        }),
        app("explorer", "The ledger and the network as seen from here.", &[], {
            |app, p: Fresh| async move { app.explorer(p.sync).await }
        }),
        app("doctor", "Tries every way to the network.", &[], |app, _: Nothing| async move {
            app.doctor().await
        }),
        app("checkpoint", "The newest header that is trusted.", &[], {
            |app, _: Nothing| async move { app.checkpoint().await }
        }),
        app("checkpoint_use", "Begins from a checkpoint.", &[Topic::Light, Topic::Money], {
            |app, p: CheckpointUse| async move { app.checkpoint_use(&p.checkpoint).await }
        }),
        app("sync", "Brings the profile up to date.", &[], |app, _: Nothing| async move {
            app.sync().await
        }),
        desk("window_raise", "Brings the window to the front.", &[Topic::Window], {
            |desk, _: Nothing| async move { desk.window_raise() }
        }),
    ]
}

fn chat() -> Vec<Command> {
    vec![
        app("invite", "An invite to give to somebody.", &[], |app, _: Nothing| async move {
            app.invite().await
        }),
        app("contact_add", "Adds the owner of an invite.", &[Topic::Contacts], {
            |app, p: ContactAdd| async move { app.contact_add(&p.invite, p.wait).await }
        }),
        app("contact_list", "All contacts but the declined ones.", &[], {
            |app, p: Fresh| async move { app.contact_list(p.sync).await }
        }),
        app("contact_accept", "Accepts somebody who wrote first.", &[Topic::Chat], {
            |app, p: OfContact| async move { app.contact_accept(&p.contact).await }
        }),
        app("contact_decline", "Wants nothing from this contact.", &[Topic::Chat], {
            |app, p: OfContact| async move { app.contact_decline(&p.contact).await }
        }),
        app("contact_safety", "The safety number, to be compared with a contact.", &[], {
            |app, p: OfContact| async move { app.contact_safety(&p.contact).await }
        }),
        app("contact_compare", "Compares what a contact showed with the safety number.", &[], {
            |app, p: ContactCompare| async move { app.contact_compare(&p.contact, &p.payload).await }
        }),
        app("chat_list", "All conversations, newest first.", &[], |app, _: Nothing| async move {
            app.chat_list().await
        }),
        app("chat_messages", "A conversation as saved.", &[], |app, p: ChatMessages| async move {
            app.chat_messages(&p.contact, p.last).await
        }),
        app("chat_seen", "Notes that a conversation was looked at.", &[], {
            |app, p: ChatSeen| async move { app.chat_seen(&p.contact, p.up_to.as_deref()).await }
        }),
        app("chat_send", "Writes a message: saved first, then sent.", &[], {
            |app, p: ChatSend| async move { app.chat_send(&p.contact, &p.text, p.wait).await }
        }),
        app("chat_retry", "Tries a message again that was given up.", &[], {
            |app, p: ChatRetry| async move { app.chat_retry(&p.contact, &p.message).await }
        }),
        app("chat_read", "A conversation, brought up to date and marked as read.", &[], {
            |app, p: ChatRead| async move {
                let wait = p.wait.map(|seconds| Duration::from_secs(seconds.into()));
                app.chat_read(&p.contact, wait, p.last).await
            }
        }),
    ]
}

fn money() -> Vec<Command> {
    vec![
        app("pay_quote", "What a payment would cost.", &[], |app, p: PayQuote| async move {
            app.pay_quote(&p.to, &p.amount).await
        }),
        app("pay", "Pays a contact or an address.", &[Topic::Money], |app, p: Pay| async move {
            app.pay(&p.to, &p.amount, p.memo.as_deref(), p.wait).await
        }),
        app("send_to_address", "Pays an address.", &[Topic::Money], {
            |app, p: SendToAddress| async move {
                app.send_to_address(&p.address, &p.amount, p.wait).await
            }
        }),
        app("faucet", "A devnet's gift of play money.", &[Topic::Money], {
            |app, _: Nothing| async move { app.faucet().await }
        }),
        app("balance", "What there is, as last proved.", &[], |app, p: Fresh| async move {
            app.balance(p.sync).await
        }),
        app("history", "What came and went.", &[], |app, p: HistoryOf| async move {
            app.history(p.from.as_deref(), p.to.as_deref(), p.sync).await
        }),
    ]
}

/// A command that needs an open profile.
fn app<P, R, F>(
    name: &'static str,
    doc: &'static str,
    changes: &'static [Topic],
    run: fn(App, P) -> F,
) -> Command
where
    P: DeserializeOwned + Shape + Send + 'static,
    R: Serialize + Shape + 'static,
    F: Future<Output = Result<R, Error>> + Send + 'static,
{
    let call = move |desk: Desk, params| -> BoxFuture<'static, _> {
        Box::pin(async move { record(run(desk.app().await?, parse(name, params)?).await?) })
    };
    command::<P, R>((name, doc, changes), Box::new(call))
}

/// A command that also works without one.
fn desk<P, R, F>(
    name: &'static str,
    doc: &'static str,
    changes: &'static [Topic],
    run: fn(Desk, P) -> F,
) -> Command
where
    P: DeserializeOwned + Shape + Send + 'static,
    R: Serialize + Shape + 'static,
    F: Future<Output = Result<R, Error>> + Send + 'static,
{
    let call = move |desk, params| -> BoxFuture<'static, _> {
        Box::pin(async move { record(run(desk, parse(name, params)?).await?) })
    };
    command::<P, R>((name, doc, changes), Box::new(call))
}

fn command<P: Shape, R: Shape>(
    (name, doc, changes): (&'static str, &'static str, &'static [Topic]),
    call: Call,
) -> Command {
    Command {
        name,
        doc,
        changes,
        call,
        #[cfg(test)]
        shapes: |types| [P::definition(types), R::definition(types)],
    }
}

fn parse<P: DeserializeOwned>(name: &str, params: Value) -> Result<P, Error> {
    serde_json::from_value(params)
        .map_err(|error| Error::new("usage", format!("{name}: {}", reason(&error))))
}

/// What is wrong with parameters, without what was in them: that may be words or a passphrase.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let harmless = ["missing field", "unknown field", "duplicate field"];
    let names_only = harmless.iter().any(|begin| text.starts_with(begin));
    if names_only { text } else { "wrong parameters".to_owned() }
}

fn record<R: Serialize>(record: R) -> Result<Value, Error> {
    serde_json::to_value(record).map_err(|error| Error::new("internal", error.to_string()))
}

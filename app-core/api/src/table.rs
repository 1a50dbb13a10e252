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

use crate::commands::file::file_save;
use crate::params::{
    AccountConfirmWords, AccountNew, AccountRestore, AddressAdd, AddressText, ChatMessages,
    ChatRead, ChatRetry, ChatSeen, ChatSend, CheckpointUse, ContactAdd, ContactCompare,
    ContactMark, EnvelopeClaim, EnvelopeCreate, FileSave, Fresh, HistoryOf, LinkCreate, Migrate,
    NetworkAdd, Nothing, OfChallenge, OfContact, OfRequest, OfTransfer, Pay, PayQuote,
    PrivateAddress, ProfileOpen, RequestCreate, RequestPay, RequestSplit, ReviewChallenge,
    ReviewCheck, ReviewGrant, ReviewImport, ReviewPreview, ReviewSave, ReviewShow, ReviewStatement,
    ReviewStop, RotationCommit, RotationText, SendAllToFalcon, SendToAddress, TopUp, TopUpLater,
    TransferList,
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

/// What a conversation and the list of grants show.
const SHOWING: &[Topic] = &[Topic::Review, Topic::Chat];

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
    let money = money().into_iter().chain(asks()).chain(review());
    profile().into_iter().chain(chat()).chain(money).collect()
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
        app("contact_mark", "Marks a safety number as compared, or not.", &[Topic::Chat], {
            |app, p: ContactMark| async move { app.contact_mark(&p.contact, p.compared).await }
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
            app.pay_quote_as(p).await
        }),
        signing(
            "pay",
            "Pays a contact or an address.",
            &[Topic::Money],
            |app, p: Pay| async move { app.pay_as(p).await },
        ),
        app("transfer_list", "Private payments under way, and those that were given up.", &[], {
            |app, p: TransferList| async move { app.transfer_list(p.contact.as_deref()).await }
        }),
        app("transfer_cancel", "Calls a private payment off.", &[Topic::Money, Topic::Chat], {
            |app, p: OfTransfer| async move { app.transfer_cancel(&p.id).await }
        }),
        app("private_address", "An address in the private pool.", &[], {
            |app, p: PrivateAddress| async move { app.private_address(&p.label).await }
        }),
        signing("top_up", "Puts money into the private pool.", &[Topic::Money], {
            |app, p: TopUp| async move { app.top_up(&p.amount, p.wait).await }
        }),
        signing("top_up_later", "Puts money into the pool meanwhile.", &[Topic::Money], {
            |app, p: TopUpLater| async move { app.top_up_later(&p.amount).await }
        }),
        app("pool_show", "The private pool as its owner sees it.", &[], {
            |app, p: Fresh| async move { app.pool_show(p.sync).await }
        }),
        signing("send_to_address", "Pays an address.", &[Topic::Money], {
            |app, p: SendToAddress| async move { app.send_to_address(p).await }
        }),
        signing("migrate", "Moves the account to its Falcon key.", &[Topic::Money], {
            |app, p: Migrate| async move { app.migrate(p.wait).await }
        }),
        signing("send_all_to_falcon", "Pays everything to a Falcon address.", &[Topic::Money], {
            |app, p: SendAllToFalcon| async move { app.send_all_to_falcon(p).await }
        }),
        app("rotation_show", "What our move needs once ECDSA is off, and how far it is.", &[], {
            |app, _: Nothing| async move { app.rotation_show().await }
        }),
        app("rotation_quote", "What committing to somebody's move would cost.", &[], {
            |app, p: RotationText| async move { app.rotation_quote(p.text).await }
        }),
        signing("rotation_commit", "Pays for the commitment to a move.", &[Topic::Money], {
            |app, p: RotationCommit| async move { app.rotation_commit(p.text, p.wait).await }
        }),
        app("move_outlook", "What moving to Falcon means for the account.", &[], {
            |app, p: Fresh| async move { app.move_outlook(p.sync).await }
        }),
        signing("envelope_create", "Gives in a chat, in shares.", &[Topic::Money, Topic::Chat], {
            |app, p: EnvelopeCreate| async move { app.envelope_create(p).await }
        }),
        app("envelope_quote", "What a red envelope would take.", &[], {
            |app, p: EnvelopeCreate| async move { app.envelope_quote(p).await }
        }),
        signing("envelope_claim", "Takes a share.", &[Topic::Money, Topic::Chat], {
            |app, p: EnvelopeClaim| async move { app.envelope_claim(&p.id, p.public, p.wait).await }
        }),
        app("envelope_list", "All red envelopes, as last proved.", &[], {
            |app, p: Fresh| async move { app.envelope_list(p.sync).await }
        }),
        signing("faucet", "A devnet's gift of play money.", &[Topic::Money], {
            |app, _: Nothing| async move { app.faucet().await }
        }),
        app("balance", "What there is, as last proved.", &[], |app, p: Fresh| async move {
            app.balance(p.sync).await
        }),
        app("review_statement", "All entries of a period, with their proofs.", &[], {
            |app, p: ReviewStatement| async move { app.review_statement(p).await }
        }),
        app("review_save", "Writes all entries of a period into the folder of downloads.", &[], {
            |app, p: ReviewSave| async move { app.review_save(p).await }
        }),
        app("file_save", "Writes a text of the window into the folder of downloads.", &[], {
            |_: App, p: FileSave| async move { file_save(&p) }
        }),
        app("history", "What came and went.", &[], |app, p: HistoryOf| async move {
            app.history(p.from.as_deref(), p.to.as_deref(), p.sync).await
        }),
    ]
}

fn asks() -> Vec<Command> {
    vec![
        app("request_create", "Asks a contact for money.", &[Topic::Chat], {
            |app, p: RequestCreate| async move { app.request_create(p).await }
        }),
        app("request_split", "Splits a bill among contacts.", &[Topic::Chat], {
            |app, p: RequestSplit| async move { app.request_split(p).await }
        }),
        app("request_list", "All requests of payment.", &[], |app, p: Fresh| async move {
            app.request_list(p.sync).await
        }),
        signing("request_pay", "Pays what a contact asks for.", &[Topic::Money, Topic::Chat], {
            |app, p: RequestPay| async move { app.request_pay(p).await }
        }),
        app("request_decline", "Declines a request, or withdraws one's own.", &[Topic::Chat], {
            |app, p: OfRequest| async move { app.request_decline(&p.id, p.wait).await }
        }),
        app("link_create", "A link by which anybody can pay us.", &[], {
            |app, p: LinkCreate| async move { app.link_create(p).await }
        }),
        app("address_look", "What is known of an address before it is paid.", &[], {
            |app, p: AddressText| async move { app.address_look(&p.text).await }
        }),
        app("address_add", "Gives an address a name.", &[Topic::Money], {
            |app, p: AddressAdd| async move { app.address_add(&p.address, &p.name).await }
        }),
        app("address_list", "The address book.", &[], |app, _: Nothing| async move {
            app.address_list().await
        }),
        app("address_remove", "Strikes an address out of the book.", &[Topic::Money], {
            |app, p: AddressText| async move { app.address_remove(&p.text).await }
        }),
    ]
}

fn review() -> Vec<Command> {
    vec![
        app("review_preview", "What a review grant would open, and for whom.", &[], {
            |app, p: ReviewPreview| async move { app.review_preview(p).await }
        }),
        signing("review_grant", "Gives a review key.", SHOWING, {
            |app, p: ReviewGrant| async move { app.review_grant(p).await }
        }),
        app("review_import", "Takes a review key that came as a file.", &[Topic::Review], {
            |app, p: ReviewImport| async move { app.review_import(&p.card).await }
        }),
        signing("review_stop", "Stops a review grant.", &[Topic::Review], {
            |app, p: ReviewStop| async move { app.review_stop(&p.serial).await }
        }),
        app("review_list", "All review grants, given and received.", &[], {
            |app, p: Fresh| async move { app.review_list(p.sync).await }
        }),
        app("review_show", "An account that we review, as proved.", &[], {
            |app, p: ReviewShow| async move { app.review_show(&p.whose, p.sync).await }
        }),
        app("review_challenge", "Asks somebody to show us a payment.", SHOWING, {
            |app, p: ReviewChallenge| async move { app.review_challenge(p).await }
        }),
        app(
            "review_decline",
            "Declines to show a payment, or withdraws one's own wish.",
            SHOWING,
            |app, p: OfChallenge| async move { app.review_decline(&p.id, p.wait).await },
        ),
        app("review_check", "Checks a payment that somebody shows us.", &[Topic::Review], {
            |app, p: ReviewCheck| async move { app.review_check(&p.file).await }
        }),
        app("review_card", "What others seal grants to.", &[], |app, _: Nothing| async move {
            app.review_card().await
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

/// A command that pays or signs, which a profile that only reviews does not do.
fn signing<P, R, F>(
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
        Box::pin(async move {
            let app = desk.app().await?;
            app.signs()?;
            record(run(app, parse(name, params)?).await?)
        })
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

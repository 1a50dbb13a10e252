//! Making a profile: a new account, or one from its words.

use api::{Account, App, Error, Options};
use serde_json::json;

use crate::{face, unlock};

/// Makes a new account.
pub(crate) async fn new(
    options: &Options,
    name: Option<&str>,
    review_only: bool,
) -> Result<Account, Error> {
    let passphrase = api::given_passphrase();
    let passphrase = passphrase.as_ref().map(|text| text.as_str());
    if let Some(mut other) = face::join(options).await? {
        let params = json!({ "name": name, "passphrase": passphrase, "review_only": review_only });
        return face::ask(&mut other, "account_new", params).await;
    }
    let made = if review_only {
        App::create_reviewer(options, name, passphrase).await
    } else {
        App::create(options, name, passphrase).await
    };
    shown(made?).await
}

/// Makes an account from its words, read from standard input.
pub(crate) async fn restore(options: &Options, name: Option<&str>) -> Result<Account, Error> {
    let (words, passphrase) = (unlock::words()?, api::given_passphrase());
    let passphrase = passphrase.as_ref().map(|text| text.as_str());
    if let Some(mut other) = face::join(options).await? {
        let params = json!({ "name": name, "words": words.as_str(), "passphrase": passphrase });
        return face::ask(&mut other, "account_restore", params).await;
    }
    shown(App::restore(options, name, &words, passphrase).await?).await
}

async fn shown(app: App) -> Result<Account, Error> {
    let account = app.account().await;
    app.close().await;
    account
}

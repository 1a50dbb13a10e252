//! Making a profile: a new account, or one from its words.

use api::{Account, App, Error, Options};
use serde_json::{Value, json};

use crate::{face, unlock};

/// Makes a new account.
pub(crate) async fn new(options: &Options, name: Option<&str>) -> Result<Account, Error> {
    let passphrase = api::given_passphrase();
    let passphrase = passphrase.as_ref().map(|text| text.as_str());
    let params = json!({ "name": name, "passphrase": passphrase });
    if let Some(account) = elsewhere(options, "account_new", params).await? {
        return Ok(account);
    }
    shown(App::create(options, name, passphrase).await?).await
}

/// Makes an account from its words, read from standard input.
pub(crate) async fn restore(options: &Options, name: Option<&str>) -> Result<Account, Error> {
    let (words, passphrase) = (unlock::words()?, api::given_passphrase());
    let passphrase = passphrase.as_ref().map(|text| text.as_str());
    let params = json!({ "name": name, "words": words.as_str(), "passphrase": passphrase });
    if let Some(account) = elsewhere(options, "account_restore", params).await? {
        return Ok(account);
    }
    shown(App::restore(options, name, &words, passphrase).await?).await
}

/// Has it done by the program that serves this folder, if there is one.
async fn elsewhere(options: &Options, name: &str, params: Value) -> Result<Option<Account>, Error> {
    match face::join(options).await? {
        Some(mut client) => face::ask(&mut client, name, params).await.map(Some),
        None => Ok(None),
    }
}

async fn shown(app: App) -> Result<Account, Error> {
    let account = app.account().await;
    app.close().await;
    account
}

//! From a parsed command line to a call of `api` and its record on the screen.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use api::{App, Error, Options, account_new, account_restore};

use crate::args::{Account, Chat, Cli, Command, Contact, Global};
use crate::output::print;
use crate::{devnet, human, log, open, unlock};

/// Runs a command to its end.
pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let Cli { global, command } = cli;
    if let Command::Devnet(devnet) = &command {
        return Err(devnet::become_node(&global, devnet));
    }
    let options = options(&global)?;
    log::start(&options.dir);
    let json = global.json;
    if let Command::Account(Account::New { name }) = &command {
        let passphrase = unlock::chosen();
        let passphrase = passphrase.as_ref().map(|text| text.as_str());
        let account = account_new(&options, name.as_deref(), passphrase).await?;
        return print(json, &account, human::new_account);
    }
    if let Command::Account(Account::Restore { name }) = &command {
        let (words, passphrase) = (unlock::words()?, unlock::chosen());
        let passphrase = passphrase.as_ref().map(|text| text.as_str());
        let account = account_restore(&options, name.as_deref(), &words, passphrase).await?;
        return print(json, &account, human::account);
    }
    let mut app = App::open(&options, unlock::passphrase).await?;
    let result = with_profile(&mut app, &global, command).await;
    app.close().await;
    result
}

async fn with_profile(app: &mut App, global: &Global, command: Command) -> Result<ExitCode, Error> {
    let json = global.json;
    match command {
        Command::Devnet(_) | Command::Account(Account::New { .. } | Account::Restore { .. }) => {
            Err(Error::new("internal", "this command needs no profile"))
        }
        Command::Account(Account::Show) => print(json, &app.account().await?, human::account),
        Command::Account(Account::Words) => print(json, &app.words().await?, human::words),
        Command::Invite => print(json, &app.invite().await?, human::invite),
        Command::Contact(Contact::Add { invite }) => {
            print(json, &app.contact_add(&invite).await?, human::contact_added)
        }
        Command::Contact(Contact::List) => print(json, &app.contact_list().await?, human::contacts),
        Command::Chat(Chat::Send { contact, text }) => {
            print(json, &app.chat_send(&contact, &text).await?, human::sent)
        }
        Command::Chat(Chat::Read { contact, wait, last }) => {
            let wait = wait.map(Duration::from_secs);
            print(json, &app.chat_read(&contact, wait, last).await?, human::conversation)
        }
        Command::Chat(Chat::Open { contact }) => open::open(app, &contact, json).await,
        Command::Faucet => print(json, &app.faucet().await?, human::faucet),
        Command::Balance => print(json, &app.balance().await?, human::balance),
        Command::History { from, to } => {
            let history = app.history(from.as_deref(), to.as_deref()).await?;
            print(json, &history, human::history)
        }
        Command::Pay { to, amount, memo, public: _, wait } => {
            // Every payment is transparent in this release; `--public` asks for just that.
            let paid = app.pay(&to, &amount, memo.as_deref(), wait).await?;
            print(json, &paid, human::payment)
        }
        Command::SendToAddress { address, amount, wait } => {
            print(json, &app.send_to_address(&address, &amount, wait).await?, human::payment)
        }
        Command::Sync => print(json, &app.sync().await?, human::synced),
    }
}

fn options(global: &Global) -> Result<Options, Error> {
    let dir =
        global.profile.clone().or_else(default_profile).ok_or_else(|| {
            Error::new("no_profile", "there is no home folder; say --profile DIR")
        })?;
    Ok(Options { dir, bootstrap: global.bootstrap.clone(), offline: global.offline })
}

fn default_profile() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let data = set("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(PathBuf::from(set("HOME")?).join(".local").join("share")));
    data.map(|data| data.join("bcm").join("profile"))
}

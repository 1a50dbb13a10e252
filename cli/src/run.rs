//! From a parsed command line to a command of the core and its record on the screen.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::{
    CheckpointRecord, ComparedRecord, Conversation, Error, LightRecord, Options, SyncRecord,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::args::{Account, Chat, Cli, Command, Contact, Global};
use crate::face::Face;
use crate::output::print;
use crate::{account, devnet, human, open, seen, serve};

/// Runs a command to its end.
pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let Cli { global, command } = cli;
    if let Command::Devnet(devnet) = &command {
        return Err(devnet::become_node(&global, devnet));
    }
    let (options, json) = (options(&global)?, global.json);
    if let Command::Account(Account::New { name }) = &command {
        return print(json, &account::new(&options, name.as_deref()).await?, human::new_account);
    }
    if let Command::Account(Account::Restore { name }) = &command {
        return print(json, &account::restore(&options, name.as_deref()).await?, human::account);
    }
    if let Command::Serve(wish) = &command {
        return serve::serve(options, wish, json).await;
    }
    // What an account is stands in the profile: nobody is asked, and no mail is taken meanwhile.
    let offline = options.offline || matches!(command, Command::Account(_));
    let face = Face::open(&Options { offline, ..options }).await?;
    let mut runner = Runner { face, json, offline: global.offline };
    let result = runner.run(command).await;
    runner.face.close().await;
    result
}

/// An open profile and how its records are printed.
struct Runner {
    face: Face,
    json: bool,
    offline: bool,
}

impl Runner {
    async fn run(&mut self, command: Command) -> Result<ExitCode, Error> {
        let (nothing, sync) = (json!({}), !self.offline);
        match command {
            Command::Devnet(_) | Command::Serve(_) => Err(misplaced()),
            Command::Account(command) => self.account(&command).await,
            Command::Invite => {
                self.online()?;
                self.show("invite", nothing, human::invite).await
            }
            Command::Contact(command) => self.contact(command).await,
            Command::Chat(command) => self.chat(command).await,
            Command::Faucet => {
                self.online()?;
                self.show("faucet", nothing, human::faucet).await
            }
            Command::Balance => self.show("balance", json!({ "sync": sync }), human::balance).await,
            Command::History { from, to } => {
                let params = json!({ "from": from, "to": to, "sync": sync });
                self.show("history", params, human::history).await
            }
            Command::Pay { to, amount, memo, public: _, wait } => {
                // Every payment is transparent in this release; `--public` asks for just that.
                let wait = wait && !self.offline;
                let params = json!({ "to": to, "amount": amount, "memo": memo, "wait": wait });
                self.show("pay", params, human::payment).await
            }
            Command::SendToAddress { address, amount, wait } => {
                let wait = wait && !self.offline;
                let params = json!({ "address": address, "amount": amount, "wait": wait });
                self.show("send_to_address", params, human::payment).await
            }
            Command::Sync => self.sync().await,
            Command::Explorer => {
                self.show("explorer", json!({ "sync": sync }), seen::explorer).await
            }
            Command::Doctor => {
                self.online()?;
                self.show("doctor", nothing, seen::diagnosis).await
            }
            Command::Checkpoint { out, from } => self.checkpoint(out, from).await,
        }
    }

    async fn account(&mut self, command: &Account) -> Result<ExitCode, Error> {
        match command {
            Account::New { .. } | Account::Restore { .. } => Err(misplaced()),
            Account::Show => self.show("account_show", json!({}), human::account).await,
            Account::Words => self.show("account_words", json!({}), human::words).await,
        }
    }

    async fn contact(&mut self, command: Contact) -> Result<ExitCode, Error> {
        match command {
            Contact::Add { invite } => {
                let params = json!({ "invite": invite, "wait": !self.offline });
                self.show("contact_add", params, human::contact_added).await
            }
            Contact::List => {
                let params = json!({ "sync": !self.offline });
                self.show("contact_list", params, human::contacts).await
            }
            Contact::Safety { contact } => {
                let params = json!({ "contact": contact });
                self.show("contact_safety", params, human::safety).await
            }
            Contact::Compare { contact, payload } => {
                let params = json!({ "contact": contact, "payload": payload });
                let record: ComparedRecord = self.face.call("contact_compare", params).await?;
                let printed = print(self.json, &record, human::compared)?;
                Ok(if record.matches { printed } else { ExitCode::FAILURE })
            }
        }
    }

    async fn chat(&mut self, command: Chat) -> Result<ExitCode, Error> {
        match command {
            Chat::Send { contact, text } => {
                let params = json!({ "contact": contact, "text": text, "wait": !self.offline });
                self.show("chat_send", params, human::sent).await
            }
            Chat::Read { contact, wait, last } if !self.offline => {
                let wait = wait.map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
                let params = json!({ "contact": contact, "wait": wait, "last": last });
                self.show("chat_read", params, human::conversation).await
            }
            Chat::Read { contact, wait: _, last } => {
                let params = json!({ "contact": contact, "last": last });
                let read: Conversation = self.face.call("chat_messages", params).await?;
                self.face.seen(&contact, &read.messages).await?;
                print(self.json, &read, human::conversation)
            }
            Chat::Open { contact } if !self.json => {
                open::open(&mut self.face, &contact, self.offline).await
            }
            Chat::Open { .. } => {
                let words = "chat open is for people; scripts use chat send and read";
                Err(Error::new("usage", words))
            }
        }
    }

    async fn sync(&mut self) -> Result<ExitCode, Error> {
        if !self.offline {
            return self.show("sync", json!({}), human::synced).await;
        }
        let light: LightRecord = self.face.call("light", json!({})).await?;
        let round = light.round;
        let saved = SyncRecord { synced: false, round, behind: 0, received: 0, sent: 0 };
        print(self.json, &saved, human::synced)
    }

    async fn checkpoint(
        &mut self,
        out: Option<PathBuf>,
        from: Option<PathBuf>,
    ) -> Result<ExitCode, Error> {
        if let Some(file) = from {
            self.online()?;
            let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
            let checkpoint: Value = serde_json::from_slice(&bytes)
                .map_err(|_| Error::new("usage", "this file holds no checkpoint"))?;
            let params = json!({ "checkpoint": checkpoint });
            return self.show("checkpoint_use", params, human::synced).await;
        }
        let record: CheckpointRecord = self.face.call("checkpoint", json!({})).await?;
        if let Some(file) = out {
            let text = serde_json::to_string(&record)
                .map_err(|_| Error::new("internal", "a checkpoint cannot be written down"))?;
            std::fs::write(&file, text + "\n").map_err(|error| unreadable(&file, &error))?;
        }
        print(self.json, &record, human::checkpoint)
    }

    async fn show<R: Serialize + DeserializeOwned>(
        &mut self,
        name: &str,
        params: Value,
        human: fn(&R) -> String,
    ) -> Result<ExitCode, Error> {
        let record: R = self.face.call(name, params).await?;
        print(self.json, &record, human)
    }

    /// Whoever has the profile open may have a network; somebody who says `--offline` wants none.
    fn online(&self) -> Result<(), Error> {
        let words = "this needs the network; leave --offline out";
        if self.offline { Err(Error::new("no_network", words)) } else { Ok(()) }
    }
}

fn unreadable(file: &Path, error: &std::io::Error) -> Error {
    Error::new("io", format!("{}: {error}", file.display()))
}

fn misplaced() -> Error {
    Error::new("internal", "this command needs no profile")
}

fn options(global: &Global) -> Result<Options, Error> {
    let dir =
        global.profile.clone().or_else(api::default_profile).ok_or_else(|| {
            Error::new("no_profile", "there is no home folder; say --profile DIR")
        })?;
    Ok(Options { dir, bootstrap: global.bootstrap.clone(), offline: global.offline })
}

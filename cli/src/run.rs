//! From a parsed command line to a command of the core and its record on the screen.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::{
    CheckpointRecord, ComparedRecord, Conversation, Error, LightRecord, Options, SyncRecord,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::args::{Account, Chat, Cli, Command, Contact, Envelope, Global, Private};
use crate::face::Face;
use crate::output::print;
use crate::{account, devnet, first, gift, human, open, seen, serve};

mod review;

/// Runs a command to its end.
pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let Cli { global, command } = cli;
    if let Command::Devnet(devnet) = &command {
        return Err(devnet::become_node(&global, devnet));
    }
    let (options, json) = (options(&global)?, global.json);
    if let Command::Account(Account::New { name, review_only }) = &command {
        let made = account::new(&options, name.as_deref(), *review_only).await?;
        return print(json, &made, human::new_account);
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
pub(crate) struct Runner {
    pub(crate) face: Face,
    pub(crate) json: bool,
    pub(crate) offline: bool,
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
            Command::Pay { to, amount, memo, public, private, sure, wait } => {
                let sure = self.agreed(&to, sure).await?;
                let wait = wait && !self.offline;
                let mut params = json!({
                    "to": to, "amount": amount, "memo": memo, "public": public, "private": private,
                    "sure": sure, "wait": wait,
                });
                // Somebody who looks at it may call it off while it is proved.
                params["background"] = (!self.json && self.face.is_shared()).into();
                if !public {
                    params["top_up"] =
                        self.beforehand((&to, amount.as_deref()), private).await?.into();
                }
                self.show("pay", params, human::payment).await
            }
            Command::Cancel { payment } => {
                self.show("transfer_cancel", json!({ "id": payment }), first::called_off).await
            }
            Command::Private(command) => self.private(command).await,
            Command::SendToAddress { address, amount, sure, wait } => {
                let sure = self.agreed(&address, sure).await?;
                let wait = wait && !self.offline;
                let mut params = json!({ "address": address, "amount": amount });
                (params["sure"], params["wait"]) = (sure.into(), wait.into());
                self.show("send_to_address", params, human::payment).await
            }
            Command::Migrate { wait } => {
                let params = json!({ "wait": wait && !self.offline });
                self.show("migrate", params, human::moved).await
            }
            Command::SendAllToFalcon { address, with_private, wait } => {
                let wait = wait && !self.offline;
                let mut params =
                    json!({ "address": address, "with_private": with_private, "wait": wait });
                params["background"] = (!self.json && self.face.is_shared()).into();
                self.show("send_all_to_falcon", params, human::moved).await
            }
            Command::Rotation(command) => self.rotation(command).await,
            Command::Envelope(command) => self.envelope(command).await,
            Command::Review(command) => self.review(command).await,
            Command::Request(command) => self.request(command).await,
            Command::Link(command) => self.link(command).await,
            Command::Address(command) => self.address(command).await,
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

    async fn private(&mut self, command: Private) -> Result<ExitCode, Error> {
        match command {
            Private::Address { label } => {
                let params = json!({ "label": label });
                self.show("private_address", params, human::private_address).await
            }
            Private::Show => {
                let params = json!({ "sync": !self.offline });
                self.show("pool_show", params, first::pool).await
            }
            Private::TopUp { amount, wait } => {
                let params = json!({ "amount": amount, "wait": wait && !self.offline });
                self.show("top_up", params, human::topped_up).await
            }
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

    async fn envelope(&mut self, command: Envelope) -> Result<ExitCode, Error> {
        let online = !self.offline;
        match command {
            Envelope::Create { to, amount, shares, lucky, text, public } => {
                let mut params = json!({ "to": to, "amount": amount, "shares": shares });
                if !public {
                    params["top_up"] = self.before_giving(params.clone()).await?.into();
                }
                params["public"] = public.into();
                params["lucky"] = lucky.into();
                params["text"] = text.into();
                params["wait"] = online.into();
                self.show("envelope_create", params, gift::made).await
            }
            Envelope::Claim { id, public } => {
                let params = json!({ "id": id, "public": public, "wait": online });
                self.show("envelope_claim", params, gift::claimed).await
            }
            Envelope::List => {
                self.show("envelope_list", json!({ "sync": online }), gift::list).await
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

    pub(crate) async fn show<R: Serialize + DeserializeOwned>(
        &mut self,
        name: &str,
        params: Value,
        human: fn(&R) -> String,
    ) -> Result<ExitCode, Error> {
        let record: R = self.face.call(name, params).await?;
        print(self.json, &record, human)
    }

    /// Whoever has the profile open may have a network; somebody who says `--offline` wants none.
    pub(crate) fn online(&self) -> Result<(), Error> {
        let words = "this needs the network; leave --offline out";
        if self.offline { Err(Error::new("no_network", words)) } else { Ok(()) }
    }
}

pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Error {
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

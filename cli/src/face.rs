//! What a command talks to: the profile it opened itself, or the program that has it open. Both
//! know the same commands by the same names.

use api::socket::Client;
use api::{
    Connection, Desk, Error, Event, Events, MessageRecord, MessageState, Options, Status, Stay,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use types::ChainId;

use crate::unlock;

/// An open profile, here or in another program.
pub(crate) enum Face {
    /// This process has it.
    Own(Desk, Events),
    /// A window or a server has it.
    Theirs(Box<Client>, Options),
}

impl Face {
    /// Reaches the profile: through whoever has it open, else by opening it.
    pub(crate) async fn open(options: &Options) -> Result<Self, Error> {
        if let Some(client) = join(options).await? {
            return Ok(Self::Theirs(client, options.clone()));
        }
        Self::own(options).await
    }

    async fn own(options: &Options) -> Result<Self, Error> {
        let desk = Desk::open(options.clone(), Stay::OneCommand, unlock::passphrase).await;
        let Err(why) = desk.app().await else {
            let events = desk.events();
            return Ok(Self::Own(desk, events));
        };
        desk.close().await;
        // Whoever has it may only just have begun to serve it.
        if why.code == "profile_in_use"
            && let Some(client) = join(options).await?
        {
            return Ok(Self::Theirs(client, options.clone()));
        }
        Err(why)
    }

    /// True if another program has the profile, and goes on when this one has ended.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Theirs(..))
    }

    /// Calls a command of the core by its name.
    pub(crate) async fn call<R: DeserializeOwned>(
        &mut self,
        name: &str,
        params: Value,
    ) -> Result<R, Error> {
        if let Self::Theirs(client, options) = self {
            match ask(client, name, params.clone()).await {
                // It is ending and has done nothing: the profile is ours then.
                Err(error) if error.code == "profile_in_use" => {
                    let own = Box::pin(Self::own(options)).await?;
                    *self = own;
                }
                done => return done,
            }
        }
        match self {
            Self::Own(desk, _) => record(desk.call(name, params).await?),
            Self::Theirs(client, _) => ask(client, name, params).await,
        }
    }

    /// Notes that these messages were shown; what came behind them stays unread.
    pub(crate) async fn seen(
        &mut self,
        contact: &str,
        shown: &[MessageRecord],
    ) -> Result<(), Error> {
        let theirs = |message: &&MessageRecord| message.state == MessageState::Received;
        let Some(newest) = shown.iter().rev().find(theirs) else { return Ok(()) };
        self.call("chat_seen", json!({ "contact": contact, "up_to": newest.id })).await
    }

    /// What may have changed next. `None` once the program that has the profile has ended. May be
    /// dropped at any time.
    pub(crate) async fn next_event(&mut self) -> Option<Event> {
        match self {
            Self::Own(_, events) => events.next().await,
            Self::Theirs(client, _) => client.next_event().await,
        }
    }

    /// To be awaited before the process ends.
    pub(crate) async fn close(self) {
        match self {
            Self::Own(desk, _) => desk.close().await,
            Self::Theirs(..) => {}
        }
    }
}

/// Connects to whoever has this profile open and answers commands.
pub(crate) async fn join(options: &Options) -> Result<Option<Box<Client>>, Error> {
    let Some(client) = Client::connect(&options.dir).await else { return Ok(None) };
    let mut client = Box::new(client);
    if !client.is_alive().await {
        let words =
            "the program that has this profile open does not answer; end it, then try again";
        return Err(Error::new("profile_in_use", words));
    }
    if !options.bootstrap.is_empty() {
        let status: Status = ask(&mut client, "status", json!({})).await?;
        known(&options.bootstrap, &status, options.offline)?;
    }
    Ok(Some(client))
}

/// Calls a command of the program that has the profile open.
pub(crate) async fn ask<R: DeserializeOwned>(
    client: &mut Client,
    name: &str,
    params: Value,
) -> Result<R, Error> {
    record(client.call(name, params).await?)
}

fn record<R: DeserializeOwned>(done: Value) -> Result<R, Error> {
    serde_json::from_value(done).map_err(|error| {
        let why = format!("an answer of another version than this program's: {error}");
        Error::new("internal", why)
    })
}

/// Refuses addresses that would have to be remembered: a profile takes them when it is opened. Of a
/// network that is known and answers they are not needed.
fn known(addresses: &[String], status: &Status, offline: bool) -> Result<(), Error> {
    let chains = addresses.iter().map(|address| chain(address));
    let chains = chains.collect::<Option<Vec<ChainId>>>().ok_or_else(|| {
        let words = "--bootstrap takes the address that the network printed at its start, with \
                     /p2p/… and #chain";
        Error::new("bad_address", words)
    })?;
    let account = status.account.as_ref();
    let Some(own) = account.and_then(|account| account.account.chain.as_deref()) else {
        return Err(occupied());
    };
    if chains.iter().any(|chain| chain.to_string() != own) {
        return Err(Error::new("wrong_network", "this profile belongs to another network"));
    }
    match status.connection {
        Connection::Offline if !offline => Err(occupied()),
        Connection::Offline | Connection::Connecting | Connection::Online => Ok(()),
    }
}

fn chain(address: &str) -> Option<ChainId> {
    let (node, chain) = address.trim().split_once('#')?;
    node.contains("/p2p/").then(|| ChainId::parse(chain))?
}

fn occupied() -> Error {
    let words = "another program has this profile open and does not take --bootstrap; end that \
                 program, then say it once";
    Error::new("profile_in_use", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "aa";

    fn status(chain: Option<&str>, connection: &str) -> Status {
        let addresses = json!({ "ecdsa": "A", "falcon": "F" });
        let chain = chain.map(|byte| byte.repeat(32));
        let account = json!({ "id": "", "name": "alice", "addresses": addresses, "chain": chain });
        let protected = json!({
            "account": account,
            "protection": "file",
            "words_confirmed": false,
            "review_only": false,
        });
        serde_json::from_value(json!({
            "profile": "open",
            "account": protected,
            "connection": connection,
            "trouble": null,
            "network_known": true,
            "faucet": false,
            "version": "1",
        }))
        .unwrap()
    }

    #[track_caller]
    fn check(address: &str, status: &Status, code: Option<&str>) {
        let done = known(&[address.to_owned()], status, false);
        assert_eq!(done.err().map(|error| error.code).as_deref(), code, "{address}");
    }

    #[test]
    fn an_address_that_is_needed_is_never_dropped_in_silence() {
        let address = |chain: &str| format!("/ip4/1.2.3.4/p2p/12D3#{}", chain.repeat(32));
        check(&address(OURS), &status(Some(OURS), "online"), None);
        check(&address(OURS), &status(Some(OURS), "connecting"), None);
        check(&address(OURS), &status(Some(OURS), "offline"), Some("profile_in_use"));
        check(&address(OURS), &status(None, "offline"), Some("profile_in_use"));
        check(&address("bb"), &status(Some(OURS), "online"), Some("wrong_network"));
        for wrong in ["", "/ip4/1.2.3.4", "/ip4/1.2.3.4/p2p/12D3#abc", &address(OURS)[20..]] {
            check(wrong, &status(Some(OURS), "online"), Some("bad_address"));
        }
    }
}

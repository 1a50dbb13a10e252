//! Reaching the home worker, and binding a new profile to its network.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use ledger::{Genesis, GenesisError};
use net::{Bootstrap, LightNode, NetError};
use store::NetworkChange;
use types::ChainId;
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};

use crate::link::Link;
use crate::{Bound, Code, Engine, Fault};

/// How long one node may take to be reached; a command has ten seconds for everything.
const REACH: Duration = Duration::from_secs(4);
/// Addresses of one node that are tried.
const ADDRESSES: usize = 3;

impl Engine {
    /// Connects to the home worker, if there is no connection yet. The first time, this binds the
    /// profile to the network: the genesis file counts only if its hash is the chain id.
    pub(crate) async fn attach(&mut self) -> Result<LightNode, Fault> {
        if let Some(link) = &self.link {
            return Ok(link.node.clone());
        }
        let node = match &self.network {
            Some(_) => self.connect_home().await?,
            None => self.bind().await?,
        };
        self.link = Some(Link { node: node.clone(), events: None, every: false });
        Ok(node)
    }

    /// Forgets a connection that failed; the next attach makes a new one.
    pub(crate) fn detach(&mut self) {
        self.link = None;
        self.tended = None;
    }

    pub(crate) fn bound(&self) -> Result<&Bound, Fault> {
        self.network.as_ref().ok_or_else(no_network_yet)
    }

    pub(crate) fn bound_mut(&mut self) -> Result<&mut Bound, Fault> {
        self.network.as_mut().ok_or_else(no_network_yet)
    }

    pub(crate) async fn load_network(&self) -> Result<Option<Bound>, Fault> {
        let Some(row) = self.store.network().await? else { return Ok(None) };
        let genesis = Genesis::parse(&row.genesis).map_err(|_| damaged_network())?;
        let home = row.home.as_deref().map(Bootstrap::parse);
        let Some(Ok(home)) = home else { return Err(damaged_network()) };
        let light = match row.light {
            Some(bytes) => light::LightState::from_bytes(&bytes).map_err(|_| damaged_network())?,
            None => light::LightState::new(&genesis),
        };
        Ok(Some(Bound { genesis, home, light, unsaved: vec![] }))
    }

    /// Saves the addresses given at the start, unless they belong to another network.
    pub(crate) async fn remember_bootstrap(&self) -> Result<(), Fault> {
        let chain = self.network.as_ref().map(|network| network.home.chain);
        let first = chain.or_else(|| self.extra.first().map(|address| address.chain));
        if self.extra.iter().any(|address| Some(address.chain) != first) {
            return Err(Fault::new(
                Code::WrongNetwork,
                "this address belongs to another network than the profile",
            ));
        }
        let known = self.store.bootstrap().await?;
        let new = self.extra.iter().map(ToString::to_string).filter(|text| !known.contains(text));
        let changes: Vec<_> = new.map(|text| NetworkChange::AddBootstrap(text).into()).collect();
        if !changes.is_empty() {
            self.store.apply(changes).await?;
        }
        Ok(())
    }

    async fn bind(&mut self) -> Result<LightNode, Fault> {
        let mut last = no_network_yet();
        for home in self.candidates().await? {
            match self.bind_to(home).await {
                Ok(node) => return Ok(node),
                Err(fault) => last = fault,
            }
        }
        Err(last)
    }

    async fn bind_to(&mut self, home: Bootstrap) -> Result<LightNode, Fault> {
        let node = reach(&home).await?;
        let ChainReply::Genesis(bytes) = node.chain(ChainRequest::Genesis).await? else {
            return Err(NetError::BadReply.into());
        };
        let genesis = checked_genesis(&bytes, home.chain)?;
        let bind = NetworkChange::Bind { chain: home.chain, genesis: bytes };
        let at = NetworkChange::SetHome(home.to_string());
        self.store.apply(vec![bind.into(), at.into()]).await?;
        let light = light::LightState::new(&genesis);
        self.network = Some(Bound { genesis, home, light, unsaved: vec![] });
        Ok(node)
    }

    /// Reaches the home worker where it was; else asks the others, all at once, where it is now.
    async fn connect_home(&mut self) -> Result<LightNode, Fault> {
        let home = self.bound()?.home.clone();
        let first = match reach(&home).await {
            Ok(node) => return Ok(node),
            Err(error) => error,
        };
        let others = self.candidates().await?;
        let mut asked: FuturesUnordered<_> =
            others.iter().map(|other| found_by(other, &home)).collect();
        while let Some(found) = asked.next().await {
            let Some((at, node)) = found else { continue };
            self.store.apply(vec![NetworkChange::SetHome(at.to_string()).into()]).await?;
            self.bound_mut()?.home = at;
            return Ok(node);
        }
        Err(first.into())
    }

    /// Known nodes of our network. A new profile starts at one that depends on its account, so that
    /// profiles spread over the workers.
    pub(crate) async fn candidates(&self) -> Result<Vec<Bootstrap>, Fault> {
        let saved = self.store.bootstrap().await?;
        let mut all: Vec<Bootstrap> =
            saved.iter().filter_map(|text| Bootstrap::parse(text).ok()).collect();
        let start = usize::from(self.keys.account().0[0]).checked_rem(all.len()).unwrap_or(0);
        all.rotate_left(start);
        Ok(all)
    }
}

/// Connects, or gives it up while there is time left for others.
pub(crate) async fn reach(node: &Bootstrap) -> Result<LightNode, NetError> {
    let start = LightNode::start(node.clone());
    tokio::time::timeout(REACH, start).await.unwrap_or(Err(NetError::NoNetwork))
}

/// The home worker, where this other node says that it is. The connection proves that it is it.
async fn found_by(other: &Bootstrap, home: &Bootstrap) -> Option<(Bootstrap, LightNode)> {
    let addresses = if other.worker != home.worker {
        located(other, home).await?
    } else if other.addresses != home.addresses {
        vec![other.addresses.clone()]
    } else {
        return None;
    };
    for addresses in addresses.into_iter().take(ADDRESSES) {
        let at = Bootstrap { addresses, ..home.clone() };
        if let Ok(node) = reach(&at).await {
            return Some((at, node));
        }
    }
    None
}

/// Asks one worker where another listens now.
async fn located(other: &Bootstrap, home: &Bootstrap) -> Option<Vec<String>> {
    let node = reach(other).await.ok()?;
    let locate = node.chain(ChainRequest::Locate(home.worker));
    let answer = tokio::time::timeout(REACH, locate).await.ok()?.ok()?;
    node.close().await;
    let ChainReply::Located(addresses) = answer else { return None };
    Some(addresses)
}

fn checked_genesis(bytes: &[u8], chain: ChainId) -> Result<Genesis, Fault> {
    let wrong = |what: &str| Fault::new(Code::WrongNetwork, format!("the genesis file {what}"));
    match Genesis::parse(bytes) {
        Ok(genesis) if genesis.chain() == chain => Ok(genesis),
        Ok(_) | Err(GenesisError::Damaged(_)) => Err(wrong("is not that of this network")),
        Err(GenesisError::OldFormat(_)) => Err(Fault::new(
            Code::OldFormat,
            "this network has another format; start a new one with this version, or update the app",
        )),
        Err(error) => Err(wrong(&format!("is inconsistent: {error}"))),
    }
}

pub(crate) fn damaged_network() -> Fault {
    Fault::new(Code::DamagedProfile, "the saved network cannot be read")
}

pub(crate) fn no_network_yet() -> Fault {
    Fault::new(
        Code::NoNetwork,
        "this profile knows no network yet; start with --bootstrap ADDR once, while it runs",
    )
}

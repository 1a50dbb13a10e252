//! The light node: bringing the profile up to date, and what has been checked.

use ledger::Genesis;
use light::Checkpoint;
use store::NetworkChange;
use types::{BlockId, ChainId, Round};

use crate::app::bootstrap;
use crate::{
    Account, App, CheckpointRecord, Error, LightRecord, ProfileState, Status, SyncRecord, when,
};

impl App {
    /// Empties the mailboxes, follows the headers, proves the account, sends what waits.
    ///
    /// # Errors
    /// What a person must act on; no network is told by `synced`.
    pub async fn sync(&self) -> Result<SyncRecord, Error> {
        let synced = self.catch_up(self.patience()).await?;
        if synced.synced {
            // What was wished privately and can be proved now is, however long that takes.
            self.ask(|engine| Box::pin(engine.finish_private())).await?;
        }
        Ok(SyncRecord {
            synced: synced.synced,
            round: synced.round.0,
            behind: synced.behind,
            received: synced.received,
            sent: synced.sent,
        })
    }

    /// What the light node has checked by itself.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn light(&self) -> Result<LightRecord, Error> {
        self.inner().attention.look();
        let proved = self.inner().store.account().await?;
        let facts = self.said().light;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(LightRecord {
            chain: facts.as_ref().map(|facts| facts.chain.to_string()),
            round: facts.as_ref().map_or(0, |facts| facts.round.0),
            time: facts.as_ref().map(|facts| when::format(facts.time)),
            genesis_time: facts.as_ref().map(|facts| when::format(facts.genesis_time)),
            managers: facts.as_ref().map_or(0, |facts| count(facts.managers)),
            quorum: facts.as_ref().map_or(0, |facts| count(facts.quorum)),
            account_round: proved.map_or(0, |proved| proved.round.0),
            pool_stop: facts.as_ref().and_then(|facts| Some(facts.flags.pool_stop?.0)),
            ecdsa_off: facts.as_ref().and_then(|facts| Some(facts.flags.ecdsa_off?.0)),
            worker: facts.as_ref().map(|facts| facts.worker.to_string()),
            address: facts.map(|facts| facts.address),
        })
    }

    /// The newest header that is trusted, for others to begin from.
    ///
    /// # Errors
    /// `no_network` before any header was checked, `conflict` if none is believed.
    pub async fn checkpoint(&self) -> Result<CheckpointRecord, Error> {
        let Checkpoint { chain, round, header, committee, time } =
            self.ask(|engine| Box::pin(async { engine.checkpoint() })).await?;
        Ok(CheckpointRecord {
            chain: chain.to_string(),
            round: round.0,
            header: header.to_string(),
            committee: BlockId(committee).to_string(),
            time: when::format(time),
        })
    }

    /// Begins from a checkpoint that a person vouches for, and brings the profile up to date.
    ///
    /// # Errors
    /// `usage` if it is none, `wrong_network`, `bad_proof`, `checkpoint_needed` if it is too old.
    pub async fn checkpoint_use(&self, record: &CheckpointRecord) -> Result<SyncRecord, Error> {
        self.online()?;
        let wrong = || Error::new("usage", "this is no checkpoint as bcm checkpoint prints one");
        let checkpoint = Checkpoint {
            chain: ChainId::parse(&record.chain).ok_or_else(wrong)?,
            round: Round(record.round),
            header: BlockId::parse(&record.header).ok_or_else(wrong)?,
            committee: BlockId::parse(&record.committee).ok_or_else(wrong)?.0,
            time: when::parse(&record.time).map_err(|_| wrong())?,
        };
        self.ask(move |engine| Box::pin(engine.use_checkpoint(checkpoint))).await?;
        self.sync().await
    }

    /// Remembers an address of the network, for a profile that knows none or whose nodes have moved.
    ///
    /// # Errors
    /// `bad_address`; `wrong_network` if it belongs to another network than the profile.
    pub(crate) async fn network_add(&self, address: &str) -> Result<Status, Error> {
        let address = bootstrap(address.trim())?;
        if self.chain().await?.is_some_and(|chain| chain != address.chain) {
            let why = "this address belongs to another network than the profile";
            return Err(Error::new("wrong_network", why));
        }
        let known = NetworkChange::AddBootstrap(address.to_string());
        self.inner().store.apply(vec![known.into()]).await?;
        self.status().await
    }

    /// What a front end asks first.
    pub(crate) async fn status(&self) -> Result<Status, Error> {
        let account: Account = self.account().await?;
        let said = self.said();
        Ok(Status {
            profile: ProfileState::Open,
            network_known: account.account.chain.is_some(),
            account: Some(account),
            connection: said.connection,
            trouble: said.trouble,
            faucet: self.faucet_address().await?.is_some(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// The network: the one the profile is bound to, or the one it will be.
    pub(crate) async fn chain(&self) -> Result<Option<ChainId>, Error> {
        let store = &self.inner().store;
        if let Some(network) = store.network().await? {
            return Ok(Some(network.chain));
        }
        let first = store.bootstrap().await?.into_iter().next();
        Ok(first.and_then(|text| net::Bootstrap::parse(&text).ok()).map(|address| address.chain))
    }

    /// The devnet's faucet, once the network is known and if it has one.
    pub(crate) async fn faucet_address(&self) -> Result<Option<types::Address>, Error> {
        let network = self.inner().store.network().await?;
        let genesis = network.and_then(|network| Genesis::parse(&network.genesis).ok());
        Ok(genesis.and_then(|genesis| genesis.faucet))
    }
}

//! Following the ledger: headers to the tip, our account and its history, each proved.

use std::time::Duration;

use ledger::{AccountProof, CertifiedHeader, Entry};
use light::{LightError, ProvedAccount};
use net::{LightNode, NetError};
use store::NetworkChange;
use types::{Address, Round, Timestamp};
use wallet::{ProvedEntry, SavedAccount, settle};
use wire::chain::{ChainReply, ChainRequest, MAX_HEADERS, Object};
use wire::{Decode, Encode};

use crate::{Code, Engine, Fault};

/// The tip of an idle network is this old at most before the clocks are suspected.
const CLOCK_TOLERANCE: u64 = 60_000;
/// How often a proof is asked for before its node is refused: for three blocks or so.
const LOOKS: u32 = 15;
/// Between two of them.
const LOOK: Duration = Duration::from_millis(200);

impl Engine {
    /// Checks every header up to the network's tip. Returns how far the network says it is.
    pub(crate) async fn follow_headers(&mut self, node: &LightNode) -> Result<Round, Fault> {
        let (tip, network_time) = tip(node).await?;
        while self.bound()?.light.round() < tip {
            let from = self.bound()?.light.round().next();
            let max = u16::try_from(MAX_HEADERS).unwrap_or(u16::MAX);
            let ChainReply::Headers(headers) =
                node.chain(ChainRequest::Headers { from, max }).await?
            else {
                return Err(NetError::BadReply.into());
            };
            if headers.is_empty() {
                break;
            }
            headers.iter().try_for_each(|header| self.take_header(header))?;
            self.save_light().await?;
        }
        self.check_clock(network_time)?;
        Ok(tip)
    }

    /// Checks one header against the last one.
    pub(crate) fn take_header(&mut self, header: &Object) -> Result<(), Fault> {
        let header = CertifiedHeader::from_bytes(&header.0)?;
        let now = self.clock.now();
        Ok(self.bound_mut()?.light.advance(&header, now)?)
    }

    pub(crate) async fn save_light(&self) -> Result<(), Fault> {
        let bytes = self.bound()?.light.to_bytes();
        Ok(self.store.apply(vec![NetworkChange::SaveLight(bytes).into()]).await?)
    }

    /// Brings account, history and payments to the newest header.
    pub(crate) async fn follow_account(&mut self, node: &LightNode) -> Result<(), Fault> {
        let (proved, mut changes) = self.proved_history(node).await?;
        let ProvedAccount { round, home, account } = proved;
        let included: Vec<Entry> = changes.iter().map(|(entry, _)| entry.clone()).collect();
        let entries: Vec<ProvedEntry> =
            changes.drain(..).map(|(entry, time)| ProvedEntry { entry, time }).collect();
        let mut all: Vec<store::Change> = vec![];
        for payment in self.store.open_payments().await? {
            let entry = included.iter().find(|entry| entry.tx == payment.attempt.tx);
            let state = settle(&payment, entry.map(|entry| entry.round), round);
            if state != payment.state {
                all.push(wallet::Change::SavePayment(wallet::Payment { state, ..payment }).into());
            }
        }
        if !entries.is_empty() {
            all.push(wallet::Change::AddEntries(entries).into());
        }
        all.push(wallet::Change::SaveAccount(SavedAccount { round, home, account }).into());
        Ok(self.store.apply(all).await?)
    }

    /// Our account and its new history entries, which belong together. Behind one worker stand
    /// several managers, and one may be a block behind another.
    async fn proved_history(
        &mut self,
        node: &LightNode,
    ) -> Result<(ProvedAccount, Vec<(Entry, Timestamp)>), Fault> {
        let mut looks = 1;
        loop {
            let proved = self.prove(node, self.keys.address()).await?;
            match self.follow_history(node, &proved).await? {
                Ok(entries) => return Ok((proved, entries)),
                Err(error) if looks == LOOKS => return Err(error.into()),
                Err(_) => tokio::time::sleep(LOOK).await,
            }
            looks += 1;
        }
    }

    /// The account behind an address, proved under a header that we have checked.
    pub(crate) async fn prove(
        &mut self,
        node: &LightNode,
        address: Address,
    ) -> Result<ProvedAccount, Fault> {
        // The answer may rest on a header that became final after our last look, which another
        // manager has not got yet; and a network that has just begun has no header at all.
        for attempt in 0..LOOKS {
            if attempt > 0 {
                tokio::time::sleep(LOOK).await;
            }
            let ChainReply::Account(object) = node.chain(ChainRequest::Account(address)).await?
            else {
                return Err(NetError::BadReply.into());
            };
            let proof = AccountProof::from_bytes(&object.0)?;
            if proof.round > self.bound()?.light.round() {
                self.follow_headers(node).await?;
            }
            match self.bound()?.light.check_account(address, &proof) {
                Ok(proved) => return Ok(proved),
                Err(LightError::UnknownRoot(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::new(Code::BadProof, "the node proves only what is long past"))
    }

    /// New history entries with the times of their rounds, checked to be all there are.
    async fn follow_history(
        &mut self,
        node: &LightNode,
        proved: &ProvedAccount,
    ) -> Result<Result<Vec<(Entry, Timestamp)>, LightError>, Fault> {
        let Some(account) = &proved.account else { return Ok(Ok(vec![])) };
        let known = self.store.history_tip().await?;
        let mut entries: Vec<Entry> = vec![];
        loop {
            let after = entries.last().map_or(known.0, |entry| entry.counter);
            if after >= account.counter {
                break;
            }
            let request = ChainRequest::History { home: proved.home, after };
            let ChainReply::History(objects) = node.chain(request).await? else {
                return Err(NetError::BadReply.into());
            };
            if objects.is_empty() {
                break;
            }
            for object in objects {
                entries.push(Entry::from_bytes(&object.0)?);
            }
        }
        // The node may already know of entries behind the proved round; they come next time.
        entries.retain(|entry| entry.counter <= account.counter);
        let whole = (account.counter, account.history);
        if let Err(error) = light::check_history(known, &entries, whole) {
            return Ok(Err(error));
        }
        let mut timed = Vec::with_capacity(entries.len());
        for entry in entries {
            let time = self.time_of(node, entry.round).await?;
            timed.push((entry, time));
        }
        Ok(Ok(timed))
    }

    /// When a round was, by its certified header.
    async fn time_of(&self, node: &LightNode, round: Round) -> Result<Timestamp, Fault> {
        let network = self.bound()?;
        if round == Round(0) {
            return Ok(network.genesis.time);
        }
        if let Some(time) = network.light.time_of(round) {
            return Ok(time);
        }
        let ChainReply::Headers(headers) =
            node.chain(ChainRequest::Headers { from: round, max: 1 }).await?
        else {
            return Err(NetError::BadReply.into());
        };
        let Some(object) = headers.first() else { return Err(NetError::BadReply.into()) };
        let header = CertifiedHeader::from_bytes(&object.0)?;
        network.light.check_header(&header)?;
        if header.header.round != round {
            return Err(NetError::BadReply.into());
        }
        Ok(header.header.time)
    }

    /// A clock far ahead of the network shows only in comparison with a node's own: headers of a
    /// network that stood still are old, too.
    fn check_clock(&self, network_time: Timestamp) -> Result<(), Fault> {
        let now = self.clock.now();
        let apart = now.millis_since(network_time).max(network_time.millis_since(now));
        if apart <= CLOCK_TOLERANCE {
            return Ok(());
        }
        let (minutes, way) =
            (apart.div_euclid(60_000), if now > network_time { "ahead of" } else { "behind" });
        Err(Fault::new(
            Code::ClockWrong,
            format!("this computer's clock is {minutes} min {way} the network's; set the clock"),
        ))
    }
}

async fn tip(node: &LightNode) -> Result<(Round, Timestamp), Fault> {
    match node.chain(ChainRequest::Tip).await? {
        ChainReply::Tip { round, now } => Ok((round, now)),
        ChainReply::Genesis(_)
        | ChainReply::Headers(_)
        | ChainReply::Submitted(_)
        | ChainReply::Account(_)
        | ChainReply::History(_)
        | ChainReply::Found(_)
        | ChainReply::Located(_) => Err(NetError::BadReply.into()),
    }
}

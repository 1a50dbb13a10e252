//! Following the ledger: headers to the tip, our account and its history, each proved.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use ledger::{AccountProof, Entry};
use light::{LightError, ProvedAccount};
use net::{LightNode, NetError};
use types::{Address, Round, Timestamp};
use wallet::{ProvedEntry, SavedAccount, settle};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};

use crate::{Code, Engine, Fault};

/// The tip of an idle network is this old at most before the clocks are suspected.
const CLOCK_TOLERANCE: u64 = 60_000;
/// How often a proof is asked for before its node is refused: for three blocks or so.
const LOOKS: u32 = 15;
/// Between two of them.
const LOOK: Duration = Duration::from_millis(200);
/// Entries of a history that are saved together.
const PIECE: usize = 256;
/// Old headers that are asked for at the same time.
const AT_ONCE: usize = 16;

impl Engine {
    /// Trusts the newest header. Returns how far the network says it is.
    pub(crate) async fn follow_headers(&mut self, node: &LightNode) -> Result<Round, Fault> {
        let ((tip, network_time), _) = self.move_trust(node, None).await?;
        self.check_clock(network_time)?;
        Ok(tip)
    }

    /// The same together with our account, in one round of requests.
    pub(crate) async fn follow_all(&mut self, node: &LightNode) -> Result<Round, Fault> {
        let address = self.keys.address();
        let ((tip, network_time), proof) = self.move_trust(node, Some(address)).await?;
        self.check_clock(network_time)?;
        let proved = proof.and_then(|proof| {
            self.bound().ok().and_then(|network| network.light.check_account(address, &proof).ok())
        });
        self.follow_proved(node, proved).await?;
        Ok(tip)
    }

    /// Brings account, history and payments to the newest header.
    pub(crate) async fn follow_account(&mut self, node: &LightNode) -> Result<(), Fault> {
        self.follow_proved(node, None).await
    }

    /// The same for an account that is proved already.
    async fn follow_proved(
        &mut self,
        node: &LightNode,
        proved: Option<ProvedAccount>,
    ) -> Result<(), Fault> {
        let (proved, mut entries) = self.proved_history(node, proved).await?;
        // A long history is saved piece by piece, so that it is not begun again when time runs out.
        while entries.len() > PIECE {
            let rest = entries.split_off(PIECE);
            let piece = self.timed(node, entries).await?;
            self.store.apply(vec![wallet::Change::AddEntries(piece).into()]).await?;
            entries = rest;
        }
        let entries = self.timed(node, entries).await?;
        let ProvedAccount { round, home, account } = proved;
        let mut changes: Vec<store::Change> = vec![];
        (self.looked, self.paying) = (round, false);
        for payment in self.store.open_payments().await? {
            let tx = payment.attempt.tx;
            let new =
                entries.iter().find(|proved| proved.entry.tx == tx).map(|new| new.entry.round);
            let saved = self.store.entries_of(tx).await?.first().map(|saved| saved.entry.round);
            let state = settle(&payment, new.or(saved), round);
            self.paying |= state == payment.state;
            if state != payment.state {
                let payment = wallet::Payment { state, ..payment };
                changes.push(wallet::Change::SavePayment(payment).into());
            }
        }
        if !entries.is_empty() {
            changes.push(wallet::Change::AddEntries(entries).into());
        }
        changes.push(wallet::Change::SaveAccount(SavedAccount { round, home, account }).into());
        Ok(self.store.apply(changes).await?)
    }

    /// Our account and its new history entries, which belong together. Behind one worker stand
    /// several managers, and one may be a block behind another.
    async fn proved_history(
        &mut self,
        node: &LightNode,
        mut proved: Option<ProvedAccount>,
    ) -> Result<(ProvedAccount, Vec<Entry>), Fault> {
        let mut looks = 1;
        loop {
            let proved = match proved.take() {
                Some(proved) => proved,
                None => self.prove(node, self.keys.address()).await?,
            };
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

    /// New history entries, checked to be all there are.
    async fn follow_history(
        &self,
        node: &LightNode,
        proved: &ProvedAccount,
    ) -> Result<Result<Vec<Entry>, LightError>, Fault> {
        let known = self.store.history_tip().await?;
        // Who has no record has no history; one that is known cannot have vanished.
        let account = proved.account.as_ref();
        let whole = account.map_or((0, [0; 32]), |account| (account.counter, account.history));
        let mut entries: Vec<Entry> = vec![];
        let mut counter = known.0;
        while counter < whole.0 {
            let request = ChainRequest::History { home: proved.home, after: counter };
            let ChainReply::History(objects) = node.chain(request).await? else {
                return Err(NetError::BadReply.into());
            };
            if objects.is_empty() {
                break;
            }
            let new = objects.iter().map(|object| Entry::from_bytes(&object.0));
            let new = new.collect::<Result<Vec<_>, _>>()?;
            // Looked at piece by piece: out of order they could go on without end.
            counter = match in_order(counter, &new) {
                Ok(last) => last,
                Err(error) => return Ok(Err(error)),
            };
            entries.extend(new);
        }
        // The node may already know of entries behind the proved round; they come next time.
        entries.retain(|entry| entry.counter <= whole.0);
        Ok(light::check_history(known, &entries, whole).map(|()| entries))
    }

    /// Entries with the times of their rounds.
    async fn timed(
        &self,
        node: &LightNode,
        entries: Vec<Entry>,
    ) -> Result<Vec<ProvedEntry>, Fault> {
        let rounds: BTreeSet<Round> = entries.iter().map(|entry| entry.round).collect();
        let times: BTreeMap<Round, Timestamp> = stream::iter(rounds)
            .map(|round| async move { Ok::<_, Fault>((round, self.time_of(node, round).await?)) })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let timed = |entry: Entry| {
            let time = times.get(&entry.round).copied().unwrap_or_default();
            ProvedEntry { entry, time }
        };
        Ok(entries.into_iter().map(timed).collect())
    }

    /// When a round was, by its proved header.
    async fn time_of(&self, node: &LightNode, round: Round) -> Result<Timestamp, Fault> {
        let network = self.bound()?;
        if round == Round(0) {
            return Ok(network.genesis.time);
        }
        if let Some(time) = network.light.time_of(round) {
            return Ok(time);
        }
        Ok(self.header_at(node, round).await?.time)
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

/// The last counter of entries that follow one another from this one on.
fn in_order(known: u64, entries: &[Entry]) -> Result<u64, LightError> {
    entries.iter().try_fold(known, |known, entry| {
        let due = known.saturating_add(1);
        if entry.counter == due { Ok(due) } else { Err(LightError::HistoryGap(due)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Delta, Deltas, EntryKind};
    use types::{Amount, TxId};

    fn entry(counter: u64) -> Entry {
        Entry {
            counter,
            round: Round(1),
            tx: TxId([1; 32]),
            index: 0,
            kind: EntryKind::PayIn,
            delta: Deltas { abc: Delta::plus(1), ..Deltas::default() },
            counterparty: None,
            abc: Amount::new(1),
            abit: Amount::ZERO,
            bonded: Amount::ZERO,
            nonce: 0,
            via_retired: false,
        }
    }

    #[test]
    fn a_node_cannot_send_entries_without_end() {
        assert_eq!(in_order(3, &[entry(4), entry(5)]), Ok(5));
        assert_eq!(in_order(3, &[]), Ok(3));
        for wrong in [3, 1, 5] {
            assert_eq!(in_order(3, &[entry(wrong)]), Err(LightError::HistoryGap(4)));
        }
    }
}

//! Following the ledger: headers to the tip, our account and its history, each proved.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use ledger::{AccountProof, Entry};
use light::{LightError, ProvedAccount};
use net::{LightNode, NetError};
use types::{Address, Round, Timestamp};
use wallet::{PaymentState, ProvedEntry, SavedAccount, settle};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};

use crate::flows::renew::is_renewed;
use crate::{Code, Engine, Fault};

/// The tip of an idle network is this old at most before the clocks are suspected.
const CLOCK_TOLERANCE: u64 = 60_000;
/// How often a proof is asked for before its node is refused: for three blocks or so.
const LOOKS: u32 = 15;
/// Milliseconds for which money that a contact told of is looked for with every header.
const ANNOUNCED: u64 = 10 * 60 * 1000;
/// Between two of them.
const LOOK: Duration = Duration::from_millis(200);
/// So many rounds behind the newest header a proof may rest: managers are not all equally far, but
/// an old state proves nothing of today.
const BEHIND: u64 = 16;
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
        let light = &self.bound()?.light;
        let proved = proof.and_then(|proof| light.check_account(address, &proof).ok());
        let proved = proved.filter(|proved| is_recent(proved.round, light.round()));
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
        let (own, known) = (self.keys.address(), self.store.history_tip().await?);
        let (proved, mut entries) = self.proved_history(node, own, known, proved).await?;
        // A long history is saved piece by piece, so that it is not begun again when time runs out.
        while entries.len() > PIECE {
            let rest = entries.split_off(PIECE);
            let piece = self.timed(node, entries).await?;
            let mut changes = self.words_of_keys(&piece, proved.account.as_ref()).await?;
            changes.push(wallet::Change::AddEntries(piece).into());
            self.store.apply(changes).await?;
            entries = rest;
        }
        let entries = self.timed(node, entries).await?;
        let ProvedAccount { round, home, account } = proved;
        let mut changes = self.words_of_keys(&entries, account.as_ref()).await?;
        (self.looked, self.paying) = (round, false);
        let nonce = account.as_ref().map(|account| account.nonce);
        let elsewhere = self.store.payments_elsewhere().await?;
        let mut dead = vec![];
        for payment in self.store.open_payments().await? {
            let tx = payment.attempt.tx;
            let new =
                entries.iter().find(|proved| proved.entry.tx == tx).map(|new| new.entry.round);
            let saved = self.store.entries_of(tx).await?.first().map(|saved| saved.entry.round);
            let state = settle(&payment, new.or(saved), (round, nonce));
            self.paying |= state == payment.state;
            // Whoever was asked for it signs it anew, nobody else (`money-and-mail.md` A9).
            let is_ours = !elsewhere.contains(&payment.intent);
            let time = self.bound()?.light.time();
            if state == PaymentState::Expired && is_ours && is_renewed(&payment, time) {
                dead.push(payment);
            } else if state != payment.state {
                let payment = wallet::Payment { state, ..payment };
                changes.push(wallet::Change::SavePayment(payment).into());
            }
        }
        if !entries.is_empty() {
            changes.push(wallet::Change::AddEntries(entries).into());
        }
        changes.push(wallet::Change::SaveAccount(SavedAccount { round, home, account }).into());
        self.store.apply(changes).await?;
        self.paying |= self.waits_for_money().await?;
        self.renew(node, dead).await
    }

    /// True while a payment out of the pool is under way, or one that a contact has just told of
    /// is not proved.
    async fn waits_for_money(&self) -> Result<bool, Fault> {
        let (now, store) = (self.clock.now().0, &self.store);
        // A time in a message is its writer's word.
        let lately =
            Timestamp(now.saturating_sub(ANNOUNCED))..=Timestamp(now.saturating_add(ANNOUNCED));
        Ok(!store.open_transfers().await?.is_empty() || store.is_money_announced(lately).await?)
    }

    /// An account and its history entries behind those that are known, which belong together. Behind
    /// one worker stand several managers, and one may be a block behind another.
    pub(crate) async fn proved_history(
        &mut self,
        node: &LightNode,
        address: Address,
        known: (u64, [u8; 32]),
        mut proved: Option<ProvedAccount>,
    ) -> Result<(ProvedAccount, Vec<Entry>), Fault> {
        let mut looks = 1;
        loop {
            let proved = match proved.take() {
                Some(proved) => proved,
                None => self.prove(node, address).await?,
            };
            match self.follow_history(node, &proved, known).await? {
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
            let light = &self.bound()?.light;
            match light.check_account(address, &proof) {
                Ok(proved) if is_recent(proved.round, light.round()) => return Ok(proved),
                Ok(_) | Err(LightError::UnknownRoot(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::new(Code::BadProof, "the node proves only what is long past"))
    }

    /// The history entries behind those that are known, checked to be all there are.
    pub(crate) async fn follow_history(
        &self,
        node: &LightNode,
        proved: &ProvedAccount,
        known: (u64, [u8; 32]),
    ) -> Result<Result<Vec<Entry>, LightError>, Fault> {
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
    pub(crate) async fn timed(
        &self,
        node: &LightNode,
        entries: Vec<Entry>,
    ) -> Result<Vec<ProvedEntry>, Fault> {
        let rounds = entries.iter().map(|entry| entry.round).collect();
        let times = self.times_of(node, rounds).await?;
        let timed = |entry: Entry| {
            let time = times.get(&entry.round).copied().unwrap_or_default();
            ProvedEntry { entry, time }
        };
        Ok(entries.into_iter().map(timed).collect())
    }

    /// When these rounds were.
    pub(crate) async fn times_of(
        &self,
        node: &LightNode,
        rounds: BTreeSet<Round>,
    ) -> Result<BTreeMap<Round, Timestamp>, Fault> {
        stream::iter(rounds)
            .map(|round| async move { Ok::<_, Fault>((round, self.time_of(node, round).await?)) })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    /// When a round was, by its proved header.
    pub(crate) async fn time_of(&self, node: &LightNode, round: Round) -> Result<Timestamp, Fault> {
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
    /// network that stood still are old, too. Where a recent header says the same as our clock, no
    /// node can talk us into setting it, and never back behind what is certified: whose clock is
    /// wrong by weeks believes those who have left.
    fn check_clock(&self, network_time: Timestamp) -> Result<(), Fault> {
        let (now, certified) = (self.clock.now(), self.bound()?.light.time());
        if now.millis_since(certified) <= CLOCK_TOLERANCE {
            return Ok(());
        }
        if certified.millis_since(network_time) > CLOCK_TOLERANCE {
            let words = "the node's clock is behind what the network has certified; try another";
            return Err(Fault::new(Code::BadProof, words));
        }
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

/// True if a proof under this round says how things are at the newest one.
const fn is_recent(round: Round, newest: Round) -> bool {
    newest.0.saturating_sub(round.0) <= BEHIND
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

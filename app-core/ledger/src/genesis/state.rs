//! What a genesis makes: the state before round 1, and the tip that round 1 follows.

use super::{FirstManager, FirstWorker, Genesis};
use crate::entry::{Delta, Deltas, Entry, EntryKind};
use crate::epochs::{Epoch, epoch_key};
use crate::registry::{MANAGERS, Managers, used_key};
use crate::seats::SEATS;
use crate::workers::{ROSTER, Roster, WorkerRecord, worker_key};
use crate::{Account, HeaderRange, Registration, Tip, account_key, cell_key, first_beacon};
use std::collections::BTreeMap;
use types::{Abc, Address, Amount, BlockId, Round, TxId};
use wire::Encode;

impl Genesis {
    /// What round 1 must follow. The root of the state is the caller's, who alone can compute it.
    #[must_use]
    pub fn tip(&self, state_root: [u8; 32]) -> Tip {
        let chain = self.chain();
        Tip {
            round: Round(0),
            block: BlockId(chain.0),
            time: self.time,
            state_root,
            committee: self.committee().hash(),
            beacon: first_beacon(chain),
            beacon_before: first_beacon(chain),
            history: HeaderRange::default(),
        }
    }

    /// The state before round 1.
    #[must_use]
    pub fn state(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let account = |(home, entry): (Address, Entry)| {
            let mut account = Account::empty(home);
            account.abc = entry.abc;
            account.bonded = entry.bonded;
            account.counter = entry.counter;
            account.history = entry.next_hash(&account.history);
            (account_key(home), account.to_bytes())
        };
        let mut state: BTreeMap<_, _> = self.entries().into_iter().map(account).collect();
        state.extend(self.seats().map(|seats| (cell_key(SEATS), seats.to_bytes())));
        state.extend(self.managers_state());
        state.extend(self.workers_state());
        let epoch = Epoch { time: self.time, history: HeaderRange::default().root() };
        state.insert(epoch_key(0), epoch.to_bytes());
        state
    }

    fn managers_state(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let registration = |manager: &FirstManager| Registration {
            member: manager.member,
            account: manager.account,
            bond: manager.bond,
            since: Round(0),
            reputation: 1,
            leaving: false,
            jailed: false,
            left: None,
        };
        let managers = Managers::unchecked(self.managers.iter().map(registration).collect());
        let keys =
            self.managers.iter().flat_map(|manager| [manager.member.key, manager.member.vrf]);
        let used = keys.map(|key| (used_key(&key), Round(0).to_bytes()));
        used.chain([(cell_key(MANAGERS), managers.to_bytes())]).collect()
    }

    fn workers_state(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let record = |worker: &FirstWorker| {
            let FirstWorker { id, archive } = *worker;
            let record = WorkerRecord { id, archive, account: None, bond: Amount::ZERO };
            (worker_key(id), record.to_bytes())
        };
        let roster = Roster::unchecked(self.workers.iter().map(|worker| worker.id).collect());
        let records = self.workers.iter().map(record);
        records.chain([(cell_key(ROSTER), roster.to_bytes())]).collect()
    }

    /// The first history entry of every account of the genesis.
    #[must_use]
    pub fn entries(&self) -> Vec<(Address, Entry)> {
        let tx = TxId(self.chain().0);
        let bond = |home| {
            let manager = self.managers.iter().find(|manager| manager.account == home);
            manager.map_or(Amount::ZERO, |manager| manager.bond)
        };
        let balances = self.balances.iter().zip(0_u32..);
        balances.map(|((home, abc), index)| first(*home, [*abc, bond(*home)], tx, index)).collect()
    }
}

fn first(home: Address, [abc, bonded]: [Amount<Abc>; 2], tx: TxId, index: u32) -> (Address, Entry) {
    let entry = Entry {
        counter: 1,
        round: Round(0),
        tx,
        index,
        kind: EntryKind::Genesis,
        delta: Deltas {
            abc: Delta::plus(abc.units()),
            bonded: Delta::plus(bonded.units()),
            ..Deltas::default()
        },
        counterparty: None,
        abc,
        abit: Amount::ZERO,
        bonded,
        nonce: 0,
        via_retired: false,
    };
    (home, entry)
}

//! A chain whose pool has six bundles, which nobody has proved: a statement is about what the ledger
//! has taken, not about why it was right to.

use super::*;
use ledger::{nullifier_key, pool_key};
use shielded::{
    CompactAction, Draft, Effects, Frontier, LogEntry, LogPlace, Memo, Month, Note, Nullifier,
    Output, Period, Plan, Pool, Purpose, Randomizer, Scanner, Scope, ShieldedAddress, Spend,
    SpendingKey, ViewingKey, Witnesses, recover,
};
use std::collections::BTreeSet;
use wire::Decode;

pub(crate) const ROUNDS: u64 = 15;
/// The period lies behind round 3 and ends with round 9.
pub(crate) const PERIOD: (u64, u64) = (3, 9);

pub(crate) fn period() -> Period {
    Period::first_of(Month::of(START).unwrap())
}

pub(crate) fn spender(seed: u8) -> SpendingKey {
    SpendingKey::derive(&[seed; 32], period()).unwrap()
}

pub(crate) fn alice() -> ViewingKey {
    spender(1).viewing_key()
}

fn address(of: &SpendingKey) -> ShieldedAddress {
    of.viewing_key().address_for(CHAIN, b"x").unwrap()
}

/// The pool's side of the chain, bundle by bundle.
pub(crate) struct Pooled {
    pub(crate) entries: Vec<LogEntry>,
    pub(crate) effects: Vec<Effects>,
    /// What each payer keeps of his bundle.
    pub(crate) kept: Vec<Vec<(usize, Randomizer)>>,
    leaves: Vec<shielded::Commitment>,
    seed: u64,
}

impl Pooled {
    /// 1 ABC for alice in round 2, half of one in round 5, which she spends in round 6 (0.3 to bob,
    /// 0.19999 back to her); 0.07 in round 7, all of it spent in round 8; one of strangers.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same; the receipt of round 5 is spoiled like this.
    pub(crate) fn with(spoil: fn(&mut Vec<u8>)) -> Self {
        let mut all = Self::empty();
        all.paid(2, 1_000_000, |_| ());
        let note = all.paid(5, 500_000, spoil);
        let change = alice().own_address(CHAIN, b"change").unwrap();
        all.spent(6, note, vec![(address(&spender(2)), 300_000), (change, 199_990)]);
        let note = all.paid(7, 70_000, |_| ());
        all.spent(8, note, vec![(address(&spender(2)), 69_990)]);
        all.bundle(8, vec![], vec![(address(&spender(3)), 4_000)], &spender(4), |_| ());
        all
    }

    pub(crate) const fn empty() -> Self {
        Self { entries: vec![], effects: vec![], kept: vec![], leaves: vec![], seed: 1 }
    }

    fn paid(&mut self, round: u64, units: u64, spoil: fn(&mut Vec<u8>)) -> Note {
        self.paid_to(&spender(1), (round, units), spoil)
    }

    /// So much for this account, from a stranger.
    pub(crate) fn paid_to(
        &mut self,
        to: &SpendingKey,
        (round, units): (u64, u64),
        spoil: fn(&mut Vec<u8>),
    ) -> Note {
        let effects = self.bundle(round, vec![], vec![(address(to), units)], &spender(2), spoil);
        let scanner = Scanner::of_accounts(&[to.viewing_key()]).unwrap();
        scanner.scan(&effects.compact()).remove(0).note
    }

    fn spent(&mut self, round: u64, note: Note, to: Vec<(ShieldedAddress, u64)>) {
        let spends = vec![self.spend(note)];
        self.bundle(round, spends, to, &spender(1), |_| ());
    }

    pub(crate) fn spend(&self, note: Note) -> Spend {
        let leaf = note.commitment().unwrap();
        let place = self.leaves.iter().position(|it| *it == leaf).unwrap() as u64;
        let (tree, round_of) = self.tree(&BTreeSet::from([place]));
        let witness = tree.witness(place, round_of).unwrap();
        Spend { note, witness }
    }

    fn tree(&self, ours: &BTreeSet<u64>) -> (Witnesses, Round) {
        let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0)).unwrap();
        if !self.leaves.is_empty() {
            tree.append(Round(1), &self.leaves, ours).unwrap();
        }
        (tree, Round(u64::from(!self.leaves.is_empty())))
    }

    fn bundle(
        &mut self,
        round: u64,
        spends: Vec<Spend>,
        to: Vec<(ShieldedAddress, u64)>,
        by: &SpendingKey,
        spoil: fn(&mut Vec<u8>),
    ) -> Effects {
        let key = by.viewing_key();
        let output = |(to, units)| {
            let own = key.scope_of(&to) == Some(Scope::Internal);
            let memo = Memo::Payment { request: None, text: format!("so {units}") };
            let purpose = if own { Purpose::Change } else { Purpose::Payment };
            let memo = if own { Memo::Empty } else { memo };
            Output { to, amount: Amount::new(units), memo, purpose }
        };
        let outputs = to.into_iter().map(output).collect();
        let draft = self.draft((spends, outputs), &key);
        let mut bytes = draft.effects().to_bytes();
        spoil(&mut bytes);
        self.take(round, Effects::from_bytes(&bytes).unwrap())
    }

    pub(crate) fn draft(
        &mut self,
        (spends, outputs): (Vec<Spend>, Vec<Output>),
        key: &ViewingKey,
    ) -> Draft {
        let (tree, at) = self.tree(&BTreeSet::new());
        let plan = Plan { anchor: tree.anchor(at).unwrap(), spends, outputs };
        self.seed += 1;
        let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(self.seed);
        let draft = Draft::build(&plan, key, &mut rng).unwrap();
        self.kept.push(draft.randomizers());
        draft
    }

    /// The ledger takes a bundle with these effects.
    pub(crate) fn take(&mut self, round: u64, effects: Effects) -> Effects {
        let index = self.entries.iter().filter(|it| it.round == Round(round)).count() as u32;
        self.entries.push(LogEntry::of(Round(round), index, &effects));
        self.leaves.extend(effects.commitments());
        self.effects.push(effects.clone());
        effects
    }

    fn actions(&self) -> Vec<(Round, CompactAction)> {
        let of =
            |entry: &LogEntry| entry.actions.iter().map(|it| (entry.round, it.clone())).collect();
        self.entries.iter().flat_map::<Vec<_>, _>(of).collect()
    }

    fn spent_in(&self, mark: Nullifier) -> Option<Round> {
        let found = self.actions().into_iter().find(|(_, action)| action.nullifier == mark);
        found.map(|(round, _)| round)
    }

    pub(crate) fn pool(&self) -> Pool {
        let place = LogPlace::START.behind(&self.entries);
        let (tree, at) = self.tree(&BTreeSet::new());
        Pool {
            log_count: place.count,
            log: place.hash,
            anchor: tree.anchor(at).unwrap(),
            tree_size: self.leaves.len() as u64,
            ..Pool::genesis()
        }
    }

    /// What of the state is the pool's.
    fn state(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mark =
            |(round, it): (Round, CompactAction)| (nullifier_key(&it.nullifier), round.to_bytes());
        let marks = self.actions().into_iter().map(mark);
        marks.chain([(pool_key(), self.pool().to_bytes())]).collect()
    }

    /// One account's part, proved in this state under headers of this chain.
    fn part(
        &self,
        (key, (opening, closing)): (&ViewingKey, (u64, u64)),
        (chain, state): (&Chain, &BTreeMap<Vec<u8>, Vec<u8>>),
        carries: Vec<Carry>,
    ) -> PoolPart {
        let actions: Vec<CompactAction> = self.actions().into_iter().map(|it| it.1).collect();
        let found = Scanner::of_accounts(core::slice::from_ref(key)).unwrap();
        let found = found.scan(&actions);
        let found: Vec<_> = found.into_iter().filter(|it| !it.note.value.is_zero()).collect();
        let ours = found.iter().map(|it| it.action as u64).collect();
        let (tree, at_round) = self.tree(&ours);
        let notes = found.into_iter().map(|it| {
            let nullifier = key.nullifier(&it.note).unwrap();
            let round = self.spent_in(it.note.rho).unwrap();
            PoolNote {
                period: key.period(),
                scope: it.scope,
                witness: tree.witness(it.action as u64, at_round).unwrap(),
                round,
                made: testkit::prove_state(state, &nullifier_key(&it.note.rho)),
                time: at(round.0),
                nullifier,
                spent: self.spent_in(nullifier),
                mark: testkit::prove_state(state, &nullifier_key(&nullifier)),
                name: None,
                memo: None,
                note: it.note,
            }
        });
        let there = |note: &PoolNote| note.spent.is_none_or(|spent| spent.0 > opening);
        let notes: Vec<PoolNote> = notes.filter(there).collect();
        let marks = notes.iter().map(|note| (note.nullifier, note.note.value)).collect();
        let spends = self.entries.iter().zip(&self.effects).zip(0_u64..);
        let spends = spends.filter(|((_, effects), _)| {
            effects.nullifiers().any(|mark| notes.iter().any(|note| note.nullifier == mark))
        });
        let bundles = spends.map(|((entry, effects), number)| {
            let (outputs, undisclosed) = opened(key, &marks, effects).unwrap();
            PoolSpend {
                period: key.period(),
                number,
                round: entry.round,
                index: entry.index,
                time: at(entry.round.0),
                effects: effects.clone(),
                outputs,
                undisclosed,
                fee: Amount::new(10),
                tx: None,
                name: Some("bob".to_owned()),
            }
        });
        let bundles: Vec<PoolSpend> = bundles.collect();
        let carried = carries.iter().map(|it| it.number);
        let first = bundles.iter().map(|it| it.number).chain(carried).min();
        let first = first.map_or(self.entries.len(), |number| number as usize);
        let (notes, late) = notes.into_iter().partition(|note| note.round.0 <= closing);
        let (bundles, forward) = bundles.into_iter().partition(|it| it.round.0 <= closing);
        let (before, behind) = self.entries.split_at(first);
        let incoming = key.incoming().unwrap().fingerprint();
        PoolPart {
            cell: PoolCell {
                pool: Some(self.pool()),
                proof: testkit::prove_state(state, &pool_key()),
            },
            since: chain.boundary(0),
            accounts: vec![PoolAccount {
                period: key.period(),
                viewing: key.fingerprint(),
                incoming,
            }],
            notes,
            bundles,
            annex: Annex { late, forward, carries },
            log: LogRun::of(LogPlace::START.behind(before), behind),
        }
    }
}

/// A plain account and alice's part of the pool, under one header.
pub(crate) struct PoolWorld {
    pub(crate) world: World,
    pub(crate) pooled: Pooled,
}

impl PoolWorld {
    pub(crate) fn of(pooled: Pooled) -> Self {
        Self::seen(pooled, (&alice(), PERIOD), vec![])
    }

    /// What one account's key shows of a period.
    pub(crate) fn seen(
        pooled: Pooled,
        (key, period): (&ViewingKey, (u64, u64)),
        carries: Vec<Carry>,
    ) -> Self {
        let keys = vec![(person().public(), false)];
        let mut world = World::of(receipts(12), keys, (period.0, period.1, ROUNDS));
        let account = world.pieces.proof.account.clone().unwrap();
        let mut state = pooled.state();
        state.insert(account_key(account.home), account.to_bytes());
        let chain = Chain::new(ROUNDS, testkit::state_root(&state));
        let home = account.home;
        world.pieces.proof.alias_proof = testkit::prove_state(&state, &ledger::alias_key(home));
        world.pieces.proof.proof = testkit::prove_state(&state, &account_key(home));
        world.pieces.bounds = (chain.boundary(period.0), chain.boundary(period.1));
        world.pieces.steps = vec![chain.step()];
        world.pieces.pool = Some(Box::new(pooled.part((key, period), (&chain, &state), carries)));
        world.chain = chain;
        Self { world, pooled }
    }

    pub(crate) fn stream(&self) -> Vec<u8> {
        write_stream(CHAIN, LogPlace::START, &self.pooled.entries)
    }

    /// What is said of a statement with these keys and this stream.
    pub(crate) fn check(
        &self,
        file: &str,
        keys: Option<&ReviewKeys>,
        stream: Option<&[u8]>,
    ) -> Report {
        let stream = stream.map(|bytes| Stream::read(bytes).unwrap());
        let beside = Beside { keys, stream: stream.as_ref() };
        let checkpoint = self.world.chain.checkpoint(ROUNDS);
        verify_with(file.as_bytes(), &checkpoint, at(ROUNDS), beside).unwrap()
    }
}

/// Says in which outputs a key reads what (so that `recover` is the one and only reader).
pub(crate) fn paid_memo(effects: &Effects) -> Vec<Memo> {
    let read = effects.actions().iter().filter_map(|action| recover(&alice(), action)?.memo);
    read.collect()
}

//! The private pool as a wallet follows it, told by nodes that lie.

use ledger::{pool_key, pool_tree_key};
use light::RecordProof;
use net::LightNode;
use shielded::{Effects, Frontier, LogEntry, LogPlace, Month, Period, Pool, SpendingKey};

use super::gifts::{prove, root};
use super::warned::{Other, two};
use super::*;
use crate::ProvedPool;

/// How many bundles there have been, in three blocks; more than are asked for when one is meant.
pub(super) const BUNDLES: u64 = 11;

/// A ledger of three blocks; in the state of each stands a pool with all bundles.
pub(super) struct Pooled {
    chain: Chain,
    state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) entries: Vec<LogEntry>,
    effects: Vec<Effects>,
}

/// What a node does to what it is asked about the pool.
pub(super) type Lie = fn(&mut ChainReply);

/// The account that all bundles pay, in the present month.
pub(super) fn paid() -> SpendingKey {
    let month = Month::of(Clock::system().now()).unwrap();
    SpendingKey::derive(&[1; 32], Period::first_of(month)).unwrap()
}

impl Pooled {
    pub(super) fn new() -> Arc<Self> {
        let to = paid();
        let effects = |seed| testkit::unproved(&to, 1_000, seed).unwrap().effects;
        Self::with(|_| (0..BUNDLES).map(effects).collect())
    }

    /// The same with these bundles, which may be made for their network.
    pub(super) fn with(make: impl FnOnce(ChainId) -> Vec<Effects>) -> Arc<Self> {
        Self::with_records(|chain| (make(chain), vec![]))
    }

    /// The same with these records in the state beside the pool.
    pub(super) fn with_records(
        make: impl FnOnce(ChainId) -> (Vec<Effects>, Vec<(Vec<u8>, Vec<u8>)>),
    ) -> Arc<Self> {
        let mut genesis = genesis(WorkerId([1; 32]));
        (genesis.workers, genesis.time) = (two(), Timestamp(Clock::system().now().0 - 60_000));
        let (effects, records) = make(genesis.chain());
        let at = |number: usize| (Round(1 + number as u64 / 4), number as u32 % 4);
        let entry = |(number, effects)| LogEntry::of(at(number).0, at(number).1, effects);
        let entries: Vec<LogEntry> = effects.iter().enumerate().map(entry).collect();
        let (mut pool, mut tree) = (Pool::genesis(), Frontier::empty());
        for (entry, effects) in entries.iter().zip(&effects) {
            pool.log(entry.round, entry.index, &effects.halves());
            effects.commitments().for_each(|leaf| tree.append(leaf).unwrap());
        }
        (pool.tree_size, pool.anchor.root) = (tree.size(), tree.root());
        let cells = [(pool_key(), pool.to_bytes()), (pool_tree_key(), tree.to_bytes())];
        let state: BTreeMap<_, _> = cells.into_iter().chain(records).collect();
        let mut chain = Chain { genesis, headers: vec![] };
        let mut tip = chain.genesis.tip(EMPTY_SUBTREE);
        for _ in 0..3 {
            let header = Header { state_root: root(&state), ..header_after(&chain.genesis, &tip) };
            tip = tip.after(&header);
            chain.headers.push(header);
        }
        Arc::new(Self { chain, state, entries, effects })
    }

    fn pool(&self) -> Pool {
        Pool::from_bytes(&self.state[&pool_key()]).unwrap()
    }

    fn record(&self, key: Vec<u8>) -> Object {
        let (round, proof) = (self.chain.tip(), prove(&self.state, &key));
        let value = self.state.get(&key).cloned();
        Object(RecordProof { round, key, value, proof }.to_bytes())
    }

    fn answer(&self, request: ChainRequest) -> Result<ChainReply, Failure> {
        fn some<T: Encode>(all: &[T], from: u64, max: usize) -> Vec<Object> {
            let some = all.iter().skip(from as usize).take(max);
            some.map(|one| Object(one.to_bytes())).collect()
        }
        if let ChainRequest::PoolLog { after, max } = request {
            // A few at a time, as if they were long.
            return Ok(ChainReply::PoolLog(some(&self.entries, after, usize::from(max).min(4))));
        }
        if let ChainRequest::PoolEffects { from, max } = request {
            return Ok(ChainReply::PoolEffects(some(&self.effects, from, usize::from(max))));
        }
        if let ChainRequest::Record { key } = request {
            return Ok(ChainReply::Record(self.record(key)));
        }
        self.chain.answer(request)
    }

    fn lying(&self, request: ChainRequest, lie: Lie) -> Result<ChainReply, Failure> {
        self.answer(request).map(|mut reply| {
            lie(&mut reply);
            reply
        })
    }
}

/// Alice at a home worker that lies like this, and what another was asked that does it like that.
pub(super) struct Told {
    pub(super) engine: Engine,
    pub(super) node: LightNode,
    other: Other,
    _worker: Worker,
    _dir: TempDir,
}

pub(super) async fn told(pooled: &Arc<Pooled>, home: Lie, elsewhere: Lie) -> Told {
    let mut told = unasked(pooled, home, elsewhere).await;
    told.engine.sync(PATIENCE).await.unwrap();
    told
}

/// The same, before it has asked anything of the ledger.
pub(super) async fn unasked(pooled: &Arc<Pooled>, home: Lie, elsewhere: Lie) -> Told {
    let ledger = Arc::clone(pooled);
    let other = Other::play(move |request| ledger.lying(request, elsewhere)).await;
    let ledger = Arc::clone(pooled);
    let worker =
        Worker::play_both(only_bobs_worker, move |request| ledger.lying(request, home)).await;
    let (dir, store) = alice_on(&worker, &pooled.chain.genesis).await;
    let known = vec![other.at(pooled.chain.genesis.chain())];
    let mut engine = Engine::open(store, known, Clock::system()).await.unwrap();
    let node = engine.attach().await.unwrap();
    Told { engine, node, other, _worker: worker, _dir: dir }
}

impl Told {
    /// What others were asked about the pool.
    pub(super) fn others_were_asked(&self) -> usize {
        let pool = |request: &&ChainRequest| {
            matches!(
                request,
                ChainRequest::PoolLog { .. }
                    | ChainRequest::PoolEffects { .. }
                    | ChainRequest::Record { .. }
            )
        };
        self.other.asked.lock().unwrap().iter().filter(pool).count()
    }

    async fn entries(&self, from: LogPlace, to: &Pool) -> Result<Vec<LogEntry>, Fault> {
        self.engine.pool_entries(&self.node, from, to).await
    }
}

pub(super) fn honest(_: &mut ChainReply) {}

#[tokio::test]
async fn the_pool_is_proved_and_followed_from_any_known_place() {
    let pooled = Pooled::new();
    let mut told = told(&pooled, honest, honest).await;
    let node = told.node.clone();
    let expected = ProvedPool { round: Round(3), pool: pooled.pool() };
    assert_eq!(told.engine.proved_pool(&node).await.unwrap(), expected);
    let (proved, tree) = told.engine.proved_pool_and_tree(&node).await.unwrap();
    assert_eq!((&proved, tree.size()), (&expected, 2 * BUNDLES));
    for known in [0, 5, BUNDLES as usize] {
        let from = LogPlace::START.behind(&pooled.entries[..known]);
        let entries = told.entries(from, &proved.pool).await.unwrap();
        assert_eq!(entries, pooled.entries[known..]);
    }
    for number in [0, 7, 8, 10] {
        let entry = &pooled.entries[number];
        let effects = told.engine.pool_effects(&node, number as u64, entry).await.unwrap();
        assert_eq!(effects, pooled.effects[number]);
    }
    assert_eq!(told.others_were_asked(), 0);
}

#[tokio::test]
async fn a_pool_that_nobody_has_used_is_proved_too() {
    let mut pooled = Arc::into_inner(Pooled::new()).unwrap();
    pooled.state.clear();
    pooled.chain.headers.iter_mut().for_each(|header| header.state_root = EMPTY_SUBTREE);
    let mut tip = pooled.chain.genesis.tip(EMPTY_SUBTREE);
    for header in &mut pooled.chain.headers {
        *header = header_after(&pooled.chain.genesis, &tip);
        tip = tip.after(header);
    }
    let mut told = told(&Arc::new(pooled), honest, honest).await;
    let node = told.node.clone();
    let (proved, tree) = told.engine.proved_pool_and_tree(&node).await.unwrap();
    assert_eq!((&proved.pool, tree), (&Pool::genesis(), Frontier::empty()));
    assert_eq!(told.entries(LogPlace::START, &proved.pool).await.unwrap(), []);
}

/// Changes an answer about bundles.
fn objects(reply: &mut ChainReply, change: impl FnOnce(&mut Vec<Object>)) {
    if let ChainReply::PoolLog(all) | ChainReply::PoolEffects(all) = reply
        && !all.is_empty()
    {
        change(all);
    }
}

fn drops(reply: &mut ChainReply) {
    objects(reply, |all| drop(all.remove(0)));
}

fn adds(reply: &mut ChainReply) {
    objects(reply, |all| all.insert(0, all[0].clone()));
}

fn swaps(reply: &mut ChainReply) {
    objects(reply, |all| all.rotate_left(1));
}

/// The last byte of an entry is one of R, that of effects one of a ciphertext.
fn alters(reply: &mut ChainReply) {
    objects(reply, |all| all.iter_mut().for_each(|one| *one.0.last_mut().unwrap() ^= 1));
}

fn babbles(reply: &mut ChainReply) {
    objects(reply, |all| all.fill(Object(vec![7; 40])));
}

fn withholds(reply: &mut ChainReply) {
    objects(reply, Vec::clear);
}

fn evades(reply: &mut ChainReply) {
    if matches!(reply, ChainReply::PoolLog(_) | ChainReply::PoolEffects(_)) {
        *reply = ChainReply::Warranted;
    }
}

pub(super) const LIES: [(&str, Lie); 7] = [
    ("drops", drops),
    ("adds", adds),
    ("swaps", swaps),
    ("alters", alters),
    ("babbles", babbles),
    ("withholds", withholds),
    ("evades", evades),
];

#[tokio::test]
async fn a_worker_that_lies_about_the_log_is_left_for_another() {
    let pooled = Pooled::new();
    for (name, lie) in LIES {
        let told = told(&pooled, lie, honest).await;
        let entries = told.entries(LogPlace::START, &pooled.pool()).await;
        assert_eq!(entries.unwrap(), pooled.entries, "{name}");
        assert!(told.others_were_asked() > 0, "{name}");
    }
}

#[tokio::test]
async fn a_worker_that_lies_about_a_bundle_is_left_for_another() {
    let pooled = Pooled::new();
    for (name, lie) in LIES {
        let told = told(&pooled, lie, honest).await;
        let (number, entry) = (9, &pooled.entries[9]);
        let effects = told.engine.pool_effects(&told.node, number, entry).await;
        assert_eq!(effects.unwrap(), pooled.effects[9], "{name}");
        assert!(told.others_were_asked() > 0, "{name}");
    }
}

#[tokio::test]
async fn when_everybody_lies_nothing_is_believed() {
    let pooled = Pooled::new();
    for (home, elsewhere) in [(drops as Lie, alters as Lie), (swaps, adds), (alters, swaps)] {
        let told = told(&pooled, home, elsewhere).await;
        let fault = told.entries(LogPlace::START, &pooled.pool()).await.unwrap_err();
        assert_eq!(fault.code(), "bad_proof");
        assert!(fault.message.contains("private pool"), "{}", fault.message);
        let effects = told.engine.pool_effects(&told.node, 9, &pooled.entries[9]).await;
        assert_eq!(effects.unwrap_err().code(), "bad_proof");
    }
    // Nor is a place that was never one of the log.
    let told = told(&pooled, honest, honest).await;
    let strange = LogPlace { count: 3, hash: [7; 32] };
    let fault = told.entries(strange, &pooled.pool()).await.unwrap_err();
    assert_eq!(fault.code(), "bad_proof");
}

fn hides_the_cell(reply: &mut ChainReply) {
    if let ChainReply::Record(object) = reply {
        let record = RecordProof::from_bytes(&object.0).unwrap();
        *object = Object(RecordProof { value: None, ..record }.to_bytes());
    }
}

#[tokio::test]
async fn a_worker_that_hides_the_pool_is_left_for_another() {
    let pooled = Pooled::new();
    let mut told = told(&pooled, hides_the_cell, honest).await;
    let node = told.node.clone();
    assert_eq!(told.engine.proved_pool(&node).await.unwrap().pool, pooled.pool());
    assert!(told.others_were_asked() > 0);
    let (_, tree) = told.engine.proved_pool_and_tree(&node).await.unwrap();
    assert_eq!(tree.size(), 2 * BUNDLES);
}

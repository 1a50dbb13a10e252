//! A ledger that a test plays: coming back after days and weeks, checkpoints, contradictions.

mod asked;
mod explored;
mod gifts;
mod gifts_back;
mod late;
mod misled;
mod pool;
mod proofs;
mod restored;
mod reviewed;
mod siblings;
mod warned;

use std::collections::BTreeMap;

use chat::{Body, Content};
use ledger::{
    AccountProof, Certificate, CertifiedHeader, Committee, Draw, EMPTY_SUBTREE, Header,
    HeaderRange, Place, RangeProof, StateProof, Tip, range_places,
};
use light::{Backfill, Checkpoint, Step, WINDOW, route};
use store::LightChange;
use types::{Abc, BlockId, Round};
use wire::chain::Object;

use super::*;
use crate::{Code, Fault, Payee, Wanted};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// Headers of an empty state, and all that a node answers from them.
pub(super) struct Chain {
    genesis: Genesis,
    headers: Vec<Header>,
}

impl Chain {
    /// A block an hour, an epoch of 60, up to now.
    pub(super) fn of_days(days: u64) -> Self {
        Self::with(days, HOUR / 2, vec![FirstWorker { id: WorkerId([1; 32]), archive: false }])
    }

    /// The same with a newest header of this age, and with these workers.
    fn with(days: u64, age_ms: u64, workers: Vec<FirstWorker>) -> Self {
        let now = Clock::system().now();
        let params = Params { interval_ms: HOUR as u32, ..Params::DEVNET };
        let time = Timestamp(now.0 - days * DAY - age_ms);
        let genesis = Genesis { params, time, workers, ..genesis(WorkerId([1; 32])) };
        let (mut tip, mut headers) = (genesis.tip(EMPTY_SUBTREE), vec![]);
        for _ in 0..days * 24 {
            let header = header_after(&genesis, &tip);
            tip = tip.after(&header);
            headers.push(header);
        }
        Self { genesis, headers }
    }

    pub(super) fn tip(&self) -> Round {
        Round(self.headers.len() as u64)
    }

    fn header(&self, round: Round) -> Option<&Header> {
        self.headers.get((round.0 as usize).checked_sub(1)?)
    }

    fn step(&self, round: Round) -> Option<Step> {
        Some(signed(self.header(round)?.clone(), self.genesis.committee()))
    }

    /// What the test checks against: trust in any round.
    fn checkpoint(&self, round: u64) -> Checkpoint {
        Checkpoint::of(self.header(Round(round)).unwrap())
    }

    fn path(&self, round: Round, under: Round) -> RangeProof {
        let (mut range, mut nodes) = (HeaderRange::default(), BTreeMap::new());
        for header in &self.headers[..under.0 as usize - 1] {
            for node in range.append(header.id()) {
                nodes.insert((node.height, node.index), node.hash);
            }
        }
        let (siblings, peaks) = range_places(round, range.leaves()).unwrap();
        let find = |places: Vec<_>| places.iter().map(|place| nodes[place]).collect();
        RangeProof { leaves: range.leaves(), siblings: find(siblings), peaks: find(peaks) }
    }

    /// Nobody has anything.
    fn account(&self, address: Address) -> Object {
        Self::account_at(self.tip(), address)
    }

    fn account_at(round: Round, address: Address) -> Object {
        let nothing = StateProof::new(None, vec![]);
        let (alias_proof, proof) = (nothing.clone(), nothing);
        let proof = AccountProof { round, address, alias: None, alias_proof, account: None, proof };
        Object(proof.to_bytes())
    }

    fn back(&self, before: Round, max: u16) -> Object {
        let first = before.0.saturating_sub(u64::from(max)).max(1);
        let earlier = self.headers[..first as usize - 1].iter();
        let start = earlier.fold(self.genesis.tip(EMPTY_SUBTREE), |tip, header| tip.after(header));
        let headers = &self.headers[first as usize - 1..before.0 as usize - 1];
        let interval = self.genesis.params.interval_ms;
        Object(Backfill::of(start, headers, interval).unwrap().to_bytes())
    }

    /// Another certified header of the newest round.
    fn fork(&self) -> Step {
        let mut other = self.headers.last().unwrap().clone();
        other.body_root = [9; 32];
        signed(other, self.genesis.committee())
    }

    fn warrant(&self) -> ledger::Conflict {
        ledger::Conflict {
            first: self.step(self.tip()).unwrap().header,
            second: self.fork().header,
            committee: self.genesis.committee(),
        }
    }

    pub(super) fn answer(&self, request: ChainRequest) -> Result<ChainReply, Failure> {
        let object = |step: Step| Object(step.to_bytes());
        Ok(match request {
            ChainRequest::Tip => ChainReply::Tip { round: self.tip(), now: Clock::system().now() },
            ChainRequest::Light { trusted, address } => {
                let fetch = &mut |round| self.step(round);
                let steps = route(trusted, self.tip(), &self.genesis.params, fetch);
                let account = address.map(|address| self.account(address));
                ChainReply::Light { steps: steps.into_iter().map(object).collect(), account }
            }
            ChainRequest::Headers { from, .. } => {
                ChainReply::Headers(self.step(from).into_iter().map(object).collect())
            }
            ChainRequest::Account(address) => ChainReply::Account(self.account(address)),
            ChainRequest::HeaderAt { round, under } => ChainReply::HeaderAt {
                header: Object(self.header(round).unwrap().to_bytes()),
                path: Object(self.path(round, under).to_bytes()),
            },
            ChainRequest::Back { before, max } => ChainReply::Back(self.back(before, max)),
            other @ (ChainRequest::Genesis
            | ChainRequest::Submit(_)
            | ChainRequest::History { .. }
            | ChainRequest::Find(_)
            | ChainRequest::Locate(_)
            | ChainRequest::Record { .. }
            | ChainRequest::Committee(_)
            | ChainRequest::Warrant(_)
            | ChainRequest::Warrants
            | ChainRequest::PoolLog { .. }
            | ChainRequest::PoolEffects { .. }
            | ChainRequest::Records { .. }) => {
                return Err(Failure::new(code::NOT_FOUND, &format!("{other:?}")));
            }
        })
    }
}

fn header_after(genesis: &Genesis, tip: &Tip) -> Header {
    let round = tip.round.next();
    let (params, chain) = (&genesis.params, genesis.chain());
    let time = genesis.time.plus_millis(round.0 * u64::from(params.interval_ms));
    let draw = Draw { proposer: 0, ticket: [7; 80], output: [8; 64] };
    Header {
        version: Header::VERSION,
        chain,
        round,
        time,
        parent: tip.block,
        body_root: [5; 32],
        state_root: EMPTY_SUBTREE,
        receipts_root: ledger::receipts_root(&[]),
        committee: tip.committee,
        next_committee: tip.committee,
        beacon: ledger::next_beacon(&tip.beacon, &draw.output),
        history: tip.history.root(),
        parent_certificate: [6; 32],
        proposer: draw.proposer,
        ticket: draw.ticket,
        flags: 0,
    }
}

fn signed(header: Header, committee: Committee) -> Step {
    let message = Place::acp(header.chain, header.round, 0).vote(ledger::Step::Commit, header.id());
    let vote = |seed| {
        let key = keys::Ed25519Key::from_seed([seed; 32]);
        (committee.position(&key.public()).unwrap(), key.sign(&message))
    };
    let votes = (1..=3).map(vote).collect();
    let (step, id) = (ledger::Step::Commit, header.id());
    let certificate = Certificate::new(step, header.round, 0, id, &votes, committee.size());
    Step::new(CertifiedHeader { header, certificate }, committee, None)
}

/// Alice's engine on this chain, of which her worker answers so.
pub(super) async fn engine_answered(
    chain: &Chain,
    answer: impl Fn(ChainRequest) -> Result<ChainReply, Failure> + Send + 'static,
) -> (Worker, TempDir, Engine) {
    let worker = Worker::play_both(only_bobs_worker, answer).await;
    let (dir, store) = alice_on(&worker, &chain.genesis).await;
    let engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    (worker, dir, engine)
}

/// Alice's engine on this chain, and what her worker was asked about it.
async fn engine_on(chain: &Arc<Chain>) -> (Worker, TempDir, Engine, Arc<Mutex<Vec<ChainRequest>>>) {
    let asked = Arc::new(Mutex::new(vec![]));
    let (log, answers) = (Arc::clone(&asked), Arc::clone(chain));
    let worker = Worker::play_both(only_bobs_worker, move |request| {
        log.lock().unwrap().push(request.clone());
        answers.answer(request)
    })
    .await;
    let (dir, store) = alice_on(&worker, &chain.genesis).await;
    let engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    (worker, dir, engine, asked)
}

/// What waits for a contact that people see nothing of.
async fn unseen(store: &Store, contact: OpenId) -> Vec<Body> {
    let waiting = store.pending(contact, 9).await.unwrap();
    let bodies = waiting.iter().map(|(_, it)| Content::from_bytes(&it.content).unwrap().body);
    bodies.filter(|body| matches!(body, Body::AskCheckpoint(_) | Body::Vouch(_))).collect()
}

#[tokio::test]
async fn after_13_days_the_account_is_proved_by_one_round_of_requests() {
    let chain = Arc::new(Chain::of_days(13));
    let (_worker, _dir, mut engine, asked) = engine_on(&chain).await;
    let done = engine.sync(PATIENCE).await.unwrap();
    assert_eq!((done.synced, done.round, done.behind), (true, chain.tip(), 0));
    let proved = engine.store().account().await.unwrap().unwrap();
    assert_eq!((proved.round, proved.account), (chain.tip(), None));
    let address = Some(engine.own().1);
    let light = ChainRequest::Light { trusted: Round(0), address };
    let mut asked: BTreeSet<String> =
        asked.lock().unwrap().iter().map(|request| format!("{request:?}")).collect();
    // This worker proves no pool, so that another one is looked for.
    asked.retain(|request| !request.starts_with("Locate"));
    let pool = ChainRequest::Record { key: ledger::pool_key() };
    let expected = [light, ChainRequest::Tip, ChainRequest::Warrants, pool];
    let expected = expected.map(|request| format!("{request:?}"));
    assert_eq!(asked, BTreeSet::from(expected));
}

#[tokio::test]
async fn the_latest_headers_are_filled_in_piece_by_piece_and_survive_a_restart() {
    let chain = Arc::new(Chain::of_days(13));
    let (worker, _dir, mut engine, _) = engine_on(&chain).await;
    engine.sync(PATIENCE).await.unwrap();
    let node = engine.attach().await.unwrap();
    let mut pieces = 0;
    while engine.bound().unwrap().light.window().gap().is_some() {
        engine.fill_gap(&node).await.unwrap();
        pieces += 1;
    }
    assert_eq!(pieces, 6, "one before each boundary that was walked, and one before the tip");
    assert_eq!(engine.store().header_count().await.unwrap(), chain.tip().0.min(WINDOW));
    let old = engine.store().header(Round(3)).await.unwrap().unwrap();
    assert_eq!(Header::from_bytes(&old).as_ref(), Ok(&chain.headers[2]));
    let again = Engine::open(engine.store().clone(), vec![], Clock::system()).await.unwrap();
    assert_eq!(again.bound().unwrap().light, engine.bound().unwrap().light);
    assert_eq!(worker.was_asked(|_| false), 0);
}

#[tokio::test]
async fn an_old_header_is_proved_under_the_trusted_one() {
    let chain = Arc::new(Chain::of_days(13));
    let (_worker, _dir, mut engine, _) = engine_on(&chain).await;
    engine.sync(PATIENCE).await.unwrap();
    let node = engine.attach().await.unwrap();
    for round in [1, 100, 311] {
        let header = engine.header_at(&node, Round(round)).await.unwrap();
        assert_eq!(Some(&header), chain.header(Round(round)));
    }
}

#[tokio::test]
async fn after_three_weeks_two_contacts_are_asked_for_a_checkpoint_by_itself() {
    let chain = Arc::new(Chain::of_days(21));
    let (_worker, _dir, mut engine, _) = engine_on(&chain).await;
    let (bob, carol) =
        (with_envelopes(engine.store(), BOB, 0).await, with_envelopes(engine.store(), 9, 0).await);
    let away = engine.sync(PATIENCE).await.unwrap_err();
    assert_eq!(away.code(), "checkpoint_needed");
    // Both are asked about one round, once.
    assert_eq!(engine.sync(PATIENCE).await.unwrap_err(), away);
    let mut rounds = vec![];
    for contact in [bob, carol] {
        let waiting = unseen(engine.store(), contact).await;
        let [Body::AskCheckpoint(round)] = waiting[..] else { panic!("{waiting:?}") };
        rounds.push(round);
    }
    assert_eq!(rounds, [Round(479); 2], "the last boundary");
    // One answer is not enough, and neither are two different ones.
    let vouch = |contact, checkpoint: Checkpoint| {
        let checkpoint = checkpoint.to_bytes();
        vec![LightChange::Vouched { contact, checkpoint }.into()]
    };
    let (right, lie) = (chain.checkpoint(479), chain.checkpoint(470));
    for answer in [vouch(bob, right), vouch(carol, lie)] {
        engine.store().apply(answer).await.unwrap();
        assert_eq!(engine.sync(PATIENCE).await.unwrap_err(), away);
    }
    engine.store().apply(vouch(carol, right)).await.unwrap();
    let done = engine.sync(PATIENCE).await.unwrap();
    assert_eq!((done.synced, done.round), (true, chain.tip()));
    assert_eq!(engine.bound().unwrap().light.began_from(), Some(&right));
    assert!(engine.store().vouches().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_checkpoint_that_a_person_brings_leads_back_and_a_wrong_one_does_not() {
    let chain = Arc::new(Chain::of_days(21));
    let (_worker, _dir, mut engine, _) = engine_on(&chain).await;
    assert_eq!(engine.checkpoint().unwrap_err().code(), "no_network");
    let good = chain.checkpoint(480);
    let wrong = [
        (Checkpoint { header: BlockId([1; 32]), ..good }, "bad_proof"),
        (Checkpoint { chain: ChainId([1; 32]), ..good }, "wrong_network"),
        (chain.checkpoint(100), "checkpoint_needed"),
    ];
    for (checkpoint, code) in wrong {
        assert_eq!(engine.use_checkpoint(checkpoint).await.unwrap_err().code(), code);
        assert_eq!(engine.bound().unwrap().light.round(), Round(0));
    }
    engine.use_checkpoint(good).await.unwrap();
    assert_eq!(engine.checkpoint().unwrap(), chain.checkpoint(chain.tip().0));
    // Never back to an older one.
    let old = engine.use_checkpoint(good).await.unwrap_err();
    assert_eq!(old.code(), "bad_proof");
}

#[tokio::test]
async fn a_contact_who_asks_is_answered_with_what_our_own_node_has_checked() {
    let chain = Arc::new(Chain::of_days(10));
    let (_worker, _dir, mut engine, _) = engine_on(&chain).await;
    let bob = with_envelopes(engine.store(), BOB, 0).await;
    engine.sync(PATIENCE).await.unwrap();
    let node = engine.attach().await.unwrap();
    for (round, answered) in [(119, true), (240, true), (241, false), (0, false)] {
        engine.asked_of_us().insert(bob, Round(round));
        engine.vouch_for_asked(&node).await.unwrap();
        let said = unseen(engine.store(), bob).await;
        let last = said.into_iter().last();
        let expected = Checkpoint::of(&chain.headers[(round as usize).clamp(1, 240) - 1]);
        let vouched = matches!(last, Some(Body::Vouch(it)) if it.header == expected.header
            && it.round == expected.round && it.committee == expected.committee);
        assert_eq!(vouched, answered || round == 241, "round {round}");
    }
    assert_eq!(unseen(engine.store(), bob).await.len(), 2);
}

#[tokio::test]
async fn once_the_managers_contradict_themselves_nothing_is_paid() {
    let chain = Arc::new(Chain::of_days(2));
    let (_worker, _dir, mut engine, _) = engine_on(&chain).await;
    engine.sync(PATIENCE).await.unwrap();
    let warrant = chain.warrant();
    let mut nonsense = warrant.clone();
    nonsense.second = nonsense.first.clone();
    for object in [Object(vec![1]), Object(nonsense.to_bytes())] {
        assert_eq!(engine.take_warrant(&object).await.unwrap_err().code(), "bad_proof");
    }
    let frozen = engine.take_warrant(&Object(warrant.to_bytes())).await.unwrap_err();
    assert_eq!(frozen.code, Code::Conflict);
    // Also after a restart, with or without the network.
    let store = engine.store().clone();
    let mut engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    let (to, amount) = (engine.own().1, Amount::<Abc>::new(1));
    for patience in [Duration::ZERO, PATIENCE] {
        let wanted = Wanted { payee: Payee::Address(to), amount, memo: None };
        assert_eq!(engine.pay(wanted, patience).await.unwrap_err().code(), "conflict");
    }
    assert_eq!(engine.sync(PATIENCE).await.unwrap_err().code(), "conflict");
    assert_eq!(engine.checkpoint().unwrap_err().code(), "conflict");
    assert!(engine.store().open_payments().await.unwrap().is_empty());
    // A person resolves it.
    engine.use_checkpoint(chain.checkpoint(chain.tip().0)).await.unwrap();
    assert!(engine.sync(PATIENCE).await.unwrap().synced);
    // And nobody can undo that with the same warrant.
    engine.take_warrant(&Object(warrant.to_bytes())).await.unwrap();
    assert_eq!(engine.bound().unwrap().light.frozen(), None);
}

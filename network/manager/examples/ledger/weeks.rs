//! A phone that was off for three weeks: what it loads and computes until its balance is proved.

use crate::filled::{filled, stranger};
use crate::finality::folder;
use crate::table::{Table, cpu};
use ledger::{Draw, Genesis, Header, Params, Tip, next_beacon_empty};
use light::{Checkpoint, LightState, Step, route};
use std::time::{Duration, Instant};
use types::{Round, Timestamp};
use wire::Encode;

const MANAGERS: u8 = 16;
/// Half an hour is an epoch, as on the real network, in 60 rounds.
const INTERVAL: u32 = 30_000;
const A_DAY: u64 = 48 * 60;
const DAYS: u64 = 21;
const ACCOUNTS: u32 = 100_000;
const DAY: u64 = 24 * 3_600_000;
/// The kernel counts processor time in steps of ten milliseconds.
const REPEATS: u32 = 400;

/// Headers whose managers sign them when they are asked for.
struct Chain {
    genesis: Genesis,
    headers: Vec<Header>,
}

impl Chain {
    fn new(genesis: Genesis, root: [u8; 32], rounds: u64) -> Self {
        let mut tip = genesis.tip([0; 32]);
        let mut headers = vec![];
        for _ in 0..rounds {
            let header = following(&genesis, &tip, root);
            tip = tip.after(&header);
            headers.push(header);
        }
        Self { genesis, headers }
    }

    fn step(&self, round: Round) -> Option<Step> {
        let header = self.headers.get(usize::try_from(round.0.checked_sub(1)?).ok()?)?;
        let committee = self.genesis.committee();
        let seeds: Vec<u8> = (1..=u8::try_from(committee.quorum()).ok()?).collect();
        let certified = testkit::certify(header.clone(), &committee, &seeds);
        Some(Step::new(certified, committee, None))
    }
}

fn following(genesis: &Genesis, tip: &Tip, root: [u8; 32]) -> Header {
    let round = tip.round.next();
    let draw = Draw { proposer: 0, ticket: [7; 80], output: [5; 64] };
    Header {
        version: Header::VERSION,
        chain: genesis.chain(),
        round,
        time: tip.time.plus_millis(u64::from(INTERVAL)),
        parent: tip.block,
        body_root: [1; 32],
        state_root: root,
        receipts_root: ledger::receipts_root(&[]),
        committee: tip.committee,
        next_committee: tip.committee,
        beacon: next_beacon_empty(&tip.beacon, round),
        history: tip.history.root(),
        parent_certificate: [2; 32],
        proposer: draw.proposer,
        ticket: draw.ticket,
        flags: 0,
    }
}

pub(crate) fn measure(table: &mut Table) {
    let dir = folder();
    let four = testkit::genesis(Timestamp(1_790_000_000_000), &[]);
    let store = filled(dir.path(), &four, ACCOUNTS);
    let proof = store.prove(stranger(77)).unwrap();
    let root = store.tip().state_root;
    let params = Params { interval_ms: INTERVAL, ..Params::DEVNET };
    let genesis = Genesis { params, managers: testkit::managers(MANAGERS), ..four };
    let rounds = DAYS * A_DAY;
    let chain = Chain::new(genesis, root, rounds);
    let tip = Round(rounds);
    let now = chain.headers.last().unwrap().time;

    // Of a newer release, a week old; and of the last look, 13 days ago.
    let checkpoint = Round((DAYS - 7) * A_DAY - 1);
    let known = chain.step(checkpoint).unwrap();
    let release = Checkpoint::of(known.header());
    let sent = route(checkpoint, tip, &chain.genesis.params, &mut |round| chain.step(round));
    let bytes = known.to_bytes().len() + Checkpoint::LEN + steps(&sent) + proof.to_bytes().len();
    let begin = || {
        let mut state = LightState::from_checkpoint(&release, &known, &chain.genesis, now).unwrap();
        follow(&mut state, &sent, now);
        proof.verify(&state.header().unwrap().state_root).unwrap();
    };
    add(table, "21 days offline, N=16: checkpoint to proved balance", bytes, timed(begin));

    let trusted = Round((DAYS - 13) * A_DAY);
    let at = chain.step(trusted).unwrap();
    let then = at.header().time.plus_millis(DAY);
    let release = Checkpoint::of(at.header());
    let old = LightState::from_checkpoint(&release, &at, &chain.genesis, then).unwrap();
    let sent = route(trusted, tip, &chain.genesis.params, &mut |round| chain.step(round));
    let bytes = steps(&sent) + proof.to_bytes().len();
    let catch_up = || {
        let mut state = old.clone();
        follow(&mut state, &sent, now);
        proof.verify(&state.header().unwrap().state_root).unwrap();
    };
    add(table, "13 days offline, N=16: trusted header to proved balance", bytes, timed(catch_up));

    // The longest way there is: every boundary of three weeks by itself.
    let all: Vec<Step> = (0..DAYS * 48)
        .filter_map(|epoch| chain.step(Round(epoch * 60 + 59)))
        .map(|step| step.known(&chain.genesis.committee().hash()))
        .collect();
    let start = chain.genesis.time;
    let walk = || {
        let mut state = LightState::new(&chain.genesis);
        for step in &all {
            // The clock goes along: by itself the first header would be too old at the end.
            let now = step.header().time.max(start);
            state.jump(step, now).unwrap();
        }
    };
    let begun = Instant::now();
    walk();
    add(table, "21 days, N=16: all 1008 boundaries one by one", steps(&all), begun.elapsed());
}

fn add(table: &mut Table, name: &str, bytes: usize, time: Duration) {
    let value = format!("{:.1} kB, {:.2} ms", bytes as f64 / 1e3, time.as_secs_f64() * 1e3);
    table.add(name, value, "<= 1.5 MB, 1 s", "Helios 27 h an update; acp.md phone 3 s, 2 MB");
}

fn follow(state: &mut LightState, sent: &[Step], now: Timestamp) {
    sent.iter().for_each(|step| state.advance(step, now).unwrap());
}

fn steps(sent: &[Step]) -> usize {
    sent.iter().map(|step| step.to_bytes().len()).sum()
}

/// Processor time of one run, or the clock's where there is no other.
fn timed(mut work: impl FnMut()) -> Duration {
    let (begun, before) = (Instant::now(), cpu());
    (0..REPEATS).for_each(|_| work());
    let used = cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
    used.unwrap_or_else(|| begun.elapsed()) / REPEATS
}

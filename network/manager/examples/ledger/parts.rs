//! What each part of a block's way costs by itself, on one core.

use crate::filled::{commit, context, filled, stranger};
use crate::finality::folder;
use crate::network::{Payer, encoded, genesis, now};
use crate::table::{Goal, Table, micros, millis, percentile};
use abns::ChainStore;
use ledger::{BlockContext, Body, Execution, Genesis, Transaction, execute};
use std::time::{Duration, Instant};
use types::Timestamp;
use wire::Decode;

const PAYERS: u32 = 2_000;
const STRANGERS: u32 = 98_000;
const RUNS: usize = 200;
const BEST_OF: usize = 7;

pub(crate) fn certificates(table: &mut Table) {
    for (size, goal) in [(4, 0.2), (16, 0.6)] {
        let genesis =
            Genesis { managers: testkit::managers(size), ..testkit::genesis(Timestamp(0), &[]) };
        let committee = genesis.committee();
        let tip = genesis.tip([0; 32]);
        let context = BlockContext::of_empty(&tip, genesis.chain(), &genesis.params);
        let outcome = ledger::Outcome { next_committee: tip.committee, ..Default::default() };
        let header = context.empty_header(&tip, &outcome, [1; 32]);
        let seeds: Vec<u8> = (1..=u8::try_from(committee.quorum()).unwrap()).collect();
        let certified = testkit::certify(header, &committee, &seeds);
        let mut times: Vec<_> =
            (0..RUNS).map(|_| timed(|| certified.verify(&committee).unwrap()).0).collect();
        let p50 = percentile(&mut times, 50);
        let name = format!("certificate check, N={size}, {} signatures", seeds.len());
        let goal = Goal::AtMost(goal);
        table.add(&name, (millis(p50), "ms"), goal, "tendermint N=100 2.7 ms");
    }
}

pub(crate) fn measure(table: &mut Table) {
    let payers: Vec<Payer> = (0..PAYERS).map(|number| Payer::new(number, false)).collect();
    let addresses: Vec<_> = payers.iter().map(|payer| payer.public().address()).collect();
    let genesis = genesis(now(), 200, &addresses);
    let to = |number: usize| stranger(u32::try_from(number).unwrap() * 37 % STRANGERS);
    let signed: Vec<_> =
        payers.iter().enumerate().map(|(n, p)| p.pay(&genesis, to(n), 0)).collect();
    let falcon = Payer::new(1, true);
    let falcon_tx = falcon.pay(&genesis, to(1), 0);
    let dir = folder();
    let store = filled(dir.path(), &genesis, STRANGERS);
    decoding(&signed, table);
    signatures(&signed, &falcon_tx, table);
    let gate = gate(&store, &genesis, &signed);
    table.note("  gate without signature, one transfer", micros(gate, signed.len()), "us");
    block(&store, &genesis, signed, table);
}

fn decoding(signed: &[Transaction], table: &mut Table) {
    let bytes: Vec<_> = signed.iter().map(encoded).collect();
    let work =
        || bytes.iter().map(|tx| Transaction::from_bytes(tx).unwrap().id()).collect::<Vec<_>>();
    let (time, ids) = least(work);
    let name = format!("  decode and hash, one transfer of {} bytes", bytes[0].len());
    table.note(&name, micros(time, ids.len()), "us");
}

fn signatures(signed: &[Transaction], falcon: &Transaction, table: &mut Table) {
    let check = |tx: &Transaction| {
        let key = tx.sources[0].reveal.as_ref().unwrap();
        assert!(key.verify(&tx.sighash(), &tx.witness[0]));
    };
    let (time, ()) = least(|| signed.iter().take(500).for_each(check));
    table.note("  signature check, ECDSA", micros(time, 500), "us");
    let (time, ()) = least(|| (0..200).for_each(|_| check(falcon)));
    table.note("  signature check, Falcon", micros(time, 200), "us");
}

/// What it takes to look whether one transaction may wait, each by itself.
fn gate(store: &ChainStore, genesis: &Genesis, signed: &[Transaction]) -> Duration {
    // The chain's id is the hash of a long file: it is known once.
    let context = context(store, genesis);
    let work = || {
        for tx in signed {
            let state = store.state().unwrap();
            let mut execution = Execution::begin(&state, context, &|_| true).unwrap();
            execution.apply(tx).unwrap();
        }
    };
    least(work).0
}

/// One block of all of them: transition, tree, durable.
fn block(store: &ChainStore, genesis: &Genesis, signed: Vec<Transaction>, table: &mut Table) {
    let count = signed.len();
    let body = Body { transactions: signed, ..Body::default() };
    let state = store.state().unwrap();
    let context = context(store, genesis);
    let (transition, outcome) = least(|| execute(&state, &context, &body, &|_| true).unwrap());
    let (tree, pending) = least(|| store.prepare(&outcome.changes).unwrap());
    let both = count as f64 / (transition + tree).as_secs_f64();
    let accounts = PAYERS + STRANGERS;
    let name = format!("transition and tree, block of {count}, {accounts} accounts, one core");
    let goal = Goal::AtLeast(10_000.0);
    table.add(&name, (both, "tx/s"), goal, "NOMT 25k transfers/s at 1e9 items");
    table.note("  transition without signatures", micros(transition, count), "us");
    table.note("  state tree", micros(tree, count), "us");
    let (root, _) = least(|| body.root());
    table.note("  body root", micros(root, count), "us");
    let (kept, ()) = timed(|| commit(store, genesis, (&body, &outcome), pending));
    table.note("  durable commit", micros(kept, count), "us");
    let (idle, ()) = least(|| drop(Execution::begin(&store.state().unwrap(), context, &|_| true)));
    table.note("  beginning of a block", micros(idle, 1), "us");
}

/// The shortest of some runs: what it takes when nothing else is in its way.
fn least<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut best = timed(&mut work);
    for _ in 1..BEST_OF {
        let run = timed(&mut work);
        if run.0 < best.0 {
            best = run;
        }
    }
    best
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

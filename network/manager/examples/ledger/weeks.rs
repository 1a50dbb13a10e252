//! A phone that was off for weeks: what it loads and computes until its balance is proved.
//!
//! The chain is of full length (`epochs`), the balance one of 100,000 accounts. Bytes are those of
//! the encoded answer, without the transport's; time is what the light node computes.

use crate::epochs::{Chain, EPOCH, Seating};
use crate::filled::{filled, stranger};
use crate::finality::folder;
use crate::table::{Goal, Table, cpu, millis};
use ledger::{AccountProof, Genesis};
use light::{Checkpoint, LightState, Step, route};
use std::time::{Duration, Instant};
use types::{Round, Timestamp};
use wire::Encode;

const A_DAY: u64 = 86_400;
const DAYS: u64 = 21;
/// Of a newer release, a week old; and of the last look, 13 days ago.
const RELEASE: u64 = (DAYS - 7) * A_DAY - 1;
const LOOK: u64 = (DAYS - 13) * A_DAY;
const TIP: u64 = DAYS * A_DAY;
const ACCOUNTS: u32 = 100_000;
/// The kernel counts processor time in steps of ten milliseconds.
const ENOUGH: Duration = Duration::from_millis(300);
/// `acp-corrections.md` A20: at most a third of the seats.
const MOST_LEAVE: u8 = 5;

pub(crate) fn measure(table: &mut Table) {
    let dir = folder();
    let like = testkit::genesis(Timestamp(1_790_000_000_000), &[]);
    let store = filled(dir.path(), &like, ACCOUNTS);
    let balance = (store.prove(stranger(77)).unwrap(), store.tip().state_root);
    for managers in [4, 16] {
        let seating = Seating { managers, leave: 0 };
        let chain = chain(seating, &like, balance.1);
        let name = |what: &str| format!("{what}, N={managers}");
        add(
            table,
            &name("21 days offline: checkpoint to proved balance"),
            away(&chain, &balance.0),
        );
        add(
            table,
            &name("13 days offline: trusted header to proved balance"),
            back(&chain, &balance.0),
        );
        add(table, &name("21 days: all 1008 boundaries one by one"), walk(&chain));
    }
    let seating = Seating { managers: 16, leave: MOST_LEAVE };
    let chain = chain(seating, &like, balance.1);
    let name = "13 days offline, N=16, 5 seats change each half hour";
    add(table, name, back(&chain, &balance.0));
}

fn chain(seating: Seating, like: &Genesis, root: [u8; 32]) -> Chain {
    Chain::new(seating, seating.genesis(like), root, &[RELEASE, LOOK, TIP])
}

/// Past the trusting period: a checkpoint of a newer release, then the way to the tip.
fn away(chain: &Chain, proof: &AccountProof) -> (usize, Duration) {
    let (known, now) = (chain.step(Round(RELEASE)).unwrap(), chain.last().time);
    let release = Checkpoint::of(known.header());
    let sent = sent(chain, RELEASE);
    let bytes = known.to_bytes().len() + Checkpoint::LEN + size(&sent) + proof.to_bytes().len();
    let work = || {
        let mut state = LightState::from_checkpoint(&release, &known, &chain.genesis, now).unwrap();
        arrive(&mut state, &sent, (now, proof));
    };
    (bytes, timed(work))
}

/// Within the trusting period: from the header of the last look.
fn back(chain: &Chain, proof: &AccountProof) -> (usize, Duration) {
    let (at, now) = (chain.step(Round(LOOK)).unwrap(), chain.last().time);
    let (release, then) = (Checkpoint::of(at.header()), at.header().time.plus_millis(A_DAY));
    let old = LightState::from_checkpoint(&release, &at, &chain.genesis, then).unwrap();
    let sent = sent(chain, LOOK);
    let work = || arrive(&mut old.clone(), &sent, (now, proof));
    (size(&sent) + proof.to_bytes().len(), timed(work))
}

/// The longest way there is: every boundary of three weeks by itself.
fn walk(chain: &Chain) -> (usize, Duration) {
    let committee = chain.genesis.committee().hash();
    let all: Vec<Step> =
        chain.boundaries().into_iter().map(|step| step.known(&committee)).collect();
    assert_eq!(all.len() as u64, TIP / u64::from(EPOCH));
    let work = || {
        let mut state = LightState::new(&chain.genesis);
        // The clock goes along: by itself the first header would be too old at the end.
        all.iter().for_each(|step| state.jump(step, step.header().time).unwrap());
    };
    (size(&all), timed(work))
}

fn sent(chain: &Chain, from: u64) -> Vec<Step> {
    route(Round(from), Round(TIP), &chain.genesis.params, &mut |round| chain.step(round))
}

fn arrive(state: &mut LightState, sent: &[Step], (now, proof): (Timestamp, &AccountProof)) {
    sent.iter().for_each(|step| state.advance(step, now).unwrap());
    assert_eq!(state.round(), Round(TIP));
    proof.verify(&state.header().unwrap().state_root).unwrap();
}

fn add(table: &mut Table, name: &str, (bytes, time): (usize, Duration)) {
    let elsewhere = "Helios 27 h an update; acp.md phone 3 s, 2 MB";
    table.add(name, (bytes as f64 / 1e3, "kB"), Goal::AtMost(1_500.0), elsewhere);
    table.add("  of processor time", (millis(time), "ms"), Goal::AtMost(1_000.0), "");
}

fn size(sent: &[Step]) -> usize {
    sent.iter().map(|step| step.to_bytes().len()).sum()
}

/// Processor time of one run, or the clock's where there is no other.
fn timed(mut work: impl FnMut()) -> Duration {
    let (begun, before, mut runs) = (Instant::now(), cpu(), 0);
    while begun.elapsed() < ENOUGH {
        work();
        runs += 1;
    }
    let used = cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
    used.unwrap_or_else(|| begun.elapsed()) / runs
}

//! A manager that lacks what nobody keeps any more goes on from a state that another hands over.

use crate::chain::Chain;
use crate::net::{MEMBERS, Net, id, in_time, now, pause};
use abns::ChainStore;
use ledger::Genesis;
use manager::{CatchUp, Frame, Horizon, Vouched};
use shielded::{Effects, LogEntry};
use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex, OnceLock};
use types::{Address, AddressKind, Amount, Round, Timestamp, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode};

/// Whoever was away.
const LATE: u8 = 3;
/// How far the others are when it comes back: it has missed more than they keep.
const FAR: usize = 310;
const EARLY: usize = 10;
/// How many bundles there were meanwhile.
const BUNDLES: u64 = 5;
/// As short as can be: 256 rounds.
const SHORT: Horizon = Horizon::Rounds(1);
const DECIDED: [u8; 3] = [0, 1, 2];

/// A network's beginning, which takes a while to make: its genesis, its chain's file early and late,
/// and a header between the two.
struct Past {
    genesis: Genesis,
    early: Vec<u8>,
    late: Vec<u8>,
    vouched: Vouched,
}

/// Three decide a long chain, with a payment an hour ago in it.
fn grow(genesis: Genesis) -> Past {
    let mut net = Net::new();
    net.genesis = genesis;
    let chain = Chain::within(&net.genesis, SHORT);
    chain.go(EARLY, DECIDED);
    let early = chain.file();
    let later = Timestamp(now().0 - 3_500_000);
    chain.keep(&chain.block(0, later, &net.pay(0, net.address(1), 0, 500)), DECIDED);
    let to = testkit::shielded_person(1).unwrap();
    let bundle = |seed| testkit::unproved(&to, 1_000, seed).unwrap();
    let bundles: Vec<_> = (0..BUNDLES).map(bundle).collect();
    chain.keep_bundles(&bundles[..2], DECIDED);
    chain.keep_bundles(&bundles[2..], DECIDED);
    let rest = chain.go(FAR - EARLY - 3, DECIDED);
    let header = &rest[50].header.header;
    let vouched = Vouched { round: header.round, header: header.id() };
    Past { early, late: chain.file(), vouched, genesis: net.genesis }
}

/// Its state takes several parts.
fn past() -> &'static Past {
    static PAST: OnceLock<Past> = OnceLock::new();
    PAST.get_or_init(|| {
        let mut genesis = Net::grown().genesis;
        let people = (0..2_500_u32).map(|number| {
            let mut payload = [0; 20];
            payload[..4].copy_from_slice(&number.to_be_bytes());
            (Address { kind: AddressKind::Ecdsa, payload }, Amount::new(1_000_000))
        });
        genesis.balances.extend(people);
        genesis.balances.sort_unstable();
        grow(genesis)
    })
}

/// A network in which one manager has a few rounds, or no folder at all, and the others have many
/// more.
async fn far_behind(past: &Past, empty: bool) -> Net {
    let mut net = Net::grown();
    net.genesis = past.genesis.clone();
    net.catch_up = CatchUp { horizon: SHORT, ..CatchUp::default() };
    for number in (0..MEMBERS).filter(|number| *number != LATE || !empty) {
        // Each makes a log of its votes, with nothing in it that matters later.
        net.start(number).await;
        net.stop(number).await;
        let file = if number == LATE { &past.early } else { &past.late };
        fs::write(net.dir(number).join("chain.redb"), file).unwrap();
    }
    net
}

/// Waits until the late one takes part, then lets it decide; all have the same in the end.
async fn check_takes_part(net: &Net) {
    net.wait_reach(FAR as u64 + 1).await;
    assert_eq!(net.manager(LATE).header(Round(200)).await.unwrap(), None, "blocks were given");
    let voted = |net: &Net| net.voted.lock().unwrap().get(&id(LATE)).copied();
    net.wait("it votes", |net| voted(net) > Some(Round(FAR as u64))).await;
    net.stop(0).await;
    let tx = net.pay(0, net.address(1), 1, net.tip(1) + 400);
    net.submit(LATE, &tx).await.unwrap();
    let round = net.wait_final(tx.id()).await;
    net.wait_reach(round.0).await;
    let mut same = 0;
    for round in (FAR as u64..=round.0).map(Round) {
        if let Some(own) = net.manager(LATE).header(round).await.unwrap() {
            assert_eq!(own.header, net.header(1, round.0).await.header);
            same += 1;
        }
    }
    assert!(same > 1);
    for person in [0, 1] {
        let (own, other) = (
            net.account(LATE, net.address(person)).await.account,
            net.account(1, net.address(person)).await.account,
        );
        assert_eq!(own.unwrap().abc, other.unwrap().abc);
    }
    check_has_the_pool_log(net).await;
    let left: Vec<_> = ["snapshot.redb", "snapshot.parts", "snapshot.new"]
        .into_iter()
        .filter(|name| net.dir(LATE).join(name).exists())
        .collect();
    assert_eq!(left, [""; 0]);
    net.stop(LATE).await;
    let path = net.dir(LATE).join("chain.redb");
    let verified = ChainStore::open(&path, &net.genesis).unwrap().verify().unwrap();
    assert_eq!(verified.bundles, BUNDLES);
}

/// Bundles that were final before its state were given by others; it answers as they do.
async fn check_has_the_pool_log(net: &Net) {
    let whole = async {
        loop {
            match net.manager(LATE).answer(LOG).await {
                Ok(ChainReply::PoolLog(entries)) => break entries,
                Ok(other) => panic!("{other:?}"),
                Err(failure) => assert_eq!(failure.code, "unavailable"),
            }
            pause().await;
        }
    };
    let entries = in_time("the pool log", whole).await;
    assert_eq!(entries.len() as u64, BUNDLES);
    assert_eq!(net.manager(1).answer(LOG).await.unwrap(), ChainReply::PoolLog(entries.clone()));
    let ask = ChainRequest::PoolEffects { from: 1, max: 99 };
    let effects = net.manager(LATE).answer(ask.clone()).await.unwrap();
    assert_eq!(net.manager(1).answer(ask).await.unwrap(), effects);
    let ChainReply::PoolEffects(effects) = effects else { panic!() };
    for (entry, effects) in entries[1..].iter().zip(&effects) {
        let entry = LogEntry::from_bytes(&entry.0).unwrap();
        assert!(entry.is_of(&Effects::from_bytes(&effects.0).unwrap()));
    }
    assert_eq!(effects.len() as u64, BUNDLES - 1);
}

const LOG: ChainRequest = ChainRequest::PoolLog { after: 0, max: u16::MAX };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_off_for_longer_than_the_horizon_goes_on_from_a_state_and_votes_again() {
    let net = far_behind(past(), false).await;
    net.start_all().await;
    check_takes_part(&net).await;
}

/// Its own last block proves nothing after so long: old keys may have been stolen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_off_for_weeks_goes_on_from_a_header_that_its_operator_vouches_for() {
    let mut genesis = Net::grown().genesis;
    genesis.time.0 -= 15 * 24 * 3_600_000;
    let past = grow(genesis);
    let mut net = far_behind(&past, false).await;
    net.start_all().await;
    net.wait_reach_of(&DECIDED, FAR as u64 + 5).await;
    assert_eq!(net.tip(LATE), EARLY as u64);
    net.stop(LATE).await;

    net.catch_up.checkpoint = Some(past.vouched);
    net.start(LATE).await;
    check_takes_part(&net).await;
}

/// What has gone wrong on the lines so far.
#[derive(Default)]
struct Mischief {
    /// Who has forged the way, and who the state.
    forged: Option<WorkerId>,
    changed: Option<WorkerId>,
    /// Who does not go on any more.
    silent: BTreeSet<WorkerId>,
    /// Parts that were asked for.
    asked: usize,
    /// Who has given another bundle than there was.
    swapped: Option<WorkerId>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_forges_the_way_or_the_state_is_left_for_another() {
    let mut net = far_behind(past(), true).await;
    let seen = Arc::new(Mutex::new(Mischief::default()));
    let mischief = seen.clone();
    net.line = Arc::new(move |from, to, bytes| {
        let mut seen = mischief.lock().unwrap();
        match Frame::from_bytes(&bytes).unwrap() {
            Frame::Way(mut way) if to == id(LATE) => {
                let step = way.steps.last_mut();
                if *seen.forged.get_or_insert(from) != from {
                    return Some(bytes);
                }
                step.unwrap().header.header.state_root[0] ^= 1;
                Some(Frame::Way(way).to_bytes())
            }
            Frame::State(mut part) if part.last && *seen.changed.get_or_insert(from) == from => {
                let value = part.chunks.last_mut().unwrap().0.last_mut().unwrap();
                *value ^= 1;
                Some(Frame::State(part).to_bytes())
            }
            Frame::Pool(mut part) if *seen.swapped.get_or_insert(from) == from => {
                part.bundles.swap(0, 3);
                Some(Frame::Pool(part).to_bytes())
            }
            _ => Some(bytes),
        }
    });
    net.start_all().await;
    net.wait_reach(FAR as u64 + 1).await;
    {
        let seen = seen.lock().unwrap();
        assert!(seen.forged.is_some() && seen.changed.is_some() && seen.forged != seen.changed);
    }
    check_takes_part(&net).await;
    assert!(seen.lock().unwrap().swapped.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stops_in_the_middle_of_a_state_is_left_for_another() {
    let mut net = far_behind(past(), false).await;
    let seen = Arc::new(Mutex::new(Mischief::default()));
    let mischief = seen.clone();
    net.line = Arc::new(move |from, _, bytes| {
        let mut seen = mischief.lock().unwrap();
        let Frame::State(part) = Frame::from_bytes(&bytes).unwrap() else { return Some(bytes) };
        if !part.from.is_empty() && seen.silent.is_empty() {
            seen.silent.insert(from);
        }
        (!seen.silent.contains(&from)).then_some(bytes)
    });
    net.start_all().await;
    net.wait_reach(FAR as u64 + 1).await;
    assert_eq!(seen.lock().unwrap().silent.len(), 1);
    check_takes_part(&net).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_killed_between_two_parts_of_a_state_begins_again() {
    let mut net = far_behind(past(), false).await;
    let seen = Arc::new(Mutex::new(Mischief::default()));
    let mischief = seen.clone();
    // Nobody gives the second part before the crash.
    net.line = Arc::new(move |from, to, bytes| {
        let mut seen = mischief.lock().unwrap();
        match Frame::from_bytes(&bytes).unwrap() {
            Frame::AskState { from: key, .. } if !key.is_empty() => {
                assert_eq!(from, id(LATE));
                seen.asked += 1;
                (!seen.silent.contains(&id(LATE)) || !DECIDED.map(id).contains(&to))
                    .then_some(bytes)
            }
            _ => Some(bytes),
        }
    });
    seen.lock().unwrap().silent.insert(id(LATE));
    net.start_all().await;
    net.wait("a second part is asked for", |_| seen.lock().unwrap().asked > 0).await;
    let parts = net.dir(LATE).join("snapshot.parts");
    assert!(fs::metadata(&parts).unwrap().len() > 100_000);
    net.kill(LATE);
    // As after a power cut, nothing was cleaned up.
    while fs::exists(&parts).unwrap() {
        pause().await;
    }
    fs::write(&parts, [7; 1000]).unwrap();
    fs::write(net.dir(LATE).join("snapshot.new"), [7; 1000]).unwrap();
    seen.lock().unwrap().silent.clear();
    net.start(LATE).await;
    check_takes_part(&net).await;
}

use super::*;
use keys::Ed25519Key;
use ledger::{Certificate, CertifiedHeader, FirstManager, Member, NO_PROPOSER, Params, Place};
use std::collections::BTreeMap;
use std::path::Path;
use types::{Address, AddressKind, Amount, BlockId};

const DAY: u64 = 24 * 3_600_000;
const SECOND: u64 = 1000;

fn key(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32])
}

fn genesis() -> Genesis {
    let first = |seed: u8| FirstManager {
        member: Member { key: key(seed).public(), vrf: key(seed + 100).public() },
        account: Address { kind: AddressKind::Ecdsa, payload: [seed; 20] },
        bond: Amount::new(10_000_000_000),
    };
    let mut managers: Vec<_> = (1..=4).map(first).collect();
    managers.sort_unstable_by_key(|manager| manager.member);
    Genesis {
        time: Timestamp(1_000_000_000_000),
        params: Params::DEVNET,
        managers,
        workers: Vec::new(),
        faucet: None,
        balances: Vec::new(),
    }
}

/// The rounds from 1 on, each so many milliseconds behind the one before it; `mark` makes another
/// chain of it.
fn chain(pauses: &[u64], mark: u8) -> Vec<Step> {
    let genesis = genesis();
    let (chain, committee) = (genesis.chain(), genesis.committee());
    let (mut parent, mut time) = (BlockId(chain.0), genesis.time);
    let mut steps = Vec::new();
    for (round, pause) in (1..).zip(pauses) {
        time = time.plus_millis(*pause);
        let header = Header {
            version: Header::VERSION,
            chain,
            round: Round(round),
            time,
            parent,
            body_root: [mark; 32],
            state_root: [0; 32],
            receipts_root: [0; 32],
            committee: committee.hash(),
            next_committee: committee.hash(),
            beacon: [0; 32],
            history: [0; 32],
            parent_certificate: [0; 32],
            proposer: NO_PROPOSER,
            ticket: [0; 80],
            flags: 0,
        };
        let id = header.id();
        let message = Place::acp(chain, header.round, 0).vote(ledger::Step::Commit, id);
        let vote =
            |seed: u8| (committee.position(&key(seed).public()).unwrap(), key(seed).sign(&message));
        let votes: BTreeMap<u16, [u8; 64]> = (1..=3).map(vote).collect();
        let certificate =
            Certificate::new(ledger::Step::Commit, header.round, 0, id, &votes, committee.size());
        steps.push(Step::new(CertifiedHeader { header, certificate }, committee.clone(), None));
        parent = id;
    }
    steps
}

/// Three rounds, then the network stands still for three weeks, then three more.
fn stood_still(mark: u8) -> Vec<Step> {
    chain(&[SECOND, SECOND, SECOND, 21 * DAY, SECOND, SECOND], mark)
}

fn begin(dir: &Path) -> Following {
    open(dir, None)
}

fn open(dir: &Path, saved: Option<LightState>) -> Following {
    let genesis = genesis();
    let committees = Committees::open(dir.join("committees.bin"), genesis.chain());
    Following::new(saved, &genesis, Arc::new(committees))
}

fn time(step: &Step) -> Timestamp {
    step.header().time
}

#[test]
fn a_worker_that_joins_late_takes_what_the_managers_vouch_for() {
    let dir = tempfile::tempdir().unwrap();
    let (mut following, steps) = (begin(dir.path()), chain(&[SECOND; 6], 0));
    let now = time(&steps[5]).plus_millis(13 * DAY);
    // The genesis is too old, the fourth header is not.
    let late = now.plus_millis(DAY);
    assert!(following.needs_voucher(late));
    assert!(following.take(&steps[0], late).is_err());

    following.walk_to(Checkpoint::of(steps[4].header()), now);
    assert!(!following.needs_voucher(late));
    for step in &steps[..4] {
        assert_eq!(following.take(step, now), Ok(false));
        // Nobody knows yet whether it is of that chain.
        assert!(!following.committees.trusts(&step.header));
        assert_eq!(following.light().round(), Round(0));
    }
    assert_eq!(following.take(&steps[4], now), Ok(true));
    assert_eq!(following.light().round(), Round(5));
    assert_eq!(following.take(&steps[5], now), Ok(true));
    assert!(steps.iter().all(|step| following.committees.trusts(&step.header)));
}

#[test]
fn a_network_that_stood_still_for_weeks_is_followed_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut following, steps) = (begin(dir.path()), stood_still(0));
    for step in &steps[..3] {
        assert_eq!(following.take(step, time(step)), Ok(true));
    }
    let now = time(&steps[5]);
    assert!(following.needs_voucher(now));
    following.walk_to(Checkpoint::of(steps[4].header()), now);
    assert_eq!(following.take(&steps[3], now), Ok(false));
    assert_eq!(following.take(&steps[4], now), Ok(true));
    assert_eq!(following.take(&steps[5], now), Ok(true));
    assert!(steps.iter().all(|step| following.committees.trusts(&step.header)));
}

#[test]
fn headers_that_lead_elsewhere_are_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let (real, other) = (stood_still(0), stood_still(7));
    let mut following = begin(dir.path());
    let now = time(&real[5]);
    following.walk_to(Checkpoint::of(real[4].header()), now);
    for step in &other[..4] {
        assert_eq!(following.take(step, now), Ok(false));
    }
    assert_eq!(following.take(&other[4], now), Err(FollowError::Astray));
    assert_eq!((following.light().round(), following.next()), (Round(0), Round(1)));
    assert!(!following.committees.trusts(&other[0].header));
    assert!(following.needs_voucher(now));
}

#[test]
fn who_was_led_astray_on_the_way_begins_again() {
    let dir = tempfile::tempdir().unwrap();
    let (real, other) = (stood_still(0), stood_still(7));
    let mut following = begin(dir.path());
    let now = time(&real[5]);
    following.walk_to(Checkpoint::of(real[4].header()), now);
    assert_eq!(following.take(&other[0], now), Ok(false));
    for _ in 1..REFUSED {
        assert!(matches!(following.take(&real[1], now), Err(FollowError::Refused(_))));
        assert!(following.is_walking());
    }
    assert_eq!(following.take(&real[1], now), Err(FollowError::Astray));
    following.walk_to(Checkpoint::of(real[4].header()), now);
    let taken: Vec<_> = real.iter().map(|step| following.take(step, now)).collect();
    assert_eq!(taken[..5], [Ok(false), Ok(false), Ok(false), Ok(false), Ok(true)]);
    assert_eq!(taken[5], Ok(true));
}

#[test]
fn on_the_way_every_header_is_certified_and_follows_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let (steps, now) = (stood_still(0), time(&stood_still(0)[5]));
    for (at, before) in [(1, 1), (3, 3)] {
        let mut following = begin(dir.path());
        following.walk_to(Checkpoint::of(steps[4].header()), now);
        for step in &steps[..before] {
            assert_eq!(following.take(step, now), Ok(false));
        }
        let mut forged = steps[at].clone();
        forged.header.certificate.signatures[0][0] ^= 1;
        let mut few = steps[at].clone();
        few.header.certificate.bitmap = vec![0b11];
        few.header.certificate.signatures.truncate(2);
        let mut orphan = steps[at].clone();
        orphan.header.header.parent = BlockId([9; 32]);
        for bad in [&forged, &few, &orphan, &steps[at + 1], &stood_still(7)[at]] {
            assert!(matches!(following.take(bad, now), Err(FollowError::Refused(_))));
        }
        assert_eq!(following.take(&steps[at], now), Ok(false));
    }
}

#[test]
fn what_is_vouched_for_must_be_recent_ahead_and_of_this_network() {
    let dir = tempfile::tempdir().unwrap();
    let (mut following, steps) = (begin(dir.path()), stood_still(0));
    let now = time(&steps[5]);
    let good = Checkpoint::of(steps[4].header());
    let elsewhere = Checkpoint { chain: types::ChainId([1; 32]), ..good };
    for bad in
        [Checkpoint::of(steps[2].header()), elsewhere, Checkpoint { round: Round(0), ..good }]
    {
        following.walk_to(bad, now);
        assert!(!following.is_walking());
    }
    following.walk_to(good, now);
    assert!(following.is_walking());
}

#[test]
fn without_the_file_of_committees_the_chain_is_followed_from_the_genesis() {
    let dir = tempfile::tempdir().unwrap();
    let (mut following, steps) = (begin(dir.path()), chain(&[SECOND; 6], 0));
    for step in &steps[..3] {
        following.take(step, time(step)).unwrap();
    }
    following.committees.save();
    let saved = following.light().clone();
    assert_eq!(open(dir.path(), Some(saved.clone())).light().round(), Round(3));
    std::fs::remove_file(dir.path().join("committees.bin")).unwrap();
    let mut again = open(dir.path(), Some(saved));
    for step in &steps {
        assert_eq!(again.take(step, time(step)), Ok(true));
    }
    assert!(steps.iter().all(|step| again.committees.trusts(&step.header)));
}

#[test]
fn a_quorum_vouches_and_liars_do_not() {
    assert_eq!([1, 4, 7, 10, 100].map(quorum), [1, 3, 5, 7, 67]);
    let rounds = |tips: &[u64]| common_round(tips.iter().copied().map(Round).collect(), 4);
    assert_eq!(rounds(&[50, 51]), None);
    assert_eq!(rounds(&[0, 0, 0, 0]), None);
    assert_eq!(rounds(&[2, 2, 2]), Some(Round(1)));
    // One of four may say what it likes.
    assert_eq!(rounds(&[0, 50, 51, 52]), Some(Round(47)));
    assert_eq!(rounds(&[50, 51, 52, u64::MAX]), Some(Round(48)));
    let [one, two] = [0, 7].map(|mark| Checkpoint::of(chain(&[SECOND], mark)[0].header()));
    assert_eq!(vouched(&[one, two, one, one], 4), Some(one));
    assert_eq!(vouched(&[one, one, two, two], 4), None);
    assert_eq!(vouched(&[one, one], 4), None);
    assert_eq!(vouched(&[], 4), None);
}

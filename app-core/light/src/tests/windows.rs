//! The latest headers: short forms, runs, and gaps that are filled backwards.

use super::{Chain, NOBODY};
use crate::*;
use ledger::{Header, Tip};
use types::Round;
use wire::{Decode, Encode};

const GOLDEN: &str = include_str!("../../tests/compact.txt");

fn back(chain: &Chain, before: u64, max: u64) -> Backfill {
    let first = before.saturating_sub(max).max(1);
    let headers = &chain.headers[first as usize - 1..before as usize - 1];
    Backfill::of(chain.before(first), headers, chain.genesis.params.interval_ms).unwrap()
}

fn fill(state: &mut LightState, back: &Backfill) -> Result<Vec<Header>, LightError> {
    let (chain, interval) = (state.chain(), state.params().interval_ms);
    state.window_mut().fill(back, chain, interval)
}

#[test]
fn a_short_header_unfolds_to_the_whole_one_and_its_bytes_are_frozen() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![2, 3, 4, 5]]);
    chain.grow(60);
    let mut lines = vec![];
    // With a proposer; empty; the boundary with another committee; idle, its state unchanged.
    chain.push(|header| header.state_root = [0; 32]);
    chain.push(|header| (header.state_root, header.receipts_root) = ([0; 32], [8; 32]));
    for round in [1, 7, 59, 62] {
        let (before, header) = (chain.before(round), chain.header(round));
        let short = CompactHeader::of(header, &before, 1000).unwrap();
        assert_eq!(short.unfold(&before, header.chain, 1000), *header);
        let bytes = short.to_bytes();
        assert_eq!(CompactHeader::from_bytes(&bytes).as_ref(), Ok(&short));
        lines.push(format!("{round} {} {}", bytes.len(), hex::encode(&bytes)));
    }
    assert_eq!(lines.join("\n"), GOLDEN.trim_end());
    let lengths: Vec<usize> =
        lines.iter().map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect();
    assert_eq!(lengths, [219, 1, 251, 219]);
}

#[test]
fn a_header_that_does_not_follow_has_no_short_form() {
    let chain = Chain::plain(20);
    for round in [7, 8] {
        let (before, header) = (chain.before(round), chain.header(round));
        let spoilt: [fn(&mut Header); 5] = [
            |header| header.parent = NOBODY,
            |header| header.round = Round(3),
            |header| header.committee = [0; 32],
            |header| header.history = [0; 32],
            |header| header.flags = 1,
        ];
        for spoil in spoilt {
            let mut header = header.clone();
            spoil(&mut header);
            assert_eq!(CompactHeader::of(&header, &before, 1000), None);
        }
    }
    let headers = [chain.header(3).clone(), chain.header(5).clone()];
    assert_eq!(Backfill::of(chain.before(3), &headers, 1000), None);
    assert_eq!(CompactHeader::from_bytes(&[16]).ok(), None);
    assert_eq!(CompactHeader::from_bytes(&[8]).ok(), None);
}

#[test]
fn gaps_are_filled_backwards_until_all_is_held() {
    let chain = Chain::plain(700);
    let mut state = chain.trusting(120);
    // The boundary and the jump: two runs, gaps behind each.
    state.jump(&chain.step(690), chain.time(700)).unwrap();
    let mut held = vec![];
    while let Some(gap) = state.window().gap() {
        let new = fill(&mut state, &back(&chain, gap.last.next().0, 90)).unwrap();
        assert_eq!(new.last().map(Header::id), Some(gap.id));
        assert!(new.len() as u64 <= gap.missing);
        held.extend(new.into_iter().map(|header| header.round.0));
    }
    held.sort_unstable();
    let jumped = [59, 119, 120, 690];
    let expected: Vec<u64> = (1..690).filter(|round| !jumped.contains(round)).collect();
    assert_eq!(held, expected);
    assert_eq!((state.window().held(), state.window().bottom()), (690, Round(1)));
    for round in 691..=700 {
        state.follow(&chain.step(round), chain.time(700)).unwrap();
    }
    assert_eq!((state.window().held(), state.window().gap()), (700, None));
    assert_eq!(LightState::from_bytes(&state.to_bytes()), Ok(state));
}

#[test]
fn only_the_latest_5400_are_held() {
    let chain = Chain::plain(6000);
    let mut state = chain.trusting(1);
    state.jump(&chain.step(6000), chain.time(6000)).unwrap();
    // The old run lies below what is worth holding.
    let gap = state.window().gap().unwrap();
    assert_eq!((gap.last, gap.missing), (Round(5999), 5399));
    let mut bytes = 0;
    while let Some(gap) = state.window().gap() {
        let next = back(&chain, gap.last.next().0, MAX_BACK as u64);
        bytes += next.to_bytes().len();
        fill(&mut state, &next).unwrap();
    }
    assert_eq!((state.window().held(), state.window().bottom()), (5400, Round(601)));
    assert!(bytes < 5400 * 200, "{bytes} bytes");
}

#[test]
fn headers_that_do_not_lead_to_a_trusted_one_are_refused() {
    let chain = Chain::plain(40);
    let mut state = chain.trusting(1);
    state.jump(&chain.step(40), chain.time(40)).unwrap();
    let before = state.clone();
    let good = back(&chain, 40, 30);
    let lies: [fn(&mut Backfill); 6] = [
        |back| back.headers[3].state_root = Some([9; 32]),
        |back| back.headers.truncate(29),
        |back| back.headers.clear(),
        |back| back.headers.rotate_left(1),
        |back| back.before.block = NOBODY,
        |back| back.before = Tip { round: Round(1), ..back.before.clone() },
    ];
    for lie in lies {
        let mut bad = good.clone();
        lie(&mut bad);
        assert_eq!(fill(&mut state, &bad), Err(LightError::WrongHistory));
        assert_eq!(state, before);
    }
    let good_bytes = good.to_bytes();
    assert_eq!(Backfill::from_bytes(&good_bytes).as_ref(), Ok(&good));
    let empty = good.headers.iter().filter(|short| short.proposed.is_none()).count();
    for at in 0..good_bytes.len() {
        let mut bytes = good_bytes.clone();
        bytes[at] ^= 1;
        let Ok(bad) = Backfill::from_bytes(&bytes) else { continue };
        // Only what no header of the run rests on may differ: the beacon before the last.
        if let Ok(headers) = fill(&mut state.clone(), &bad) {
            assert_eq!(headers, chain.headers[9..39], "byte {at} of {empty}");
        }
    }
    assert_eq!(fill(&mut state, &good).map(|new| new.len()), Ok(30));
}

#[test]
fn a_full_answer_fits_an_object() {
    let mut chain = Chain::plain(0);
    for round in 0..MAX_BACK as u64 + 1 {
        let other = super::committee(&[2, 3, 4, 5 + (round % 2) as u8]).hash();
        chain.push(|header| {
            (header.receipts_root, header.next_committee) = ([round as u8; 32], other);
            header.state_root = [round as u8; 32];
            header.proposer = 1;
        });
    }
    let headers = &chain.headers[..MAX_BACK];
    let short = headers.iter().map(|header| {
        let tip = Tip { committee: header.committee, ..chain.before(header.round.0) };
        CompactHeader::of(&Header { history: tip.history.root(), ..header.clone() }, &tip, 1000)
    });
    let longest = short.flatten().map(|short| short.to_bytes().len()).max().unwrap();
    // 64 peaks before the first.
    assert!(longest * MAX_BACK + 64 * 32 + 512 < wire::chain::MAX_OBJECT, "{longest}");
    assert_eq!(longest, 283);
}

#[test]
fn an_old_header_is_proved_by_the_history_of_a_recent_one() {
    let chain = Chain::plain(50);
    let mut state = chain.trusting(40);
    state.jump(&chain.step(50), chain.time(50)).unwrap();
    let under = Round(50);
    for round in [1, 7, 32, 49] {
        let path = chain.path(round, 50);
        assert_eq!(state.check_header(under, chain.header(round), &path), Ok(()));
        let wrong = Err(LightError::WrongHistory);
        assert_eq!(state.check_header(under, chain.header(round + 1), &path), wrong);
        let mut other = chain.header(round).clone();
        other.time = other.time.plus_millis(1);
        assert_eq!(state.check_header(under, &other, &path), wrong);
        // Under the history of another header, or of none that is kept.
        let earlier = Err(LightError::UnknownRoot(Round(45)));
        assert_eq!(state.check_header(Round(45), chain.header(round), &path), earlier);
        assert_eq!(state.check_header(Round(40), chain.header(round), &path), wrong);
    }
    // It says nothing about itself.
    let path = chain.path(49, 50);
    let wrong = Err(LightError::WrongHistory);
    assert_eq!(state.check_header(under, chain.header(50), &path), wrong);
}

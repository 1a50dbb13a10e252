//! Random chains: every route along them is accepted, every wrong one refused.

use super::{Chain, NOBODY, certify, committee, step};
use crate::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use types::Round;

/// Committees of four to nine, a few of them replaced at each change.
fn chains() -> impl Strategy<Value = Chain> {
    let change = prop::collection::vec((0..4_u8, 0..3_u8), 3..6);
    (4..9_u8, change, 1..50_u64).prop_map(|(size, changes, rest)| {
        let mut members: Vec<u8> = (1..=size).collect();
        let mut epochs = vec![members.clone()];
        let mut fresh = 100;
        for (leave, join) in changes {
            members.drain(..usize::from(leave.min(join + members.len() as u8 - 4)));
            for _ in 0..join {
                fresh += 1;
                members.push(fresh);
            }
            epochs.push(members.clone());
        }
        let mut chain = Chain::new(1000, &epochs);
        chain.grow(epochs.len() as u64 * 60 - 60 + rest);
        chain
    })
}

/// Rounds to stop at, boundaries among them.
fn stops(chain: &Chain, picks: &[prop::sample::Index]) -> BTreeSet<u64> {
    let all = chain.headers.len();
    let picked = picks.iter().map(|pick| pick.index(all) as u64 + 1);
    let boundaries = (1..=all as u64).filter(|round| round % 60 == 59);
    picked.chain(boundaries).chain([all as u64]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_route_that_shows_each_boundary_is_accepted(
        chain in chains(),
        picks: [prop::sample::Index; 6],
        slim: bool,
    ) {
        let (mut state, now) = (chain.light(), chain.tip().header().time);
        for round in stops(&chain, &picks) {
            let mut step = chain.step(round);
            if slim {
                step = step.known(&state.committee().hash());
            }
            prop_assert_eq!(state.advance(&step, now), Ok(()));
        }
        prop_assert_eq!(state.header(), chain.headers.last());
        prop_assert_eq!(state.frozen(), None);
    }

    #[test]
    fn what_a_server_plans_is_accepted_from_anywhere(
        chain in chains(),
        from: prop::sample::Index,
    ) {
        let (tip, from) = (chain.headers.len(), from.index(chain.headers.len()) as u64);
        let mut state = chain.trusting(from);
        let params = &chain.genesis.params;
        let fetch = &mut |round: Round| Some(chain.step(round.0));
        for step in route(Round(from), Round(tip as u64), params, fetch) {
            prop_assert_eq!(state.advance(&step, chain.time(tip as u64)), Ok(()));
        }
        prop_assert_eq!(state.round(), Round(tip as u64));
    }

    #[test]
    fn every_wrong_route_is_refused(
        chain in chains(),
        pick: prop::sample::Index,
        from: prop::sample::Index,
        wrong in 0..6_u8,
    ) {
        let at = pick.index(chain.headers.len()) as u64 + 1;
        let from = from.index(at as usize) as u64;
        let mut state = chain.trusting(from);
        let (before, now) = (state.clone(), chain.tip().header().time);
        let seeds = chain.seeds_at(Round(at)).to_vec();
        let next = chain.step(at).next;
        let mut header = chain.header(at).clone();
        let forged = match wrong {
            // Outsiders who take the members' places.
            0 => {
                let outsiders: Vec<u8> = seeds.iter().map(|seed| seed + 50).collect();
                let members = committee(&outsiders).hash();
                (header.committee, header.next_committee) = (members, members);
                step(header, &outsiders, None)
            }
            // One vote too few.
            1 => {
                let signers = &seeds[..committee(&seeds).quorum() - 1];
                let few = certify(header, &seeds, signers, ledger::Step::Commit, 0);
                Step::new(few, committee(&seeds), next)
            }
            2 => {
                let mut other = step(header.clone(), &seeds, next);
                other.header.header.state_root[0] ^= 1;
                other
            }
            3 => {
                header.round = Round(from);
                step(header, &seeds, next)
            }
            4 => {
                header.time = chain.time(from);
                step(header, &seeds, next)
            }
            _ => {
                header.chain.0[3] ^= 1;
                header.parent = NOBODY;
                step(header, &seeds, next)
            }
        };
        prop_assert!(state.jump(&forged, now).is_err());
        prop_assert!(state.advance(&forged, now).is_err());
        prop_assert_eq!(state, before);
    }
}

//! Headers, bodies and the places of transactions.

use super::{Verified, history};
use crate::{
    AbnsError, ChainStore,
    index::Page,
    jobs::Eras,
    layout::{BODIES, HEADERS, META, era_key, parse_place, place, place_key, round_key},
    opening::base_tip,
    snapshot::{View, decode},
};
use ledger::{Body, CertifiedHeader, Tip};
use std::collections::{BTreeMap, BTreeSet};
use types::Round;

const PAGE: usize = 4_096;

/// Headers and bodies; the state root of each round that has a header.
pub(super) fn verify(
    store: &ChainStore,
    (view, base): (&View, Round),
    done: &mut Verified,
) -> Result<BTreeMap<Round, [u8; 32]>, AbnsError> {
    let headers = view.snapshot.rows(HEADERS)?;
    let mut roots = BTreeMap::new();
    let mut body_roots = BTreeMap::new();
    let birth = base_tip(&view.snapshot)?;
    let mut committees = BTreeSet::from([birth.committee, view.tip.committee]);
    let mut before: Option<Tip> = (base == Round(0)).then(|| birth.clone());
    for row in headers.all()? {
        let (key, bytes) = row?;
        let block: CertifiedHeader = decode(&headers, &bytes)?;
        let round = block.header.round;
        if key != round_key(round) {
            return Err(headers.damaged("misplaced row"));
        }
        // A file that begins with a later block than the first takes that one as it is.
        verify_header(store, before.as_ref(), &block).map_err(|what| at(round, what))?;
        if let Some(before) = &before {
            history::verify_nodes(view, before, &block)?;
        }
        before = Some(match before {
            Some(before) => before.after(&block.header),
            None if birth.is_of(&block.header) => birth.clone(),
            None => return Err(at(round, "not what the file begins with")),
        });
        committees.insert(block.header.committee);
        roots.insert(round, block.header.state_root);
        body_roots.insert(round, block.header.body_root);
    }
    let first = if base == Round(0) { Round(1) } else { base };
    let begins = roots.keys().next().is_none_or(|round| *round == first);
    history::verify_rest(view, &birth, &committees)?;
    if before.unwrap_or(birth) != view.tip || !begins {
        return Err(headers.damaged("rows missing"));
    }
    done.rounds = roots.len() as u64;
    done.transactions = verify_bodies((view, base), &body_roots)?;
    Ok(roots)
}

fn verify_header(
    store: &ChainStore,
    before: Option<&Tip>,
    block: &CertifiedHeader,
) -> Result<(), String> {
    let header = &block.header;
    let committee = store.known_committee(&header.committee).map_err(|error| error.to_string())?;
    header.check(store.chain, &committee).map_err(|error| error.to_string())?;
    if let Some(before) = before {
        header.follows(before, store.params.interval_ms).map_err(|error| error.to_string())?;
    }
    block.verify(&committee).map_err(|error| error.to_string())
}

/// How many transactions the bodies within the horizon have.
fn verify_bodies(
    (view, base): (&View, Round),
    roots: &BTreeMap<Round, [u8; 32]>,
) -> Result<u64, AbnsError> {
    let bodies = view.snapshot.rows(BODIES)?;
    let eras = Eras::read(&view.snapshot.rows(META)?)?;
    let first = view.jobs.bodies.max(base.next());
    let (mut transactions, mut kept) = (0, 0);
    for row in bodies.all()? {
        let (key, bytes) = row?;
        let round = key.as_slice().try_into().map(u64::from_be_bytes).map(Round);
        let round = round.map_err(|_| bodies.damaged("bad key"))?;
        let body: Body = decode(&bodies, &bytes)?;
        if roots.get(&round) != Some(&body.root()) {
            return Err(at(round, "body of another block"));
        }
        if round < first {
            continue;
        }
        kept += 1;
        transactions += body.transactions.len() as u64;
        for (index, transaction) in (0_u32..).zip(&body.transactions) {
            let key = place_key(eras.of(round), &transaction.id());
            if view.index.get(&key)? != Some(place(round, index)) {
                return Err(at(round, "transaction not indexed"));
            }
        }
    }
    if kept != (view.tip.round.0 + 1).saturating_sub(first.0) {
        return Err(bodies.damaged("rows missing"));
    }
    if count_places(view, first)? == transactions {
        Ok(transactions)
    } else {
        Err(AbnsError::damaged("places of no transaction"))
    }
}

/// How many places there are in rounds from this one on.
fn count_places(view: &View, first: Round) -> Result<u64, AbnsError> {
    let mut count = 0;
    let mut from = era_key(0);
    // Behind the places there is nothing.
    let end = [u8::MAX; 2];
    loop {
        let Page { rows, next } = view.index.page(&from, &end, PAGE)?;
        for (_, bytes) in rows {
            let place = parse_place(&bytes).ok_or_else(|| AbnsError::damaged("bad place"))?;
            count += u64::from(place.0 >= first);
        }
        match next {
            Some(next) => from = next,
            None => return Ok(count),
        }
    }
}

fn at(round: Round, what: impl std::fmt::Display) -> AbnsError {
    AbnsError::damaged(format!("{what} in round {}", round.0))
}

//! Answers to light nodes and to managers that catch up, straight from the store.
//!
//! Everything here blocks on the disk. Nothing here is believed by anybody: the asking side checks
//! headers and proofs itself.

use crate::clock;
use crate::frame::{MAX_BLOCKS, SyncedBlock};
use crate::gate;
use crate::shared::{Shared, lock, store_failure};
use abns::{AbnsError, ChainStore, ProvedValue};
use light::{Backfill, MAX_BACK, RecordProof, Step, route};
use types::{Address, Round};
use wire::chain::{
    ChainReply, ChainRequest, MAX_ENTRIES, MAX_HEADERS, MAX_POOL_EFFECTS, MAX_POOL_ENTRIES, Object,
    StateKey,
};
use wire::{Encode, Failure, code};

/// An answer stays under this, unless its first item alone is longer.
const MAX_ANSWER: usize = 1536 * 1024;

pub(crate) fn answer(
    shared: &Shared,
    store: &ChainStore,
    request: ChainRequest,
) -> Result<ChainReply, Failure> {
    let reply = match request {
        ChainRequest::Genesis => ChainReply::Genesis(shared.genesis.clone()),
        ChainRequest::Tip => ChainReply::Tip { round: store.tip().round, now: clock::now() },
        ChainRequest::Headers { from, max } => ChainReply::Headers(headers(store, from, max)),
        ChainRequest::Submit(Object(bytes)) => {
            ChainReply::Submitted(gate::submit(shared, store, &bytes, true)?)
        }
        ChainRequest::Account(address) => {
            let proof = store.prove(address).map_err(|error| store_failure(&error))?;
            ChainReply::Account(object(&proof))
        }
        ChainRequest::History { home, after } => ChainReply::History(
            store.entries(home, after, MAX_ENTRIES).iter().map(object).collect(),
        ),
        ChainRequest::Find(id) => ChainReply::Found(store.find(id).map(|(round, _)| round)),
        ChainRequest::Locate(worker) => ChainReply::Located(lock(&shared.roster).locate(worker)),
        ChainRequest::Light { trusted, address } => trust(shared, store, trusted, address)?,
        ChainRequest::HeaderAt { round, under } => header_at(store, round, under)?,
        ChainRequest::Record { key } => {
            ChainReply::Record(object(&record(store, store.tip().round, key)?))
        }
        ChainRequest::Records { under, keys } => {
            let records = keys.into_iter().map(|StateKey(key)| record(store, under, key));
            let records = records.map(|record| record.map(|record| object(&record)));
            ChainReply::Records(records.collect::<Result<_, _>>()?)
        }
        ChainRequest::Back { before, max } => back(shared, store, before, max)?,
        ChainRequest::Committee(hash) => {
            ChainReply::Committee(object(&store.committee(&hash).ok_or_else(unknown)?))
        }
        ChainRequest::PoolLog { after, max } => {
            let max = usize::from(max).min(MAX_POOL_ENTRIES);
            ChainReply::PoolLog(pool_objects(store.pool_entries(after, max))?)
        }
        ChainRequest::PoolEffects { from, max } => {
            let max = usize::from(max).min(MAX_POOL_EFFECTS);
            let bundles = store.pool_bundles(from, max).map(|bundles| {
                Some(bundles?.into_iter().map(|bundle| bundle.effects).collect::<Vec<_>>())
            });
            ChainReply::PoolEffects(pool_objects(bundles)?)
        }
        // Whoever is asked knows them; the node passes none of these on to here.
        ChainRequest::Warrant(_) | ChainRequest::Warrants => return Err(unknown()),
    };
    // A read that fails looks like one that finds nothing.
    store.check().map_err(|error| store_failure(&error))?;
    Ok(reply)
}

/// Steps of consecutive rounds; a committee is listed where the reader cannot know it.
fn headers(store: &ChainStore, from: Round, max: u16) -> Vec<Object> {
    let mut known = [0; 32];
    let headers = rounds(from, usize::from(max).min(MAX_HEADERS))
        .map_while(|round| step(store, round))
        .map(|step| {
            let next = step.header().next_committee;
            let step = step.known(&std::mem::replace(&mut known, next));
            object(&step)
        });
    fitting(headers, |header| header.0.len())
}

/// A header with the members behind it.
pub(crate) fn step(store: &ChainStore, round: Round) -> Option<Step> {
    let header = store.header(round)?;
    let committee = store.committee(&header.header.committee)?;
    let next = store.committee(&header.header.next_committee);
    Some(Step::new(header, committee, next))
}

/// All that brings a light node from the round it trusts to the newest, and an account under that.
fn trust(
    shared: &Shared,
    store: &ChainStore,
    trusted: Round,
    address: Option<Address>,
) -> Result<ChainReply, Failure> {
    let tip = store.tip().round;
    let steps = route(trusted, tip, &shared.rules.params, &mut |round| step(store, round));
    let last = steps.last().map_or(trusted, Step::round);
    let account = match address {
        Some(address) if last == tip => {
            let proof = store.prove_at(last, address).map_err(|error| store_failure(&error))?;
            proof.as_ref().map(object)
        }
        Some(_) | None => None,
    };
    Ok(ChainReply::Light { steps: steps.iter().map(object).collect(), account })
}

fn header_at(store: &ChainStore, round: Round, under: Round) -> Result<ChainReply, Failure> {
    let header = store.header(round).ok_or_else(unknown)?.header;
    let path = store.prove_header(round, under).ok_or_else(unknown)?;
    Ok(ChainReply::HeaderAt { header: object(&header), path: object(&path) })
}

fn record(store: &ChainStore, round: Round, key: Vec<u8>) -> Result<RecordProof, Failure> {
    let proved = store.prove_key(round, &key).map_err(|error| store_failure(&error))?;
    let ProvedValue { value, proof } = proved.ok_or_else(unknown)?;
    Ok(RecordProof { round, key, value, proof })
}

/// The headers in front of a round, in short form.
fn back(
    shared: &Shared,
    store: &ChainStore,
    before: Round,
    max: u16,
) -> Result<ChainReply, Failure> {
    let count = u64::from(max).min(u64::try_from(MAX_BACK).unwrap_or(u64::MAX));
    let first = before.0.saturating_sub(count).max(1);
    let ground =
        store.block(Round(first.saturating_sub(1))).map_err(|error| store_failure(&error))?;
    let headers: Option<Vec<_>> =
        (first..before.0).map(|round| store.header(Round(round)).map(|h| h.header)).collect();
    let run = ground.zip(headers).and_then(|(ground, headers)| {
        Backfill::of(ground, &headers, shared.rules.params.interval_ms)
    });
    Ok(ChainReply::Back(object(&run.ok_or_else(unknown)?)))
}

/// What there is of the pool log. A manager that began with a state may lack it; another has it.
fn pool_objects<T: Encode>(
    found: Result<Option<Vec<T>>, AbnsError>,
) -> Result<Vec<Object>, Failure> {
    let lacking = || Failure::new(code::UNAVAILABLE, "older bundles are still to come here");
    let found = found.map_err(|error| store_failure(&error))?.ok_or_else(lacking)?;
    Ok(fitting(found.iter().map(object), |object| object.0.len()))
}

/// It was pruned here, is to come, or never was.
fn unknown() -> Failure {
    Failure::new(code::NOT_FOUND, "not known here")
}

/// The final blocks from a round on, as many as one frame takes; none if there are none.
pub(crate) fn blocks(store: &ChainStore, from: Round) -> Vec<SyncedBlock> {
    let blocks = rounds(from, MAX_BLOCKS).map_while(|round| {
        Some(SyncedBlock { header: store.header(round)?, body: store.body(round)?.to_bytes() })
    });
    fitting(blocks, |block| block.to_bytes().len())
}

/// Round 0 has no header.
fn rounds(from: Round, max: usize) -> impl Iterator<Item = Round> {
    (from.0.max(1)..=u64::MAX).take(max).map(Round)
}

pub(crate) fn fitting<T>(items: impl Iterator<Item = T>, len: impl Fn(&T) -> usize) -> Vec<T> {
    let mut total = 0_usize;
    let mut kept = Vec::new();
    for item in items {
        total = total.saturating_add(len(&item));
        if total > MAX_ANSWER && !kept.is_empty() {
            break;
        }
        kept.push(item);
    }
    kept
}

fn object(value: &impl Encode) -> Object {
    Object(value.to_bytes())
}

//! A state handed from one manager to another, for one that is too far behind to be given blocks
//! (`acp.md` §2.10): what crosses between the two, and the side that gives.
//!
//! The giver remembers nothing: each question names a round, and its state is read as it was, beside
//! whatever is committed meanwhile. The taker believes headers that certificates lead to, and a state
//! that has the root of such a header.

mod course;
mod parts;

pub(crate) use course::{Course, Destination, least};
pub(crate) use parts::{BadPart, Parts};

use crate::answer::{blocks, fitting, step};
use crate::config::Config;
use crate::driver::UNKNOWN;
use crate::frame::Frame;
use crate::older;
use crate::shared::Shared;
use crate::wal::{Owner, Wal, WalError};
use abns::{AbnsError, ChainStore, Ground};
use ledger::Params;
use light::{MAX_ROUTE, Step, route};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;
use types::Round;
use wire::chain::MAX_KEY;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// An answer ends with the chunk that reaches this, so that each but the last is as long: who sends
/// drops instead of parts is left.
pub(crate) const MIN_PART: usize = 256 * 1024;
/// Most chunks in one answer.
const MAX_CHUNKS: usize = 64;
/// Most bytes of a chunk: one value may be longer than a chunk usually is.
const MAX_CHUNK: usize = 512 * 1024;

/// From a header that is trusted to a state that can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Certified headers, each of which those before lead to.
    pub steps: Vec<Step>,
    /// What a file can begin with at the last of them; none if more of the way is to be asked for.
    pub ground: Option<Ground>,
}

/// A part of the state after a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePart {
    /// The round.
    pub round: Round,
    /// The key where it begins.
    pub from: Vec<u8>,
    /// Encoded [`abns::StateChunk`]s; none and not the last if that state is not kept.
    pub chunks: Vec<EncodedChunk>,
    /// True if no key comes behind.
    pub last: bool,
}

/// An encoded [`abns::StateChunk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedChunk(pub Vec<u8>);

/// The last round of an epoch at or before this one; `None` in the first epoch.
pub(crate) fn boundary(params: &Params, round: Round) -> Option<Round> {
    let epoch = u64::from(params.epoch);
    let epochs = round.0.saturating_add(1).checked_div(epoch)?;
    epochs.saturating_mul(epoch).checked_sub(1).map(Round)
}

/// What a manager is told that asks to catch up; `None` for a frame that asks nothing.
pub(crate) fn serve(
    shared: &Shared,
    store: &ChainStore,
    ask: Frame,
) -> Result<Option<Frame>, AbnsError> {
    let params = &shared.rules.params;
    Ok(Some(match ask {
        Frame::Ask { from } => {
            let (tip, blocks) = (store.tip().round, blocks(store, from));
            store.check()?;
            if blocks.is_empty() && from <= tip {
                let trusted = Round(from.0.saturating_sub(1));
                Frame::Way(Box::new(way(store, params, (trusted, false))?))
            } else {
                Frame::Blocks { blocks, tip }
            }
        }
        Frame::AskWay { trusted, shown } => {
            Frame::Way(Box::new(way(store, params, (trusted, shown))?))
        }
        Frame::AskState { round, from } => Frame::State(Box::new(part(store, round, from)?)),
        Frame::AskPool { from } => Frame::Pool(Box::new(older::part(store, from)?)),
        Frame::Consensus(_)
        | Frame::Transactions(_)
        | Frame::Blocks { .. }
        | Frame::Want(_)
        | Frame::Block { .. }
        | Frame::Way(_)
        | Frame::State(_)
        | Frame::Pool(_) => return Ok(None),
    }))
}

/// The way from a header that is trusted to the newest boundary; `shown` adds that very header in
/// front. It is empty if that header is not known here, or the boundary is not behind it.
pub(crate) fn way(
    store: &ChainStore,
    params: &Params,
    (trusted, shown): (Round, bool),
) -> Result<Way, AbnsError> {
    let nowhere = Way { steps: Vec::new(), ground: None };
    let Some(end) = boundary(params, store.tip().round).filter(|end| *end > trusted) else {
        return Ok(nowhere);
    };
    let first = shown.then(|| step(store, trusted)).flatten();
    let rest = route(trusted, end, params, &mut |round| step(store, round));
    let all = first.into_iter().chain(rest).take(MAX_ROUTE);
    let steps = fitting(all, |step| step.to_bytes().len());
    store.check()?;
    let arrived = steps.last().is_some_and(|last| last.round() == end);
    let ground = if arrived { store.ground(end)? } else { None };
    Ok(Way { steps, ground })
}

/// A part of the state after a round, from a key on.
pub(crate) fn part(
    store: &ChainStore,
    round: Round,
    from: Vec<u8>,
) -> Result<StatePart, AbnsError> {
    let export = store.export_from(round, from.clone())?;
    let mut part = StatePart { round, from, chunks: Vec::new(), last: false };
    let Some(export) = export else { return Ok(part) };
    let mut size = 0_usize;
    for chunk in export {
        let chunk = EncodedChunk(chunk?.to_bytes());
        size = size.saturating_add(chunk.0.len());
        part.chunks.push(chunk);
        if size >= MIN_PART || part.chunks.len() >= MAX_CHUNKS {
            return Ok(part);
        }
    }
    part.last = true;
    Ok(part)
}

/// The file of a state that was taken whole, beside the chain's.
pub(crate) const TAKEN: &str = "snapshot.redb";
/// What of a state has come so far.
const PARTS: &str = "snapshot.parts";

/// Puts a state that was taken in the place of the chain, before that is opened, and drops what was
/// left of one that was not. The votes between the two may be forgotten ones: none is cast until all
/// is known again, and the log says so before anything else changes.
pub(crate) fn settle(config: &Config, votes: &Path, owner: Owner) -> Result<(), WalError> {
    let taken = config.dir.join(TAKEN);
    remove(&config.dir.join(PARTS))?;
    remove(&taken.with_extension("new"))?;
    if !taken.try_exists()? {
        return Ok(());
    }
    let (mut wal, _) = Wal::open(votes, owner, true, Round(0))?;
    wal.rotate(Round(0), UNKNOWN)?;
    fs::rename(&taken, config.dir.join("chain.redb"))?;
    Ok(File::open(&config.dir)?.sync_all()?)
}

/// Removes a file, if there is one.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

impl Encode for Way {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.steps);
        w.option(self.ground.as_ref());
    }
}

impl Decode for Way {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { steps: r.list(MAX_ROUTE)?, ground: r.option()? })
    }
}

impl Encode for StatePart {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.bytes(&self.from);
        w.list(&self.chunks);
        w.bool(self.last);
    }
}

impl Decode for StatePart {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (round, from) = (Round::decode(r)?, r.bytes(MAX_FROM)?);
        Ok(Self { round, from, chunks: r.list(MAX_CHUNKS)?, last: r.bool()? })
    }
}

/// Most bytes of the key where a part begins: behind a key.
pub(crate) const MAX_FROM: usize = MAX_KEY + 1;

impl Encode for EncodedChunk {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for EncodedChunk {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_CHUNK).map(Self)
    }
}

#[cfg(test)]
mod tests;

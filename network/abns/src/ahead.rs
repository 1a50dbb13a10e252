//! What of the index is in memory only, and how it gets into the file.

use crate::{
    AbnsError,
    index::{Draft, Index, Layers},
    jobs::{Eras, Jobs},
    layout::{
        BODIES, ENTRIES, HISTORIES, INDEX, META, STATE, STATE_KEYS, place, place_key, round_key,
    },
    rows::ReadRows,
    snapshot::{Snapshot, decode, read_tip, reading},
    versions::Version,
};
use ledger::Body;
use redb::Table;
use types::Round;

/// Blocks whose changes become one layer; it is written over as many blocks.
const BLOCKS: u64 = 64;
/// Rows that become a layer at once.
const ROWS: usize = 1 << 16;
/// Rows that are written with a block, at least.
const LEAST: usize = 32;

/// The writer's place in the index.
#[derive(Debug, Clone)]
pub(crate) struct Ahead {
    /// The first round whose changes are in the newer layers.
    since: Round,
    /// How many rows of the old layer are in the table.
    written: usize,
}

impl Ahead {
    pub(crate) fn new(since: Round) -> Self {
        Self { since, written: 0 }
    }

    /// Writes the next stretch of the old layer, takes in what a block has drafted, and starts the
    /// next layer if it is time. The layers of the index are then those behind the block.
    pub(crate) fn advance(
        &mut self,
        index: &mut Index<Table<'_, &'static [u8], &'static [u8]>>,
        jobs: &mut Jobs,
        round: Round,
    ) -> Result<(), AbnsError> {
        let draft = std::mem::take(&mut index.draft);
        if let Some(length) = index.layers.frozen().map(|layer| layer.len()) {
            let pace = usize::try_from(BLOCKS).unwrap_or(usize::MAX);
            let count = LEAST.max(length.div_ceil(pace)).max(2 * draft.len());
            self.written += index.write(self.written, count)?;
            if self.written >= length {
                index.layers.thaw();
                jobs.replay = self.since;
            }
        }
        index.layers.push(draft);
        let is_full = round.next() >= self.since.plus(BLOCKS) || index.layers.waiting() >= ROWS;
        if index.layers.frozen().is_none() && is_full {
            index.layers.freeze();
            *self = Self::new(round.next());
        }
        Ok(())
    }
}

/// Finds again what the index lacks, from the logs and bodies behind it.
pub(crate) fn replay(snapshot: &Snapshot, oldest: Round) -> Result<(Layers, Ahead), AbnsError> {
    let meta = snapshot.rows(META)?;
    let jobs = Jobs::read(&meta)?;
    let tip = read_tip(&meta)?.round;
    let mut draft = Draft::new();
    for (table, namespace) in [(STATE, STATE_KEYS), (ENTRIES, HISTORIES)] {
        let log = reading(snapshot.rows(table)?, namespace, jobs.floor);
        for row in log.rows.scan(&round_key(jobs.replay), &[u8::MAX; Version::LEN])? {
            let (key, bytes) = row?;
            let position = Version::parse(&key).ok_or_else(|| log.rows.damaged("bad key"))?;
            let row = log.decode(position, &bytes)?;
            // What a sweep has forgotten must not come back; what it will forget may go now.
            let gone = row.value.is_none() && row.version.round < oldest;
            let head = (!gone).then(|| row.head(position).to_bytes());
            draft.insert(log.index_key(&row.key), head);
        }
    }
    replay_places(snapshot, (&meta, jobs.replay, tip), &mut draft)?;
    let mut layers = Layers::default();
    layers.push(draft);
    // The table is needed by nobody here, but a file without it is damaged.
    snapshot.rows(INDEX)?;
    Ok((layers, Ahead::new(jobs.replay)))
}

fn replay_places(
    snapshot: &Snapshot,
    (meta, from, tip): (&ReadRows, Round, Round),
    draft: &mut Draft,
) -> Result<(), AbnsError> {
    let eras = Eras::read(meta)?;
    let bodies = snapshot.rows(BODIES)?;
    for row in bodies.scan(&round_key(from), &round_key(tip.next()))? {
        let (key, bytes) = row?;
        let round = key.as_slice().try_into().map(u64::from_be_bytes).map(Round);
        let round = round.map_err(|_| bodies.damaged("bad key"))?;
        let body: Body = decode(&bodies, &bytes)?;
        for (at, transaction) in (0_u32..).zip(&body.transactions) {
            draft.insert(place_key(eras.of(round), &transaction.id()), Some(place(round, at)));
        }
    }
    Ok(())
}

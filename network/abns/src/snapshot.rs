//! The file as it was at one moment, and how its records are read.

use crate::{
    AbnsError,
    index::{Index, Layers},
    jobs::{Eras, Jobs},
    layout::{
        Definition, ENTRIES, HISTORIES, INDEX, META, META_TIP, NODES, STATE, STATE_KEYS,
        parse_place, place_key,
    },
    rows::{ReadRows, Readable, Rows},
    versions::{Log, Version},
};
use ledger::Tip;
use redb::{ReadOnlyTable, ReadTransaction};
use types::{Round, TxId};
use wire::Decode;

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// The file as it was at one moment.
pub(crate) struct Snapshot(pub(crate) ReadTransaction);

impl Snapshot {
    pub(crate) fn rows(&self, definition: Definition) -> Result<ReadRows, AbnsError> {
        ReadRows::read(&self.0, definition)
    }

    pub(crate) fn record<R: Decode>(
        &self,
        definition: Definition,
        key: &[u8],
    ) -> Result<Option<R>, AbnsError> {
        let rows = self.rows(definition)?;
        rows.get(key)?.map(|bytes| decode(&rows, &bytes)).transpose()
    }
}

/// A final block and everything up to it. The file may be some blocks further; what they have
/// written is passed over.
pub(crate) struct View {
    pub(crate) snapshot: Snapshot,
    pub(crate) tip: Tip,
    pub(crate) jobs: Jobs,
    pub(crate) index: Index<Table>,
    pub(crate) state: Log<Table>,
    pub(crate) nodes: ReadRows,
}

impl View {
    pub(crate) fn new(snapshot: Snapshot, tip: Tip, layers: Layers) -> Result<Self, AbnsError> {
        let jobs = Jobs::read(&snapshot.rows(META)?)?;
        Ok(Self {
            tip,
            index: Index::new(snapshot.rows(INDEX)?, layers),
            state: reading(snapshot.rows(STATE)?, STATE_KEYS, jobs.floor),
            nodes: snapshot.rows(NODES)?,
            jobs,
            snapshot,
        })
    }

    /// A value of the state after a round.
    pub(crate) fn get(&self, key: &[u8], round: Round) -> Result<Option<Vec<u8>>, AbnsError> {
        self.state.get(&self.index, key, Version::after(round))
    }

    /// The histories. No row of them is ever dropped.
    pub(crate) fn entries(&self) -> Result<Log<Table>, AbnsError> {
        Ok(reading(self.snapshot.rows(ENTRIES)?, HISTORIES, Round(0)))
    }

    /// Where a transaction is, if its body is still kept.
    pub(crate) fn place(&self, id: &TxId) -> Result<Option<(Round, u32)>, AbnsError> {
        let eras = Eras::read(&self.snapshot.rows(META)?)?;
        let place = find_place(&self.index, &eras, id)?;
        Ok(place.filter(|(round, _)| *round >= self.jobs.bodies && *round <= self.tip.round))
    }
}

/// Looks for a transaction in all eras, the newest first.
pub(crate) fn find_place<T: Readable>(
    index: &Index<T>,
    eras: &Eras,
    id: &TxId,
) -> Result<Option<(Round, u32)>, AbnsError> {
    for era in eras.numbers() {
        if let Some(place) = index.get(&place_key(era, id))? {
            let place = parse_place(&place);
            return place.map(Some).ok_or_else(|| index.table.damaged("bad place"));
        }
    }
    Ok(None)
}

pub(crate) fn reading(rows: ReadRows, namespace: u8, floor: Round) -> Log<Table> {
    Log { rows, namespace, floor, next: Version::after(Round(u64::MAX)) }
}

/// Reads the newest final block out of the table [`META`].
pub(crate) fn read_tip<T: Readable>(meta: &Rows<T>) -> Result<Tip, AbnsError> {
    decode(meta, &meta.need(META_TIP)?)
}

/// Reads a record that lies in one of our rows.
pub(crate) fn decode<R: Decode, T>(rows: &Rows<T>, bytes: &[u8]) -> Result<R, AbnsError> {
    R::from_bytes(bytes).map_err(|error| rows.damaged(&error.to_string()))
}

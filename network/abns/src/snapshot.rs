//! The file as it was at one moment, and how its records are read.

use crate::{
    AbnsError,
    layout::{Definition, META, META_TIP, parse_tip},
    rows::{ReadRows, Readable, Rows},
};
use ledger::Tip;
use redb::ReadTransaction;
use wire::Decode;

/// The file as it was at one moment.
pub(crate) struct Snapshot(pub(crate) ReadTransaction);

impl Snapshot {
    pub(crate) fn rows(&self, definition: Definition) -> Result<ReadRows, AbnsError> {
        ReadRows::read(&self.0, definition)
    }

    pub(crate) fn tip(&self) -> Result<Tip, AbnsError> {
        read_tip(&self.rows(META)?)
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

/// Reads the tip out of the table [`META`].
pub(crate) fn read_tip<T: Readable>(meta: &Rows<T>) -> Result<Tip, AbnsError> {
    parse_tip(&meta.need(META_TIP)?).map_err(|error| meta.damaged(&error.to_string()))
}

/// Reads a record that lies in one of our rows.
pub(crate) fn decode<R: Decode, T>(rows: &Rows<T>, bytes: &[u8]) -> Result<R, AbnsError> {
    R::from_bytes(bytes).map_err(|error| rows.damaged(&error.to_string()))
}

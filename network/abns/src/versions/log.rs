//! A table of rows, and how one is added to it.

use super::{Head, Row, Version};
use crate::{
    AbnsError,
    index::Index,
    rows::{Readable, Rows},
};
use redb::Table;
use types::Round;

/// Somebody else has written the key since: the version that it has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conflict(pub(crate) Option<Version>);

/// The rows of one namespace.
pub(crate) struct Log<T> {
    pub(crate) rows: Rows<T>,
    pub(crate) namespace: u8,
    /// Rows of earlier blocks may have been dropped.
    pub(crate) floor: Round,
    /// Where the next row goes.
    pub(crate) next: Version,
}

type Bytes = &'static [u8];
type WriteIndex<'t> = Index<Table<'t, Bytes, Bytes>>;

impl<T: Readable> Log<T> {
    /// The row at a position, `None` if it has been dropped.
    pub(crate) fn row(&self, position: Version) -> Result<Option<Row>, AbnsError> {
        match self.rows.get(&position.to_bytes())? {
            Some(bytes) => self.decode(position, &bytes).map(Some),
            None if position.round < self.floor => Ok(None),
            None => Err(self.rows.damaged("row missing")),
        }
    }

    pub(crate) fn decode(&self, position: Version, bytes: &[u8]) -> Result<Row, AbnsError> {
        let row = Row::decode(position, bytes).filter(|row| row.namespace == self.namespace);
        row.ok_or_else(|| self.rows.damaged("bad row"))
    }

    /// Key in the index.
    pub(crate) fn index_key(&self, key: &[u8]) -> Vec<u8> {
        [[self.namespace].as_slice(), key].concat()
    }

    /// Where the newest row of a key lies.
    pub(crate) fn head<I: Readable>(
        &self,
        index: &Index<I>,
        key: &[u8],
    ) -> Result<Option<Head>, AbnsError> {
        let row = index.get(&self.index_key(key))?;
        row.map(|bytes| Head::parse(&bytes).ok_or_else(|| index.table.damaged("bad head")))
            .transpose()
    }

    /// The row that a head points at; a live head is never dropped.
    pub(crate) fn newest(&self, head: Head, key: &[u8]) -> Result<Row, AbnsError> {
        let row = self.row(head.position)?;
        row.filter(|row| row.key == key).ok_or_else(|| self.rows.damaged("head of another key"))
    }

    /// Which rows a row behind this one can jump to.
    fn jump(&self, position: Version, row: &Row) -> Result<(Version, u64), AbnsError> {
        let near = (position, row.depth);
        let Some((middle, depth)) = row.jump else { return Ok(near) };
        let Some(beyond) = self.row(middle)?.and_then(|row| row.jump) else { return Ok(near) };
        let even = row.depth.checked_sub(depth) == depth.checked_sub(beyond.1);
        Ok(if even { beyond } else { near })
    }
}

impl<'t> Log<Table<'t, Bytes, Bytes>> {
    /// Writes a value, or deletes the key, if its newest version is still `base`; the new version.
    pub(crate) fn put(
        &mut self,
        index: &mut WriteIndex<'t>,
        key: &[u8],
        base: Option<Version>,
        value: Option<&[u8]>,
    ) -> Result<Result<Version, Conflict>, AbnsError> {
        let newest = self.newest_of(index, key)?;
        let present = newest.as_ref().map(|(_, row)| row.version);
        if present != base {
            return Ok(Err(Conflict(present)));
        }
        let row = self.following(newest, key, value.map(<[u8]>::to_vec))?;
        self.append(index, &row)?;
        Ok(Ok(row.version))
    }

    /// The row that would follow the newest of a key.
    pub(crate) fn next_row(
        &self,
        index: &WriteIndex<'t>,
        key: &[u8],
        value: Option<Vec<u8>>,
    ) -> Result<Row, AbnsError> {
        self.following(self.newest_of(index, key)?, key, value)
    }

    fn newest_of(
        &self,
        index: &WriteIndex<'t>,
        key: &[u8],
    ) -> Result<Option<(Head, Row)>, AbnsError> {
        let head = self.head(index, key)?;
        head.map(|head| Ok((head, self.newest(head, key)?))).transpose()
    }

    fn following(
        &self,
        newest: Option<(Head, Row)>,
        key: &[u8],
        value: Option<Vec<u8>>,
    ) -> Result<Row, AbnsError> {
        let (namespace, key, version) = (self.namespace, key.to_vec(), self.next);
        let Some((head, newest)) = newest else {
            let (depth, before) = (1, [0; 32]);
            return Ok(Row {
                namespace,
                key,
                version,
                depth,
                prev: None,
                jump: None,
                before,
                value,
            });
        };
        let depth = newest.depth.saturating_add(1);
        let (prev, before) = (Some(head.position), head.link);
        let jump = Some(self.jump(head.position, &newest)?);
        Ok(Row { namespace, key, version, depth, prev, jump, before, value })
    }

    /// Writes a row at the end of the log and makes it the newest of its key.
    pub(crate) fn append(
        &mut self,
        index: &mut WriteIndex<'t>,
        row: &Row,
    ) -> Result<(), AbnsError> {
        let position = self.next;
        self.rows.put(&position.to_bytes(), &row.encode(position))?;
        index.put(self.index_key(&row.key), Some(row.head(position).to_bytes()));
        let seq = position.seq.checked_add(1).ok_or_else(|| AbnsError::bad_block("too large"))?;
        self.next = Version { seq, ..position };
        Ok(())
    }
}

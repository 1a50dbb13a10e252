//! Walking back along the rows of a key.

use super::{Head, Log, Row, Version};
use crate::{AbnsError, index::Index, rows::Readable};

/// Keys taken from the index at a time.
const PAGE: usize = 256;

/// A key and its value.
type Pair = (Vec<u8>, Vec<u8>);

impl<T: Readable> Log<T> {
    /// What a key was at a version: the newest row that is not later.
    pub(crate) fn at<I: Readable>(
        &self,
        index: &Index<I>,
        key: &[u8],
        version: Version,
    ) -> Result<Option<Row>, AbnsError> {
        match self.head(index, key)? {
            Some(head) => self.walk(head, key, version),
            None => Ok(None),
        }
    }

    /// The value of a key at a version.
    pub(crate) fn get<I: Readable>(
        &self,
        index: &Index<I>,
        key: &[u8],
        version: Version,
    ) -> Result<Option<Vec<u8>>, AbnsError> {
        Ok(self.at(index, key, version)?.and_then(|row| row.value))
    }

    /// The newest row of a key that is earlier than a version.
    pub(crate) fn get_previous<I: Readable>(
        &self,
        index: &Index<I>,
        key: &[u8],
        version: Version,
    ) -> Result<Option<Row>, AbnsError> {
        let row = self.at(index, key, version)?;
        match row {
            Some(row) if row.version == version => self.before(&row),
            row => Ok(row),
        }
    }

    /// The kept rows of a key, newest first, at most so many.
    pub(crate) fn history<I: Readable>(
        &self,
        index: &Index<I>,
        key: &[u8],
        most: usize,
    ) -> Result<Vec<Row>, AbnsError> {
        let mut rows = Vec::new();
        let head = self.head(index, key)?;
        let mut next = head.map(|head| self.newest(head, key)).transpose()?;
        while let Some(row) = next.filter(|_| rows.len() < most) {
            next = self.before(&row)?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// What keys of a range had values at a version, at most so many, in order. The end is not
    /// included.
    pub(crate) fn range<I: Readable>(
        &self,
        index: &Index<I>,
        (from, to): (&[u8], &[u8]),
        version: Version,
        most: usize,
    ) -> Result<Vec<Pair>, AbnsError> {
        let (mut found, to) = (Vec::new(), self.index_key(to));
        let mut next = Some(self.index_key(from));
        while let Some(from) = next.filter(|_| found.len() < most) {
            let page = index.page(&from, &to, PAGE)?;
            for (key, head) in page.rows {
                let head = Head::parse(&head).ok_or_else(|| index.table.damaged("bad head"))?;
                let key = key.get(1..).unwrap_or_default().to_vec();
                let row = self.walk(head, &key, version)?;
                if let Some(value) = row.and_then(|row| row.value) {
                    found.push((key, value));
                }
            }
            next = page.next;
        }
        found.truncate(most);
        Ok(found)
    }

    /// The row of a key that is so many from its first.
    pub(crate) fn at_depth(
        &self,
        head: Head,
        key: &[u8],
        depth: u64,
    ) -> Result<Option<Row>, AbnsError> {
        let mut row = self.newest(head, key)?;
        while row.depth > depth {
            let far = row.jump.filter(|(_, far)| *far >= depth);
            let far = far.map(|(jump, _)| self.row(jump)).transpose()?.flatten();
            let Some(next) = far.map_or_else(|| self.before(&row), |row| Ok(Some(row)))? else {
                return Ok(None);
            };
            row = self.descended(next, &row)?;
        }
        Ok(Some(row).filter(|row| row.depth == depth))
    }

    /// The row before another of the same key, `None` at the first or where rows were dropped.
    pub(crate) fn before(&self, row: &Row) -> Result<Option<Row>, AbnsError> {
        let Some(prev) = row.prev.map(|prev| self.row(prev)).transpose()?.flatten() else {
            return Ok(None);
        };
        self.descended(prev, row).map(Some)
    }

    fn walk(&self, head: Head, key: &[u8], version: Version) -> Result<Option<Row>, AbnsError> {
        let mut row = self.newest(head, key)?;
        while row.version > version {
            let jump = row.jump.map(|(jump, _)| self.row(jump)).transpose()?.flatten();
            let next = match jump {
                // Still too late, so everything between may be passed over.
                Some(far) if far.version > version => Some(far),
                Some(_) | None => self.before(&row)?,
            };
            let Some(next) = next else { return Ok(None) };
            row = self.descended(next, &row)?;
        }
        Ok(Some(row))
    }

    /// A row reached from a later one; anything else would be an endless walk.
    fn descended(&self, row: Row, from: &Row) -> Result<Row, AbnsError> {
        if row.key == from.key && row.depth < from.depth && row.version < from.version {
            Ok(row)
        } else {
            Err(self.rows.damaged("broken chain"))
        }
    }
}

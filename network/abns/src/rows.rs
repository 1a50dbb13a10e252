//! Rows with a seal: every value carries eight bytes of SHA-256 over its table, key and bytes.
//!
//! redb checks its page sums only when it repairs, so a flipped bit would otherwise reach the
//! tree, which asserts, or the executor, which would compute another state than everybody else.
//! The seal finds accidents; whoever wants to find forgeries asks [`crate::ChainStore::verify`].

use crate::{AbnsError, layout::Definition};
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, Table, TableHandle, WriteTransaction};
use sha2::{Digest, Sha256};

const SEAL: usize = 8;

type Bytes = &'static [u8];

/// A table of byte strings, whichever transaction it is in.
pub(crate) trait Readable: ReadableTable<Bytes, Bytes> {}

impl<T: ReadableTable<Bytes, Bytes>> Readable for T {}

/// Key and value of one row, without the seal.
type Row = Result<(Vec<u8>, Vec<u8>), AbnsError>;

/// One table, open for reading or for writing.
pub(crate) struct Rows<T> {
    definition: Definition,
    table: T,
}

/// A table inside a read transaction.
pub(crate) type ReadRows = Rows<ReadOnlyTable<Bytes, Bytes>>;
/// A table inside the write transaction.
pub(crate) type WriteRows<'t> = Rows<Table<'t, Bytes, Bytes>>;

impl ReadRows {
    /// Opens the table as this transaction sees it.
    pub(crate) fn read(
        transaction: &ReadTransaction,
        definition: Definition,
    ) -> Result<Self, AbnsError> {
        Ok(Self { definition, table: transaction.open_table(definition)? })
    }
}

impl<'t> WriteRows<'t> {
    /// Opens the table for writing; creates it if need be.
    pub(crate) fn write(
        transaction: &'t WriteTransaction,
        definition: Definition,
    ) -> Result<Self, AbnsError> {
        Ok(Self { definition, table: transaction.open_table(definition)? })
    }

    /// Writes a row, over an older one if there is one.
    pub(crate) fn put(&mut self, key: &[u8], bytes: &[u8]) -> Result<(), AbnsError> {
        let sealed = [self.seal(key, bytes).as_slice(), bytes].concat();
        self.table.insert(key, sealed.as_slice())?;
        Ok(())
    }

    /// Writes a row without a seal: only for the one that tells the formats apart.
    pub(crate) fn put_raw(&mut self, key: &[u8], bytes: &[u8]) -> Result<(), AbnsError> {
        self.table.insert(key, bytes)?;
        Ok(())
    }

    /// Removes the first row.
    pub(crate) fn remove_first(&mut self) -> Result<(), AbnsError> {
        self.table.pop_first()?;
        Ok(())
    }

    /// Removes a row if it is there.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Result<(), AbnsError> {
        self.table.remove(key)?;
        Ok(())
    }
}

impl<T: Readable> Rows<T> {
    /// The row under this key.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, AbnsError> {
        match self.table.get(key)? {
            Some(guard) => self.open(key, guard.value()).map(Some),
            None => Ok(None),
        }
    }

    /// The row under this key, which must be there.
    pub(crate) fn need(&self, key: &[u8]) -> Result<Vec<u8>, AbnsError> {
        self.get(key)?.ok_or_else(|| self.damaged("row missing"))
    }

    /// The row under this key as it lies in the file.
    pub(crate) fn raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>, AbnsError> {
        Ok(self.table.get(key)?.map(|guard| guard.value().to_vec()))
    }

    /// The rows from one key to another, the second not included, in order.
    pub(crate) fn scan<'s>(
        &'s self,
        from: &[u8],
        to: &[u8],
    ) -> Result<impl DoubleEndedIterator<Item = Row> + 's, AbnsError> {
        if from > to {
            return Err(self.damaged("range"));
        }
        let range = self.table.range::<&[u8]>(from..to)?;
        Ok(range.map(|row| self.take(row?)))
    }

    /// The key of the first row.
    pub(crate) fn first(&self) -> Result<Option<Vec<u8>>, AbnsError> {
        Ok(self.table.first()?.map(|(key, _)| key.value().to_vec()))
    }

    /// All rows, in order.
    pub(crate) fn all(&self) -> Result<impl Iterator<Item = Row> + '_, AbnsError> {
        Ok(self.table.iter()?.map(|row| self.take(row?)))
    }

    /// Checks the seal of every row but that of one that has none.
    pub(crate) fn check_seals(&self, bare: &[u8]) -> Result<(), AbnsError> {
        for row in self.table.iter()? {
            let (key, value) = row?;
            if key.value() != bare {
                self.open(key.value(), value.value())?;
            }
        }
        Ok(())
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> Result<u64, AbnsError> {
        Ok(self.table.len()?)
    }

    fn take(
        &self,
        (key, value): (redb::AccessGuard<'_, Bytes>, redb::AccessGuard<'_, Bytes>),
    ) -> Row {
        let key = key.value().to_vec();
        let bytes = self.open(&key, value.value())?;
        Ok((key, bytes))
    }

    fn open(&self, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, AbnsError> {
        match sealed.split_first_chunk::<SEAL>() {
            Some((seal, bytes)) if *seal == self.seal(key, bytes) => Ok(bytes.to_vec()),
            Some(_) | None => Err(self.damaged("broken row")),
        }
    }
}

impl<T> Rows<T> {
    /// An error that names the table.
    pub(crate) fn damaged(&self, what: &str) -> AbnsError {
        AbnsError::damaged(format!("{what} in {}", self.definition.name()))
    }

    fn seal(&self, key: &[u8], bytes: &[u8]) -> [u8; SEAL] {
        let mut hasher = Sha256::new();
        hasher.update(self.definition.name());
        hasher.update([0]);
        hasher.update((key.len() as u64).to_be_bytes());
        hasher.update(key);
        hasher.update(bytes);
        let digest: [u8; 32] = hasher.finalize().into();
        digest.first_chunk().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{HEADERS, STATE};
    use redb::{Database, ReadableDatabase, backends::InMemoryBackend};

    #[test]
    fn a_row_reads_back_only_under_its_own_table_key_and_bytes() {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut rows = WriteRows::write(&transaction, STATE).unwrap();
            rows.put(b"good", b"value").unwrap();
            let mut sealed = rows.raw(b"good").unwrap().unwrap();
            let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, "c985e6e59fa5e4da76616c7565");
            rows.put_raw(b"moved", &sealed).unwrap();
            WriteRows::write(&transaction, HEADERS).unwrap().put_raw(b"good", &sealed).unwrap();
            *sealed.last_mut().unwrap() ^= 1;
            rows.put_raw(b"flipped", &sealed).unwrap();
            rows.put_raw(b"short", &[1, 2, 3]).unwrap();
        }
        transaction.commit().unwrap();

        let transaction = database.begin_read().unwrap();
        let rows = ReadRows::read(&transaction, STATE).unwrap();
        assert_eq!(rows.need(b"good").unwrap(), b"value");
        assert_eq!(rows.get(b"none").unwrap(), None);
        for key in [b"moved".as_slice(), b"flipped", b"short"] {
            assert!(matches!(rows.get(key), Err(AbnsError::Damaged(_))));
        }
        let headers = ReadRows::read(&transaction, HEADERS).unwrap();
        assert!(matches!(headers.get(b"good"), Err(AbnsError::Damaged(_))));
        assert!(matches!(rows.need(b"none"), Err(AbnsError::Damaged(_))));
    }
}

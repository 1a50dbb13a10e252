//! The key-value stores that are compared, each as its makers advise for durable batches.

use crate::flat::{Row, Store, TABLES};
use anyhow::{Context, Result};
use redb::{Database, ReadableDatabase, TableDefinition};
use std::path::Path;

/// Memory for pages or blocks, as the chain store has it.
const CACHE: usize = 64 << 20;

type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;

fn table(number: usize) -> Table {
    TableDefinition::new(TABLES[number])
}

/// redb, in the way that the chain store commits.
pub(crate) struct Redb(Database);

impl Redb {
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let database = Database::builder().set_cache_size(CACHE).create(dir.join("flat.redb"))?;
        let transaction = database.begin_write()?;
        for number in 0..TABLES.len() {
            transaction.open_table(table(number))?;
        }
        transaction.commit()?;
        Ok(Self(database))
    }
}

impl Store for Redb {
    fn get(&self, number: usize, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let open = self.0.begin_read()?.open_table(table(number))?;
        Ok(open.get(key)?.map(|value| value.value().to_vec()))
    }

    fn write(&mut self, rows: Vec<Row>) -> Result<()> {
        let mut transaction = self.0.begin_write()?;
        transaction.set_durability(redb::Durability::Immediate)?;
        transaction.set_quick_repair(true);
        for number in 0..TABLES.len() {
            let mut open = transaction.open_table(table(number))?;
            for (_, key, value) in rows.iter().filter(|(of, ..)| *of == number) {
                open.insert(key.as_slice(), value.as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }
}

/// fjall: one keyspace for each table, one batch for each block, journal synced.
pub(crate) struct Fjall {
    database: fjall::Database,
    keyspaces: Vec<fjall::Keyspace>,
}

impl Fjall {
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let builder = fjall::Database::builder(dir.join("fjall"));
        let database = builder.cache_size(CACHE as u64).open()?;
        let open = |name| database.keyspace(name, fjall::KeyspaceCreateOptions::default);
        let keyspaces = TABLES.into_iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { database, keyspaces })
    }
}

impl Store for Fjall {
    fn get(&self, number: usize, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let keyspace = self.keyspaces.get(number).context("table")?;
        Ok(keyspace.get(key)?.map(|value| value.to_vec()))
    }

    fn write(&mut self, rows: Vec<Row>) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(fjall::PersistMode::SyncAll));
        for (number, key, value) in rows {
            batch.insert(self.keyspaces.get(number).context("table")?, key, value);
        }
        Ok(batch.commit()?)
    }
}

//! Opening the encrypted database: first read-only, to know that it is ours, whole and not newer;
//! only then for writing.

use crate::StoreError;
use crate::connections::Connections;
use crate::secret::DatabaseKey;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// One writes, the others let screens read meanwhile.
pub(crate) const CONNECTIONS: usize = 4;
/// Up to this size every page is checked at opening; beyond, each one when it is read.
const CHECK_AT_OPENING: u64 = 8 * 1024 * 1024;

/// Makes a new database at this path with all tables.
pub(crate) async fn make(path: &Path, key: &DatabaseKey) -> Result<SqlitePool, StoreError> {
    crate::files::make(path)?;
    // One alone: what is made is sealed, and nobody else may hold it then.
    migrated(options(path, key)).await
}

/// Opens an existing database for writing and brings it to the newest form. A file that is not
/// ours, not whole or newer is not written.
pub(crate) async fn open(path: &Path, key: &DatabaseKey) -> Result<Connections, StoreError> {
    inspect(path, key).await?;
    let options = options(path, key);
    migrated(options.clone()).await?.close().await;
    Ok(Connections::open(options, CONNECTIONS).await?)
}

/// Brings a database to the newest form, over a single connection.
async fn migrated(options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let one = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = one.connect_with(options).await?;
    if let Err(error) = MIGRATIONS.run(&pool).await {
        pool.close().await;
        return Err(error.into());
    }
    Ok(pool)
}

/// Moves everything into the one file, durably, and closes it: it may be renamed then.
pub(crate) async fn seal(pool: SqlitePool) -> Result<(), StoreError> {
    let busy: bool = sqlx::query_scalar(sql::CHECKPOINT).fetch_one(&pool).await?;
    pool.close().await;
    if busy { Err(StoreError::ProfileInUse) } else { Ok(()) }
}

/// The database and what SQLite lays beside it.
pub(crate) fn files_of(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = OsString::from(path);
        name.push(suffix);
        name.into()
    })
}

/// Looks at a database without writing to it.
async fn inspect(path: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    if !path.is_file() {
        return Err(StoreError::DamagedProfile);
    }
    let mut connection = keyed(path, key).read_only(true).connect().await?;
    let found = inspect_open(&mut connection, path).await;
    connection.close().await?;
    found
}

async fn inspect_open(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let tables: i64 = sqlx::query_scalar(sql::COUNT_TABLES).fetch_one(&mut *connection).await?;
    if tables == 0 {
        return Err(StoreError::DamagedProfile);
    }
    check_pages(connection, path).await?;
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as(sql::APPLIED).fetch_all(&mut *connection).await?;
    if applied.is_empty() {
        return Err(StoreError::DamagedProfile);
    }
    for (version, checksum) in applied {
        let known = MIGRATIONS.iter().find(|migration| migration.version == version);
        let known = known.ok_or(StoreError::ProfileNewer)?;
        if *known.checksum != *checksum {
            return Err(StoreError::OldFormat);
        }
    }
    Ok(())
}

/// Checks every page of a small database that was closed properly. After a crash the newest pages
/// are in the write-ahead log, and those in the file may be half written: SQLite repairs them.
async fn check_pages(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let [_, log, _] = files_of(path);
    let crashed = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
    if crashed || std::fs::metadata(path)?.len() > CHECK_AT_OPENING {
        return Ok(());
    }
    let complaints: Vec<String> =
        sqlx::query_scalar(sql::CHECK_PAGES).fetch_all(connection).await?;
    if complaints.is_empty() { Ok(()) } else { Err(StoreError::DamagedProfile) }
}

/// The only place where the key meets SQLite. The options are never printed or logged: they hold
/// the key as text.
fn keyed(path: &Path, key: &DatabaseKey) -> SqliteConnectOptions {
    // The thread of a closed connection may end while the process does. Left to itself, OpenSSL would
    // tidy up in both at once, and free the same memory twice; so it does not at the process's end.
    openssl_sys::init();
    // Logging goes off first: pragmas are logged statements, and the key is a pragma.
    SqliteConnectOptions::new()
        .disable_statement_logging()
        .filename(path)
        .pragma("key", key.pragma().as_str().to_owned())
        .pragma("cipher_log_level", "NONE")
}

fn options(path: &Path, key: &DatabaseKey) -> SqliteConnectOptions {
    // Incremental vacuum takes effect only before the first table exists.
    keyed(path, key)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .foreign_keys(true)
}

crate::sql::statements! {
    COUNT_TABLES = "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)";
    APPLIED = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";
    CHECK_PAGES = "PRAGMA cipher_integrity_check";
}

//! What happens when a file is opened: a new one gets the genesis, an old one is checked.

use crate::{
    AbnsError,
    commit::{write_entries, write_state, write_tree},
    file::File,
    layout::{
        FORMAT, HEADERS, MAGIC, META, META_CHAIN, META_FORMAT, META_TIP, NODES, TABLES, format_row,
        round_key, tip_row,
    },
    rows::WriteRows,
    snapshot::Snapshot,
    tree,
};
use ledger::{CertifiedHeader, Genesis, Tip};
use redb::Database;
use std::{fs, io, path::Path};
use types::Round;

/// True if there is no file yet, or one that nothing was ever written to.
pub(crate) fn is_empty(path: &Path) -> Result<bool, AbnsError> {
    match fs::metadata(path) {
        Ok(file) => Ok(file.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Makes the file of a new chain, under another name until it is whole: redb writes the mark of its
/// files last, and takes a file for a foreign one if it died before that.
pub(crate) fn begin(path: &Path, genesis: &Genesis) -> Result<(), AbnsError> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let file = File::new(Database::create(&new)?);
    found(&file, genesis)?;
    drop(file);
    fs::rename(&new, path)?;
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => Ok(fs::File::open(folder)?.sync_all()?),
        None => Ok(()),
    }
}

/// Writes the state of a genesis as version 0.
pub(crate) fn found(file: &File, genesis: &Genesis) -> Result<(), AbnsError> {
    let transaction = file.begin()?;
    for table in TABLES {
        WriteRows::write(&transaction, table)?;
    }
    let state = genesis.state();
    write_state(&transaction, &state)?;
    write_entries(&transaction, &genesis.entries())?;
    let (_, batch) = tree::update(&WriteRows::write(&transaction, NODES)?, 0, &state)?;
    write_tree(&transaction, 0, batch)?;
    {
        let mut meta = WriteRows::write(&transaction, META)?;
        meta.put_raw(META_FORMAT, &format_row(FORMAT))?;
        meta.put(META_CHAIN, &genesis.chain().0)?;
        meta.put(META_TIP, &tip_row(&genesis.tip()))?;
    }
    transaction.commit()?;
    Ok(())
}

/// Checks that the file is this chain and that its tip hangs together; returns the tip.
pub(crate) fn check(snapshot: &Snapshot, genesis: &Genesis) -> Result<Tip, AbnsError> {
    let meta = snapshot.rows(META)?;
    let format = meta.raw(META_FORMAT)?.ok_or_else(|| meta.damaged("no format"))?;
    if !format.starts_with(MAGIC) {
        return Err(meta.damaged("no format"));
    }
    if format != format_row(FORMAT) {
        return Err(AbnsError::OldFormat);
    }
    if meta.need(META_CHAIN)? != genesis.chain().0 {
        return Err(AbnsError::WrongChain);
    }
    let tip = snapshot.tip()?;
    let root = tree::root(&snapshot.rows(NODES)?, tip.round.0)?;
    let fits = if tip.round == Round(0) {
        tip == genesis.tip() && root == tree::root_of_state(&genesis.state())
    } else {
        let certified: Option<CertifiedHeader> = snapshot.record(HEADERS, &round_key(tip.round))?;
        certified.is_some_and(|block| block.header.tip() == tip && block.header.state_root == root)
    };
    if fits { Ok(tip) } else { Err(meta.damaged("tip does not fit")) }
}

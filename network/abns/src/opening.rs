//! What happens when a file is opened: a new one gets the genesis, an old one is checked.

use crate::{
    AbnsError,
    file::File,
    jobs::{Eras, Jobs},
    layout::{
        COMMITTEES, FORMAT, HEADERS, MAGIC, META, META_BASE, META_CHAIN, META_FORMAT, META_TIP,
        NODES, STATE, STATE_KEYS, TABLES, format_row, round_key,
    },
    rows::WriteRows,
    snapshot::{Snapshot, decode, read_tip},
    tree,
    write::{Writer, write_tree, writing},
};
use ledger::{CertifiedHeader, Genesis, Tip};
use redb::{Database, WriteTransaction};
use std::{collections::BTreeMap, fs, io, path::Path};
use types::Round;
use wire::Encode;

/// True if there is no file yet, or one that nothing was ever written to.
pub(crate) fn is_empty(path: &Path) -> Result<bool, AbnsError> {
    match fs::metadata(path) {
        Ok(file) => Ok(file.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Makes the file of a new chain.
pub(crate) fn begin(path: &Path, genesis: &Genesis) -> Result<(), AbnsError> {
    install(path, |database| found(&File::new(database), genesis))
}

/// Makes a file under another name until it is whole: redb writes the mark of its files last, and
/// takes a file for a foreign one if it died before that.
pub(crate) fn install(
    path: &Path,
    fill: impl FnOnce(Database) -> Result<(), AbnsError>,
) -> Result<(), AbnsError> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    if let Err(error) = fill(Database::create(&new)?) {
        fs::remove_file(&new)?;
        return Err(error);
    }
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
    write_first(&transaction, &birth(genesis), genesis)?;
    transaction.commit()?;
    Ok(())
}

/// What round 1 follows.
pub(crate) fn birth(genesis: &Genesis) -> Tip {
    genesis.tip(tree::root_of_state(&genesis.state()))
}

fn write_first(
    transaction: &WriteTransaction,
    tip: &Tip,
    genesis: &Genesis,
) -> Result<(), AbnsError> {
    let state = genesis.state();
    let mut writer = first_writer(transaction, tip.round)?;
    write_state(transaction, &mut writer, (tip.round, &state))?;
    writer.entries(transaction, &genesis.entries(), tip.round)?;
    writer.settle()?;
    let committee = genesis.committee();
    WriteRows::write(transaction, COMMITTEES)?.put(&committee.hash(), &committee.to_bytes())?;
    let mut meta = WriteRows::write(transaction, META)?;
    write_meta(&mut meta, genesis, tip)?;
    writer.finish(&mut meta)?;
    Ok(())
}

/// The writer of a file that begins with a round.
pub(crate) fn first_writer(
    transaction: &WriteTransaction,
    round: Round,
) -> Result<Writer<'_>, AbnsError> {
    let next = round.next();
    let jobs = Jobs { bodies: round, replay: next, ..Jobs::default() };
    Writer::of_nothing(transaction, jobs, Eras { number: 0, first: vec![next], count: 0 })
}

/// Writes a whole state as a version; its root.
pub(crate) fn write_state<'t>(
    transaction: &'t WriteTransaction,
    writer: &mut Writer<'t>,
    (round, state): (Round, &BTreeMap<Vec<u8>, Vec<u8>>),
) -> Result<[u8; 32], AbnsError> {
    let rows = WriteRows::write(transaction, STATE)?;
    let mut log = writing(rows, STATE_KEYS, (round, round));
    for (key, value) in state {
        let row = log.next_row(&writer.index, key, Some(value.clone()))?;
        log.append(&mut writer.index, &row)?;
    }
    let (root, batch) = tree::first(round.0, state)?;
    write_tree(transaction, &batch)?;
    Ok(root)
}

/// Writes what a file is and with which block it begins.
pub(crate) fn write_meta(
    meta: &mut WriteRows<'_>,
    genesis: &Genesis,
    tip: &Tip,
) -> Result<(), AbnsError> {
    meta.put_raw(META_FORMAT, &format_row(FORMAT))?;
    meta.put(META_CHAIN, &genesis.chain().0)?;
    meta.put(META_BASE, &tip.to_bytes())?;
    meta.put(META_TIP, &tip.to_bytes())
}

/// The round that the file begins with: its state was given, not made.
pub(crate) fn base(snapshot: &Snapshot) -> Result<Round, AbnsError> {
    base_tip(snapshot).map(|tip| tip.round)
}

/// The block that the file begins with.
pub(crate) fn base_tip(snapshot: &Snapshot) -> Result<Tip, AbnsError> {
    let meta = snapshot.rows(META)?;
    decode(&meta, &meta.need(META_BASE)?)
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
    let tip = read_tip(&meta)?;
    let root = tree::root(&snapshot.rows(NODES)?, tip.round.0)?;
    let fits = if tip.round == Round(0) {
        tip == birth(genesis)
    } else {
        let certified: Option<CertifiedHeader> = snapshot.record(HEADERS, &round_key(tip.round))?;
        let header = certified.ok_or_else(|| meta.damaged("tip without a header"))?.header;
        tip.is_of(&header)
    };
    if fits && root == tip.state_root { Ok(tip) } else { Err(meta.damaged("tip does not fit")) }
}

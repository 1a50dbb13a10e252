//! Evidence that is not yet punished, in a file: what was heard once is not heard again, so that it
//! must outlive a crash. It is on the disk before anybody is told of it.

use crate::files;
use ledger::Evidence;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use types::ChainId;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Its name in the manager's folder.
pub(crate) const FILE: &str = "evidence.bin";
const MAGIC: &[u8; 8] = b"bcm-evi1";
/// Most offences that wait to be reported, in all and of one key: one report is enough to take its
/// bond, and nobody must crowd out the others.
const MAX_ALL: usize = 256;
const MAX_OF_ONE: usize = 4;

/// What convicts managers, until they are punished.
pub(crate) struct Offences {
    path: PathBuf,
    chain: ChainId,
    found: Vec<Evidence>,
    /// True if the file holds the same.
    saved: bool,
}

impl Offences {
    /// Reads what a manager's folder holds. A file that is damaged, or of another chain, counts as
    /// empty: nothing depends on it but a punishment.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(dir: &Path, chain: ChainId) -> io::Result<Self> {
        let path = dir.join(FILE);
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            read => Some(read?),
        };
        let found = bytes.map(|bytes| read(&bytes, chain).ok_or(()));
        if matches!(found, Some(Err(()))) {
            tracing::error!("the evidence in {} is damaged", path.display());
        }
        let found = found.and_then(Result::ok).unwrap_or_default();
        Ok(Self { path, chain, found, saved: true })
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.found.len()
    }

    /// The one to report next.
    pub(crate) fn first(&self) -> Option<&Evidence> {
        self.found.first()
    }

    /// Notes one; what does not fit is let go.
    pub(crate) fn note(&mut self, evidence: Evidence) {
        let of_one = self.found.iter().filter(|known| known.key == evidence.key).count();
        let room = self.found.len() < MAX_ALL && of_one < MAX_OF_ONE;
        if room && !self.found.contains(&evidence) {
            self.found.push(evidence);
            self.saved = false;
        }
    }

    /// Keeps those that are still to be punished.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Evidence) -> bool) {
        let before = self.found.len();
        self.found.retain(keep);
        self.saved &= self.found.len() == before;
    }

    /// Brings the file up to date, if it is not.
    ///
    /// # Errors
    /// If it cannot be written; the next call tries again.
    pub(crate) fn save(&mut self) -> io::Result<()> {
        if !self.saved {
            files::replace(&self.path, &written(&self.found, self.chain))?;
            self.saved = true;
        }
        Ok(())
    }
}

fn written(found: &[Evidence], chain: ChainId) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(MAGIC);
    chain.encode(&mut w);
    w.list(found);
    let mut bytes = w.into_bytes();
    let sum = hash("bcm-evidence-sum", &[&bytes]);
    bytes.extend(sum);
    bytes
}

fn read(bytes: &[u8], chain: ChainId) -> Option<Vec<Evidence>> {
    let (content, sum) = bytes.split_last_chunk::<32>()?;
    if hash("bcm-evidence-sum", &[content]) != *sum {
        return None;
    }
    let (of, found) = parse(content).ok()?;
    (of == chain).then_some(found)
}

fn parse(content: &[u8]) -> Result<(ChainId, Vec<Evidence>), DecodeError> {
    let mut r = Reader::new(content);
    if r.take(MAGIC.len())? != MAGIC {
        return Err(DecodeError::BadValue("evidence file"));
    }
    let parsed = (ChainId::decode(&mut r)?, r.list(MAX_ALL)?);
    r.finish()?;
    Ok(parsed)
}

/// What is read is written back as the same bytes.
pub(crate) fn fuzz(content: &[u8]) {
    if let Ok((chain, found)) = parse(content) {
        let bytes = written(&found, chain);
        assert_eq!(bytes.get(..content.len()), Some(content));
        assert_eq!(read(&bytes, chain), Some(found));
    }
}

#[cfg(test)]
mod tests;

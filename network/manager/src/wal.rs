//! The log of votes on disk: append, sync, read back.
//!
//! The driver appends before anything is sent. The file begins with the chain, the member's key and
//! the last round in which this member must not vote; then what the engine said, and the blocks that
//! it voted for, so that no decided block is lost when every member restarts at once. Records have a mark, a length and a
//! checksum. A torn last record was never sent and is dropped. Any other damage means that something
//! said may be forgotten: the file is put aside and the member abstains for a round.

use crate::files;
use acp::WalRecord;
use ledger::{Header, MAX_BODY};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use types::{ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

const MAGIC: &[u8; 8] = b"bcm-wal2";
const MARK: &[u8; 4] = b"rec\x01";
const SUM: usize = 8;
/// A record is a block or less.
const MAX_RECORD: usize = MAX_BODY + 1024;
/// Most quorums that are kept to defend oneself with.
const MAX_EXCUSES: usize = 1000;
/// Past this size the file is begun anew once its rounds are final.
const ROTATE: u64 = 4 * 1024 * 1024;
/// Mark, length, checksum.
const FRAME: usize = MARK.len() + 4 + SUM;
/// Magic, chain, member, round, checksum.
const HEAD: usize = MAGIC.len() + 32 + 32 + 8 + SUM;

/// Why the log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WalError {
    /// It belongs to another chain or member: it must not be overwritten.
    #[error("the log of votes belongs to another chain or manager")]
    Foreign,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// Reading or writing failed.
    #[error("reading or writing the log of votes: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for WalError {
    fn from(error: io::Error) -> Self {
        let full =
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        if full { Self::DiskFull } else { Self::Io(error) }
    }
}

/// What a log file held.
pub(crate) struct Recovered {
    /// In the order in which they were written.
    pub(crate) records: Vec<Record>,
    /// No vote up to this round.
    pub(crate) abstain: Round,
}

/// One thing that stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    /// What the engine has said.
    Said(WalRecord),
    /// A block that it is about to vote for.
    Block {
        /// Its header.
        header: Box<Header>,
        /// Its encoded body.
        body: Vec<u8>,
    },
}

impl Record {
    /// The round it belongs to.
    pub(crate) fn round(&self) -> Round {
        match self {
            Self::Said(record) => record.round(),
            Self::Block { header, .. } => header.round,
        }
    }

    fn is_excuse(&self) -> bool {
        matches!(self, Self::Said(WalRecord::Excuse(_)))
    }
}

impl Encode for Record {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Said(record) => {
                w.u8(1);
                record.encode(w);
            }
            Self::Block { header, body } => {
                w.u8(2);
                header.encode(w);
                w.bytes(body);
            }
        }
    }
}

impl Decode for Record {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Said(WalRecord::decode(r)?),
            2 => Self::Block { header: Box::new(Header::decode(r)?), body: r.bytes(MAX_BODY)? },
            _ => return Err(DecodeError::BadValue("log record")),
        })
    }
}

/// Whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) chain: ChainId,
    pub(crate) member: [u8; 32],
}

pub(crate) struct Wal {
    path: PathBuf,
    owner: Owner,
    file: File,
    len: u64,
}

impl Wal {
    /// Opens or begins the log. `lost` is the round to abstain in if there is none though there
    /// should be one, or if it is damaged.
    pub(crate) fn open(
        path: &Path,
        owner: Owner,
        expected: bool,
        lost: Round,
    ) -> Result<(Self, Recovered), WalError> {
        let bytes = match read_all(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let abstain = if expected { lost } else { Round(0) };
                return Self::begin(path, owner, vec![], abstain);
            }
            Err(error) => return Err(error.into()),
        };
        let Some((found, abstain)) = read_head(&bytes) else {
            return Self::put_aside(path, owner, vec![], lost);
        };
        if found != owner {
            return Err(WalError::Foreign);
        }
        let read = scan(bytes.get(HEAD..).unwrap_or_default());
        if read.damaged {
            return Self::put_aside(path, owner, read.records, lost.max(abstain));
        }
        // Written anew, without the torn end: after a sync that failed, what is read back may stand
        // in memory only, and another sync of the same file would not say so.
        Self::begin(path, owner, read.records, abstain)
    }

    fn put_aside(
        path: &Path,
        owner: Owner,
        records: Vec<Record>,
        abstain: Round,
    ) -> Result<(Self, Recovered), WalError> {
        tracing::error!("the log of votes is damaged; no vote up to round {}", abstain.0);
        fs::copy(path, path.with_extension("damaged"))?;
        Self::begin(path, owner, records, abstain)
    }

    fn begin(
        path: &Path,
        owner: Owner,
        records: Vec<Record>,
        abstain: Round,
    ) -> Result<(Self, Recovered), WalError> {
        let (file, len) = write_new(path, owner, &records, abstain)?;
        let wal = Self { path: path.to_owned(), owner, file, len };
        Ok((wal, Recovered { records, abstain }))
    }

    /// Writes records and returns once they are on the disk.
    pub(crate) fn append(&mut self, records: &[Record]) -> Result<(), WalError> {
        let bytes: Vec<u8> = records.iter().flat_map(frame_of).collect();
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        self.len = self.len.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Begins anew if there is much of it.
    pub(crate) fn rotate_if_large(&mut self, tip: Round, abstain: Round) -> Result<(), WalError> {
        if self.len < ROTATE { Ok(()) } else { self.rotate(tip, abstain) }
    }

    /// Begins anew with the round to abstain in. Forgets what was said up to `tip`, which must be
    /// durable in the chain store; what was said later stays, for a chain store that was put back
    /// to an older one has yet to catch up with it. So do excuses, as many as there is room for.
    pub(crate) fn rotate(&mut self, tip: Round, abstain: Round) -> Result<(), WalError> {
        let all = scan(read_all(&self.path)?.get(HEAD..).unwrap_or_default()).records;
        let excuses = all.iter().filter(|record| record.is_excuse()).count();
        let mut old = excuses.saturating_sub(MAX_EXCUSES);
        let kept: Vec<Record> = all
            .into_iter()
            .filter(|record| {
                let spare = record.is_excuse() && old > 0;
                old = old.saturating_sub(usize::from(spare));
                !spare && (record.is_excuse() || record.round() > tip)
            })
            .collect();
        (self.file, self.len) = write_new(&self.path, self.owner, &kept, abstain)?;
        Ok(())
    }
}

fn read_all(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a whole file beside the old one and puts it in its place, so that there is always one.
fn write_new(
    path: &Path,
    owner: Owner,
    records: &[Record],
    abstain: Round,
) -> Result<(File, u64), WalError> {
    let mut bytes = head_of(owner, abstain);
    bytes.extend(records.iter().flat_map(frame_of));
    let file = files::replace(path, &bytes)?;
    Ok((file, u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
}

fn checksum(bytes: &[u8]) -> [u8; SUM] {
    hash("bcm-wal-sum", &[bytes]).first_chunk().copied().unwrap_or_default()
}

fn head_of(owner: Owner, abstain: Round) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(MAGIC);
    owner.chain.encode(&mut w);
    w.fixed(&owner.member);
    abstain.encode(&mut w);
    let mut bytes = w.into_bytes();
    let sum = checksum(&bytes);
    bytes.extend(sum);
    bytes
}

fn read_head(bytes: &[u8]) -> Option<(Owner, Round)> {
    let (head, sum) = bytes.get(..HEAD)?.split_last_chunk::<SUM>()?;
    let mut r = Reader::new(head.strip_prefix(MAGIC)?);
    let mut read = || {
        let owner = Owner { chain: ChainId::decode(&mut r)?, member: r.fixed()? };
        Ok::<_, DecodeError>((owner, Round::decode(&mut r)?))
    };
    read().ok().filter(|_| checksum(head) == *sum)
}

/// One record as it stands in the file.
pub(crate) fn frame_of(record: &Record) -> Vec<u8> {
    let payload = record.to_bytes();
    let mut w = Writer::new();
    w.fixed(MARK);
    w.u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
    w.fixed(&checksum(&payload));
    w.fixed(&payload);
    w.into_bytes()
}

/// What stands behind the head of a file.
pub(crate) struct Scan {
    /// The records before the first bad byte.
    pub(crate) records: Vec<Record>,
    /// How many bytes they take.
    pub(crate) good: usize,
    /// True if good records follow bad bytes: not a torn end, but a hole.
    pub(crate) damaged: bool,
}

pub(crate) fn scan(bytes: &[u8]) -> Scan {
    let mut records = Vec::new();
    let mut rest = bytes;
    while let Some((record, behind)) = read_frame(rest) {
        records.push(record);
        rest = behind;
    }
    let good = bytes.len().saturating_sub(rest.len());
    let mut places = rest.windows(MARK.len()).zip(0..).filter(|(place, _)| place == MARK);
    let damaged = places.any(|(_, at)| rest.get(at..).and_then(read_frame).is_some());
    Scan { records, good, damaged }
}

fn read_frame(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let (frame, behind) = bytes.split_at_checked(FRAME)?;
    let mut r = Reader::new(frame.strip_prefix(MARK)?);
    let len = usize::try_from(r.u32().ok()?).ok().filter(|len| *len <= MAX_RECORD)?;
    let (payload, behind) = behind.split_at_checked(len)?;
    let sum: [u8; SUM] = r.fixed().ok()?;
    let record = if checksum(payload) == sum { Record::from_bytes(payload).ok() } else { None };
    record.map(|record| (record, behind))
}

#[cfg(test)]
mod tests;

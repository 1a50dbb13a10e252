//! One row of a log, its bytes and its link.

use super::Version;
use sha2::{Digest, Sha256};
use types::Round;
use wire::{Reader, Writer, hash};

const CARRIED: u8 = 1;
const PREV: u8 = 2;
const JUMP: u8 = 4;
const DELETED: u8 = 8;
const FLAGS: u8 = CARRIED | PREV | JUMP | DELETED;

/// Where the newest row of a key lies, and its link: a row of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) position: Version,
    pub(crate) link: [u8; 32],
}

impl Head {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [self.position.to_bytes().as_slice(), &self.link].concat()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (position, link) = bytes.split_at_checked(Version::LEN)?;
        Some(Self { position: Version::parse(position)?, link: link.try_into().ok()? })
    }
}

/// One change of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Kind of the key.
    pub(crate) namespace: u8,
    pub(crate) key: Vec<u8>,
    /// When it was written. A row that was carried forward lies at a later position.
    pub(crate) version: Version,
    /// How many rows the key has up to this one.
    pub(crate) depth: u64,
    /// Where the row before it lies.
    pub(crate) prev: Option<Version>,
    /// A row further back and its depth, chosen so that any depth is a logarithm of steps away.
    pub(crate) jump: Option<(Version, u64)>,
    /// The link of the row before it, zeros for the first.
    pub(crate) before: [u8; 32],
    /// `None` deletes the key.
    pub(crate) value: Option<Vec<u8>>,
}

impl Row {
    /// SHA-256("abns-link" ‖ link before ‖ namespace ‖ key ‖ version ‖ hash of the value). A
    /// deletion has the hash of its own tag.
    pub(crate) fn link(&self) -> [u8; 32] {
        let value = match &self.value {
            Some(value) => Sha256::digest(value).into(),
            None => hash("abns-deleted", &[]),
        };
        let version = self.version.to_bytes();
        hash("abns-link", &[&self.before, &[self.namespace], &self.key, &version, &value])
    }

    /// The head that points at this row, if it lies there.
    pub(crate) fn head(&self, position: Version) -> Head {
        Head { position, link: self.link() }
    }

    /// The bytes of the row at a position.
    pub(crate) fn encode(&self, position: Version) -> Vec<u8> {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let carried = self.version != position;
        let mut w = Writer::new();
        w.u8(flag(carried, CARRIED)
            | flag(self.prev.is_some(), PREV)
            | flag(self.jump.is_some(), JUMP)
            | flag(self.value.is_none(), DELETED));
        w.u8(self.namespace);
        // State keys are a kind and a hash; none comes near this.
        w.u16(u16::try_from(self.key.len()).unwrap_or(u16::MAX));
        w.fixed(&self.key);
        if carried {
            write(&mut w, self.version);
        }
        w.u64(self.depth);
        if let Some(prev) = self.prev {
            write(&mut w, prev);
        }
        if let Some((jump, depth)) = self.jump {
            write(&mut w, jump);
            w.u64(depth);
        }
        w.fixed(&self.before);
        w.fixed(self.value.as_deref().unwrap_or_default());
        w.into_bytes()
    }

    /// Reads [`Self::encode`] back; `None` if it is not the encoding of any row at this position.
    pub(crate) fn decode(position: Version, bytes: &[u8]) -> Option<Self> {
        let mut r = Reader::new(bytes);
        let flags = r.u8().ok().filter(|flags| flags & !FLAGS == 0)?;
        let namespace = r.u8().ok()?;
        let length = r.u16().ok()?;
        let key = r.take(usize::from(length)).ok()?.to_vec();
        let version = if flags & CARRIED == 0 { position } else { read(&mut r)? };
        let depth = r.u64().ok()?;
        let prev = if flags & PREV == 0 { None } else { Some(read(&mut r)?) };
        let jump = if flags & JUMP == 0 { None } else { Some((read(&mut r)?, r.u64().ok()?)) };
        let before = r.fixed().ok()?;
        let value = r.take(r.left()).ok()?;
        let value = if flags & DELETED == 0 { Some(value.to_vec()) } else { None };
        let row = Self { namespace, key, version, depth, prev, jump, before, value };
        (row.encode(position) == bytes).then_some(row)
    }
}

fn write(w: &mut Writer, version: Version) {
    w.u64(version.round.0);
    w.u32(version.seq);
}

fn read(r: &mut Reader<'_>) -> Option<Version> {
    Some(Version { round: Round(r.u64().ok()?), seq: r.u32().ok()? })
}

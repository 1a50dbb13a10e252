//! The chunks of a state that have come so far, in a file: a state may be long, and nothing of it is
//! known to be right before all of it is there.

use super::{MIN_PART, PARTS, StatePart, remove};
use abns::{AbnsError, StateChunk};
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use wire::Decode;

/// No state is taken that is longer: it must fit into memory when it is written.
const MAX_STATE: u64 = 1 << 30;

/// A state on its way; its file goes with it.
pub(crate) struct Parts {
    path: PathBuf,
    file: File,
    /// The key where the next part begins.
    next: Vec<u8>,
    len: u64,
}

/// Why a part is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadPart {
    #[error("chunks out of order, or none")]
    Order,
    #[error("too little")]
    TooLittle,
    #[error("no state is as long")]
    TooLong,
    /// Not the peer's fault.
    #[error("parts of a state: {0}")]
    Disk(#[from] std::io::Error),
}

impl Parts {
    /// Begins anew in a manager's folder.
    pub(crate) fn begin(dir: &Path) -> std::io::Result<Self> {
        let path = dir.join(PARTS);
        let file = File::create(&path)?;
        Ok(Self { path, file, next: Vec::new(), len: 0 })
    }

    /// Where the next part begins.
    pub(crate) fn next(&self) -> &[u8] {
        &self.next
    }

    /// Takes what comes next.
    pub(crate) fn take(&mut self, part: &StatePart) -> Result<(), BadPart> {
        let (mut bytes, mut len) = (Vec::new(), 0_usize);
        for chunk in &part.chunks {
            let read = StateChunk::from_bytes(&chunk.0).map_err(|_| BadPart::Order)?;
            let ascends = read.0.iter().zip(read.0.iter().skip(1)).all(|(a, b)| a.0 < b.0);
            let first = read.0.first().is_some_and(|(key, _)| *key >= self.next);
            let next = read.next().filter(|_| ascends && first);
            self.next = next.ok_or(BadPart::Order)?;
            bytes.extend(u32::try_from(chunk.0.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend(&chunk.0);
            len = len.saturating_add(chunk.0.len());
        }
        if !part.last && len < MIN_PART {
            return Err(BadPart::TooLittle);
        }
        self.len = self.len.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        if self.len > MAX_STATE {
            return Err(BadPart::TooLong);
        }
        Ok(self.file.write_all(&bytes)?)
    }

    /// All chunks that have come, in order.
    pub(crate) fn chunks(
        &self,
    ) -> Result<impl Iterator<Item = Result<StateChunk, AbnsError>> + use<>, AbnsError> {
        let mut file = BufReader::new(File::open(&self.path)?);
        let (mut left, mut failed) = (self.len, false);
        Ok(std::iter::from_fn(move || {
            if left == 0 || failed {
                return None;
            }
            let chunk = read(&mut file);
            failed = chunk.is_err();
            left = left.saturating_sub(chunk.as_ref().map_or(0, |(len, _)| *len));
            Some(chunk.map(|(_, chunk)| chunk))
        }))
    }
}

fn read(file: &mut BufReader<File>) -> Result<(u64, StateChunk), AbnsError> {
    let mut len = [0; 4];
    file.read_exact(&mut len)?;
    let len = u32::from_be_bytes(len);
    let mut bytes = Vec::new();
    file.take(u64::from(len)).read_to_end(&mut bytes)?;
    let damaged = |_| AbnsError::Damaged("parts of a state".to_owned());
    Ok((u64::from(len), StateChunk::from_bytes(&bytes).map_err(damaged)?))
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.path) {
            tracing::debug!("parts of a state stay behind: {error}");
        }
    }
}

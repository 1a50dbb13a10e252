//! How far a manager has placed bodies, in a file of eight bytes. Losing it costs questions only:
//! what is there already is not given again.

use crate::files;
use std::path::PathBuf;
use types::Round;
use wire::{Decode, Encode};

/// The file, and what it says.
#[derive(Debug)]
pub(super) struct Progress {
    path: PathBuf,
    placed: Round,
}

impl Progress {
    /// Reads it; what is missing, damaged or ahead of the tip begins at 0.
    pub(super) fn open(path: PathBuf, tip: Round) -> Self {
        let bytes = files::read(&path).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read how far bodies are placed");
            None
        });
        let placed = bytes.and_then(|bytes| Round::from_bytes(&bytes).ok());
        Self { path, placed: placed.filter(|placed| *placed <= tip).unwrap_or_default() }
    }

    /// Every body up to this round is at its owners, or was once too old to be brought there.
    pub(super) const fn placed(&self) -> Round {
        self.placed
    }

    /// Writes it down.
    pub(super) fn set(&mut self, placed: Round) {
        if placed == self.placed {
            return;
        }
        self.placed = placed;
        if let Err(error) = files::write(&self.path, &placed.to_bytes()) {
            tracing::warn!(%error, "cannot save how far bodies are placed");
        }
    }
}

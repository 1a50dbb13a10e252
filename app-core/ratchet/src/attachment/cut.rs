//! Cutting a stream that arrives in any portions: into pieces of one length, or at its end.

use zeroize::Zeroizing;

/// Cuts a stream into pieces of one length.
pub(super) struct Cutter {
    len: usize,
    filled: usize,
}

impl Cutter {
    /// A length of zero counts as one.
    pub(super) fn new(len: usize) -> Self {
        Self { len: len.max(1), filled: 0 }
    }

    /// Takes from the front what still belongs to the present piece, and says whether that ends it;
    /// `None` once nothing is left.
    pub(super) fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<(&'a [u8], bool)> {
        if bytes.is_empty() {
            return None;
        }
        let missing = self.len.saturating_sub(self.filled).min(bytes.len());
        let (part, rest) = bytes.split_at_checked(missing)?;
        *bytes = rest;
        self.filled = self.filled.saturating_add(missing);
        let full = self.filled == self.len;
        if full {
            self.filled = 0;
        }
        Some((part, full))
    }

    /// True if the last piece is not complete.
    pub(super) const fn is_open(&self) -> bool {
        self.filled > 0
    }
}

/// The end of a stream, kept because only what follows tells what it is.
pub(super) struct Tail(Zeroizing<Vec<u8>>);

impl Tail {
    /// The most that is ever kept. Reserved at once: growing would leave copies behind.
    const MOST: usize = 64;

    pub(super) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(Self::MOST)))
    }

    /// How much there is together with so much more.
    pub(super) fn len_with(&self, more: &[u8]) -> usize {
        self.0.len().saturating_add(more.len())
    }

    /// Adds the bytes and passes on, in order and in at most two parts, all but the last `keep`.
    pub(super) fn push(&mut self, bytes: &[u8], keep: usize, mut pass: impl FnMut(&[u8])) {
        let surplus = self.len_with(bytes).saturating_sub(keep.min(Self::MOST));
        let of_old = surplus.min(self.0.len());
        let (old, _) = self.0.split_at(of_old);
        pass(old);
        self.0.drain(..of_old);
        let (new, kept) = bytes.split_at(surplus.saturating_sub(of_old).min(bytes.len()));
        pass(new);
        self.0.extend_from_slice(kept);
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

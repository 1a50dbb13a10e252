//! The recovery words: 256 bits as twenty-four English words (BIP-39).
//!
//! Made once per account, shown to the person, typed in again on recovery. Only the 256 bits are
//! kept; neither an error nor `Debug` ever shows a word.

use crate::Master;
use crate::secret::{Secret, redacted};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How many words there are.
const COUNT: usize = 24;
/// Every word stands for so many bits.
const BITS: u32 = 11;

/// Twenty-four words, from which everything of an account follows.
pub struct Words(Secret<32>);

redacted!(Words);

/// Why a text is not a set of recovery words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Other than 24 words.
    #[error("{0} words instead of 24")]
    Count(usize),
    /// The word at this position, counted from 1, is not in the list.
    #[error("word {0} is not in the list")]
    Unknown(usize),
    /// All words exist, but one is wrong or two have changed places.
    #[error("one of the words is wrong, or two have changed places")]
    Checksum,
}

impl Words {
    /// New words.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(Secret::fill(|entropy| rng.fill_bytes(entropy)))
    }

    /// The words that stand for these bits.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self(Secret::take(entropy))
    }

    /// Reads 24 words with any white space between and around them, in any case.
    ///
    /// # Errors
    /// [`WordsError`] says what is wrong, without repeating a word.
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let count = text.split_whitespace().count();
        if count != COUNT {
            return Err(WordsError::Count(count));
        }
        let mut indices = Zeroizing::new([0_u16; COUNT]);
        for (position, (to, word)) in (1..).zip(indices.iter_mut().zip(text.split_whitespace())) {
            *to = index_of(word).ok_or(WordsError::Unknown(position))?;
        }
        let mut bits = indices.iter().flat_map(|index| {
            (0..BITS).rev().map(|bit| u8::from(index.wrapping_shr(bit) & 1 == 1))
        });
        let mut next_byte = || (0..8).fold(0_u8, |byte, _| (byte << 1) | bits.next().unwrap_or(0));
        let words = Self(Secret::fill(|entropy| entropy.fill_with(&mut next_byte)));
        if next_byte() == checksum(words.entropy()) { Ok(words) } else { Err(WordsError::Checksum) }
    }

    /// The 256 bits themselves: a secret, for storage under a wrap only.
    #[must_use]
    pub fn entropy(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// The words in order, to be shown to their owner.
    #[must_use]
    pub fn list(&self) -> Vec<&'static str> {
        let check = checksum(self.entropy());
        let mut bits =
            self.entropy().iter().chain([&check]).flat_map(|byte| {
                (0..u8::BITS).rev().map(|bit| u16::from(byte.wrapping_shr(bit) & 1))
            });
        let mut next_index =
            || (0..BITS).fold(0, |index, _| (index << 1) | bits.next().unwrap_or(0));
        (0..COUNT).filter_map(|_| english().get(usize::from(next_index())).copied()).collect()
    }

    /// The seed of all keys; some milliseconds of work, as BIP-39 wants it.
    #[must_use]
    pub fn master(&self) -> Master {
        Master::new(&self.list(), "")
    }
}

fn english() -> &'static [&'static str; 2048] {
    bip39::Language::English.word_list()
}

/// Compares letter by letter, so that no lower-case copy of a secret word is made.
fn index_of(word: &str) -> Option<u16> {
    let typed = || word.bytes().map(|letter| letter.to_ascii_lowercase());
    let index = english().binary_search_by(|entry| entry.bytes().cmp(typed())).ok()?;
    u16::try_from(index).ok()
}

fn checksum(entropy: &[u8; 32]) -> u8 {
    let [first, ..] = <[u8; 32]>::from(Sha256::digest(entropy));
    first
}

#[cfg(test)]
mod tests;

//! A whole name: from what a person typed to what the ledger keeps.

use crate::tables::{DISALLOWED, mapped, skeleton};
use crate::{Label, NameError, bidi, forms};
use std::fmt;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// The most bytes of UTF-8 in a label.
pub const MAX_LABEL_BYTES: usize = 63;
/// The most labels in a name.
pub const MAX_LABELS: usize = 8;
/// The most bytes in a canonical name, its dots included.
pub const MAX_NAME_BYTES: usize = 253;
/// The most bytes of a text that is read at all: a name of this many code points outside the first
/// plane maps to one of [`MAX_NAME_BYTES`].
pub const MAX_TYPED_BYTES: usize = 1024;

/// A canonical name (`money-and-mail.md` B4). Names are ordered by their labels, as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Vec<Label>);

impl Name {
    /// Reads what a person typed: UTS 46 mapping (not transitional, so ß stays ß), NFC, lower case,
    /// then every check. Scripts may differ between labels, within one they may not mix beyond
    /// "Highly Restrictive" of UTS 39.
    ///
    /// # Errors
    /// [`NameError`] names the rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.len() > MAX_TYPED_BYTES {
            return Err(NameError::NameTooLong);
        }
        forms::refuse(text)?;
        forms::refuse(&seen(text)?)?;
        let canonical = mapped(text);
        forms::refuse(&canonical)?;
        if canonical.split('.').count() > MAX_LABELS {
            return Err(NameError::TooManyLabels);
        }
        let labels: Vec<Label> =
            canonical.split('.').map(Label::check).collect::<Result<_, _>>()?;
        if canonical.len() > MAX_NAME_BYTES {
            return Err(NameError::NameTooLong);
        }
        bidi::check(labels.iter().map(Label::as_str))?;
        Ok(Self(labels))
    }

    /// Its labels as written; the last one is the first-level one.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.0.iter()
    }

    /// Whether it is registered itself, not written by the owner of another.
    #[must_use]
    pub const fn is_first_level(&self) -> bool {
        self.0.len() == 1
    }

    /// The name whose owner owns this one: without the first label. A first-level name has none.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self.0.split_first() {
            Some((_, rest)) if !rest.is_empty() => Some(Self(rest.to_vec())),
            Some(_) | None => None,
        }
    }

    /// SHA-256("bcm-name-v1" ‖ canonical labels with a dot between them): where a first-level name
    /// stands in the state.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        hash("bcm-name-v1", &[self.to_string().as_bytes()])
    }

    /// Code points of the first-level label, which its price depends on; Han characters count once.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.last().map_or(0, |label| label.as_str().chars().count())
    }

    /// SHA-256("bcm-name-skeleton-v1" ‖ skeleton): equal for names that look alike.
    ///
    /// The skeleton is that of UTS 39 with its ASCII letters in lower case. The tables turn 0 into
    /// a capital O, and nothing else would make `sh0p` look like `shop`.
    #[must_use]
    pub fn skeleton_key(&self) -> [u8; 32] {
        let folded = skeleton(&self.to_string()).to_ascii_lowercase();
        // Once more: a letter that became small has a prototype of its own, as m has.
        hash("bcm-name-skeleton-v1", &[skeleton(&folded).as_bytes()])
    }
}

/// The text without what the mapping ignores, but in its own case: an address that was pasted with
/// a soft hyphen in it must not become a name.
fn seen(text: &str) -> Result<String, NameError> {
    let mut seen = String::with_capacity(text.len());
    for code_point in text.chars() {
        let mapped = mapped(code_point.encode_utf8(&mut [0; 4]));
        if mapped.contains(DISALLOWED) {
            return Err(NameError::NotAllowed(code_point));
        }
        if !mapped.is_empty() {
            seen.push(code_point);
        }
    }
    Ok(seen)
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, label) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(formatter, "{dot}{label}")?;
        }
        Ok(())
    }
}

impl Encode for Name {
    fn encode(&self, writer: &mut Writer) {
        writer.text(&self.to_string());
    }
}

impl Decode for Name {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.text(MAX_NAME_BYTES)?;
        match Self::parse(&text) {
            Ok(name) if name.to_string() == text => Ok(name),
            Ok(_) | Err(_) => Err(DecodeError::BadValue("name")),
        }
    }
}

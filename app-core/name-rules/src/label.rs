//! One label: the rules that hold between two dots.

use crate::context::PUNCTUATION;
use crate::name::MAX_LABEL_BYTES;
use crate::tables::{category, decomposed, is_allowed, is_highly_restrictive, mapped};
use crate::{NameError, context, forms};
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use std::fmt;

/// A number shorter than this passes for an amount or a choice.
const MIN_DIGITS: usize = 5;
/// UTS 39, section 5.4: no more nonspacing marks on one letter.
const MAX_MARKS: usize = 4;

/// One canonical label of a [`crate::Name`]; labels are in the order of their bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl Label {
    /// Checks a label whose text has been through the mapping.
    pub(crate) fn check(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::EmptyLabel);
        }
        forms::refuse(text)?;
        if text.len() > MAX_LABEL_BYTES {
            return Err(NameError::LabelTooLong);
        }
        if let Some(code_point) = text.chars().find(|code_point| !stands_in_names(*code_point)) {
            return Err(NameError::NotAllowed(code_point));
        }
        hyphens(text)?;
        marks(text)?;
        context::check(text)?;
        if !is_highly_restrictive(text) {
            return Err(NameError::MixedScripts);
        }
        let is_digit = |code_point| category(code_point) == GeneralCategory::DecimalNumber;
        if text.chars().count() < MIN_DIGITS && text.chars().all(is_digit) {
            return Err(NameError::ShortNumber);
        }
        Ok(Self(text.to_owned()))
    }

    /// The canonical text: 1 to 63 bytes of UTF-8.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether a code point may stand in a canonical name at all.
pub(crate) fn stands_in_names(code_point: char) -> bool {
    if code_point.is_ascii() {
        // UTS 46, UseSTD3ASCIIRules; the mapping has left no capital letter.
        return matches!(code_point, 'a'..='z' | '0'..='9' | '-');
    }
    // UTS 46, validity criterion 7: it is its own mapping.
    let itself = || mapped(code_point.encode_utf8(&mut [0; 4])).chars().eq([code_point]);
    let category = category(code_point);
    is_allowed(code_point)
        && category != GeneralCategory::Unassigned
        && (!GeneralCategoryGroup::Punctuation.contains(category)
            || PUNCTUATION.contains(&code_point))
        && itself()
}

/// UTS 46, validity criteria 2 and 3. The second also refuses Punycode: a name is UTF-8.
fn hyphens(text: &str) -> Result<(), NameError> {
    let inside = text.chars().skip(2).take(2).eq(['-', '-']);
    if inside || text.starts_with('-') || text.ends_with('-') {
        Err(NameError::Hyphen)
    } else {
        Ok(())
    }
}

/// UTS 46, validity criterion 6, and UTS 39, section 5.4: marks that cannot be seen apart.
fn marks(text: &str) -> Result<(), NameError> {
    let is_mark = |code_point| GeneralCategoryGroup::Mark.contains(category(code_point));
    if text.chars().next().is_some_and(is_mark) {
        return Err(NameError::Marks);
    }
    let (mut stacked, mut last) = (0_usize, None);
    for code_point in decomposed(text).chars() {
        let nonspacing = category(code_point) == GeneralCategory::NonspacingMark;
        stacked = if nonspacing { stacked.saturating_add(1) } else { 0 };
        if stacked > MAX_MARKS || (nonspacing && last == Some(code_point)) {
            return Err(NameError::Marks);
        }
        last = Some(code_point);
    }
    Ok(())
}

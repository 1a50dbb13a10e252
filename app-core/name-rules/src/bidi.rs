//! The Bidi rule (RFC 5893, section 2): what keeps the parts of a name in order on a screen.

use crate::NameError;
use crate::tables::bidi_class;
use icu_properties::props::BidiClass;

/// Each makes a name one from right to left.
pub(crate) const RIGHT_TO_LEFT: [BidiClass; 3] =
    [BidiClass::RightToLeft, BidiClass::ArabicLetter, BidiClass::ArabicNumber];

/// May stand in a label of either direction.
pub(crate) const NEUTRAL: [BidiClass; 7] = [
    BidiClass::EuropeanNumber,
    BidiClass::EuropeanSeparator,
    BidiClass::CommonSeparator,
    BidiClass::EuropeanTerminator,
    BidiClass::OtherNeutral,
    BidiClass::BoundaryNeutral,
    BidiClass::NonspacingMark,
];

/// Checks all labels of a name, if one of them has letters or digits from right to left.
pub(crate) fn check<'a>(labels: impl Iterator<Item = &'a str> + Clone) -> Result<(), NameError> {
    let right_to_left = |label: &str| label.chars().any(|c| RIGHT_TO_LEFT.contains(&bidi_class(c)));
    if !labels.clone().any(right_to_left) || labels.clone().all(holds) {
        Ok(())
    } else {
        Err(NameError::Bidi)
    }
}

/// Conditions 1 to 6 of the RFC.
fn holds(label: &str) -> bool {
    let classes: Vec<BidiClass> = label.chars().map(bidi_class).collect();
    let last = classes.iter().rev().find(|class| **class != BidiClass::NonspacingMark);
    match (classes.first(), last) {
        (Some(&BidiClass::LeftToRight), Some(last)) => left_to_right(&classes, *last),
        (Some(&(BidiClass::RightToLeft | BidiClass::ArabicLetter)), Some(last)) => {
            right_to_left(&classes, *last)
        }
        _ => false,
    }
}

fn left_to_right(classes: &[BidiClass], last: BidiClass) -> bool {
    classes.iter().all(|class| *class == BidiClass::LeftToRight || NEUTRAL.contains(class))
        && [BidiClass::LeftToRight, BidiClass::EuropeanNumber].contains(&last)
}

fn right_to_left(classes: &[BidiClass], last: BidiClass) -> bool {
    let both_numbers =
        classes.contains(&BidiClass::EuropeanNumber) && classes.contains(&BidiClass::ArabicNumber);
    classes.iter().all(|class| RIGHT_TO_LEFT.contains(class) || NEUTRAL.contains(class))
        && (RIGHT_TO_LEFT.contains(&last) || last == BidiClass::EuropeanNumber)
        && !both_numbers
}

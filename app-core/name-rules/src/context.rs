//! Code points that stand only beside certain others (RFC 5892, appendix A.3 to A.9; UTS 39 leaves
//! out that of A.4).
//!
//! Most of them are dots and strokes that would pass for the dot between labels, a quote or a
//! hyphen anywhere else.

use crate::NameError;
use crate::tables::script;
use unicode_script::Script;

/// Punctuation that IDNA allows, most of it in one place only. UTS 39 would also allow U+058A,
/// U+2010, U+2019, U+2027 and U+30A0, which pass for a hyphen, a quote or a dot.
pub(crate) const PUNCTUATION: [char; 6] =
    ['-', '\u{b7}', '\u{5f3}', '\u{5f4}', '\u{f0b}', '\u{30fb}'];

/// Checks each code point against what stands before it, behind it or anywhere in the label.
pub(crate) fn check(label: &str) -> Result<(), NameError> {
    let before = std::iter::once(None).chain(label.chars().map(Some));
    let behind = label.chars().skip(1).map(Some).chain(std::iter::once(None));
    for ((code_point, before), behind) in label.chars().zip(before).zip(behind) {
        if !fits(code_point, before, behind, label) {
            return Err(NameError::Context(code_point));
        }
    }
    Ok(())
}

fn fits(code_point: char, before: Option<char>, behind: Option<char>, label: &str) -> bool {
    let any = |test: fn(char) -> bool| label.chars().any(test);
    match code_point {
        // MIDDLE DOT, as in Catalan.
        '\u{b7}' => before == Some('l') && behind == Some('l'),
        // HEBREW GERESH and GERSHAYIM.
        '\u{5f3}' | '\u{5f4}' => before.is_some_and(|last| script(last) == Script::Hebrew),
        // KATAKANA MIDDLE DOT.
        '\u{30fb}' => any(is_japanese),
        // Two series of Arabic digits, some of which look alike.
        '\u{660}'..='\u{669}' => !any(|c| matches!(c, '\u{6f0}'..='\u{6f9}')),
        _ => true,
    }
}

fn is_japanese(code_point: char) -> bool {
    [Script::Hiragana, Script::Katakana, Script::Han].contains(&script(code_point))
}

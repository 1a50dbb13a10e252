//! Every look at Unicode data, and nothing else: what is asked here is what [`tables_hash`] covers.
//!
//! The crates behind it carry the data of one Unicode version. A test walks all code points through
//! these functions and compares the hash of the answers with the constant.

use icu_normalizer::uts46::Uts46MapperBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{BidiClass, GeneralCategory};
use unicode_normalization::UnicodeNormalization;
use unicode_script::Script;
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection};

/// The Unicode version of all data; another one is a change of the protocol.
pub const UNICODE_VERSION: (u8, u8, u8) = (18, 0, 0);

/// SHA-256 over all answers of the tables for all code points; stands in the genesis.
///
/// It is a constant: the exact versions in the manifest and the lock file keep the tables to it,
/// and a test fails for any others.
#[must_use]
pub const fn tables_hash() -> [u8; 32] {
    TABLES_HASH
}

/// Proved by the test `the_hash_of_the_tables_is_that_of_their_answers`.
const TABLES_HASH: [u8; 32] = [
    0x7d, 0x4a, 0xec, 0xd4, 0xc5, 0x80, 0xf4, 0x98, 0x2a, 0xf3, 0x1a, 0xdb, 0xe8, 0xef, 0x10, 0x63,
    0x4e, 0x6e, 0x85, 0xbc, 0x3c, 0xf9, 0x30, 0x7b, 0x25, 0x22, 0xb7, 0x30, 0x27, 0xa4, 0x0a, 0xe9,
];

/// What stands for a code point that UTS 46 disallows.
pub(crate) const DISALLOWED: char = char::REPLACEMENT_CHARACTER;

/// UTS 46, steps "Map" and "Normalize", not transitional: lower case, NFC, ignored code points
/// gone, [`DISALLOWED`] for each that is.
pub(crate) fn mapped(text: &str) -> String {
    Uts46MapperBorrowed::new().map_normalize(text.chars()).collect()
}

/// NFD.
pub(crate) fn decomposed(text: &str) -> String {
    text.nfd().collect()
}

/// UTS 39, Identifier_Status: "Allowed".
pub(crate) fn is_allowed(code_point: char) -> bool {
    code_point.identifier_allowed()
}

/// UTS 39, restriction level "Highly Restrictive" or stricter.
pub(crate) fn is_highly_restrictive(label: &str) -> bool {
    label.check_restriction_level(RestrictionLevel::HighlyRestrictive)
}

/// UTS 39, skeleton.
pub(crate) fn skeleton(text: &str) -> String {
    unicode_security::skeleton(text).collect()
}

/// The property Script, without the extensions.
pub(crate) fn script(code_point: char) -> Script {
    Script::from(code_point)
}

/// The property General_Category.
pub(crate) fn category(code_point: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(code_point)
}

/// The property Bidi_Class.
pub(crate) fn bidi_class(code_point: char) -> BidiClass {
    CodePointMapData::<BidiClass>::new().get(code_point)
}

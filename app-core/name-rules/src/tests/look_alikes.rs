//! Names that cannot be told apart have one skeleton; others have not.

use crate::Name;

const ALIKE: &[(&str, &str)] = &[
    // Cyrillic and Greek twins of Latin names, each of one script.
    ("\u{440}\u{430}\u{443}\u{440}\u{430}", "paypa"),
    ("\u{430}\u{440}\u{440}\u{435}", "appe"),
    ("\u{441}\u{43e}\u{440}\u{435}", "cope"),
    ("\u{445}\u{43e}\u{445}", "xox"),
    ("\u{455}\u{43e}\u{440}\u{435}", "sope"),
    ("\u{3bf}\u{3bd}", "ov"),
    ("\u{3c1}\u{3bf}", "po"),
    // Within Latin.
    ("shop1", "shopl"),
    ("modern", "modem"),
    ("sh0p", "shop"),
    ("m00n", "moon"),
    ("\u{131}rmak", "irmak"),
    // Sub-names as a whole.
    ("\u{445}\u{43e}.shop", "xo.shop"),
    // Other scripts.
    ("\u{30ab}", "\u{529b}"),
    ("\u{30ed}", "\u{53e3}"),
];

const UNLIKE: &[(&str, &str)] = &[
    ("shop", "shops"),
    ("shop", "ship"),
    ("a.shop", "b.shop"),
    ("cafe", "caf\u{e9}"),
    ("strasse", "stra\u{df}e"),
    // Simplified and traditional.
    ("\u{56fd}", "\u{570b}"),
    ("\u{5e97}", "\u{9ede}"),
    ("\u{9a6c}", "\u{99ac}"),
    ("\u{95e8}", "\u{9580}"),
    ("\u{d55c}", "\u{d55d}"),
    ("\u{645}\u{62a}", "\u{645}\u{62b}"),
];

fn name(text: &str) -> Name {
    Name::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn twins_have_one_skeleton_and_two_keys() {
    for (one, other) in ALIKE {
        let (one, other) = (name(one), name(other));
        assert_eq!(one.skeleton_key(), other.skeleton_key(), "{one} {other}");
        assert_ne!(one.key(), other.key(), "{one} {other}");
    }
}

#[test]
fn names_that_can_be_told_apart_have_skeletons_of_their_own() {
    for (one, other) in UNLIKE {
        let (one, other) = (name(one), name(other));
        assert_ne!(one.skeleton_key(), other.skeleton_key(), "{one} {other}");
        assert_ne!(one.key(), other.key(), "{one} {other}");
    }
}

#[test]
fn however_it_is_typed_a_name_has_one_key() {
    for typed in ["SHOP", "\u{ff53}hop", "sh\u{ad}op", "\u{17f}hop"] {
        assert_eq!(name(typed).key(), name("shop").key());
        assert_eq!(name(typed).skeleton_key(), name("shop").skeleton_key());
    }
}

//! What people type, and the name that it is.

use crate::Name;

/// As typed, then as kept.
const ROWS: &[(&str, &str)] = &[
    // Latin.
    ("shop", "shop"),
    ("SHOP", "shop"),
    ("a", "a"),
    ("a.b.shop", "a.b.shop"),
    ("a-b", "a-b"),
    ("a--b", "a--b"),
    ("1a", "1a"),
    ("10000", "10000"),
    ("bcm", "bcm"),
    ("bcm2x", "bcm2x"),
    ("falcons", "falcons"),
    ("Stra\u{df}e", "stra\u{df}e"),
    ("STRA\u{1e9e}E", "stra\u{df}e"),
    ("Caf\u{e9}", "caf\u{e9}"),
    ("cafe\u{301}", "caf\u{e9}"),
    ("\u{130}zmir", "i\u{307}zmir"),
    ("\u{131}rmak", "\u{131}rmak"),
    ("\u{17f}hop", "shop"),
    ("\u{fb01}sh", "fish"),
    ("\u{1c4}ep", "d\u{17e}ep"),
    ("col\u{b7}lecci\u{f3}", "col\u{b7}lecci\u{f3}"),
    ("ti\u{1ebf}ng", "ti\u{1ebf}ng"),
    ("tie\u{302}\u{301}ng", "ti\u{1ebf}ng"),
    // Other forms of Latin letters, digits and dots.
    ("\u{ff33}\u{ff28}\u{ff2f}\u{ff30}", "shop"),
    ("\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}", "12345"),
    ("\u{1d4d1}ank", "bank"),
    ("\u{24d1}ank", "bank"),
    ("a\u{3002}shop", "a.shop"),
    ("a\u{ff0e}shop", "a.shop"),
    ("a\u{ff61}shop", "a.shop"),
    // What the mapping ignores.
    ("sh\u{ad}op", "shop"),
    ("sh\u{200b}op", "shop"),
    ("sh\u{2060}op", "shop"),
    ("\u{feff}shop", "shop"),
    ("shop\u{fe0f}", "shop"),
    ("shop\u{3164}", "shop"),
    // Greek, Cyrillic, Armenian, Georgian.
    ("\u{391}\u{398}\u{397}\u{39d}\u{391}", "\u{3b1}\u{3b8}\u{3b7}\u{3bd}\u{3b1}"),
    ("\u{3bb}\u{3cc}\u{3b3}\u{3bf}\u{3c2}", "\u{3bb}\u{3cc}\u{3b3}\u{3bf}\u{3c2}"),
    (
        "\u{41c}\u{410}\u{413}\u{410}\u{417}\u{418}\u{41d}",
        "\u{43c}\u{430}\u{433}\u{430}\u{437}\u{438}\u{43d}",
    ),
    ("\u{439}\u{43e}\u{433}\u{430}", "\u{439}\u{43e}\u{433}\u{430}"),
    ("\u{438}\u{306}\u{43e}\u{433}\u{430}", "\u{439}\u{43e}\u{433}\u{430}"),
    ("\u{540}\u{561}\u{575}", "\u{570}\u{561}\u{575}"),
    ("\u{10d7}\u{10d1}", "\u{10d7}\u{10d1}"),
    // Han, kana, Hangul, and Latin beside them.
    ("\u{5546}\u{5e97}", "\u{5546}\u{5e97}"),
    ("\u{5e97}", "\u{5e97}"),
    ("\u{56fd}\u{8a9e}", "\u{56fd}\u{8a9e}"),
    ("\u{570b}\u{8a9e}", "\u{570b}\u{8a9e}"),
    ("\u{f900}", "\u{8c48}"),
    ("\u{30ab}\u{30d5}\u{30a7}", "\u{30ab}\u{30d5}\u{30a7}"),
    ("\u{ff76}\u{ff8c}\u{ff6a}", "\u{30ab}\u{30d5}\u{30a7}"),
    ("\u{304a}\u{8336}shop", "\u{304a}\u{8336}shop"),
    ("\u{30ab}\u{30fb}\u{30ab}", "\u{30ab}\u{30fb}\u{30ab}"),
    ("\u{d55c}\u{ad6d}", "\u{d55c}\u{ad6d}"),
    ("\u{1112}\u{1161}\u{11ab}\u{ad6d}", "\u{d55c}\u{ad6d}"),
    ("k\u{d55c}\u{570b}", "k\u{d55c}\u{570b}"),
    // From right to left.
    ("\u{645}\u{62a}\u{62c}\u{631}", "\u{645}\u{62a}\u{62c}\u{631}"),
    ("\u{645}\u{62a}\u{62c}\u{631}5", "\u{645}\u{62a}\u{62c}\u{631}5"),
    ("\u{645}\u{661}\u{662}", "\u{645}\u{661}\u{662}"),
    ("\u{5d7}\u{5e0}\u{5d5}\u{5ea}", "\u{5d7}\u{5e0}\u{5d5}\u{5ea}"),
    ("\u{5e6}\u{5d4}\u{5f4}\u{5dc}", "\u{5e6}\u{5d4}\u{5f4}\u{5dc}"),
    ("alice.\u{5d7}\u{5e0}\u{5d5}\u{5ea}", "alice.\u{5d7}\u{5e0}\u{5d5}\u{5ea}"),
    // South and South-East Asia, Ethiopia.
    ("\u{926}\u{941}\u{915}\u{93e}\u{928}", "\u{926}\u{941}\u{915}\u{93e}\u{928}"),
    ("\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}", "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}"),
    ("\u{958}\u{932}\u{92e}", "\u{915}\u{93c}\u{932}\u{92e}"),
    ("\u{e23}\u{e49}\u{e32}\u{e19}", "\u{e23}\u{e49}\u{e32}\u{e19}"),
    ("\u{e19}\u{e49}\u{e33}", "\u{e19}\u{e49}\u{e4d}\u{e32}"),
    ("\u{b95}\u{b9f}\u{bc8}", "\u{b95}\u{b9f}\u{bc8}"),
    ("\u{f56}\u{f7c}\u{f51}\u{f0b}\u{f61}", "\u{f56}\u{f7c}\u{f51}\u{f0b}\u{f61}"),
    ("\u{1270}\u{12a8}", "\u{1270}\u{12a8}"),
    // Each label has its own script.
    (
        "shop.\u{43c}\u{430}\u{433}\u{430}\u{437}\u{438}\u{43d}",
        "shop.\u{43c}\u{430}\u{433}\u{430}\u{437}\u{438}\u{43d}",
    ),
    ("12345.a.a.a.a.a.a.shop", "12345.a.a.a.a.a.a.shop"),
];

#[test]
fn a_typed_text_becomes_its_canonical_name() {
    for (typed, canonical) in ROWS {
        let name = Name::parse(typed).map(|name| name.to_string());
        assert_eq!(name.as_deref(), Ok(*canonical), "{typed} {}", typed.escape_unicode());
    }
}

#[test]
fn the_limits_themselves_are_allowed() {
    let label = "x".repeat(63);
    assert!(Name::parse(&label).is_ok());
    assert!(Name::parse(&"\u{5e97}".repeat(21)).is_ok());
    let name = format!("{}.{label}.{label}.{label}", "y".repeat(61));
    assert_eq!(name.len(), 253);
    assert!(Name::parse(&name).is_ok());
    let mathematical = name.replace('x', "\u{1d465}").replace('y', "\u{1d466}");
    assert_eq!(Name::parse(&mathematical), Name::parse(&name));
}

#[test]
fn the_last_label_is_the_first_level_one() {
    let name = Name::parse("A.b.shop").expect("a name");
    let labels: Vec<&str> = name.labels().map(crate::Label::as_str).collect();
    assert_eq!(labels, ["a", "b", "shop"]);
    assert!(!name.is_first_level());
    assert_eq!(name.length(), 4);
    let parent = name.parent().expect("a parent");
    assert_eq!(parent.to_string(), "b.shop");
    let first = parent.parent().expect("a parent");
    assert_eq!(first.to_string(), "shop");
    assert!(first.is_first_level());
    assert_eq!(first.parent(), None);
}

#[test]
fn a_length_counts_code_points_of_the_canonical_label() {
    for (typed, length) in [
        ("shop", 4),
        ("long.shop", 4),
        ("\u{5546}\u{5e97}", 2),
        ("cafe\u{301}", 4),
        ("\u{fb01}sh", 4),
        ("s\u{ad}hop", 4),
        ("\u{1112}\u{1161}\u{11ab}", 1),
        ("\u{e19}\u{e49}\u{e33}", 4),
    ] {
        assert_eq!(Name::parse(typed).map(|name| name.length()), Ok(length), "{typed}");
    }
}

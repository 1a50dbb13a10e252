//! What is no name, and the rule that says so.

use crate::{Name, NameError};
use NameError::{
    Address, Bidi, Context, EmptyLabel, Falcon, Hyphen, LabelTooLong, Marks, MixedScripts,
    NameTooLong, NotAllowed, OpenId, ShieldedAddress, ShortNumber, TooManyLabels,
};

const ROWS: &[(&str, NameError)] = &[
    ("", EmptyLabel),
    (".", EmptyLabel),
    ("shop.", EmptyLabel),
    (".shop", EmptyLabel),
    ("a..shop", EmptyLabel),
    ("\u{ad}", EmptyLabel),
    ("a.\u{200b}.shop", EmptyLabel),
    ("a.a.a.a.a.a.a.a.shop", TooManyLabels),
    // ASCII other than letters, digits and hyphens.
    ("my shop", NotAllowed(' ')),
    (" shop", NotAllowed(' ')),
    ("shop\n", NotAllowed('\n')),
    ("shop\0", NotAllowed('\0')),
    ("my_shop", NotAllowed('_')),
    ("o'neil", NotAllowed('\'')),
    ("bcm:shop", NotAllowed(':')),
    ("a/b", NotAllowed('/')),
    ("a@shop", NotAllowed('@')),
    ("*.shop", NotAllowed('*')),
    // Signs, emoji, invisible joiners, directions, private and unassigned code points.
    ("\u{1f355}", NotAllowed('\u{1f355}')),
    ("pizza\u{1f355}", NotAllowed('\u{1f355}')),
    ("i\u{2764}\u{fe0f}", NotAllowed('\u{2764}')),
    ("a\u{200d}b", NotAllowed('\u{200d}')),
    ("a\u{200c}b", NotAllowed('\u{200c}')),
    ("\u{915}\u{94d}\u{200d}\u{937}", NotAllowed('\u{200d}')),
    ("a\u{202e}b", NotAllowed('\u{202e}')),
    ("a\u{2066}b", NotAllowed('\u{2066}')),
    ("a\u{e000}", NotAllowed('\u{e000}')),
    ("a\u{378}", NotAllowed('\u{378}')),
    ("a\u{10ffff}", NotAllowed('\u{10ffff}')),
    ("a\u{fffd}", NotAllowed('\u{fffd}')),
    ("\u{20ac}uro", NotAllowed('\u{20ac}')),
    ("a\u{2044}b", NotAllowed('\u{2044}')),
    // Scripts that are no longer, or hardly, written; letters that are kept for phonetics.
    ("\u{16a0}\u{16a2}", NotAllowed('\u{16a0}')),
    ("\u{13a0}\u{13a1}", NotAllowed('\u{13a0}')),
    ("\u{3105}\u{5546}", NotAllowed('\u{3105}')),
    ("\u{1c0}", NotAllowed('\u{1c0}')),
    // What passes for a hyphen, a quote or a dot.
    ("a\u{2010}b", NotAllowed('\u{2010}')),
    ("a\u{2011}b", NotAllowed('\u{2010}')),
    ("a\u{58a}b", NotAllowed('\u{58a}')),
    ("a\u{2019}b", NotAllowed('\u{2019}')),
    ("a\u{2027}b", NotAllowed('\u{2027}')),
    ("\u{30ab}\u{30a0}\u{30ab}", NotAllowed('\u{30a0}')),
    ("shop\u{b7}bank", Context('\u{b7}')),
    ("\u{b7}ll", Context('\u{b7}')),
    ("shop\u{30fb}bank", Context('\u{30fb}')),
    ("a\u{5f3}", Context('\u{5f3}')),
    ("\u{375}\u{3b1}", NotAllowed('\u{375}')),
    ("\u{645}\u{661}\u{6f2}", Context('\u{661}')),
    // Scripts mixed.
    ("sh\u{43e}p", MixedScripts),
    ("p\u{430}ypal", MixedScripts),
    ("sh\u{3bf}p", MixedScripts),
    ("\u{3b1}\u{430}", MixedScripts),
    ("\u{5546}\u{430}", MixedScripts),
    ("\u{d55c}\u{304a}", MixedScripts),
    ("\u{926}a", MixedScripts),
    ("a\u{e23}", MixedScripts),
    ("a.sh\u{43e}p", MixedScripts),
    // Hyphens.
    ("-shop", Hyphen),
    ("shop-", Hyphen),
    ("a.-shop", Hyphen),
    ("-", Hyphen),
    ("ab--c", Hyphen),
    ("a---b", Hyphen),
    ("xn--mnchen-3ya", Hyphen),
    ("\u{5546}\u{5e97}--a", Hyphen),
    ("\u{ff0d}shop", Hyphen),
    // Marks.
    ("\u{301}a", Marks),
    ("a.\u{93e}\u{926}", Marks),
    ("\u{e9}\u{301}", Marks),
    ("a\u{300}\u{301}\u{302}\u{303}\u{304}", Marks),
    // Numbers.
    ("1", ShortNumber),
    ("1234", ShortNumber),
    ("1.shop", ShortNumber),
    ("\u{ff11}\u{ff12}\u{ff13}", ShortNumber),
    ("\u{967}\u{968}\u{969}", ShortNumber),
    // Right to left and left to right.
    ("\u{645}a", MixedScripts),
    ("1\u{645}", Bidi),
    ("\u{661}\u{662}\u{663}\u{664}\u{665}", Bidi),
    ("\u{5d7}-", Hyphen),
    ("\u{645}1\u{661}", Bidi),
    ("12345.\u{5d7}\u{5e0}", Bidi),
    // Other forms.
    ("falcon", Falcon),
    ("FALCON", Falcon),
    ("fal\u{ad}con", Falcon),
    ("\u{ff46}alcon", Falcon),
    ("a.falcon", Falcon),
    ("falcon.shop", Falcon),
    ("falcon:shop", Falcon),
    ("Falcon:", Falcon),
    ("falcon\u{ff1a}x", Falcon),
    ("bcm1", ShieldedAddress),
    ("BCM1qqqq", ShieldedAddress),
    ("bcm1q.shop", ShieldedAddress),
    ("a.bcm1q", ShieldedAddress),
    ("bcm\u{b9}q", ShieldedAddress),
];

#[test]
fn each_refusal_names_its_rule() {
    for (typed, error) in ROWS {
        assert_eq!(Name::parse(typed), Err(*error), "{typed} {}", typed.escape_unicode());
    }
}

#[test]
fn one_byte_over_a_limit_is_refused() {
    let label = "x".repeat(63);
    assert_eq!(Name::parse(&"x".repeat(64)), Err(LabelTooLong));
    assert_eq!(Name::parse(&"\u{5e97}".repeat(22)), Err(LabelTooLong));
    let name = format!("{}.{label}.{label}.{label}", "y".repeat(62));
    assert_eq!(name.len(), 254);
    assert_eq!(Name::parse(&name), Err(NameTooLong));
    assert_eq!(Name::parse(&"\u{ad}".repeat(513)), Err(NameTooLong));
    assert_eq!(Name::parse(&"x".repeat(10_000_000)), Err(NameTooLong));
}

#[test]
fn an_address_is_no_name_as_typed_nor_with_something_invisible_in_it() {
    for version in [0x17, 0x23] {
        let bytes = [[version].as_slice(), &[0x5a; 20]].concat();
        let address = bs58::encode(&bytes).with_check().into_string();
        assert_eq!(address.len(), 34);
        assert_eq!(Name::parse(&address), Err(Address));
        let (head, tail) = address.split_at(9);
        assert_eq!(Name::parse(&format!("{head}\u{ad}{tail}\u{200b}")), Err(Address));
        assert_eq!(Name::parse(&format!("falcon:{address}")), Err(Falcon));
        // In another case it is an address no more, and money cannot be sent to it.
        assert_eq!(Name::parse(&address.to_lowercase()).map(|name| name.length()), Ok(34));
    }
    let foreign = bs58::encode([0; 21]).with_check().into_string();
    assert_ne!(Name::parse(&foreign), Err(Address));
}

#[test]
fn an_open_id_is_no_name() {
    assert_eq!(Name::parse(&"0123456789abcdef".repeat(4)), Err(OpenId));
    assert_eq!(Name::parse(&"0123456789ABCDEF".repeat(4)), Err(OpenId));
    assert_eq!(Name::parse(&format!("\u{ad}{}", "ab".repeat(32))), Err(OpenId));
    assert_eq!(Name::parse(&format!("{}.shop", "ab".repeat(32))), Err(OpenId));
    assert_eq!(Name::parse(&"g".repeat(64)), Err(LabelTooLong));
    assert!(Name::parse(&"a".repeat(63)).is_ok());
}

#[test]
fn an_error_shows_the_code_point_by_number() {
    let error = Name::parse("a\u{202e}b").expect_err("a direction");
    assert_eq!(error.to_string(), "U+202E stands in no name");
}

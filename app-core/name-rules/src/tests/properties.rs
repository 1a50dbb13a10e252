//! What holds for every text.

use crate::fuzz::fuzz_name;
use crate::{Label, Name, NameError};
use idna::uts46::{AsciiDenyList, Hyphens, Uts46};
use proptest::prelude::*;
use std::collections::BTreeSet;
use wire::{Decode, DecodeError, Encode};

/// Texts near names: a few scripts, dots, hyphens, digits, marks, and anything now and then.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9.-]{1,20}",
        "[\u{430}-\u{45f}a-e.-]{1,8}",
        "[\u{3b1}-\u{3c9}0-9.]{1,8}",
        "[\u{4e00}-\u{4e40}\u{3041}-\u{30fb}a-c.]{1,8}",
        "[\u{5d0}-\u{5ea}\u{5f3}0-9.a-]{1,6}",
        "[\u{620}-\u{66f}\u{6f0}-\u{6f9}0-9.]{1,6}",
        "[\u{900}-\u{97f}.]{1,6}",
        "[\u{e01}-\u{e4d}.]{1,6}",
        "[\u{1100}-\u{11ff}\u{ac00}-\u{ac80}.]{1,6}",
        "[a-c\u{300}-\u{345}\u{b7}l.]{1,8}",
        "[\u{ff01}-\u{ff9f}\u{3002}]{1,8}",
        "\\PC{0,12}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_panics_and_what_is_accepted_is_canonical(text in texts()) {
        fuzz_name(text.as_bytes());
        let mut encoded = wire::Writer::new();
        encoded.text(&text);
        fuzz_name(&encoded.into_bytes());
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        fuzz_name(&bytes);
    }

    #[test]
    fn a_name_is_a_valid_domain_name_in_another_reading_of_uts_46(text in texts()) {
        if let Ok(name) = Name::parse(&text) {
            let name = name.to_string();
            let (theirs, outcome) =
                Uts46::new().to_unicode(name.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
            prop_assert!(outcome.is_ok(), "{}", name);
            prop_assert_eq!(theirs, name.as_str());
            let (typed, _) =
                Uts46::new().to_unicode(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
            prop_assert_eq!(typed, name);
        }
    }

    #[test]
    fn a_refusal_for_direction_or_hyphen_is_that_of_the_other_reading_too(text in texts()) {
        if let Err(NameError::Bidi | NameError::Hyphen) = Name::parse(&text) {
            let (_, outcome) =
                Uts46::new().to_unicode(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
            prop_assert!(outcome.is_err(), "{}", text);
        }
    }

    #[test]
    fn names_of_ascii_letters_are_always_accepted(label in "[a-z]{7,63}") {
        prop_assert_eq!(Name::parse(&label).map(|name| name.to_string()), Ok(label));
    }
}

#[test]
fn only_the_canonical_text_decodes() {
    let encoded = |text: &str| {
        let mut writer = wire::Writer::new();
        writer.text(text);
        writer.into_bytes()
    };
    let name = Name::parse("a.shop").expect("a name");
    assert_eq!(name.to_bytes(), encoded("a.shop"));
    assert_eq!(Name::from_bytes(&encoded("a.shop")), Ok(name));
    for other in ["A.shop", "a.sh\u{ad}op", "cafe\u{301}", "\u{ff53}hop", "falcon", "", "a..b"] {
        assert_eq!(Name::from_bytes(&encoded(other)), Err(DecodeError::BadValue("name")));
    }
    assert_eq!(Name::from_bytes(&encoded(&"x".repeat(254))), Err(DecodeError::TooLong));
    assert_eq!(Name::from_bytes(&[0, 0, 0, 1, 0xff]), Err(DecodeError::BadValue("utf-8")));
    assert_eq!(Name::from_bytes(&encoded("shop")[..7]), Err(DecodeError::TooShort));
}

#[test]
fn names_are_ordered_by_their_labels() {
    let names: BTreeSet<Name> =
        ["b", "a.b", "a", "B", "a-b"].iter().filter_map(|text| Name::parse(text).ok()).collect();
    let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["a", "a.b", "a-b", "b"]);
    let label: Vec<String> = names.iter().flat_map(Name::labels).map(Label::to_string).collect();
    assert_eq!(label, ["a", "a", "b", "a-b", "b"]);
}

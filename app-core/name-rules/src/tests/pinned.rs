//! The proof that the tables are those of the genesis, and bytes that never change.

use crate::bidi::{NEUTRAL, RIGHT_TO_LEFT};
use crate::label::stands_in_names;
use crate::tables::{
    UNICODE_VERSION, bidi_class, category, decomposed, is_allowed, mapped, script, skeleton,
};
use crate::{Name, tables_hash};
use icu_properties::props::{BidiClass, GeneralCategory};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use unicode_normalization::char::canonical_combining_class;
use unicode_script::{Script, ScriptExtension};

/// All answers for one code point.
fn answers(code_point: char, marks: &BTreeMap<u8, char>) -> Vec<u8> {
    let text = code_point.to_string();
    let mut all = u32::from(code_point).to_be_bytes().to_vec();
    let mut say = |answer: &str| {
        all.extend_from_slice(answer.as_bytes());
        all.push(0xff);
    };
    say(&mapped(&text));
    say(&decomposed(&text));
    // Composes again, or is one of the compositions that NFC leaves out.
    say(&mapped(&decomposed(&text)));
    say(&skeleton(&text));
    say(script(code_point).short_name());
    scripts(code_point).iter().for_each(|name| say(name));
    if canonical_combining_class(code_point) != 0 {
        // The order that both normalisers put it in, against one mark of each class.
        for mark in marks.values() {
            say(&mapped(&format!("{mark}{code_point}")));
            say(&mapped(&format!("{code_point}{mark}")));
        }
    }
    all.push(u8::from(is_allowed(code_point)));
    all.push(category(code_point) as u8);
    all.push(direction(code_point));
    all.push(canonical_combining_class(code_point));
    all
}

fn scripts(code_point: char) -> Vec<&'static str> {
    let extension = ScriptExtension::from(code_point);
    if extension.is_common() {
        vec!["common"]
    } else if extension.is_inherited() {
        vec!["inherited"]
    } else {
        extension.iter().map(Script::short_name).collect()
    }
}

/// The Bidi class as the rule tells them apart: its place among the three from right to left, then
/// left to right, then the neutral ones; any other is refused.
fn direction(code_point: char) -> u8 {
    let known = RIGHT_TO_LEFT.iter().chain(&[BidiClass::LeftToRight]).chain(&NEUTRAL);
    let place = known.zip(0_u8..).find(|(class, _)| **class == bidi_class(code_point));
    place.map_or(u8::MAX, |(_, place)| place)
}

#[test]
fn the_hash_of_the_tables_is_that_of_their_answers() {
    let mut marks = BTreeMap::new();
    for code_point in '\0'..=char::MAX {
        let class = canonical_combining_class(code_point);
        if class != 0 && is_allowed(code_point) && mapped(&code_point.to_string()).len() > 1 {
            marks.entry(class).or_insert(code_point);
        }
    }
    assert!(marks.len() > 20);
    let (major, minor, patch) = UNICODE_VERSION;
    let mut hasher = Sha256::new();
    hasher.update(b"bcm-name-tables-v1");
    hasher.update([major, minor, patch]);
    ('\0'..=char::MAX).for_each(|code_point| hasher.update(answers(code_point, &marks)));
    let found: [u8; 32] = hasher.finalize().into();
    assert_eq!(hex::encode(found), hex::encode(tables_hash()));
}

#[test]
fn all_tables_are_of_one_unicode_version() {
    let (major, minor, patch) = UNICODE_VERSION;
    let wide = (u64::from(major), u64::from(minor), u64::from(patch));
    assert_eq!(unicode_normalization::UNICODE_VERSION, UNICODE_VERSION);
    assert_eq!(unicode_security::UNICODE_VERSION, wide);
    assert_eq!(unicode_script::UNICODE_VERSION, wide);
    // The properties tell no version: they know exactly the code points that the scripts know.
    for code_point in '\0'..=char::MAX {
        let nothing = [GeneralCategory::Unassigned, GeneralCategory::PrivateUse];
        let unknown = nothing.contains(&category(code_point));
        assert_eq!(unknown, script(code_point) == Script::Unknown, "{code_point:?}");
    }
}

#[test]
fn a_code_point_of_names_is_assigned_and_stays_as_it_is_in_either_normal_form() {
    let mut count = 0_u32;
    for code_point in ('\0'..=char::MAX).filter(|code_point| stands_in_names(*code_point)) {
        let text = code_point.to_string();
        assert_eq!(mapped(&text), text);
        assert_eq!(mapped(&decomposed(&text)), text);
        assert_ne!(script(code_point), Script::Unknown, "{code_point:?}");
        assert!(!skeleton(&text).is_empty(), "{code_point:?}");
        count += 1;
    }
    assert_eq!(count, 33_350);
}

#[test]
fn the_keys_of_names_never_change() {
    for (text, key, skeleton_key) in [
        (
            "shop",
            "4ebc9250df7d8df35d222eb2401b66f7f9b4b2b7ad4ab4ca0360e304bf9e0873",
            "273de51ce30487a1c40fd5944da34a0b586aa697e74da61047b8911697b3267a",
        ),
        (
            "a.b.shop",
            "5d032055edbfede79cd95f050dc86ba92769a27316139eecdd79f907fd00a2b0",
            "2839cfe0e05ec654f624cfbebdf73fdeb9130622f9043c55ee218bed900e287f",
        ),
        (
            "sh0p",
            "c277cc70bbe86217a142d7237eee0957222faf4c329f62752439f266539f08ff",
            "273de51ce30487a1c40fd5944da34a0b586aa697e74da61047b8911697b3267a",
        ),
        (
            "\u{5546}\u{5e97}",
            "ffad08b7938164610db14473db21d5015217be45c9e53a751ae5e0bfa6c3c3c4",
            "f9b62ca198157df55ee02b353f25dfa679af621ada7d3ef257f6fc1f8863b818",
        ),
    ] {
        let name = Name::parse(text).expect("a name");
        assert_eq!(hex::encode(name.key()), key, "{text}");
        assert_eq!(hex::encode(name.skeleton_key()), skeleton_key, "{text}");
    }
    assert_eq!(
        Name::parse("shop").map(|name| name.key()),
        Ok(wire::hash("bcm-name-v1", &[b"shop"]))
    );
}

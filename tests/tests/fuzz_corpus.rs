//! Every kept input, and a fixed set of mutations of each, through its target. What the longer
//! fuzzing (`cargo xtask fuzz`) finds is kept beside them and so never comes back.

use scenarios::fuzz::{Dice, TARGETS, load, mutate, survives};
use std::collections::BTreeSet;

/// Mutations of each input.
const MUTATIONS: usize = 200;

#[test]
fn kept_inputs_and_their_mutations_are_survived() {
    for (name, target) in TARGETS {
        let entries = load(name).unwrap();
        assert!(!entries.is_empty(), "no input for {name}");
        let mut dice = Dice::new(7341);
        for entry in &entries {
            assert!(survives(*target, &entry.bytes), "{name}/{}", entry.name);
            for number in 0..MUTATIONS {
                let other = &entries[dice.below(entries.len())].bytes;
                let input = mutate(&entry.bytes, other, &mut dice);
                assert!(survives(*target, &input), "{name}/{}, mutation {number}", entry.name);
            }
        }
    }
}

#[test]
fn every_folder_of_inputs_has_its_target() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let folders: BTreeSet<String> = std::fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(folders, targets);
}

#[test]
fn a_panic_is_noticed() {
    let refuses = |input: &[u8]| assert_ne!(input, b"bad", "on purpose");
    assert!(survives(refuses, b"good"));
    assert!(!survives(refuses, b"bad"));
}

use super::*;
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

/// The 24-word vectors that Trezor published with BIP-39: bits, words, seed under the passphrase
/// `TREZOR`.
const VECTORS: [(&str, &str, &str); 8] = [
    (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
         abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
         abandon art",
        "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd3097170af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8",
    ),
    (
        "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
        "legal winner thank year wave sausage worth useful legal winner thank year wave sausage \
         worth useful legal winner thank year wave sausage worth title",
        "bc09fca1804f7e69da93c2f2028eb238c227f2e9dda30cd63699232578480a4021b146ad717fbb7e451ce9eb835f43620bf5c514db0f8add49f5d121449d3e87",
    ),
    (
        "8080808080808080808080808080808080808080808080808080808080808080",
        "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount \
         doctor acoustic avoid letter advice cage absurd amount doctor acoustic bless",
        "c0c519bd0e91a2ed54357d9d1ebef6f5af218a153624cf4f2da911a0ed8f7a09e2ef61af0aca007096df430022f7a2b6fb91661a9589097069720d015e4e982f",
    ),
    (
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo \
         zoo vote",
        "dd48c104698c30cfe2b6142103248622fb7bb0ff692eebb00089b32d22484e1613912f0a5b694407be899ffd31ed3992c456cdf60f5d4564b8ba3f05a69890ad",
    ),
    (
        "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
        "hamster diagram private dutch cause delay private meat slide toddler razor book happy \
         fancy gospel tennis maple dilemma loan word shrug inflict delay length",
        "64c87cde7e12ecf6704ab95bb1408bef047c22db4cc7491c4271d170a1b213d20b385bc1588d9c7b38f1b39d415665b8a9030c9ec653d75e65f847d8fc1fc440",
    ),
    (
        "9f6a2878b2520799a44ef18bc7df394e7061a224d2c33cd015b157d746869863",
        "panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich alcohol \
         speed nation flash devote level hobby quick inner drive ghost inside",
        "72be8e052fc4919d2adf28d5306b5474b0069df35b02303de8c1729c9538dbb6fc2d731d5f832193cd9fb6aeecbc469594a70e3dd50811b5067f3b88b28c3e8d",
    ),
    (
        "066dca1a2bb7e8a1db2832148ce9933eea0f3ac9548d793112d9a95c9407efad",
        "all hour make first leader extend hole alien behind guard gospel lava path output census \
         museum junior mass reopen famous sing advance salt reform",
        "26e975ec644423f4a4c4f4215ef09b4bd7ef924e85d1d17c4cf3f136c2863cf6df0a475045652c57eb5fb41513ca2a2d67722b77e954b4b3fc11f7590449191d",
    ),
    (
        "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
        "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing \
         screen patrol group space point ten exist slush involve unfold",
        "01f5bced59dec48e362f2c45b5de68b9fd6c92c6634f44d6d40aab69056506f0e35524a518034ddc1192e1dacd32c1ed3eaa3c3b131c88ed8e7e54c49a5d0998",
    ),
];

#[test]
fn trezor_vectors_hold() {
    for (entropy, sentence, seed) in VECTORS {
        let words = Words::parse(sentence).unwrap();
        assert_eq!(hex::encode(words.entropy()), entropy);
        assert_eq!(words.list().join(" "), sentence);
        assert_eq!(hex::encode(Master::new(&words.list(), "TREZOR").seed()), seed);
    }
}

#[test]
fn our_own_seed_has_no_passphrase() {
    let words = Words::from_entropy([0; 32]);
    assert_eq!(
        hex::encode(words.master().seed()),
        "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf705489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840"
    );
}

#[track_caller]
fn refused(text: &str, expected: WordsError) {
    assert_eq!(Words::parse(text).map(|words| *words.entropy()), Err(expected), "{text}");
}

#[test]
fn white_space_and_case_do_not_matter() {
    let (entropy, sentence, _) = VECTORS[4];
    let typed = format!("\n\t {} \r\n", sentence.to_uppercase().replace(' ', " \u{3000}\n"));
    assert_eq!(hex::encode(Words::parse(&typed).unwrap().entropy()), entropy);
}

#[test]
fn the_reason_names_a_place_but_no_word() {
    let (_, sentence, _) = VECTORS[4];
    refused("", WordsError::Count(0));
    refused(sentence.trim_end_matches(" length"), WordsError::Count(23));
    refused(&[sentence, " zoo"].concat(), WordsError::Count(25));
    refused(&sentence.replace("hamster", "hamsterr"), WordsError::Unknown(1));
    refused(&sentence.replace("length", "langth"), WordsError::Unknown(24));
    refused(&sentence.replace("book", "bóok"), WordsError::Unknown(12));
    refused(&sentence.replace("length", "zoo"), WordsError::Checksum);
    refused(&sentence.replace("hamster diagram", "diagram hamster"), WordsError::Checksum);
    for error in [WordsError::Count(23), WordsError::Unknown(12), WordsError::Checksum] {
        assert!(
            !sentence.split(' ').any(|word| word.len() > 5 && error.to_string().contains(word))
        );
    }
}

#[test]
fn new_words_differ_and_read_back() {
    let mut rng = StdRng::seed_from_u64(1);
    let (one, other) = (Words::generate(&mut rng), Words::generate(&mut rng));
    assert_ne!(one.entropy(), other.entropy());
    assert_eq!(Words::parse(&one.list().join(" ")).unwrap().entropy(), one.entropy());
}

proptest! {
    #[test]
    fn the_second_implementation_agrees(entropy: [u8; 32]) {
        let words = Words::from_entropy(entropy);
        let second = bip39::Mnemonic::from_entropy(&entropy).unwrap();
        prop_assert_eq!(words.list(), second.words().collect::<Vec<_>>());
        prop_assert_eq!(*Words::parse(&second.to_string()).unwrap().entropy(), entropy);
    }
}

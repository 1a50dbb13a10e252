//! Frozen bytes of sealed messages, certificates and the stored authority.

use super::{sealed::Cast, support::NOW};
use crate::{SealedContent, SenderCertificate, split, unseal};
use sha2::{Digest, Sha256};
use wire::Encode;

#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    assert_eq!(hex::encode(bytes), expected.replace(char::is_whitespace, ""));
}

/// Compares by length and SHA-256.
#[track_caller]
fn check_long(bytes: &[u8], len: usize, expected: &str) {
    assert_eq!((bytes.len(), hex::encode(Sha256::digest(bytes))), (len, expected.to_owned()));
}

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(char::is_whitespace, "")).unwrap()
}

const AUTHORITY: &str = "01b89779a82d576c8ff4e4640d6cceec54dc32934b2ade3cf12f02989de903de4005e3a271451737be03cad7\
    c58045397de198d8975f4eaba47b749e6502e96f1260282a32d04294f3548c5d549bd7fc2ed594fd3b0de9c3\
    b7d401b4637d44a2ed4805aa0f2a62616ca6fdaeecf1b7cf947934a7a773b6f23188a17fc81978d310a94800\
    0000690a250807122105aa0f2a62616ca6fdaeecf1b7cf947934a7a773b6f23188a17fc81978d310a9481240\
    ec8d73145833bcbc9f776a58f3ea51456254f497bd81b3aed156fa4f8cedc0db6fbcb0192ca5018c91be6af5\
    e0fb54cf6e87307947a437ef83e508c15a651a01";
const CERTIFICATE: &str = "0ac5010a042b3130301002190068e5cf8b0100002221050b2fcabb4ee6b69aaf9baee9ba03aa105a906193ff\
    ba822399c4d576c74847222a690a250807122105aa0f2a62616ca6fdaeecf1b7cf947934a7a773b6f23188a1\
    7fc81978d310a9481240ec8d73145833bcbc9f776a58f3ea51456254f497bd81b3aed156fa4f8cedc0db6fbc\
    b0192ca5018c91be6af5e0fb54cf6e87307947a437ef83e508c15a651a01322439643036353261332d646363\
    332d346431312d393735662d37346436313539383733336612405aefd263180edbba6e7dc89f54785d729dd5\
    6f7c8aab94cd1c5ee19897891b1da3d721a09d752f3fbb9dfcfa5c492d959aa10b8557cd5db81b36aff3f682\
    8185";
const OWN: &str = "0a9b011001190068e5cf8b0100002221050b2fcabb4ee6b69aaf9baee9ba03aa105a906193ffba822399c4d5\
    76c74847222a690a2508011221050b2fcabb4ee6b69aaf9baee9ba03aa105a906193ffba822399c4d576c748\
    472212403c1eea454158dfa32e99f8fd6e0f7fa1b02eb85d28b9c4121d762f0fea43bdaddb0f2aca12518a45\
    8b70e2731bf582855f229f8ae8e3e8e906894bd85ed1c18e32001240b2d9185630ce4a222a4668aede3979cd\
    11e2c941571482a2346f840af8683868013c5a45ddb13fb5c28f004b5e4011a7ad83d75a879f25a43d10a07c\
    a358d38d";
const VERSION_1: &str = "110a210581cbd7fc9d3da3d3757c74b4314314bf33f6fbf3e668cbfc8d81ae8dae046222122b036077574ea6\
    0b059c013273d9a65469affe51de46693878bbbe99d0f6788f687f9eab5dd5732c92bc5f181aaa02002bcbd6\
    eb2e4967d8a7d87a34deac42531f3ef6c56259876440a54061e303377cde1ee410ee35f41f140e71b04fa915\
    299cc0ec7c7018e409e0968bf1ea63a5e7ef15cb8c08bbfa8450cd0c2d92a4cabf842846bd56c665995e2969\
    a7386a05626f0cdaac55ff9571b08f7eb3da9ae52857052de7988eb39441b184bfd0b0b6b03eea715a889236\
    33e49e93002b4e79569f11b49c28e15dcb26e3d8b6aeaf138654f38f5ab026bcc13c930282c75f577738df83\
    6d10c990db82b591df9d2578858fe8e7ab0e86941b82619eb875b498a6676230579d62916dd642978b321994\
    8172e160eec3b01711f618e8d4d07f1ae81ac34acd00c052f570bcec5096403156c20958ac393ca2828c16e1\
    a747abd68637831803902b81888fb8df9df0bcd43be6b16823e28a674c44";
const VERSION_2: &str = "225ad07e44bb27a22b486bfc908bb2339328a6d7222075d75c02931fc909d1573d478b24e82659aca6d910d9\
    63a9ad89c8ff0f89ff143ae33a3e3231a55d9398bb217adb3c9ecf23e9a75438152f64df3df134cc1520a9a1\
    744e6c229566e604ded8d8e7983a2ca4f6f167db9e1f96ec5c68aeaefaecad35b056ba826a0235eb63d2a3bb\
    75df67660bc5fe27f90aa545c2c300d1794dca44791a6b925875250d21edeb35d213dc456c45f54857d70281\
    05c3890882945bfb3d5b1e663d0f233203e3f9a91a1113a1e63c1d77001c746a463e7d8d9673c8cae6ce2a77\
    94a7cf8528b2dfc2b7b8d0b4fd23c41ffe36be003145c4dc7548f6237141258bb9e05b552f8dd0d8805d22dd\
    cae95bf7f2de01d7c1ad159fd9d16d64b36a6a243a87753874873221590c5cd31e601b711ebb84203a1b4045\
    29decac77d89c1cd102fe8a39d1057812aa04c46a240373b2ac828cf05e96e4998a20703a9ac247af4e25897\
    022be55b685b8f537442123475327ddc12122e6704e21c94f737cf46a4cdec2629";

#[test]
fn certificates_and_their_authority() {
    let mut cast = Cast::new();
    check(&cast.authority.to_bytes(), AUTHORITY);
    check(&cast.certificate().to_bytes(), CERTIFICATE);
    let own = SenderCertificate::of_own(&cast.alice, "", 1, NOW, &mut cast.rng).unwrap();
    check(&own.to_bytes(), OWN);
}

#[test]
fn sealed_messages() {
    let mut cast = Cast::new();
    let content = cast.content();
    check(&cast.seal_for_bob(&content), VERSION_1);
    let sent = cast.seal_for_both(&content);
    check_long(&sent, 495, "ac8d48960e68c85fddf549e34a5a6eb3078e8662a0c9d34b1c835c32dc6ad718");
    check(&split(&sent).unwrap()[0].message(), VERSION_2);
}

#[test]
fn frozen_messages_still_open() {
    let mut cast = Cast::new();
    let content = cast.content();
    for frozen in [VERSION_1, VERSION_2] {
        assert_eq!(unseal(&cast.bob, &unhex(frozen)), Ok(content.clone()));
    }
    let certificate = SenderCertificate::parse(&unhex(OWN)).unwrap();
    assert_eq!(certificate.validate_own(NOW), Ok(()));
    let content = SealedContent { certificate, ..content };
    assert_eq!(SealedContent::parse(&content.to_bytes()), Ok(content));
}

//! Sealed messages that are damaged, forged or for somebody else are refused, and so are
//! certificates that do not hold.

use super::{
    sealed::{Cast, NAME, recipient},
    support::NOW,
};
use crate::{
    Authority, ContentKind, RatchetError, SealedContent, Sender, SenderCertificate,
    ServerCertificate, fuzz, seal, seal_for_many, split, unseal,
};
use wire::Encode;

type ServiceId = [u8; 17];
type Device = (u8, u16);

/// The positions of all bits that can be flipped without a refusal.
fn bits_that_may_change(bytes: &[u8], accepts: impl Fn(&[u8]) -> bool) -> Vec<usize> {
    (0..bytes.len() * 8)
        .filter(|bit| {
            let mut changed = bytes.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            accepts(&changed)
        })
        .collect()
}

#[test]
fn of_version_1_only_the_version_may_change() {
    let mut cast = Cast::new();
    let content = cast.content();
    let sealed = cast.seal_for_bob(&content);
    // The low half of the first byte says what else its writer reads; a high half of 0 is version 1
    // as well. The published library takes the same five.
    let accepted = bits_that_may_change(&sealed, |changed| {
        unseal(&cast.bob, changed).is_ok_and(|opened| {
            assert_eq!(opened, content);
            true
        })
    });
    assert_eq!(accepted, [0, 1, 2, 3, 4]);
    for len in 0..sealed.len() {
        unseal(&cast.bob, &sealed[..len]).unwrap_err();
    }
}

#[test]
fn of_version_2_only_the_low_half_of_the_version_may_change() {
    let mut cast = Cast::new();
    let content = cast.content();
    let sent = cast.seal_for_both(&content);
    let received = split(&sent).unwrap()[0].message();
    // The published library takes the same four.
    let accepted = bits_that_may_change(&received, |changed| {
        unseal(&cast.bob, changed).is_ok_and(|opened| {
            assert_eq!(opened, content);
            true
        })
    });
    assert_eq!(accepted, [0, 1, 2, 3]);
    for len in 0..received.len() {
        unseal(&cast.bob, &received[..len]).unwrap_err();
    }
}

#[test]
fn nothing_of_a_certificate_may_change() {
    let mut cast = Cast::new();
    let (certificate, root) = (cast.certificate().to_bytes(), *cast.authority.root());
    let holds = |bytes: &[u8]| {
        SenderCertificate::parse(bytes).and_then(|read| read.validate(&root, NOW)).is_ok()
    };
    assert!(holds(&certificate));
    assert_eq!(bits_that_may_change(&certificate, holds), [0; 0]);
    let server = cast.authority.server_certificate().to_bytes();
    let holds = |bytes: &[u8]| {
        ServerCertificate::parse(bytes).and_then(|read| read.validate(&root)).is_ok()
    };
    assert!(holds(&server));
    assert_eq!(bits_that_may_change(&server, holds), [0; 0]);
}

#[test]
fn other_versions_are_named_as_such() {
    let cast = Cast::new();
    for version in 3..=15_u8 {
        let refused = unseal(&cast.bob, &[version << 4, 1, 2, 3]);
        assert_eq!(refused, Err(RatchetError::UnknownVersion));
    }
    assert_eq!(unseal(&cast.bob, &[]), Err(RatchetError::BadMessage));
    for version in [0x00, 0x11, 0x20, 0x21, 0x24, 0x33] {
        assert_eq!(split(&[version, 0]), Err(RatchetError::UnknownVersion));
    }
    assert_eq!(split(&[]), Err(RatchetError::BadMessage));
}

#[test]
fn only_the_recipient_reads() {
    let mut cast = Cast::new();
    let content = cast.content();
    let sealed = cast.seal_for_bob(&content);
    let sent = cast.seal_for_both(&content);
    let parts = split(&sent).unwrap();
    for (other, message) in [
        (&cast.carol, &sealed),
        (&cast.alice, &sealed),
        (&cast.carol, &parts[0].message()),
        (&cast.bob, &parts[1].message()),
        (&cast.alice, &parts[0].message()),
    ] {
        assert_eq!(unseal(other, message), Err(RatchetError::BadMessage));
    }
}

#[test]
fn wrapped_secrets_of_two_recipients_or_messages_cannot_be_swapped() {
    let mut cast = Cast::new();
    let content = cast.content();
    let (sent, other) = (cast.seal_for_both(&content), cast.seal_for_both(&content));
    let parts = split(&sent).unwrap().iter().map(|part| part.message()).collect::<Vec<_>>();
    let other = split(&other).unwrap()[0].message();
    // Behind the version: 32 bytes of secret, 16 of tag.
    let swap = |from: &[u8], range: core::ops::Range<usize>| {
        let mut swapped = parts[0].clone();
        swapped.splice(range.clone(), from[range].to_vec());
        unseal(&cast.bob, &swapped)
    };
    for from in [&parts[1], &other] {
        assert_eq!(swap(from, 1..49), Err(RatchetError::BadMessage));
        assert_eq!(swap(from, 1..33), Err(RatchetError::BadMessage));
        assert_eq!(swap(from, 33..49), Err(RatchetError::BadCertificate));
    }
    assert_eq!(swap(&other, 81..other.len()), Err(RatchetError::BadMessage));
    assert_eq!(swap(&other, 0..other.len()), Ok(content));
}

#[test]
fn keys_without_agreement_are_refused() {
    let mut cast = Cast::new();
    let content = cast.content();
    let zero = crate::IdentityKey::parse(&[&[5], [0; 32].as_slice()].concat()).unwrap();
    let refused = seal(&cast.alice, &zero, &content, &mut cast.rng);
    assert_eq!(refused, Err(RatchetError::BadKey));
    let recipients = [recipient([1; 17], &[(1, 1)], &zero)];
    let refused = seal_for_many(&cast.alice, &recipients, &[], &content, &mut cast.rng);
    assert_eq!(refused, Err(RatchetError::BadKey));

    let mut sealed = cast.seal_for_bob(&content);
    sealed[4..36].fill(0);
    assert_eq!(unseal(&cast.bob, &sealed), Err(RatchetError::BadKey));
    let sent = cast.seal_for_both(&content);
    let mut received = split(&sent).unwrap()[0].message();
    received[49..81].fill(0);
    assert_eq!(unseal(&cast.bob, &received), Err(RatchetError::BadKey));
}

#[test]
fn certificates_end_and_lead_to_one_root() {
    let mut cast = Cast::new();
    let certificate = cast.certificate();
    let root = *cast.authority.root();
    let bad = Err(RatchetError::BadCertificate);
    assert_eq!(certificate.validate(&root, NOW), Ok(()));
    assert_eq!(certificate.validate(&root, NOW.plus_millis(1)), bad);
    let others = Authority::generate(7, &mut cast.rng);
    assert_eq!(certificate.validate(others.root(), NOW), bad);
    assert_eq!(certificate.validate(certificate.server().key(), NOW), bad);
    assert_eq!(certificate.validate_own(NOW), bad);

    // A server key of the right root, and a certificate that another server key signed.
    let same_root = Authority::from_private([1; 32], [2; 32], 1, &mut cast.rng);
    let same_root_too = Authority::from_private([1; 32], [3; 32], 2, &mut cast.rng);
    let identity = cast.alice.public();
    let sender = Sender { name: NAME, e164: None, device: 1, identity: &identity };
    let [mut one, two] = [&same_root, &same_root_too]
        .map(|authority| authority.issue(sender, NOW, &mut cast.rng).unwrap().to_bytes());
    let signature = one.len() - 64;
    one.splice(signature.., two[signature..].to_vec());
    let mixed = SenderCertificate::parse(&one).unwrap();
    assert_eq!(mixed.validate(same_root.root(), NOW), bad);

    let own = SenderCertificate::of_own(&cast.alice, NAME, 1, NOW, &mut cast.rng).unwrap();
    assert_eq!(own.validate_own(NOW.plus_millis(1)), bad);
    assert_eq!(own.validate(&root, NOW), bad);
}

#[test]
fn the_revoked_server_key_vouches_for_nobody() {
    let mut cast = Cast::new();
    cast.authority = Authority::generate(0xDEAD_C357, &mut cast.rng);
    let (certificate, root) = (cast.certificate(), cast.authority.root());
    assert_eq!(certificate.validate(root, NOW), Err(RatchetError::BadCertificate));
    let refused = cast.authority.server_certificate().validate(root);
    assert_eq!(refused, Err(RatchetError::BadCertificate));
}

#[test]
fn a_certificate_is_for_one_of_127_devices() {
    let mut cast = Cast::new();
    let identity = cast.alice.public();
    for device in [0, 128, u32::MAX] {
        let sender = Sender { name: NAME, e164: None, device, identity: &identity };
        let refused = cast.authority.issue(sender, NOW, &mut cast.rng);
        assert_eq!(refused, Err(RatchetError::BadCertificate));
        let refused = SenderCertificate::of_own(&cast.alice, NAME, device, NOW, &mut cast.rng);
        assert_eq!(refused, Err(RatchetError::BadCertificate));
    }
    // The device stands behind two tags, a length of two bytes and the phone number.
    let mut bytes = cast.certificate().to_bytes();
    assert_eq!(bytes[9..11], [0x10, 2]);
    bytes[10] = 0;
    assert_eq!(SenderCertificate::parse(&bytes), Err(RatchetError::BadCertificate));
}

#[test]
fn nobody_seals_with_the_certificate_of_somebody_else() {
    let mut cast = Cast::new();
    let content = cast.content();
    let bob = cast.bob.public();
    let refused = seal(&cast.carol, &bob, &content, &mut cast.rng);
    assert_eq!(refused, Err(RatchetError::BadCertificate));
    let recipients = [recipient([1; 17], &[(1, 1)], &bob)];
    let refused = seal_for_many(&cast.carol, &recipients, &[], &content, &mut cast.rng);
    assert_eq!(refused, Err(RatchetError::BadCertificate));
}

#[test]
fn recipients_are_named_once_with_devices_that_can_be() {
    let mut cast = Cast::new();
    let content = cast.content();
    let bob = cast.bob.public();
    let mut seal = |all: &[(ServiceId, &[Device])], excluded: &[ServiceId]| {
        let all: Vec<_> =
            all.iter().map(|(name, devices)| recipient(*name, devices, &bob)).collect();
        seal_for_many(&cast.alice, &all, excluded, &content, &mut cast.rng)
    };
    let device = [(1, 1)].as_slice();
    let every: Vec<_> = (1..=127).map(|id| (id, 1)).collect();
    let too_many: Vec<_> = (1..=128).map(|id| (id, 1)).collect();
    let twice: Vec<_> = (1..=127).chain([5]).map(|id| (id, 1)).collect();
    let sent = seal(&[([1; 17], &every)], &[]).unwrap();
    assert_eq!(split(&sent).unwrap()[0].devices, every);
    for devices in [&[][..], &[(0, 1)], &[(128, 1)], &[(1, 0x4000)], &*too_many, &*twice] {
        assert_eq!(seal(&[([1; 17], devices)], &[]), Err(RatchetError::BadMessage));
    }
    let mut same = [1; 17];
    same[0] = 0;
    for (all, excluded) in [
        (&[([1; 17], device), ([1; 17], device)][..], &[][..]),
        (&[([1; 17], device)], &[same]),
        (&[], &[same, same]),
        (&[], &[[2; 17]]), // kind 2
    ] {
        assert_eq!(seal(all, excluded), Err(RatchetError::BadMessage));
    }
    assert_eq!(split(&seal(&[], &[]).unwrap()), Ok(vec![]));
}

#[test]
fn damaged_lists_of_recipients_are_not_split() {
    let mut cast = Cast::new();
    let content = cast.content();
    let bob = cast.bob.public();
    let devices = [(1, 5), (2, 6)];
    let all = [recipient([1; 17], &devices, &bob)];
    let sent = seal_for_many(&cast.alice, &all, &[], &content, &mut cast.rng).unwrap();
    let start = 2 + 17;
    assert_eq!(sent[start..start + 6], [1, 0x80, 5, 2, 0, 6]);
    let with = |position: usize, byte: u8| {
        let mut changed = sent.clone();
        changed[position] = byte;
        split(&changed).map(|parts| parts[0].devices.clone())
    };
    // The bit below the one that says whether more follow means nothing.
    assert_eq!(with(start + 1, 0xc0), Ok(devices.to_vec()));
    let bad = Err(RatchetError::BadMessage);
    assert_eq!(with(start, 128), bad);
    assert_eq!(with(start + 3, 0), bad);
    assert_eq!(with(start + 3, 1), bad);
    assert_eq!(with(2, 2), bad);
    for count in [&[0x81, 0][..], &[0x80, 0x80, 0x80, 0x80, 1], &[2], &[0x7f]] {
        let changed = [&[0x23], count, &sent[2..]].concat();
        assert_eq!(split(&changed), Err(RatchetError::BadMessage));
    }
    // As long as a key and a tag are left there could be a message.
    let shortest = start + 6 + 48 + 48;
    assert!(split(&sent[..shortest]).is_ok());
    for len in 0..shortest {
        assert_eq!(split(&sent[..len]), Err(RatchetError::BadMessage));
    }
}

#[test]
fn nobody_is_both_a_recipient_and_excluded() {
    let mut cast = Cast::new();
    let content = cast.content();
    let bob = cast.bob.public();
    let all = [recipient([1; 17], &[(1, 5)], &bob), recipient([0; 17], &[(1, 5)], &bob)];
    let sent = seal_for_many(&cast.alice, &all, &[], &content, &mut cast.rng).unwrap();
    let (head, rest) = sent.split_at(2);
    let (one, rest) = rest.split_at(17 + 3 + 48);
    let (other, shared) = rest.split_at(17 + 3 + 48);
    let with = |count: u8, parts: &[&[u8]]| {
        let sent = [&[head[0], count], parts.concat().as_slice(), shared].concat();
        split(&sent).map(|parts| parts.len())
    };
    let excluded = [&one[..17], &[0]].concat();
    assert_eq!(with(2, &[other, &excluded]), Ok(1));
    assert_eq!(with(2, &[one, &excluded]), Err(RatchetError::BadMessage));
    assert_eq!(with(3, &[&excluded, other, one]), Err(RatchetError::BadMessage));
    assert_eq!(with(2, &[&excluded, &excluded]), Err(RatchetError::BadMessage));
    // The published library names somebody again whose devices do not stand together.
    let second = [&one[..17], &[2], &one[18..]].concat();
    assert_eq!(with(2, &[one, &second]), Ok(2));
}

#[test]
fn contents_with_missing_or_unknown_parts() {
    let mut cast = Cast::new();
    let content = SealedContent { kind: ContentKind::Plaintext, group: None, ..cast.content() };
    let good = content.to_bytes();
    let hint = good.len() - 2;
    assert_eq!(good[hint..], [0x20, 1]);
    let parse = |bytes: &[u8]| SealedContent::parse(bytes);
    assert_eq!(parse(&good), Ok(content.clone()));
    assert_eq!(parse(&good[2..]), Err(RatchetError::BadMessage), "no kind");
    assert_eq!(parse(&good[..2]), Err(RatchetError::BadMessage), "no certificate");
    let end = good.len() - 2 - content.content.len() - 2;
    assert_eq!(parse(&good[..end]), Err(RatchetError::BadMessage), "no content");
    for kind in [0, 3, 4, 5, 6, 9, 127] {
        let other = [&[8, kind], &good[2..]].concat();
        assert_eq!(parse(&other), Err(RatchetError::BadMessage));
    }
    let later = [&good[..hint], &[0x20, 42, 0x2a, 0, 0x78, 1]].concat();
    let expected = SealedContent { hint: crate::ContentHint::Default, ..content };
    assert_eq!(parse(&later), Ok(expected), "an unknown hint, an empty group, an unknown field");
}

#[test]
fn fuzz_entries_take_real_and_changed_bytes() {
    let mut cast = Cast::new();
    let content = cast.content();
    let sent = cast.seal_for_both(&content);
    let mut seeds =
        vec![cast.seal_for_bob(&content), split(&sent).unwrap()[1].message(), sent.clone()];
    seeds.extend([content.to_bytes(), content.certificate.to_bytes()]);
    seeds.extend([cast.authority.server_certificate().to_bytes(), cast.authority.to_bytes()]);
    seeds.push(b"\xc0\x42\x06\x10\x87\xad\x4b\x18\x09\x80".to_vec());
    for seed in &seeds {
        for position in 0..seed.len() {
            let mut bytes = seed.clone();
            bytes[position] ^= 0x55;
            for bytes in [seed, &bytes] {
                fuzz::fuzz_sealed_content(bytes);
                fuzz::fuzz_retry(bytes);
            }
            if position % 7 == 0 {
                fuzz::fuzz_unseal(&bytes);
                fuzz::fuzz_split(&bytes);
                fuzz::fuzz_certificates(&bytes);
            }
        }
        fuzz::fuzz_unseal(seed);
        fuzz::fuzz_split(seed);
        fuzz::fuzz_certificates(seed);
    }
}

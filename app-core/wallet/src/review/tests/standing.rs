use super::*;

fn grant() -> GrantCard {
    let terms = GrantTerms { until: Some(month(14)), ..terms(Strength::Standing, &[11]) };
    card_of(terms, granted(Strength::Standing, &[11]), None)
}

fn message(number: u32, period: u32, before: [u8; 32]) -> StandingKey {
    let (ecdsa, ring_rng) = (alice(), &mut rng());
    let ring = Keyring { ecdsa: &ecdsa, falcon: None };
    let key = viewing_key(&SEED, Period::new(period).unwrap()).unwrap();
    let of = (Serial([3; 16]), number, before);
    StandingKey::sign(of, (key, Round(60)), (None, &ring), ring_rng).unwrap()
}

#[test]
fn keys_follow_one_another_and_a_missing_one_shows() {
    let GrantCard { grant, .. } = grant();
    let start = (0, grant.digest());
    let first = message(1, 11 * 64 + 1, start.1);
    let second = message(2, 12 * 64, first.digest());
    assert_eq!(first.check(&grant, start), Ok(()));
    assert_eq!(second.check(&grant, (1, first.digest())), Ok(()));
    let order = Err(GrantFault::Order);
    // One was held back, or comes twice, or is another's.
    assert_eq!(second.check(&grant, start), order);
    assert_eq!(first.check(&grant, (1, first.digest())), order);
    assert_eq!(message(1, 12 * 64, [0; 32]).check(&grant, start), order);
    // Behind the end, of a month that the card opens already, or of a grant that gives no more.
    assert_eq!(message(1, 15 * 64, start.1).check(&grant, start), order);
    assert_eq!(message(1, 11 * 64, start.1).check(&grant, start), order);
    let period = card();
    let digest = period.grant.digest();
    assert_eq!(message(1, 12 * 64, digest).check(&period.grant, (0, digest)), order);
}

#[test]
fn a_key_message_is_signed_as_a_whole() {
    let GrantCard { grant, .. } = grant();
    let start = (0, grant.digest());
    let bytes = message(1, 12 * 64, start.1).to_bytes();
    assert_eq!(
        hex::encode(hash("golden", &[&bytes])),
        "5a9bbac89264eaaed9696baa8672bcd96417ee80367c6dda62d0027b0437df00"
    );
    for place in 0..bytes.len() {
        let mut tampered = bytes.clone();
        tampered[place] ^= 1;
        let read = StandingKey::from_bytes(&tampered);
        assert!(!read.is_ok_and(|key| key.check(&grant, start).is_ok()), "byte {place}");
    }
    let message = StandingKey::from_bytes(&bytes).unwrap();
    assert_eq!(message.check_signer(&grant, None), Ok(()));
    let moved = account(&[(alice().public(), 10, Some(50)), (falcon().public(), 50, None)]);
    assert_eq!(message.check_signer(&grant, Some(&moved)), Err(GrantFault::Signer));
}

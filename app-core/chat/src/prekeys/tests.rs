//! Prekeys over their lifetime, as values: no clock, no worker.

use super::*;
use PreKeyKind::{Kyber, OneTime as Curve, OneTimeKyber as OneKyber, Signed};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use wire::directory::Holding;

const NOW: Timestamp = Timestamp(1_795_000_000_000);
const SECOND: u64 = 1000;
const DAY: u64 = 24 * 3600 * SECOND;

fn before(millis: u64) -> Timestamp {
    Timestamp(NOW.0 - millis)
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(5)
}

/// A device: what it keeps, applied as `store` would.
#[derive(Default)]
struct Device {
    kept: Vec<KeptPreKey>,
    uses: BTreeSet<u32>,
    publication: u64,
    waiting: Option<Publication>,
}

impl Device {
    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            if let Change::SavePreKey { kind, id, created, .. } = change {
                self.kept.push(KeptPreKey { kind, id, created, replaced: None });
            } else if let Change::ReplacePreKey { kind, id, since } = change {
                let found = self.kept.iter_mut().find(|kept| (kept.kind, kept.id) == (kind, id));
                found.unwrap().replaced = Some(since);
            } else if let Change::RemovePreKey { kind, id } = change {
                self.kept.retain(|kept| (kept.kind, kept.id) != (kind, id));
            } else if let Change::MarkKyberUsed { kyber, .. } = change {
                self.uses.insert(kyber);
            } else if let Change::RemovePublication = change {
                self.waiting = None;
            } else if let Change::SetPublication(number) = change {
                self.publication = number;
            } else {
                panic!("not about prekeys: {change:?}");
            }
        }
    }

    /// Makes and saves the next publication; nothing has left yet.
    fn save(&mut self, wanted: Wanted, holding: Option<Holding>, now: Timestamp) {
        let identity = IdentityKeyPair::generate(&mut rng());
        let stock = Stock { identity: &identity, registration_id: 7, kept: &self.kept, now };
        let lasting = Lasting {
            signed: SignedPreKey::generate(self.id_of(Signed), &identity, &mut rng()),
            kyber: KyberPreKey::generate(self.id_of(Kyber), &identity, &mut rng()),
        };
        let mut rng = ChaCha20Rng::seed_from_u64(self.kept.len() as u64);
        let (publishable, changes) = stock.make(wanted, Some(lasting), &mut rng);
        let number = next_number(self.publication, holding, now);
        let key = Ed25519Key::from_seed([1; 32]);
        let DirectoryRequest::Publish { publication, .. } =
            publishable.request(&key, WorkerId([2; 32]), number)
        else {
            panic!("a publication")
        };
        self.apply(changes);
        self.waiting = Some(publication);
    }

    /// The worker confirms what waits.
    fn confirm(&mut self, now: Timestamp) {
        let waiting = self.waiting.clone().unwrap();
        self.apply(published(&self.kept, &waiting, now));
    }

    fn id_of(&self, kind: PreKeyKind) -> u32 {
        current(&self.kept, kind).map_or(1, |kept| kept.id)
    }

    fn ids(&self, kind: PreKeyKind) -> Vec<u32> {
        self.kept.iter().filter(|kept| kept.kind == kind).map(|kept| kept.id).collect()
    }

    /// What the worker says when so many of each kind are left of ours.
    fn left(&self, one_time: u32, kyber: u32) -> Option<Holding> {
        Some(Holding { sequence: self.publication, one_time, kyber })
    }
}

const FIRST: Wanted = Wanted { lasting: true, afresh: true, one_time: 30, kyber: 30 };

/// A device whose first publication was confirmed at this time.
fn published_at(then: Timestamp) -> Device {
    let mut device = Device::default();
    assert_eq!(wanted(&device.kept, 0, None, then), Some(FIRST));
    device.save(FIRST, None, then);
    device.confirm(then);
    device
}

#[track_caller]
fn check(device: &Device, holding: Option<Holding>, now: Timestamp, expected: Option<Wanted>) {
    assert_eq!(wanted(&device.kept, device.publication, holding, now), expected);
}

#[test]
fn lasting_prekeys_serve_two_days() {
    let renewed = Wanted { lasting: true, afresh: false, one_time: 0, kyber: 0 };
    let device = published_at(before(2 * DAY - SECOND));
    check(&device, device.left(30, 30), NOW, None);
    let mut device = published_at(before(2 * DAY));
    check(&device, device.left(30, 30), NOW, Some(renewed));
    // A device that was away for long renews them once.
    let away = published_at(before(50 * DAY));
    check(&away, away.left(30, 30), NOW, Some(renewed));

    let (signed, kyber) = (device.id_of(Signed), device.id_of(Kyber));
    device.save(renewed, device.left(30, 30), NOW);
    assert_eq!(current(&device.kept, Signed).unwrap().created, NOW);
    device.confirm(NOW);
    check(&device, device.left(30, 30), NOW, None);
    let replaced: Vec<_> = device.kept.iter().filter(|kept| kept.replaced == Some(NOW)).collect();
    let replaced: Vec<_> = replaced.iter().map(|kept| (kept.kind, kept.id)).collect();
    assert_eq!(replaced, [(Signed, signed), (Kyber, kyber)], "and no one-time prekey");
}

#[test]
fn a_clock_that_goes_backwards_renews_late_or_at_once_and_never_never() {
    let device = published_at(NOW.plus_millis(2 * DAY - SECOND));
    check(&device, device.left(30, 30), NOW, None);
    let device = published_at(NOW.plus_millis(2 * DAY));
    assert!(wanted(&device.kept, device.publication, device.left(30, 30), NOW).unwrap().lasting);
    // Ten years ahead once: nothing lives ten years for it.
    let device = published_at(NOW.plus_millis(3650 * DAY));
    let all = Some(FIRST);
    check(&device, device.left(30, 30), NOW, all);
}

#[test]
fn what_was_replaced_is_kept_thirty_days_and_then_forgotten_with_its_uses() {
    let of = |kind, id, replaced| KeptPreKey { kind, id, created: before(90 * DAY), replaced };
    let kinds = [Signed, Curve, Kyber, OneKyber];
    let late = kinds.map(|kind| of(kind, 1, Some(before(30 * DAY - SECOND))));
    assert!(overdue(&late, NOW).is_empty());
    let served = kinds.map(|kind| of(kind, 1, None));
    assert!(overdue(&served, NOW).is_empty(), "what is handed out stays, however old");
    let due = kinds.map(|kind| of(kind, 1, Some(before(30 * DAY))));
    let changes = overdue(&due, NOW);
    let removed = |change: &Change| matches!(change, Change::RemovePreKey { id: 1, .. });
    assert!(changes.len() == 4 && changes.iter().all(removed), "{changes:?}");
}

#[test]
fn what_a_clock_ahead_has_replaced_counts_from_now() {
    let replaced = Some(NOW.plus_millis(3650 * DAY));
    let kept = vec![KeptPreKey { kind: Signed, id: 4, created: before(DAY), replaced }];
    let mut device = Device { kept, ..Device::default() };
    device.apply(overdue(&device.kept, NOW));
    assert_eq!(device.kept[0].replaced, Some(NOW));
    device.apply(overdue(&device.kept, NOW.plus_millis(30 * DAY - SECOND)));
    assert_eq!(device.kept.len(), 1);
    device.apply(overdue(&device.kept, NOW.plus_millis(30 * DAY)));
    assert!(device.kept.is_empty());
}

#[test]
fn what_the_worker_has_left_decides_how_many_are_made() {
    let device = published_at(NOW);
    let more = |one_time, kyber| Some(Wanted { lasting: false, afresh: false, one_time, kyber });
    check(&device, device.left(20, 20), NOW, None);
    check(&device, device.left(19, 20), NOW, more(30, 30));
    check(&device, device.left(35, 19), NOW, more(15, 30));
    check(&device, device.left(0, 0), NOW, more(30, 30));
    check(&device, device.left(100, 0), NOW, more(0, 30));
}

#[test]
fn whoever_drains_the_directory_does_not_fill_our_disk() {
    let mut device = published_at(NOW);
    let mut rounds = 0;
    while let Some(wanted) = wanted(&device.kept, device.publication, device.left(0, 0), NOW) {
        device.save(wanted, device.left(0, 0), NOW);
        device.confirm(NOW);
        rounds += 1;
    }
    assert_eq!((device.ids(Curve).len(), device.ids(OneKyber).len()), (500, 500));
    assert_eq!(rounds, 16);
}

#[test]
fn a_worker_that_lost_our_entry_or_has_another_devices_gets_everything_afresh() {
    let mut device = published_at(NOW);
    let former = device.ids(Curve);
    let another = Some(Holding { sequence: NOW.0 + 5, one_time: 40, kyber: 40 });
    for holding in [None, another] {
        check(&device, holding, NOW, Some(FIRST));
    }
    device.save(FIRST, another, NOW);
    assert_eq!(device.waiting.as_ref().unwrap().sequence, NOW.0 + 6);
    device.confirm(NOW);
    check(&device, device.left(30, 30), NOW, None);
    for kept in &device.kept {
        let of_before = former.contains(&kept.id) && kept.kind == Curve;
        assert!(!of_before || kept.replaced == Some(NOW));
    }
    let served = |kind| {
        device.kept.iter().filter(|kept| kept.kind == kind && kept.replaced.is_none()).count()
    };
    assert_eq!([Signed, Curve, Kyber, OneKyber].map(served), [1, 30, 1, 30]);
}

#[test]
fn one_time_prekeys_that_nobody_fetches_are_withdrawn_and_live_ninety_days_in_all() {
    let made = before(60 * DAY - SECOND);
    let mut device = published_at(made);
    let (former, signed) = (device.ids(OneKyber), device.id_of(Signed));
    let renewed = wanted(&device.kept, device.publication, device.left(30, 30), NOW).unwrap();
    assert!(!renewed.afresh, "a second too early");
    let then = NOW.plus_millis(SECOND);
    check(&device, device.left(30, 30), then, Some(FIRST));
    device.save(FIRST, device.left(30, 30), then);
    device.confirm(then);
    // Whoever was given one a moment ago has thirty days, with that one and its signed prekey.
    for (days, there) in [(29, true), (30, false)] {
        device.apply(overdue(&device.kept, then.plus_millis(days * DAY)));
        assert_eq!(former.iter().all(|id| device.ids(OneKyber).contains(id)), there);
        assert_eq!(device.ids(Signed).contains(&signed), there);
    }
}

#[test]
fn what_was_saved_before_a_crash_is_published_next_and_nothing_is_forgotten() {
    let mut device = published_at(before(3 * DAY));
    let renewed = wanted(&device.kept, device.publication, device.left(30, 30), NOW).unwrap();
    let former = device.id_of(Signed);
    device.save(renewed, device.left(30, 30), NOW);
    // The publication never left, or its answer never came; weeks go by.
    let later = NOW.plus_millis(40 * DAY);
    assert!(overdue(&device.kept, later).is_empty(), "the worker still hands out the former ones");
    device.confirm(later);
    let kept = device.kept.iter().find(|kept| (kept.kind, kept.id) == (Signed, former)).unwrap();
    assert_eq!(kept.replaced, Some(later), "it counts from the worker's word");
    assert!(overdue(&device.kept, later).is_empty());
    assert_eq!(device.publication, NOW.0);
}

#[test]
fn numbers_are_random_and_never_those_of_a_prekey_that_is_kept() {
    let mut device = published_at(NOW);
    device.save(FIRST, None, NOW);
    let ids = |kind| device.ids(kind).into_iter().collect::<BTreeSet<_>>();
    let mut kyber = ids(Kyber);
    kyber.extend(ids(OneKyber));
    assert_eq!((ids(Signed).len(), ids(Curve).len(), kyber.len()), (2, 60, 62));
    assert!(kyber.iter().all(|id| (1..1 << 24).contains(id)));
    assert_ne!(published_at(NOW).ids(Signed), [1]);
    // Two numbers that come again and one that is none, then a new one.
    let mut numbers = Numbers(BTreeSet::from([next_of(&[1]), next_of(&[2])]));
    let mut repeating = Repeating(vec![1, 2, 0, 3]);
    assert_eq!(numbers.next(&mut repeating), next_of(&[3]));
}

fn next_of(bytes: &[u8]) -> u32 {
    Numbers(BTreeSet::new()).next(&mut Repeating(bytes.to_vec()))
}

/// A random source that says what it is told to.
struct Repeating(Vec<u8>);

impl rand_core::TryRng for Repeating {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from(self.0.remove(0)) << 8)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from(self.try_next_u32()?))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(self.0.remove(0));
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Repeating {}

#[test]
fn a_one_time_prekey_is_gone_with_its_use_and_one_of_last_resort_remembers_it() {
    let used = UsedPreKeys { one_time: Some(3), kyber: 9, signed: 4, base_key: [5; 33] };
    let of = |kind, id| KeptPreKey { kind, id, created: NOW, replaced: None };
    let kept = vec![of(Curve, 3), of(OneKyber, 9), of(Signed, 4), of(Kyber, 8)];
    let mut device = Device { kept, ..Device::default() };
    device.apply(spent(used, OneKyber));
    assert_eq!(device.kept, [of(Signed, 4), of(Kyber, 8)]);
    assert!(device.uses.is_empty());
    device.apply(spent(UsedPreKeys { one_time: None, kyber: 8, ..used }, Kyber));
    assert_eq!(device.kept.len(), 2);
    assert_eq!(device.uses, BTreeSet::from([8]));
}

//! Everything in an envelope is sealed, and its reader knows by whom.

use super::*;
use ratchet::RatchetError;

/// Alice, Bob, Alice as Bob's contact, Bob's queue for her, and her session with him.
struct Scene {
    alice: Person,
    bob: Person,
    bob_at_alice: Contact,
    queue: Queue,
    record: SessionRecord,
    rng: ChaCha20Rng,
}

fn scene() -> Scene {
    let (alice, bob, mut rng) = actors();
    let (invite, queue) = invite_of(&bob, &mut rng);
    let bob_at_alice = saved_contact(add_contact(invite, &alice.me, NOW, &mut rng));
    let record = session_with(&bob, &alice, &mut rng);
    Scene { alice, bob, bob_at_alice, queue, record, rng }
}

impl Scene {
    fn sealed(&mut self) -> Vec<u8> {
        let (_, changes) = write(&self.bob_at_alice, "hi", NOW, &mut self.rng);
        let pending = pending_of(changes);
        let waiting = (&[7][..], &pending);
        let ours = self.alice.ours();
        let sealed =
            seal(&self.bob_at_alice, &mut self.record, ours, waiting, NOW, &mut self.rng).unwrap();
        blob_of(&sealed)
    }

    fn open(&self, blob: &[u8]) -> Result<Unsealed, Unreadable> {
        SealedLetter::open(&self.queue, blob)?.unseal(&self.bob.identity, NOW)
    }
}

fn blob_of(changes: &[Change]) -> Vec<u8> {
    let blob = changes.iter().find_map(|change| {
        let Change::AddOutgoing(outgoing) = change else { return None };
        Some(outgoing.blob.clone())
    });
    blob.unwrap()
}

#[test]
fn a_message_names_its_writer_to_its_reader_alone() {
    let mut scene = scene();
    let blob = scene.sealed();
    let unsealed = scene.open(&blob).unwrap();
    assert_eq!(unsealed.sender, scene.alice.identity.public());
    let Letter::First(message) = unsealed.letter else { panic!("a first message") };
    assert_eq!(*message.identity(), unsealed.sender);

    // Who may write into the queue, or has its keys, still learns nothing.
    let sealed = SealedLetter::open(&scene.queue, &blob).unwrap();
    let other = sealed.unseal(&scene.alice.identity, NOW);
    assert!(matches!(other, Err(Unreadable::NotForUs(_))));
    let (_, other_queue) = invite_of(&scene.bob, &mut scene.rng);
    let other = SealedLetter::open(&other_queue, &blob);
    assert_eq!(other.unwrap_err(), Unreadable::NotAnEnvelope);
}

#[test]
fn nobody_puts_somebody_elses_first_message_into_his_own_seal() {
    let mut scene = scene();
    let mallory = person("Mallory", 0x33, &mut scene.rng);
    let sealed = scene.record.encrypt(&scene.alice.identity, b"hi", NOW, &mut scene.rng).unwrap();
    let forged = crate::letter::outgoing(
        &scene.bob_at_alice,
        mallory.ours(),
        (sealed.kind.into(), sealed.bytes),
        &mut scene.rng,
    );
    let refused = scene.open(&forged.unwrap().blob).unwrap_err();
    assert_eq!(refused, Unreadable::NotForUs(RatchetError::UntrustedIdentity));
}

#[test]
fn nobody_seals_with_somebody_elses_certificate() {
    let mut scene = scene();
    let mallory = person("Mallory", 0x33, &mut scene.rng);
    let borrowed = Ours { identity: &mallory.identity, certificate: &scene.alice.certificate };
    let key = *ratchet_key(&scene.record);
    let refused = ask_again(&scene.bob_at_alice, borrowed, &key, NOW, &mut scene.rng);
    assert!(matches!(refused, Err(SealError::Ratchet(RatchetError::BadCertificate))));
}

fn ratchet_key(record: &SessionRecord) -> &ratchet::PublicKey33 {
    record.ratchet_key().unwrap()
}

#[test]
fn a_request_to_send_again_needs_no_session_and_arrives_whole() {
    let mut scene = scene();
    let key = *ratchet_key(&scene.record);
    let asked =
        ask_again(&scene.bob_at_alice, scene.alice.ours(), &key, NOW, &mut scene.rng).unwrap();
    assert!(asked.message.is_none());
    let unsealed = scene.open(&asked.blob).unwrap();
    assert_eq!(unsealed.sender, scene.alice.identity.public());
    assert!(matches!(unsealed.letter, Letter::Again(Some(named)) if named == key));
    for position in 0..asked.blob.len() {
        let mut spoilt = asked.blob.clone();
        spoilt[position] ^= 1;
        assert_eq!(scene.open(&spoilt).unwrap_err(), Unreadable::NotAnEnvelope);
    }
}

#[test]
fn a_letter_stays_the_same_in_every_envelope() {
    let mut scene = scene();
    let first = scene.sealed();
    let sealed = open_envelope(&scene.queue.outer_key, scene.bob_at_alice.route.send_id(), &first);
    let again = seal_envelope(&scene.bob_at_alice.route, &sealed.unwrap(), &mut scene.rng).unwrap();
    assert_ne!(first, again);
    let second = scene.sealed();
    let id = |blob: &[u8]| SealedLetter::open(&scene.queue, blob).unwrap().id();
    assert_eq!(id(&first), id(&again));
    assert_ne!(id(&first), id(&second));
}

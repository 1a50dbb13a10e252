//! Measures what this crate does most, and prints one JSON line: microseconds of processor time an
//! operation, and bytes of stored state; with the argument `full` only the bytes of the largest.
//!
//! Every operation is what an app does for a message: load the stored session, work, encode what
//! changed. `tests/interop/speed.mjs` prints the same line for the published library of Signal.

use rand::rng;
use ratchet::{
    Bundle, DistributionId, IdentityKeyPair, Incoming, KyberPreKey, PreKeyMessage, PreKeys,
    SafetyNumber, Sealed, SenderKeyMessage, SenderKeyRecord, SessionChange, SessionRecord,
    SignedPreKey,
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use types::Timestamp;
use wire::{Decode, Encode};
use zeroize::Zeroizing;

const NOW: Timestamp = Timestamp(0);
const PLAINTEXT: [u8; 200] = [7; 200];
const MESSAGES: usize = 1000;
const SETUPS: usize = 100;
const SAFETY_NUMBERS: usize = 20;
const GROUP: DistributionId = DistributionId([1; 16]);
/// All messages that one chain keeps for late arrival, and some more.
const MISSING: usize = 2_100;

type Failure = Box<dyn std::error::Error>;

/// One person with the stored session of the only conversation.
struct Side {
    identity: IdentityKeyPair,
    state: Zeroizing<Vec<u8>>,
}

impl Side {
    fn new() -> Self {
        let identity = IdentityKeyPair::generate(&mut rng());
        Self { identity, state: Zeroizing::default() }
    }

    fn load(&self) -> Result<SessionRecord, Failure> {
        Ok(SessionRecord::load(Some(&self.state).filter(|state| !state.is_empty()))?)
    }

    fn save(&mut self, mut record: SessionRecord) {
        for change in record.take_changes() {
            if let SessionChange::Put { state, .. } = change {
                self.state = state;
            }
        }
    }

    fn send(&mut self) -> Result<Sealed, Failure> {
        let mut record = self.load()?;
        let sealed = record.encrypt(&self.identity, &PLAINTEXT, NOW, &mut rng())?;
        self.save(record);
        Ok(sealed)
    }

    fn receive(&mut self, sealed: &Sealed) -> Result<(), Failure> {
        let Incoming::Whisper(message) = Incoming::parse(sealed.kind, &sealed.bytes)? else {
            return Err("an answered session sends whisper messages".into());
        };
        let mut record = self.load()?;
        record.decrypt(&self.identity, &message, &mut rng())?;
        self.save(record);
        Ok(())
    }
}

fn main() -> Result<(), Failure> {
    if std::env::args().nth(1).as_deref() == Some("full") {
        println!("{}", json!({ "full_session_bytes": full_session()? }));
        return Ok(());
    }
    let (mut alice, mut bob, [initiate, respond]) = established()?;
    let (sealed, encrypt) = timed(MESSAGES, || alice.send())?;
    let mut arriving = sealed.iter();
    let (_, decrypt) = timed(MESSAGES, || bob.receive(arriving.next().ok_or("too few")?))?;
    let mut turn = false;
    let (_, ping_pong) = timed(MESSAGES, || {
        turn = !turn;
        let (from, to) = if turn { (&mut bob, &mut alice) } else { (&mut alice, &mut bob) };
        to.receive(&from.send()?)
    })?;
    let (_, load) = timed(MESSAGES, || bob.load())?;
    let session_bytes = bob.state.len();
    let [group_encrypt, group_decrypt] = group()?;
    let (ours, theirs) = (alice.identity.public(), bob.identity.public());
    let (_, safety_number) = timed(SAFETY_NUMBERS, || {
        Ok(SafetyNumber::new(2, 5200, (&PLAINTEXT, &ours), (&PLAINTEXT, &theirs))?.digits())
    })?;
    println!(
        "{}",
        json!({
            "encrypt": encrypt, "decrypt": decrypt, "ping_pong": ping_pong,
            "initiate": initiate, "respond": respond,
            "group_encrypt": group_encrypt, "group_decrypt": group_decrypt,
            "safety_number": safety_number, "load": load,
            "session_bytes": session_bytes,
        })
    );
    Ok(())
}

/// What each of so many calls gave, and the microseconds of processor time that one took.
fn timed<T>(
    count: usize,
    mut call: impl FnMut() -> Result<T, Failure>,
) -> Result<(Vec<T>, f64), Failure> {
    let start = processor_micros();
    let made = (0..count).map(|_| call()).collect::<Result<Vec<_>, _>>()?;
    Ok((made, (processor_micros() - start) / count as f64))
}

fn processor_micros() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// Two people after an answer, so that plain messages go out from here on; and what it takes to
/// write first and to read the first message.
fn established() -> Result<(Side, Side, [f64; 2]), Failure> {
    let (mut alice, mut bob) = (Side::new(), Side::new());
    let signed = SignedPreKey::generate(1, &bob.identity, &mut rng());
    let kyber = KyberPreKey::generate(1, &bob.identity, &mut rng());
    let bundle = Bundle::new(1, 1, &bob.identity, &signed, &kyber);
    let (first, initiate) = timed(SETUPS, || {
        let mut record = SessionRecord::default();
        record.initiate(&alice.identity, &bundle, 1, NOW, &mut rng())?;
        let sealed = record.encrypt(&alice.identity, &PLAINTEXT, NOW, &mut rng())?;
        alice.save(record);
        Ok(sealed)
    })?;
    let mut arriving = first.iter();
    let (_, respond) = timed(SETUPS, || {
        let message = PreKeyMessage::parse(&arriving.next().ok_or("too few")?.bytes)?;
        let prekeys = PreKeys { signed: &signed, one_time: None, kyber: &kyber };
        let mut record = SessionRecord::default();
        record.accept(&bob.identity, prekeys, &message, &mut rng())?;
        bob.save(record);
        Ok(())
    })?;
    let answer = bob.send()?;
    alice.receive(&answer)?;
    Ok((alice, bob, [initiate, respond]))
}

/// Encrypting to a group, and decrypting, with the sender key loaded and encoded each time.
fn group() -> Result<[f64; 2], Failure> {
    let (mut sender, mut receiver) = (SenderKeyRecord::default(), SenderKeyRecord::default());
    receiver.process(&sender.distribute(GROUP, &mut rng())?);
    let (mut sender, mut receiver) = (sender.to_bytes(), receiver.to_bytes());
    let (messages, encrypt) = timed(MESSAGES, || {
        let mut record = SenderKeyRecord::from_bytes(&sender)?;
        let message = record.encrypt(&PLAINTEXT, &mut rng())?;
        sender = record.to_bytes();
        Ok(message)
    })?;
    let mut arriving = messages.iter();
    let (_, decrypt) = timed(MESSAGES, || {
        let message = SenderKeyMessage::parse(arriving.next().ok_or("too few")?)?;
        let mut record = SenderKeyRecord::from_bytes(&receiver)?;
        record.decrypt(&message)?;
        receiver = record.to_bytes();
        Ok(())
    })?;
    Ok([encrypt, decrypt])
}

/// Bytes of the largest session there can be: every chain and every epoch that is kept waits for as
/// many late messages as it may.
fn full_session() -> Result<usize, Failure> {
    let (mut alice, mut bob, _) = established()?;
    let mut largest = 0;
    for _ in 0..150 {
        for _ in 0..MISSING {
            alice.send()?;
        }
        let arriving = alice.send()?;
        bob.receive(&arriving)?;
        let answer = bob.send()?;
        alice.receive(&answer)?;
        largest = largest.max(bob.state.len());
    }
    Ok(largest)
}

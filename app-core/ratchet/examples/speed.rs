//! Measures one direction of an established session and prints one JSON line.

use rand::rng;
use ratchet::{
    Bundle, IdentityKeyPair, Incoming, KyberPreKey, PreKeys, Sealed, SessionRecord, SignedPreKey,
};
use std::time::{Duration, Instant};
use types::Timestamp;

const NOW: Timestamp = Timestamp(0);
const BATCH: usize = 500;
const BATCHES: usize = 20;
const PLAINTEXT: [u8; 200] = [7; 200];

type Failure = Box<dyn std::error::Error>;

struct Side {
    identity: IdentityKeyPair,
    record: SessionRecord,
}

fn main() -> Result<(), Failure> {
    let (mut alice, mut bob) = established()?;
    let (mut encrypting, mut decrypting) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..BATCHES {
        let start = Instant::now();
        let sealed = (0..BATCH).map(|_| send(&mut alice)).collect::<Result<Vec<_>, _>>()?;
        encrypting += start.elapsed();
        let start = Instant::now();
        sealed.iter().try_for_each(|sealed| receive(&mut bob, sealed))?;
        decrypting += start.elapsed();
    }
    let per_second = |time: Duration| (BATCH * BATCHES) as f64 / time.as_secs_f64();
    println!(
        "{{\"encrypt_per_s\":{:.0},\"decrypt_per_s\":{:.0}}}",
        per_second(encrypting),
        per_second(decrypting)
    );
    Ok(())
}

/// Alice wrote first and Bob has answered, so that plain messages go out from here on.
fn established() -> Result<(Side, Side), Failure> {
    let new = || Side {
        identity: IdentityKeyPair::generate(&mut rng()),
        record: SessionRecord::default(),
    };
    let (mut alice, mut bob) = (new(), new());
    let signed = SignedPreKey::generate(1, &bob.identity, &mut rng());
    let kyber = KyberPreKey::generate(1, &bob.identity, &mut rng());
    let bundle = Bundle::new(1, 1, &bob.identity, &signed, &kyber);
    alice.record.initiate(&alice.identity, &bundle, 1, NOW, &mut rng())?;
    let first = send(&mut alice)?;
    let Incoming::PreKey(first) = Incoming::parse(first.kind, &first.bytes)? else {
        return Err("the first message is a prekey message".into());
    };
    let prekeys = PreKeys { signed: &signed, one_time: None, kyber: &kyber };
    bob.record.accept(&bob.identity, prekeys, &first, &mut rng())?;
    let answer = send(&mut bob)?;
    receive(&mut alice, &answer)?;
    Ok((alice, bob))
}

fn send(side: &mut Side) -> Result<Sealed, Failure> {
    Ok(side.record.encrypt(&side.identity, &PLAINTEXT, NOW, &mut rng())?)
}

fn receive(side: &mut Side, sealed: &Sealed) -> Result<(), Failure> {
    let Incoming::Whisper(message) = Incoming::parse(sealed.kind, &sealed.bytes)? else {
        return Err("an answered session sends whisper messages".into());
    };
    side.record.decrypt(&side.identity, &message, &mut rng())?;
    Ok(())
}

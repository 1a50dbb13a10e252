//! What is measured, and beside what.

use crate::Failure;
use crate::bare::Bare;
use crate::measure::{median, most_memory, once, row, timed};
use crate::ours::Ours;
use keys::Words;
use std::time::Instant;

/// Payments that each side makes, in turns.
const PAYMENTS: usize = 3;
/// Bundles that are verified at once, and how often.
const BATCH: usize = 100;
const BATCHES: usize = 5;
/// Actions that are scanned at once, and how often.
const ACTIONS: usize = 1_000;
const SCANS: usize = 10;
const SIGNATURES: usize = 1_000;

/// Our payments first, so that the most memory held until then is theirs.
pub(crate) fn payments(ours: &Ours) -> Result<(), Failure> {
    let (bundle, first) = once(|| ours.pay())?;
    if let Some(most) = most_memory() {
        let name = "  the most memory held by then, RSS";
        row(name, most, ("MiB", "<= 150", "107 MiB: the bare crate, as its review measured"));
    }
    let bare = Bare::new(ours.note.value.units())?;
    let (reference, other) = once(|| bare.pay())?;
    let (mut mine, mut theirs) = (vec![first], vec![other]);
    for _ in 1..PAYMENTS {
        mine.push(once(|| ours.pay())?.1);
        theirs.push(once(|| bare.pay())?.1);
    }
    let (mine, theirs) = (median(&mut mine), median(&mut theirs));
    row("private payment, 2 actions: built, proved, signed", mine / 1e6, ("s", "", ""));
    row("  the same by the bare crate", theirs / 1e6, ("s", "", ""));
    row("  ours to the bare crate's", mine / theirs, ("x", "<= 1.1", ""));

    let verifying = ours.key.verifying_key();
    let start = Instant::now();
    let (_, mine) = timed(BATCHES, || ours.verify(&verifying, &bundle, BATCH))?;
    let clock = start.elapsed().as_secs_f64() / BATCHES as f64;
    let (_, theirs) = timed(BATCHES, || bare.verify(&reference, BATCH))?;
    let (mine, theirs) = (mine / BATCH as f64, theirs / BATCH as f64);
    row("verification of a bundle, 100 at once", mine / 1e3, ("ms", "<= 3", ""));
    row("  by the clock, on all cores", clock * 1e3 / BATCH as f64, ("ms", "", ""));
    row("  ours to the bare crate's", mine / theirs, ("x", "", ""));

    let (_, mine) = timed(SCANS, || ours.scan(&bundle, ACTIONS))?;
    let (_, theirs) = timed(SCANS, || bare.scan(&reference, ACTIONS))?;
    let rate = ACTIONS as f64 * 1e6 / mine;
    row("scan with both keys of an account, a core", rate, ("actions/s", ">= 9000", ""));
    row("  ours to the bare crate's time", mine / theirs, ("x", "", ""));
    Ok(())
}

/// The operation key that outlasts quantum computers.
pub(crate) fn falcon() -> Result<(), Failure> {
    let key = Words::from_entropy([7; 32]).master().falcon_key();
    let (public, mut digest) = (key.public(), [0; 32]);
    let (signatures, sign) = timed(SIGNATURES, || {
        digest = wire::hash("", &[&digest]);
        Ok((digest, key.sign(&digest, &mut rand::rng())))
    })?;
    let mut all = signatures.iter();
    let (_, verify) = timed(SIGNATURES, || {
        let (digest, signature) = all.next().ok_or("too few")?;
        if public.verify(digest, signature.as_slice()) { Ok(()) } else { Err("refused".into()) }
    })?;
    row("Falcon-1024: sign", sign / 1e3, ("ms", "<= 0.5", ""));
    row("Falcon-1024: verify", verify / 1e3, ("ms", "<= 0.05", ""));
    Ok(())
}

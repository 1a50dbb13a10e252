//! The file that shows one payment to one verifier.

use statement::{
    Expected, PAYMENT_LIMITS, PAYMENT_PROVES, PaymentDisclosure, PaymentReport, check_payment,
    harmless, read_checkpoint, utc,
};

use super::{Args, Failure, failure, now, read};

pub(super) fn report(args: &Args, file: &[u8]) -> Result<PaymentReport, Failure> {
    let malformed =
        |path: &std::path::Path, why| failure("malformed", format!("{}: {why}", path.display()));
    let checkpoint = read_checkpoint(&read(&args.checkpoint)?)
        .map_err(|why| malformed(&args.checkpoint, why))?;
    let disclosure =
        PaymentDisclosure::read(file).map_err(|why| malformed(&args.statement, why))?;
    let expected = match (&args.verifier, &args.challenge) {
        (Some(verifier), Some(challenge)) => Some(Expected {
            verifiers: vec![bytes(verifier)?],
            challenges: vec![(bytes(challenge)?, None)],
        }),
        (_, _) => None,
    };
    Ok(check_payment(&disclosure, (&checkpoint, now()), expected.as_ref()))
}

fn bytes(text: &str) -> Result<[u8; 32], Failure> {
    // An id of the ledger is written the same way.
    let read = types::TxId::parse(text.trim()).map(|id| id.0);
    read.ok_or_else(|| failure("usage", "a fingerprint and a challenge are 64 hex digits"))
}

/// A line for each claim, and for what is shown.
pub(super) fn lines(report: &PaymentReport) -> String {
    let verdicts = report.verdicts.iter().map(|it| super::line(it.claim.sentence(), &it.outcome));
    let mut lines: Vec<String> = verdicts.collect();
    if let Some(shown) = &report.shown {
        let address = shown.address.map_or_else(String::new, |address| address.to_string());
        let (round, time, role) = (shown.round.0, utc(shown.time), shown.role.word());
        lines.push(format!("{} ABC to {address}", shown.amount));
        lines.extend(shown.memo.as_deref().map(|memo| format!("Memo: {}", harmless(memo))));
        lines.push(format!("Round {round}, {time}, shown by its {role}"));
        lines.push(format!("They say: {}", harmless(&shown.asked.text)));
        lines.push(format!("Good until {}", utc(shown.asked.not_after)));
    }
    if !report.failed() {
        lines.push(PAYMENT_PROVES.to_owned());
    }
    lines.extend(PAYMENT_LIMITS.map(str::to_owned));
    lines.join("\n")
}

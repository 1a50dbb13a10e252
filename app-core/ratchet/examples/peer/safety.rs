//! Safety numbers.

use crate::{
    failure::Failure,
    keys,
    request::{Request, base64},
};
use ratchet::{SafetyNumber, compare_scannable};
use serde_json::{Value, json};

/// What apps take.
const ITERATIONS: u32 = 5200;
const VERSION: u32 = 2;

pub(crate) fn fingerprint(request: &Request) -> Result<Value, Failure> {
    let iterations = request.maybe_number("iterations")?.unwrap_or(ITERATIONS);
    let version = request.maybe_number("version")?.unwrap_or(VERSION);
    let (our_id, their_id) = (request.bytes("local_id")?, request.bytes("remote_id")?);
    let our_key = keys::public(request, "local_key")?;
    let their_key = keys::public(request, "remote_key")?;
    let wrong = |_| {
        let message = format!("Invalid fingerprint iterations {iterations}");
        Failure::new("InvalidFingerprintIterations", message)
    };
    let number =
        SafetyNumber::new(version, iterations, (&our_id, &our_key), (&their_id, &their_key))
            .map_err(wrong)?;
    Ok(json!({ "display": number.digits(), "scannable": base64(number.scannable()) }))
}

pub(crate) fn compare(request: &Request) -> Result<Value, Failure> {
    let same = compare_scannable(&request.bytes("ours")?, &request.bytes("theirs")?);
    let same = same.map_err(|error| match Failure::from(error) {
        Failure { code: "InvalidMessage", .. } => {
            Failure::new("FingerprintParsingError", "fingerprint parsing error: bad protobuf")
        }
        other => other,
    })?;
    Ok(json!({ "match": same }))
}

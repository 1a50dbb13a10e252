//! Frozen bytes of groups: what is stored or sent must stay readable for every later version.

use super::{Sender, read};
use crate::{SenderKeyDistribution, SenderKeyRecord};
use wire::{Decode, Encode};

/// Compares whole, in hex.
#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    assert_eq!(hex::encode(bytes), hex::encode(unhex(expected)));
}

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(char::is_whitespace, "")).unwrap()
}

/// Alice's own record and what she hands out, after two messages.
const OURS: &str = "0100000001d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d128221bcd01785749ec1157912e0e171f60de9e\
    5341348819a2de99f140c59a424c79b1147405cf5f9551b857e13bc4a466747b9a6fbfd7b32183a451de8d62c6\
    a6bb89be5d77263f4e1482bf0b8accfd7b4702763ffe305ccde4eb9f9b529cede0a241df7e7c00000002000000\
    00";
const DISTRIBUTION: &str = "330a10d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d110cdb788c10218022220263f4e1482bf0b8accfd7b\
    4702763ffe305ccde4eb9f9b529cede0a241df7e7c2a2105cf5f9551b857e13bc4a466747b9a6fbfd7b32183a4\
    51de8d62c6a6bb89be5d77";
/// A message that Bob lacks, and his record without it.
const SKIPPED: &str = "330a10d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d110cdb788c10218002210eba084e20f2ccac0c9973f\
    35aad6ce97c2f7a043c8b325b711545fa5d6684a1e7b6e6a6922982af59a1a136b80d610e8ba8463d168cd5015\
    1cfcad35edaab15e3d74a68251e3a19daa914b19d3121d0a";
const THEIRS: &str = "0100000001d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d128221bcd0005cf5f9551b857e13bc4a466747b\
    9a6fbfd7b32183a451de8d62c6a6bb89be5d77263f4e1482bf0b8accfd7b4702763ffe305ccde4eb9f9b529ced\
    e0a241df7e7c000000020000000100000000fbe6e588041a68ade73858dcac8b5809941e2d8ac589d428d48adf\
    7fb8d852c3";
/// The message behind these.
const NEXT: &str = "330a10d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d110cdb788c10218022210ae5edc26f012290f2b44ac\
    d1dbedf2036fd9afdb15e6fa2ab040851c910183059ef0a86575e9840bb26cce48bfee9c6192ffd3709db31687\
    1349105533724467426440176bc346b18306cb05f2202a00";

#[test]
fn records_and_messages() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    check(&SenderKeyRecord::default().to_bytes(), "0100000000");
    let skipped = alice.send(b"skipped");
    read(&mut bob, &alice.send(b"second")).unwrap();
    check(&alice.record.to_bytes(), OURS);
    check(&alice.distribution().to_bytes(), DISTRIBUTION);
    check(&skipped, SKIPPED);
    check(&bob.to_bytes(), THEIRS);
    check(&alice.send(b"next"), NEXT);
}

#[test]
fn frozen_records_read_on() {
    let mut bob = SenderKeyRecord::from_bytes(&unhex(THEIRS)).unwrap();
    assert_eq!(read(&mut bob, &unhex(SKIPPED)), Ok(b"skipped".to_vec()));
    let mut carol = SenderKeyRecord::default();
    carol.process(&SenderKeyDistribution::parse(&unhex(DISTRIBUTION)).unwrap());
    for member in [&mut bob, &mut carol] {
        assert_eq!(read(member, &unhex(NEXT)), Ok(b"next".to_vec()));
    }
}

#[test]
fn frozen_records_write_on() {
    let mut alice = Sender::new(1);
    alice.record = SenderKeyRecord::from_bytes(&unhex(OURS)).unwrap();
    let mut bob = SenderKeyRecord::from_bytes(&unhex(THEIRS)).unwrap();
    assert_eq!(read(&mut bob, &alice.send(b"on")), Ok(b"on".to_vec()));
}

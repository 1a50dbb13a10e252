//! Names: what the state holds of them, and what a light node is told.

use super::{Seed, key, seed};
use anyhow::Result;
use ledger::{Delegation, NameAnswer, NameRecord, RegisteredName, StateProof, SubAnswer, SubName};
use name_rules::Name;
use types::{Address, Round, Timestamp};
use wire::Encode;

fn address(person: u8) -> Address {
    key(person).public().address()
}

fn record() -> NameRecord {
    NameRecord {
        ttl: 3_600,
        open_id: None,
        address: Some(address(1)),
        chat_key: Some([5; 32]),
        services: vec!["/ip4/192.0.2.1/udp/7/quic-v1".to_owned()],
        package: None,
        text: "bread and books".to_owned(),
    }
}

pub(super) fn seeds() -> Result<Vec<Seed>> {
    let registered = RegisteredName {
        name: Name::parse("shop")?,
        owner: address(1),
        registered: Round(9),
        won_by: (Round(7), [3; 32]),
        term: Timestamp(31_536_000_000),
        zone: 1,
        bound_until: Timestamp(0),
        sequence: 2,
        record: record(),
    };
    let below = SubName { sequence: 1, record: Some(record()) };
    let until = Timestamp(20_000_000_000);
    let delegation = Delegation { to: address(2), until, revocable: true };
    let proof = |number| StateProof::new(Some(([number; 32], [3; 32])), vec![[4; 32], [5; 32]]);
    let answer = NameAnswer {
        round: Round(12),
        first: Some(registered.clone()),
        proof: proof(1),
        sub: Some(SubAnswer { value: Some(below.clone()), proof: proof(2) }),
    };
    let nobody = NameAnswer {
        round: Round(12),
        first: None,
        proof: StateProof::new(None, vec![[1; 32]]),
        sub: None,
    };
    // Round and deposit; head and tail; a home address, hash and round of a commitment that waits.
    let commitment = [7_u64, 1_000].map(u64::to_be_bytes).concat();
    let waiting = [address(1).to_bytes().as_slice(), &[3; 32], &7_u64.to_be_bytes()].concat();
    Ok(vec![
        seed("ledger-names", "record", record().to_bytes()),
        seed("ledger-names", "registered", registered.to_bytes()),
        seed("ledger-names", "sub-name", below.to_bytes()),
        seed("ledger-names", "delegation", delegation.to_bytes()),
        seed("ledger-names", "commitment", commitment),
        seed("ledger-names", "waiting", waiting),
        seed("ledger-names", "answer", answer.to_bytes()),
        seed("ledger-names", "answer-nobody", nobody.to_bytes()),
    ])
}

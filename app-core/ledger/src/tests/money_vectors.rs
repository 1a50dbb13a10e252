//! Golden vectors of actions, entries and records of money and keys. A changed line here is a
//! changed protocol.

use super::gifts::Gift;
use super::{abc, plain_key, round_trip};
use crate::*;
use types::{Address, AddressKind, Round, TxId};

/// Lines of `name hex`.
const GOLDEN: &str = include_str!("../../tests/golden-money.txt");

fn home(byte: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [byte; 20] }
}

fn envelope() -> RedEnvelopeId {
    RedEnvelopeId::of(TxId([0xf1; 32]), 3)
}

fn decision() -> Decision {
    Decision { flag: Flag::EcdsaOff, from: Round(0x0102) }
}

fn made() -> CreateEnvelope {
    CreateEnvelope {
        source: 1,
        total: abc(50_000),
        shares: 5,
        lucky: true,
        root: [0x71; 32],
        expiry: Round(900),
        refund_to: RefundTo::Account(home(0xb3)),
    }
}

fn actions() -> Vec<(&'static str, Action)> {
    let claim = ClaimEnvelope {
        envelope: envelope(),
        key: [0x72; 32],
        index: 0x0123,
        path: std::array::from_fn(|level| [level as u8; 32]),
        pay_to: Some(home(0xb4)),
    };
    let consent = Consent { key: [0x78; 32], signature: [0x79; 64] };
    let (envelope, key, pay_to) = (envelope(), [0x72; 32], Some(home(0xb4)));
    let collect = CollectEnvelope { envelope, key, pay_to };
    vec![
        ("pay", Action::Pay(Pay { source: 0, to: home(0xb1), amount: abc(12_500_000) })),
        ("pay-all", Action::PayAll(PayAll { source: 1, to: home(0xb2) })),
        ("convert", Action::Convert(Convert { source: 0, abc: abc(77) })),
        ("add-key", Action::AddKey(AddKey { source: 0, key: plain_key() })),
        ("retire-key", Action::RetireKey(RetireKey { source: 2, address: home(0xb5) })),
        ("set-profile", Action::SetProfile(SetProfile { source: 0, hash: [0x73; 32] })),
        ("create-envelope", Action::CreateEnvelope(made())),
        ("claim-envelope", Action::ClaimEnvelope(Box::new(claim))),
        ("collect-envelope", Action::CollectEnvelope(collect)),
        ("commit-rotation", Action::CommitRotation(CommitRotation { source: 1, hash: [0x76; 32] })),
        ("open-rotation", Action::OpenRotation(OpenRotation { source: 2, salt: [0x77; 32] })),
        ("decide", Action::Decide(Decide { decision: decision(), consents: vec![consent] })),
    ]
}

fn kinds() -> Vec<(&'static str, EntryKind)> {
    let envelope = envelope();
    vec![
        ("entry-converted", EntryKind::Converted),
        ("entry-moved-out", EntryKind::MovedOut),
        ("entry-moved-in", EntryKind::MovedIn),
        ("entry-key-added", EntryKind::KeyAdded),
        ("entry-key-retired", EntryKind::KeyRetired),
        ("entry-folded-out", EntryKind::FoldedOut),
        ("entry-folded-in", EntryKind::FoldedIn { count: 6, history: [0x74; 32] }),
        ("entry-profile-set", EntryKind::ProfileSet),
        ("entry-pool-in", EntryKind::PoolIn),
        ("entry-pool-out", EntryKind::PoolOut),
        ("entry-envelope-out", EntryKind::EnvelopeOut { envelope }),
        ("entry-envelope-in", EntryKind::EnvelopeIn { envelope }),
        ("entry-envelope-back", EntryKind::EnvelopeBack { envelope }),
    ]
}

fn records() -> Vec<(&'static str, Vec<u8>)> {
    let (envelope, amount) = (envelope(), abc(4_000));
    let record = RedEnvelope::new(&made(), TxId([0xf1; 32]), abc(1_697));
    let drawing = Claim::Drawing { envelope, fee: abc(1_696), pay_to: Some(home(0xb4)) };
    vec![
        ("profile", round_trip(&Profile { sequence: 4, hash: [0x73; 32] })),
        ("flags", round_trip(&Flags { pool_stop: Some(Round(9)), ecdsa_off: None })),
        ("red-envelope", round_trip(&record)),
        ("claim-drawing", round_trip(&drawing)),
        ("claim-waiting", round_trip(&Claim::Waiting { envelope, amount })),
        ("claim-paid", round_trip(&Claim::Paid { envelope, amount })),
        ("claim-reserved", round_trip(&Claim::Reserved { envelope })),
        ("refund-key", round_trip(&RefundTo::Key([0x7a; 32]))),
        ("claim-collected", round_trip(&Claim::Collected { envelope, amount, fee: abc(900) })),
    ]
}

fn hashes() -> Vec<(&'static str, Vec<u8>)> {
    let tree = Gift::new(1, 3, (1, 1), false).tree;
    let share = lucky_share(&[0x75; 32], envelope(), &[0x72; 32], (1_697, 20_000));
    vec![
        ("envelope-id", envelope().0.to_vec()),
        ("claim-leaf", claim_leaf(0x0123, &[0x72; 32]).to_vec()),
        ("claim-root", tree.root().to_vec()),
        ("lucky-share", share.units().to_be_bytes().to_vec()),
        ("profile-key", profile_key(home(1))),
        ("envelope-key", envelope_key(envelope())),
        ("claim-key", claim_key(&[0x72; 32])),
        ("flags-key", flags_key()),
        ("rotation-key", rotation_key(&[0x76; 32])),
        ("rotation-hash", rotation_hash(home(1), &plain_key(), &plain_key(), &[0x77; 32]).to_vec()),
        ("decision-signed", decision().signed_bytes(types::ChainId([0xc1; 32])).to_vec()),
    ]
}

fn lines() -> Vec<(&'static str, Vec<u8>)> {
    let actions = actions().into_iter().map(|(name, action)| (name, round_trip(&action)));
    let kinds = kinds().into_iter().map(|(name, kind)| (name, round_trip(&kind)));
    actions.chain(kinds).chain(records()).chain(hashes()).collect()
}

#[test]
fn actions_entries_and_records_of_money_are_frozen() {
    let now: Vec<_> =
        lines().iter().map(|(name, bytes)| format!("{name} {}", hex::encode(bytes))).collect();
    assert_eq!(GOLDEN.lines().collect::<Vec<_>>(), now);
}

#[test]
fn damaged_values_of_money_do_no_harm() {
    for (_, bytes) in lines() {
        for at in 0..bytes.len() {
            for flip in [1, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                fuzz::fuzz_transaction(&damaged);
                fuzz::fuzz_records(&damaged);
                fuzz::fuzz_money(&damaged);
                fuzz::fuzz_money(&damaged[..at]);
            }
        }
    }
}

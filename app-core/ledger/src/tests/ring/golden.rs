//! Golden vectors of the rings.

use super::super::golden::header;
use super::super::round_trip;
use super::*;
use crate::credits::{Credit, Credits};
use crate::epochs::{Epoch, epoch_key};
use crate::late_vote::Shown;
use crate::registry::{Managers, used_key};
use crate::scores::{Scores, score_key};
use crate::workers::{Roster, WorkerRecord, worker_key};
use proptest::prelude::*;
use types::{Timestamp, WorkerId};
use wire::Encode;

/// Lines of `name hex`.
const GOLDEN: &str = include_str!("../../../tests/golden-ring.txt");

fn action(action: RingAction) -> Vec<u8> {
    round_trip(&Action::Ring(action))
}

fn actions() -> Vec<(&'static str, Vec<u8>)> {
    let keys = Member { key: [0x81; 32], vrf: [0x82; 32] };
    let worker = WorkerId([0x83; 32]);
    let chain = types::ChainId([0xc1; 32]);
    let vote = |block| evidence::vote(chain, 1, Round(3), block);
    let offence = Offence::DuplicateVote(vote(1), vote(2));
    let evidence = Box::new(Evidence { key: manager(1).public(), offence });
    let joins =
        RegisterManager { source: 1, member: keys, possession: [0x8d; 80], bond: abc(BOND) };
    let serves = RegisterWorker { source: 2, worker, bond: abc(7), archive: true };
    let ends = UnregisterWorker { source: 3, worker, by_key: true };
    vec![
        ("register-manager", action(RingAction::RegisterManager(joins))),
        (
            "unregister-manager",
            action(RingAction::UnregisterManager(UnregisterManager { source: 4 })),
        ),
        ("register-worker", action(RingAction::RegisterWorker(serves))),
        ("unregister-worker", action(RingAction::UnregisterWorker(ends))),
        (
            "report-evidence",
            action(RingAction::ReportEvidence(ReportEvidence { source: 5, evidence })),
        ),
        (
            "rate-service",
            action(RingAction::RateService(RateService {
                key: [0x8e; 32],
                epoch: 9,
                scores: vec![100, 0, 50, 7],
            })),
        ),
    ]
}

fn records() -> Vec<(&'static str, Vec<u8>)> {
    let account = types::Address { kind: types::AddressKind::Ecdsa, payload: [0x84; 20] };
    let registration = |key, left| Registration {
        member: Member { key: [key; 32], vrf: [0x85; 32] },
        account,
        bond: abc(BOND),
        since: Round(9),
        reputation: 16,
        leaving: true,
        jailed: false,
        left,
    };
    let left = Some(Timestamp(1_790_000_000_000));
    let managers = Managers::unchecked(vec![registration(0x86, None), registration(0x87, left)]);
    let ids = vec![WorkerId([0x88; 32]), WorkerId([0x89; 32])];
    let worker = WorkerRecord {
        id: WorkerId([0x88; 32]),
        archive: true,
        account: Some(account),
        bond: abc(7),
    };
    let shown = Shown { round: Round(3), block: header().id(), voted: vec![0b1011] };
    let members = vec![Credit { certificates: 2, proposals: 1 }; 4];
    let credits = Credits { seen: 3, members, shown: vec![shown] };
    let epoch = Epoch { time: Timestamp(1_790_000_000_000), history: [0x8a; 32] };
    let seats = super::super::genesis(&[]).committee();
    let certificate = Certificate::new(
        Step::Commit,
        Round(3),
        1,
        header().id(),
        &BTreeMap::from([(0, [0x8b; 64])]),
        4,
    );
    let certified = CertifiedHeader { header: header(), certificate };
    let conflict = Conflict { first: certified.clone(), second: certified, committee: seats };
    vec![
        ("managers", round_trip(&managers)),
        ("worker", round_trip(&worker)),
        ("roster", round_trip(&Roster::unchecked(ids))),
        ("credits", round_trip(&credits)),
        ("epoch", round_trip(&epoch)),
        ("conflict", round_trip(&conflict)),
        ("scores", round_trip(&Scores(vec![100, 0, 50, 7]))),
        ("used-key", used_key(&[0x8c; 32])),
        ("worker-key", worker_key(WorkerId([0x88; 32]))),
        ("epoch-key", epoch_key(3)),
        ("score-key", score_key(0x8f)),
    ]
}

/// The encodings that damage is tried on.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    actions().into_iter().chain(records()).collect()
}

fn kinds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("entry-reward", EntryKind::Reward.to_bytes()),
        ("entry-bond", EntryKind::Bond.to_bytes()),
        ("entry-bond-returned", EntryKind::BondReturned.to_bytes()),
        ("entry-slash", EntryKind::Slash.to_bytes()),
        ("entry-evidence-reward", EntryKind::EvidenceReward.to_bytes()),
        ("entry-leave", EntryKind::Leave.to_bytes()),
    ]
}

#[test]
fn encodings_of_the_rings_are_frozen() {
    let lines = samples().into_iter().chain(kinds());
    let now: Vec<_> = lines.map(|(name, bytes)| format!("{name} {}", hex::encode(bytes))).collect();
    assert_eq!(GOLDEN.lines().collect::<Vec<_>>(), now);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn damaged_records_do_no_harm(at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
        for (_, mut bytes) in samples() {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
            if cut {
                bytes.truncate(at);
            }
            fuzz::fuzz_records(&bytes);
            fuzz::fuzz_transaction(&bytes);
            fuzz::fuzz_evidence(&bytes);
        }
    }
}

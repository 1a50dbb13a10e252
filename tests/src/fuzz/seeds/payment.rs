//! One payment shown by each of those who may show it: readable, proved by nothing.

use super::{Seed, key, seed};
use ledger::{AccountProof, Header, NO_PROPOSER, StateProof};
use shielded::{Halves, LogPlace, Opening, Pool};
use statement::{
    Asked, ByAccount, LogRun, LogStep, PaymentAuthority, PaymentEvidence, PaymentFacts, PoolCell,
    ProvedHeader,
};
use types::{BlockId, ChainId, Round, Timestamp, TxId};
use wire::Encode;

const TARGET: &str = "statement-payment";

pub(super) fn seeds() -> Vec<Seed> {
    let payer = facts(Opening::Payer([1; 32]));
    let by_spend = PaymentAuthority::Payer { action: 1, signature: [2; 64] };
    let (address, nothing) = (key(1).public().address(), || StateProof::new(None, vec![]));
    let by_account = PaymentAuthority::Account(Box::new(ByAccount {
        key: key(1).public(),
        signature: vec![3; 64],
        proof: AccountProof {
            round: Round(9),
            address,
            alias: None,
            alias_proof: nothing(),
            account: None,
            proof: nothing(),
        },
    }));
    let payee = payer.as_ref().and_then(|facts| {
        let key = testkit::shielded_person(1)?.viewing_key();
        let actions = facts.evidence.effects.actions();
        let opening = actions.iter().find_map(|action| Opening::by_payee(&key, action))?;
        let Opening::Payee(note) = &opening else { return None };
        let facts = PaymentFacts { opening: opening.clone(), ..facts.clone() };
        let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(1);
        let proof = facts.digest().prove_payee(&key, note, &mut rng)?;
        Some(facts.by(PaymentAuthority::Payee(proof)).to_bytes())
    });
    let payers = payer.into_iter().flat_map(|facts| {
        let spend = facts.clone().by(by_spend.clone()).to_bytes();
        [("payer", spend), ("account", facts.by(by_account.clone()).to_bytes())]
    });
    let all = payers.chain(payee.map(|payee| ("payee", payee)));
    all.map(|(name, bytes)| seed(TARGET, name, bytes)).collect()
}

fn facts(opening: Opening) -> Option<PaymentFacts> {
    let effects = testkit::unproved(&testkit::shielded_person(1)?, 5, 1)?.effects;
    let (round, index) = (Round(9), 1);
    let halves = Halves { compact: [1; 32], rest: [2; 32] };
    let evidence = PaymentEvidence {
        effects,
        log: LogRun { from: LogPlace::START, steps: vec![LogStep { round, index, halves }] },
        cell: PoolCell { pool: Some(Pool::genesis()), proof: StateProof::new(None, vec![]) },
        header: ProvedHeader { header: header(round), path: None },
        steps: vec![],
    };
    let asked = Asked {
        verifier: [4; 32],
        challenge: [5; 32],
        not_after: Timestamp(1_796_000_000_000),
        text: "税务局".to_owned(),
    };
    let (chain, tx, action) = (ChainId([7; 32]), TxId([6; 32]), 0);
    Some(PaymentFacts { chain, tx, round, index, action, opening, evidence, asked })
}

fn header(round: Round) -> Header {
    Header {
        version: Header::VERSION,
        chain: ChainId([7; 32]),
        round,
        time: Timestamp(1_795_000_000_000),
        parent: BlockId([1; 32]),
        body_root: [2; 32],
        state_root: [3; 32],
        receipts_root: [4; 32],
        committee: [5; 32],
        next_committee: [5; 32],
        beacon: [6; 32],
        history: [7; 32],
        parent_certificate: [8; 32],
        proposer: NO_PROPOSER,
        ticket: [0; 80],
        flags: 0,
    }
}

//! The ledger and its consensus: a small network with one payment in its first block.

use super::{Seed, key, master, rng, seed};
use acp::{Message, Proposal, Vote, WalRecord, proposal_bytes};
use anyhow::{Context, Result};
use keys::Ed25519Key;
use ledger::{
    Account, AccountProof, Action, BlockContext, Body, Certificate, CertifiedHeader, Genesis,
    Header, Outcome, Prices, Source, StateProof, Step, Transaction, account_key, execute,
    receipts_root, vote_bytes,
};
use light::LightState;
use manager::{Frame, SyncedBlock};
use std::collections::BTreeMap;
use types::{Address, Amount, Round, Timestamp, WorkerId};
use wire::Encode;

/// One block and all that it came from and led to.
struct Story {
    genesis: Genesis,
    payment: Transaction,
    body: Body,
    outcome: Outcome,
    block: CertifiedHeader,
}

pub(super) fn seeds() -> Result<Vec<Seed>> {
    let story = story()?;
    let mut seeds = objects(&story)?;
    seeds.extend(proofs(&story)?);
    seeds.extend(followed(&story));
    seeds.extend(consensus(&story));
    Ok(seeds)
}

fn manager(member: u8) -> Ed25519Key {
    Ed25519Key::from_seed([member + 1; 32])
}

fn address(person: u8) -> Address {
    key(person).public().address()
}

fn story() -> Result<Story> {
    let mut balances: Vec<_> =
        [1, 2].map(|person| (address(person), Amount::new(100_000_000))).into();
    balances.sort();
    let genesis = Genesis {
        time: Timestamp(1_000),
        interval_ms: 1_000,
        managers: (0..4).map(|member| manager(member).public()).collect(),
        workers: vec![WorkerId([9; 32])],
        faucet: Some(address(2)),
        balances,
        prices: Prices::DEVNET,
    };
    genesis.check().context("an invented genesis")?;
    let payment = payment(&genesis)?;
    let body = Body { transactions: vec![payment.clone()] };
    let context = BlockContext { chain: genesis.chain(), round: Round(1), prices: &genesis.prices };
    let outcome = execute(&genesis.state(), &context, &body)
        .map_err(|(_, rejection)| rejection)
        .context("an invented payment")?;
    let block = block(&genesis, &body, &outcome);
    Ok(Story { genesis, payment, body, outcome, block })
}

fn payment(genesis: &Genesis) -> Result<Transaction> {
    let reveal = Some(key(1).public());
    let mut tx = Transaction {
        version: Transaction::VERSION,
        chain: genesis.chain(),
        expiry: Round(100),
        price_epoch: 0,
        sources: vec![Source { address: address(1), nonce: 0, reveal }],
        fee: Amount::new(0),
        actions: vec![Action::Pay { source: 0, to: address(3), amount: Amount::new(12_500_000) }],
        witness: vec![],
    };
    tx.fee = tx.fee_needed(&genesis.prices).context("a fee")?;
    tx.witness = vec![key(1).sign(&tx.sighash()).to_vec()];
    Ok(tx)
}

fn block(genesis: &Genesis, body: &Body, outcome: &Outcome) -> CertifiedHeader {
    let (chain, tip) = (genesis.chain(), genesis.tip());
    let header = Header {
        version: Header::VERSION,
        chain,
        round: Round(1),
        time: Timestamp(2_000),
        parent: tip.block,
        body_root: body.root(),
        state_root: [6; 32],
        receipts_root: receipts_root(&outcome.receipts),
        committee: genesis.committee().hash(),
        proposer: 0,
    };
    let bytes = vote_bytes(chain, Round(1), 0, Step::Commit, header.id());
    let votes: BTreeMap<u16, [u8; 64]> =
        (0..4).map(|member| (u16::from(member), manager(member).sign(&bytes))).collect();
    let certificate = Certificate::new(Round(1), 0, header.id(), &votes, 4);
    CertifiedHeader { header, certificate }
}

fn objects(story: &Story) -> Result<Vec<Seed>> {
    let mut falcon = story.payment.clone();
    let falcon_key = master(1).falcon_key();
    let source = falcon.sources.first_mut().context("a source")?;
    source.reveal = Some(falcon_key.public());
    source.address = falcon_key.public().address();
    falcon.witness = vec![falcon_key.sign(&falcon.sighash(), &mut rng()).to_vec()];
    let mut old = story.genesis.to_bytes();
    // The format's number stands behind eleven letters.
    old.splice(11..13, [0, 0]);
    let (_, entry) = story.outcome.entries.first().context("an entry")?;
    let receipt = story.outcome.receipts.first().context("a receipt")?;
    let source = story.payment.sources.first().context("a source")?;
    let action = story.payment.actions.first().context("an action")?;
    Ok(vec![
        seed("ledger-genesis", "valid", story.genesis.to_bytes()),
        seed("ledger-genesis", "old-format", old),
        seed("ledger-transaction", "pay", story.payment.to_bytes()),
        seed("ledger-transaction", "pay-falcon", falcon.to_bytes()),
        seed("ledger-transaction", "source", source.to_bytes()),
        seed("ledger-transaction", "action", action.to_bytes()),
        seed("ledger-body", "one", story.body.to_bytes()),
        seed("ledger-body", "none", Body { transactions: vec![] }.to_bytes()),
        seed("ledger-header", "header", story.block.header.to_bytes()),
        seed("ledger-header", "certified", story.block.to_bytes()),
        seed("ledger-header", "committee", story.genesis.committee().to_bytes()),
        seed("ledger-certificate", "valid", story.block.certificate.to_bytes()),
        seed("ledger-records", "entry", entry.to_bytes()),
        seed("ledger-records", "receipt", receipt.to_bytes()),
        seed("ledger-records", "account", account(story)?),
    ])
}

/// The account that has paid, as the state holds it.
fn account(story: &Story) -> Result<Vec<u8>> {
    let bytes = story.outcome.changes.get(&account_key(address(1)));
    bytes.cloned().context("the payer's account")
}

fn proofs(story: &Story) -> Result<Vec<Seed>> {
    let none = StateProof::new(None, vec![[1; 32]]);
    let some = StateProof::new(Some(([2; 32], [3; 32])), vec![[4; 32], [5; 32]]);
    let account = <Account as wire::Decode>::from_bytes(&account(story)?)?;
    let proof = |alias, account| AccountProof {
        round: Round(1),
        address: address(1),
        alias,
        alias_proof: none.clone(),
        account,
        proof: some.clone(),
    };
    Ok(vec![
        seed("ledger-proof", "absent", none.to_bytes()),
        seed("ledger-proof", "present", some.to_bytes()),
        seed("ledger-proof", "account", proof(None, Some(account)).to_bytes()),
        seed("ledger-proof", "no-account", proof(Some(address(2)), None).to_bytes()),
    ])
}

fn followed(story: &Story) -> Vec<Seed> {
    let mut state = LightState::new(&story.genesis);
    let begun = state.to_bytes();
    let with_header = [begun.as_slice(), &story.block.to_bytes()].concat();
    // Refused or not, what it leads to is a state worth damaging.
    let _advanced = state.advance(&story.block, Timestamp(2_000));
    let entries: Vec<u8> =
        story.outcome.entries.iter().flat_map(|(_, entry)| entry.to_bytes()).collect();
    vec![
        seed("light-state", "begun", begun),
        seed("light-state", "advanced", state.to_bytes()),
        seed("light-advance", "next", with_header),
        seed("light-advance", "again", [state.to_bytes(), story.block.to_bytes()].concat()),
        seed("light-history", "entries", entries),
    ]
}

fn consensus(story: &Story) -> Vec<Seed> {
    let (header, body) = (&story.block.header, story.body.to_bytes());
    let (chain, block) = (header.chain, header.id());
    let proposal = Proposal {
        header: header.clone(),
        body: body.clone(),
        signature: manager(0).sign(&proposal_bytes(chain, Round(1), 0, block)),
    };
    let bytes = vote_bytes(chain, Round(1), 0, Step::Prepare, block);
    let signature = manager(1).sign(&bytes);
    let vote = Vote { step: Step::Prepare, round: Round(1), view: 0, block, member: 1, signature };
    let record = WalRecord::Vote { vote: vote.clone(), lock: Some((0, block)) };
    let written = WalRecord::Proposal(Box::new(proposal.clone()));
    let vote = Message::Vote(vote);
    let synced = SyncedBlock { header: story.block.clone(), body };
    vec![
        seed("manager-frame", "vote", Frame::Consensus(vote.clone()).to_bytes()),
        seed("manager-frame", "payment", Frame::Transaction(story.payment.to_bytes()).to_bytes()),
        seed("manager-frame", "ask", Frame::Ask { from: Round(5) }.to_bytes()),
        seed("manager-frame", "blocks", Frame::Blocks(vec![synced]).to_bytes()),
        seed("manager-wal", "two", [logged(&written), logged(&record)].concat()),
        seed("manager-wal", "torn", [logged(&record), vec![b'r', b'e']].concat()),
        seed("acp-message", "proposal", Message::Proposal(Box::new(proposal)).to_bytes()),
        seed("acp-message", "vote", vote.to_bytes()),
        seed("acp-message", "final", Message::Final(Box::new(story.block.clone())).to_bytes()),
        seed("acp-message", "status", Message::Status { round: Round(7) }.to_bytes()),
        seed("acp-wal-record", "proposal", written.to_bytes()),
        seed("acp-wal-record", "vote", record.to_bytes()),
    ]
}

/// A record as the log of votes frames it: mark, length, checksum, record.
fn logged(record: &WalRecord) -> Vec<u8> {
    let payload = record.to_bytes();
    let sum = wire::hash("bcm-wal-sum", &[&payload]);
    let mut w = wire::Writer::new();
    w.fixed(b"rec\x01");
    w.u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
    w.fixed(sum.first_chunk::<8>().map_or(&[], <[u8; 8]>::as_slice));
    w.fixed(&payload);
    w.into_bytes()
}

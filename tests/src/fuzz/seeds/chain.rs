//! The ledger and its consensus: a small network with one payment in its first block.

use super::{Seed, key, master, rng, seed};
use abns::{Ground, StateChunk};
use acp::{Message, NewView, Proposal, Status, Ticket, Vote, WalRecord};
use anyhow::{Context, Result};
use ledger::{
    Account, AccountProof, Action, BlockContext, Body, Certificate, CertifiedHeader, Decide,
    Decision, Draw, Evidence, Flag, Flags, Genesis, HeaderRange, Offence, Outcome, Pay, Place,
    Profile, Seats, SignedVote, Source, StateProof, Step, Tip, Transaction, account_key, execute,
    ticket_input,
};
use light::{Backfill, Checkpoint, LightState, RecordProof};
use manager::{EncodedChunk, Frame, PoolPart, StatePart, SyncedBlock, Waiting, Way};
use name_rules::Name;
use std::collections::BTreeMap;
use types::{Address, Amount, Round, Timestamp};
use wire::Encode;

/// Which of the managers proposes, by the seed of its keys.
const PROPOSER: u8 = 1;

/// One block and all that it came from and led to.
struct Story {
    genesis: Genesis,
    payment: Transaction,
    body: Body,
    outcome: Outcome,
    block: CertifiedHeader,
    /// What it follows.
    tip: Tip,
    /// The number of the proposer in the committee.
    proposer: u16,
}

pub(super) fn seeds() -> Result<Vec<Seed>> {
    let story = story()?;
    let mut seeds = objects(&story)?;
    seeds.extend(proofs(&story)?);
    seeds.extend(followed(&story));
    seeds.extend(consensus(&story));
    Ok(seeds)
}

fn address(person: u8) -> Address {
    key(person).public().address()
}

fn story() -> Result<Story> {
    let balances = [1, 2].map(|person| (address(person), Amount::new(100_000_000)));
    let genesis = testkit::genesis(Timestamp(1_000), &balances);
    genesis.check().context("an invented genesis")?;
    let (chain, tip) = (genesis.chain(), genesis.tip([4; 32]));
    let payment = payment(&genesis)?;
    let body = Body { transactions: vec![payment.clone()], ..Body::default() };
    let committee = genesis.committee();
    let proposer = committee.position(&testkit::member(PROPOSER).key).context("a seat")?;
    let context = BlockContext::after(&tip, chain, Timestamp(2_000), &genesis.params).by(proposer);
    let outcome = execute(&genesis.state(), &context, &body, &|_| false)
        .map_err(|(_, rejection)| rejection)
        .context("an invented payment")?;
    let input = ticket_input(&tip.beacon_before, Round(1));
    let ticket = testkit::drawer(PROPOSER).prove(&input);
    let output = keys::vrf_output(&ticket).context("a draw")?;
    let draw = Draw { proposer, ticket, output };
    let header = context.header(&tip, &body, &outcome, [6; 32], &draw);
    let block = testkit::certify(header, &committee, &[1, 2, 3]);
    Ok(Story { genesis, payment, body, outcome, block, tip, proposer })
}

fn payment(genesis: &Genesis) -> Result<Transaction> {
    let reveal = Some(key(1).public());
    let mut tx = Transaction {
        version: Transaction::VERSION,
        chain: genesis.chain(),
        expiry: Round(100),
        price_epoch: 0,
        bundle: None,
        sources: vec![Source { address: address(1), nonce: 0, reveal }],
        fee: Amount::new(0),
        actions: vec![Action::Pay(Pay {
            source: 0,
            to: address(3),
            amount: Amount::new(12_500_000),
        })],
        witness: vec![],
    };
    tx.fee = tx.fee_needed(&genesis.params.prices).context("a fee")?;
    tx.witness = vec![key(1).sign(&tx.sighash()).to_vec()];
    Ok(tx)
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
    let chunks = story.body.chunks();
    let chunk = chunks.first().context("a chunk")?;
    let decision = Decision { flag: Flag::EcdsaOff, from: Round(9) };
    let decided = Flags::default().after(decision).context("flags")?;
    let decide = Action::Decide(Decide { decision, consents: vec![] });
    let seats = story.genesis.state();
    let seats = seats.get(&ledger::cell_key("seats")).context("seats")?;
    <Seats as wire::Decode>::from_bytes(seats)?;
    Ok(vec![
        seed("ledger-genesis", "valid", story.genesis.to_bytes()),
        seed("ledger-genesis", "old-format", old),
        seed("ledger-transaction", "pay", story.payment.to_bytes()),
        seed("ledger-transaction", "pay-falcon", falcon.to_bytes()),
        seed("ledger-transaction", "source", source.to_bytes()),
        seed("ledger-transaction", "action", action.to_bytes()),
        seed("ledger-body", "one", story.body.to_bytes()),
        seed("ledger-body", "none", Body::default().to_bytes()),
        seed("ledger-body", "chunk", chunk.to_bytes()),
        seed("ledger-header", "header", story.block.header.to_bytes()),
        seed("ledger-header", "certified", story.block.to_bytes()),
        seed("ledger-header", "committee", story.genesis.committee().to_bytes()),
        seed("ledger-header", "seats", seats.clone()),
        seed("ledger-header", "tip", story.tip.after(&story.block.header).to_bytes()),
        seed("ledger-evidence", "two-votes", evidence(story).to_bytes()),
        seed("ledger-money", "profile", Profile { sequence: 1, hash: [5; 32] }.to_bytes()),
        seed("ledger-money", "flags", decided.to_bytes()),
        seed("ledger-transaction", "decide", decide.to_bytes()),
        seed("ledger-money", "gift", super::chat::gift().to_bytes()),
        seed("name-rules-name", "typed", "Café.shop".as_bytes().to_vec()),
        seed("name-rules-name", "canonical", Name::parse("a.shop")?.to_bytes()),
        seed("keys-vrf", "proof", vrf()),
        seed("ledger-certificate", "valid", story.block.certificate.to_bytes()),
        seed("ledger-records", "entry", entry.to_bytes()),
        seed("ledger-records", "receipt", receipt.to_bytes()),
        seed("ledger-records", "account", account(story)?),
    ])
}

/// The account that has paid, as the state holds it.
fn account(story: &Story) -> Result<Vec<u8>> {
    let bytes = story.outcome.changes.get(&account_key(address(1)));
    bytes.cloned().flatten().context("the payer's account")
}

/// A manager that has voted for two blocks.
fn evidence(story: &Story) -> Evidence {
    let place = Place::acp(story.genesis.chain(), Round(1), 0);
    let vote = |id: u8| {
        let block = types::BlockId([id; 32]);
        let signature = testkit::signer(2).sign(&place.vote(Step::Prepare, block));
        let (engine, round, view, step) = (place.engine, place.round, place.view, Step::Prepare);
        SignedVote { engine, round, view, step, block, signature }
    };
    let offence = Offence::DuplicateVote(vote(1), vote(2));
    Evidence { key: testkit::member(2).key, offence }
}

/// Public key, proof, then what it is about.
fn vrf() -> Vec<u8> {
    let key = testkit::drawer(3);
    [key.public().as_slice(), &key.prove(b"alpha"), b"alpha"].concat()
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
    let step = light::Step::new(story.block.clone(), story.genesis.committee(), None);
    let with_header = [begun.as_slice(), &step.to_bytes()].concat();
    // Refused or not, what it leads to is a state worth damaging.
    let _advanced = state.advance(&step, Timestamp(2_000));
    let entries: Vec<u8> =
        story.outcome.entries.iter().flat_map(|(_, entry)| entry.to_bytes()).collect();
    let proof = StateProof::new(None, vec![[1; 32]]);
    let record = RecordProof { round: Round(1), key: b"cell/seats".to_vec(), value: None, proof };
    let headers = std::slice::from_ref(&story.block.header);
    let short = Backfill::of(story.tip.clone(), headers, story.genesis.params.interval_ms);
    let advanced = state.to_bytes();
    let warrant = warrant(story);
    let _frozen = state.take_warrant(&warrant, Timestamp(2_000));
    let mut seeds = vec![
        seed("light-state", "begun", begun),
        seed("light-state", "frozen", state.to_bytes()),
        seed("light-answers", "warrant", warrant.to_bytes()),
        seed("light-state", "advanced", advanced.clone()),
        seed("light-advance", "next", with_header),
        seed("light-advance", "again", [advanced, step.to_bytes()].concat()),
        seed("light-verify", "step", step.to_bytes()),
        seed("light-answers", "step", step.to_bytes()),
        seed("light-answers", "record", record.to_bytes()),
        seed("light-answers", "checkpoint", Checkpoint::of(step.header()).to_bytes()),
        seed("light-history", "entries", entries),
        seed("abns-chunk", "two", chunk_of_state().to_bytes()),
    ];
    seeds.extend(abns::fuzz::rows().into_iter().map(|(name, row)| seed("abns-rows", name, row)));
    seeds.extend(short.map(|short| seed("light-answers", "short", short.to_bytes())));
    seeds
}

/// The managers have certified another header of the first round as well.
fn warrant(story: &Story) -> ledger::Conflict {
    let committee = story.genesis.committee();
    let other = ledger::Header { state_root: [9; 32], ..story.block.header.clone() };
    let second = testkit::certify(other, &committee, &[2, 3, 4]);
    ledger::Conflict { first: story.block.clone(), second, committee }
}

fn chunk_of_state() -> StateChunk {
    StateChunk(vec![(b"acct/a".to_vec(), vec![1]), (b"acct/b".to_vec(), vec![2, 3])])
}

fn consensus(story: &Story) -> Vec<Seed> {
    let (header, body) = (&story.block.header, story.body.to_bytes());
    let (chain, block, member) = (header.chain, header.id(), story.proposer);
    let (round, key) = (Round(1), testkit::signer(PROPOSER));
    let place = Place::acp(chain, round, 0);
    let proposal = Proposal {
        round,
        view: 0,
        block,
        header: Some(header.clone()),
        quorum: None,
        origin: None,
        leader: member,
        signature: key.sign(&place.proposal(block, None)),
    };
    let signature = key.sign(&place.vote(Step::Prepare, block));
    let vote = Vote { step: Step::Prepare, round, view: 0, block, member, signature };
    let quorum = Certificate::new(Step::Prepare, round, 0, block, &BTreeMap::new(), 4);
    let high = Some(quorum.clone());
    let signature = key.sign(&Place::acp(chain, round, 1).new_view(Some((0, block))));
    let new_view = NewView { round, view: 1, high: high.clone(), member, signature };
    let proof = header.ticket;
    let ticket = Ticket { round, member, proof, signature: key.sign(&place.ticket(&proof)) };
    let lock = Some((0, block));
    let record = WalRecord::Vote { vote: vote.clone(), lock, high: high.clone().map(Box::new) };
    let written = WalRecord::Proposal(Box::new(proposal.clone()));
    let messages = [
        ("proposal", Message::Proposal(Box::new(proposal))),
        ("vote", Message::Vote(vote)),
        ("new-view", Message::NewView(Box::new(new_view.clone()))),
        ("ticket", Message::Ticket(ticket)),
        ("quorum", Message::Quorum(Box::new(quorum.clone()))),
        ("final", Message::Final(Box::new(story.block.clone()))),
        ("status", Message::Status(Box::new(Status { round: Round(7), view: 2, high }))),
    ];
    let records = [
        ("proposal", written),
        ("vote", record),
        ("new-view", WalRecord::NewView(Box::new(new_view))),
        ("excuse", WalRecord::Excuse(Box::new(quorum))),
    ];
    let frames = [
        ("payment", Frame::Transactions(vec![Waiting(story.payment.to_bytes())])),
        ("ask", Frame::Ask { from: Round(5) }),
        ("want", Frame::Want(block)),
        ("block", Frame::Block { header: Box::new(header.clone()), body: body.clone() }),
    ];
    let mut seeds = catching_up(story);
    for (name, message) in messages {
        seeds.push(seed("acp-message", name, message.to_bytes()));
        seeds.push(seed("acp-verify", name, message.to_bytes()));
        seeds.push(seed("manager-frame", name, Frame::Consensus(message).to_bytes()));
    }
    seeds.extend(frames.map(|(name, frame)| seed("manager-frame", name, frame.to_bytes())));
    let all: Vec<u8> = records.iter().flat_map(|(_, record)| logged(record)).collect();
    seeds.push(seed("manager-wal", "torn", [all.as_slice(), b"re"].concat()));
    seeds.push(seed("manager-wal", "all", all));
    seeds.extend(records.map(|(name, record)| seed("acp-wal-record", name, record.to_bytes())));
    seeds
}

/// What managers send one that was away, and a file of evidence.
fn catching_up(story: &Story) -> Vec<Seed> {
    let (block, round) = (story.block.clone(), Round(1));
    let synced = SyncedBlock { header: block.clone(), body: story.body.to_bytes() };
    let (before, range) = (Some(block.header.clone()), HeaderRange::default());
    let ground = Some(Ground { block, before, range });
    let chunks = vec![EncodedChunk(chunk_of_state().to_bytes())];
    let part = StatePart { round, from: vec![7; 40], chunks, last: true };
    let frames = [
        ("blocks", Frame::Blocks { blocks: vec![synced], tip: round }),
        ("ask-way", Frame::AskWay { trusted: Round(5), shown: true }),
        ("way", Frame::Way(Box::new(Way { steps: vec![], ground }))),
        ("ask-state", Frame::AskState { round, from: vec![7; 40] }),
        ("state", Frame::State(Box::new(part))),
        ("ask-pool", Frame::AskPool { from: 7 }),
        ("pool", Frame::Pool(Box::new(PoolPart { from: 7, bundles: vec![] }))),
    ];
    let mut file = wire::Writer::new();
    file.fixed(b"bcm-evi1");
    story.genesis.chain().encode(&mut file);
    file.list(&[evidence(story)]);
    let mut seeds = vec![seed("manager-evidence", "one", file.into_bytes())];
    seeds.extend(frames.map(|(name, frame)| seed("manager-frame", name, frame.to_bytes())));
    seeds
}

/// A record as the log of votes frames it: mark, length, checksum, record.
fn logged(record: &WalRecord) -> Vec<u8> {
    // What the engine says is marked, among what the log holds, by a 1.
    let payload = [&[1], record.to_bytes().as_slice()].concat();
    let sum = wire::hash("bcm-wal-sum", &[&payload]);
    let mut w = wire::Writer::new();
    w.fixed(b"rec\x01");
    w.u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
    w.fixed(sum.first_chunk::<8>().map_or(&[], <[u8; 8]>::as_slice));
    w.fixed(&payload);
    w.into_bytes()
}

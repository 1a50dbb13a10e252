//! The private pool through a worker: a bundle that is really proved, found again by whoever it is
//! for, also after a power cut.

use crate::ledger_life::{address, follow, genesis};
use crate::support::{Process, final_round, tip};
use keys::Words;
use ledger::{Source, Transaction, nullifier_key, pool_key};
use light::{LightState, RecordProof};
use net::LightNode;
use shielded::{
    Anchor, Draft, Effects, LogEntry, LogPlace, Memo, Nullifier, Output, Plan, Pool, ProvingKey,
    Purpose, Scanner, SpendingKey, follow_log,
};
use types::{Amount, Round};
use wire::chain::{ChainReply, ChainRequest, Object, StateKey};
use wire::{Decode, Encode};

const UNITS: u64 = 5_000_000;

/// Somebody with a gift of the faucet brings some of it into the pool.
async fn shield(node: &LightNode, to: &SpendingKey) -> Transaction {
    let (key, rng) = (Words::from_entropy([1; 32]).master().operation_key(), &mut rand::rng());
    let genesis = genesis(node).await;
    let next = tip(node).await.next();
    let (price_epoch, prices) = genesis.params.prices_at(next);
    let source = Source { address: address(1), nonce: 0, reveal: Some(key.public()) };
    let mut tx = Transaction {
        version: Transaction::WITH_BUNDLE,
        chain: genesis.chain(),
        expiry: next.plus(500),
        price_epoch,
        bundle: None,
        sources: vec![source],
        fee: Amount::ZERO,
        actions: vec![],
        witness: vec![],
    };
    tx.fee = tx.fee_with(prices, 2).unwrap();
    let output = Output {
        to: to.viewing_key().address_for(genesis.chain(), b"home").unwrap(),
        amount: Amount::new(UNITS),
        memo: Memo::Payment { request: None, text: "for later".to_owned() },
        purpose: Purpose::Payment,
    };
    let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs: vec![output] };
    let mut draft = Draft::build(&plan, &to.viewing_key(), rng).unwrap();
    draft.prove(&ProvingKey::build(), rng).unwrap();
    tx.bundle = Some(Box::new(draft.unsigned()));
    tx.bundle = Some(Box::new(draft.sign(tx.id(), to, rng).unwrap()));
    tx.witness = vec![key.sign(&tx.sighash()).to_vec()];
    tx
}

/// Follows the pool from its beginning, and reads the memo of what is found.
async fn found(node: &LightNode, to: &SpendingKey) {
    let ChainReply::Record(record) =
        node.chain(ChainRequest::Record { key: pool_key() }).await.unwrap()
    else {
        panic!("no record")
    };
    let record = RecordProof::from_bytes(&record.0).unwrap();
    let mut light = LightState::new(&genesis(node).await);
    follow(node, &mut light, record.round).await;
    let cell = light.check_record(&pool_key(), &record).unwrap().unwrap();
    let pool = Pool::from_bytes(cell).unwrap();

    let ask = ChainRequest::PoolLog { after: 0, max: 9 };
    let ChainReply::PoolLog(entries) = node.chain(ask).await.unwrap() else { panic!("no log") };
    let read = |Object(bytes): &Object| LogEntry::from_bytes(bytes).unwrap();
    let entries: Vec<LogEntry> = entries.iter().map(read).collect();
    assert_eq!((entries.len(), follow_log(LogPlace::START, &entries, &pool)), (1, Ok(())));

    marks(node, &light, (record.round, entries[0].round, entries[0].actions[0].nullifier)).await;

    let scanner = Scanner::of_accounts(&[to.viewing_key()]).unwrap();
    let notes = scanner.scan(&entries[0].actions);
    assert_eq!((notes.len(), notes[0].note.value.units()), (1, UNITS));
    let ask = ChainRequest::PoolEffects { from: 0, max: 8 };
    let ChainReply::PoolEffects(all) = node.chain(ask).await.unwrap() else { panic!("none") };
    let effects = Effects::from_bytes(&all[0].0).unwrap();
    assert!(entries[0].is_of(&effects));
    let memo = scanner.memo(&effects.actions()[notes[0].action]).unwrap();
    assert_eq!(memo, Memo::Payment { request: None, text: "for later".to_owned() });
}

/// Asks under one header for a mark that is there, with its round, and for one that is not.
async fn marks(
    node: &LightNode,
    light: &LightState,
    (under, round, mark): (Round, Round, Nullifier),
) {
    let keys = [mark, Nullifier([7; 32])].map(|mark| nullifier_key(&mark));
    let wanted = keys.iter().cloned().map(StateKey).collect();
    let ask = ChainRequest::Records { under, keys: wanted };
    let ChainReply::Records(records) = node.chain(ask).await.unwrap() else { panic!("none") };
    let records: Vec<RecordProof> =
        records.iter().map(|it| RecordProof::from_bytes(&it.0).unwrap()).collect();
    let proved = |at: usize| light.check_record(&keys[at], &records[at]).unwrap();
    assert_eq!((records.len(), records[0].round, records[1].round), (2, under, under));
    assert_eq!((proved(0), proved(1)), (Some(&*round.to_bytes()), None));
}

#[tokio::test]
async fn what_enters_the_pool_is_found_by_whom_it_is_for_also_after_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let node = devnet.light_node(0).await;
    let none = node.chain(ChainRequest::PoolLog { after: 0, max: 9 }).await.unwrap();
    assert_eq!(none, ChainReply::PoolLog(vec![]));
    let gift = node.faucet(address(1)).await.unwrap();
    final_round(&node, gift).await;
    let to = testkit::shielded_person(1).unwrap();
    let tx = shield(&node, &to).await;
    node.chain(ChainRequest::Submit(Object(tx.to_bytes()))).await.unwrap();
    final_round(&node, tx.id()).await;
    found(&node, &to).await;

    devnet.kill();
    let devnet = Process::devnet(dir.path());
    found(&devnet.light_node(1).await, &to).await;
}

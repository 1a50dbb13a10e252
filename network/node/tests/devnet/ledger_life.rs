//! The chain and the faucet, through a power cut.

use crate::support::{Process, balance, code, final_round, tip, wait_for};
use keys::Words;
use ledger::{AccountProof, Action, Genesis, Transaction};
use light::{LightState, Step};
use net::LightNode;
use std::time::{SystemTime, UNIX_EPOCH};
use types::{Address, Round, Timestamp};
use wire::chain::{ChainReply, ChainRequest};
use wire::events::{Event, Follow, Subscribe};
use wire::{Decode, Encode};

const GIFT: u64 = 100_000_000;

pub(crate) fn address(seed: u8) -> Address {
    Words::from_entropy([seed; 32]).master().operation_key().public().address()
}

fn now() -> Timestamp {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    Timestamp(u64::try_from(millis).unwrap())
}

pub(crate) async fn genesis(node: &LightNode) -> Genesis {
    match node.chain(ChainRequest::Genesis).await.unwrap() {
        ChainReply::Genesis(bytes) => Genesis::parse(&bytes).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Follows the chain by subscription until it is this far.
pub(crate) async fn follow(node: &LightNode, light: &mut LightState, to: Round) {
    let headers = Follow::Every(light.round().next());
    let subscribe = Subscribe::To { queues: vec![], headers };
    let mut events = node.subscribe(subscribe).await.unwrap();
    while light.round() < to {
        let Some(Event::Header(header)) = events.recv().await else { panic!("no header") };
        light.advance(&Step::from_bytes(&header.0).unwrap(), now()).unwrap();
    }
}

#[tokio::test]
async fn the_faucet_pays_once_through_every_crash() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let ready = devnet.ready.clone();
    let node = devnet.light_node(0).await;
    assert_eq!(balance(&node, address(1)).await, 0);

    let first = node.faucet(address(1)).await.unwrap();
    // Killed with the payment saved and perhaps not final; asked again it is the same one.
    devnet.kill();
    let devnet = Process::devnet(dir.path());
    assert_eq!(devnet.ready, ready, "same ports, same chain");
    let node = devnet.light_node(1).await;
    match node.faucet(address(1)).await {
        Ok(again) => assert_eq!(again, first),
        refused => assert_eq!(code(refused), "faucet_used"),
    }
    final_round(&node, first).await;
    assert_eq!(code(node.faucet(address(1)).await), "faucet_used");

    // Several at once, over both workers, and each gets its gift.
    let other = devnet.light_node(0).await;
    let (second, third) = tokio::join!(node.faucet(address(2)), other.faucet(address(3)));
    final_round(&node, second.unwrap()).await;
    final_round(&node, third.unwrap()).await;
    for seed in 1..=3 {
        assert_eq!(balance(&other, address(seed)).await, GIFT);
        assert_eq!(code(other.faucet(address(seed)).await), "faucet_used");
    }
    assert_eq!(devnet.stop("-TERM"), 0);
}

#[tokio::test]
async fn a_promised_gift_comes_after_a_crash_without_being_asked_for_again() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let promised = devnet.light_node(0).await.faucet(address(1)).await.unwrap();
    devnet.kill();
    let devnet = Process::devnet(dir.path());
    final_round(&devnet.light_node(0).await, promised).await;
}

#[tokio::test]
async fn a_saved_gift_whose_nonce_is_used_up_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let node = devnet.light_node(0).await;
    let first = node.faucet(address(1)).await.unwrap();
    final_round(&node, first).await;
    devnet.kill();

    // As a crash of the disk may leave it: signed, saved, never submitted, and then forgotten.
    let name = |seed| format!("faucet/{}.tx", hex::encode(address(seed).to_bytes()));
    let saved = std::fs::read(dir.path().join(name(1))).unwrap();
    let mut overtaken = Transaction::from_bytes(&saved).unwrap();
    let Action::Pay(pay) = &mut overtaken.actions[0] else { panic!("no payment") };
    pay.to = address(2);
    overtaken.expiry = overtaken.expiry.plus(9);
    let entropy = std::fs::read_to_string(dir.path().join("faucet.key")).unwrap();
    let entropy = hex::decode(entropy).unwrap().try_into().unwrap();
    let key = Words::from_entropy(entropy).master().operation_key();
    overtaken.witness = vec![key.sign(&overtaken.sighash()).to_vec()];
    std::fs::write(dir.path().join(name(2)), overtaken.to_bytes()).unwrap();

    let devnet = Process::devnet(dir.path());
    let node = devnet.light_node(0).await;
    for seed in [3, 2] {
        let gift = node.faucet(address(seed)).await.unwrap();
        final_round(&node, gift).await;
        assert_eq!(balance(&node, address(seed)).await, GIFT);
    }
}

#[tokio::test]
async fn the_chain_is_provable_and_goes_on_after_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let node = devnet.light_node(0).await;
    let genesis = genesis(&node).await;
    assert_eq!(genesis.chain(), devnet.bootstrap(0).chain);
    let mut light = LightState::new(&genesis);
    follow(&node, &mut light, Round(3)).await;

    devnet.kill();
    let devnet = Process::devnet(dir.path());
    let node = devnet.light_node(1).await;
    let before = light.round();
    assert!(tip(&node).await >= before);
    wait_for(&node, before.plus(3)).await;
    follow(&node, &mut light, before.plus(3)).await;

    let faucet = genesis.faucet.unwrap();
    let proved = loop {
        let ChainReply::Account(proof) = node.chain(ChainRequest::Account(faucet)).await.unwrap()
        else {
            panic!("not an account")
        };
        let proof = AccountProof::from_bytes(&proof.0).unwrap();
        follow(&node, &mut light, proof.round).await;
        if let Ok(proved) = light.check_account(faucet, &proof) {
            break proved;
        }
    };
    let first = genesis.balances.iter().find(|(address, _)| *address == faucet).unwrap().1;
    assert_eq!(proved.account.unwrap().abc, first);
}

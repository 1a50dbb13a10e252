//! What nobody claims of a red envelope whose rest waits under a key, as one out of the pool does. The
//! account gives it here: how it is paid for makes no difference to how it ends.

use ledger::{Action, Claim, CreateEnvelope, Gift, RedEnvelopeId, RefundTo, Source, Transaction};
use types::ChainId;
use wallet::ShareTo::Account;
use wallet::{GiftState, GiftWish, KnownGift, Rest, order_gift};

use super::gifts::{ABC, ALICE, Home, address, ground, person};
use super::*;

/// Of Alice's, with a share for Bob, on the ledger and known; it ends in round 9.
async fn given(home: &Home) -> RedEnvelopeId {
    let contact = with_envelopes(&home.store, BOB, 0).await;
    let known = on_the_ledger(home, contact);
    let id = known.id();
    home.store.apply(vec![wallet::Change::AddGift(Box::new(known)).into()]).await.unwrap();
    id
}

fn on_the_ledger(home: &Home, contact: OpenId) -> KnownGift {
    let alice = Words::from_entropy([ALICE; 32]).master().envelope_key();
    let mut bank = home.bank.lock().unwrap();
    let genesis = bank.chain.genesis.clone();
    let wish = GiftWish {
        contact,
        total: Amount::new(ABC),
        shares: 1,
        lucky: false,
        greeting: "for you".to_owned(),
        expiry: Round(9),
        members: vec![None],
    };
    let chain: ChainId = genesis.chain();
    let (order, gift) = order_gift(wish, 8, (chain, &alice), &mut rand::rng());
    let rest = alice.refund_key(chain, &order.root);
    assert_eq!(rest.public(), order.rest);
    let create = CreateEnvelope {
        source: 0,
        total: gift.total,
        shares: 1,
        lucky: false,
        root: order.root,
        expiry: gift.expiry,
        refund_to: RefundTo::Key(order.rest),
    };
    let account = ledger::account_of(&bank.state, address(ALICE)).unwrap();
    let ground = ground(&genesis, account.as_ref(), bank.chain.tip());
    let reveal = Some(person(ALICE).public());
    let mut tx = Transaction {
        version: Transaction::VERSION,
        chain,
        expiry: ground.round.plus(20),
        price_epoch: 0,
        sources: vec![Source { address: address(ALICE), nonce: 0, reveal }],
        fee: Amount::ZERO,
        actions: vec![Action::CreateEnvelope(create)],
        bundle: None,
        witness: vec![],
    };
    tx.fee = tx.fee_needed(&genesis.params.prices).unwrap();
    let sighash = tx.sighash();
    tx.witness = vec![person(ALICE).sign(&sighash).to_vec(), rest.sign(&sighash).to_vec()];
    let gift = Gift { tx: tx.id(), by: tx.expiry, ..gift };
    bank.waiting.push(tx);
    bank.next();
    let known = KnownGift::told(gift, contact, true, Clock::system().now());
    // To the account: into the pool it would be proved, once for each stop.
    let mut back = Rest::new(order.rest);
    back.taking.to = Account;
    KnownGift { rest: Some(back), ..known }
}

async fn follow(engine: &mut Engine, times: usize) {
    for _ in 0..times {
        engine.sync(PATIENCE).await.unwrap();
    }
}

#[tokio::test]
async fn what_comes_back_is_taken_once_wherever_it_is_stopped() {
    for request in (1..).step_by(5) {
        let home = Home::new().await;
        let id = given(&home).await;
        let before = home.bank.lock().unwrap().balance(ALICE);
        let mut engine = home.engine().await;
        follow(&mut engine, 2).await;
        let gift = home.gift(id).await;
        assert_eq!((gift.state, gift.is_settled()), (GiftState::Open, false));
        assert_eq!(gift.rest.as_ref().unwrap().claim, None, "still reserved");
        while home.bank.lock().unwrap().chain.tip() < Round(15) {
            home.bank.lock().unwrap().next();
        }
        drop(engine);
        let take = async |engine: &mut Engine| follow(engine, 4).await;
        let stopped = home.stopped_at(request, take).await;
        let mut engine = home.engine().await;
        take(&mut engine).await;
        let gift = home.gift(id).await;
        let rest = gift.rest.clone().unwrap();
        let Some(Claim::Collected { amount, fee, .. }) = rest.claim else { panic!("{rest:?}") };
        assert_eq!((amount.units(), rest.taking.attempt.is_none()), (ABC, true));
        assert_eq!(gift.state, GiftState::Refunded);
        assert!(gift.is_settled() && home.store.open_gifts().await.unwrap().is_empty());
        let bank = home.bank.lock().unwrap();
        assert_eq!(bank.balance(ALICE) - before, ABC - fee.units(), "request {request}");
        assert_eq!(bank.submitted.len(), 1, "the same bytes each time");
        if !stopped {
            break;
        }
    }
}

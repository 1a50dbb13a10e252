//! What nobody claims of a red envelope whose rest waits under a key, as one out of the pool does. The
//! account gives it here: how it is paid for makes no difference to how it ends. Nor does it whether the
//! profile knows it, or was restored from its words and has found its change.

use keys::EnvelopeKey;
use ledger::{Action, Claim, CreateEnvelope, Gift, RedEnvelopeId, RefundTo, Source, Transaction};
use types::ChainId;
use wallet::ShareTo::{self, Account, Pool};
use wallet::{
    CollectGround, FoundRest, GiftState, GiftWish, KnownGift, MadeEnvelope, Rest,
    collect_to_account, order_gift,
};

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

fn alice() -> EnvelopeKey {
    Words::from_entropy([ALICE; 32]).master().envelope_key()
}

/// The same one, of which only its change was found: Alice has told nobody, and has no contact.
async fn found(home: &Home, to: ShareTo) -> FoundRest {
    let known = on_the_ledger(home, OpenId([9; 32]));
    let chain = home.bank.lock().unwrap().chain.genesis.chain();
    let made = MadeEnvelope { root: known.gift.tree(chain).root(), expiry: known.gift.expiry };
    let mut found = FoundRest::new((made, [1; 32]), (chain, &alice()));
    found.rest.taking.to = to;
    let add = wallet::Change::AddFoundRest(Box::new(found.clone()));
    home.store.apply(vec![add.into()]).await.unwrap();
    found
}

/// What is known of it, and what is still to be looked at.
async fn looked_at(home: &Home) -> (FoundRest, Vec<FoundRest>) {
    let mut all = home.store.found_rests().await.unwrap();
    (all.remove(0), home.store.open_found_rests().await.unwrap())
}

fn go_to(home: &Home, round: u64) {
    let mut bank = home.bank.lock().unwrap();
    while bank.chain.tip() < Round(round) {
        bank.next();
    }
}

fn on_the_ledger(home: &Home, contact: OpenId) -> KnownGift {
    let alice = alice();
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
        go_to(&home, 15);
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

#[tokio::test]
async fn what_was_only_found_comes_back_once_wherever_it_is_stopped() {
    for request in (1..).step_by(5) {
        let home = Home::new().await;
        let found = found(&home, Account).await;
        let before = home.bank.lock().unwrap().balance(ALICE);
        let mut engine = home.engine().await;
        follow(&mut engine, 2).await;
        assert_eq!(looked_at(&home).await, (found.clone(), vec![found.clone()]), "not over yet");
        go_to(&home, 15);
        drop(engine);
        let take = async |engine: &mut Engine| follow(engine, 4).await;
        let stopped = home.stopped_at(request, take).await;
        let mut engine = home.engine().await;
        take(&mut engine).await;
        let (after, open) = looked_at(&home).await;
        let Some(Claim::Collected { amount, fee, .. }) = after.rest.claim else {
            panic!("{:?}", after.rest.claim)
        };
        assert_eq!((amount.units(), after.rest.taking.attempt, open), (ABC, None, vec![]));
        let bank = home.bank.lock().unwrap();
        assert_eq!(bank.balance(ALICE) - before, ABC - fee.units(), "request {request}");
        assert_eq!(bank.submitted.len(), 1, "the same bytes each time");
        if !stopped {
            break;
        }
    }
}

/// The same words on two devices.
#[tokio::test]
async fn what_another_profile_has_taken_is_over_for_this_one_too() {
    let home = Home::new().await;
    let found = found(&home, Account).await;
    go_to(&home, 15);
    let mut engine = home.engine().await;
    follow(&mut engine, 1).await;
    let (waits, _) = looked_at(&home).await;
    let amount = waits.rest.waits().unwrap();
    {
        let mut bank = home.bank.lock().unwrap();
        // Theirs comes first.
        bank.waiting.clear();
        let Some(Claim::Waiting { envelope, .. }) = bank.claim(&found.rest.taking.key) else {
            panic!("it was taken already")
        };
        let genesis = bank.chain.genesis.clone();
        let chain = genesis.chain();
        let round = bank.chain.tip();
        let ground = CollectGround { chain, params: &genesis.params, round };
        let key = alice().refund_key(chain, &found.made.root);
        let theirs = collect_to_account(envelope, (&key, amount), ground, address(BOB)).unwrap();
        bank.waiting.push(Transaction::from_bytes(&theirs.bytes).unwrap());
        bank.next();
    }
    let before = home.bank.lock().unwrap().balance(ALICE);
    follow(&mut engine, 3).await;
    let (after, open) = looked_at(&home).await;
    assert!(matches!(after.rest.claim, Some(Claim::Collected { .. })));
    assert_eq!((after.rest.taking.attempt, open), (None, vec![]));
    assert_eq!(home.bank.lock().unwrap().balance(ALICE), before, "taken once");
}

/// With a real proof, by the ledger's own rules.
#[tokio::test]
async fn what_was_only_found_goes_into_the_pool_and_is_read_there() {
    let home = Home::new().await;
    found(&home, Pool).await;
    go_to(&home, 15);
    let mut engine = home.engine().await;
    follow(&mut engine, 2).await;
    engine.finish_private().await.unwrap();
    follow(&mut engine, 3).await;
    let (after, open) = looked_at(&home).await;
    let Some(Claim::Collected { envelope, amount, fee }) = after.rest.claim else {
        panic!("{:?}", after.rest.claim)
    };
    assert_eq!((amount.units(), open), (ABC, vec![]));
    let came = amount.minus(fee).unwrap();
    assert_eq!(home.store.private_money().await.unwrap().balance, came);
    let rows = home.store.history(None, None).await.unwrap();
    let row = rows.iter().find(|row| row.envelope == Some(envelope) && row.private).unwrap();
    assert_eq!((row.kind, row.flow), (store::HistoryKind::Envelope, store::Flow::In));
    assert_eq!((row.amount, row.contact), (came, None));
}

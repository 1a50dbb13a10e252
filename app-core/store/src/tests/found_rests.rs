//! What may come back of red envelopes that are known by the change of their bundles alone.

use super::gifts::{gift, with_bob};
use super::private::received;
use super::*;
use crate::{Flow, HistoryKind};
use ledger::{Claim, RedEnvelopeId};
use shielded::Scope;
use wallet::private::{PoolStep, SpendingBundle, Spent};
use wallet::{Change as Wallet, ClaimAttempt, FoundRest, KnownGift, MadeEnvelope, Rest, Taking};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_found_of_one_that_is_not_known_is_kept_once_and_shown() {
    let (_temporary, store, bob) = with_bob().await;
    let found = |key: u8| FoundRest {
        made: MadeEnvelope { root: [key; 32], expiry: Round(900) },
        bundle: [key; 32],
        rest: Rest::new([key; 32]),
    };
    let add = |found: FoundRest| Wallet::AddFoundRest(Box::new(found));
    save(&store, vec![add(found(4)), add(found(5))]).await;
    assert_eq!(store.found_rests().await.unwrap(), [found(4), found(5)]);
    assert_eq!(store.found_rest([5; 32]).await.unwrap(), Some(found(5)));
    assert_eq!(store.found_rest([6; 32]).await.unwrap(), None);

    // What takes it is saved, and found once more it stays.
    let envelope = RedEnvelopeId([9; 32]);
    let claim = Some(Claim::Waiting { envelope, amount: Amount::new(9) });
    let attempt = ClaimAttempt {
        tx: TxId([3; 32]),
        bytes: vec![1, 2],
        expiry: Round(1_500),
        taken: Some(Round(901)),
    };
    let taking = Taking { attempt: Some(attempt), ..found(4).rest.taking };
    let rest = Rest { taking, bundle: Some([8; 32]), claim };
    let waits = FoundRest { rest: rest.clone(), ..found(4) };
    save(&store, vec![Wallet::SaveFoundRest(Box::new(waits.clone())), add(found(4))]).await;
    assert_eq!(store.found_rest([4; 32]).await.unwrap(), Some(waits.clone()));
    let (amount, fee) = (Amount::new(9), Amount::new(2));
    let claim = Some(Claim::Collected { envelope, amount, fee });
    let over = FoundRest { rest: Rest { claim, ..rest }, ..found(4) };
    save(&store, vec![Wallet::SaveFoundRest(Box::new(over.clone()))]).await;
    assert_eq!(store.open_found_rests().await.unwrap(), [found(5)]);

    // The history tells of what was given, and of what came back, as for one that is known.
    let step = received(500);
    let mut back = step.notes[0].clone();
    (back.scope, back.bundle, back.nullifier.0) = (Scope::Internal, [8; 32], [1; 32]);
    back.position += 1;
    let (round, bundle) = (Round(11), [4; 32]);
    let nullifier = step.notes[0].nullifier;
    let spent = vec![Spent { nullifier, round, bundle }];
    let bundles = vec![SpendingBundle { bundle, fee: Amount::new(4), time: NOW, did: None }];
    let notes = [step.notes.clone(), vec![back]].concat();
    let taken = PoolStep { notes, spent, bundles, ..step };
    save(&store, vec![Wallet::TakePool(Box::new(taken))]).await;
    let rows = store.history(None, None).await.unwrap();
    let row = |bundle| rows.iter().find(|row| row.tx == TxId(bundle)).unwrap();
    let (gave, came) = (row([4; 32]), row([8; 32]));
    assert_eq!((gave.kind, gave.flow), (HistoryKind::Envelope, Flow::Out));
    assert_eq!((came.kind, came.flow), (HistoryKind::Envelope, Flow::In));
    assert_eq!((came.envelope, came.contact), (Some(envelope), None));

    // What headers have proved is forgotten, what was signed is not.
    save(&store, vec![Wallet::ForgetProved]).await;
    let anew = FoundRest { rest: Rest { claim: None, ..over.rest }, ..over };
    assert_eq!(store.open_found_rests().await.unwrap(), [anew, found(5)]);

    // One that this profile knows is looked after with it.
    let made =
        KnownGift { rest: Some(Rest::new([6; 32])), ..KnownGift::told(gift(1), bob, true, NOW) };
    save(&store, vec![Wallet::AddGift(Box::new(made)), add(found(6))]).await;
    assert_eq!(store.found_rest([6; 32]).await.unwrap(), None);
}

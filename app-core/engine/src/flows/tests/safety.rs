//! Safety numbers, without a network and beside a busy engine.

use super::*;
use crate::Code;

/// What one side shows of its number with another.
fn shown(ours: u8, theirs: u8, version: u32) -> ratchet::SafetyNumber {
    let [(our_id, our_key), (their_id, their_key)] = [ours, theirs].map(|seed| {
        let master = Words::from_entropy([seed; 32]).master();
        let identity = IdentityKeyPair::from_private(*master.chat_identity());
        (master.operation_key().public().open_id(), identity.public())
    });
    let sides = ((our_id.0.as_slice(), &our_key), (their_id.0.as_slice(), &their_key));
    ratchet::SafetyNumber::new(version, 5200, sides.0, sides.1).unwrap()
}

#[tokio::test]
async fn a_safety_number_fits_the_contacts_and_nobody_elses() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let writer = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap().writer();
    let contact = store.contact(bob).await.unwrap().unwrap();

    let ours = writer.safety(&contact).await.unwrap();
    let good = shown(BOB, 0xa1, 2);
    assert_eq!(ours.digits, good.digits());
    let compare =
        async |text: String| writer.compare(&contact, &text).await.map_err(|fault| fault.code);
    assert_eq!(compare(chat::scannable(&shown(3, 0xa1, 2))).await, Ok(false));
    assert!(store.compared().await.unwrap().is_empty());
    assert_eq!(compare(chat::scannable(&good)).await, Ok(true));
    assert!(store.compared().await.unwrap().contains(&bob));
    assert_eq!(compare(chat::scannable(&shown(BOB, 0xa1, 3))).await, Err(Code::UpgradeNeeded));
    for wrong in [ours.payload, ours.digits, String::new()] {
        assert_eq!(compare(wrong).await, Err(Code::BadPayload));
    }
    writer.mark_compared(&contact, false).await.unwrap();
    assert!(store.compared().await.unwrap().is_empty());
    assert!(worker.asked.lock().unwrap().is_empty(), "nobody was asked");
}

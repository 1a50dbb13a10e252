//! A computer whose clock is wrong is told so: it would otherwise take a header for one of the
//! future, or a stale one for new.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use engine::{Clock, Code, Engine};
use net::Bootstrap;
use scenarios::harness::{Devnet, Person};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

async fn engine(person: &Person, net: &Devnet, clock: Clock) -> Engine {
    let store = store::open(person.dir(), || None).await.unwrap();
    let address = Bootstrap::parse(&net.bootstrap()[0]).unwrap();
    Engine::open(store, vec![address], clock).await.unwrap()
}

#[test]
fn a_wrong_clock_is_named_and_a_right_one_works() {
    let net = Devnet::start(1);
    let person = net.person("alice");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for minutes in [-10, 10] {
            let mut wrong = engine(&person, &net, Clock::wrong_by(minutes * 60_000)).await;
            let fault = wrong.sync(PATIENCE).await.unwrap_err();
            assert_eq!(fault.code, Code::ClockWrong, "{minutes} minutes off: {fault}");
            wrong.close().await;
        }
        let mut right = engine(&person, &net, Clock::system()).await;
        assert!(right.sync(PATIENCE).await.unwrap().synced);
        let address = right.private_address("shop").await.unwrap();
        right.close().await;
        // The month is the ledger's: no clock sends money to another month's account.
        for days in [-31, 31] {
            let wrong = engine(&person, &net, Clock::wrong_by(days * 86_400_000)).await;
            assert_eq!(wrong.private_address("shop").await.unwrap(), address, "{days} days off");
            wrong.close().await;
        }
    });
}

//! A manager that is not there: the others say so, and the ledger counts it.

use crate::net::{Net, id};
use ledger::{Action, RingAction};
use types::Round;

const GONE: u8 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_others_say_that_a_manager_does_not_serve() {
    let net = Net::new();
    for number in 0..GONE {
        net.start(number).await;
    }
    net.wait_reach(60).await;
    let member = usize::from(net.genesis.committee().position(&id(GONE).0).unwrap());
    let mut said = vec![];
    for round in 1..=60 {
        let body = net.manager(0).body(Round(round)).await.unwrap().unwrap();
        for action in body.transactions.iter().flat_map(|tx| &tx.actions) {
            if let Action::Ring(RingAction::RateService(rate)) = action {
                said.push((rate.key, rate.scores.clone()));
            }
        }
    }
    for number in 0..GONE {
        let mine: Vec<_> = said.iter().filter(|(key, _)| *key == id(number).0).collect();
        let [(_, scores)] = mine.as_slice() else { panic!("{said:?}") };
        let poor: Vec<_> = (0..4).filter(|member| scores[*member] < 50).collect();
        assert_eq!(poor, [member]);
    }
    net.check_same_chain(60).await;
}

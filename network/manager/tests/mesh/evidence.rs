//! Who says two things loses its bond and its seat, because those who heard both report it.

use crate::net::{Net, in_time, pause, seed};
use ledger::{Action, RingAction};
use manager::member_of;
use types::{BlockId, Round};

/// Five managers, because a seat is only lost while four others are there.
const ALL: u8 = 5;
const LIAR: u8 = 4;
const HONEST: u8 = 4;

/// What is left of a manager's bond.
async fn bond(net: &Net, number: u8) -> u64 {
    let account = manager::account_of(&seed(number)).public().address();
    net.account(0, account).await.account.unwrap().bonded.units()
}

/// How many reports became final up to a round.
async fn reports(net: &Net, through: u64) -> usize {
    let mut count = 0;
    for round in 1..=through {
        let body = net.manager(0).body(Round(round)).await.unwrap().unwrap();
        let actions = body.transactions.iter().flat_map(|tx| &tx.actions);
        count += actions
            .filter(|action| matches!(action, Action::Ring(RingAction::ReportEvidence(_))))
            .count();
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_that_votes_twice_is_reported_once_and_loses_bond_and_seat() {
    let net = Net::of(ALL);
    let chain = net.chain();
    for number in 0..HONEST {
        net.start(number).await;
    }
    net.wait_reach(2).await;
    assert!(bond(&net, LIAR).await > 0);
    in_time("it is punished", async {
        let mut block = 0_u8;
        while bond(&net, LIAR).await > 0 {
            // Two votes for the round that runs, over and over: in some round somebody hears both.
            let round = Round(net.tip(0) + 1);
            for _ in 0..2 {
                block = block.wrapping_add(1);
                net.say(LIAR, &chain.prepare(LIAR, round, BlockId([block; 32]))).await;
            }
            pause().await;
        }
    })
    .await;
    assert!((0..HONEST).all(|number| net.manager(number).status().members == usize::from(ALL)));
    net.wait("all evidence is done with", |net| {
        (0..HONEST).all(|number| net.manager(number).status().evidence == 0)
    })
    .await;

    net.wait_reach(61).await;
    assert!(net.tip(0) < 120, "the test looks too late");
    assert!((0..HONEST).all(|number| {
        let status = net.manager(number).status();
        status.members == usize::from(HONEST) && status.seated && status.evidence == 0
    }));
    let committee = ledger::Committee::new((0..HONEST).map(|n| member_of(&seed(n))).collect());
    net.header(0, 61).await.verify(&committee.unwrap()).unwrap();
    assert_eq!(reports(&net, 61).await, 1);
    net.check_same_chain(61).await;
}

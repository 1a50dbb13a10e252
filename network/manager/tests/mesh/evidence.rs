//! Who says two things loses its bond and its seat, because those who heard both report it.

use crate::chain::blocks;
use crate::net::{Net, id, in_time, now, pause, seed};
use ledger::{Action, CertifiedHeader, Conflict, Header, Member, RingAction};
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

/// Only one has heard both votes, and it is killed before it can report them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_manager_has_heard_is_reported_after_its_restart() {
    const WITNESS: u8 = 1;
    let net = Net::of(ALL);
    let chain = net.chain();
    net.start(WITNESS).await;
    net.wait("it knows the ring", |net| net.manager(WITNESS).knows(id(0))).await;
    for other in [0, 2, 3] {
        // It begins once enough others have said that they are no further.
        net.say(other, &blocks(&[])).await;
    }
    let evidence = |net: &Net| net.manager(WITNESS).status().evidence;
    in_time("it hears both", async {
        while evidence(&net) == 0 {
            for block in [1, 2] {
                net.say(LIAR, &chain.prepare(LIAR, Round(1), BlockId([block; 32]))).await;
            }
            pause().await;
        }
    })
    .await;
    net.kill(WITNESS);

    net.start(WITNESS).await;
    assert_eq!(evidence(&net), 1);
    for number in (0..HONEST).filter(|number| *number != WITNESS) {
        net.start(number).await;
    }
    in_time("the offence is punished", async {
        while bond(&net, LIAR).await > 0 {
            pause().await;
        }
    })
    .await;
    net.wait("nothing is left to report", |net| evidence(net) == 0).await;
    net.kill(WITNESS);
    net.start(WITNESS).await;
    assert_eq!(evidence(&net), 0);
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

/// A header of the first round with this state, certified by these managers.
fn certified(net: &Net, state: u8, seeds: &[u8]) -> CertifiedHeader {
    let (tip, committee) = (net.genesis.tip([0; 32]), net.genesis.committee());
    let header = Header {
        version: Header::VERSION,
        chain: net.genesis.chain(),
        round: Round(1),
        time: tip.time.plus_millis(50),
        parent: tip.block,
        body_root: [5; 32],
        state_root: [state; 32],
        receipts_root: ledger::receipts_root(&[]),
        committee: tip.committee,
        next_committee: tip.committee,
        beacon: tip.beacon,
        history: tip.history.root(),
        parent_certificate: [0; 32],
        proposer: 0,
        ticket: [6; 80],
        flags: 0,
    };
    testkit::certify(header, &committee, seeds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warrant_names_those_who_have_signed_both_and_nobody_without_proof() {
    // One of four: the ledger stands still, and so does what is to be punished.
    let net = Net::new();
    net.start(0).await;
    let manager = net.manager(0);
    let first = certified(&net, 1, &[1, 2, 3]);
    let second = certified(&net, 2, &[2, 3, 4]);
    let committee = net.genesis.committee();
    let warrant = Conflict { first, second, committee };
    let mut forged = warrant.clone();
    forged.second.certificate.signatures[0][0] ^= 1;
    let same = Conflict { second: warrant.first.clone(), ..warrant.clone() };
    let mut members = committee_of_others();
    members.push(member_of(&seed(0)));
    let others =
        Conflict { committee: ledger::Committee::new(members).unwrap(), ..warrant.clone() };
    for (bad, code) in [(forged, "bad_request"), (same, "bad_request"), (others, "not_found")] {
        assert_eq!(manager.take_warrant(bad, now()).await.unwrap_err().code, code);
    }
    let late = net.genesis.time.plus_millis(14 * 24 * 3_600_000);
    assert!(
        manager.take_warrant(warrant.clone(), late).await.is_err(),
        "nobody answers for it now"
    );
    assert_eq!(manager.status().evidence, 0);
    for _ in 0..2 {
        manager.take_warrant(warrant.clone(), now()).await.unwrap();
        assert_eq!(manager.status().evidence, 2);
    }
}

fn committee_of_others() -> Vec<Member> {
    (1..=3).map(|number| member_of(&seed(number + 100))).collect()
}

//! The ring changes at the boundary of an epoch: one joins, one leaves, and both follow the chain
//! whether they have a seat or not.

use crate::chain::key;
use crate::net::{MEMBERS, Net, id, seed};
use ledger::{Action, Params, RingAction, UnregisterManager};
use manager::{account_of, member_of, registration_of};
use types::{Amount, Round};

const JOINS: u8 = 4;
const LEAVES: u8 = 1;

/// What the state says of the rings, and a manager of its place among those who decided a round.
async fn check_rings(net: &Net) {
    let rings = net.manager(2).rings().await.unwrap();
    let mut managers = [0, 2, 3, JOINS].map(id).to_vec();
    managers.sort_unstable();
    assert_eq!(rings.managers, managers);
    assert_eq!(rings.workers, []);
    let seat = async |number: u8, round: u64| net.manager(number).seat(Round(round)).await.unwrap();
    let before = net.genesis.committee().position(&id(LEAVES).0);
    assert_eq!(seat(LEAVES, 119).await, before.map(|place| (place, 4)));
    assert_eq!(seat(LEAVES, 120).await, None);
    assert_eq!(seat(JOINS, 119).await, None);
    let after = managers.binary_search(&id(JOINS)).unwrap();
    assert_eq!(seat(JOINS, 120).await, Some((u16::try_from(after).unwrap(), 4)));
    assert_eq!(seat(2, 1_000_000).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_joins_and_one_leaves_and_the_chain_goes_on() {
    let net = Net::running().await;
    net.start(JOINS).await;
    let bond = Amount::new(Params::DEVNET.manager_bond);
    let register = registration_of(&seed(JOINS), net.genesis.chain(), bond);
    let register = Action::Ring(RingAction::RegisterManager(register));
    let mut register = net.sign(&account_of(&seed(JOINS)), (0, 400), register);
    register.witness.push(key(JOINS).sign(&register.sighash()).to_vec());
    let leave = Action::Ring(RingAction::UnregisterManager(UnregisterManager { source: 0 }));
    let leave = net.sign(&account_of(&seed(LEAVES)), (0, 400), leave);
    for tx in [&register, &leave] {
        net.submit(0, tx).await.unwrap();
    }
    // Whoever is registered is served, seated or not: so all five know.
    assert!(net.wait_final(register.id()).await.0 < 60, "too late for this test");
    assert!(net.wait_final(leave.id()).await.0 < 60, "too late for this test");
    assert!(!net.manager(JOINS).status().seated && net.manager(LEAVES).status().seated);

    // Chosen ten rounds before the end of epoch 1, seated from the first round of epoch 2.
    net.wait_reach(121).await;
    let members = |number: u8| net.manager(number).status().members;
    assert!((0..=JOINS).all(|number| members(number) == usize::from(MEMBERS)));
    assert!(net.manager(JOINS).status().seated && !net.manager(LEAVES).status().seated);

    // Now three of these four must vote, the new one among them.
    net.stop(0).await;
    let reached = net.tip(2);
    net.wait_reach(reached + 6).await;
    let header = net.header(LEAVES, reached + 6).await;
    let committee = ledger::Committee::new([0, 2, 3, JOINS].map(|n| member_of(&seed(n))).into());
    let committee = committee.unwrap();
    header.verify(&committee).unwrap();
    let place = committee.position(&id(JOINS).0).unwrap();
    assert!(header.certificate.signers().contains(&place));
    net.check_same_chain(reached + 6).await;
    check_rings(&net).await;
    net.verify_folders().await;
}

//! A block differs from what comes out of executing it, or it does not: nothing in between.

mod private;

use super::build::{Built, Matter};
use super::*;
use keys::{EcdsaKey, vrf_output};
use ledger::{Action, Pay, Source};
use types::{Amount, BlockId};
use wire::Encode;

/// Who builds.
const BUILDER: u8 = 1;
const BIRTH: Timestamp = Timestamp(1_700_000_000_000);

struct One {
    folder: tempfile::TempDir,
    genesis: Genesis,
    person: EcdsaKey,
    rules: Rules,
    store: ChainStore,
}

fn one() -> One {
    let person = testkit::person(1);
    let balances = [(person.public().address(), Amount::new(1_000_000_000))];
    let genesis = testkit::genesis(BIRTH, &balances);
    let folder = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&folder.path().join("chain.redb"), &genesis).unwrap();
    One { folder, person, rules: Rules::new(&genesis), genesis, store }
}

impl One {
    fn pay(&self, nonce: u64) -> Arc<Transaction> {
        let address = self.person.public().address();
        let pay = Pay { source: 0, to: address, amount: Amount::new(1_000_000) };
        let reveal = (nonce == 0).then(|| self.person.public());
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: self.rules.chain,
            expiry: Round(100),
            price_epoch: 0,
            bundle: None,
            sources: vec![Source { address, nonce, reveal }],
            fee: Amount::ZERO,
            actions: vec![Action::Pay(pay)],
            witness: vec![],
        };
        tx.fee = tx.fee_needed(&self.rules.params.prices).unwrap();
        tx.witness = vec![self.person.sign(&tx.sighash()).to_vec()];
        Arc::new(tx)
    }

    fn base(&self) -> Base {
        self.rules.base(&self.store).unwrap()
    }

    fn build(&self, now: Timestamp, waiting: &[Arc<Transaction>]) -> Built {
        let (ground, _) = self.rules.ground(&self.store).unwrap();
        let tip = &ground.base.tip;
        let input = ticket_input(&tip.beacon_before, tip.round.next());
        let ticket = testkit::drawer(BUILDER).prove(&input);
        let key = testkit::signer(BUILDER).public();
        let proposer = ground.base.committee.position(&key).unwrap();
        let draw = Draw { proposer, ticket, output: vrf_output(&ticket).unwrap() };
        let matter = Matter { waiting, late: &[] };
        self.rules.build(&self.store, &ground, &draw, now, matter).unwrap()
    }

    fn judge(&self, header: &Header, body: &Arc<Body>) -> Result<(), Fault> {
        self.rules.judge(&self.store, &self.base(), header, body.clone()).map(|_| ())
    }

    fn certify(&self, header: Header) -> CertifiedHeader {
        testkit::certify(header, &self.base().committee, &[1, 2, 3])
    }

    /// Keeps a block as one that catches up does.
    fn adopt(&self, block: SyncedBlock) -> Result<Used, Fault> {
        let base = self.rules.check_next(&self.store, &block.header)?;
        self.rules.adopt(&self.store, &base, block)
    }
}

#[test]
fn what_was_built_is_valid_and_is_dated_by_the_later_of_clock_and_interval() {
    let one = one();
    let built = one.build(Timestamp(0), &[one.pay(0), one.pay(1)]);
    assert_eq!(built.header.time, BIRTH.plus_millis(1000));
    assert_eq!(built.candidate.body.transactions.len(), 2);
    one.judge(&built.header, &built.candidate.body).unwrap();
    let later = one.build(Timestamp(1_800_000_000_000), &[]);
    assert_eq!(later.header.time, Timestamp(1_800_000_000_000));
}

#[test]
fn a_transaction_that_can_never_stand_in_a_block_is_named() {
    let one = one();
    let (good, gap) = (one.pay(0), one.pay(9));
    let mut forged = one.pay(0).as_ref().clone();
    forged.witness[0][5] ^= 1;
    forged.expiry = Round(99);
    let forged = Arc::new(forged);
    let built = one.build(Timestamp(0), &[forged.clone(), good.clone(), gap.clone()]);
    assert_eq!(built.candidate.body.transactions, [good.as_ref().clone()]);
    assert_eq!(built.refused, [forged.id(), gap.id()]);
}

/// A transaction was valid behind those before it when it came in. If it is not any more, its
/// account has done something else, and it would stand in front of others for as long as it lasts.
#[test]
fn what_its_account_can_pay_no_more_is_named_and_what_waits_behind_it_is_not() {
    let one = one();
    let address = one.person.public().address();
    let pay = |nonce, amount| {
        let mut tx = one.pay(nonce).as_ref().clone();
        tx.actions = vec![Action::Pay(Pay { source: 0, to: address, amount: Amount::new(amount) })];
        tx.witness = vec![one.person.sign(&tx.sighash()).to_vec()];
        Arc::new(tx)
    };
    let waiting = [one.pay(0), pay(1, 2_000_000_000), one.pay(2)];
    let built = one.build(Timestamp(0), &waiting);
    assert_eq!(built.candidate.body.transactions, [waiting[0].as_ref().clone()]);
    assert_eq!(built.refused, [waiting[1].id()], "the last goes with it");
    // A block that is full is nobody's fault.
    let mut one = one;
    one.rules.params.block_actions = 1;
    let built = one.build(Timestamp(0), &[one.pay(0), one.pay(1), one.pay(2)]);
    assert_eq!((built.candidate.body.transactions.len(), built.refused), (1, vec![]));
}

#[test]
fn what_stands_before_the_money_it_needs_gets_a_second_turn() {
    let one = one();
    let built = one.build(Timestamp(0), &[one.pay(1), one.pay(0)]);
    let nonces = built.candidate.body.transactions.iter().map(|tx| tx.sources[0].nonce);
    assert_eq!(nonces.collect::<Vec<_>>(), [0, 1]);
    one.judge(&built.header, &built.candidate.body).unwrap();
}

#[test]
fn every_tampered_field_is_found() {
    let one = one();
    let built = one.build(Timestamp(0), &[one.pay(0)]);
    let changes: [fn(&mut Header); 16] = [
        |h| h.version = 3,
        |h| h.chain = ChainId([9; 32]),
        |h| h.round = Round(2),
        |h| h.time.0 -= 1,
        |h| h.parent = BlockId([9; 32]),
        |h| h.body_root[0] ^= 1,
        |h| h.state_root[0] ^= 1,
        |h| h.receipts_root[0] ^= 1,
        |h| h.committee[0] ^= 1,
        |h| h.next_committee[0] ^= 1,
        |h| h.beacon[0] ^= 1,
        |h| h.history[0] ^= 1,
        |h| h.parent_certificate[0] ^= 1,
        |h| h.proposer = (h.proposer + 1) % 4,
        |h| h.ticket[70] ^= 1,
        |h| h.flags = 1,
    ];
    for change in changes {
        let mut header = built.header.clone();
        change(&mut header);
        one.judge(&header, &built.candidate.body).unwrap_err();
    }
    let mut body = built.candidate.body.as_ref().clone();
    body.transactions[0].witness[0][0] ^= 1;
    let header = Header { body_root: body.root(), ..built.header };
    let forged = one.judge(&header, &Arc::new(body));
    assert!(matches!(forged, Err(Fault::Transaction(0, _))));
}

#[test]
fn the_empty_block_is_the_same_for_all_and_nothing_else_passes_for_it() {
    let one = one();
    let (ground, _) = one.rules.ground(&one.store).unwrap();
    one.judge(&ground.empty, &Arc::default()).unwrap();
    let later = Header { time: ground.empty.time.plus_millis(1), ..ground.empty };
    assert!(matches!(one.judge(&later, &Arc::default()), Err(Fault::OtherHeader)));
}

#[test]
fn a_body_carries_the_certificate_of_its_parent() {
    let one = one();
    let first = one.build(Timestamp(0), &[one.pay(0)]);
    let body = first.candidate.body.to_bytes();
    one.adopt(SyncedBlock { header: one.certify(first.header), body }).unwrap();
    let second = one.build(Timestamp(0), &[one.pay(1)]);
    one.judge(&second.header, &second.candidate.body).unwrap();
    let with = |change: fn(&mut Body)| {
        let mut body = second.candidate.body.as_ref().clone();
        change(&mut body);
        let header = Header { body_root: body.root(), ..second.header.clone() };
        one.judge(&header, &Arc::new(body)).unwrap_err()
    };
    let none = with(|body| body.parent_certificate = None);
    assert!(matches!(none, Fault::ParentCertificate));
    let forged = with(|body| {
        if let Some(certificate) = &mut body.parent_certificate {
            certificate.signatures[0][0] ^= 1;
        }
    });
    assert!(matches!(forged, Fault::Certificate(_)));
}

#[test]
fn a_foreign_block_is_kept_only_with_a_good_certificate() {
    let one = one();
    let built = one.build(Timestamp(0), &[one.pay(0)]);
    let body = built.candidate.body.to_bytes();
    let header = one.certify(built.header);
    let mut forged = header.clone();
    forged.certificate.signatures[1][0] ^= 1;
    assert!(matches!(one.rules.check_next(&one.store, &forged), Err(Fault::Certificate(_))));
    let other = SyncedBlock { header: header.clone(), body: vec![0; 4] };
    assert!(matches!(one.adopt(other), Err(Fault::Body(_))));
    let empty = SyncedBlock { header: header.clone(), body: Body::default().to_bytes() };
    assert!(matches!(one.adopt(empty), Err(Fault::OtherHeader)));
    // Another body is not even executed: a certificate covers the header alone.
    let mut swapped = Body::from_bytes(&body).unwrap();
    swapped.transactions[0].witness[0][0] ^= 1;
    let swapped = SyncedBlock { header: header.clone(), body: swapped.to_bytes() };
    assert!(matches!(one.adopt(swapped), Err(Fault::OtherHeader)));
    let block = SyncedBlock { header, body };
    let used = one.adopt(block.clone()).unwrap();
    assert_eq!(used.turns, [(one.person.public().address(), 0)]);
    assert_eq!(used.ids, [one.pay(0).id()]);
    assert!(matches!(one.adopt(block), Err(Fault::Header(_))));
}

#[test]
fn cut_frames_never_panic() {
    let one = one();
    let built = one.build(Timestamp(0), &[one.pay(0)]);
    let body = built.candidate.body.to_bytes();
    let block = SyncedBlock { header: one.certify(built.header), body };
    let bytes = crate::Frame::Blocks { blocks: vec![block], tip: Round(1) }.to_bytes();
    for cut in 0..=bytes.len() {
        crate::fuzz::fuzz_frame(&bytes[..cut]);
    }
}

//! A block differs from what comes out of executing it, or it does not: nothing in between.

use super::*;
use keys::{EcdsaKey, Ed25519Key, Words};
use ledger::{Action, Certificate, Source, Step, vote_bytes};
use types::{Amount, BlockId};
use wire::Encode;

struct One {
    _folder: tempfile::TempDir,
    person: EcdsaKey,
    managers: Vec<Ed25519Key>,
    rules: Rules,
    store: ChainStore,
}

fn one() -> One {
    let person = Words::from_entropy([1; 32]).master().operation_key();
    let managers: Vec<_> = (1..=4).map(|n| Ed25519Key::from_seed([n; 32])).collect();
    let genesis = Genesis {
        time: Timestamp(1_700_000_000_000),
        interval_ms: 1000,
        managers: managers.iter().map(Ed25519Key::public).collect(),
        workers: vec![],
        faucet: None,
        balances: vec![(person.public().address(), Amount::new(1_000_000_000))],
        prices: Prices::DEVNET,
    };
    let folder = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&folder.path().join("chain.redb"), &genesis).unwrap();
    One { _folder: folder, person, managers, rules: Rules::new(&genesis), store }
}

impl One {
    fn pay(&self, nonce: u64) -> Arc<Transaction> {
        let address = self.person.public().address();
        let to = self.person.public().address();
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: self.rules.chain,
            expiry: Round(100),
            price_epoch: 0,
            sources: vec![Source {
                address,
                nonce,
                reveal: (nonce == 0).then(|| self.person.public()),
            }],
            fee: Amount::ZERO,
            actions: vec![Action::Pay { source: 0, to, amount: Amount::new(1_000_000) }],
            witness: vec![],
        };
        tx.fee = tx.fee_needed(&self.rules.prices).unwrap();
        tx.witness = vec![self.person.sign(&tx.sighash()).to_vec()];
        Arc::new(tx)
    }

    fn build(&self, waiting: &[Arc<Transaction>]) -> Built {
        self.rules.build(&self.store, 0, Timestamp(0), waiting).unwrap()
    }

    fn judge(&self, header: &Header, body: Body) -> Result<(), Fault> {
        self.rules.judge(&self.store, header, body).map(|_| ())
    }

    fn certify(&self, header: Header) -> CertifiedHeader {
        let (round, block) = (header.round, header.id());
        let bytes = vote_bytes(self.rules.chain, round, 0, Step::Commit, block);
        let votes = (0..).zip(&self.managers).map(|(member, key)| (member, key.sign(&bytes)));
        let votes = votes.take(3).collect();
        CertifiedHeader { header, certificate: Certificate::new(round, 0, block, &votes, 4) }
    }
}

#[test]
fn what_was_built_is_valid_and_is_dated_by_the_later_of_clock_and_interval() {
    let one = one();
    let built = one.build(&[one.pay(0), one.pay(1)]);
    assert_eq!(built.header.time, Timestamp(1_700_000_001_000));
    assert_eq!(built.candidate.body.transactions.len(), 2);
    one.judge(&built.header, built.candidate.body).unwrap();
    let later = one.rules.build(&one.store, 0, Timestamp(1_800_000_000_000), &[]).unwrap();
    assert_eq!(later.header.time, Timestamp(1_800_000_000_000));
}

#[test]
fn a_transaction_that_cannot_stand_in_a_block_is_named() {
    let one = one();
    let (good, gap) = (one.pay(0), one.pay(2));
    let built = one.build(&[good.clone(), gap.clone(), good.clone()]);
    assert_eq!(built.candidate.body.transactions, [good.as_ref().clone()]);
    assert_eq!(built.refused, [gap.id(), good.id()]);
}

#[test]
fn every_tampered_field_is_found() {
    let one = one();
    let built = one.build(&[one.pay(0)]);
    let changes: [fn(&mut Header); 10] = [
        |h| h.version = 2,
        |h| h.chain = ChainId([9; 32]),
        |h| h.round = Round(2),
        |h| h.time.0 -= 1,
        |h| h.parent = BlockId([9; 32]),
        |h| h.body_root[0] ^= 1,
        |h| h.state_root[0] ^= 1,
        |h| h.receipts_root[0] ^= 1,
        |h| h.committee[0] ^= 1,
        |h| h.proposer = 4,
    ];
    for change in changes {
        let mut header = built.header.clone();
        change(&mut header);
        one.judge(&header, built.candidate.body.clone()).unwrap_err();
    }
    let mut body = built.candidate.body.clone();
    body.transactions[0].witness[0][0] ^= 1;
    let other = one.judge(&built.header, body.clone());
    assert!(matches!(other, Err(Fault::OtherBody)));
    let header = Header { body_root: body.root(), ..built.header };
    assert!(matches!(one.judge(&header, body), Err(Fault::Transaction(0, _))));
}

#[test]
fn a_foreign_block_is_kept_only_with_a_good_certificate() {
    let one = one();
    let built = one.build(&[one.pay(0)]);
    let body = built.candidate.body.to_bytes();
    let header = one.certify(built.header);
    let mut forged = header.clone();
    forged.certificate.signatures[1][0] ^= 1;
    assert!(matches!(one.rules.check_final(&forged), Err(Fault::Certificate(_))));
    one.rules.check_final(&header).unwrap();
    let block = SyncedBlock { header: header.clone(), body: vec![0; 4] };
    assert!(matches!(one.rules.adopt(&one.store, block), Err(Fault::OtherBody)));
    let block = SyncedBlock { header, body };
    let used = one.rules.adopt(&one.store, block.clone()).unwrap();
    assert_eq!(used, [(one.person.public().address(), 0)]);
    assert!(matches!(one.rules.adopt(&one.store, block), Err(Fault::Header(_))));
}

#[test]
fn cut_frames_never_panic() {
    let one = one();
    let built = one.build(&[one.pay(0)]);
    let body = built.candidate.body.to_bytes();
    let block = SyncedBlock { header: one.certify(built.header), body };
    let bytes = crate::Frame::Blocks(vec![block]).to_bytes();
    for cut in 0..=bytes.len() {
        crate::fuzz::fuzz_frame(&bytes[..cut]);
    }
}

//! The private pool as a reviewer reads it with granted keys, told by nodes that lie.

use shielded::SpendingKey;
use store::{HistoryKind, KeyRead};
use wallet::Keyring;
use wallet::review::{
    GrantTerms, GrantedKey, Grantee, Period, ReceivedGrant, ReviewChange, ReviewGrant, Serial,
    Strength,
};

use super::pool::{BUNDLES, LIES, Lie, Pooled, Told, honest, paid, told};
use super::*;

/// Whose account is reviewed.
const OWNER: u8 = 0x31;

/// A grant of somebody's for an account, as if it had come, and what the ledger says of its signer.
pub(super) fn received(
    serial: u8,
    (account, proved): (OpenId, bool),
    key: GrantedKey,
) -> store::Change {
    let signer = testkit::person(OWNER);
    let terms = GrantTerms {
        chain: ChainId([1; 32]),
        account,
        home: signer.public().address(),
        strength: match key {
            GrantedKey::Viewing(_) => Strength::Period,
            GrantedKey::Incoming(_) => Strength::Incoming,
        },
        months: vec![key.period().month()],
        until: None,
        grantee: Grantee { name: "alice".to_owned(), fingerprint: [1; 32] },
        purpose: "taxes".to_owned(),
        case: None,
        issued: NOW,
        round: Round(1),
        serial: Serial([serial; 16]),
    };
    let ring = Keyring { ecdsa: &signer, falcon: None };
    let digests = vec![key.digest()];
    let grant = ReviewGrant::sign(terms, digests, (None, &ring), &mut StdRng::seed_from_u64(1));
    let grant = grant.unwrap();
    let tip = (0, grant.digest());
    let grant = ReceivedGrant {
        grant,
        contact: None,
        received: NOW,
        stopped: None,
        tip,
        proved: Some(proved),
    };
    ReviewChange::AddReceived(Box::new(grant), vec![key]).into()
}

pub(super) fn owner() -> OpenId {
    testkit::person(OWNER).public().open_id()
}

pub(super) fn full(key: &SpendingKey) -> GrantedKey {
    GrantedKey::Viewing(key.viewing_key())
}

pub(super) async fn reviewing(pooled: &Arc<Pooled>, home: Lie, grants: Vec<store::Change>) -> Told {
    let told = told(pooled, home, honest).await;
    told.engine.store.apply(grants).await.unwrap();
    told
}

pub(super) async fn read(told: &mut Told) {
    let node = told.node.clone();
    told.engine.read_reviewed_pool(&node).await.unwrap();
}

/// The amounts and memos that are shown of an account's private side.
async fn shown(told: &Told, account: OpenId) -> Vec<(u64, String)> {
    let rows = told.engine.store.reviewed_history(account).await.unwrap();
    assert!(rows.iter().all(|it| it.row.private && it.row.kind == HistoryKind::Payment));
    rows.into_iter().map(|it| (it.row.amount.units(), it.row.memo.unwrap_or_default())).collect()
}

fn all() -> Vec<(u64, String)> {
    (0..BUNDLES).map(|number| (1_000, format!("bundle {number}"))).collect()
}

#[tokio::test]
async fn granted_keys_read_the_whole_log_and_each_from_where_it_stands() {
    let pooled = Pooled::new();
    let incoming = GrantedKey::Incoming(paid().viewing_key().incoming().unwrap());
    let grants = vec![received(1, (owner(), true), incoming)];
    let mut told = reviewing(&pooled, honest, grants).await;
    read(&mut told).await;
    assert_eq!(shown(&told, owner()).await, all());
    let store = told.engine.store.clone();
    assert_eq!(store.reviewed_notes(owner()).await.unwrap(), [], "receipts have no balance");
    // The full key of the same month comes later, and sees what came before.
    store.apply(vec![received(2, (owner(), true), full(&paid()))]).await.unwrap();
    read(&mut told).await;
    assert_eq!(shown(&told, owner()).await, all());
    assert_eq!(store.reviewed_notes(owner()).await.unwrap().len(), BUNDLES as usize);
    let reads = store.reviewed_reads(owner()).await.unwrap();
    let stands = |read: &KeyRead| read.place.count == BUNDLES && read.round == Round(3);
    assert!(reads.len() == 2 && reads.iter().all(stands));
}

#[tokio::test]
async fn a_grant_that_is_not_the_accounts_own_and_another_months_key_open_nothing() {
    let pooled = Pooled::new();
    let next = Period::first_of(paid().period().month().next());
    let next = SpendingKey::derive(&[1; 32], next).unwrap();
    let stranger = OpenId([9; 32]);
    // The right key, under the name of somebody whose key has not signed; a key of another month.
    let grants = vec![
        received(1, (stranger, false), full(&paid())),
        received(2, (owner(), true), full(&next)),
    ];
    let mut told = reviewing(&pooled, honest, grants).await;
    read(&mut told).await;
    for account in [stranger, owner()] {
        assert_eq!(shown(&told, account).await, []);
        assert_eq!(told.engine.store.reviewed_notes(account).await.unwrap(), []);
    }
    assert_eq!(told.engine.store.reviewed_reads(stranger).await.unwrap(), []);
}

#[tokio::test]
async fn a_worker_that_leaves_something_out_hides_nothing_from_a_reviewer() {
    let pooled = Pooled::new();
    for (name, lie) in LIES {
        let grants = vec![received(1, (owner(), true), full(&paid()))];
        let mut told = reviewing(&pooled, lie, grants).await;
        read(&mut told).await;
        assert_eq!(shown(&told, owner()).await, all(), "{name}");
        assert!(told.others_were_asked() > 0, "{name}");
    }
}

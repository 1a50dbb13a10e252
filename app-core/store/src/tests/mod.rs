//! The crate as a whole: profiles on a real disk, changes in, values out.

mod asks;
mod changes;
mod chats;
mod connections;
mod conversation;
mod damage;
mod found_rests;
mod gifts;
mod headers;
mod history;
mod money;
mod moves;
mod private;
mod profile;
mod proofs;
mod review;
mod reviewed_pool;
mod schema;
mod showings;
mod siblings;
mod unsent;

use crate::keychain::Keychain;
use crate::profile::{create_with, open_with};
use crate::{Change, Store, StoreError};
use chat::{Card, Contact, Direction, Message, Queue, Route, Standing};
use keys::Words;
use ledger::{Deltas, Entry, EntryKind};
use rand::SeedableRng;
use rand::rngs::StdRng;
use ratchet::IdentityKeyPair;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use types::{
    Abc, Abit, Address, AddressKind, Amount, ChainId, MessageId, OpenId, Round, Timestamp, TxId,
    WorkerId,
};
use wallet::{Attempt, Payment, PaymentKind, PaymentState, ProvedEntry};
use zeroize::Zeroizing;

const CHAIN: ChainId = ChainId([0xc0; 32]);
const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

fn words(seed: u8) -> Words {
    Words::from_entropy([seed; 32])
}

/// A folder for a profile that is not there yet.
fn folder() -> (TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("profile");
    (temporary, dir)
}

async fn create(dir: &Path, passphrase: Option<&str>) -> Result<Store, StoreError> {
    create_with(dir, (&words(1), "alice"), passphrase, &Keychain::Absent, &mut rng()).await
}

async fn open(dir: &Path) -> Result<Store, StoreError> {
    let asked = || -> Option<Zeroizing<String>> { panic!("no passphrase was set") };
    open_with(dir, Duration::ZERO, asked, &Keychain::Absent).await
}

/// A profile on disk, open.
async fn alice() -> (Closing, Store) {
    let (temporary, dir) = folder();
    let store = create(&dir, None).await.unwrap();
    (Closing { store: store.clone(), _folder: temporary }, store)
}

/// Closes the database, and waits for it, when the test is over: SQLCipher takes its memory away when
/// the process ends, also from a thread that is closing a database just then. Needs a runtime of
/// several threads.
struct Closing {
    store: Store,
    _folder: TempDir,
}

impl Drop for Closing {
    fn drop(&mut self) {
        let closed = self.store.clone().close();
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(closed));
    }
}

async fn save(store: &Store, changes: Vec<impl Into<Change>>) {
    store.apply(changes.into_iter().map(Into::into).collect()).await.unwrap();
}

fn contact(seed: u8, name: &str) -> Contact {
    let master = words(seed).master();
    let identity = IdentityKeyPair::from_private(*master.chat_identity());
    let card = Card::sign(name, &master.operation_key(), &identity, CHAIN, &mut rng());
    Contact {
        account: card.account(),
        name: name.to_owned(),
        card,
        directory: ([seed; 32], WorkerId([3; 32])),
        route: Route {
            worker: WorkerId([4; 32]),
            send_seed: Zeroizing::new([seed; 32]),
            outer_key: Zeroizing::new([6; 32]),
        },
        ready: false,
        greeted: true,
        standing: Standing::Accepted,
        added: NOW,
    }
}

fn message(contact: OpenId, direction: Direction, id: u8) -> Message {
    Message {
        id: MessageId([id; 16]),
        contact,
        direction,
        time: NOW,
        text: format!("message {id}"),
        delivery: match direction {
            Direction::Out => chat::Delivery::Queued,
            Direction::In => chat::Delivery::Received,
        },
        payment: None,
        envelope: None,
        request: None,
    }
}

fn queue(contact: Option<OpenId>) -> Queue {
    Queue::generate(WorkerId([5; 32]), contact, &mut rng())
}

fn address(payload: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [payload; 20] }
}

fn payment(nonce: u8, to: Address) -> Payment {
    Payment {
        intent: [nonce; 16],
        kind: PaymentKind::Pay,
        to,
        contact: None,
        amount: Amount::new(5_000_000),
        memo: Some("for lunch".to_owned()),
        created: NOW.plus_secs(u64::from(nonce)),
        attempt: Attempt {
            tx: TxId([nonce; 32]),
            bytes: vec![nonce; 300],
            fee: Amount::new(1000),
            nonce: u64::from(nonce),
            expiry: Round(600),
        },
        state: PaymentState::Queued,
    }
}

/// An entry of the proved history: its number, its transaction (also its round), what, how much.
fn entry(counter: u64, tx: u8, kind: EntryKind, units: u64, other: Option<Address>) -> ProvedEntry {
    let outgoing = [
        EntryKind::PayOut,
        EntryKind::Fee,
        EntryKind::Converted,
        EntryKind::Bond,
        EntryKind::PoolIn,
    ];
    let given = matches!(kind, EntryKind::EnvelopeOut { .. });
    let delta = if given || outgoing.contains(&kind) {
        ledger::Delta::minus(units)
    } else {
        ledger::Delta::plus(units)
    };
    let entry = Entry {
        counter,
        round: Round(u64::from(tx)),
        tx: TxId([tx; 32]),
        index: 0,
        kind,
        delta: Deltas { abc: delta, ..Deltas::default() },
        counterparty: other,
        abc: Amount::<Abc>::ZERO,
        abit: Amount::<Abit>::ZERO,
        bonded: Amount::<Abc>::ZERO,
        nonce: 0,
        via_retired: false,
    };
    ProvedEntry { entry, time: NOW.plus_secs(u64::from(tx)) }
}

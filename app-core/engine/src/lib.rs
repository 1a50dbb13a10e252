//! The loop between the pure rooms and the world: it loads, asks a machine, saves, and only then
//! lets bytes leave.
//!
//! `api` is its only caller. It owns tokio, the clock and the random source; rules live in the pure
//! crates, SQL lives in `store`, libp2p lives in `net`. What joins two domains is a flow: one file
//! per verb under `flows`.

mod asking;
mod attention;
mod clock;
mod code;
mod diagnosis;
mod doubts;
mod facts;
mod fault;
mod flows;
mod link;
mod me;
mod observatory;
mod outlook;
mod safety;
mod share;
mod showing;
mod signing;
mod writer;

pub use asking::{Named, Seen, Whose};
pub use attention::Attention;
pub use clock::Clock;
pub use code::Code;
pub use diagnosis::{Finding, FindingKind, Health, diagnose};
pub use doubts::not_alike;
pub use facts::LightFacts;
pub use fault::Fault;
pub use flows::contact::{find_contact, shown_names};
pub use flows::faucet::gift;
pub use flows::give::Giving;
pub use flows::listen::Heard;
pub use flows::moves::{Moved, Swept};
pub use flows::pay::{Payee, Wanted, outcome};
pub use flows::pool::ProvedPool;
pub use flows::private::{
    First, Paying, PoolWork, PrivateQuote, PrivateWanted, Recipient, transfer_outcome,
};
pub use flows::review::{GrantTo, Granted, Granting};
pub use flows::rotation::{Committed, OwnRotation, RotationQuote};
pub use flows::statement::{
    Answering, OfWhom, PaymentMade, PaymentWish, ReceiptsMade, StatementMade, StatementWish,
};
pub use flows::sync::Synced;
pub use light::{ManagerRecord, Mark, RoundLine, Survey};
pub use link::Happening;
pub use observatory::{
    Case, CrossCheck, Explored, Finality, Measured, Observatory, PeerFacts, Second, Standing,
    Steps, Way,
};
pub use outlook::{Migration, Outlook, migration, swept, waiting};
pub use safety::Safety;
pub use share::{Taker, Who};
pub use showing::ShowingWish;
pub use wallet::Quote;
pub use writer::Writer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chat::Ours;
use light::LightState;
use net::Bootstrap;
use ratchet::SenderCertificate;
use store::{HeaderRow, Store};
use tokio::task::JoinSet;
use tokio::time::Instant;
use types::{Abc, Address, Amount, OpenId, QueueId, Round, Timestamp, WorkerId};
use wallet::DeviceId;
use wire::hash;

use crate::flows::again::Lately;
use crate::flows::crosscheck::Answer;
use crate::flows::deliver::Rest;
use crate::flows::flags::SeenFlags;
use crate::flows::private::Proving;
use crate::flows::siblings::Board;
use crate::link::Link;
use crate::me::Keys;

/// One open profile and its connection to the network.
pub struct Engine {
    store: Store,
    clock: Clock,
    keys: Keys,
    /// What everything that we seal shows its reader.
    certificate: SenderCertificate,
    /// Fourteen bits that tell installations of one account apart; never 0.
    registration_id: u32,
    /// The same for those who know the words.
    device: DeviceId,
    name: String,
    /// Nothing about money is signed, ever.
    review_only: bool,
    network: Option<Bound>,
    extra: Vec<Bootstrap>,
    link: Option<Link>,
    /// Mail may have spoken of money: look at the account with every header until then.
    watch: Option<Instant>,
    /// The round in which the account was looked at last.
    looked: Round,
    /// Payments wait to become final.
    paying: bool,
    /// The round up to which the pool's log is known to hold what is saved of it, and no more.
    pool_read: Round,
    /// What the managers have switched off.
    flags: SeenFlags,
    /// A proof that is being made.
    proving: Option<Proving>,
    /// What is put into the pool as soon as no other proof is being made.
    put_in: Option<Amount<Abc>>,
    /// When the profile was opened.
    opened: Instant,
    /// Of some red envelope something may still change.
    gifts_open: bool,
    /// Whether somebody looks.
    attention: Attention,
    /// What was seen, for whoever looks.
    observatory: Observatory,
    /// Why the ledger is not believed now; mail moves all the same.
    distrust: Option<Fault>,
    /// What other workers are being asked.
    checks: JoinSet<Option<Answer>>,
    /// Workers that are being told of a warrant.
    warnings: JoinSet<(WorkerId, bool)>,
    /// Workers that know of what froze us.
    warned: BTreeSet<WorkerId>,
    /// When they were asked last.
    crossed: Option<Instant>,
    /// When the latest headers could not be had.
    gap_left: Option<Instant>,
    /// Contacts that want to know which header the ledger has in a round.
    asked_of_us: Mutex<BTreeMap<OpenId, Round>>,
    /// What was heard last could not be dealt with: the next connection is not hurried.
    shaken: bool,
    /// Queues that hold more than was taken at once.
    unfinished: BTreeSet<QueueId>,
    /// Queues were made that the held stream does not listen to yet.
    unheard: AtomicBool,
    /// When the home worker was asked, over this connection, what it has left of our prekeys.
    tended: Option<Instant>,
    /// Contacts whose envelopes are held up, and until when they are left alone.
    resting: Mutex<BTreeMap<OpenId, Rest>>,
    /// Contacts that were lately asked to send something again.
    asked: Lately,
    /// Contacts for which everything was lately sent again, because they asked.
    answered: Lately,
    /// Contacts for which everything was lately sent again, because they read elsewhere.
    moved: Lately,
    /// When contacts were asked for another address in the pool.
    asked_where: BTreeMap<OpenId, Instant>,
    /// What other devices of the same words tell of their payments.
    board: Board,
}

/// The network that the profile is bound to, for good.
pub(crate) struct Bound {
    pub(crate) genesis: ledger::Genesis,
    pub(crate) home: Bootstrap,
    pub(crate) light: LightState,
    /// Headers that the light state counts as held and that are saved with it.
    pub(crate) unsaved: Vec<HeaderRow>,
}

impl Engine {
    /// Takes an open profile into service. Addresses given now are remembered with it; nothing is
    /// connected yet.
    ///
    /// # Errors
    /// `wrong_network` if an address belongs to another chain than the profile's; codes of the
    /// store.
    pub async fn open(store: Store, extra: Vec<Bootstrap>, clock: Clock) -> Result<Self, Fault> {
        let row = store.identity().await?;
        let keys = Keys::derive(&row.words);
        let certificate = chat::certificate(&keys.identity, &mut rand::rng())
            .map_err(|_| Fault::new(Code::Internal, "no certificate can be made"))?;
        let mut engine = Self {
            store,
            clock,
            registration_id: registration_id(keys.account(), row.created),
            device: device_id(keys.account(), row.created),
            keys,
            certificate,
            name: row.name,
            review_only: row.review_only,
            network: None,
            extra,
            link: None,
            watch: None,
            looked: Round(0),
            paying: false,
            pool_read: Round(0),
            flags: SeenFlags::default(),
            proving: None,
            put_in: None,
            opened: Instant::now(),
            gifts_open: false,
            attention: Attention::default(),
            observatory: Observatory::new(clock),
            distrust: None,
            checks: JoinSet::new(),
            warnings: JoinSet::new(),
            warned: BTreeSet::new(),
            crossed: None,
            gap_left: None,
            asked_of_us: Mutex::default(),
            shaken: false,
            unfinished: BTreeSet::new(),
            unheard: AtomicBool::new(false),
            tended: None,
            resting: Mutex::default(),
            asked: Lately::default(),
            answered: Lately::default(),
            moved: Lately::default(),
            asked_where: BTreeMap::new(),
            board: Board::default(),
        };
        engine.network = engine.load_network().await?;
        engine.flags = engine.saved_flags().await?;
        engine.remember_bootstrap().await?;
        Ok(engine)
    }

    /// Our side of everything that is sealed.
    pub(crate) const fn ours(&self) -> Ours<'_> {
        Ours { identity: &self.keys.identity, certificate: &self.certificate }
    }

    /// OpenID and `A…` address of this profile's account.
    #[must_use]
    pub fn own(&self) -> (OpenId, Address) {
        (self.keys.account(), self.keys.address())
    }

    /// A handle by which front ends say that somebody looks.
    #[must_use]
    pub fn attention(&self) -> Attention {
        self.attention.clone()
    }

    /// Why the ledger is not believed now, while mail still moves.
    #[must_use]
    pub const fn distrust(&self) -> Option<&Fault> {
        self.distrust.as_ref()
    }

    pub(crate) fn asked_of_us(&self) -> MutexGuard<'_, BTreeMap<OpenId, Round>> {
        self.asked_of_us.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the profile. A process must not end before: SQLCipher takes its memory away at the exit,
    /// also from a thread that is still closing a database.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// The profile's database, for queries.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }
}

/// A profile is an installation, and was made at a time of its own.
fn registration_id(account: OpenId, created: Timestamp) -> u32 {
    let [high, low, ..] = hash("bcm-registration-v1", &[&account.0, &created.0.to_be_bytes()]);
    u32::from(u16::from_be_bytes([high, low])).rem_euclid(16_380).saturating_add(1)
}

fn device_id(account: OpenId, created: Timestamp) -> DeviceId {
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
        hash("bcm-device-v1", &[&account.0, &created.0.to_be_bytes()]);
    DeviceId(id)
}

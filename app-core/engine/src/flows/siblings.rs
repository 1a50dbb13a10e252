//! Devices of the same words know of each other's payments (`money-and-mail.md` A9, ADR 24).
//!
//! What each has on its way lies on a board, a queue that follows from the words: whoever knows them
//! reads and writes it, and nobody else. A device tells before it sends, and reads before it plans and
//! before it signs. It waits for that no longer than [`WAIT`], and not at all while it has no siblings;
//! a board that is not to be had holds up nothing, for the ledger takes every nonce, note and claim key
//! once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chat::{Queue, Route, open_envelope, seal_envelope};
use ledger::Transaction;
use net::{CallError, LightNode, NetError};
use shielded::Nullifier;
use store::Change;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};
use types::{EnvelopeId, QueueId, Round, Timestamp, WorkerId};
use wallet::private::Transfer;
use wallet::{
    Announced, DeviceId, Found, KnownIntent, Part, Post, Posted, SiblingChange, assemble,
};
use wire::mail::{MailReply, PULL_MESSAGES, QUEUE_MESSAGES, TTL_SECS};
use wire::{Decode, Encode, code};

use crate::{Engine, Fault};

/// No test depends on how fast a computer is.
const SLOW: u64 = if cfg!(test) { 20 } else { 1 };
/// How long a payment waits for siblings.
const WAIT: Duration = Duration::from_millis(300 * SLOW);
/// How long a board may take that no payment waits for.
const LOOK: Duration = Duration::from_secs(2 * SLOW);
/// A board elsewhere that takes nothing is left alone for so long.
const REST: Duration = Duration::from_secs(30);
/// A sibling is noted anew after so long, in milliseconds.
const NOTED: u64 = 24 * 3_600_000;

/// What is known of the boards, while the program runs.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Our posts on the board of the home worker, and where they lie there; `None` before it was read.
    ours: Option<BTreeMap<[u8; 16], Vec<EnvelopeId>>>,
    /// Posts that were brought to the boards of siblings elsewhere.
    brought: BTreeSet<(WorkerId, [u8; 16])>,
    /// When each post was put last: what a sibling takes for over is not said again at once.
    put: BTreeMap<[u8; 16], Instant>,
    /// Workers that were asked whether a sibling is there.
    called: BTreeSet<WorkerId>,
    /// When boards that took nothing were tried.
    refused: BTreeMap<WorkerId, Instant>,
    /// Who is about to spend which notes, first come first.
    pub(super) announced: Vec<(DeviceId, [u8; 16], Announced)>,
}

impl Engine {
    /// Reads what siblings tell, if the board is to be had in time. True if that changed something.
    pub(crate) async fn heed_siblings(&mut self, node: &LightNode) -> Result<bool, Fault> {
        self.heed_within(node, LOOK).await
    }

    /// The same when a payment waits for it: not at all without siblings.
    pub(crate) async fn heed_before_signing(&mut self, node: &LightNode) -> Result<(), Fault> {
        if !self.siblings().await?.is_empty() {
            self.heed_within(node, WAIT).await?;
        }
        Ok(())
    }

    async fn heed_within(&mut self, node: &LightNode, patience: Duration) -> Result<bool, Fault> {
        if self.review_only {
            return Ok(false);
        }
        passed(timeout(patience, self.read_board(node)).await)
    }

    /// Tells siblings what is on its way here and what is about to be spent; strikes what is over.
    pub(crate) async fn tell_siblings(&mut self, node: &LightNode) -> Result<(), Fault> {
        if self.review_only || self.board.ours.is_none() {
            return Ok(());
        }
        passed(timeout(LOOK, self.tell(node)).await)
    }

    /// The same when a payment waits for it, which is then sent; also if the board could not be read.
    pub(crate) async fn tell_before_sending(&mut self, node: &LightNode) -> Result<(), Fault> {
        if self.review_only || self.siblings().await?.is_empty() {
            return Ok(());
        }
        passed(timeout(WAIT, self.tell(node)).await)
    }

    /// True for the board of the home worker.
    pub(crate) fn is_board(&self, node: &LightNode, queue: QueueId) -> bool {
        self.board_at(node.worker()).is_ok_and(|board| board.id() == queue)
    }

    /// The board that this connection may listen to, once it is there.
    pub(crate) fn heard_board(&self, node: &LightNode) -> Option<Queue> {
        self.board.ours.as_ref()?;
        self.board_at(node.worker()).ok()
    }

    /// True if a sibling was asked for this transfer out of the pool, and makes its attempts.
    pub(crate) async fn is_made_elsewhere(&self, intent: [u8; 16]) -> Result<bool, Fault> {
        let known = self.store.known_transfer(intent).await?;
        Ok(known.is_some_and(|known| known.maker.is_some()))
    }

    /// The notes that siblings have announced and may still spend, but for those that this wish of ours
    /// announced before them.
    pub(crate) fn announced_elsewhere(&self, wish: Option<[u8; 16]>) -> BTreeSet<Nullifier> {
        let round = self.network.as_ref().map_or(Round(0), |network| network.light.round());
        let others = |(device, intent, _): &&(DeviceId, [u8; 16], Announced)| {
            *device != self.device || wish != Some(*intent)
        };
        let before = self.board.announced.iter().take_while(others);
        let theirs = before.filter(|(device, _, it)| *device != self.device && it.until >= round);
        theirs.flat_map(|(_, _, it)| it.notes.iter().copied()).collect()
    }

    /// True if a sibling spends one of these notes: it has signed that, or announced it before us.
    pub(crate) async fn is_taken(
        &self,
        wish: [u8; 16],
        notes: &[Nullifier],
    ) -> Result<bool, Fault> {
        let mut taken = self.announced_elsewhere(Some(wish));
        let elsewhere = self.store.transfers_elsewhere().await?;
        let open = self.store.open_transfers().await?.into_iter();
        for transfer in open.filter(|transfer| elsewhere.contains(&transfer.intent)) {
            taken.extend(spent_by(&transfer));
        }
        Ok(notes.iter().any(|note| taken.contains(note)))
    }

    /// The siblings that were heard of while their posts may still lie somewhere.
    async fn siblings(&self) -> Result<Vec<(DeviceId, WorkerId, Timestamp)>, Fault> {
        let since = self.clock.now().0.saturating_sub(TTL_SECS.saturating_mul(1000));
        Ok(self.store.siblings(Timestamp(since)).await?)
    }

    fn board_at(&self, worker: WorkerId) -> Result<Queue, Fault> {
        Ok(Queue::board(worker, self.keys.board.at(self.bound()?.home.chain, worker)))
    }

    /// Reads all of the board, saves what is new there and deletes what is over.
    async fn read_board(&mut self, node: &LightNode) -> Result<bool, Fault> {
        let board = self.board_at(node.worker())?;
        let Some((parts, mut over)) = pull(node, &board).await? else {
            let made = matches!(node.mail(board.create_request()).await, Ok(MailReply::Created));
            if made {
                self.board.ours = Some(BTreeMap::new());
                self.unheard.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            return Ok(false);
        };
        let (mut ours, mut announced, mut here) = (BTreeMap::new(), vec![], BTreeMap::new());
        let (mut changes, mut wished): (Vec<Change>, BTreeSet<[u8; 16]>) =
            (vec![], BTreeSet::new());
        let wanted: BTreeSet<_> = self.posts(node.worker()).await?.iter().map(Post::id).collect();
        let at = (self.bound()?.light.round(), self.clock.now());
        for Found { id, post, places, again } in assemble(parts) {
            over.extend(again);
            // Of another version, which may be newer.
            let Some(Post { device, what }) = post else { continue };
            let known = self.known_wish(&what).await?;
            let is_forgotten = device == self.device && is_forgotten(&what, known.as_ref());
            let is_ours = device == self.device && !is_forgotten;
            if let (Posted::Transfer(transfer, it), None) = (&what, what.attempt())
                && !it.notes.is_empty()
            {
                announced.push((device, transfer.intent, it.clone()));
            }
            match &what {
                _ if is_ours => {
                    if wanted.contains(&id) {
                        ours.insert(id, places);
                    } else {
                        over.extend(places);
                    }
                }
                Posted::Here(worker) => {
                    changes.extend(self.seen(device, *worker).await?);
                    // The last one counts.
                    over.extend(here.insert(device, places).unwrap_or_default());
                }
                Posted::Payment(_) | Posted::Transfer(..) => {
                    if what.attempt().is_none() && !what.has_lapsed(at.0) {
                        wished.extend(what.intent());
                    }
                    if what.is_over(known.as_ref(), at) {
                        over.extend(places);
                    } else if is_forgotten && known.is_some_and(|known| known.maker.is_none())
                        || what.is_news(device, known.as_ref(), at)
                    {
                        changes.extend(self.taken(device, what).await?);
                    }
                }
            }
        }
        for wish in self.store.transfers_of_siblings().await? {
            if wish.attempt.is_none() && !wished.contains(&wish.intent) {
                changes.push(saved(SiblingChange::ForgetWish(wish.intent)));
            }
        }
        let news = !changes.is_empty();
        if news {
            self.paying = true;
            self.store.apply(changes).await?;
        }
        (self.board.ours, self.board.announced) = (Some(ours), announced);
        delete(node, &board, over).await?;
        Ok(news)
    }

    async fn known_wish(&self, what: &Posted) -> Result<Option<KnownIntent>, Fault> {
        Ok(match what {
            Posted::Here(_) => None,
            Posted::Payment(payment) => self.store.known_payment(payment.intent).await?,
            Posted::Transfer(transfer, _) => self.store.known_transfer(transfer.intent).await?,
        })
    }

    /// What is to be saved of a sibling that is there, now and then.
    async fn seen(&self, device: DeviceId, worker: WorkerId) -> Result<Option<Change>, Fault> {
        let now = self.clock.now();
        let known =
            self.siblings().await?.into_iter().any(|(one, at, seen)| {
                one == device && at == worker && now.millis_since(seen) < NOTED
            });
        Ok((!known).then(|| saved(SiblingChange::See(device, worker, now))))
    }

    /// What a sibling has on its way, to be saved here; nothing if the log shows that one of its notes is
    /// spent already.
    async fn taken(&self, maker: DeviceId, what: Posted) -> Result<Option<Change>, Fault> {
        if !what.is_of(self.bound()?.home.chain) {
            return Ok(None);
        }
        Ok(match what {
            Posted::Here(_) => None,
            Posted::Payment(payment) => Some(saved(SiblingChange::TakePayment(maker, payment))),
            Posted::Transfer(transfer, _) => {
                let notes: BTreeSet<Nullifier> = spent_by(&transfer).into_iter().collect();
                let known = self.store.all_notes().await?;
                let is_spent = known
                    .iter()
                    .any(|(note, spent)| spent.is_some() && notes.contains(&note.nullifier));
                (!is_spent).then(|| saved(SiblingChange::TakeTransfer(maker, transfer)))
            }
        })
    }

    /// All that siblings are to know now: that we are there and, if there are any, what is on its way.
    async fn posts(&self, home: WorkerId) -> Result<Vec<Post>, Fault> {
        let mut posts = vec![Posted::Here(home)];
        if !self.siblings().await?.is_empty() {
            let elsewhere = self.store.payments_elsewhere().await?;
            let payments = self.store.open_payments().await?.into_iter();
            let payments = payments.filter(|payment| !elsewhere.contains(&payment.intent));
            posts.extend(payments.map(|payment| Posted::Payment(Box::new(payment))));
            let elsewhere = self.store.transfers_elsewhere().await?;
            let mut proving = self.proving.as_ref().and_then(|it| it.announces());
            for transfer in self.store.open_transfers().await? {
                if elsewhere.contains(&transfer.intent) {
                    continue;
                }
                let of_this = proving.take_if(|(intent, ..)| *intent == transfer.intent);
                let announced = of_this.map(|(_, _, it)| it.clone()).unwrap_or_default();
                posts.push(Posted::Transfer(Box::new(transfer), announced));
            }
            // What moves on to ourselves is saved once it is signed.
            if let Some((_, Some(transfer), announced)) = proving {
                posts.push(Posted::Transfer(Box::new(transfer.clone()), announced.clone()));
            }
        }
        Ok(posts.into_iter().map(|what| Post { device: self.device, what }).collect())
    }

    async fn tell(&mut self, node: &LightNode) -> Result<(), Fault> {
        let home = node.worker();
        let (board, posts) = (self.board_at(home)?, self.posts(home).await?);
        let mut others: BTreeSet<WorkerId> =
            self.siblings().await?.into_iter().map(|(_, worker, _)| worker).collect();
        let is_new = self.board.ours.as_ref().is_some_and(BTreeMap::is_empty);
        for post in &posts {
            let id = post.id();
            let is_there = self.board.ours.as_ref().is_some_and(|ours| ours.contains_key(&id));
            if is_there || self.board.put.get(&id).is_some_and(|at| at.elapsed() < REST) {
                continue;
            }
            self.board.put.insert(id, Instant::now());
            let Some(places) = put(node, &board.route(), post).await? else { continue };
            if let Some(ours) = &mut self.board.ours {
                ours.insert(id, places);
            }
        }
        others.remove(&home);
        if is_new || self.link.as_ref().is_some_and(|link| link.events.is_some()) {
            self.call_everywhere(node, &others).await?;
        }
        others.retain(|worker| self.board.refused.get(worker).is_none_or(|at| at.elapsed() > REST));
        for worker in others {
            let route = self.board_at(worker)?.route();
            for post in posts.iter().filter(|post| !post.what.waits()) {
                if self.board.brought.contains(&(worker, post.id())) {
                    continue;
                }
                // Where none of ours reads there is no board.
                if put(node, &route, post).await?.is_none() {
                    self.board.refused.insert(worker, Instant::now());
                    break;
                }
                self.board.brought.insert((worker, post.id()));
            }
        }
        let wanted: BTreeSet<[u8; 16]> = posts.iter().map(Post::id).collect();
        self.board.put.retain(|id, _| wanted.contains(id));
        let Some(ours) = &mut self.board.ours else { return Ok(()) };
        let over: Vec<_> = ours.extract_if(.., |id, _| !wanted.contains(id)).collect();
        delete(node, &board, over.into_iter().flat_map(|(_, places)| places).collect()).await
    }

    /// Says once to each other worker that we know of that we are there: a sibling may be at one, and know
    /// none that we are at. Where there is none, there is no board.
    async fn call_everywhere(
        &mut self,
        node: &LightNode,
        but: &BTreeSet<WorkerId>,
    ) -> Result<(), Fault> {
        let home = node.worker();
        for worker in self.candidates().await?.into_iter().map(|known| known.worker) {
            if worker != home && !but.contains(&worker) && self.board.called.insert(worker) {
                let here = Post { device: self.device, what: Posted::Here(home) };
                put(node, &self.board_at(worker)?.route(), &here).await?;
            }
        }
        Ok(())
    }
}

fn saved(change: SiblingChange) -> Change {
    wallet::Change::OfSibling(change).into()
}

/// True for what was signed here and is not known here any more, as after the folder was put back: it is
/// taken over like a sibling's, and nothing else is signed for that wish.
fn is_forgotten(what: &Posted, known: Option<&KnownIntent>) -> bool {
    let Some((tx, expiry)) = what.attempt() else { return false };
    known.is_none_or(|known| {
        let is_later = known.attempt.is_none_or(|(before, last)| before != tx && expiry > last);
        known.maker.is_some() || is_later
    })
}

/// What is wrong with a board holds up nothing; that a connection is gone, the next request finds out.
fn passed<T: Default>(done: Result<Result<T, Fault>, Elapsed>) -> Result<T, Fault> {
    match done {
        Ok(Err(fault)) if fault.is_elsewhere() => {
            tracing::info!(code = fault.code(), "siblings are heard later");
            Ok(T::default())
        }
        Ok(done) => done,
        Err(_) => {
            tracing::info!("siblings are heard later");
            Ok(T::default())
        }
    }
}

fn spent_by(transfer: &Transfer) -> Vec<Nullifier> {
    let Some(attempt) = &transfer.attempt else { return vec![] };
    let transaction = Transaction::from_bytes(&attempt.bytes).ok();
    let bundle = transaction.and_then(|transaction| transaction.bundle);
    bundle.map(|bundle| bundle.effects.nullifiers().collect()).unwrap_or_default()
}

/// Everything on a board in order, and what is no part of a post; `None` if there is no board.
async fn pull(
    node: &LightNode,
    board: &Queue,
) -> Result<Option<(Vec<(EnvelopeId, Part)>, Vec<EnvelopeId>)>, Fault> {
    let (mut parts, mut rubbish, mut after) = (vec![], vec![], 0);
    let send = board.route().send_id();
    for _ in 0..QUEUE_MESSAGES {
        let (envelopes, more) = match node.mail(board.pull_request(&node.peer(), after)).await {
            Ok(MailReply::Waiting { envelopes, more }) => (envelopes, more),
            Ok(MailReply::Created | MailReply::Stored(_) | MailReply::Deleted) => {
                return Err(NetError::BadReply.into());
            }
            Err(CallError::Failure(failure)) if failure.code == code::NOT_FOUND => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let before = after;
        for envelope in envelopes {
            after = after.max(envelope.position);
            let place = board.envelope_id(&envelope.blob);
            let opened = open_envelope(&board.outer_key, send, &envelope.blob).ok();
            match opened.and_then(|bytes| Part::from_bytes(&bytes).ok()) {
                Some(part) => parts.push((place, part)),
                None => rubbish.push(place),
            }
        }
        // Nothing new behind an old position is no progress, whatever the worker says.
        if !more || after == before {
            break;
        }
    }
    Ok(Some((parts, rubbish)))
}

/// Puts a post on a board, and says where it lies; `None` if the worker does not take it now.
async fn put(
    node: &LightNode,
    route: &Route,
    post: &Post,
) -> Result<Option<Vec<EnvelopeId>>, Fault> {
    let (mut places, send) = (vec![], route.send_id());
    let Some(parts) = post.parts() else { return Ok(None) };
    for part in parts {
        let sealed = seal_envelope(route, &part.to_bytes(), &mut rand::rng());
        let Ok(blob) = sealed else { return Ok(None) };
        places.push(wire::mail::envelope_id(send, &blob));
        match node.mail(route.put_request(blob)).await {
            Ok(MailReply::Stored(_)) => {}
            Ok(_) | Err(CallError::Failure(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(places))
}

async fn delete(node: &LightNode, board: &Queue, over: Vec<EnvelopeId>) -> Result<(), Fault> {
    for some in over.chunks(PULL_MESSAGES) {
        match node.mail(board.delete_request(some.to_vec())).await {
            Ok(_) | Err(CallError::Failure(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

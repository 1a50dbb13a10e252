//! Our prekeys at the home worker, through lost answers, lost entries, and time.

use chat::{KeptPreKey, PreKeyKind};
use ratchet::Bundle;
use wire::directory::{DirectoryReply, Holding, OneTime, OneTimeKyber, Publication};

use super::*;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// The one entry of a directory.
#[derive(Default)]
pub(super) struct Directory {
    entry: Option<Publication>,
    /// Everything that was sent to it.
    publications: Vec<Publication>,
    /// Takes what comes, and does not say so.
    silent: bool,
}

impl Directory {
    pub(super) fn answer(&mut self, request: DirectoryRequest) -> Result<DirectoryReply, Failure> {
        match request {
            DirectoryRequest::Publish { publication, .. } => self.publish(publication),
            DirectoryRequest::Count { .. } => match self.holding() {
                Some(holding) => Ok(DirectoryReply::Counted(holding)),
                None => Err(Failure::new(code::NOT_FOUND, "")),
            },
            DirectoryRequest::Fetch { .. } => match self.fetch() {
                Some((bundle, one_time, kyber)) => {
                    Ok(DirectoryReply::Fetched { bundle, one_time, kyber })
                }
                None => Err(Failure::new(code::NOT_FOUND, "")),
            },
        }
    }

    /// How often somebody has published.
    pub(super) fn publications(&self) -> usize {
        self.publications.len()
    }

    fn publish(&mut self, publication: Publication) -> Result<DirectoryReply, Failure> {
        self.publications.push(publication.clone());
        let known = self.entry.as_ref().map_or(0, |entry| entry.sequence);
        if publication.sequence < known {
            return Err(Failure::new(code::BAD_REQUEST, ""));
        }
        if publication.sequence > known {
            let former = self.entry.take().filter(|_| !publication.afresh);
            let (mut one_time, mut kyber) =
                former.map_or((vec![], vec![]), |former| (former.one_time, former.kyber));
            one_time.extend(publication.one_time.clone());
            kyber.extend(publication.kyber.clone());
            self.entry = Some(Publication { one_time, kyber, ..publication });
        }
        match self.holding().filter(|_| !self.silent) {
            Some(holding) => Ok(DirectoryReply::Published(holding)),
            None => Err(Failure::new(code::UNAVAILABLE, "")),
        }
    }

    fn fetch(&mut self) -> Option<(Vec<u8>, Option<OneTime>, Option<OneTimeKyber>)> {
        let entry = self.entry.as_mut()?;
        Some((entry.bundle.clone(), entry.one_time.pop(), entry.kyber.pop()))
    }

    fn holding(&self) -> Option<Holding> {
        let Publication { sequence, one_time, kyber, .. } = self.entry.as_ref()?;
        let count = |count: usize| u32::try_from(count).unwrap();
        Some(Holding {
            sequence: *sequence,
            one_time: count(one_time.len()),
            kyber: count(kyber.len()),
        })
    }
}

impl Worker {
    async fn with_directory() -> Self {
        Self::play(|request| match request {
            MailRequest::Pull { .. } => Ok(MailReply::Waiting { envelopes: vec![], more: false }),
            MailRequest::Put { .. } => Ok(MailReply::Stored(NOW)),
            MailRequest::Create { .. } => Ok(MailReply::Created),
            MailRequest::Delete { .. } => Ok(MailReply::Deleted),
        })
        .await
    }

    fn directory<T>(&self, look: impl FnOnce(&mut Directory) -> T) -> T {
        look(&mut self.directory.lock().unwrap())
    }

    fn left(&self) -> (u32, u32) {
        let holding = self.directory(|directory| directory.holding().unwrap());
        (holding.one_time, holding.kyber)
    }

    fn publications(&self) -> usize {
        self.directory(|directory| directory.publications())
    }
}

/// Opens the profile so many milliseconds later, and brings it up to date over a new connection.
async fn sync(store: &Store, later: i64) {
    let mut engine = Engine::open(store.clone(), vec![], Clock::wrong_by(later)).await.unwrap();
    engine.sync(PATIENCE).await.unwrap();
}

/// Alice, whom strangers can reach.
async fn reachable(worker: &Worker) -> (TempDir, Store) {
    let (dir, store) = alice(worker).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    engine.invite().await.unwrap();
    (dir, store)
}

async fn kept(store: &Store, kind: PreKeyKind) -> Vec<KeptPreKey> {
    let all = store.kept_prekeys().await.unwrap();
    all.into_iter().filter(|kept| kept.kind == kind).collect()
}

#[tokio::test]
async fn whoever_is_drained_is_filled_up_by_what_the_worker_has_left() {
    let worker = Worker::with_directory().await;
    let (_dir, store) = reachable(&worker).await;
    assert_eq!((worker.left(), worker.publications()), ((30, 30), 1));
    sync(&store, 0).await;
    assert_eq!(worker.publications(), 1, "there is enough");
    // Somebody asks again and again and never writes: nothing of it shows on our side.
    for _ in 0..25 {
        worker.directory(|directory| directory.fetch().unwrap());
    }
    sync(&store, 0).await;
    assert_eq!((worker.left(), worker.publications()), ((35, 35), 2));
    assert_eq!(kept(&store, PreKeyKind::OneTimeKyber).await.len(), 60);
}

#[tokio::test]
async fn one_connection_asks_once_in_a_while() {
    let worker = Worker::with_directory().await;
    let (_dir, store) = reachable(&worker).await;
    let mut engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    engine.sync(PATIENCE).await.unwrap();
    for _ in 0..25 {
        worker.directory(|directory| directory.fetch().unwrap());
    }
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(worker.publications(), 1);
    engine.detach();
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(worker.publications(), 2);
}

#[tokio::test]
async fn a_publication_without_an_answer_is_sent_again_byte_for_byte() {
    let worker = Worker::with_directory().await;
    let (_dir, store) = alice(&worker).await;
    worker.directory(|directory| directory.silent = true);
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    assert_eq!(engine.invite().await.unwrap_err().code(), "no_network");
    let saved = store.kept_prekeys().await.unwrap();
    assert_eq!(saved.len(), 62);
    assert_eq!(store.identity().await.unwrap().publication, 0);
    // It has been taken, and somebody is given a prekey before we come back.
    worker.directory(|directory| {
        directory.silent = false;
        directory.fetch().unwrap()
    });
    sync(&store, 0).await;
    let sent = worker.directory(|directory| directory.publications.clone());
    assert!(sent.len() == 2 && sent[0] == sent[1]);
    assert_eq!(worker.left(), (29, 29), "nothing is handed out twice");
    assert_eq!(store.kept_prekeys().await.unwrap(), saved, "and nothing was made for it");
    assert_eq!(store.waiting_publication().await.unwrap(), None);
    assert_eq!(store.identity().await.unwrap().publication, sent[0].sequence);
}

#[tokio::test]
async fn lasting_prekeys_are_renewed_and_the_former_ones_forgotten_when_their_time_is_over() {
    let worker = Worker::with_directory().await;
    let (_dir, store) = reachable(&worker).await;
    let signed = |worker: &Worker| {
        let bundle = worker.directory(|directory| directory.entry.as_ref().unwrap().bundle.clone());
        Bundle::from_parts(&bundle, None).unwrap().signed.id
    };
    let first = signed(&worker);
    sync(&store, DAY_MS).await;
    assert_eq!(signed(&worker), first);
    sync(&store, 3 * DAY_MS).await;
    let second = signed(&worker);
    assert_ne!(first, second);
    assert_eq!(worker.left(), (30, 30));
    let ids = |kept: Vec<KeptPreKey>| kept.iter().map(|kept| kept.id).collect::<Vec<_>>();
    assert_eq!(ids(kept(&store, PreKeyKind::Signed).await), [first, second]);
    sync(&store, 32 * DAY_MS).await;
    assert_eq!(ids(kept(&store, PreKeyKind::Signed).await), [first, second, signed(&worker)]);
    sync(&store, 34 * DAY_MS).await;
    assert!(!ids(kept(&store, PreKeyKind::Signed).await).contains(&first));
}

#[tokio::test]
async fn an_account_that_was_restored_puts_its_own_prekeys_in_the_place_of_the_lost_ones() {
    let worker = Worker::with_directory().await;
    let (_dir, lost) = reachable(&worker).await;
    lost.close().await;
    let former = worker.directory(|directory| directory.entry.clone().unwrap());
    let (_dir, store) = reachable(&worker).await;
    let entry = worker.directory(|directory| directory.entry.clone().unwrap());
    assert!(entry.sequence > former.sequence && entry.bundle != former.bundle);
    assert_eq!(worker.left(), (30, 30));
    assert!(former.one_time.iter().all(|key| !entry.one_time.contains(key)));
    assert!(former.kyber.iter().all(|key| !entry.kyber.contains(key)));
    // And once the worker itself has lost everything.
    worker.directory(|directory| directory.entry = None);
    sync(&store, 0).await;
    assert_eq!(worker.left(), (30, 30));
    let served = kept(&store, PreKeyKind::OneTime).await;
    assert_eq!(served.iter().filter(|kept| kept.replaced.is_none()).count(), 30);
}

#[tokio::test]
async fn whoever_only_added_a_contact_can_be_written_to_first_as_well() {
    let worker = Worker::with_directory().await;
    let (_dir, store) = alice(&worker).await;
    sync(&store, 0).await;
    assert_eq!(worker.publications(), 0, "nobody knows us yet");
    let bob = with_envelopes(&store, BOB, 0).await;
    let queue = Queue::generate(worker.transport.id(), Some(bob), &mut rand::rng());
    save(&store, vec![Change::SaveQueue(queue)]).await;
    sync(&store, 0).await;
    assert_eq!(worker.left(), (30, 30));
}

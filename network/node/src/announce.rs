//! A worker tells every manager where it listens, again and again: a manager keeps it in memory
//! only. On the way it learns where managers went that it cannot reach any more.

use crate::book::Book;
use crate::managers::Managers;
use net::NetError;
use net::transport::Transport;
use std::sync::Arc;
use std::time::Duration;
use types::WorkerId;
use wire::roster::{Announcement, Heard, MAX_ADDRESSES};
use wire::{Encode, Reply, protocol};

const AGAIN: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(5);

/// Announces once; true if at least one manager has heard it.
pub(crate) async fn once(transport: &Transport, managers: &Managers) -> bool {
    let mut addresses = transport.addresses();
    addresses.truncate(MAX_ADDRESSES);
    let announcement = Announcement { addresses }.to_bytes();
    let mut heard = false;
    for manager in managers.peers() {
        let answer = managers.ask::<Heard>(manager, protocol::ROSTER, &announcement).await;
        match answer {
            Ok(Reply::Done(Heard)) => heard = true,
            Ok(Reply::Failed(failure)) => {
                tracing::warn!(%manager, %failure, "not let into the roster");
            }
            Err(error) => {
                tracing::debug!(%manager, %error, "a manager did not hear us");
                look_for(manager, managers).await;
            }
        }
    }
    heard
}

/// Announces for ever.
pub(crate) fn start(transport: Transport, managers: Arc<Managers>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(AGAIN).await;
            once(&transport, &managers).await;
            // One that takes payments and forgets them must not be the only one that gets them.
            managers.next();
        }
    });
}

/// A manager tells every other it knows where it listens, for ever: one that was moved is found
/// again, and one that joins is heard of.
pub(crate) fn to_managers(transport: Transport, mut reached_at: Vec<String>, book: Arc<Book>) {
    reached_at.truncate(MAX_ADDRESSES);
    let announcement = Announcement { addresses: reached_at }.to_bytes();
    tokio::spawn(async move {
        loop {
            for (other, addresses) in book.all() {
                if other != transport.id()
                    && let Err(error) = tell(&transport, other, &addresses, &announcement).await
                {
                    tracing::debug!(%other, %error, "a manager did not hear us");
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    });
}

async fn tell(
    transport: &Transport,
    other: WorkerId,
    addresses: &[String],
    announcement: &[u8],
) -> Result<(), NetError> {
    transport.connect(other, addresses).await?;
    transport.request(other, protocol::ROSTER, announcement, PATIENCE).await.map(drop)
}

async fn look_for(manager: WorkerId, managers: &Managers) {
    if let Ok(addresses) = managers.locate(manager).await {
        managers.moved(manager, addresses);
    }
}

//! The one task that owns the engine: it does what is asked, one piece after the other, sends what
//! was written, and listens to the network in between.

use std::sync::Arc;
use std::time::Duration;

use engine::{Clock, Engine, Fault, Happening, Heard, LightFacts, PoolWork};
use futures::future::BoxFuture;
use store::MoneyMark;
use tokio::sync::{Notify, mpsc, watch};
use types::Timestamp;

use crate::app::PATIENCE;
use crate::events::Bell;
use crate::{Connection, Error, Topic};

/// How long what is under way may take when the profile is closed.
const GRACE: Duration = Duration::from_secs(2);

/// Something to do with the engine.
pub(crate) type Job = Box<dyn for<'a> FnOnce(&'a mut Engine) -> BoxFuture<'a, ()> + Send>;

/// How the task is told what to do.
pub(crate) struct Orders {
    /// What somebody waits for, in order.
    pub(crate) jobs: mpsc::UnboundedReceiver<Job>,
    /// Something was written; any number of times is as good as once.
    pub(crate) written: Arc<Notify>,
    /// True once the profile is to be closed.
    pub(crate) end: watch::Receiver<bool>,
}

/// What the task says about itself.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) connection: Connection,
    /// What a person must do something about.
    pub(crate) trouble: Option<Error>,
    pub(crate) light: Option<LightFacts>,
    /// What a proof is being made for, and since when.
    pub(crate) work: Option<(PoolWork, Timestamp)>,
}

/// The task's own things.
pub(crate) struct Keeper {
    engine: Engine,
    offline: bool,
    bell: Bell,
    said: watch::Sender<Said>,
    mark: Option<MoneyMark>,
}

impl Keeper {
    pub(crate) fn new(engine: Engine, offline: bool, bell: Bell) -> (Self, watch::Receiver<Said>) {
        let connection = if offline { Connection::Offline } else { Connection::Connecting };
        engine.note_standing();
        let first = Said { connection, trouble: None, light: engine.light_facts(), work: None };
        let (said, heard) = watch::channel(first);
        (Self { engine, offline, bell, said, mark: None }, heard)
    }

    /// Works until it is told to end, then closes the profile. What is under way is given a moment
    /// and then dropped, as a crash would: nothing that was saved is lost by it.
    pub(crate) async fn run(mut self, orders: Orders) {
        let mut end = orders.end.clone();
        let patience = async {
            ended(&mut end).await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = self.keep(orders) => {}
            () = patience => {}
        }
        self.engine.close().await;
    }

    async fn keep(&mut self, orders: Orders) {
        let Orders { mut jobs, written, mut end } = orders;
        self.mark = self.engine.store().money_mark().await.ok();
        loop {
            tokio::select! {
                biased;
                () = ended(&mut end) => return,
                job = jobs.recv() => match job {
                    Some(job) => job(&mut self.engine).await,
                    None => return,
                },
                () = written.notified(), if !self.offline => {
                    self.engine.flush_waiting(PATIENCE).await;
                }
                heard = self.engine.hear(), if !self.offline => self.take(heard).await,
            }
            self.tell().await;
        }
    }

    async fn take(&mut self, heard: Heard) {
        match self.engine.handle(heard).await {
            Ok(Happening::Chat | Happening::Ledger) => {
                self.connected(Connection::Online, self.engine.distrust().cloned());
            }
            Ok(Happening::Offline) => self.connected(Connection::Offline, None),
            Err(fault) => self.connected(Connection::Offline, Some(fault)),
        }
    }

    fn connected(&self, connection: Connection, trouble: Option<Fault>) {
        let trouble = trouble.map(Error::from);
        let changed = self.said.send_if_modified(|said| {
            let changed = said.connection != connection || said.trouble != trouble;
            (said.connection, said.trouble) = (connection, trouble);
            changed
        });
        if changed {
            self.bell.ring(Topic::Connection);
        }
    }

    /// Tells what the light node knows now, and whether money moved.
    async fn tell(&mut self) {
        self.engine.note_standing();
        let light = self.engine.light_facts();
        let moved = self.said.send_if_modified(|said| {
            let moved = said.light != light;
            said.light = light;
            moved
        });
        if moved {
            self.bell.ring(Topic::Light);
        }
        let work = self.engine.pool_work();
        let turned = self.said.send_if_modified(|said| {
            let turned = said.work.map(|(of, _)| of) != work;
            if turned {
                said.work = work.map(|of| (of, Clock::system().now()));
            }
            turned
        });
        // A profile that cannot be read fails the next command, which says so.
        let mark = self.engine.store().money_mark().await.ok();
        let moved = mark.is_some() && mark != self.mark;
        if moved {
            self.mark = mark;
        }
        if moved || turned {
            self.bell.ring(Topic::Money);
            // A payment is shown in its conversation, too.
            self.bell.ring(Topic::Chat);
        }
    }
}

/// Also when nobody is left who could say so.
async fn ended(end: &mut watch::Receiver<bool>) {
    let _ = end.wait_for(|ended| *ended).await;
}

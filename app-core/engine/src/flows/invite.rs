//! Becoming reachable: a queue for strangers, prekeys in the directory, and the invite that names
//! both.

use chat::{Card, Change, Invite, Me, Queue};

use crate::{Code, Engine, Fault};

impl Engine {
    /// Makes sure that strangers can write to us, and returns the invite that lets them.
    ///
    /// # Errors
    /// `no_network` if the home worker has not confirmed everything; nothing is lost, ask again.
    pub async fn invite(&mut self) -> Result<String, Fault> {
        let node = self.attach().await?;
        self.invite_queue().await?;
        self.create_queues(&node).await?;
        let queue = self.invite_queue().await?;
        if !queue.created {
            let why = "the node makes no mailbox for you now; try again later";
            return Err(Fault::new(Code::NoNetwork, why));
        }
        self.publish_prekeys(&node).await?;
        let me = self.me()?;
        let invite = Invite {
            chain: me.chain,
            card: me.card,
            directory: (me.directory, me.home),
            route: queue.route(),
        };
        Ok(invite.text())
    }

    /// What we show to others.
    pub(crate) fn me(&self) -> Result<Me, Fault> {
        let home = &self.bound()?.home;
        let card = Card::sign(
            &self.name,
            &self.keys.operation,
            &self.keys.identity,
            home.chain,
            &mut rand::rng(),
        );
        Ok(Me {
            chain: home.chain,
            card,
            directory: self.keys.directory.public(),
            home: home.worker,
        })
    }

    async fn invite_queue(&mut self) -> Result<Queue, Fault> {
        let home = self.bound()?.home.worker;
        let saved = self.store.queues().await?;
        let own = saved.into_iter().find(|queue| queue.contact.is_none() && queue.worker == home);
        if let Some(queue) = own {
            return Ok(queue);
        }
        let queue = Queue::generate(home, None, &mut rand::rng());
        let id = queue.id();
        self.store.apply(vec![Change::SaveQueue(queue).into()]).await?;
        let saved = self.store.queues().await?;
        saved
            .into_iter()
            .find(|queue| queue.id() == id)
            .ok_or_else(|| Fault::new(Code::Internal, "a queue that was saved is not there"))
    }
}

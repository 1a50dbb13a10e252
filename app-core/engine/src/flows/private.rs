//! Money in the private pool: the log is read, what was wished is proved, what is proved is sent.
//!
//! Each step is saved before the next: a wish before anything is proved for it, a proved transaction
//! before it is sent, and it is sent byte for byte until the log has it or it can never come
//! (`money-and-mail.md` A9). A proof takes seconds of all cores and is made beside everything else;
//! one that is lost with the program is made again, for nothing of it was ever sent.

mod cancel;
mod carry;
mod contacts;
mod give;
mod merge;
mod next;
mod pay;
pub(super) mod prove;
mod put_in;
mod quote;
mod read;
pub(super) mod sweep;

pub use cancel::PoolWork;
pub use pay::{First, Paying, PrivateWanted, Recipient, transfer_outcome};
pub(crate) use prove::Proving;
pub use quote::PrivateQuote;

use net::LightNode;

use crate::{Engine, Fault};

impl Engine {
    /// One step of everything that is private: reads the log, keeps a proof that is done, sends what
    /// was proved, and begins the next proof.
    pub(crate) async fn follow_private(&mut self, node: &LightNode) -> Result<(), Fault> {
        self.read_pool(node).await?;
        self.look_at_flags(node).await?;
        if self.proving.as_ref().is_some_and(Proving::is_done) {
            self.heed_before_signing(node).await?;
        }
        let topped = self.keep_proof().await?;
        self.tell_before_sending(node).await?;
        if topped {
            self.submit_open(node).await?;
            self.submit_claims(node).await?;
        }
        self.submit_transfers(node).await?;
        self.begin_proof().await?;
        // Their notes are announced while the proof is made.
        self.tell_before_sending(node).await
    }

    /// The same, as part of following the ledger: a pool that nobody tells of just now is read later,
    /// and holds up nothing else.
    pub(crate) async fn look_at_pool(&mut self, node: &LightNode) -> Result<(), Fault> {
        let looked = async {
            self.follow_private(node).await?;
            self.merge_in_the_background().await
        };
        match looked.await {
            Err(fault) if fault.is_elsewhere() && !fault.is_offline() => {
                tracing::info!(code = fault.code(), "the private pool is read later");
                Ok(())
            }
            done => done,
        }
    }

    /// Goes on until nothing is to be proved any more just now; what waits for a later anchor waits
    /// on. A network that is gone is no fault: all of it is saved.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn finish_private(&mut self) -> Result<(), Fault> {
        const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
        loop {
            if self.is_known_offline() {
                return Ok(());
            }
            let step = async {
                let node = self.attach().await?;
                self.follow_private(&node).await
            };
            let done = tokio::time::timeout(PATIENCE, step).await;
            self.judge(done)?;
            match &mut self.proving {
                Some(proving) => proving.wait().await,
                None => return Ok(()),
            }
        }
    }
}

//! Payments out of the pool that are not signed yet: what is being done for them, and calling one off.

use types::{Abc, Amount};
use wallet::private::{Transfer, TransferState};

use crate::{Engine, Fault};

/// What a proof is being made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolWork {
    /// A payment, by its intent.
    Transfer([u8; 16]),
    /// So much into the pool.
    TopUp(Amount<Abc>),
    /// What a former account holds, into the present one.
    CarryOver,
    /// A share of a red envelope, into the pool.
    Share,
    /// Several notes into one.
    Merge,
}

impl Engine {
    /// What a proof is being made for just now.
    #[must_use]
    pub fn pool_work(&self) -> Option<PoolWork> {
        self.proving.as_ref().and_then(super::Proving::work)
    }

    /// Calls a payment off for which nothing is signed. A proof that is being made for it, or for
    /// money that only it needs in the pool, is thrown away. Called off once more, it stays so.
    ///
    /// # Errors
    /// `unknown_payment`; `too_late` once it is signed: what is on its way cannot be called back;
    /// `other_device` if another device of the same words was asked for it.
    pub async fn cancel_transfer(&mut self, intent: [u8; 16]) -> Result<Transfer, Fault> {
        let unknown = || Fault::refused("unknown_payment", "no such private payment; see history");
        let wish = self.store.transfer(intent).await?.ok_or_else(unknown)?;
        match wish.state {
            TransferState::Planned if self.is_made_elsewhere(intent).await? => {
                let words = "another of your devices was asked for it; call it off there";
                return Err(Fault::refused("other_device", words));
            }
            TransferState::Planned => {}
            TransferState::Cancelled => return Ok(wish),
            TransferState::Queued
            | TransferState::Submitted
            | TransferState::Final(_)
            | TransferState::Expired => {
                let words = "it is signed, or over; what is on its way cannot be called back";
                return Err(Fault::refused("too_late", words));
            }
        }
        let wish = Transfer { state: TransferState::Cancelled, ..wish };
        let saved = wallet::Change::SaveTransfer(Box::new(wish.clone()));
        self.store.apply(vec![saved.into()]).await?;
        let open = self.store.open_transfers().await?;
        let needed = open.iter().any(|other| other.state == TransferState::Planned);
        if let Some(proving) = &mut self.proving {
            match proving.work() {
                Some(PoolWork::Transfer(of)) if of == intent => proving.drop_result(),
                Some(PoolWork::TopUp(_)) if !needed && proving.is_for_payment() => {
                    proving.drop_result();
                }
                Some(
                    PoolWork::Transfer(_)
                    | PoolWork::TopUp(_)
                    | PoolWork::CarryOver
                    | PoolWork::Share
                    | PoolWork::Merge,
                )
                | None => {}
            }
        }
        Ok(wish)
    }
}

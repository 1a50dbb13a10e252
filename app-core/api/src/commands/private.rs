//! The private pool: an address in it, money into it, payments out of it.

use engine::{Paying, PrivateWanted, transfer_outcome};
use types::{Abc, Amount};
use wallet::private::{OwnNote, PrivatePayee, Transfer, TransferState};

use crate::commands::money::{counterparty, parse_amount, payment_record};
use crate::commands::transfer::intent_text;
use crate::{
    App, Error, PaymentRecord, PaymentState, PoolRecord, PrivateAddressRecord, SmallNote,
    TokenName, when,
};

impl App {
    /// An address in the private pool; another one for each label.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network.
    pub async fn private_address(&self, label: &str) -> Result<PrivateAddressRecord, Error> {
        // The month is that of the newest header.
        self.refresh(true).await?;
        let label = label.to_owned();
        let made =
            self.ask(move |engine| Box::pin(async move { engine.private_address(&label).await }));
        let address = made.await?;
        let (year, month) = address.ends.year_and_month();
        Ok(PrivateAddressRecord {
            address: address.to_string(),
            until: format!("{year:04}-{month:02}-01"),
        })
    }

    /// Puts an amount into the private pool.
    ///
    /// # Errors
    /// `bad_amount`, `insufficient_funds`; with `wait` also `timeout` and `expired`.
    pub async fn top_up(&self, amount: &str, wait: bool) -> Result<PaymentRecord, Error> {
        let (amount, patience) = (parse_amount(amount)?, self.patience());
        let paying = self.ask(move |engine| Box::pin(engine.top_up(amount, patience)));
        let mut payment = paying.await?;
        if wait && !self.inner().offline {
            payment = self.wait_final(payment.attempt.tx).await?;
        }
        let to = counterparty(&self.names().await?, None, Some(payment.to))?;
        Ok(payment_record(&payment, to.unwrap_or_default()))
    }

    /// Puts an amount into the private pool while everything else goes on: its proof takes seconds.
    ///
    /// # Errors
    /// `bad_amount`, `insufficient_funds`, `top_up_under_way`; `no_network` without one, for nothing is
    /// saved of it.
    pub(crate) async fn top_up_later(&self, amount: &str) -> Result<PoolRecord, Error> {
        self.online()?;
        let (amount, patience) = (parse_amount(amount)?, self.patience());
        self.ask(move |engine| Box::pin(engine.top_up_later(amount, patience))).await?;
        self.pool_show(false).await
    }

    /// What lies in the private pool, and what of it is worth less than it costs to move.
    ///
    /// # Errors
    /// What a person must act on.
    pub(crate) async fn pool_show(&self, sync: bool) -> Result<PoolRecord, Error> {
        let synced = self.refresh(sync).await?;
        let asking = self.ask(|engine| {
            Box::pin(async move { Ok((engine.small_notes().await?, engine.putting_in())) })
        });
        let (small, putting_in) = asking.await?;
        let store = &self.inner().store;
        let notes = store.unspent_notes().await?.len();
        let sum = small.iter().fold(Amount::<Abc>::ZERO, |sum, note| {
            sum.plus(note.note.value).unwrap_or(Amount::new(u64::MAX))
        });
        let record = |note: &OwnNote| {
            let (year, month) = note.period.month().year_and_month();
            SmallNote {
                amount: note.note.value.to_string(),
                month: format!("{year:04}-{month:02}"),
                time: when::format(note.time),
            }
        };
        Ok(PoolRecord {
            held: store.private_money().await?.balance.to_string(),
            notes: u32::try_from(notes).unwrap_or(u32::MAX),
            small: small.iter().map(record).collect(),
            small_total: sum.to_string(),
            putting_in: putting_in.map(|amount| amount.to_string()),
            synced,
        })
    }

    /// Goes on with a payment out of the pool that was begun before.
    ///
    /// # Errors
    /// With `wait`, `timeout` and `expired`; what a person must act on.
    pub(crate) async fn go_on(
        &self,
        transfer: Transfer,
        background: bool,
        wait: bool,
    ) -> Result<(), Error> {
        if self.inner().offline {
            return Ok(());
        }
        if !background {
            self.ask(|engine| Box::pin(engine.finish_private())).await?;
        }
        if wait {
            self.wait_transfer(transfer.intent).await?;
        }
        Ok(())
    }

    /// Pays out of the pool. In the background it comes back once that is saved, and the task that
    /// listens to the network does the rest.
    pub(crate) async fn pay_privately(
        &self,
        wanted: PrivateWanted,
        background: bool,
        wait: bool,
    ) -> Result<PaymentRecord, Error> {
        let patience = self.patience();
        let Paying { mut transfer, fee, first } = if background {
            self.ask(move |engine| Box::pin(engine.begin_private(wanted, patience))).await?
        } else {
            self.ask(move |engine| Box::pin(engine.pay_privately(wanted, patience))).await?
        };
        if wait && !self.inner().offline {
            transfer = self.wait_transfer(transfer.intent).await?;
        }
        if transfer.state == TransferState::Expired {
            // Says why.
            transfer_outcome(&self.inner().store, transfer.intent).await?;
        }
        let to = counterparty(&self.names().await?, transfer.contact, transfer.to.account())?;
        let shielded = || match transfer.to {
            PrivatePayee::Private(address) => address.to_string(),
            PrivatePayee::Public(_)
            | PrivatePayee::Sweep(_)
            | PrivatePayee::CarryOver(_)
            | PrivatePayee::Merge(_)
            | PrivatePayee::Envelope(_) => String::new(),
        };
        let (state, round) = transfer_state(transfer.state);
        let fee = transfer.attempt.as_ref().map_or(fee, |attempt| attempt.fee);
        Ok(PaymentRecord {
            tx: transfer.reference().to_string(),
            to: to.unwrap_or_else(shielded),
            token: TokenName::Abc,
            amount: transfer.amount.to_string(),
            fee: fee.to_string(),
            private: true,
            top_up: first.top_up.map(|amount| amount.to_string()),
            carry_over: first.carry_over.map(|amount| amount.to_string()),
            merges: u32::try_from(first.merges).unwrap_or(u32::MAX),
            transfer: Some(intent_text(&transfer.intent)),
            state,
            round,
        })
    }
}

/// What became of a transfer, in the words of the contract, and the round that made it final.
pub(crate) const fn transfer_state(state: TransferState) -> (PaymentState, Option<u64>) {
    match state {
        TransferState::Planned | TransferState::Queued => (PaymentState::Queued, None),
        TransferState::Submitted => (PaymentState::Submitted, None),
        TransferState::Final(round) => (PaymentState::Final, Some(round.0)),
        TransferState::Expired => (PaymentState::Expired, None),
        TransferState::Cancelled => (PaymentState::Cancelled, None),
    }
}

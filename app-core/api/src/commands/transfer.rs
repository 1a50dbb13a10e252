//! Private payments that are not signed yet, or were never: what is being done for them, and calling
//! one off.

use engine::PoolWork;
use keys::format_address;
use types::{MessageId, Timestamp};
use wallet::private::{PrivatePayee, Transfer, TransferState};
use wallet::{PaymentKind, PaymentState as Paid};

use crate::commands::contact::Names;
use crate::commands::private::transfer_state;
use crate::{
    App, Error, HistoryEntry, OneTransfer, PaymentState, TokenName, TransferRecord, TransferStep,
    Transfers, when,
};

/// Fewer digits of an id than this name no payment.
const MIN_DIGITS: usize = 8;

/// What is being done at this moment.
struct Steps {
    /// What a proof is being made for, and since when.
    work: Option<(PoolWork, Timestamp)>,
    /// True while money is on its way into the pool.
    topping_up: bool,
}

impl App {
    /// Private payments that are under way, and those that ended before anything was signed; all, or
    /// those to one contact.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub(crate) async fn transfer_list(&self, contact: Option<&str>) -> Result<Transfers, Error> {
        let only = match contact {
            Some(contact) => Some(self.find(contact).await?.account),
            None => None,
        };
        let store = &self.inner().store;
        let mut found = store.unsigned_transfers().await?;
        let signed = store.open_transfers().await?.into_iter();
        // A balance that moves on pays nobody.
        let pays = |transfer: &Transfer| transfer.to.own().is_none();
        found.extend(signed.filter(|transfer| transfer.attempt.is_some() && pays(transfer)));
        found.retain(|transfer| only.is_none() || transfer.contact == only);
        found.sort_by_key(|transfer| transfer.created);
        let (steps, names) = (self.steps().await?, self.names().await?);
        let mut transfers = vec![];
        for transfer in &found {
            let asks = store.asked_top_up(transfer.intent).await?;
            let asks = asks.map(|amount| amount.to_string());
            transfers.push(TransferRecord { asks, ..record(transfer, &steps, &names)? });
        }
        Ok(Transfers { transfers })
    }

    /// Calls a private payment off for which nothing is signed yet.
    ///
    /// # Errors
    /// `unknown_payment`, `ambiguous_payment`, `too_late`, `other_device`.
    pub(crate) async fn transfer_cancel(&self, id: &str) -> Result<OneTransfer, Error> {
        let intent = self.find_transfer(id).await?;
        let asking = self.ask(move |engine| Box::pin(engine.cancel_transfer(intent)));
        let transfer = asking.await?;
        Ok(OneTransfer { transfer: self.transfer_record(&transfer).await? })
    }

    /// One private payment, with what is being done for it.
    pub(crate) async fn transfer_record(
        &self,
        transfer: &Transfer,
    ) -> Result<TransferRecord, Error> {
        record(transfer, &self.steps().await?, &self.names().await?)
    }

    /// The payment that is called so: by its own id, or as the history calls it, or by the first digits
    /// of either.
    async fn find_transfer(&self, text: &str) -> Result<[u8; 16], Error> {
        let digits = text.trim().to_ascii_lowercase();
        let mut found = self.inner().store.transfers().await?;
        found.extend(self.inner().store.transfers_of_siblings().await?);
        found.retain(|transfer| {
            transfer.to.own().is_none()
                && (intent_text(&transfer.intent).starts_with(&digits)
                    || transfer.reference().to_string().starts_with(&digits))
        });
        match (found.len(), found.pop()) {
            (1, Some(transfer)) if digits.len() >= MIN_DIGITS => Ok(transfer.intent),
            (2.., Some(_)) if digits.len() >= MIN_DIGITS => {
                Err(Error::new("ambiguous_payment", "several payments fit; give more digits"))
            }
            _ => Err(Error::new("unknown_payment", "no such private payment; see history")),
        }
    }

    /// Adds to lines of our own history what is being done for them, and which were called off.
    pub(crate) async fn note_steps(&self, entries: &mut [HistoryEntry]) -> Result<(), Error> {
        let unsigned = self.inner().store.unsigned_transfers().await?;
        if unsigned.is_empty() {
            return Ok(());
        }
        let steps = self.steps().await?;
        for transfer in unsigned {
            let tx = transfer.reference().to_string();
            let Some(entry) = entries.iter_mut().find(|entry| entry.tx == tx) else { continue };
            entry.step = steps.of(&transfer).map(|(step, _)| step);
            if transfer.state == TransferState::Cancelled {
                entry.state = PaymentState::Cancelled;
            }
        }
        Ok(())
    }

    async fn steps(&self) -> Result<Steps, Error> {
        let last = self.inner().store.last_payment(PaymentKind::TopUp).await?;
        let topping_up = last.is_some_and(|payment| match payment.state {
            Paid::Queued | Paid::Submitted => true,
            Paid::Final(_) | Paid::Expired => false,
        });
        Ok(Steps { work: self.said().work, topping_up })
    }
}

impl Steps {
    /// What is being done for a transfer, and since when its proof is being made.
    fn of(&self, transfer: &Transfer) -> Option<(TransferStep, Option<Timestamp>)> {
        if transfer.state != TransferState::Planned {
            return None;
        }
        Some(match self.work {
            Some((PoolWork::Transfer(intent), since)) if intent == transfer.intent => {
                (TransferStep::Proving, Some(since))
            }
            Some((PoolWork::TopUp(_), since)) => (TransferStep::TopUp, Some(since)),
            Some((PoolWork::CarryOver, since)) => (TransferStep::CarryOver, Some(since)),
            Some((PoolWork::Merge, since)) => (TransferStep::Merge, Some(since)),
            Some((PoolWork::Transfer(_) | PoolWork::Share, _)) | None if self.topping_up => {
                (TransferStep::TopUp, None)
            }
            Some((PoolWork::Transfer(_) | PoolWork::Share, _)) | None => {
                (TransferStep::Waiting, None)
            }
        })
    }
}

fn record(transfer: &Transfer, steps: &Steps, names: &Names) -> Result<TransferRecord, Error> {
    let named = transfer.contact.map(|contact| names.of(contact)).transpose()?;
    let address = match transfer.to {
        PrivatePayee::Private(address) => address.to_string(),
        PrivatePayee::Public(address) | PrivatePayee::Sweep(address) => format_address(address),
        PrivatePayee::CarryOver(_) | PrivatePayee::Merge(_) | PrivatePayee::Envelope(_) => {
            String::new()
        }
    };
    let step = steps.of(transfer);
    Ok(TransferRecord {
        id: intent_text(&transfer.intent),
        tx: transfer.reference().to_string(),
        contact: named.as_ref().map(|contact| contact.id.clone()),
        to: named.map_or(address, |contact| contact.name),
        token: TokenName::Abc,
        amount: transfer.amount.to_string(),
        memo: transfer.memo.clone(),
        time: when::format(transfer.created),
        state: transfer_state(transfer.state).0,
        step: step.map(|(step, _)| step),
        since: step.and_then(|(_, since)| since).map(when::format),
        asks: None,
        envelope: matches!(transfer.to, PrivatePayee::Envelope(_)),
    })
}

/// How a transfer is named to whoever may call it off.
pub(crate) fn intent_text(intent: &[u8; 16]) -> String {
    MessageId(*intent).to_string()
}

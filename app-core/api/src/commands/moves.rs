//! Moving to Falcon.

use std::time::Duration;

use engine::{Migration, Moved, Swept, migration, swept};
use keys::{format_address, parse_address};
use types::{Abc, Address, Amount, TxId};
use wallet::private::{PrivatePayee, Transfer};
use wallet::{Payment, PaymentKind, Protection};

use crate::commands::money::{bad_address, state};
use crate::commands::private::transfer_state;
use crate::params::SendAllToFalcon;
use crate::{App, Connection, Error, KeyStage, MoveOutlook, MoveRecord, PaymentState, TokenName};

/// A move is as far as the part that has got least far; one that failed shows once nothing is open.
const LEAST_FAR_FIRST: [PaymentState; 5] = [
    PaymentState::Queued,
    PaymentState::Submitted,
    PaymentState::Expired,
    PaymentState::Cancelled,
    PaymentState::Final,
];
/// How long what lies at another address is looked for.
const LOOK: Duration = Duration::from_secs(3);

impl App {
    /// Moves the account to its Falcon key in place; moved already, it says so.
    ///
    /// # Errors
    /// `insufficient_funds`, `move_under_way`, `other_keys`; with `wait` also `timeout` and `expired`.
    pub async fn migrate(&self, wait: bool) -> Result<MoveRecord, Error> {
        let patience = self.patience();
        let moved = self.ask(move |engine| Box::pin(engine.migrate(patience))).await?;
        let to = self.falcon_address().await?;
        let (part, already) = self.moved(moved, to, wait).await?;
        Ok(record(to, part.as_slice(), already))
    }

    /// Pays everything to a Falcon address, what lies in the private pool as well if that is asked for;
    /// to the account's own one, the account itself moves in place. In the background it comes back
    /// once all of it is saved.
    ///
    /// # Errors
    /// `bad_address` for what is no `F…` address; with the pool also `pool_stopped`; as for
    /// [`App::migrate`].
    pub(crate) async fn send_all_to_falcon(
        &self,
        wish: SendAllToFalcon,
    ) -> Result<MoveRecord, Error> {
        let SendAllToFalcon { address, with_private, background, wait } = wish;
        let bad = |_| bad_address(&address);
        let (to, patience) = (parse_address(&address).map_err(bad)?, self.patience());
        let asking = self.ask(move |engine| Box::pin(engine.sweep(to, with_private, patience)));
        let Swept { account, pool } = asking.await?;
        let open = pool.clone().filter(|transfer| transfer.state.is_open());
        let under_way = open.is_some();
        if let Some(transfer) = open {
            self.go_on(transfer, background, false).await?;
        }
        let (part, already) = self.moved(account, to, wait).await?;
        let Some(mut transfer) = pool else { return Ok(record(to, part.as_slice(), already)) };
        if wait && !self.inner().offline {
            transfer = self.wait_transfer(transfer.intent).await?;
        }
        transfer = self.inner().store.transfer(transfer.intent).await?.unwrap_or(transfer);
        // What was done without the pool is no part of this.
        let part = part.filter(|part| !already || part.intent == Some(transfer.intent));
        let parts: Vec<Part> = part.into_iter().chain([out_of_pool(&transfer)]).collect();
        let moved = record(to, &parts, already && !under_way);
        Ok(MoveRecord {
            private: true,
            pool: Some(self.transfer_record(&transfer).await?),
            ..moved
        })
    }

    /// What moving to Falcon means for the account, and how far it is.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn move_outlook(&self, sync: bool) -> Result<MoveOutlook, Error> {
        if sync && self.connection() == Connection::Online {
            self.look_at_falcon().await?;
        }
        let (_, first) = self.inner().own;
        let outlook = self.inner().writer.outlook().await?;
        let account = outlook.account.as_ref();
        let stage = match outlook.protection {
            Protection::None => KeyStage::Ecdsa,
            Protection::Beside => KeyStage::Both,
            Protection::Moved => KeyStage::Falcon,
        };
        let (private, pool) =
            (self.inner().store.private_money().await?, self.last_pool_sweep().await?);
        // While all of it is on its way, nothing is left but fees.
        let leaves = pool.as_ref().is_some_and(|transfer| transfer.state.is_open());
        let free = private.balance.minus(private.pending).filter(|_| !leaves);
        let free = free.unwrap_or(Amount::ZERO);
        let text = |amount: Option<String>| amount.unwrap_or_else(|| "0".to_owned());
        Ok(MoveOutlook {
            stage,
            from: format_address(first),
            to: format_address(outlook.falcon),
            amount: text(account.map(|account| account.abc.to_string())),
            waiting: outlook.waiting.to_string(),
            abit: text(account.map(|account| account.abit.to_string())),
            bonded: text(account.map(|account| account.bonded.to_string())),
            fee: outlook.fee.map(|(fee, _)| fee.to_string()),
            enough: outlook.fee.is_some_and(|(_, enough)| enough),
            since: match outlook.protection {
                Protection::Moved => migration(&self.inner().store).await?.map(|it| it.round.0),
                Protection::None | Protection::Beside => None,
            },
            migrate: self.record_of(outlook.migration.as_ref()).await?,
            sweep: self.record_of(outlook.sweep.as_ref()).await?,
            private: free.to_string(),
            pool: match pool {
                Some(transfer) => Some(self.transfer_record(&transfer).await?),
                None => None,
            },
        })
    }

    /// The sweep of the private pool that was asked for last.
    async fn last_pool_sweep(&self) -> Result<Option<Transfer>, Error> {
        let all = self.inner().store.transfers().await?;
        Ok(all.into_iter().rfind(|transfer| matches!(transfer.to, PrivatePayee::Sweep(_))))
    }

    /// Looks at what lies at the address of the Falcon key; a network that is gone is no fault.
    pub(crate) async fn look_at_falcon(&self) -> Result<(), Error> {
        let looking = self.ask(|engine| {
            Box::pin(async move {
                match engine.look_at_falcon(LOOK).await {
                    Err(fault) if fault.is_elsewhere() => Ok(()),
                    done => done,
                }
            })
        });
        // Whatever else the engine does meanwhile, nobody waits longer than that.
        tokio::time::timeout(LOOK, looking).await.unwrap_or(Ok(()))
    }

    /// The account's part of a move, and whether there was nothing left to do.
    async fn moved(
        &self,
        moved: Moved,
        to: Address,
        wait: bool,
    ) -> Result<(Option<Part>, bool), Error> {
        match moved {
            Moved::Now(mut payment) => {
                if wait && !self.inner().offline {
                    *payment = self.wait_final(payment.attempt.tx).await?;
                }
                Ok((Some(self.part(&payment).await?), false))
            }
            Moved::Before => Ok((Some(self.earlier(to).await?), true)),
            Moved::Nothing => Ok((None, true)),
        }
    }

    /// What was done before: a sweep to this address, or the move in place.
    async fn earlier(&self, to: Address) -> Result<Part, Error> {
        let store = &self.inner().store;
        let last = store.last_payment(PaymentKind::Sweep).await?;
        if let Some(sweep) = last.filter(|sweep| sweep.to == to) {
            return self.part(&sweep).await;
        }
        let done = migration(store).await?;
        let done =
            done.ok_or_else(|| Error::new("internal", "the history has no move to Falcon"))?;
        let Migration { tx, round, fee, held } = done;
        let (state, round) = (PaymentState::Final, Some(round.0));
        let wish = store.last_payment(PaymentKind::Migrate).await?;
        let intent = wish.filter(|wish| wish.attempt.tx == tx).map(|wish| wish.intent);
        Ok(Part { intent, tx, signed: true, amount: held, fee, state, round })
    }

    async fn record_of(&self, payment: Option<&Payment>) -> Result<Option<MoveRecord>, Error> {
        match payment {
            Some(payment) => Ok(Some(record(payment.to, &[self.part(payment).await?], false))),
            None => Ok(None),
        }
    }

    async fn part(&self, payment: &Payment) -> Result<Part, Error> {
        let round = payment.state.final_round().map(|round| round.0);
        Ok(Part {
            intent: Some(payment.intent),
            tx: payment.attempt.tx,
            signed: true,
            amount: self.all_of(payment).await?,
            fee: payment.attempt.fee,
            state: state(payment.state),
            round,
        })
    }

    /// All that moves: once it is final, what was there then.
    async fn all_of(&self, payment: &Payment) -> Result<Amount<Abc>, Error> {
        let (store, tx) = (&self.inner().store, payment.attempt.tx);
        if payment.kind != PaymentKind::Migrate {
            return Ok(swept(store, tx).await?.unwrap_or(payment.amount));
        }
        if let Some(done) = migration(store).await?.filter(|done| done.tx == tx) {
            return Ok(done.held);
        }
        let account = store.account().await?.and_then(|saved| saved.account);
        let held = account.map_or(Amount::ZERO, |account| account.abc);
        Ok(held.minus(payment.attempt.fee).unwrap_or(Amount::ZERO))
    }
}

/// One transaction of a move, or a wish that becomes one.
struct Part {
    /// Names the wish, if it is known.
    intent: Option<[u8; 16]>,
    /// What histories call it.
    tx: TxId,
    /// True once it is signed.
    signed: bool,
    amount: Amount<Abc>,
    /// What is known of its fee.
    fee: Amount<Abc>,
    state: PaymentState,
    round: Option<u64>,
}

fn out_of_pool(transfer: &Transfer) -> Part {
    let (state, round) = transfer_state(transfer.state);
    let fee = transfer.attempt.as_ref().map_or(Amount::ZERO, |attempt| attempt.fee);
    let (tx, signed) = (transfer.reference(), transfer.attempt.is_some());
    let intent = Some(transfer.intent);
    Part { intent, tx, signed, amount: transfer.amount, fee, state, round }
}

/// What becomes of a move, of all its parts together.
fn record(to: Address, parts: &[Part], already: bool) -> MoveRecord {
    let sum = |of: fn(&Part) -> Amount<Abc>| {
        let add =
            |sum: Amount<Abc>, part: &Part| sum.plus(of(part)).unwrap_or(Amount::new(u64::MAX));
        parts.iter().fold(Amount::ZERO, add)
    };
    let found =
        LEAST_FAR_FIRST.into_iter().find(|state| parts.iter().any(|part| part.state == *state));
    let state = found.unwrap_or(PaymentState::Final);
    let round = parts.iter().filter_map(|part| part.round).max();
    MoveRecord {
        tx: parts.first().map(|part| part.tx.to_string()).unwrap_or_default(),
        txs: parts.iter().filter(|part| part.signed).map(|part| part.tx.to_string()).collect(),
        to: format_address(to),
        token: TokenName::Abc,
        amount: sum(|part| part.amount).to_string(),
        fee: sum(|part| part.fee).to_string(),
        private: false,
        state,
        round: round.filter(|_| state == PaymentState::Final),
        already,
        pool: None,
    }
}

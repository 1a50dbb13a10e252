//! Moving to Falcon.

use std::time::Duration;

use engine::{Migration, Moved, migration, swept};
use keys::{format_address, parse_address};
use types::{Abc, Address, Amount};
use wallet::{Payment, PaymentKind, Protection};

use crate::commands::money::{bad_address, state};
use crate::{App, Connection, Error, KeyStage, MoveOutlook, MoveRecord, PaymentState, TokenName};

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
        self.moved(moved, None, wait).await
    }

    /// Pays everything to a Falcon address; to the account's own one it is [`App::migrate`].
    ///
    /// # Errors
    /// `bad_address` for what is no `F…` address, `no_private_pool` with `with_private`; as for
    /// [`App::migrate`].
    pub async fn send_all_to_falcon(
        &self,
        to: &str,
        with_private: bool,
        wait: bool,
    ) -> Result<MoveRecord, Error> {
        if with_private {
            let words = "what lies in the private pool is not moved yet; leave --with-private out";
            return Err(Error::new("no_private_pool", words));
        }
        let (to, patience) = (parse_address(to).map_err(|_| bad_address(to))?, self.patience());
        let moved = self.ask(move |engine| Box::pin(engine.sweep(to, patience))).await?;
        self.moved(moved, Some(to), wait).await
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
        })
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

    async fn moved(
        &self,
        moved: Moved,
        to: Option<Address>,
        wait: bool,
    ) -> Result<MoveRecord, Error> {
        match moved {
            Moved::Now(mut payment) => {
                if wait && !self.inner().offline {
                    *payment = self.wait_final(payment.attempt.tx).await?;
                }
                self.move_record(&payment).await
            }
            Moved::Before => self.earlier(to).await,
        }
    }

    /// What was done before: a sweep to this address, or the move in place.
    async fn earlier(&self, to: Option<Address>) -> Result<MoveRecord, Error> {
        let store = &self.inner().store;
        let last = store.last_payment(PaymentKind::Sweep).await?;
        if let Some(sweep) = last.filter(|sweep| Some(sweep.to) == to) {
            return Ok(MoveRecord { already: true, ..self.move_record(&sweep).await? });
        }
        let done = migration(store).await?;
        let done =
            done.ok_or_else(|| Error::new("internal", "the history has no move to Falcon"))?;
        let Migration { tx, round, fee, held } = done;
        let to = format_address(self.falcon_address().await?);
        let tx = tx.to_string();
        Ok(MoveRecord {
            txs: vec![tx.clone()],
            tx,
            to,
            token: TokenName::Abc,
            amount: held.to_string(),
            fee: fee.to_string(),
            private: false,
            state: PaymentState::Final,
            round: Some(round.0),
            already: true,
        })
    }

    async fn record_of(&self, payment: Option<&Payment>) -> Result<Option<MoveRecord>, Error> {
        match payment {
            Some(payment) => self.move_record(payment).await.map(Some),
            None => Ok(None),
        }
    }

    async fn move_record(&self, payment: &Payment) -> Result<MoveRecord, Error> {
        let tx = payment.attempt.tx.to_string();
        let round = match payment.state {
            wallet::PaymentState::Final(round) => Some(round.0),
            wallet::PaymentState::Queued
            | wallet::PaymentState::Submitted
            | wallet::PaymentState::Expired => None,
        };
        Ok(MoveRecord {
            txs: vec![tx.clone()],
            tx,
            to: format_address(payment.to),
            token: TokenName::Abc,
            amount: self.all_of(payment).await?.to_string(),
            fee: payment.attempt.fee.to_string(),
            private: false,
            state: state(payment.state),
            round,
            already: false,
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

//! What moving to Falcon means for the account now, by what is proved and saved: for a screen, before
//! anything is signed.

use keys::PublicKey;
use ledger::{Account, EntryKind, Flag, Genesis};
use store::Store;
use types::{Abc, Address, Amount, Round, TxId};
use wallet::{
    Ground, Payment, PaymentKind, Protection, Refusal, is_key_shown, migration_fee, opening_fee,
};

use crate::flows::attach::damaged_network;
use crate::{Fault, Writer};

/// What there is to know before, while and after an account moves.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// How far it has moved.
    pub protection: Protection,
    /// The address of its Falcon key.
    pub falcon: Address,
    /// The account as last proved; `None` while nobody has paid it.
    pub account: Option<Account>,
    /// What lies at that address already, and joins the account with the move.
    pub waiting: Amount<Abc>,
    /// What moving in place costs and whether there is enough; `None` without a network.
    pub fee: Option<(Amount<Abc>, bool)>,
    /// The last move in place that was asked for here.
    pub migration: Option<Payment>,
    /// The last sweep that was asked for here.
    pub sweep: Option<Payment>,
}

/// A move in place as the history has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its transaction.
    pub tx: TxId,
    /// Its round.
    pub round: Round,
    /// What it cost.
    pub fee: Amount<Abc>,
    /// What the account held behind it.
    pub held: Amount<Abc>,
}

impl Writer {
    /// What moving to Falcon means for the account now.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn outlook(&self) -> Result<Outlook, Fault> {
        let falcon = self.falcon().await?;
        let saved = self.store.account().await?;
        let round = saved.as_ref().map_or(Round(0), |saved| saved.round);
        let account = saved.and_then(|saved| saved.account);
        let network = self.store.network().await?;
        let fee = match network {
            None => None,
            Some(network) => {
                let genesis = Genesis::parse(&network.genesis).map_err(|_| damaged_network())?;
                let ground = Ground {
                    chain: network.chain,
                    params: &genesis.params,
                    round,
                    account: account.as_ref(),
                    payee_exists: false,
                    open: &self.store.open_payments().await?,
                };
                let flags = self.store.flags().await?.map(|(_, flags)| flags).unwrap_or_default();
                if !is_key_shown(account.as_ref()) && flags.is_off(Flag::EcdsaOff, round.next()) {
                    cost(opening_fee(ground, &self.own, &falcon))
                } else {
                    cost(migration_fee(ground, &self.own, &falcon))
                }
            }
        };
        Ok(Outlook {
            protection: Protection::of(account.as_ref()),
            falcon: falcon.address(),
            waiting: waiting(&self.store, account.as_ref(), falcon.address()).await?,
            account,
            fee,
            migration: self.store.last_payment(PaymentKind::Migrate).await?,
            sweep: self.store.last_payment(PaymentKind::Sweep).await?,
        })
    }

    /// The public half of the Falcon key; made once, for that takes a while.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn falcon(&self) -> Result<PublicKey, Fault> {
        let making = async {
            let words = self.store.identity().await?.words;
            Ok::<_, Fault>(words.master().falcon_key().public())
        };
        self.falcon.get_or_try_init(|| making).await.cloned()
    }
}

/// What lies at the address of the Falcon key, unless that has joined the account.
///
/// # Errors
/// Codes of the store.
pub async fn waiting(
    store: &Store,
    account: Option<&Account>,
    falcon: Address,
) -> Result<Amount<Abc>, Fault> {
    let joined = account.is_some_and(|account| account.slot(falcon).is_some());
    if joined { Ok(Amount::ZERO) } else { Ok(store.waiting().await?) }
}

/// The move in place as the proved history has it, be it this device's or another's.
///
/// # Errors
/// Codes of the store.
pub async fn migration(store: &Store) -> Result<Option<Migration>, Fault> {
    let Some(last) = store.last_entry_of(EntryKind::KeyRetired).await? else { return Ok(None) };
    let entries = store.entries_of(last.entry.tx).await?;
    let fees = entries.iter().filter(|proved| proved.entry.kind == EntryKind::Fee);
    let fee = fees.map(|proved| proved.entry.delta.abc.units()).fold(0, u64::saturating_add);
    let (tx, round, held) = (last.entry.tx, last.entry.round, last.entry.abc);
    Ok(Some(Migration { tx, round, fee: Amount::new(fee), held }))
}

/// What a sweep has moved, once it is final: what was there then.
///
/// # Errors
/// Codes of the store.
pub async fn swept(store: &Store, tx: TxId) -> Result<Option<Amount<Abc>>, Fault> {
    let entries = store.entries_of(tx).await?;
    let moved = entries.iter().find(|proved| proved.entry.kind == EntryKind::MovedOut);
    Ok(moved.map(|proved| Amount::new(proved.entry.delta.abc.units())))
}

/// What it costs, and whether there is enough.
fn cost(fee: Result<Amount<Abc>, Refusal>) -> Option<(Amount<Abc>, bool)> {
    match fee {
        Ok(fee) => Some((fee, true)),
        Err(Refusal::Insufficient { needed, .. }) => Some((needed, false)),
        Err(
            Refusal::Zero
            | Refusal::ToSelf
            | Refusal::BelowMinimum(_)
            | Refusal::NotFalcon
            | Refusal::PaymentUnderWay
            | Refusal::ForeignKey
            | Refusal::PoolUnknown
            | Refusal::KeyShown
            | Refusal::FalconJoined
            | Refusal::RotationNeeded
            | Refusal::RotationWaits { .. }
            | Refusal::OwnRotation
            | Refusal::Shares
            | Refusal::SharesTooSmall(_),
        ) => None,
    }
}

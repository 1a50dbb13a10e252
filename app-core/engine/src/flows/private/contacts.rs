//! Private money among contacts: each is given an address of its own, told of what it is paid, and
//! known by the address that it pays to (`money-and-mail.md` A4, A8).

use std::time::Duration;

use shielded::{ShieldedAddress, ViewingKey};
use store::Change;
use tokio::time::Instant;
use types::{ChainId, OpenId, TxId};
use wallet::private::{OwnNote, Transfer};
use wire::{Decode, Encode};

use crate::{Engine, Fault};

/// A ledger that is this much behind the clock does not say which month it is, in milliseconds.
const STALE: u64 = 24 * 3600 * 1000;

/// A contact is not asked again before.
const ASK_AGAIN: Duration = Duration::from_secs(3600);

/// The account of the present month, which makes an address for each contact and for each request.
pub(crate) struct Payable {
    key: ViewingKey,
    chain: ChainId,
}

impl Payable {
    /// The address of whoever, or whatever, has this id.
    pub(crate) fn address_for(&self, id: &[u8]) -> Option<[u8; 47]> {
        self.key.address_for(self.chain, id)?.to_bytes().try_into().ok()
    }

    #[cfg(test)]
    pub(crate) fn into_key(self) -> ViewingKey {
        self.key
    }
}

impl Engine {
    /// Tells every contact an address of this month, for it alone.
    pub(crate) async fn tell_private_addresses(&self) -> Result<(), Fault> {
        let Some(payable) = self.payable_in_pool().await? else { return Ok(()) };
        let (period, now) = (payable.key.period(), self.clock.now());
        for contact in self.store.contacts_without_address(period.index()).await? {
            let Some(bytes) = payable.address_for(&contact.0) else { continue };
            let told = chat::tell_private_address(contact, bytes, now, &mut rand::rng());
            let saved = wallet::Change::SetToldPeriod(contact, period);
            self.store.apply(vec![told.into(), saved.into()]).await?;
        }
        Ok(())
    }

    /// What makes addresses at which this profile is paid in the pool; `None` while there are none.
    pub(crate) async fn payable_in_pool(&self) -> Result<Option<Payable>, Fault> {
        let Some(network) = &self.network else { return Ok(None) };
        let (light, chain) = (&network.light, network.home.chain);
        // What is paid to a profile that never signs would lie there; and before the tip is reached, the
        // month would be one of the past.
        let stale = self.clock.now().millis_since(light.time()) > STALE || light.round().0 == 0;
        if stale || self.is_review_only() || !self.pool_runs() {
            return Ok(None);
        }
        let key = self.pool_key(self.present_period().await?)?.viewing_key();
        Ok(Some(Payable { key, chain }))
    }

    /// Asks a contact for another address in the pool, because the one that it told has ended; once an
    /// hour, however often it is tried to pay there.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn ask_private_address(&mut self, contact: OpenId) -> Result<(), Fault> {
        let last = self.asked_where.get(&contact);
        if last.is_some_and(|last| last.elapsed() < ASK_AGAIN) {
            return Ok(());
        }
        let asked = chat::ask_private_address(contact, self.clock.now(), &mut rand::rng());
        self.store.apply(vec![asked.into()]).await?;
        self.asked_where.insert(contact, Instant::now());
        Ok(())
    }

    /// Where a contact says that it is paid; `None` for what is no address, or one of another
    /// network.
    pub(crate) fn told_where(&self, contact: OpenId, bytes: &[u8; 47]) -> Option<wallet::Change> {
        let address = ShieldedAddress::from_bytes(bytes).ok()?;
        let network = self.network.as_ref()?;
        let ours = address.network == shielded::network_of(network.home.chain);
        ours.then_some(wallet::Change::SavePrivateAddress(contact, address))
    }

    /// The message that tells a contact of a transfer, to be saved with its transaction.
    pub(crate) async fn word_of_transfer(&self, transfer: &Transfer) -> Result<Vec<Change>, Fault> {
        let (Some(contact), Some(bundle)) = (transfer.contact, transfer.bundle()) else {
            return Ok(vec![]);
        };
        let Some(contact) = self.store.contact(contact).await? else { return Ok(vec![]) };
        let told = chat::PaymentRef { tx: TxId(bundle), amount: transfer.amount };
        let now = self.clock.now();
        if let Some(id) = self.store.request_of_transfer(transfer.intent).await?
            && let Some(row) = self.store.request(contact.account, (id, false)).await?
        {
            let notice = chat::write_settlement(&contact, &row.known, told, now, &mut rand::rng());
            return Ok(notice.into_iter().map(Into::into).collect());
        }
        let memo = transfer.memo.as_deref().unwrap_or_default();
        let notice = chat::write_payment(&contact, told, memo, now, &mut rand::rng());
        Ok(notice.into_iter().map(Into::into).collect())
    }

    /// The contact to whom the address of a note was given, by itself or with a request. Whoever claims
    /// to have paid it is not asked.
    pub(crate) async fn paid_by(&self, note: &OwnNote) -> Result<Option<OpenId>, Fault> {
        if note.is_own() {
            return Ok(None);
        }
        if let Some(contact) = self.store.asked_at(note.note.recipient()).await? {
            return Ok(Some(contact));
        }
        let (key, chain) = (self.pool_key(note.period)?.viewing_key(), self.bound()?.home.chain);
        let contacts = self.store.contacts().await?;
        let given = |contact: &&chat::Contact| {
            let address = key.address_for(chain, &contact.account.0);
            address.is_some_and(|address| note.note.is_to(&address))
        };
        Ok(contacts.iter().find(given).map(|contact| contact.account))
    }
}

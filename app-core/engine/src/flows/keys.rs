//! Whose key signs now: contacts that have moved to Falcon, and what ours are told once we have.
//!
//! A contact says that its keys are others, or pays from an address that is not its card's. That is a
//! reason to look its account up, and no more: only the ledger says by which address it is paid, and
//! whose payments are its own (`money-and-mail.md` A1, A8).

use chat::Contact;
use ledger::{Account, Transaction};
use light::ProvedAccount;
use net::LightNode;
use store::{Change, LightChange};
use types::{Address, OpenId, Round};
use wallet::{Payment, ProvedEntry, strongest};
use wire::Decode;

use crate::{Engine, Fault};

/// A key that is about to join does so within this many rounds, as a rule.
const SOON: u64 = 10;
/// What is said to hold from a round further ahead than this is nonsense.
const FAR: u64 = 100;
/// Most accounts that are looked up at a time.
const AT_ONCE: usize = 8;

impl Engine {
    /// Looks up the contacts that say their keys are others.
    pub(crate) async fn look_up_keys(&mut self, node: &LightNode) -> Result<(), Fault> {
        for (account, said) in self.store.keys_due().await?.into_iter().take(AT_ONCE) {
            let round = self.bound()?.light.round();
            let contact = self.store.contact(account).await?;
            let Some(contact) = contact.filter(|_| said <= round.plus(FAR)) else {
                self.store.apply(vec![LightChange::ForgetKeysSaid(account).into()]).await?;
                continue;
            };
            if said > round {
                continue;
            }
            match self.prove(node, contact.address()).await {
                Ok(proved) if proved.round >= said => {
                    self.keep_keys(&contact, &proved).await?;
                }
                // The node is behind the contact; later it will not be.
                Ok(_) => {}
                Err(fault) if fault.is_offline() || !fault.is_elsewhere() => return Err(fault),
                Err(fault) => tracing::info!(code = fault.code(), "keys are looked up later"),
            }
        }
        Ok(())
    }

    /// Keeps the address of a contact's strongest key and returns it.
    pub(crate) async fn keep_keys(
        &self,
        contact: &Contact,
        proved: &ProvedAccount,
    ) -> Result<Address, Fault> {
        let card = contact.address();
        let key = proved.account.as_ref().and_then(strongest);
        let address = key.map_or(card, keys::PublicKey::address);
        // Of the many whose keys are those of their cards nothing is kept.
        let known = self.store.key_address(contact.account).await?;
        let due = self.store.keys_due().await?.iter().any(|(due, _)| *due == contact.account);
        if address != known.unwrap_or(card) || due {
            let (contact, round) = (contact.account, proved.round);
            let keep = LightChange::KeysProved { contact, round, address };
            self.store.apply(vec![keep.into()]).await?;
        }
        Ok(address)
    }

    /// Tells a contact of the key that signs a payment to it, unless it is that of our card.
    pub(crate) async fn word_of_keys(
        &self,
        contact: OpenId,
        payment: &Payment,
    ) -> Result<Option<Change>, Fault> {
        let transaction = Transaction::from_bytes(&payment.attempt.bytes)?;
        let from = transaction.sources.first().map(|source| source.address);
        let Some(from) = from.filter(|from| *from != self.keys.address()) else { return Ok(None) };
        let account = self.store.account().await?.and_then(|saved| saved.account);
        let slot = account.as_ref().and_then(|account| account.slot(from));
        let soon = self.bound()?.light.round().plus(SOON);
        Ok(Some(self.say_since(contact, slot.map_or(soon, |slot| slot.added))))
    }

    /// Asks the contacts who have paid to a key that has ended to look our account up.
    pub(crate) async fn words_of_keys(
        &self,
        entries: &[ProvedEntry],
        account: Option<&Account>,
    ) -> Result<Vec<Change>, Fault> {
        let payers = entries.iter().filter(|proved| proved.entry.via_retired);
        let payers: Vec<Address> = payers.filter_map(|it| it.entry.counterparty).collect();
        let key = account.and_then(strongest);
        let slot = account.zip(key).and_then(|(account, key)| account.slot(key.address()));
        let Some(since) = slot.map(|slot| slot.added).filter(|_| !payers.is_empty()) else {
            return Ok(vec![]);
        };
        let mut words = vec![];
        for contact in self.store.contacts().await? {
            let moved = self.store.key_address(contact.account).await?;
            let paid = |from: &Address| *from == contact.address() || Some(*from) == moved;
            if chat::Standing::Declined != contact.standing && payers.iter().any(paid) {
                words.push(self.say_since(contact.account, since));
            }
        }
        Ok(words)
    }

    fn say_since(&self, contact: OpenId, since: Round) -> Change {
        chat::keys_changed(contact, since, self.clock.now(), &mut rand::rng()).into()
    }
}

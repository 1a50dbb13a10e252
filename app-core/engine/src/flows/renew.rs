//! Payments that never left this device, and that can no longer come about as they were signed: a
//! signature holds for 600 rounds behind the last header that was known, and a device may be away for
//! longer. The same wish is signed once more, once the ledger proves that the first attempt is dead
//! (`money-and-mail.md` A9), and what the contact is told of it names the new one.

use std::time::Duration;

use chat::{PaymentRef, retell};
use net::LightNode;
use store::Change;
use types::Timestamp;
use wallet::{Payment, PaymentKind, PaymentState, Wish, is_given_up, plan};

use crate::flows::flags::ECDSA_OFF;
use crate::{Engine, Fault};

/// How long the payee is looked up.
const LOOKING: Duration = Duration::from_secs(2);
/// Contents of a contact that are searched for what it was to be told.
const WAITING: u32 = 200;

/// True if this payment is to be signed once more when it turns out to be dead: an amount that a person
/// pays, that no node has taken, and that is still wanted. A move is asked for anew by its own screen.
pub(crate) fn is_renewed(payment: &Payment, now: Timestamp) -> bool {
    payment.kind == PaymentKind::Pay
        && payment.state == PaymentState::Queued
        && !is_given_up(payment.created, now)
}

impl Engine {
    /// Signs dead payments once more. What cannot be paid any more has expired.
    pub(crate) async fn renew(
        &mut self,
        node: &LightNode,
        dead: Vec<Payment>,
    ) -> Result<(), Fault> {
        if !dead.is_empty() {
            // Much may have been switched off since they were signed.
            self.look_at_flags(node).await?;
        }
        for payment in dead {
            let changes = match self.renewed(&payment).await {
                Ok(changes) => changes,
                // After the switch-off it waits for nothing that would come.
                Err(fault) if fault.is_elsewhere() && fault.code() != ECDSA_OFF => {
                    return Err(fault);
                }
                Err(fault) => {
                    tracing::warn!(code = fault.code(), "a payment that waited cannot be paid");
                    let state = PaymentState::Expired;
                    vec![wallet::Change::SavePayment(Payment { state, ..payment }).into()]
                }
            };
            self.store.apply(changes).await?;
        }
        Ok(())
    }

    async fn renewed(&mut self, payment: &Payment) -> Result<Vec<Change>, Fault> {
        let contact = match payment.contact {
            Some(account) => self.store.contact(account).await?,
            None => None,
        };
        let (to, exists) = self.looked_up(contact.as_ref(), payment.to, LOOKING).await?;
        let mut known = self.known(exists).await?;
        // Its nonce and its amount are free again.
        known.open.retain(|open| open.intent != payment.intent);
        self.make_signer(&known).await?;
        let Payment { contact: payee, amount, ref memo, intent, created, .. } = *payment;
        let wish = Wish { to, contact: payee, amount, memo: memo.clone() };
        let (ground, keys) = (self.ground(&known)?, self.ring()?);
        let planned = plan(wish, ground, &keys, self.clock.now(), &mut rand::rng())?;
        let renewed = Payment { intent, created, ..planned };
        self.paying = true;
        let (tx, saved) = (renewed.attempt.tx, wallet::Change::SavePayment(renewed));
        let mut changes: Vec<Change> = vec![saved.into()];
        if let Some(contact) = contact {
            let waiting = self.store.pending(contact.account, WAITING).await?;
            let attempts = (payment.attempt.tx, tx);
            let told = waiting.iter().find_map(|(at, it)| retell((*at, it), attempts));
            let told = told.map_or_else(
                || {
                    // It has left already; what it names will never be.
                    let (told, memo) = (PaymentRef { tx, amount }, memo.as_deref());
                    let now = self.clock.now();
                    let memo = memo.unwrap_or_default();
                    chat::write_payment(&contact, told, memo, now, &mut rand::rng())
                },
                |told| vec![told],
            );
            changes.extend(told.into_iter().map(Into::into));
        }
        Ok(changes)
    }
}

//! Our part in a payment: what opens it for us, and what we answer for it with.

use ledger::AccountProof;
use shielded::{Effects, Note, Opening, Period, ShieldedAddress, SpendingKey};
use statement::{ByAccount, PaymentAuthority, PaymentFacts};
use types::TxId;
use wallet::private::{PrivatePayee, Randomizer, Transfer, TransferState};
use wallet::{Refusal, strongest};

use crate::{Code, Engine, Fault};

/// Our part in a payment.
pub(super) enum Part {
    /// We paid, out of this account; the address if this device asked for it, and what it kept.
    Payer { period: Period, to: Option<ShieldedAddress>, spend: Option<(u8, Randomizer)> },
    /// We were paid.
    Payee { period: Period, note: Box<Note> },
}

impl Engine {
    /// What a payment is to us: its id, the digest of its bundle, and our part in it.
    pub(super) async fn part_in(&self, tx: TxId) -> Result<(TxId, [u8; 32], Part), Fault> {
        let notes = self.store.all_notes().await?;
        let from = |bundle: [u8; 32]| {
            let mut spent = notes.iter().filter_map(|(note, spent)| Some((note, spent.as_ref()?)));
            spent.find(|(_, spent)| spent.bundle == bundle).map(|(note, _)| note.period)
        };
        for transfer in self.store.transfers().await? {
            if transfer.reference() == tx || transfer.bundle() == Some(tx.0) {
                let ((bundle, to), tx) = (payable(&transfer)?, transfer.reference());
                let spend = transfer.attempt.and_then(|attempt| attempt.spend);
                let period = from(bundle).ok_or_else(not_final)?;
                return Ok((tx, bundle, Part::Payer { period, to: Some(to), spend }));
            }
        }
        let received = notes.iter().map(|(note, _)| note);
        let received = received.filter(|note| note.bundle == tx.0 && !note.is_own());
        if let Some(note) = received.max_by_key(|note| note.note.value) {
            let part = Part::Payee { period: note.period, note: Box::new(note.note.clone()) };
            return Ok((tx, tx.0, part));
        }
        if let Some(period) = from(tx.0) {
            return Ok((tx, tx.0, Part::Payer { period, to: None, spend: None }));
        }
        let known = self.store.history(None, None).await?;
        Err(if known.iter().any(|row| row.tx == tx) { not_private() } else { unknown() })
    }

    /// Who answers for it: the spend, the address, or the account.
    pub(super) async fn authority(
        &self,
        facts: &PaymentFacts,
        (part, key): (Part, &SpendingKey),
        proof: AccountProof,
    ) -> Result<PaymentAuthority, Fault> {
        let digest = facts.digest();
        match part {
            Part::Payer { spend: Some((action, kept)), .. } => {
                let signature = digest.sign_as_payer(key, &kept, &mut rand::rng());
                let signature = signature.ok_or_else(no_evidence)?;
                Ok(PaymentAuthority::Payer { action, signature })
            }
            Part::Payee { note, .. } => {
                let proof = digest.prove_payee(&key.viewing_key(), &note, &mut rand::rng());
                Ok(PaymentAuthority::Payee(proof.ok_or_else(no_evidence)?))
            }
            // What the spend was made with is gone with another device, or never was here.
            Part::Payer { spend: None, .. } => {
                let (account, first) =
                    (self.signing_account().await?, self.keys.operation.public());
                let key = account.as_ref().and_then(strongest).unwrap_or(&first).clone();
                let signature = self.ring()?.sign(key.address(), digest.bytes(), &mut rand::rng());
                let signature = signature.ok_or(Refusal::ForeignKey)?;
                Ok(PaymentAuthority::Account(Box::new(ByAccount { key, signature, proof })))
            }
        }
    }
}

impl Part {
    pub(super) const fn period(&self) -> Period {
        match self {
            Self::Payer { period, .. } | Self::Payee { period, .. } => *period,
        }
    }
}

/// The output that is meant, and what opens it.
pub(super) fn opening(part: &Part, key: &SpendingKey, effects: &Effects) -> Option<(u8, Opening)> {
    let (key, actions) = (key.viewing_key(), effects.actions());
    let (place, opening) = match part {
        Part::Payee { note, .. } => {
            let place = actions.iter().position(|action| action.nullifier() == note.rho)?;
            (place, Opening::Payee((**note).clone()))
        }
        Part::Payer { to, .. } => actions.iter().enumerate().find_map(|(place, action)| {
            let opening = Opening::by_payer(&key, action)?;
            let note = opening.open(action)?.note;
            let meant = match to {
                Some(address) => note.is_to(address),
                None => key.scope_of_note(&note).is_none() && !note.value.is_zero(),
            };
            meant.then_some((place, opening))
        })?,
    };
    Some((u8::try_from(place).ok()?, opening))
}

/// The bundle of a transfer that is final, and whom it paid in the pool.
fn payable(transfer: &Transfer) -> Result<([u8; 32], ShieldedAddress), Fault> {
    let PrivatePayee::Private(to) = transfer.to else { return Err(not_private()) };
    let is_final = matches!(transfer.state, TransferState::Final(_));
    let bundle = transfer.bundle().filter(|_| is_final);
    Ok((bundle.ok_or_else(not_final)?, to))
}

pub(super) fn not_final() -> Fault {
    Fault::refused("not_final", "this payment is not final; wait until it is")
}

fn not_private() -> Fault {
    let words = "everybody sees this payment already: show its transaction id, or a statement of \
                 that day, which has its proof";
    Fault::refused("not_private", words)
}

fn unknown() -> Fault {
    Fault::refused("unknown_payment", "there is no such payment in this account's history")
}

pub(super) fn no_evidence() -> Fault {
    Fault::new(Code::BadProof, "what the node sent proves no payment; try again")
}

//! What devices of the same words tell one another: wishes with and without their transaction, in parts.

use super::{Seed, seed};
use anyhow::{Context, Result};
use ledger::Transaction;
use shielded::Nullifier;
use types::{Address, AddressKind, Amount, Round, Timestamp, WorkerId};
use wallet::private::{PrivateAttempt, PrivatePayee, Transfer, TransferState};
use wallet::{Announced, Attempt, DeviceId, Payment, PaymentKind, PaymentState, Post, Posted};
use wire::{Decode, Encode};

/// Of a transaction that an account signs, and of one out of the private pool, which are inputs already.
pub(super) fn seeds(made: &[Seed]) -> Result<Vec<Seed>> {
    let transaction = |name| {
        let of = |seed: &&Seed| seed.target == "ledger-transaction" && seed.name == name;
        let seed = made.iter().find(of).context("a transaction")?;
        anyhow::Ok(Transaction::from_bytes(&seed.bytes)?)
    };
    let (paid, private) = (transaction("pay")?, transaction("private")?);
    let to = Address { kind: AddressKind::Falcon, payload: [5; 20] };
    let (intent, amount, created) = ([1; 16], Amount::new(5), Timestamp(1_796_000_000_000));
    let memo = Some("tea".to_owned());
    let payment = Payment {
        intent,
        kind: PaymentKind::Pay,
        to,
        contact: None,
        amount,
        memo: memo.clone(),
        created,
        attempt: Attempt {
            tx: paid.id(),
            bytes: paid.to_bytes(),
            fee: paid.fee,
            nonce: paid.sources.first().context("who pays")?.nonce,
            expiry: paid.expiry,
        },
        state: PaymentState::Submitted,
    };
    let attempt = PrivateAttempt {
        tx: private.id(),
        bytes: private.to_bytes(),
        fee: private.fee,
        expiry: private.expiry,
        carry: None,
        spend: None,
    };
    let to = PrivatePayee::Public(to);
    let (contact, attempt, state) = (None, Some(attempt), TransferState::Submitted);
    let signed = Transfer { intent, to, contact, amount, memo, created, attempt, state };
    let planned = Transfer { attempt: None, state: TransferState::Planned, ..signed.clone() };
    let announced = Announced { notes: vec![Nullifier([3; 32])], until: Round(120) };
    let post = |what| Post { device: DeviceId([2; 16]), what };
    let signed = post(Posted::Transfer(Box::new(signed), Announced::default()));
    let part = signed.parts().context("parts")?.swap_remove(0);
    Ok(vec![
        seed("wallet-post", "here", post(Posted::Here(WorkerId([4; 32]))).to_bytes()),
        seed("wallet-post", "payment", post(Posted::Payment(Box::new(payment))).to_bytes()),
        seed(
            "wallet-post",
            "announced",
            post(Posted::Transfer(Box::new(planned), announced)).to_bytes(),
        ),
        seed("wallet-post", "signed", signed.to_bytes()),
        seed("wallet-post", "part", part.to_bytes()),
    ])
}

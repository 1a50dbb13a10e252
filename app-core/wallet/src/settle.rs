//! What became of a payment.

use types::{Round, Timestamp};

use crate::{Payment, PaymentState};

/// How long a payment that has not left the device is still wanted, in milliseconds: whoever asked
/// for it on the way wants it to go out at home, not years later.
const PATIENCE_MS: u64 = 7 * 24 * 3600 * 1000;

/// True if a payment that was asked for at one moment and has not left is no longer wanted at another.
#[must_use]
pub fn is_given_up(asked: Timestamp, now: Timestamp) -> bool {
    now.millis_since(asked) > PATIENCE_MS
}

/// The state of an open payment, once our history is proved complete up to `proved`, where the account
/// stands at this nonce, if there is an account.
///
/// `included` is the round of the proved history entry that names the transaction. Without one, the
/// payment is dead only when a header behind its last round has been checked, or when something else
/// has used its nonce: before that, the same bytes may still become final, and another attempt could
/// pay twice (`money-and-mail.md` A9).
#[must_use]
pub fn settle(
    payment: &Payment,
    included: Option<Round>,
    (proved, nonce): (Round, Option<u64>),
) -> PaymentState {
    match (payment.state, included) {
        (PaymentState::Final(round), _) => PaymentState::Final(round),
        (_, Some(round)) => PaymentState::Final(round),
        (PaymentState::Expired, None) => PaymentState::Expired,
        (PaymentState::Queued | PaymentState::Submitted, None) => {
            let is_used = nonce.is_some_and(|next| next > payment.attempt.nonce);
            let is_over = proved > payment.attempt.expiry;
            if is_used || is_over { PaymentState::Expired } else { payment.state }
        }
    }
}

//! One private payment, shown to one verifier (`money-and-mail.md` B6).
//!
//! The file opens one output and no other. That it is final follows from a checkpoint, that it was
//! made out to the reader and answers his challenge from a signature or a proof over all of it.

mod check;
mod form;
mod report;

pub use check::{Expected, check_payment};
pub use form::{
    Asked, ByAccount, PaymentAuthority, PaymentDisclosure, PaymentEvidence, PaymentFacts,
};
pub use report::{
    PAYMENT_LIMITS, PAYMENT_PROVES, PaymentClaim, PaymentReport, PaymentRole, PaymentVerdict, Shown,
};

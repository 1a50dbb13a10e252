//! Why a request, a link or an address is not paid, in words that a person can act on.

use chat::RequestState;
use wallet::{DestinationError, LinkError, NotPayable};

use crate::{Code, Fault, Seen};

/// Paying an address that looks like another one has to be wanted.
///
/// # Errors
/// `look_alike`.
pub fn not_alike(seen: &Seen) -> Result<(), Fault> {
    let Some((other, _)) = &seen.looks_like else { return Ok(()) };
    let words = format!(
        "this address begins and ends like {other}, which you know, but it is another one; if it is \
         right, pay with --sure"
    );
    Err(Fault::refused("look_alike", &words))
}

pub(crate) fn unknown_request() -> Fault {
    Fault::refused("unknown_request", "no such request; see request list")
}

/// Why a request can be neither paid nor closed any more.
pub(crate) fn not_open(state: RequestState) -> Fault {
    match state {
        RequestState::Open | RequestState::Expired => {
            Fault::refused("request_over", "the time of this request is over; ask for a new one")
        }
        RequestState::Paying | RequestState::Paid => {
            Fault::refused("request_paid", "this request is paid, or its payment is on its way")
        }
        RequestState::Declined => {
            Fault::refused("request_closed", "you declined this request; nothing is paid")
        }
        RequestState::Withdrawn => {
            Fault::refused("request_closed", "whoever made this request has withdrawn it")
        }
    }
}

impl From<NotPayable> for Fault {
    fn from(error: NotPayable) -> Self {
        match error {
            NotPayable::OtherNetwork => {
                Self::new(Code::WrongNetwork, "this address belongs to another network")
            }
            NotPayable::Ended => {
                Fault::refused("address_ended", "this private address has ended; ask for a new one")
            }
        }
    }
}

impl From<DestinationError> for Fault {
    fn from(error: DestinationError) -> Self {
        Self::new(Code::BadAddress, format!("not an address: {error}; copy it again, whole"))
    }
}

impl From<LinkError> for Fault {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::WrongNetwork => {
                Self::new(Code::WrongNetwork, "this payment link belongs to another network")
            }
            LinkError::Over => {
                Fault::refused("link_over", "this payment link is over; ask for a new one")
            }
            LinkError::NotALink
            | LinkError::Part
            | LinkError::Address
            | LinkError::Amount
            | LinkError::Memo
            | LinkError::Expiry => {
                let words = format!("{error}; copy the whole link again, from bcm:pay on");
                Fault::refused("bad_link", &words)
            }
        }
    }
}

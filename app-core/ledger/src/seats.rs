//! Who decides: the committee of the present epoch with its reputations, as the state holds it.
//!
//! Two cells: `seats` of the present epoch, and `seats-next`, fixed ten rounds before the epoch ends
//! so that nothing near the boundary can change it (`acp-corrections.md` A11). In the first round of
//! an epoch members lead by the reputations of the round that fixed them, from the second on by
//! those that the epoch before has left them with.

use crate::committee::{MAX_MEMBERS, Member};
use crate::{Committee, Params, Rejection, StateView, cell_key};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

pub(crate) const SEATS: &str = "seats";
pub(crate) const NEXT_SEATS: &str = "seats-next";

/// A member of the committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    /// Its keys.
    pub member: Member,
    /// 0 to 16: how often it is among the first to lead.
    pub reputation: u8,
}

/// The seats of a committee, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seats(Vec<Seat>);

impl Seats {
    /// Most of what a reputation can be.
    pub const MAX_REPUTATION: u8 = 16;

    /// These seats in the committee's order; `None` if they make no committee.
    #[must_use]
    pub fn new(mut seats: Vec<Seat>) -> Option<Self> {
        seats.sort_unstable();
        let committee = Committee::new(seats.iter().map(|seat| seat.member).collect());
        let sound = seats.iter().all(|seat| seat.reputation <= Self::MAX_REPUTATION);
        (committee.is_some() && sound).then_some(Self(seats))
    }

    /// The seats, in order.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.0
    }

    /// The committee that they make.
    #[must_use]
    pub fn committee(&self) -> Committee {
        Committee::unchecked(self.0.iter().map(|seat| seat.member).collect())
    }

    /// The reputations, in order.
    #[must_use]
    pub fn reputations(&self) -> Vec<u8> {
        self.0.iter().map(|seat| seat.reputation).collect()
    }

    /// Who decides a round, by the state after the round before it.
    ///
    /// # Errors
    /// [`Rejection::BadState`] if the state does not say.
    pub fn of(view: &dyn StateView, params: &Params, round: Round) -> Result<Self, Rejection> {
        let next = if params.is_first(round) { read(view, NEXT_SEATS)? } else { None };
        match next {
            Some(next) => Ok(next),
            None => read(view, SEATS)?.ok_or(Rejection::BadState("no committee")),
        }
    }
}

fn read(view: &dyn StateView, cell: &str) -> Result<Option<Seats>, Rejection> {
    let bytes = view.get(&cell_key(cell));
    let seats = bytes.map(|bytes| Seats::from_bytes(&bytes)).transpose();
    seats.map_err(|_| Rejection::BadState("committee"))
}

impl Encode for Seat {
    fn encode(&self, w: &mut Writer) {
        self.member.encode(w);
        w.u8(self.reputation);
    }
}

impl Decode for Seat {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { member: Member::decode(r)?, reputation: r.u8()? })
    }
}

impl Encode for Seats {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.0);
    }
}

impl Decode for Seats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let seats: Vec<Seat> = r.list(MAX_MEMBERS)?;
        let in_order = seats.is_sorted();
        Self::new(seats).filter(|_| in_order).ok_or(DecodeError::BadValue("seats"))
    }
}

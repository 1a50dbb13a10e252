//! What members say of one another's service (`acp.md` 2.4).
//!
//! Once in an epoch a member may say how well each of the others has served it. Only the median of
//! what the others say counts, and who says nothing is content: below a half nobody can harm anybody,
//! and nobody has to speak while all is well.

use crate::draft::Draft;
use crate::{MAX_MEMBERS, Rejection, Seat};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The best score, in hundredths: also of who says nothing.
pub const MAX_SCORE: u8 = 100;
/// Below it a median means that the service was poor.
const LEAST: u8 = 50;

/// A member's scores of all members, in the committee's order; its own of itself means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scores(pub(crate) Vec<u8>);

/// Where a member's scores lie until the epoch is over: `score/` ‖ its number.
pub(crate) fn score_key(member: u16) -> Vec<u8> {
    [b"score/".as_slice(), &member.to_be_bytes()].concat()
}

/// Takes up all scores of an epoch that is over, and says of each member whether its service was
/// poor. What those say counts for nothing whom `is_jailed` names.
pub(crate) fn take_poor(
    draft: &mut Draft<'_>,
    seats: &[Seat],
    is_jailed: impl Fn(&Seat) -> bool,
) -> Result<Vec<bool>, Rejection> {
    let mut all: Vec<Option<Scores>> = Vec::new();
    for (member, seat) in (0_u16..).zip(seats) {
        let scores: Option<Scores> = draft.read(&score_key(member))?;
        if scores.is_some() {
            draft.remove(score_key(member));
        }
        all.push(scores.filter(|_| !is_jailed(seat)));
    }
    Ok((0..seats.len()).map(|member| median(&all, member) < LEAST).collect())
}

/// The median of what the others say of a member; of two in the middle the better.
fn median(all: &[Option<Scores>], of: usize) -> u8 {
    let others = all.iter().enumerate().filter(|(by, _)| *by != of);
    let said = others.map(|(_, scores)| scores.as_ref().and_then(|Scores(all)| all.get(of)));
    let mut said: Vec<u8> = said.map(|score| score.copied().unwrap_or(MAX_SCORE)).collect();
    said.sort_unstable();
    said.get(said.len() / 2).copied().unwrap_or(MAX_SCORE)
}

impl Encode for Scores {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for Scores {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_MEMBERS).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median_of(said: &[Option<u8>]) -> u8 {
        // The member itself stands in front and praises or blames itself in vain.
        let own = [Some(Scores(vec![0]))];
        let others = said.iter().map(|score| score.map(|score| Scores(vec![score])));
        median(&own.into_iter().chain(others).collect::<Vec<_>>(), 0)
    }

    #[test]
    fn the_median_needs_more_than_half_of_the_others() {
        let (poor, silent) = (Some(0), None);
        assert_eq!(median_of(&[silent, silent, silent]), MAX_SCORE);
        assert_eq!(median_of(&[poor, silent, silent]), MAX_SCORE);
        assert_eq!(median_of(&[poor, poor, silent]), 0);
        assert_eq!(median_of(&[poor, poor, silent, silent]), MAX_SCORE, "half is not enough");
        assert_eq!(median_of(&[poor, poor, poor, silent]), 0);
        assert_eq!(median_of(&[Some(49), Some(10), Some(90)]), 49);
        assert_eq!(median(&[], 0), MAX_SCORE);
    }
}

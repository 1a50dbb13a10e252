//! The rows of a record as they are stored, one for each session.

use super::{MAX_SESSIONS, Row, SessionRecord};
use crate::session::Session;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

const FORMAT: u8 = 2;

impl SessionRecord {
    /// Puts a record together from the states that were saved, in any order.
    ///
    /// # Errors
    /// [`DecodeError`] when they are not the sessions of one record.
    pub fn load<S: AsRef<[u8]>>(states: impl IntoIterator<Item = S>) -> Result<Self, DecodeError> {
        let read = states.into_iter().map(|state| Row::from_bytes(state.as_ref()));
        let mut rows = read.collect::<Result<Vec<_>, _>>()?;
        rows.sort_by_key(|row| core::cmp::Reverse(row.rank));
        let record = Self { rows, removed: vec![] };
        let rows = &record.rows;
        // All sessions of a record are with one peer; trust rests on the first one's word.
        let one_peer = rows.iter().all(|row| Some(row.session.remote()) == record.identity());
        let ordered = rows.is_sorted_by(|one, next| one.rank > next.rank);
        match one_peer && ordered && rows.len() <= MAX_SESSIONS {
            true => Ok(record),
            false => Err(DecodeError::BadValue("sessions of one record")),
        }
    }

    /// The states of all sessions, from the last used to the oldest.
    #[must_use]
    pub fn states(&self) -> Vec<Zeroizing<Vec<u8>>> {
        self.rows.iter().map(Row::state).collect()
    }
}

impl Row {
    pub(super) fn state(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.to_bytes())
    }
}

impl Encode for Row {
    fn encode(&self, writer: &mut Writer) {
        writer.u8(FORMAT);
        writer.u64(self.rank);
        writer.bool(self.archived);
        self.session.encode(writer);
    }
}

impl Decode for Row {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u8()? != FORMAT {
            return Err(DecodeError::BadValue("session format"));
        }
        Ok(Self {
            rank: reader.u64()?,
            archived: reader.bool()?,
            changed: false,
            session: Box::new(Session::decode(reader)?),
        })
    }
}

//! Between the values of the machines and the columns of SQLite.

use crate::StoreError;
use chat::{Closed, Delivery, Direction, PreKeyKind, Standing};
use types::{Abc, Address, AddressKind, Amount, OpenId, Round, Timestamp};
use wallet::private::TransferState;
use wallet::{GiftState, PaymentKind, PaymentState};
use wire::Decode;

/// An unsigned number as SQLite keeps it. No time, amount, round or counter of ours comes near the
/// limit; a foreign one beyond it is cut, so that it cannot block the mailbox it came in.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Undoes [`int`].
pub(crate) fn uint(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::DamagedProfile)
}

pub(crate) fn time(value: i64) -> Result<Timestamp, StoreError> {
    uint(value).map(Timestamp)
}

pub(crate) fn amount(value: i64) -> Result<Amount<Abc>, StoreError> {
    uint(value).map(Amount::new)
}

/// Bytes of a length that the schema promises.
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::DamagedProfile)
}

pub(crate) fn account(bytes: &[u8]) -> Result<OpenId, StoreError> {
    fixed(bytes).map(OpenId)
}

pub(crate) fn address(bytes: &[u8]) -> Result<Address, StoreError> {
    let (version, payload) = bytes.split_first().ok_or(StoreError::DamagedProfile)?;
    let kind = AddressKind::parse(*version).map_err(|_| StoreError::DamagedProfile)?;
    Ok(Address { kind, payload: fixed(payload)? })
}

pub(crate) fn decode<T: Decode>(bytes: &[u8]) -> Result<T, StoreError> {
    Ok(T::from_bytes(bytes)?)
}

pub(crate) const fn direction_text(direction: Direction) -> &'static str {
    match direction {
        Direction::Out => "out",
        Direction::In => "in",
    }
}

pub(crate) fn direction(text: &str) -> Result<Direction, StoreError> {
    match text {
        "out" => Ok(Direction::Out),
        "in" => Ok(Direction::In),
        _ => Err(StoreError::DamagedProfile),
    }
}

pub(crate) const fn delivery_text(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Queued => "queued",
        Delivery::Sent => "sent",
        Delivery::Delivered => "delivered",
        Delivery::Failed => "failed",
        Delivery::Received => "received",
    }
}

pub(crate) fn delivery(text: &str) -> Result<Delivery, StoreError> {
    match text {
        "queued" => Ok(Delivery::Queued),
        "sent" => Ok(Delivery::Sent),
        "delivered" => Ok(Delivery::Delivered),
        "failed" => Ok(Delivery::Failed),
        "received" => Ok(Delivery::Received),
        _ => Err(StoreError::DamagedProfile),
    }
}

pub(crate) const fn standing_text(standing: Standing) -> &'static str {
    match standing {
        Standing::Accepted => "accepted",
        Standing::Request => "request",
        Standing::Declined => "declined",
    }
}

pub(crate) fn standing(text: &str) -> Result<Standing, StoreError> {
    match text {
        "accepted" => Ok(Standing::Accepted),
        "request" => Ok(Standing::Request),
        "declined" => Ok(Standing::Declined),
        _ => Err(StoreError::DamagedProfile),
    }
}

pub(crate) const fn prekey_kind_text(kind: PreKeyKind) -> &'static str {
    match kind {
        PreKeyKind::Signed => "signed",
        PreKeyKind::OneTime => "one_time",
        PreKeyKind::Kyber => "kyber",
        PreKeyKind::OneTimeKyber => "one_time_kyber",
    }
}

pub(crate) fn prekey_kind(text: &str) -> Result<PreKeyKind, StoreError> {
    match text {
        "signed" => Ok(PreKeyKind::Signed),
        "one_time" => Ok(PreKeyKind::OneTime),
        "kyber" => Ok(PreKeyKind::Kyber),
        "one_time_kyber" => Ok(PreKeyKind::OneTimeKyber),
        _ => Err(StoreError::DamagedProfile),
    }
}

/// The columns `state` and `final_round`.
pub(crate) fn payment_state_columns(state: PaymentState) -> (&'static str, Option<i64>) {
    match state {
        PaymentState::Queued => ("queued", None),
        PaymentState::Submitted => ("submitted", None),
        PaymentState::Final(round) => ("final", Some(int(round.0))),
        PaymentState::Expired => ("expired", None),
    }
}

/// Undoes `PaymentKind::name`.
pub(crate) fn payment_kind(name: &str) -> Result<PaymentKind, StoreError> {
    let mut kinds = PaymentKind::ALL.into_iter();
    kinds.find(|kind| kind.name() == name).ok_or(StoreError::DamagedProfile)
}

/// Undoes [`payment_state_columns`].
pub(crate) fn payment_state(
    state: &str,
    final_round: Option<i64>,
) -> Result<PaymentState, StoreError> {
    match (state, final_round) {
        ("queued", None) => Ok(PaymentState::Queued),
        ("submitted", None) => Ok(PaymentState::Submitted),
        ("final", Some(round)) => Ok(PaymentState::Final(Round(uint(round)?))),
        ("expired", None) => Ok(PaymentState::Expired),
        _ => Err(StoreError::DamagedProfile),
    }
}

/// The columns `state` and `final_round` of a transfer.
pub(crate) fn transfer_state_columns(state: TransferState) -> (&'static str, Option<i64>) {
    match state {
        TransferState::Planned => ("planned", None),
        TransferState::Queued => ("queued", None),
        TransferState::Submitted => ("submitted", None),
        TransferState::Final(round) => ("final", Some(int(round.0))),
        // A column of its own tells these apart.
        TransferState::Expired | TransferState::Cancelled => ("expired", None),
    }
}

/// Undoes [`transfer_state_columns`].
pub(crate) fn transfer_state(
    state: &str,
    (final_round, cancelled): (Option<i64>, bool),
) -> Result<TransferState, StoreError> {
    match (state, final_round) {
        ("expired", None) if cancelled => Ok(TransferState::Cancelled),
        ("planned", None) => Ok(TransferState::Planned),
        ("queued", None) => Ok(TransferState::Queued),
        ("submitted", None) => Ok(TransferState::Submitted),
        ("final", Some(round)) => Ok(TransferState::Final(Round(uint(round)?))),
        ("expired", None) => Ok(TransferState::Expired),
        _ => Err(StoreError::DamagedProfile),
    }
}

pub(crate) const fn closed_text(by: Closed) -> &'static str {
    match by {
        Closed::ByUs => "by_us",
        Closed::ByContact => "by_contact",
    }
}

pub(crate) fn closed(text: &str) -> Result<Closed, StoreError> {
    match text {
        "by_us" => Ok(Closed::ByUs),
        "by_contact" => Ok(Closed::ByContact),
        _ => Err(StoreError::DamagedProfile),
    }
}

pub(crate) const fn gift_state_text(state: GiftState) -> &'static str {
    match state {
        GiftState::Queued => "queued",
        GiftState::Open => "open",
        GiftState::Done => "done",
        GiftState::Refunded => "refunded",
        GiftState::Failed => "failed",
    }
}

pub(crate) fn gift_state(text: &str) -> Result<GiftState, StoreError> {
    match text {
        "queued" => Ok(GiftState::Queued),
        "open" => Ok(GiftState::Open),
        "done" => Ok(GiftState::Done),
        "refunded" => Ok(GiftState::Refunded),
        "failed" => Ok(GiftState::Failed),
        _ => Err(StoreError::DamagedProfile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back() {
        for state in [
            PaymentState::Queued,
            PaymentState::Submitted,
            PaymentState::Final(Round(7)),
            PaymentState::Expired,
        ] {
            let (text, round) = payment_state_columns(state);
            assert_eq!(payment_state(text, round).unwrap(), state);
        }
        for kind in PaymentKind::ALL {
            assert_eq!(payment_kind(kind.name()).unwrap(), kind);
        }
        assert!(payment_kind("gift").is_err());
        for state in [
            GiftState::Queued,
            GiftState::Open,
            GiftState::Done,
            GiftState::Refunded,
            GiftState::Failed,
        ] {
            assert_eq!(gift_state(gift_state_text(state)).unwrap(), state);
        }
        for state in [
            TransferState::Planned,
            TransferState::Queued,
            TransferState::Submitted,
            TransferState::Final(Round(7)),
            TransferState::Expired,
            TransferState::Cancelled,
        ] {
            let (text, round) = transfer_state_columns(state);
            let cancelled = state == TransferState::Cancelled;
            assert_eq!(transfer_state(text, (round, cancelled)).unwrap(), state);
        }
        for value in [Direction::Out, Direction::In] {
            assert_eq!(direction(direction_text(value)).unwrap(), value);
        }
        for value in [
            Delivery::Queued,
            Delivery::Sent,
            Delivery::Delivered,
            Delivery::Failed,
            Delivery::Received,
        ] {
            assert_eq!(delivery(delivery_text(value)).unwrap(), value);
        }
        for value in
            [PreKeyKind::Signed, PreKeyKind::OneTime, PreKeyKind::Kyber, PreKeyKind::OneTimeKyber]
        {
            assert_eq!(prekey_kind(prekey_kind_text(value)).unwrap(), value);
        }
        for by in [Closed::ByUs, Closed::ByContact] {
            assert_eq!(closed(closed_text(by)).unwrap(), by);
        }
        for value in [Standing::Accepted, Standing::Request, Standing::Declined] {
            assert_eq!(standing(standing_text(value)).unwrap(), value);
        }
    }

    #[test]
    fn numbers_beyond_the_column_are_cut_and_negative_ones_are_damage() {
        assert_eq!(uint(int(u64::MAX)).unwrap(), i64::MAX.cast_unsigned());
        assert!(matches!(uint(-1), Err(StoreError::DamagedProfile)));
    }

    #[test]
    fn address_reads_back() {
        let of = Address { kind: AddressKind::Falcon, payload: [7; 20] };
        assert_eq!(address(&of.to_bytes()).unwrap(), of);
        assert!(address(&[0; 21]).is_err());
        assert!(address(&of.to_bytes()[..20]).is_err());
    }
}

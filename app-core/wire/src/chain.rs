//! What a light node asks about the ledger. Ledger types cross as opaque bytes: `ledger` encodes
//! them, and nothing is believed before `light` has checked it.

use crate::{Decode, DecodeError, Encode, Reader, Writer};
use types::{Address, Round, Timestamp, TxId, WorkerId};

/// Most headers in one answer.
pub const MAX_HEADERS: usize = 512;
/// Most history entries in one answer.
pub const MAX_ENTRIES: usize = 1000;
/// Most steps in one answer to [`ChainRequest::Light`].
pub const MAX_STEPS: usize = 1024;
/// Most bytes of a key of the ledger's state.
pub const MAX_KEY: usize = 128;
/// Most bytes of one ledger object (transaction, step, proof, entry): the list of all workers,
/// proved, is the longest.
pub const MAX_OBJECT: usize = 160 * 1024;
/// Most entries of the pool log in one answer.
pub const MAX_POOL_ENTRIES: usize = 512;
/// Most bundles in one answer.
pub const MAX_POOL_EFFECTS: usize = 16;
/// Most keys of the state in one request.
pub const MAX_KEYS: usize = 64;
/// Most warrants that a node keeps, and says in one answer.
pub const MAX_WARRANTS: usize = 4;
/// Most bytes of a genesis file.
pub const MAX_GENESIS: usize = 1024 * 1024;

/// An encoded object of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object(pub Vec<u8>);

/// Asked of a manager, or of a worker that passes it on, under [`crate::protocol::CHAIN`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainRequest {
    /// The genesis file.
    Genesis,
    /// The newest final round.
    Tip,
    /// Headers from this round on, at most [`MAX_HEADERS`].
    Headers {
        /// The first one wanted.
        from: Round,
        /// At most so many.
        max: u16,
    },
    /// A transaction for the mempool; sending it again is harmless.
    Submit(Object),
    /// The account behind an address, with its proof under a recent header.
    Account(Address),
    /// History entries of a home address behind this counter, oldest first.
    History {
        /// The account's home address.
        home: Address,
        /// The last counter already known, 0 for none.
        after: u64,
    },
    /// The round that made a transaction final.
    Find(TxId),
    /// Where a worker listens.
    Locate(WorkerId),
    /// What moves trust from this round to the newest, and an account under that: all that an app
    /// needs after a pause, in one answer.
    Light {
        /// The round that is trusted.
        trusted: Round,
        /// Whose account to prove.
        address: Option<Address>,
    },
    /// An old header.
    HeaderAt {
        /// Its round.
        round: Round,
        /// Under whose history it is to be proved.
        under: Round,
    },
    /// What the state holds under a key of at most [`MAX_KEY`] bytes.
    Record {
        /// The key.
        key: Vec<u8>,
    },
    /// Headers in short form, going backwards.
    Back {
        /// The round behind the newest of them.
        before: Round,
        /// At most so many.
        max: u16,
    },
    /// The members of the committee with this hash.
    Committee([u8; 32]),
    /// A `ledger::Conflict`: the managers have certified two headers that contradict each other. A
    /// node that finds it proved keeps it and passes it on; saying it again is harmless.
    Warrant(Object),
    /// The warrants that the node keeps itself.
    Warrants,
    /// Entries of the pool log, oldest first, at most [`MAX_POOL_ENTRIES`].
    PoolLog {
        /// How many bundles lie before the first one wanted.
        after: u64,
        /// At most so many.
        max: u16,
    },
    /// Bundles of the pool with their memos, in order, at most [`MAX_POOL_EFFECTS`]. Who asks for
    /// some of them does not tell which it is about.
    PoolEffects {
        /// The number of the first one wanted, from 0.
        from: u64,
        /// At most so many.
        max: u16,
    },
    /// What the state of one recent round holds under several keys, at most [`MAX_KEYS`]: what is
    /// to be proved under one header.
    Records {
        /// The round.
        under: Round,
        /// The keys, each of at most [`MAX_KEY`] bytes.
        keys: Vec<StateKey>,
    },
}

/// A key of the ledger's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateKey(pub Vec<u8>);

/// The answers, in the order of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainReply {
    /// The bytes whose SHA-256 is the chain id.
    Genesis(Vec<u8>),
    /// Newest final round, and the node's own clock.
    Tip {
        /// The newest final round.
        round: Round,
        /// The clock of the node that answers.
        now: Timestamp,
    },
    /// `light::Step`s, in order; the first one, and those at a change, with their committee.
    Headers(Vec<Object>),
    /// It waits in the mempool, or is final already.
    Submitted(TxId),
    /// A `ledger::AccountProof`.
    Account(Object),
    /// `ledger::Entry`s, in order, at most [`MAX_ENTRIES`].
    History(Vec<Object>),
    /// Final in this round; `None` if it is not.
    Found(Option<Round>),
    /// Multiaddrs, most likely first; empty if the worker is not known.
    Located(Vec<String>),
    /// How to trust the newest round.
    Light {
        /// `light::Step`s, in order, as `light::route` plans them; the last one is the newest round
        /// unless there are [`MAX_STEPS`].
        steps: Vec<Object>,
        /// A `ledger::AccountProof` under the last of them, if an address was asked about.
        account: Option<Object>,
    },
    /// An old header with its proof.
    HeaderAt {
        /// A `ledger::Header`.
        header: Object,
        /// A `ledger::RangeProof` under the history of the header asked for.
        path: Object,
    },
    /// A `light::RecordProof`.
    Record(Object),
    /// A `light::Backfill`, whose last header is the one before the round asked for.
    Back(Object),
    /// A `ledger::Committee`.
    Committee(Object),
    /// The warrant is kept, that one or another about the same members.
    Warranted,
    /// `ledger::Conflict`s, at most [`MAX_WARRANTS`].
    Warrants(Vec<Object>),
    /// `shielded::LogEntry`s; fewer than asked for if they are long, none behind the newest.
    PoolLog(Vec<Object>),
    /// `shielded::Effects`, as the entries of the log say; none behind the newest.
    PoolEffects(Vec<Object>),
    /// A `light::RecordProof` for each key, in order.
    Records(Vec<Object>),
}

impl Encode for Object {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for Object {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_OBJECT).map(Self)
    }
}

impl Encode for StateKey {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for StateKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_KEY).map(Self)
    }
}

impl Encode for ChainRequest {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Genesis => w.u8(1),
            Self::Tip => w.u8(2),
            Self::Headers { from, max } => {
                w.u8(3);
                from.encode(w);
                w.u16(*max);
            }
            Self::Submit(transaction) => {
                w.u8(4);
                transaction.encode(w);
            }
            Self::Account(address) => {
                w.u8(5);
                address.encode(w);
            }
            Self::History { home, after } => {
                w.u8(6);
                home.encode(w);
                w.u64(*after);
            }
            Self::Find(id) => {
                w.u8(7);
                id.encode(w);
            }
            Self::Locate(worker) => {
                w.u8(8);
                worker.encode(w);
            }
            Self::Light { trusted, address } => {
                w.u8(9);
                trusted.encode(w);
                w.option(address.as_ref());
            }
            Self::HeaderAt { round, under } => {
                w.u8(10);
                round.encode(w);
                under.encode(w);
            }
            Self::Record { key } => {
                w.u8(11);
                w.bytes(key);
            }
            Self::Back { before, max } => {
                w.u8(12);
                before.encode(w);
                w.u16(*max);
            }
            Self::Committee(hash) => {
                w.u8(13);
                w.fixed(hash);
            }
            Self::Warrant(conflict) => {
                w.u8(14);
                conflict.encode(w);
            }
            Self::Warrants => w.u8(15),
            Self::PoolLog { after, max } => {
                w.u8(16);
                w.u64(*after);
                w.u16(*max);
            }
            Self::PoolEffects { from, max } => {
                w.u8(17);
                w.u64(*from);
                w.u16(*max);
            }
            Self::Records { under, keys } => {
                w.u8(18);
                under.encode(w);
                w.list(keys);
            }
        }
    }
}

impl Decode for ChainRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Genesis,
            2 => Self::Tip,
            3 => Self::Headers { from: Round::decode(r)?, max: r.u16()? },
            4 => Self::Submit(Object::decode(r)?),
            5 => Self::Account(Address::decode(r)?),
            6 => Self::History { home: Address::decode(r)?, after: r.u64()? },
            7 => Self::Find(TxId::decode(r)?),
            8 => Self::Locate(WorkerId::decode(r)?),
            9 => Self::Light { trusted: Round::decode(r)?, address: r.option()? },
            10 => Self::HeaderAt { round: Round::decode(r)?, under: Round::decode(r)? },
            11 => Self::Record { key: r.bytes(MAX_KEY)? },
            12 => Self::Back { before: Round::decode(r)?, max: r.u16()? },
            13 => Self::Committee(r.fixed()?),
            14 => Self::Warrant(Object::decode(r)?),
            15 => Self::Warrants,
            16 => Self::PoolLog { after: r.u64()?, max: r.u16()? },
            17 => Self::PoolEffects { from: r.u64()?, max: r.u16()? },
            18 => Self::Records { under: Round::decode(r)?, keys: r.list(MAX_KEYS)? },
            _ => return Err(DecodeError::BadValue("chain request")),
        })
    }
}

impl Encode for ChainReply {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Genesis(file) => {
                w.u8(1);
                w.bytes(file);
            }
            Self::Tip { round, now } => {
                w.u8(2);
                round.encode(w);
                now.encode(w);
            }
            Self::Headers(headers) => {
                w.u8(3);
                w.list(headers);
            }
            Self::Submitted(id) => {
                w.u8(4);
                id.encode(w);
            }
            Self::Account(proof) => {
                w.u8(5);
                proof.encode(w);
            }
            Self::History(entries) => {
                w.u8(6);
                w.list(entries);
            }
            Self::Found(round) => {
                w.u8(7);
                w.option(round.as_ref());
            }
            Self::Located(addresses) => {
                w.u8(8);
                crate::roster::write_addresses(w, addresses);
            }
            Self::Light { steps, account } => {
                w.u8(9);
                w.list(steps);
                w.option(account.as_ref());
            }
            Self::HeaderAt { header, path } => {
                w.u8(10);
                header.encode(w);
                path.encode(w);
            }
            Self::Record(record) => {
                w.u8(11);
                record.encode(w);
            }
            Self::Back(headers) => {
                w.u8(12);
                headers.encode(w);
            }
            Self::Committee(members) => {
                w.u8(13);
                members.encode(w);
            }
            Self::Warranted => w.u8(14),
            Self::Warrants(warrants) => {
                w.u8(15);
                w.list(warrants);
            }
            Self::PoolLog(entries) => {
                w.u8(16);
                w.list(entries);
            }
            Self::PoolEffects(bundles) => {
                w.u8(17);
                w.list(bundles);
            }
            Self::Records(records) => {
                w.u8(18);
                w.list(records);
            }
        }
    }
}

impl Decode for ChainReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Genesis(r.bytes(MAX_GENESIS)?),
            2 => Self::Tip { round: Round::decode(r)?, now: Timestamp::decode(r)? },
            3 => Self::Headers(r.list(MAX_HEADERS)?),
            4 => Self::Submitted(TxId::decode(r)?),
            5 => Self::Account(Object::decode(r)?),
            6 => Self::History(r.list(MAX_ENTRIES)?),
            7 => Self::Found(r.option()?),
            8 => Self::Located(crate::roster::read_addresses(r)?),
            9 => Self::Light { steps: r.list(MAX_STEPS)?, account: r.option()? },
            10 => Self::HeaderAt { header: Object::decode(r)?, path: Object::decode(r)? },
            11 => Self::Record(Object::decode(r)?),
            12 => Self::Back(Object::decode(r)?),
            13 => Self::Committee(Object::decode(r)?),
            14 => Self::Warranted,
            15 => Self::Warrants(r.list(MAX_WARRANTS)?),
            16 => Self::PoolLog(r.list(MAX_POOL_ENTRIES)?),
            17 => Self::PoolEffects(r.list(MAX_POOL_EFFECTS)?),
            18 => Self::Records(r.list(MAX_KEYS)?),
            _ => return Err(DecodeError::BadValue("chain reply")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a request or answer, as hex digits of text and of repeated bytes.
    #[track_caller]
    fn check<T: Encode + Decode + PartialEq + core::fmt::Debug>(value: &T, bytes: &[&[u8]]) {
        let bytes = bytes.concat();
        assert_eq!(value.to_bytes(), bytes);
        assert_eq!(T::from_bytes(&bytes).as_ref(), Ok(value));
    }

    const ONE: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 1];
    const TWO: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 2];

    #[test]
    fn the_bytes_of_requests_are_frozen() {
        let address = Address { kind: types::AddressKind::Ecdsa, payload: [5; 20] };
        let (one, two) = (Round(1), Round(2));
        let light = ChainRequest::Light { trusted: one, address: None };
        check(&light, &[&[9], ONE, &[0]]);
        let light = ChainRequest::Light { trusted: one, address: Some(address) };
        check(&light, &[&[9], ONE, &[1], &address.to_bytes()]);
        check(&ChainRequest::HeaderAt { round: one, under: two }, &[&[10], ONE, TWO]);
        check(&ChainRequest::Record { key: vec![7, 8] }, &[&[11, 0, 0, 0, 2, 7, 8]]);
        check(&ChainRequest::Back { before: two, max: 258 }, &[&[12], TWO, &[1, 2]]);
        check(&ChainRequest::Committee([6; 32]), &[&[13], &[6; 32]]);
        check(&ChainRequest::Warrant(Object(vec![7])), &[&[14, 0, 0, 0, 1, 7]]);
        check(&ChainRequest::Warrants, &[&[15]]);
        check(&ChainRequest::PoolLog { after: 2, max: 258 }, &[&[16], TWO, &[1, 2]]);
        check(&ChainRequest::PoolEffects { from: 1, max: 8 }, &[&[17], ONE, &[0, 8]]);
        let records = ChainRequest::Records { under: one, keys: vec![StateKey(vec![7, 8])] };
        check(&records, &[&[18], ONE, &[0, 0, 0, 1, 0, 0, 0, 2, 7, 8]]);
        let long = ChainRequest::Record { key: vec![0; MAX_KEY + 1] }.to_bytes();
        assert_eq!(ChainRequest::from_bytes(&long), Err(DecodeError::TooLong));
    }

    #[test]
    fn the_bytes_of_answers_are_frozen() {
        let (short, empty) = (Object(vec![7]), Object(vec![]));
        let (s, e): (&[u8], &[u8]) = (&[0, 0, 0, 1, 7], &[0, 0, 0, 0]);
        let steps = vec![short.clone(), empty.clone()];
        let light = ChainReply::Light { steps, account: Some(short.clone()) };
        check(&light, &[&[9, 0, 0, 0, 2], s, e, &[1], s]);
        check(&ChainReply::Light { steps: vec![], account: None }, &[&[9, 0, 0, 0, 0, 0]]);
        let at = ChainReply::HeaderAt { header: short.clone(), path: empty.clone() };
        check(&at, &[&[10], s, e]);
        check(&ChainReply::Record(short.clone()), &[&[11], s]);
        check(&ChainReply::Back(short.clone()), &[&[12], s]);
        check(&ChainReply::Committee(short.clone()), &[&[13], s]);
        check(&ChainReply::Warranted, &[&[14]]);
        check(&ChainReply::Warrants(vec![short.clone()]), &[&[15, 0, 0, 0, 1], s]);
        check(&ChainReply::PoolLog(vec![short.clone()]), &[&[16, 0, 0, 0, 1], s]);
        check(&ChainReply::PoolEffects(vec![short]), &[&[17, 0, 0, 0, 1], s]);
        let many = ChainReply::PoolLog(vec![empty.clone(); MAX_POOL_ENTRIES + 1]);
        assert_eq!(ChainReply::from_bytes(&many.to_bytes()), Err(DecodeError::TooLong));
        let many = ChainReply::PoolEffects(vec![empty.clone(); MAX_POOL_EFFECTS + 1]);
        assert_eq!(ChainReply::from_bytes(&many.to_bytes()), Err(DecodeError::TooLong));
        let many = ChainReply::Warrants(vec![empty.clone(); MAX_WARRANTS + 1]);
        assert_eq!(ChainReply::from_bytes(&many.to_bytes()), Err(DecodeError::TooLong));
        let many = ChainReply::Light { steps: vec![empty; MAX_STEPS + 1], account: None };
        assert_eq!(ChainReply::from_bytes(&many.to_bytes()), Err(DecodeError::TooLong));
    }
}

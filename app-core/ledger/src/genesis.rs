//! The file that a network begins with.
//!
//! Its SHA-256 is the chain id. Managers make state version 0 of it, clients take it from anybody
//! and believe it only if its hash is the chain id they know.

mod state;

use crate::{Committee, MAX_MEMBERS, MAX_WORKERS, Member, Params, Seat, Seats};
use std::collections::BTreeSet;
use types::{Abc, Address, Amount, ChainId, Timestamp, WorkerId};
use wire::chain::MAX_GENESIS;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// More ABC than this cannot exist: converted to ABIT, all of it must fit 64 bits.
pub const MAX_SUPPLY: Amount<Abc> = Amount::new(18_000_000_000 * types::UNITS_PER_TOKEN);

const MAGIC: &[u8; 11] = b"bcm-genesis";
const FORMAT: u16 = 3;
const MAX_BALANCES: usize = 20_000;

/// The parameters and first balances of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The time of round 0.
    pub time: Timestamp,
    /// What the rules depend on.
    pub params: Params,
    /// The first managers, in ascending order of their signing keys.
    pub managers: Vec<FirstManager>,
    /// The first workers.
    pub workers: Vec<FirstWorker>,
    /// A test network's faucet; one of the balances.
    pub faucet: Option<Address>,
    /// The first balances, in ascending order of address.
    pub balances: Vec<(Address, Amount<Abc>)>,
}

/// A manager of the first committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstManager {
    /// Its keys.
    pub member: Member,
    /// The account that its bond and rewards belong to; one of the balances, and no other's.
    pub account: Address,
    /// Its bond, beside the balance.
    pub bond: Amount<Abc>,
}

/// A worker of the first roster; it has no bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstWorker {
    /// Its key.
    pub id: WorkerId,
    /// True if it keeps everything.
    pub archive: bool,
}

/// Why a genesis file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// It is a genesis file, of a format that this program does not read.
    #[error("genesis of format {0}, this program reads format {FORMAT}")]
    OldFormat(u16),
    /// It is no genesis file, or a damaged one.
    #[error("damaged genesis: {0}")]
    Damaged(DecodeError),
    /// Too few or too many managers, one twice, or one without a usable key.
    #[error("inconsistent managers")]
    Managers,
    /// Too many workers, or one twice.
    #[error("inconsistent workers")]
    Workers,
    /// Balances out of order, twice, below the existential minimum, over the supply, or a faucet
    /// without one.
    #[error("inconsistent balances")]
    Balances,
    /// Made for other Unicode tables than this program's: it would disagree about what is a name.
    #[error("made for other tables of names")]
    NameTables,
    /// Parameters out of bounds, or prices that could overflow.
    #[error("inconsistent parameters")]
    Parameters,
}

impl Genesis {
    /// Reads a file and checks it.
    ///
    /// # Errors
    /// [`GenesisError`] tells an old format from damage and from inconsistency.
    pub fn parse(bytes: &[u8]) -> Result<Self, GenesisError> {
        let mut reader = Reader::new(bytes);
        read_magic(&mut reader).map_err(GenesisError::Damaged)?;
        let format = reader.u16().map_err(GenesisError::Damaged)?;
        if format != FORMAT {
            return Err(GenesisError::OldFormat(format));
        }
        let mut reader = Reader::new(bytes);
        let genesis = read(&mut reader).map_err(GenesisError::Damaged)?;
        reader.finish().map_err(GenesisError::Damaged)?;
        genesis.check()?;
        Ok(genesis)
    }

    /// Checks that its parts fit together.
    ///
    /// # Errors
    /// [`GenesisError`] names the part that does not.
    pub fn check(&self) -> Result<(), GenesisError> {
        if !self.managers_fit() {
            return Err(GenesisError::Managers);
        }
        if self.workers.len() > MAX_WORKERS || has_double(&self.workers) {
            return Err(GenesisError::Workers);
        }
        if !self.params.are_sound() {
            return Err(GenesisError::Parameters);
        }
        if self.params.name_tables != name_rules::tables_hash() {
            return Err(GenesisError::NameTables);
        }
        self.check_balances()
    }

    fn managers_fit(&self) -> bool {
        let mut accounts: Vec<_> = self.managers.iter().map(|manager| manager.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let bonded = |manager: &FirstManager| {
            manager.bond.units() >= self.params.manager_bond
                && self.balances.iter().any(|(address, _)| *address == manager.account)
        };
        self.seats().is_some()
            && self.managers.is_sorted_by_key(|manager| manager.member)
            && accounts.len() == self.managers.len()
            && self.managers.iter().all(|manager| manager.member.is_usable() && bonded(manager))
    }

    fn seats(&self) -> Option<Seats> {
        let seat = |manager: &FirstManager| Seat { member: manager.member, reputation: 1 };
        Seats::new(self.managers.iter().map(seat).collect())
    }

    fn check_balances(&self) -> Result<(), GenesisError> {
        let ascending =
            self.balances.iter().zip(self.balances.iter().skip(1)).all(|(a, b)| a.0 < b.0);
        let enough =
            self.balances.iter().all(|(_, abc)| abc.units() >= self.params.prices.existential);
        let funded = |faucet| self.balances.iter().any(|(address, _)| *address == faucet);
        let fits = self.total() <= u128::from(MAX_SUPPLY.units());
        let few = self.balances.len() <= MAX_BALANCES;
        if ascending && enough && fits && few && self.faucet.is_none_or(funded) {
            Ok(())
        } else {
            Err(GenesisError::Balances)
        }
    }

    /// The name of the network: SHA-256 of the file, without a tag, so that any tool can compute it.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        ChainId(hash("", &[&self.to_bytes()]))
    }

    /// All ABC there is and ever will be; only meaningful once [`Genesis::check`] has passed.
    #[must_use]
    pub fn supply(&self) -> Amount<Abc> {
        Amount::new(u64::try_from(self.total()).unwrap_or(u64::MAX))
    }

    /// The managers as a committee; only meaningful once [`Genesis::check`] has passed.
    #[must_use]
    pub fn committee(&self) -> Committee {
        Committee::unchecked(self.managers.iter().map(|manager| manager.member).collect())
    }

    fn total(&self) -> u128 {
        let bonds = self.managers.iter().map(|manager| manager.bond);
        let all = self.balances.iter().map(|(_, abc)| *abc).chain(bonds);
        all.map(|abc| u128::from(abc.units())).fold(0, u128::saturating_add)
    }
}

fn has_double(workers: &[FirstWorker]) -> bool {
    let ids: BTreeSet<_> = workers.iter().map(|worker| worker.id).collect();
    ids.len() != workers.len()
}

fn read_magic(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    if r.take(MAGIC.len())? == MAGIC { Ok(()) } else { Err(DecodeError::BadValue("genesis")) }
}

impl Encode for Genesis {
    fn encode(&self, w: &mut Writer) {
        w.fixed(MAGIC);
        w.u16(FORMAT);
        self.time.encode(w);
        self.params.encode(w);
        w.list(&self.managers);
        w.list(&self.workers);
        w.option(self.faucet.as_ref());
        w.u32(u32::try_from(self.balances.len()).unwrap_or(u32::MAX));
        for (address, abc) in &self.balances {
            address.encode(w);
            abc.encode(w);
        }
    }
}

impl Encode for FirstManager {
    fn encode(&self, w: &mut Writer) {
        self.member.encode(w);
        self.account.encode(w);
        self.bond.encode(w);
    }
}

impl Decode for FirstManager {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            member: Member::decode(r)?,
            account: Address::decode(r)?,
            bond: Amount::decode(r)?,
        })
    }
}

impl Encode for FirstWorker {
    fn encode(&self, w: &mut Writer) {
        self.id.encode(w);
        w.bool(self.archive);
    }
}

impl Decode for FirstWorker {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: WorkerId::decode(r)?, archive: r.bool()? })
    }
}

/// Refuses what [`Genesis::check`] refuses: a decoded genesis is a consistent one.
impl Decode for Genesis {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let genesis = read(r)?;
        genesis.check().map_err(|_| DecodeError::BadValue("genesis"))?;
        Ok(genesis)
    }
}

fn read(r: &mut Reader<'_>) -> Result<Genesis, DecodeError> {
    let before = r.left();
    read_magic(r)?;
    if r.u16()? != FORMAT {
        return Err(DecodeError::BadValue("genesis format"));
    }
    let genesis = Genesis {
        time: Timestamp::decode(r)?,
        params: Params::decode(r)?,
        managers: r.list(MAX_MEMBERS)?,
        workers: r.list(MAX_WORKERS)?,
        faucet: r.option()?,
        balances: read_balances(r)?,
    };
    let fits = before.saturating_sub(r.left()) <= MAX_GENESIS;
    if fits { Ok(genesis) } else { Err(DecodeError::TooLong) }
}

fn read_balances(r: &mut Reader<'_>) -> Result<Vec<(Address, Amount<Abc>)>, DecodeError> {
    let count = usize::try_from(r.u32()?).map_err(|_| DecodeError::TooLong)?;
    if count > MAX_BALANCES {
        return Err(DecodeError::TooLong);
    }
    (0..count).map(|_| Ok((Address::decode(r)?, Amount::decode(r)?))).collect()
}

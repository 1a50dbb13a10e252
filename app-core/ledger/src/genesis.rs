//! The file that a network begins with.
//!
//! Its SHA-256 is the chain id. Managers make state version 0 of it, clients take it from anybody
//! and believe it only if its hash is the chain id they know.

use crate::account::Account;
use crate::entry::{Delta, Deltas, Entry, EntryKind};
use crate::{Committee, MAX_MEMBERS, Prices, Tip, account_key};
use std::collections::BTreeMap;
use types::{Abc, Address, Amount, BlockId, ChainId, Round, Timestamp, TxId, WorkerId};
use wire::chain::MAX_GENESIS;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// More ABC than this cannot exist: converted to ABIT, all of it must fit 64 bits.
pub const MAX_SUPPLY: Amount<Abc> = Amount::new(18_000_000_000 * types::UNITS_PER_TOKEN);

const MAGIC: &[u8; 11] = b"bcm-genesis";
const FORMAT: u16 = 1;
const MAX_WORKERS: usize = 4096;
const MAX_BALANCES: usize = 20_000;
const MAX_INTERVAL_MS: u32 = 3_600_000;

/// The parameters and first balances of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The time of round 0.
    pub time: Timestamp,
    /// The least time between two blocks.
    pub interval_ms: u32,
    /// Ed25519 keys of the managers, in the order in which they propose.
    pub managers: Vec<[u8; 32]>,
    /// The first workers.
    pub workers: Vec<WorkerId>,
    /// A test network's faucet; one of the balances.
    pub faucet: Option<Address>,
    /// The first balances, in ascending order of address.
    pub balances: Vec<(Address, Amount<Abc>)>,
    /// What transactions cost.
    pub prices: Prices,
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
    /// An interval of nothing or of hours, or prices that could overflow.
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
        let usable = |key: &[u8; 32]| {
            ed25519_dalek::VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
        };
        if Committee::new(self.managers.clone()).is_none() || !self.managers.iter().all(usable) {
            return Err(GenesisError::Managers);
        }
        if self.workers.len() > MAX_WORKERS || has_double(self.workers.clone()) {
            return Err(GenesisError::Workers);
        }
        let interval_fits = (1..=MAX_INTERVAL_MS).contains(&self.interval_ms);
        if !interval_fits || !self.prices.are_sound() {
            return Err(GenesisError::Parameters);
        }
        self.check_balances()
    }

    fn check_balances(&self) -> Result<(), GenesisError> {
        let ascending =
            self.balances.iter().zip(self.balances.iter().skip(1)).all(|(a, b)| a.0 < b.0);
        let enough = self.balances.iter().all(|(_, abc)| abc.units() >= self.prices.existential);
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
        Committee::unchecked(self.managers.clone())
    }

    /// What round 1 must follow.
    #[must_use]
    pub fn tip(&self) -> Tip {
        Tip { round: Round(0), block: BlockId(self.chain().0), time: self.time }
    }

    /// The state before round 1.
    #[must_use]
    pub fn state(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        self.entries()
            .into_iter()
            .map(|(home, entry)| {
                let mut account = Account::empty(home);
                account.abc = entry.abc;
                account.counter = entry.counter;
                account.history = entry.next_hash(&account.history);
                (account_key(home), account.to_bytes())
            })
            .collect()
    }

    /// The first history entry of every account of the genesis.
    #[must_use]
    pub fn entries(&self) -> Vec<(Address, Entry)> {
        let tx = TxId(self.chain().0);
        self.balances
            .iter()
            .zip(0_u32..)
            .map(|(balance, index)| first(*balance, tx, index))
            .collect()
    }

    fn total(&self) -> u128 {
        self.balances.iter().map(|(_, abc)| u128::from(abc.units())).fold(0, u128::saturating_add)
    }
}

fn first((home, abc): (Address, Amount<Abc>), tx: TxId, index: u32) -> (Address, Entry) {
    let entry = Entry {
        counter: 1,
        round: Round(0),
        tx,
        index,
        kind: EntryKind::Genesis,
        delta: Deltas { abc: Delta::plus(abc.units()), ..Deltas::default() },
        counterparty: None,
        abc,
        abit: Amount::ZERO,
        bonded: Amount::ZERO,
        nonce: 0,
        via_retired: false,
    };
    (home, entry)
}

fn has_double(mut ids: Vec<WorkerId>) -> bool {
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    ids.len() != count
}

fn read_magic(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    if r.take(MAGIC.len())? == MAGIC { Ok(()) } else { Err(DecodeError::BadValue("genesis")) }
}

impl Encode for Genesis {
    fn encode(&self, w: &mut Writer) {
        w.fixed(MAGIC);
        w.u16(FORMAT);
        self.time.encode(w);
        w.u32(self.interval_ms);
        w.list(&self.managers);
        w.list(&self.workers);
        w.option(self.faucet.as_ref());
        w.u32(u32::try_from(self.balances.len()).unwrap_or(u32::MAX));
        for (address, abc) in &self.balances {
            address.encode(w);
            abc.encode(w);
        }
        self.prices.encode(w);
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
        interval_ms: r.u32()?,
        managers: r.list(MAX_MEMBERS)?,
        workers: r.list(MAX_WORKERS)?,
        faucet: r.option()?,
        balances: read_balances(r)?,
        prices: Prices::decode(r)?,
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

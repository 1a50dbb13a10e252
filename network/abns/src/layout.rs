//! The tables of the chain file and the bytes of their keys.
//!
//! redb is a copy-on-write tree: a commit writes every page that it touches, and the pages above.
//! Rows that go to the right end of a table share their pages; a row under a key like a hash costs
//! a page of 4 KiB for itself. So:
//!
//! * **Whatever grows with time is keyed by round or version first** and is written once: headers,
//!   bodies, nodes of the state tree, rows of the state and of the histories. A value's past is a
//!   chain of rows ([`crate::versions`]), not a range of keys.
//! * **Only [`INDEX`] has keys like hashes**, and it is small: where the newest row of each key
//!   lies, and where each transaction stands. It is written late, in key order, many blocks at once
//!   ([`crate::index`]); the logs say at opening what it lacks.
//! * **What was replaced is not removed row by row.** A sweep carries what still lives forward,
//!   now and then; behind it whole rounds are dropped from the left end ([`crate::sweep`]).
//!
//! One commit, one block, durable. `tools/storage-bench` measures it: with 100,000 accounts, 1,000
//! of them changed by a block, the disk takes 2.6 bytes for each byte that a block says, and 12
//! where each thing is a row under its natural key. What is left beside the rows themselves: the
//! pages of the index, and redb's list of free pages, 64 kB with each commit per GB of file, which
//! is what opening a file of any size within a second costs.
//!
//! A change of anything here needs a new [`FORMAT`]; the tests below pin the bytes.

use types::{Round, TxId};

/// A table of byte strings. Keys and values are encoded here and in `ledger`, never by redb.
pub(crate) type Definition = redb::TableDefinition<'static, &'static [u8], &'static [u8]>;

/// The number of the layout below, kept in every file.
pub(crate) const FORMAT: u16 = 4;

/// Format, chain, tip, and how far the work goes that is done a little with each block.
pub(crate) const META: Definition = Definition::new("meta");
/// Round → certified header.
pub(crate) const HEADERS: Definition = Definition::new("headers");
/// Round → body.
pub(crate) const BODIES: Definition = Definition::new("bodies");
/// Version and path → node of the state tree.
pub(crate) const NODES: Definition = Definition::new("nodes");
/// Version → one change of one key of the state.
pub(crate) const STATE: Definition = Definition::new("state");
/// Version → one history entry.
pub(crate) const ENTRIES: Definition = Definition::new("entries");
/// Namespace and key → where the newest row lies; era and transaction id → round and place.
pub(crate) const INDEX: Definition = Definition::new("index");

/// Round that completes it, height → node of the range over all headers.
pub(crate) const RANGE: Definition = Definition::new("range");
/// Hash → committee. A new one comes once an epoch at most.
pub(crate) const COMMITTEES: Definition = Definition::new("committees");

/// Number of a bundle → its entry in the pool log.
pub(crate) const POOL_LOG: Definition = Definition::new("pool-log");
/// Number of a bundle → its effects.
pub(crate) const POOL_EFFECTS: Definition = Definition::new("pool-effects");

/// Every table, for the first transaction of a new file.
pub(crate) const TABLES: [Definition; 11] = [
    META,
    HEADERS,
    BODIES,
    NODES,
    STATE,
    ENTRIES,
    INDEX,
    RANGE,
    COMMITTEES,
    POOL_LOG,
    POOL_EFFECTS,
];

/// Namespace of the keys of the state.
pub(crate) const STATE_KEYS: u8 = 1;
/// Namespace of the histories; a key is a home address.
pub(crate) const HISTORIES: u8 = 2;
/// What the rows of [`INDEX`] begin with that say where a transaction is.
const PLACES: u8 = 3;

/// Row of [`META`] that every format has, in these very bytes: magic, then the number.
pub(crate) const META_FORMAT: &[u8] = b"format";
/// Row of [`META`]: the chain id.
pub(crate) const META_CHAIN: &[u8] = b"chain";
/// Row of [`META`]: the newest final block, as [`ledger::Tip`].
pub(crate) const META_TIP: &[u8] = b"tip";
/// Row of [`META`]: the block that the file begins with, as [`ledger::Tip`]; its state was not made
/// here.
pub(crate) const META_BASE: &[u8] = b"base";
/// Row of [`META`]: [`crate::jobs::Jobs`].
pub(crate) const META_JOBS: &[u8] = b"jobs";
/// Row of [`META`]: [`crate::jobs::Eras`].
pub(crate) const META_ERAS: &[u8] = b"eras";

/// Row of [`META`]: [`crate::PoolGap`], while the file lacks a part of the pool log.
pub(crate) const META_POOL: &[u8] = b"pool";

/// What [`META_FORMAT`] begins with in every format.
pub(crate) const MAGIC: &[u8] = b"bcm-abns";

/// The value of [`META_FORMAT`] under some format number.
pub(crate) fn format_row(format: u16) -> Vec<u8> {
    [MAGIC, &format.to_be_bytes()].concat()
}

/// Key of a node of the range over all headers: the round whose header completed it, and its height.
pub(crate) fn range_key(height: u8, index: u64) -> Option<[u8; 9]> {
    let round = index.checked_add(1)?.checked_shl(u32::from(height))?;
    let mut key = [0; 9];
    let (front, back) = key.split_at_mut(8);
    front.copy_from_slice(&round.to_be_bytes());
    back.fill(height);
    Some(key)
}

/// Key of a header or a body.
pub(crate) fn round_key(round: Round) -> [u8; 8] {
    round.0.to_be_bytes()
}

/// Key of a bundle: how many there were before it.
pub(crate) fn number_key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// Key of a tree node: version, number of nibbles, then the nibbles two to a byte.
pub(crate) fn node_key(version: u64, nibbles: &[u8]) -> Vec<u8> {
    let mut key = version.to_be_bytes().to_vec();
    // A path has at most 64 nibbles, those of a key hash.
    key.push(u8::try_from(nibbles.len()).unwrap_or(u8::MAX));
    key.extend(nibbles.chunks(2).map(|pair| match pair {
        [high, low] => (high << 4) | low,
        [high] => high << 4,
        _ => 0,
    }));
    key
}

/// Reads [`node_key`] back: version and nibbles.
pub(crate) fn parse_node_key(bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
    let (version, path) = bytes.split_first_chunk()?;
    let (count, packed) = path.split_first()?;
    let count = usize::from(*count);
    let mut nibbles: Vec<u8> = packed.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).collect();
    let version = u64::from_be_bytes(*version);
    nibbles.truncate(count);
    (node_key(version, &nibbles) == bytes && nibbles.len() == count).then_some((version, nibbles))
}

/// Where a transaction is: a value of [`INDEX`].
pub(crate) fn place(round: Round, index: u32) -> Vec<u8> {
    [round.0.to_be_bytes().as_slice(), &index.to_be_bytes()].concat()
}

/// Reads [`place`] back.
pub(crate) fn parse_place(bytes: &[u8]) -> Option<(Round, u32)> {
    let (round, index) = bytes.split_first_chunk()?;
    Some((Round(u64::from_be_bytes(*round)), u32::from_be_bytes(index.try_into().ok()?)))
}

/// What the keys of an era's transactions begin with. Eras keep old transactions apart from new
/// ones, so that the pages of the old are left alone.
pub(crate) fn era_key(era: u32) -> Vec<u8> {
    [[PLACES].as_slice(), &era.to_be_bytes()].concat()
}

/// Key of a transaction in an era.
pub(crate) fn place_key(era: u32, id: &TxId) -> Vec<u8> {
    [[PLACES].as_slice(), &era.to_be_bytes(), &id.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::Version;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn keys_have_these_bytes() {
        assert_eq!(hex(&format_row(FORMAT)), "62636d2d61626e730004");
        assert_eq!(range_key(1, 0).map(|key| hex(&key)).as_deref(), Some("000000000000000201"));
        assert_eq!(range_key(2, 1).map(|key| hex(&key)).as_deref(), Some("000000000000000802"));
        assert_eq!(range_key(0, u64::MAX), None);
        assert_eq!(hex(&number_key(258)), "0000000000000102");
        assert_eq!(hex(&round_key(Round(258))), "0000000000000102");
        assert_eq!(hex(&node_key(7, &[])), "000000000000000700");
        assert_eq!(hex(&node_key(7, &[1, 2, 0xf])), "00000000000000070312f0");
        assert_eq!(hex(&place(Round(1), 2)), "000000000000000100000002");
        assert_eq!(hex(&era_key(9)), "0300000009");
        let version = Version { round: Round(5), seq: 6 };
        assert_eq!(hex(&version.to_bytes()), "000000000000000500000006");
    }

    #[test]
    fn what_is_parsed_is_what_was_written() {
        assert_eq!(parse_place(&place(Round(4), 5)), Some((Round(4), 5)));
        assert_eq!(parse_place(&[0; 11]), None);
        assert_eq!(parse_place(&[0; 13]), None);
        let version = Version { round: Round(7), seq: 8 };
        assert_eq!(Version::parse(&version.to_bytes()), Some(version));
        assert_eq!(Version::parse(&[0; 11]), None);
    }

    #[test]
    fn whatever_grows_with_time_sorts_by_round_first() {
        assert!(node_key(1, &[0xf; 64]) < node_key(2, &[]));
        assert!(node_key(255, &[]) < node_key(256, &[]));
        assert!(round_key(Round(255)) < round_key(Round(256)));
        let version = |round, seq| Version { round: Round(round), seq }.to_bytes();
        assert!(version(255, u32::MAX) < version(256, 0));
        // Transactions of one era lie together, whatever their ids.
        assert!(place_key(1, &TxId([255; 32])) < place_key(2, &TxId([0; 32])));
        assert!(place_key(1, &TxId([0; 32])).starts_with(&era_key(1)));
    }
}

//! The tables of the chain file and the bytes of their keys.
//!
//! Keys sort as their meaning does: numbers are big-endian, and whatever is written once per block
//! begins with its round, because a copy-on-write tree pays for scattered keys with whole pages.
//! A change of anything here needs a new [`FORMAT`]; the tests below pin the bytes.

use ledger::Tip;
use types::{Address, BlockId, Round, Timestamp, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A table of byte strings. Keys and values are encoded here and in `ledger`, never by redb.
pub(crate) type Definition = redb::TableDefinition<'static, &'static [u8], &'static [u8]>;

/// The number of the layout below, kept in every file.
pub(crate) const FORMAT: u16 = 1;

/// Format, chain and tip.
pub(crate) const META: Definition = Definition::new("meta");
/// Round → certified header.
pub(crate) const HEADERS: Definition = Definition::new("headers");
/// Round → body.
pub(crate) const BODIES: Definition = Definition::new("bodies");
/// Version and path → node of the state tree.
pub(crate) const NODES: Definition = Definition::new("nodes");
/// Key hash and version → the value since that version.
pub(crate) const VALUES: Definition = Definition::new("values");
/// State key → its newest value.
pub(crate) const STATE: Definition = Definition::new("state");
/// Home address and counter → history entry.
pub(crate) const ENTRIES: Definition = Definition::new("entries");
/// Transaction id → round and place in the block.
pub(crate) const TRANSACTIONS: Definition = Definition::new("transactions");
/// Version of replacement, then what was replaced: rows that may go once they are old enough.
pub(crate) const STALE: Definition = Definition::new("stale");

/// Every table, for the first transaction of a new file.
pub(crate) const TABLES: [Definition; 9] =
    [META, HEADERS, BODIES, NODES, VALUES, STATE, ENTRIES, TRANSACTIONS, STALE];

/// Row of [`META`] that every format has, in these very bytes: magic, then the number.
pub(crate) const META_FORMAT: &[u8] = b"format";
/// Row of [`META`]: the chain id.
pub(crate) const META_CHAIN: &[u8] = b"chain";
/// Row of [`META`]: round, block id and time of the newest final block.
pub(crate) const META_TIP: &[u8] = b"tip";

/// What [`META_FORMAT`] begins with in every format.
pub(crate) const MAGIC: &[u8] = b"bcm-abns";

/// The value of [`META_FORMAT`] under some format number.
pub(crate) fn format_row(format: u16) -> Vec<u8> {
    [MAGIC, &format.to_be_bytes()].concat()
}

/// The value of [`META_TIP`].
pub(crate) fn tip_row(tip: &Tip) -> Vec<u8> {
    let mut writer = Writer::new();
    tip.round.encode(&mut writer);
    tip.block.encode(&mut writer);
    tip.time.encode(&mut writer);
    writer.into_bytes()
}

/// Reads [`tip_row`] back.
pub(crate) fn parse_tip(bytes: &[u8]) -> Result<Tip, DecodeError> {
    let mut reader = Reader::new(bytes);
    let round = Round::decode(&mut reader)?;
    let block = BlockId::decode(&mut reader)?;
    let time = Timestamp::decode(&mut reader)?;
    reader.finish()?;
    Ok(Tip { round, block, time })
}

/// Key of a header or a body.
pub(crate) fn round_key(round: Round) -> [u8; 8] {
    round.0.to_be_bytes()
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

/// Key of a state value as the tree knows it.
pub(crate) fn value_key(key_hash: &[u8; 32], version: u64) -> Vec<u8> {
    [key_hash.as_slice(), &version.to_be_bytes()].concat()
}

/// Key of a history entry.
pub(crate) fn entry_key(home: Address, counter: u64) -> Vec<u8> {
    [home.to_bytes().as_slice(), &counter.to_be_bytes()].concat()
}

/// Value of [`TRANSACTIONS`].
pub(crate) fn place(round: Round, index: u32) -> Vec<u8> {
    [round.0.to_be_bytes().as_slice(), &index.to_be_bytes()].concat()
}

/// Reads [`place`] back.
pub(crate) fn parse_place(bytes: &[u8]) -> Option<(Round, u32)> {
    let (round, index) = bytes.split_first_chunk()?;
    Some((Round(u64::from_be_bytes(*round)), u32::from_be_bytes(index.try_into().ok()?)))
}

/// Key of a transaction.
pub(crate) fn transaction_key(id: &TxId) -> &[u8] {
    &id.0
}

/// Which table a stale row is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stale {
    /// A row of [`NODES`].
    Node,
    /// A row of [`VALUES`].
    Value,
}

/// Key of a stale row: the version that no longer needs it, the table, the key there.
pub(crate) fn stale_key(since: u64, table: Stale, key: &[u8]) -> Vec<u8> {
    let tag = match table {
        Stale::Node => 1,
        Stale::Value => 2,
    };
    [since.to_be_bytes().as_slice(), &[tag], key].concat()
}

/// Reads [`stale_key`] back, without the version.
pub(crate) fn parse_stale(bytes: &[u8]) -> Option<(Stale, &[u8])> {
    match bytes.get(8..)? {
        [1, key @ ..] => Some((Stale::Node, key)),
        [2, key @ ..] => Some((Stale::Value, key)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::AddressKind;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn keys_have_these_bytes() {
        let home = Address { kind: AddressKind::Ecdsa, payload: [0xaa; 20] };
        assert_eq!(hex(&format_row(FORMAT)), "62636d2d61626e730001");
        let tip = Tip { round: Round(1), block: BlockId([0xcc; 32]), time: Timestamp(2) };
        let tip_bytes = format!("0000000000000001{}0000000000000002", "cc".repeat(32));
        assert_eq!(hex(&tip_row(&tip)), tip_bytes);
        assert_eq!(parse_tip(&tip_row(&tip)), Ok(tip));
        assert_eq!(hex(&round_key(Round(258))), "0000000000000102");
        assert_eq!(hex(&node_key(7, &[])), "000000000000000700");
        assert_eq!(hex(&node_key(7, &[1, 2, 0xf])), "00000000000000070312f0");
        assert_eq!(hex(&value_key(&[0xbb; 32], 3)), format!("{}0000000000000003", "bb".repeat(32)));
        assert_eq!(hex(&entry_key(home, 9)), format!("17{}0000000000000009", "aa".repeat(20)));
        assert_eq!(hex(&place(Round(1), 2)), "000000000000000100000002");
        assert_eq!(hex(&stale_key(5, Stale::Node, &[9])), "00000000000000050109");
        assert_eq!(hex(&stale_key(5, Stale::Value, &[9])), "00000000000000050209");
    }

    #[test]
    fn what_is_parsed_is_what_was_written() {
        assert_eq!(parse_place(&place(Round(4), 5)), Some((Round(4), 5)));
        assert_eq!(parse_place(&[0; 11]), None);
        assert_eq!(parse_place(&[0; 13]), None);
        assert_eq!(parse_stale(&stale_key(1, Stale::Value, b"k")), Some((Stale::Value, &b"k"[..])));
        assert_eq!(parse_stale(&[0; 9]), None);
        assert_eq!(parse_stale(&[0; 3]), None);
    }

    #[test]
    fn keys_sort_by_round_and_version_first() {
        assert!(node_key(1, &[0xf; 64]) < node_key(2, &[]));
        assert!(node_key(255, &[]) < node_key(256, &[]));
        assert!(value_key(&[1; 32], u64::MAX) < value_key(&[2; 32], 0));
        assert!(stale_key(1, Stale::Value, &[255]) < stale_key(2, Stale::Node, &[]));
    }
}

//! The protocols by name. Every name carries a version; a node that lacks one makes its caller
//! answer `upgrade_needed`. A frame on a stream is a four-byte big-endian length and so many bytes.

/// Mailboxes ([`crate::mail`]).
pub const MAIL: &str = "/bcm/mail/1";
/// Prekey bundles ([`crate::directory`]).
pub const DIRECTORY: &str = "/bcm/directory/2";
/// The ledger, as a light node asks about it ([`crate::chain`]).
pub const CHAIN: &str = "/bcm/chain/2";
/// The held stream over which a worker tells of new envelopes and headers ([`crate::events`]).
pub const EVENTS: &str = "/bcm/events/2";
/// Bodies of final blocks ([`crate::store`]).
pub const STORE: &str = "/bcm/store/1";
/// Where the nodes are ([`crate::roster`]).
pub const ROSTER: &str = "/bcm/roster/1";
/// Devnet's gift: an address in, a transaction id out.
pub const FAUCET: &str = "/bcm/faucet/1";
/// Consensus messages between managers; one-way frames.
pub const ACP: &str = "/bcm/acp/2";

/// The largest request frame, in bytes; that of [`STORE`] is [`crate::store::MAX_REQUEST`].
pub const MAX_REQUEST: usize = 64 * 1024;
/// The largest answer frame, in bytes.
pub const MAX_REPLY: usize = 2 * 1024 * 1024;

//! Headers without what follows from their parent: how the latest headers are fetched that nobody
//! needs at once.
//!
//! A run of them is unfolded from its beginning and must end in an id that is trusted: every byte
//! of every header enters that hash, so no signature is looked at.

use crate::LightError;
use ledger::{Header, NO_PROPOSER, Tip, merkle_root, next_beacon_empty};
use types::{BlockId, ChainId, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most headers of a [`Backfill`]: with them it stays below [`wire::chain::MAX_OBJECT`].
pub const MAX_BACK: usize = 200;

const STATE: u8 = 1;
const COMMITTEE: u8 = 2;
const PROPOSED: u8 = 4;
const RECEIPTS: u8 = 8;

/// A header without what follows from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactHeader {
    /// The state root, if it is another than the parent's.
    pub state_root: Option<[u8; 32]>,
    /// The next committee, if it is another than this round's.
    pub next_committee: Option<[u8; 32]>,
    /// What its proposer added; none for an empty block.
    pub proposed: Option<Proposed>,
}

/// What only a block with a proposer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The time.
    pub time: Timestamp,
    /// The body's root.
    pub body_root: [u8; 32],
    /// The receipts' root, if there are any.
    pub receipts_root: Option<[u8; 32]>,
    /// The beacon after it.
    pub beacon: [u8; 32],
    /// The digest of the parent's certificate.
    pub parent_certificate: [u8; 32],
    /// The proposer.
    pub proposer: u16,
    /// Its ticket.
    pub ticket: [u8; 80],
}

/// A run of headers, and what it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backfill {
    /// What stands before the first of them.
    pub before: Tip,
    /// At most [`MAX_BACK`], oldest first.
    pub headers: Vec<CompactHeader>,
}

impl CompactHeader {
    /// The short form of a header that follows this tip; `None` for one that does not follow, or
    /// that is no header of this ledger.
    #[must_use]
    pub fn of(header: &Header, parent: &Tip, interval_ms: u32) -> Option<Self> {
        let proposed = (!header.is_empty_block()).then(|| Proposed {
            time: header.time,
            body_root: header.body_root,
            receipts_root: differs(header.receipts_root, nothing()),
            beacon: header.beacon,
            parent_certificate: header.parent_certificate,
            proposer: header.proposer,
            ticket: header.ticket,
        });
        let compact = Self {
            state_root: differs(header.state_root, parent.state_root),
            next_committee: differs(header.next_committee, header.committee),
            proposed,
        };
        (compact.unfold(parent, header.chain, interval_ms) == *header).then_some(compact)
    }

    /// The whole header, if it follows this tip.
    #[must_use]
    pub fn unfold(&self, parent: &Tip, chain: ChainId, interval_ms: u32) -> Header {
        let round = parent.round.next();
        let empty = Header {
            version: Header::VERSION,
            chain,
            round,
            time: parent.time.plus_millis(u64::from(interval_ms)),
            parent: parent.block,
            body_root: ledger::Body::default().root(),
            state_root: self.state_root.unwrap_or(parent.state_root),
            receipts_root: nothing(),
            committee: parent.committee,
            next_committee: self.next_committee.unwrap_or(parent.committee),
            beacon: next_beacon_empty(&parent.beacon, round),
            history: parent.history.root(),
            parent_certificate: [0; 32],
            proposer: NO_PROPOSER,
            ticket: [0; 80],
            flags: 0,
        };
        let Some(proposed) = &self.proposed else { return empty };
        Header {
            time: proposed.time,
            body_root: proposed.body_root,
            receipts_root: proposed.receipts_root.unwrap_or(empty.receipts_root),
            beacon: proposed.beacon,
            parent_certificate: proposed.parent_certificate,
            proposer: proposed.proposer,
            ticket: proposed.ticket,
            ..empty
        }
    }
}

impl Backfill {
    /// A run of headers that follow this tip one after the other; `None` if they do not, or are too
    /// many.
    #[must_use]
    pub fn of(before: Tip, headers: &[Header], interval_ms: u32) -> Option<Self> {
        let mut tip = before.clone();
        let mut short = Vec::new();
        for header in headers {
            short.push(CompactHeader::of(header, &tip, interval_ms)?);
            tip = tip.after(header);
        }
        (short.len() <= MAX_BACK).then_some(Self { before, headers: short })
    }

    /// The whole headers, oldest first, if the last of them has this id.
    ///
    /// # Errors
    /// [`LightError::WrongHistory`] if it has another, or there are none.
    pub fn unfold(
        &self,
        last: BlockId,
        chain: ChainId,
        interval_ms: u32,
    ) -> Result<Vec<Header>, LightError> {
        let mut tip = self.before.clone();
        let mut headers = Vec::with_capacity(self.headers.len());
        for compact in &self.headers {
            let header = compact.unfold(&tip, chain, interval_ms);
            tip = tip.after(&header);
            headers.push(header);
        }
        let proved = !headers.is_empty() && tip.block == last;
        if proved { Ok(headers) } else { Err(LightError::WrongHistory) }
    }
}

/// The root over no receipts.
fn nothing() -> [u8; 32] {
    merkle_root(std::iter::empty::<[u8; 0]>())
}

fn differs(value: [u8; 32], known: [u8; 32]) -> Option<[u8; 32]> {
    (value != known).then_some(value)
}

impl Encode for CompactHeader {
    fn encode(&self, w: &mut Writer) {
        let receipts = self.proposed.as_ref().and_then(|proposed| proposed.receipts_root);
        let flags = [
            (self.state_root.is_some(), STATE),
            (self.next_committee.is_some(), COMMITTEE),
            (self.proposed.is_some(), PROPOSED),
            (receipts.is_some(), RECEIPTS),
        ];
        w.u8(flags.iter().filter(|(set, _)| *set).fold(0, |all, (_, flag)| all | flag));
        for root in [self.state_root, self.next_committee, receipts].iter().flatten() {
            w.fixed(root);
        }
        if let Some(proposed) = &self.proposed {
            proposed.time.encode(w);
            w.fixed(&proposed.body_root);
            w.fixed(&proposed.beacon);
            w.fixed(&proposed.parent_certificate);
            w.u16(proposed.proposer);
            w.fixed(&proposed.ticket);
        }
    }
}

impl Decode for CompactHeader {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let flags = r.u8()?;
        let (proposed, receipts) = (flags & PROPOSED != 0, flags & RECEIPTS != 0);
        if flags & !(STATE | COMMITTEE | PROPOSED | RECEIPTS) != 0 || (receipts && !proposed) {
            return Err(DecodeError::BadValue("compact header"));
        }
        let mut root = |flag| if flags & flag == 0 { Ok(None) } else { r.fixed().map(Some) };
        let (state_root, next_committee) = (root(STATE)?, root(COMMITTEE)?);
        let receipts_root = root(RECEIPTS)?;
        let proposed = proposed.then(|| read_proposed(r, receipts_root)).transpose()?;
        Ok(Self { state_root, next_committee, proposed })
    }
}

fn read_proposed(
    r: &mut Reader<'_>,
    receipts_root: Option<[u8; 32]>,
) -> Result<Proposed, DecodeError> {
    Ok(Proposed {
        time: Timestamp::decode(r)?,
        body_root: r.fixed()?,
        receipts_root,
        beacon: r.fixed()?,
        parent_certificate: r.fixed()?,
        proposer: r.u16()?,
        ticket: r.fixed()?,
    })
}

impl Encode for Backfill {
    fn encode(&self, w: &mut Writer) {
        self.before.encode(w);
        w.list(&self.headers);
    }
}

impl Decode for Backfill {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { before: Tip::decode(r)?, headers: r.list(MAX_BACK)? })
    }
}

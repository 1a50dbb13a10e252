//! The stored form of a [`LightState`], checked when it is read.

use crate::state::{Former, Head, KEPT_ROOTS, Kept, LightState};
use crate::verify::Anchor;
use ledger::{CertifiedHeader, Committee, Params};
use std::collections::VecDeque;
use types::{BlockId, ChainId, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const VERSION: u8 = 3;

impl LightState {
    /// True if its parts fit together: a damaged state is not read.
    fn is_consistent(&self) -> bool {
        let rounds = self.kept.iter().zip(self.kept.iter().skip(1));
        let ordered = rounds.into_iter().all(|(a, b)| a.round < b.round && a.time < b.time);
        let fits = match &self.head {
            Some(head) => {
                let header = &head.certified.header;
                header.chain == self.chain
                    && head.committee.hash() == header.committee
                    && self.next.hash() == header.next_committee
                    && self.kept.back() == Some(&Kept::of(header))
                    && self.window.top() == Some((header.round, header.id()))
            }
            None => {
                self.kept.is_empty()
                    && self.window.top().is_none()
                    && self.before.is_none()
                    && self.former.is_none()
            }
        };
        ordered && fits
    }
}

impl Encode for LightState {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        self.chain.encode(w);
        self.genesis_time.encode(w);
        self.params.encode(w);
        w.option(self.head.as_ref());
        self.next.encode(w);
        w.option(self.former.as_ref());
        w.option(self.before.as_ref());
        w.list(&self.kept.iter().copied().collect::<Vec<_>>());
        self.window.encode(w);
        w.option(self.checkpoint.as_ref());
        w.option(self.conflict.as_deref());
        w.bool(self.settled.is_some());
        if let Some(subject) = &self.settled {
            w.fixed(subject);
        }
    }
}

impl Decode for LightState {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("light state version"));
        }
        let state = Self {
            chain: ChainId::decode(r)?,
            genesis_time: Timestamp::decode(r)?,
            params: Params::decode(r)?,
            head: r.option()?,
            next: Committee::decode(r)?,
            former: r.option()?,
            before: r.option()?,
            kept: VecDeque::from(r.list(KEPT_ROOTS)?),
            window: Decode::decode(r)?,
            checkpoint: r.option()?,
            conflict: r.option()?.map(Box::new),
            settled: if r.bool()? { Some(r.fixed()?) } else { None },
        };
        if state.is_consistent() { Ok(state) } else { Err(DecodeError::BadValue("light state")) }
    }
}

impl Encode for Head {
    fn encode(&self, w: &mut Writer) {
        self.certified.encode(w);
        self.committee.encode(w);
    }
}

impl Decode for Head {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { certified: CertifiedHeader::decode(r)?, committee: Committee::decode(r)? })
    }
}

impl Encode for Former {
    fn encode(&self, w: &mut Writer) {
        self.committee.encode(w);
        self.until.encode(w);
    }
}

impl Decode for Former {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { committee: Committee::decode(r)?, until: Timestamp::decode(r)? })
    }
}

impl Encode for Anchor {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.time.encode(w);
        self.block.encode(w);
        self.next.encode(w);
    }
}

impl Decode for Anchor {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            time: Timestamp::decode(r)?,
            block: BlockId::decode(r)?,
            next: Committee::decode(r)?,
        })
    }
}

impl Encode for Kept {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.time.encode(w);
        self.block.encode(w);
        w.fixed(&self.state_root);
        w.fixed(&self.history);
    }
}

impl Decode for Kept {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            time: Timestamp::decode(r)?,
            block: BlockId::decode(r)?,
            state_root: r.fixed()?,
            history: r.fixed()?,
        })
    }
}

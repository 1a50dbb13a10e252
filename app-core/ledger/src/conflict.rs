//! The warrant for a fork: two final headers of one round (`acp-corrections.md`, ConflictingCerts).
//!
//! Light nodes and managers make and pass it on; it proves by itself that a third of a committee is
//! faulty. Who is guilty follows from quorums of Prepare votes, which those who are summoned show.

use crate::{Certificate, CertificateError, CertifiedHeader, Committee, HeaderError, Step};
use std::collections::BTreeSet;
use types::{ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Two certified headers that cannot both be final. Only what [`Self::verify`] accepts proves it to
/// others; a light node also keeps in this form what it has seen to contradict each other in some
/// other way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// One of them; to a light node the one that it trusted.
    pub first: CertifiedHeader,
    /// The other.
    pub second: CertifiedHeader,
    /// The committee that both name.
    pub committee: Committee,
}

/// Why there is no conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConflictError {
    /// The headers belong to different rounds.
    #[error("not of one round")]
    Apart,
    /// Both certificates are for one header; they may differ in view and signers.
    #[error("both certify the same header")]
    Same,
    /// A header is of another network, or names another committee than the one shown: then votes of
    /// a key without a seat are the offence.
    #[error("bad header: {0}")]
    BadHeader(HeaderError),
    /// A certificate proves nothing.
    #[error("bad certificate: {0}")]
    BadCertificate(CertificateError),
}

/// Who must answer for a conflict, as far as quorums have been shown. Members are named by their
/// signing keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summons {
    /// Signed two blocks in one view and step: no quorum clears them.
    pub guilty: BTreeSet<[u8; 32]>,
    /// Committed one block and prepared another in a later view. They are guilty too unless, within
    /// the appeal window, a quorum is shown that allowed it.
    pub summoned: BTreeSet<[u8; 32]>,
}

impl Conflict {
    /// Checks that it convicts by itself: one round of this chain, two headers, one committee, both
    /// certified. Which view, which signers and which bytes is no matter (`acp-corrections.md` A9).
    /// The caller must know that the committee was that of the round. What costs most comes last.
    ///
    /// # Errors
    /// [`ConflictError`] says why it is none.
    pub fn verify(&self, chain: ChainId) -> Result<(), ConflictError> {
        let both = [&self.first, &self.second];
        let [first, second] = both.map(|certified| &certified.header);
        if first.round != second.round {
            return Err(ConflictError::Apart);
        }
        if first.id() == second.id() {
            return Err(ConflictError::Same);
        }
        for certified in both {
            let checked = certified.header.check(chain, &self.committee);
            checked.map_err(ConflictError::BadHeader)?;
        }
        both.into_iter().try_for_each(|certified| {
            certified.verify(&self.committee).map_err(ConflictError::BadCertificate)
        })
    }

    /// The round of the contradiction.
    #[must_use]
    pub fn round(&self) -> Round {
        self.first.header.round.min(self.second.header.round)
    }

    /// What it is about, whoever has signed it: the two headers, in whatever order.
    #[must_use]
    pub fn subject(&self) -> [u8; 32] {
        let [one, other] = [&self.first, &self.second].map(|certified| certified.header.id());
        let (low, high) = (one.min(other), one.max(other));
        hash("bcm-warrant", &[&low.0, &high.0])
    }

    /// Who is guilty without anything more being shown: if both were decided in one view, those
    /// who signed both.
    #[must_use]
    pub fn guilty_now(&self) -> BTreeSet<[u8; 32]> {
        self.doubles(&[&self.first.certificate, &self.second.certificate])
    }

    /// Who must answer, by the quorums of Prepare votes of this round that have been shown, in any
    /// order. Those that prove nothing are passed over. The conflict must have been verified.
    ///
    /// With decisions for x in view v and for another block later: the lowest quorum for another
    /// block z in a view u > v summons those who committed x and prepared z. A quorum for z in a
    /// view from v up to u allowed them to; if it lies above v it is itself the lowest, if in v,
    /// those who prepared both x and z in v are guilty instead.
    #[must_use]
    pub fn summoned(&self, shown: &[Certificate]) -> Summons {
        let prepared: Vec<&Certificate> = shown.iter().filter(|qc| self.counts(qc)).collect();
        let mut all = prepared.clone();
        all.extend([&self.first.certificate, &self.second.certificate]);
        let guilty = self.doubles(&all);

        let (first, second) = (&self.first.certificate, &self.second.certificate);
        let decided = if first.view <= second.view { first } else { second };
        let other = |qc: &&&Certificate| qc.block != decided.block;
        let later = |qc: &&&Certificate| qc.view > decided.view;
        let lowest = prepared.iter().filter(other).filter(later).map(|qc| qc.view).min();
        let mut summoned = BTreeSet::new();
        for qc in prepared.iter().filter(other).filter(|qc| Some(qc.view) == lowest) {
            let same = |excuse: &&Certificate| excuse.block == qc.block;
            if !prepared.iter().filter(|excuse| same(excuse)).any(|e| e.view == decided.view) {
                summoned.extend(self.both(decided, qc));
            }
        }
        Summons { summoned: summoned.difference(&guilty).copied().collect(), guilty }
    }

    fn counts(&self, qc: &Certificate) -> bool {
        qc.step == Step::Prepare
            && qc.round == self.first.header.round
            && qc.verify(self.first.header.chain, &self.committee).is_ok()
    }

    /// Those who signed for two blocks in one view and step.
    fn doubles(&self, quorums: &[&Certificate]) -> BTreeSet<[u8; 32]> {
        let mut guilty = BTreeSet::new();
        for (at, one) in quorums.iter().enumerate() {
            for other in quorums.iter().skip(at.saturating_add(1)) {
                if (one.step, one.view) == (other.step, other.view) && one.block != other.block {
                    guilty.extend(self.both(one, other));
                }
            }
        }
        guilty
    }

    fn both(&self, one: &Certificate, other: &Certificate) -> BTreeSet<[u8; 32]> {
        let others = other.signers();
        let both = one.signers().into_iter().filter(|member| others.contains(member));
        both.filter_map(|member| self.committee.member(member)).map(|member| member.key).collect()
    }
}

impl Encode for Conflict {
    fn encode(&self, w: &mut Writer) {
        self.first.encode(w);
        self.second.encode(w);
        self.committee.encode(w);
    }
}

impl Decode for Conflict {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            first: CertifiedHeader::decode(r)?,
            second: CertifiedHeader::decode(r)?,
            committee: Committee::decode(r)?,
        })
    }
}

//! Red envelopes and their members, for tests.

use super::signers::{Owns, Signs, by_all};
use super::{Net, abc, manager};
use crate::*;
use keys::Ed25519Key;
use std::collections::BTreeMap;
use types::{Address, Amount, Round};
use wire::Decode;

/// A red envelope whose members are all known to the test.
pub(crate) struct Gift {
    pub(crate) made: CreateEnvelope,
    pub(crate) tree: ClaimTree,
    pub(crate) members: Vec<Ed25519Key>,
}

/// The place of a member's key in the tree.
pub(crate) fn place(member: usize) -> u16 {
    u16::try_from(member * 37 % ClaimTree::LEAVES).unwrap()
}

impl Gift {
    /// A gift of so much in so many shares by source 0; `seed` tells its claim keys from others'.
    pub(crate) fn new(seed: u8, members: u8, (total, shares): (u64, u8), lucky: bool) -> Self {
        let key = |member| {
            let mut bytes = [seed; 32];
            bytes[0] = member;
            Ed25519Key::from_seed(bytes)
        };
        let members: Vec<_> = (0..members).map(key).collect();
        let places = members.iter().enumerate().map(|(at, key)| (place(at), key.public()));
        let mut blank = 0_u8;
        let tree = ClaimTree::new(&places.collect::<BTreeMap<_, _>>(), || {
            blank = blank.wrapping_add(1);
            wire::hash("blank", &[&[seed, blank]])
        });
        let made = CreateEnvelope {
            source: 0,
            total: abc(total),
            shares,
            lucky,
            root: tree.root(),
            expiry: Round(10),
            refund_to: RefundTo::Account(super::address(&super::actor(1))),
        };
        Self { made, tree, members }
    }

    pub(crate) fn action(&self) -> Action {
        Action::CreateEnvelope(self.made)
    }

    pub(crate) fn claim(
        &self,
        id: RedEnvelopeId,
        member: usize,
        to: Option<Address>,
    ) -> ClaimEnvelope {
        let index = place(member);
        ClaimEnvelope {
            envelope: id,
            key: self.members[member].public(),
            index,
            path: self.tree.path(index).unwrap(),
            pay_to: to,
        }
    }

    /// A signed claim without a source.
    pub(crate) fn claims(
        &self,
        net: &Net,
        id: RedEnvelopeId,
        member: usize,
        to: Option<Address>,
    ) -> Transaction {
        let claim = Action::ClaimEnvelope(Box::new(self.claim(id, member, to)));
        by_all(net.plan(&[], vec![claim]), &[&self.members[member]])
    }
}

impl Net {
    /// Makes a gift in a block of its own.
    pub(crate) fn gives(&mut self, from: &dyn Owns, gift: &Gift) -> RedEnvelopeId {
        let tx = self.by(&[from], vec![gift.action()]);
        self.block(std::slice::from_ref(&tx));
        RedEnvelopeId::of(tx.id(), 0)
    }

    pub(crate) fn red_envelope(&self, id: RedEnvelopeId) -> Option<RedEnvelope> {
        let record = self.state.get(&envelope_key(id));
        record.map(|bytes| RedEnvelope::from_bytes(bytes).unwrap())
    }

    pub(crate) fn claimed(&self, key: &Ed25519Key) -> Option<Claim> {
        let record = self.state.get(&claim_key(&key.public()));
        record.map(|bytes| Claim::from_bytes(bytes).unwrap())
    }

    /// What the escrow must hold, counted claim by claim and envelope by envelope.
    pub(crate) fn escrow(&self) -> u64 {
        let under = |prefix: &'static [u8]| {
            self.state.iter().filter(move |(key, _)| key.starts_with(prefix)).map(|(_, v)| v)
        };
        let left = under(b"envelope/").map(|bytes| RedEnvelope::from_bytes(bytes).unwrap().left);
        let left: u64 = left.map(Amount::units).sum();
        under(b"claim/").fold(left, |sum, bytes| match Claim::from_bytes(bytes).unwrap() {
            Claim::Drawing { fee, .. } => sum - fee.units(),
            Claim::Waiting { amount, .. } => sum + amount.units(),
            Claim::Paid { .. } | Claim::Collected { .. } | Claim::Reserved { .. } => sum,
        })
    }

    /// Records of a kind in the state.
    pub(crate) fn count(&self, prefix: &str) -> usize {
        self.state.keys().filter(|key| key.starts_with(prefix.as_bytes())).count()
    }
}

/// A key that no gift here has.
pub(crate) fn stranger() -> Ed25519Key {
    manager(250)
}

/// Signs a claim with any key, sources first.
pub(crate) fn claim_by(
    net: &Net,
    from: &[&dyn Owns],
    claim: ClaimEnvelope,
    key: &Ed25519Key,
) -> Transaction {
    let tx = net.plan(from, vec![Action::ClaimEnvelope(Box::new(claim))]);
    let sources = from.iter().map(|source| *source as &dyn Signs);
    by_all(tx, &sources.chain([key as &dyn Signs]).collect::<Vec<_>>())
}

//! The pool as this project uses it.

use crate::Failure;
use shielded::{
    Anchor, Bundle, Commitment, Draft, Frontier, Memo, Note, Output, Period, Plan, ProvingKey,
    Purpose, Scanner, Spend, SpendingKey, VerifyingKey, Witness, Witnesses, verify_batch,
};
use std::collections::BTreeSet;
use types::{Amount, ChainId, Round, TxId};

const CHAIN: ChainId = ChainId([7; 32]);
const TX: TxId = TxId([8; 32]);
/// December 2026.
const PERIOD: u32 = 768;
const PURSE: u64 = 5_000_000;
const FEE: u64 = 3_000;

/// Somebody with a note.
pub(crate) struct Ours {
    pub(crate) key: ProvingKey,
    pub(crate) note: Note,
    person: SpendingKey,
    witness: Witness,
    anchor: Anchor,
}

impl Ours {
    pub(crate) fn new() -> Result<Self, Failure> {
        let key = ProvingKey::build();
        let person = person(1)?;
        let plan = Plan {
            anchor: Anchor::of_nothing(),
            spends: vec![],
            outputs: vec![output(&person, PURSE, Purpose::Payment)?],
        };
        let draft = Draft::build(&plan, &person.viewing_key(), &mut rand::rng())?;
        let made = draft.made().first().ok_or("no note")?;
        let leaves: Vec<Commitment> = draft.effects().commitments().collect();
        let at = u64::try_from(made.action)?;
        let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0))?;
        tree.append(Round(1), &leaves, &BTreeSet::from([at]))?;
        let (witness, anchor) = (tree.witness(at, Round(1))?, tree.anchor(Round(1))?);
        Ok(Self { key, note: made.note.clone(), person, witness, anchor })
    }

    /// Pays somebody else, with change.
    pub(crate) fn pay(&self) -> Result<Bundle, Failure> {
        let spend = Spend { note: self.note.clone(), witness: self.witness.clone() };
        let outputs = vec![
            output(&person(2)?, PURSE / 2, Purpose::Payment)?,
            output(&self.person, PURSE / 2 - FEE, Purpose::Change)?,
        ];
        let plan = Plan { anchor: self.anchor, spends: vec![spend], outputs };
        let mut rng = rand::rng();
        let mut draft = Draft::build(&plan, &self.person.viewing_key(), &mut rng)?;
        draft.prove(&self.key, &mut rng)?;
        Ok(draft.sign(TX, &self.person, &mut rng)?)
    }

    /// Verifies so many at once.
    pub(crate) fn verify(
        &self,
        key: &VerifyingKey,
        bundle: &Bundle,
        count: usize,
    ) -> Result<(), Failure> {
        let bad = verify_batch(key, &vec![(bundle, TX); count]);
        if bad.is_empty() { Ok(()) } else { Err("a good bundle is refused".into()) }
    }

    /// Scans so many actions that are somebody else's.
    pub(crate) fn scan(&self, bundle: &Bundle, count: usize) -> Result<(), Failure> {
        let scanner = Scanner::of_accounts(&[person(3)?.viewing_key()]).ok_or("no key")?;
        let actions: Vec<_> = bundle.effects.compact().into_iter().cycle().take(count).collect();
        let found = scanner.scan(&actions);
        if found.is_empty() { Ok(()) } else { Err("it found what is not its own".into()) }
    }
}

fn person(seed: u8) -> Result<SpendingKey, Failure> {
    let period = Period::new(PERIOD).ok_or("no period")?;
    Ok(SpendingKey::derive(&[seed; 32], period).ok_or("no key")?)
}

fn output(to: &SpendingKey, units: u64, purpose: Purpose) -> Result<Output, Failure> {
    let key = to.viewing_key();
    let to = match purpose {
        Purpose::Payment => key.address_for(CHAIN, b"bench"),
        Purpose::Change | Purpose::CarryOver => key.own_address(CHAIN, b"bench"),
    };
    let to = to.ok_or("no address")?;
    Ok(Output { to, amount: Amount::new(units), memo: Memo::Empty, purpose })
}

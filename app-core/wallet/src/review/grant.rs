//! The grant: its terms, its signature, and what a reviewer checks before believing it.

use core::fmt;
use keys::PublicKey;
use ledger::Account;
use rand_core::CryptoRng;
use shielded::{Month, Period};
use types::{Address, AddressKind, ChainId, MessageId, OpenId, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

use crate::{Keyring, strongest};

/// Most period accounts that one card opens: with a Falcon signature it still fits one envelope.
pub const MAX_GRANT_KEYS: usize = 48;
/// Most bytes of what a grant is for.
pub const MAX_PURPOSE: usize = 280;
/// Most bytes of a case number.
pub const MAX_CASE: usize = 64;
/// Most bytes of a grantee's name.
const MAX_NAME: usize = 64;
/// Longest signature and a little.
const MAX_SIGNATURE: usize = 1_280;
const VERSION: u8 = 1;

/// Names a grant for ever: random, so that nobody can tell how many there were.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Serial(pub [u8; 16]);

/// What a grant opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Both directions of the months named, and nothing before or after.
    Period,
    /// Receipts of the months named, and nothing else.
    Incoming,
    /// The same as a period, and each new month until an end or until stopped.
    Standing,
    /// All months so far.
    Full,
}

/// To whom a grant is made out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grantee {
    /// As the owner has typed or knows it.
    pub name: String,
    /// Of the key that it is sealed to: the inbox key of a file, the identity of a chat.
    pub fingerprint: [u8; 32],
}

/// One key of a grant, named without giving it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyDigest {
    /// The period account that it opens.
    pub period: Period,
    /// Its fingerprint.
    pub digest: [u8; 32],
}

/// What the owner decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantTerms {
    /// The network.
    pub chain: ChainId,
    /// Whose account it is.
    pub account: OpenId,
    /// Where the ledger finds it.
    pub home: Address,
    /// What is opened.
    pub strength: Strength,
    /// The months, in order.
    pub months: Vec<Month>,
    /// The last month of a standing grant that ends by itself.
    pub until: Option<Month>,
    /// To whom.
    pub grantee: Grantee,
    /// What for.
    pub purpose: String,
    /// The case that it belongs to.
    pub case: Option<String>,
    /// The time of the certified header that it was issued under.
    pub issued: Timestamp,
    /// That header's round.
    pub round: Round,
    /// Its name.
    pub serial: Serial,
}

/// Terms and digests, signed. It holds no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewGrant {
    /// What the owner has decided.
    pub terms: GrantTerms,
    /// The keys that lie beside it, in order of their periods.
    pub keys: Vec<KeyDigest>,
    /// The operation key that has signed.
    pub signer: PublicKey,
    signature: Vec<u8>,
}

/// Why a grant or one of its keys is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantFault {
    /// Something was changed, or somebody else has signed.
    #[error("the card was changed, or is not signed by the account's key")]
    Signature,
    /// It belongs to another network.
    #[error("the card belongs to another network")]
    Chain,
    /// It is made out to somebody else.
    #[error("the card is made out to somebody else")]
    Grantee,
    /// The keys beside it are not those that were signed for.
    #[error("the keys on the card are not those that it was signed for")]
    Keys,
    /// The key that signed was not the account's, or not its strongest, when it was issued.
    #[error("the key that signed was not the account's strongest key then")]
    Signer,
    /// A key message that does not follow the one before.
    #[error("a key that does not follow the one before")]
    Order,
}

impl Strength {
    /// Every strength.
    pub const ALL: [Self; 4] = [Self::Period, Self::Incoming, Self::Standing, Self::Full];

    /// Its name, as people type and the profile saves it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Incoming => "incoming",
            Self::Standing => "standing",
            Self::Full => "full",
        }
    }

    /// The strength of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strength| strength.name() == name)
    }

    const fn tag(self) -> u8 {
        match self {
            Self::Period => 1,
            Self::Incoming => 2,
            Self::Standing => 3,
            Self::Full => 4,
        }
    }
}

impl Serial {
    /// A fresh one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads 32 hex digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        MessageId::parse(text).map(|MessageId(bytes)| Self(bytes))
    }
}

/// What a grant that travels over chat names its grantee by:
/// SHA-256("bcm-review-contact-v1" ‖ identity key).
#[must_use]
pub fn contact_fingerprint(identity: &[u8; 33]) -> [u8; 32] {
    hash("bcm-review-contact-v1", &[identity])
}

impl ReviewGrant {
    /// Signs terms and digests with the account's strongest key; `None` if that key is not here, or
    /// if the terms are none that anybody would read.
    pub fn sign(
        terms: GrantTerms,
        keys: Vec<KeyDigest>,
        (account, ring): (Option<&Account>, &Keyring<'_>),
        rng: &mut impl CryptoRng,
    ) -> Option<Self> {
        let signer = signer_of(account, &ring.ecdsa.public());
        let unsigned = Self { terms, keys, signer, signature: vec![] };
        if !unsigned.is_sound() {
            return None;
        }
        let signature = ring.sign(unsigned.signer.address(), &unsigned.sighash(), rng)?;
        Some(Self { signature, ..unsigned })
    }

    /// Checks what needs no ledger: network, signature, and that the signer can be the account's if
    /// the ledger knows no keys of it yet.
    ///
    /// # Errors
    /// The first [`GrantFault`].
    pub fn check(&self, chain: ChainId) -> Result<(), GrantFault> {
        if !self.signer.verify(&self.sighash(), &self.signature) {
            return Err(GrantFault::Signature);
        }
        if self.terms.chain == chain { Ok(()) } else { Err(GrantFault::Chain) }
    }

    /// Checks the signer against the account as the ledger proves it now: keys are never taken out of
    /// it, so that it shows which was the strongest when the grant was issued.
    ///
    /// # Errors
    /// [`GrantFault::Signer`].
    pub fn check_signer(&self, account: Option<&Account>) -> Result<(), GrantFault> {
        let GrantTerms { account: id, round, .. } = &self.terms;
        if signed_then(account, *id, &self.signer, *round) {
            Ok(())
        } else {
            Err(GrantFault::Signer)
        }
    }

    /// Who has signed, what was signed: what the first key message of a standing grant goes on from.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        hash("bcm-review-card-v1", &[&self.to_bytes()])
    }

    fn sighash(&self) -> [u8; 32] {
        let mut w = Writer::new();
        self.encode_unsigned(&mut w);
        hash("bcm-review-grant-v1", &[&w.into_bytes()])
    }

    /// One form for one meaning: months and keys in order, an end only where it means something.
    fn is_sound(&self) -> bool {
        let GrantTerms { strength, months, until, grantee, purpose, case, .. } = &self.terms;
        let ordered = months.is_sorted_by(|a, b| a < b)
            && self.keys.is_sorted_by(|a, b| a.period < b.period)
            && (1..=MAX_GRANT_KEYS).contains(&self.keys.len())
            && (1..=MAX_GRANT_KEYS).contains(&months.len());
        let opens = |month: &Month| self.keys.iter().any(|key| key.period.month() == *month);
        let named = |key: &KeyDigest| months.contains(&key.period.month());
        let fits = months.iter().all(opens) && self.keys.iter().all(named);
        let ends = until.is_none_or(|until| {
            *strength == Strength::Standing && months.last().is_some_and(|last| *last <= until)
        });
        let texts = purpose.len() <= MAX_PURPOSE
            && (1..=MAX_NAME).contains(&grantee.name.len())
            && case.as_ref().is_none_or(|case| (1..=MAX_CASE).contains(&case.len()));
        ordered && fits && ends && texts
    }

    fn encode_unsigned(&self, w: &mut Writer) {
        let terms = &self.terms;
        w.u8(VERSION);
        terms.chain.encode(w);
        terms.account.encode(w);
        terms.home.encode(w);
        w.u8(terms.strength.tag());
        w.list(&terms.months);
        w.option(terms.until.as_ref());
        w.text(&terms.grantee.name);
        w.fixed(&terms.grantee.fingerprint);
        w.text(&terms.purpose);
        w.bool(terms.case.is_some());
        if let Some(case) = &terms.case {
            w.text(case);
        }
        terms.issued.encode(w);
        terms.round.encode(w);
        w.fixed(&terms.serial.0);
        w.list(&self.keys);
        self.signer.encode(w);
    }
}

/// The key that signs grants now: the strongest, or the first one before the ledger knows any.
pub(super) fn signer_of(account: Option<&Account>, first: &PublicKey) -> PublicKey {
    account.and_then(strongest).unwrap_or(first).clone()
}

/// True if this key was the strongest of the account in this round. Of an account whose keys the
/// ledger has not seen, the first key is the one that its id is made of.
pub(super) fn signed_then(
    account: Option<&Account>,
    id: OpenId,
    signer: &PublicKey,
    round: Round,
) -> bool {
    let Some(account) = account.filter(|account| !account.slots.is_empty()) else {
        return signer.open_id() == id;
    };
    let rank = |key: &PublicKey| match key.kind() {
        AddressKind::Ecdsa => 0_u8,
        AddressKind::Falcon => 1,
    };
    let mut then = account
        .slots
        .iter()
        .filter(|slot| slot.added <= round && slot.retired.is_none_or(|retired| round < retired));
    let mine = account.slots.iter().position(|slot| slot.key == *signer);
    let first = mine == Some(0) && account.slots.first().is_some_and(|slot| round < slot.added);
    let strongest = then.clone().map(|slot| rank(&slot.key)).max();
    let signs = then.any(|slot| slot.key == *signer && Some(rank(&slot.key)) == strongest);
    // Before its first signature on the ledger the first key was the account's as well.
    account.open_id == Some(id) && (signs || first)
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        MessageId(self.0).fmt(f)
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

impl Encode for KeyDigest {
    fn encode(&self, w: &mut Writer) {
        self.period.encode(w);
        w.fixed(&self.digest);
    }
}

impl Decode for KeyDigest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { period: Period::decode(r)?, digest: r.fixed()? })
    }
}

impl Encode for ReviewGrant {
    fn encode(&self, w: &mut Writer) {
        self.encode_unsigned(w);
        w.bytes(&self.signature);
    }
}

impl Decode for ReviewGrant {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("version of grant"));
        }
        let terms = decode_terms(r)?;
        let grant = Self {
            terms,
            keys: r.list(MAX_GRANT_KEYS)?,
            signer: PublicKey::decode(r)?,
            signature: r.bytes(MAX_SIGNATURE)?,
        };
        if grant.is_sound() { Ok(grant) } else { Err(DecodeError::BadValue("grant")) }
    }
}

fn decode_terms(r: &mut Reader<'_>) -> Result<GrantTerms, DecodeError> {
    Ok(GrantTerms {
        chain: ChainId::decode(r)?,
        account: OpenId::decode(r)?,
        home: Address::decode(r)?,
        strength: strength(r.u8()?)?,
        months: r.list(MAX_GRANT_KEYS)?,
        until: r.option()?,
        grantee: Grantee { name: r.text(MAX_NAME)?, fingerprint: r.fixed()? },
        purpose: r.text(MAX_PURPOSE)?,
        case: if r.bool()? { Some(r.text(MAX_CASE)?) } else { None },
        issued: Timestamp::decode(r)?,
        round: Round::decode(r)?,
        serial: Serial(r.fixed()?),
    })
}

fn strength(tag: u8) -> Result<Strength, DecodeError> {
    let mut all = Strength::ALL.into_iter();
    all.find(|strength| strength.tag() == tag).ok_or(DecodeError::BadValue("strength of grant"))
}

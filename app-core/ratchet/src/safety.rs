//! Safety numbers: what two people compare to know that nobody sits between them.
//!
//! Both sides work out the same 60 digits from both identities, to be read aloud, and a payload for
//! a QR code, to be scanned. The hash is slow on purpose: whoever looks for an identity with similar
//! digits pays for it in every attempt.

use crate::{
    RatchetError,
    identity::IdentityKey,
    proto::{Fields, Value, put_bytes, put_uint32},
};
use core::ops::RangeInclusive;
use sha2::{Digest, Sha512, block_api::compress512};
use subtle::ConstantTimeEq;

const ITERATIONS: RangeInclusive<u32> = 2..=1_000_000;
/// Comes before everything else in the first hash, whatever the version.
const PREFIX: [u8; 2] = [0; 2];
/// Of the hash, so much is shown in a QR code.
const LEN: usize = 32;
/// Bits of a hash and a key, which each round but the first takes.
const INPUT_BITS: u16 = 8 * (64 + IdentityKey::LEN as u16);
/// Where SHA-512 begins (FIPS 180-4, section 5.3.5).
const INITIAL: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];
/// Bytes that give five digits.
const GROUP: usize = 5;
/// Groups of one side, from the first 30 bytes.
const GROUPS: usize = 6;

/// The safety number of two people, as one of them sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyNumber {
    version: u32,
    ours: [u8; LEN],
    theirs: [u8; LEN],
}

impl SafetyNumber {
    /// Works it out; this takes milliseconds. For each side comes its lasting id, then its identity.
    /// The version says which ids these are (1: phone numbers, 2: the 16 bytes of an account's UUID)
    /// and changes no digit. Apps take 5,200 iterations.
    ///
    /// # Errors
    /// [`RatchetError::BadMessage`] for fewer than 2 or more than 1,000,000 iterations.
    pub fn new(
        version: u32,
        iterations: u32,
        ours: (&[u8], &IdentityKey),
        theirs: (&[u8], &IdentityKey),
    ) -> Result<Self, RatchetError> {
        if !ITERATIONS.contains(&iterations) {
            return Err(RatchetError::BadMessage);
        }
        let [ours, theirs] = [ours, theirs].map(|(id, key)| fingerprint(iterations, id, key));
        Ok(Self { version, ours, theirs })
    }

    /// Sixty digits, the same for both sides.
    #[must_use]
    pub fn digits(&self) -> String {
        let (ours, theirs) = (digits(&self.ours), digits(&self.theirs));
        if ours < theirs { ours + &theirs } else { theirs + &ours }
    }

    /// What our QR code holds; see [`compare_scannable`].
    #[must_use]
    pub fn scannable(&self) -> Vec<u8> {
        let mut out = vec![];
        put_uint32(&mut out, 1, self.version);
        for (number, content) in [(2, &self.ours), (3, &self.theirs)] {
            let mut side = vec![];
            put_bytes(&mut side, 1, content);
            put_bytes(&mut out, number, &side);
        }
        out
    }
}

/// True if a scanned payload is the counterpart of ours: what we call ours is theirs there.
///
/// # Errors
/// [`RatchetError::OtherVersion`] if the two are of different versions, [`RatchetError::BadMessage`]
/// for bytes that are no such payload.
pub fn compare_scannable(ours: &[u8], theirs: &[u8]) -> Result<bool, RatchetError> {
    let (ours, theirs) = (parse(ours)?, parse(theirs)?);
    if ours.version != theirs.version {
        return Err(RatchetError::OtherVersion);
    }
    let crossed = ours.ours.ct_eq(&theirs.theirs) & ours.theirs.ct_eq(&theirs.ours);
    Ok(crossed.into())
}

fn parse(bytes: &[u8]) -> Result<SafetyNumber, RatchetError> {
    let mut fields = Fields::new(bytes);
    let (mut version, mut ours, mut theirs) = (None, None, None);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => version = Some(value.uint32()?),
            2 => ours = Some(content(value)?),
            3 => theirs = Some(content(value)?),
            _ => {}
        }
    }
    let missing = RatchetError::BadMessage;
    Ok(SafetyNumber {
        version: version.ok_or(missing)?,
        ours: ours.ok_or(missing)?,
        theirs: theirs.ok_or(missing)?,
    })
}

fn content(side: Value<'_>) -> Result<[u8; LEN], RatchetError> {
    let mut fields = Fields::new(side.bytes()?);
    let mut content = None;
    while let Some((number, value)) = fields.next()? {
        if number == 1 {
            content = Some(value.bytes()?);
        }
    }
    content.and_then(|bytes| bytes.try_into().ok()).ok_or(RatchetError::BadMessage)
}

fn fingerprint(iterations: u32, id: &[u8], key: &IdentityKey) -> [u8; LEN] {
    let key = key.as_bytes();
    let first = Sha512::new().chain_update(PREFIX).chain_update(key).chain_update(id);
    let first = first.chain_update(key).finalize();
    // Hash and key fit into one block with SHA-512's padding: a bit, zeros, and the length in bits.
    // So each round is one compression of a block of which only the hash changes.
    let mut block = [[0; 128]];
    let [[hash @ .., _, _]] = &mut block;
    let input = first.iter().chain(key).chain(&[0x80]);
    hash.iter_mut().zip(input).for_each(|(to, from)| *to = *from);
    let [[.., high, low]] = &mut block;
    [*high, *low] = INPUT_BITS.to_be_bytes();
    for _ in 1..iterations {
        let mut state = INITIAL;
        compress512(&mut state, &block);
        let (words, _) = block.as_flattened_mut().as_chunks_mut();
        words.iter_mut().zip(state).for_each(|(to, word)| *to = word.to_be_bytes());
    }
    let mut start = [0; LEN];
    start.iter_mut().zip(block.as_flattened()).for_each(|(to, from)| *to = *from);
    start
}

/// Thirty digits.
fn digits(fingerprint: &[u8; LEN]) -> String {
    let group = |bytes: &[u8]| {
        let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        format!("{:05}", number % 100_000)
    };
    fingerprint.chunks_exact(GROUP).take(GROUPS).map(group).collect()
}

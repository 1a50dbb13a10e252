//! All chains of one sending device in one group: the newest one, and a few older ones whose last
//! messages may still be on their way.

use super::{DistributionId, SenderKeyDistribution, SenderKeyMessage, sender_key::SenderKey};
use crate::RatchetError;
use core::fmt;
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
/// Chains of one sender that are kept.
const MAX_KEYS: usize = 5;

/// The sender keys of one device for one distribution. Empty to begin with; a call that fails leaves
/// it as it was.
#[derive(Default)]
pub struct SenderKeyRecord {
    /// The one in use first.
    keys: Vec<SenderKey>,
}

impl SenderKeyRecord {
    /// What the members need to read our messages from now on. The first call makes the key; later
    /// ones hand out its present position, so that who joins late reads nothing older.
    ///
    /// # Errors
    /// [`RatchetError::NoSenderKey`] if we send in this record under another distribution.
    pub fn distribute(
        &mut self,
        id: DistributionId,
        rng: &mut impl CryptoRng,
    ) -> Result<SenderKeyDistribution, RatchetError> {
        match self.ours() {
            Some(key) if key.distribution() == id => Ok(key.hand_out()),
            Some(_) => Err(RatchetError::NoSenderKey),
            None => {
                let key = SenderKey::generate(id, rng);
                let distribution = key.hand_out();
                self.put_first(key);
                Ok(distribution)
            }
        }
    }

    /// Takes a sender's key. One that is known already stays where it is in its chain, so that nothing
    /// read before can be read again; with another signing key it is a new one.
    pub fn process(&mut self, distribution: &SenderKeyDistribution) {
        let name = (distribution.distribution_id(), distribution.chain_id());
        let known = self.keys.iter().position(|key| key.name() == name);
        let kept = known
            .map(|at| self.keys.remove(at))
            .filter(|key| *key.signing_key() == distribution.signing_key);
        self.put_first(kept.unwrap_or_else(|| SenderKey::received(distribution)));
    }

    /// Encrypts a message for everybody who has our key.
    ///
    /// # Errors
    /// [`RatchetError::NoSenderKey`] before [`SenderKeyRecord::distribute`],
    /// [`RatchetError::SessionTooOld`] when the chain has come to its end.
    pub fn encrypt(
        &mut self,
        plaintext: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, RatchetError> {
        let key = self.keys.first_mut().ok_or(RatchetError::NoSenderKey)?;
        let (message, advance) = key.seal(plaintext, rng)?;
        key.apply(advance);
        Ok(message)
    }

    /// Decrypts a message of the record's sender.
    ///
    /// # Errors
    /// [`RatchetError::NoSenderKey`] for a chain that is not here, [`RatchetError::BadSignature`] if
    /// its sender did not write the message, [`RatchetError::Duplicate`] for one read before or older
    /// than what we were given, [`RatchetError::TooFarAhead`] if too many are missing before it,
    /// [`RatchetError::BadMessage`] if its sender encrypted nonsense.
    pub fn decrypt(
        &mut self,
        message: &SenderKeyMessage,
    ) -> Result<Zeroizing<Vec<u8>>, RatchetError> {
        let name = (message.distribution_id(), message.chain_id());
        let key = self.keys.iter_mut().find(|key| key.name() == name);
        let key = key.ok_or(RatchetError::NoSenderKey)?;
        let (plaintext, advance) = key.open(message)?;
        key.apply(advance);
        Ok(plaintext)
    }

    fn ours(&self) -> Option<&SenderKey> {
        self.keys.first().filter(|key| key.is_ours())
    }

    fn put_first(&mut self, key: SenderKey) {
        self.keys.insert(0, key);
        self.keys.truncate(MAX_KEYS);
    }
}

impl fmt::Debug for SenderKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SenderKeyRecord({} keys)", self.keys.len())
    }
}

impl Encode for SenderKeyRecord {
    fn encode(&self, writer: &mut Writer) {
        writer.u8(FORMAT);
        writer.list(&self.keys);
    }
}

impl Decode for SenderKeyRecord {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u8()? != FORMAT {
            return Err(DecodeError::BadValue("sender key format"));
        }
        let keys: Vec<SenderKey> = reader.list(MAX_KEYS)?;
        // Of two with one name, the second could never be found.
        let mut names: Vec<_> = keys.iter().map(SenderKey::name).collect();
        names.sort_unstable();
        names.dedup();
        match names.len() == keys.len() {
            true => Ok(Self { keys }),
            false => Err(DecodeError::BadValue("sender key name")),
        }
    }
}

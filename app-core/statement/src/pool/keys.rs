//! The keys that a reader may hold beside a statement, as a file.
//!
//! Whoever has it sees everything in these period accounts for ever: the file is as secret as the
//! keys, and is written for one reader.

use super::{PoolAccount, PoolPart};
use crate::Malformed;
use core::fmt;
use shielded::{IncomingKey, Period, Scanner, ViewingKey};
use types::ChainId;
use wire::{Decode, Encode, Reader, Writer};
use zeroize::Zeroizing;

/// How such a file begins: its name and version.
const MAGIC: &[u8; 5] = b"BCMK\x01";
const VIEWING: u8 = 1;
const INCOMING: u8 = 2;
/// More than there are period accounts in ten years.
const MAX_KEYS: usize = 1024;

/// Keys of period accounts of one network.
pub struct ReviewKeys {
    chain: ChainId,
    viewing: Vec<ViewingKey>,
    incoming: Vec<IncomingKey>,
}

impl ReviewKeys {
    /// These keys.
    #[must_use]
    pub const fn new(chain: ChainId, viewing: Vec<ViewingKey>, incoming: Vec<IncomingKey>) -> Self {
        Self { chain, viewing, incoming }
    }

    /// The network they are for.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// "BCMK" ‖ 1 ‖ chain ‖ for each key 1 (viewing) or 2 (incoming), period u32, key.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.fixed(MAGIC);
        self.chain.encode(&mut w);
        for key in &self.viewing {
            w.u8(VIEWING);
            key.encode(&mut w);
        }
        for key in &self.incoming {
            w.u8(INCOMING);
            key.encode(&mut w);
        }
        Zeroizing::new(w.into_bytes())
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// [`Malformed`] if it is none.
    pub fn read(file: &[u8]) -> Result<Self, Malformed> {
        const NONE: Malformed =
            Malformed("the file holds no keys as bcm review statement writes them");
        let mut r = Reader::new(file);
        if r.fixed() != Ok(*MAGIC) {
            return Err(NONE);
        }
        let chain = ChainId::decode(&mut r).map_err(|_| NONE)?;
        let (mut viewing, mut incoming) = (Vec::new(), Vec::new());
        while r.left() > 0 {
            match r.u8() {
                Ok(VIEWING) => viewing.push(ViewingKey::decode(&mut r).map_err(|_| NONE)?),
                Ok(INCOMING) => incoming.push(IncomingKey::decode(&mut r).map_err(|_| NONE)?),
                _ => return Err(NONE),
            }
            if viewing.len().saturating_add(incoming.len()) > MAX_KEYS {
                return Err(NONE);
            }
        }
        Ok(Self { chain, viewing, incoming })
    }

    /// The key that shows an account both ways.
    pub(crate) fn viewing(&self, account: &PoolAccount) -> Option<&ViewingKey> {
        let mut same = self.viewing.iter().filter(|key| key.period() == account.period);
        same.find(|key| key.fingerprint() == account.viewing)
    }

    /// The key that shows what an account was paid.
    pub(crate) fn incoming(&self, account: &PoolAccount) -> Option<&IncomingKey> {
        let mut same = self.incoming.iter().filter(|key| key.period() == account.period);
        same.find(|key| key.fingerprint() == account.incoming)
    }

    /// The incoming key of this name, given or made of the full one.
    pub(crate) fn receipts_key(&self, period: Period, name: &[u8; 32]) -> Option<IncomingKey> {
        let same = |key: &IncomingKey| key.period() == period && key.fingerprint() == *name;
        let given = self.incoming.iter().find(|key| same(key));
        let given = given.and_then(|key| IncomingKey::from_bytes(&key.to_bytes()).ok());
        let made = self.viewing.iter().filter_map(ViewingKey::incoming);
        given.or_else(|| made.into_iter().find(same))
    }

    /// True if each account has a key of either kind.
    pub(crate) fn opens_all(&self, part: &PoolPart) -> bool {
        let opens = |it: &PoolAccount| self.viewing(it).is_some() || self.incoming(it).is_some();
        part.accounts.iter().all(opens)
    }

    /// What looks for notes of these accounts, and whose they are; `None` for a key that is none.
    pub(crate) fn scanners(&self, part: &PoolPart) -> Option<Vec<(Scanner, Period, bool)>> {
        let scanner = |account: &PoolAccount| {
            let period = account.period;
            if let Some(key) = self.viewing(account) {
                let scanner = Scanner::of_accounts(core::slice::from_ref(key))?;
                return Some((scanner, period, true));
            }
            let key = self.incoming(account)?;
            Some((Scanner::of_receipts(core::slice::from_ref(key))?, period, false))
        };
        part.accounts.iter().map(scanner).collect()
    }
}

impl fmt::Debug for ReviewKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReviewKeys([secret])")
    }
}

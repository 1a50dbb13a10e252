//! Payment links: `bcm:pay?to=…&chain=…&amount=…&memo=…&expires=…`, for codes that cameras read and
//! for text that survives copy and paste.
//!
//! Only `to` and `chain` must be there; the order is free, nothing else may be there, and nothing
//! twice. An invite, `bcm:` and Base58, never has a question mark, so that neither is taken for the
//! other.

use types::{Abc, Amount, ChainId, Timestamp};

use crate::Destination;

/// What a link begins with.
const SCHEME: &str = "bcm:pay?";
/// Longer texts are refused unread.
const MAX_CHARS: usize = 2_000;
/// Most bytes of UTF-8 in what a link says it is for: with all else it still fits a code that a
/// camera reads.
pub const MAX_LINK_MEMO: usize = 300;

/// What a payment link asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLink {
    /// The network on which to pay.
    pub chain: ChainId,
    /// Who is to be paid.
    pub to: Destination,
    /// How much; the payer decides if it is left out.
    pub amount: Option<Amount<Abc>>,
    /// What it is for.
    pub memo: Option<String>,
    /// Until when it may be paid, in whole seconds.
    pub expiry: Option<Timestamp>,
}

/// Why a text is no link that can be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not `bcm:pay?…`, or too long.
    #[error("not a payment link")]
    NotALink,
    /// A part is missing, stands twice, or is one that nobody knows: what it would mean is not
    /// guessed.
    #[error("a part of the link is missing, stands twice or is unknown")]
    Part,
    /// Where it says money is to go, nobody is.
    #[error("the link's address is mistyped")]
    Address,
    /// Not an amount, or nothing at all.
    #[error("the link's amount is none")]
    Amount,
    /// Too long, or not text on one line.
    #[error("the link's memo cannot be read")]
    Memo,
    /// Not a time.
    #[error("the link's time is none")]
    Expiry,
    /// For another network.
    #[error("a payment link of another network")]
    WrongNetwork,
    /// Its time, or that of its address, is over.
    #[error("this payment link is over: ask for a new one")]
    Over,
}

impl PaymentLink {
    /// True for a text that is meant as a link, whether it is a good one or not.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim_start();
        text.get(..SCHEME.len()).is_some_and(|head| head.eq_ignore_ascii_case(SCHEME))
    }

    /// Reads a link and holds it to the network and to its end.
    ///
    /// # Errors
    /// [`LinkError`] says why it is not to be paid.
    pub fn parse(text: &str, chain: ChainId, now: Timestamp) -> Result<Self, LinkError> {
        let link = Self::read(text)?;
        if link.chain != chain {
            return Err(LinkError::WrongNetwork);
        }
        link.to.check_payable(chain, now).map_err(|error| match error {
            shielded::NotPayable::OtherNetwork => LinkError::WrongNetwork,
            shielded::NotPayable::Ended => LinkError::Over,
        })?;
        let over = link.expiry.is_some_and(|expiry| now > expiry);
        if over { Err(LinkError::Over) } else { Ok(link) }
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{SCHEME}to={}&chain={}", self.to, self.chain);
        if let Some(amount) = self.amount {
            text.push_str(&format!("&amount={amount}"));
        }
        if let Some(memo) = &self.memo {
            text.push_str("&memo=");
            text.push_str(&escaped(memo));
        }
        if let Some(expiry) = self.expiry {
            text.push_str(&format!("&expires={}", expiry.0 / 1000));
        }
        text
    }

    pub(crate) fn read(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > MAX_CHARS || !Self::is_meant(text) {
            return Err(LinkError::NotALink);
        }
        let parts = text.get(SCHEME.len()..).ok_or(LinkError::NotALink)?;
        let mut read = Parts::default();
        for part in parts.split('&') {
            let (name, value) = part.split_once('=').ok_or(LinkError::Part)?;
            read.take(name, value)?;
        }
        let Parts { to: Some(to), chain: Some(chain), amount, memo, expiry } = read else {
            return Err(LinkError::Part);
        };
        Ok(Self { chain, to, amount, memo, expiry })
    }
}

/// The parts that were read so far.
#[derive(Default)]
struct Parts {
    to: Option<Destination>,
    chain: Option<ChainId>,
    amount: Option<Amount<Abc>>,
    memo: Option<String>,
    expiry: Option<Timestamp>,
}

impl Parts {
    fn take(&mut self, name: &str, value: &str) -> Result<(), LinkError> {
        match name {
            "to" => {
                let to = Destination::parse(value).map_err(|_| LinkError::Address)?;
                once(&mut self.to, to)
            }
            "chain" => once(&mut self.chain, ChainId::parse(value).ok_or(LinkError::WrongNetwork)?),
            "amount" => {
                let amount = Amount::parse(value).ok().filter(|amount| !amount.is_zero());
                once(&mut self.amount, amount.ok_or(LinkError::Amount)?)
            }
            "memo" => once(&mut self.memo, unescaped(value).ok_or(LinkError::Memo)?),
            "expires" => once(&mut self.expiry, seconds(value).ok_or(LinkError::Expiry)?),
            _ => Err(LinkError::Part),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), LinkError> {
    let free = place.is_none();
    *place = Some(value);
    if free { Ok(()) } else { Err(LinkError::Part) }
}

/// Seconds since 1970, as digits.
fn seconds(text: &str) -> Option<Timestamp> {
    let digits = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    let seconds: u64 = if digits { text.parse().ok()? } else { return None };
    Some(Timestamp(seconds.checked_mul(1000)?))
}

/// Percent-encoding of everything that is not a letter, a digit or one of `-._~`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// What stood there before it was encoded; `None` for what is no text, no text on one line, or too
/// long.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?
            }
            b if b.is_ascii_graphic() => b,
            _ => return None,
        });
    }
    let memo = String::from_utf8(bytes).ok()?;
    is_link_memo(&memo).then_some(memo)
}

/// True for what a link may say it is for: some text on one line that is not too long, and that turns
/// no direction.
#[must_use]
pub fn is_link_memo(text: &str) -> bool {
    let turns = |c| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = text.chars().all(|c| !c.is_control() && !turns(c));
    shown && !text.trim().is_empty() && text.len() <= MAX_LINK_MEMO
}

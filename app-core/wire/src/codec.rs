//! Writing and reading canonical bytes.

use types::{
    Address, AddressKind, Amount, BlockId, ChainId, EnvelopeId, MessageId, OpenId, QueueId, Round,
    SendId, Timestamp, Token, TxId, WorkerId,
};
use zeroize::Zeroize;

/// Why bytes are not the value they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end in the middle of the value.
    #[error("bytes end too early")]
    TooShort,
    /// Bytes are left over behind the value.
    #[error("bytes left over")]
    TrailingBytes,
    /// A length, a count or the whole is over its limit.
    #[error("longer than allowed")]
    TooLong,
    /// A tag, version or field has a value with no meaning; the name says which.
    #[error("no such value: {0}")]
    BadValue(&'static str),
}

/// A value with exactly one encoding.
pub trait Encode {
    /// Appends the value.
    fn encode(&self, writer: &mut Writer);

    /// The value alone.
    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.into_bytes()
    }
}

/// A value that is read from foreign bytes; never panics, never allocates more than it is given.
pub trait Decode: Sized {
    /// Reads the value and leaves the reader behind it.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not such a value.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Reads the value from bytes that hold nothing else.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not exactly one such value.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let value = Self::decode(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }
}

/// Collects canonical bytes. Some of them are secret, so that growing wipes what it leaves behind.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// What has been written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Appends one byte.
    pub fn u8(&mut self, value: u8) {
        self.fixed(&[value]);
    }

    /// Appends two bytes, big-endian.
    pub fn u16(&mut self, value: u16) {
        self.fixed(&value.to_be_bytes());
    }

    /// Appends four bytes, big-endian.
    pub fn u32(&mut self, value: u32) {
        self.fixed(&value.to_be_bytes());
    }

    /// Appends eight bytes, big-endian.
    pub fn u64(&mut self, value: u64) {
        self.fixed(&value.to_be_bytes());
    }

    /// Appends 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Appends bytes whose length the reader knows.
    pub fn fixed(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn reserve(&mut self, more: usize) {
        let needed = self.0.len().saturating_add(more);
        if needed > self.0.capacity() {
            let mut larger = Vec::with_capacity(needed.max(self.0.capacity().saturating_mul(2)));
            larger.extend_from_slice(&self.0);
            core::mem::replace(&mut self.0, larger).zeroize();
        }
    }

    /// Appends a four-byte length, then the bytes. Nothing of ours comes near 4 GiB.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.fixed(bytes);
    }

    /// Appends UTF-8 text as [`Writer::bytes`] does.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Appends a four-byte count, then each item.
    pub fn list<T: Encode>(&mut self, items: &[T]) {
        self.u32(u32::try_from(items.len()).unwrap_or(u32::MAX));
        items.iter().for_each(|item| item.encode(self));
    }

    /// Appends 0, or 1 and the value.
    pub fn option<T: Encode>(&mut self, value: Option<&T>) {
        self.bool(value.is_some());
        if let Some(value) = value {
            value.encode(self);
        }
    }
}

/// Takes canonical bytes apart.
#[derive(Debug, Clone)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Asserts that nothing is left.
    ///
    /// # Errors
    /// [`DecodeError::TrailingBytes`] if something is.
    pub const fn finish(&self) -> Result<(), DecodeError> {
        if self.0.is_empty() { Ok(()) } else { Err(DecodeError::TrailingBytes) }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.0.len()
    }

    /// The next `len` bytes, borrowed.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] if there are fewer.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self.0.split_at_checked(len).ok_or(DecodeError::TooShort)?;
        self.0 = tail;
        Ok(head)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] if there are fewer.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::TooShort)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] at the end.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(u8::from_be_bytes(self.fixed()?))
    }

    /// Two bytes, big-endian.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] at the end.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.fixed()?))
    }

    /// Four bytes, big-endian.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] at the end.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.fixed()?))
    }

    /// Eight bytes, big-endian.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] at the end.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_be_bytes(self.fixed()?))
    }

    /// 0 or 1; any other byte is refused.
    ///
    /// # Errors
    /// [`DecodeError`] at the end or for another byte.
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::BadValue("bool")),
        }
    }

    /// A length, then so many bytes, at most `limit`.
    ///
    /// # Errors
    /// [`DecodeError`] at the end or over the limit.
    pub fn bytes(&mut self, limit: usize) -> Result<Vec<u8>, DecodeError> {
        let len = self.count(limit)?;
        Ok(self.take(len)?.to_vec())
    }

    /// UTF-8 text of at most `limit` bytes.
    ///
    /// # Errors
    /// [`DecodeError`] at the end, over the limit or for other bytes.
    pub fn text(&mut self, limit: usize) -> Result<String, DecodeError> {
        String::from_utf8(self.bytes(limit)?).map_err(|_| DecodeError::BadValue("utf-8"))
    }

    /// A count of at most `limit`, then so many items.
    ///
    /// # Errors
    /// [`DecodeError`] at the end, over the limit or from an item.
    pub fn list<T: Decode>(&mut self, limit: usize) -> Result<Vec<T>, DecodeError> {
        let count = self.count(limit)?;
        // Not `with_capacity(count)`: the count is foreign, the bytes behind it may not be there.
        (0..count).map(|_| T::decode(self)).collect()
    }

    /// A flag, then perhaps a value.
    ///
    /// # Errors
    /// [`DecodeError`] at the end, for a bad flag or from the value.
    pub fn option<T: Decode>(&mut self) -> Result<Option<T>, DecodeError> {
        if self.bool()? { T::decode(self).map(Some) } else { Ok(None) }
    }

    fn count(&mut self, limit: usize) -> Result<usize, DecodeError> {
        let count = usize::try_from(self.u32()?).map_err(|_| DecodeError::TooLong)?;
        if count > limit { Err(DecodeError::TooLong) } else { Ok(count) }
    }
}

/// Encodes identifiers as their bytes.
macro_rules! fixed {
    ($($name:ident),*) => {$(
        impl Encode for $name {
            fn encode(&self, writer: &mut Writer) {
                writer.fixed(&self.0);
            }
        }

        impl Decode for $name {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.fixed().map(Self)
            }
        }
    )*};
}

fixed!(OpenId, ChainId, TxId, BlockId, MessageId, EnvelopeId, QueueId, SendId, WorkerId);

impl<const N: usize> Encode for [u8; N] {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(self);
    }
}

impl<const N: usize> Decode for [u8; N] {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.fixed()
    }
}

impl Encode for u64 {
    fn encode(&self, writer: &mut Writer) {
        writer.u64(*self);
    }
}

impl Decode for u64 {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64()
    }
}

impl Encode for Round {
    fn encode(&self, writer: &mut Writer) {
        writer.u64(self.0);
    }
}

impl Decode for Round {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64().map(Self)
    }
}

impl Encode for Timestamp {
    fn encode(&self, writer: &mut Writer) {
        writer.u64(self.0);
    }
}

impl Decode for Timestamp {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64().map(Self)
    }
}

impl<T: Token> Encode for Amount<T> {
    fn encode(&self, writer: &mut Writer) {
        writer.u64(self.units());
    }
}

impl<T: Token> Decode for Amount<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64().map(Self::new)
    }
}

impl Encode for Address {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(&(*self).to_bytes());
    }
}

impl Decode for Address {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = AddressKind::parse(reader.u8()?)
            .map_err(|_| DecodeError::BadValue("kind of address"))?;
        Ok(Self { kind, payload: reader.fixed()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_count_neither_allocates_nor_passes_its_limit() {
        let huge = u32::MAX.to_be_bytes();
        assert_eq!(Reader::new(&huge).bytes(10), Err(DecodeError::TooLong));
        assert_eq!(Reader::new(&huge).list::<u64>(usize::MAX), Err(DecodeError::TooShort));
    }

    #[test]
    fn only_one_encoding_is_read() {
        assert_eq!(u64::from_bytes(&[0; 9]), Err(DecodeError::TrailingBytes));
        assert_eq!(Reader::new(&[2]).bool(), Err(DecodeError::BadValue("bool")));
        assert_eq!(Reader::new(&[0, 0, 0, 1, 0xff]).text(9), Err(DecodeError::BadValue("utf-8")));
        assert_eq!(Address::from_bytes(&[0; 21]), Err(DecodeError::BadValue("kind of address")));
    }

    #[test]
    fn lists_and_options_read_back() {
        let mut writer = Writer::new();
        writer.list(&[1_u64, 2]);
        writer.option(Some(&Round(3)));
        writer.option::<Round>(None);
        writer.text("né");
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.list(2), Ok(vec![1_u64, 2]));
        assert_eq!(reader.option(), Ok(Some(Round(3))));
        assert_eq!(reader.option::<Round>(), Ok(None));
        assert_eq!(reader.text(3).as_deref(), Ok("né"));
        assert_eq!(reader.finish(), Ok(()));
    }
}

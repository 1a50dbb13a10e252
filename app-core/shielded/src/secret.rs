//! Secret bytes: on the heap, so that moving their owner copies nothing, and wiped on drop.

use zeroize::Zeroizing;

/// Bytes that are wiped when they are dropped.
pub(crate) struct Secret<const N: usize>(Box<Zeroizing<[u8; N]>>);

impl<const N: usize> Secret<N> {
    pub(crate) fn new(bytes: &[u8; N]) -> Self {
        let mut secret = Self(Box::new(Zeroizing::new([0; N])));
        secret.0.copy_from_slice(bytes);
        secret
    }

    pub(crate) fn bytes(&self) -> &[u8; N] {
        &self.0
    }
}

/// Gives types that hold secrets a `Debug` that shows their name and nothing else.
macro_rules! redacted {
    ($name:ident) => {
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "([secret])"))
            }
        }
    };
}
pub(crate) use redacted;

//! Secret bytes: on the heap, so that moving their owner copies nothing, and wiped on drop.
//!
//! Every key type of this crate holds its secret in here or in a library type that wipes itself.

use zeroize::{Zeroize, Zeroizing};

pub(crate) struct Secret<const N: usize>(Box<Zeroizing<[u8; N]>>);

impl<const N: usize> Secret<N> {
    /// Lets `write` put the bytes where they will stay.
    pub(crate) fn fill(write: impl FnOnce(&mut [u8; N])) -> Self {
        let mut secret = Self(Box::new(Zeroizing::new([0; N])));
        write(&mut secret.0);
        secret
    }

    /// Takes the bytes over and wipes the copy that was handed in.
    pub(crate) fn take(mut bytes: [u8; N]) -> Self {
        let secret = Self::fill(|to| to.copy_from_slice(&bytes));
        bytes.zeroize();
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

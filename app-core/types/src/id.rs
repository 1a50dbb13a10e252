//! Identifiers: fixed-size byte strings that cannot be mixed up. Text form: lower-case hex.

use core::fmt;

/// Declares one identifier type; they differ in nothing but name, length and meaning.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// Reads exactly `2 * LEN` hex digits of either case; anything else is `None`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                parse_hex::<$len>(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

id!(
    /// An account for life: SHA-256 over its first operation public key (`ledger.md`).
    OpenId,
    32
);
id!(
    /// One network: the SHA-256 of its genesis file.
    ChainId,
    32
);
id!(
    /// What a transaction does, without its signatures (`money-and-mail.md` B1).
    TxId,
    32
);
id!(
    /// What is committed to before an account moves after the switch-off of ECDSA
    /// (`money-and-mail.md` A10).
    RotationId,
    32
);
id!(
    /// A block header's hash.
    BlockId,
    32
);
id!(
    /// A message as people see it; made by its sender, lives inside the encryption.
    MessageId,
    16
);
id!(
    /// One sealed envelope in one queue.
    EnvelopeId,
    32
);
id!(
    /// A mailbox queue as its reader names it.
    QueueId,
    32
);
id!(
    /// The same queue as its writer names it; unrelated to the eye.
    SendId,
    32
);
id!(
    /// A worker or manager node: its Ed25519 public key, from which libp2p's peer id follows.
    WorkerId,
    32
);

fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N.checked_mul(2)? {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (nibble(*high)? << 4) | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_reads_back_and_nothing_else_is_read() {
        let id = MessageId([0xab; 16]);
        assert_eq!(MessageId::parse(&id.to_string()), Some(id));
        assert_eq!(MessageId::parse(&id.to_string().to_uppercase()), Some(id));
        for wrong in ["", "ab", "zz", &"ab".repeat(17), &"é".repeat(16)] {
            assert_eq!(MessageId::parse(wrong), None, "{wrong}");
        }
    }
}

//! Why a text is not a name, one variant for each rule, so that each can be explained to a person.

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing at all, a dot at either end, two dots together, or only code points that the
    /// mapping ignores.
    #[error("a name has no empty part")]
    EmptyLabel,
    /// A label of more than 63 bytes of UTF-8.
    #[error("a part of a name has at most 63 bytes")]
    LabelTooLong,
    /// More than 8 labels.
    #[error("a name has at most 8 parts")]
    TooManyLabels,
    /// More than 253 bytes of canonical text, or more than 1,024 bytes as typed.
    #[error("a name has at most 253 bytes")]
    NameTooLong,
    /// A code point that no name has: not "Allowed" by UTS 39, disallowed by UTS 46, unassigned in
    /// [`crate::UNICODE_VERSION`], ASCII other than letter, digit and hyphen, or punctuation
    /// that IDNA disallows.
    #[error("U+{code:04X} stands in no name", code = u32::from(*.0))]
    NotAllowed(char),
    /// A label mixes scripts beyond "Highly Restrictive" of UTS 39.
    #[error("letters of several scripts in one part of a name")]
    MixedScripts,
    /// A label of digits only, of whichever script, with fewer than 5 of them.
    #[error("a part of digits only has at least 5 of them")]
    ShortNumber,
    /// A hyphen at either end of a label, or in its third and fourth place.
    #[error("a hyphen at an end, or in the third and fourth place")]
    Hyphen,
    /// A label begins with a combining mark, repeats one, or stacks more than 4.
    #[error("a combining mark without letter, twice, or one of too many")]
    Marks,
    /// A code point that only stands beside certain others (RFC 5892, appendix A).
    #[error("U+{code:04X} does not stand in this place", code = u32::from(*.0))]
    Context(char),
    /// A name with letters written from right to left has a label that breaks the Bidi rule
    /// (RFC 5893, section 2): its parts could be shown in another order.
    #[error("right-to-left and left-to-right are mixed in a part of the name")]
    Bidi,
    /// It is an address, `A…` or `F…`.
    #[error("this is an address")]
    Address,
    /// A label `falcon`, or a text that begins with `falcon:`.
    #[error("`falcon` is kept for addresses")]
    Falcon,
    /// A label begins with `bcm1`, as shielded addresses do.
    #[error("`bcm1` is kept for shielded addresses")]
    ShieldedAddress,
    /// It is 64 hex digits, as an OpenID is.
    #[error("this is an OpenID")]
    OpenId,
}

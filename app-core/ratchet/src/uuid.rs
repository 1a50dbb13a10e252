//! UUIDs with hyphens: written in lower case, read in either.

/// The bytes behind a text.
pub(crate) fn parse(spelled: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(&spelled.replace('-', ""), 16).ok()?;
    let bytes = number.to_be_bytes();
    text(&bytes).eq_ignore_ascii_case(spelled).then_some(bytes)
}

/// The text of these bytes.
pub(crate) fn text(bytes: &[u8; 16]) -> String {
    let whole = u128::from_be_bytes(*bytes);
    let [a, b, c, d] = [whole >> 96, whole >> 80, whole >> 64, whole >> 48];
    let [b, c, d, e] = [b & 0xffff, c & 0xffff, d & 0xffff, whole & 0xffff_ffff_ffff];
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

//! JSON as statements use it: texts, whole numbers, lists, objects.
//!
//! Read as anybody may have written it, within limits; written in one form only (RFC 8785: sorted
//! names, no spaces, shortest escapes), which is what signatures and digests are over.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Most bytes of a file: a hundred thousand entries need half of it.
pub const MAX_FILE: usize = 64 * 1024 * 1024;
/// Most values of a file, so that a small file cannot fill the memory.
const MAX_VALUES: usize = 4_000_000;
/// Deeper than a statement nests.
const MAX_DEPTH: u8 = 12;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Number(u64),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Json>),
    /// Values by name, each name once.
    Object(BTreeMap<String, Json>),
}

/// Why a file is no statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(
    /// What is wrong, for people.
    pub &'static str,
);

impl Json {
    /// An object of these members; those without a value are left out.
    #[must_use]
    pub fn object<const N: usize>(members: [(&str, Option<Self>); N]) -> Self {
        let named = |(name, value): (&str, Option<Self>)| Some((name.to_owned(), value?));
        Self::Object(members.into_iter().filter_map(named).collect())
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Bytes as lower-case hex digits.
    #[must_use]
    pub fn hex(bytes: impl AsRef<[u8]>) -> Self {
        Self::Text(hex::encode(bytes))
    }

    /// The member of an object with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        if let Self::Object(members) = self { members.get(name) } else { None }
    }

    /// A member that is a text.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        if let Self::Text(text) = self.get(name)? { Some(text) } else { None }
    }

    /// A member that is a number.
    #[must_use]
    pub fn number_of(&self, name: &str) -> Option<u64> {
        if let Self::Number(number) = self.get(name)? { Some(*number) } else { None }
    }

    /// A member that is a list.
    #[must_use]
    pub fn list_of(&self, name: &str) -> Option<&[Self]> {
        if let Self::List(list) = self.get(name)? { Some(list) } else { None }
    }

    /// The bytes behind a text of hex digits.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        if let Self::Text(text) = self { hex::decode(text).ok() } else { None }
    }

    /// The one form that is signed and hashed.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => {
                // Writing to a text cannot fail.
                let _ = write!(out, "{number}");
            }
            Self::Text(text) => write_text(text, out),
            Self::List(list) => {
                out.push('[');
                for (at, value) in list.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Malformed`] for what is no JSON, has a number that is not whole, names a member twice, or
    /// is beyond the limits.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_FILE {
            return Err(Malformed("the file is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed("the file is no text"))?;
        let mut reader = Reader { rest: text, values: 0 };
        let value = reader.value(0)?;
        reader.blank();
        if reader.rest.is_empty() { Ok(value) } else { Err(NO_JSON) }
    }
}

const NO_JSON: Malformed = Malformed("the file is no JSON");

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    rest: &'a str,
    values: usize,
}

impl Reader<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn took(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), Malformed> {
        if self.took(token) { Ok(()) } else { Err(NO_JSON) }
    }

    fn value(&mut self, depth: u8) -> Result<Json, Malformed> {
        self.values = self.values.saturating_add(1);
        if depth > MAX_DEPTH || self.values > MAX_VALUES {
            return Err(Malformed("the file holds too much"));
        }
        self.blank();
        if self.took("{") {
            return self.object(depth.saturating_add(1));
        }
        if self.took("[") {
            return self.list(depth.saturating_add(1));
        }
        if self.took("\"") {
            return self.text().map(Json::Text);
        }
        let known =
            [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        for (word, value) in known {
            if self.took(word) {
                return Ok(value);
            }
        }
        self.number()
    }

    fn number(&mut self) -> Result<Json, Malformed> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end).ok_or(NO_JSON)?;
        if digits.len() > 1 && digits.starts_with('0') || rest.starts_with(['.', 'e', 'E']) {
            return Err(Malformed("a number is not whole"));
        }
        self.rest = rest;
        digits.parse().map(Json::Number).map_err(|_| NO_JSON)
    }

    fn list(&mut self, depth: u8) -> Result<Json, Malformed> {
        let mut list = Vec::new();
        self.blank();
        if self.took("]") {
            return Ok(Json::List(list));
        }
        loop {
            list.push(self.value(depth)?);
            self.blank();
            if self.took("]") {
                return Ok(Json::List(list));
            }
            self.expect(",")?;
        }
    }

    fn object(&mut self, depth: u8) -> Result<Json, Malformed> {
        let mut members = BTreeMap::new();
        self.blank();
        if self.took("}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.blank();
            self.expect("\"")?;
            let name = self.text()?;
            self.blank();
            self.expect(":")?;
            let value = self.value(depth)?;
            if members.insert(name, value).is_some() {
                return Err(Malformed("a name stands twice in one object"));
            }
            self.blank();
            if self.took("}") {
                return Ok(Json::Object(members));
            }
            self.expect(",")?;
        }
    }

    /// The rest of a text whose opening mark is read.
    fn text(&mut self) -> Result<String, Malformed> {
        let mut text = String::new();
        loop {
            let end = self.rest.find(|c| c == '"' || c == '\\' || c < ' ').ok_or(NO_JSON)?;
            let (plain, rest) = self.rest.split_at_checked(end).ok_or(NO_JSON)?;
            text.push_str(plain);
            self.rest = rest;
            if self.took("\"") {
                return Ok(text);
            }
            self.expect("\\")?;
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, Malformed> {
        let mut chars = self.rest.chars();
        let sign = chars.next().ok_or(NO_JSON)?;
        self.rest = chars.as_str();
        Ok(match sign {
            '"' | '\\' | '/' => sign,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.code_point(),
            _ => return Err(NO_JSON),
        })
    }

    /// One or two units of UTF-16.
    fn code_point(&mut self) -> Result<char, Malformed> {
        let first = self.unit()?;
        let second = if (0xd800..0xdc00).contains(&first) {
            self.expect("\\u")?;
            Some(self.unit()?)
        } else {
            None
        };
        let mut units = char::decode_utf16(std::iter::once(first).chain(second));
        match (units.next(), units.next()) {
            (Some(Ok(c)), None) => Ok(c),
            _ => Err(NO_JSON),
        }
    }

    fn unit(&mut self) -> Result<u16, Malformed> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(NO_JSON)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NO_JSON);
        }
        self.rest = rest;
        u16::from_str_radix(digits, 16).map_err(|_| NO_JSON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, canonical: Option<&str>) {
        let read = Json::parse(text.as_bytes()).ok().map(|json| json.canonical());
        assert_eq!(read.as_deref(), canonical, "{text}");
    }

    #[test]
    fn one_value_has_one_form_however_it_was_written() {
        check(" { \"b\" : [ 1 , null,true ],\n\"a\":\"\\u00e4\\/\" } ", {
            Some("{\"a\":\"ä/\",\"b\":[1,null,true]}")
        });
        check("\"\\ud83d\\ude00\\u0000\\n\"", Some("\"😀\\u0000\\n\""));
        check("{}", Some("{}"));
        check("[]", Some("[]"));
    }

    #[test]
    fn what_is_no_json_of_ours_is_refused() {
        let wrong =
            ["", "1.5", "-1", "01", "1e3", "{\"a\":1,\"a\":2}", "[1,]", "[1", "\"a", "{a:1}"];
        for text in wrong.iter().chain(&["\"\\ud83d\"", "\"\\x\"", "1 2", "\"\n\"", "tru", "nul"]) {
            check(text, None);
        }
        check(&"[".repeat(100_000), None);
        check("18446744073709551616", None);
        assert!(Json::parse(&[0xff]).is_err());
    }
}

//! One request: a JSON object whose fields are read by name.

use crate::{failure::Failure, people::Address};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

/// The fields of a request, or of an object inside one.
pub(crate) struct Request(Map<String, Value>);

/// Bytes as they stand in requests and replies.
pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(bytes)
}

impl Request {
    pub(crate) fn parse(value: Value) -> Result<Self, Failure> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(Failure::request("expected an object")),
        }
    }

    /// A field that is there and not null.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn maybe_text(&self, name: &str) -> Result<Option<&str>, Failure> {
        let wrong = || Failure::request(format!("expected a string: {name}"));
        self.get(name).map(|value| value.as_str().ok_or_else(wrong)).transpose()
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        self.maybe_text(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn maybe_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let wrong = || Failure::request(format!("expected a base64 string: {name}"));
        let text = match self.get(name) {
            None => return Ok(None),
            Some(value) => value.as_str().ok_or_else(wrong)?,
        };
        BASE64_STANDARD.decode(text).map(Some).map_err(|_| wrong())
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, Failure> {
        self.maybe_bytes(name)?.ok_or_else(|| missing(name))
    }

    /// Exactly `N` bytes; otherwise the failure says that it is no such thing.
    pub(crate) fn array<const N: usize>(&self, name: &str) -> Result<[u8; N], Failure> {
        let wrong =
            |_| Failure::new("InvalidKey", format!("bad key length: {name} has not {N} bytes"));
        self.bytes(name)?.try_into().map_err(wrong)
    }

    pub(crate) fn maybe_number<T: TryFrom<u64>>(&self, name: &str) -> Result<Option<T>, Failure> {
        let wrong = || Failure::request(format!("expected a number in range: {name}"));
        let read = |value: &Value| value.as_u64().and_then(|number| T::try_from(number).ok());
        self.get(name).map(|value| read(value).ok_or_else(wrong)).transpose()
    }

    pub(crate) fn number<T: TryFrom<u64>>(&self, name: &str) -> Result<T, Failure> {
        self.maybe_number(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn flag(&self, name: &str, otherwise: bool) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(otherwise)
    }

    pub(crate) fn part(&self, name: &str) -> Result<Self, Failure> {
        Self::parse(self.get(name).ok_or_else(|| missing(name))?.clone())
    }

    pub(crate) fn list(&self, name: &str) -> Result<Vec<Self>, Failure> {
        let list = self.get(name).and_then(Value::as_array).ok_or_else(|| missing(name))?;
        list.iter().map(|value| Self::parse(value.clone())).collect()
    }

    /// The address in a field.
    pub(crate) fn address(&self, name: &str) -> Result<Address, Failure> {
        self.part(name)?.as_address()
    }

    /// The address that this object itself is.
    pub(crate) fn as_address(&self) -> Result<Address, Failure> {
        let name = self.text("name")?.to_owned();
        let device = self.maybe_number("device_id")?.unwrap_or(1);
        Address::new(name, device)
    }
}

fn missing(name: &str) -> Failure {
    Failure::request(format!("missing field: {name}"))
}

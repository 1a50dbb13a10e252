//! What can be done with sessions besides talking in them.

use crate::{
    failure::Failure,
    people::Person,
    request::{Request, base64},
};
use ratchet::SessionRecord;
use serde_json::{Value, json};

pub(crate) fn info(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let Some(record) = person.sessions.get(&request.address("remote")?) else {
        return Ok(json!({ "exists": false }));
    };
    let current = record.has_session();
    Ok(json!({
        "exists": true,
        "has_current": current,
        "size": record.states().iter().map(|state| state.len()).sum::<usize>(),
        "local_registration_id": current.then_some(person.registration_id),
        "remote_registration_id": record.remote_registration_id(),
    }))
}

/// The rows of a record one behind the other, each after its length.
pub(crate) fn export(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let record = person.sessions.get(&request.address("remote")?);
    let joined = |record: &SessionRecord| {
        let row = |state: &[u8]| [&(state.len() as u64).to_be_bytes(), state].concat();
        base64(record.states().iter().map(|state| row(state)).collect::<Vec<_>>().concat())
    };
    Ok(json!({ "session": record.map(joined) }))
}

pub(crate) fn import(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let remote = request.address("remote")?;
    let wrong = || Failure::new("InvalidSession", "no stored session");
    let bytes = request.bytes("session")?;
    let (mut rest, mut rows) = (bytes.as_slice(), vec![]);
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk().ok_or_else(wrong)?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok();
        let (row, behind) =
            length.and_then(|length| behind.split_at_checked(length)).ok_or_else(wrong)?;
        rows.push(row);
        rest = behind;
    }
    let record = SessionRecord::load(rows).map_err(|_| wrong())?;
    person.sessions.insert(remote, record);
    Ok(json!({}))
}

pub(crate) fn archive(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let remote = request.address("remote")?;
    let none = || Failure::no_session(&remote);
    person.sessions.get_mut(&remote).ok_or_else(none)?.archive();
    Ok(json!({}))
}

pub(crate) fn delete(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    person.sessions.remove(&request.address("remote")?);
    Ok(json!({}))
}

pub(crate) fn forget(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    person.known.remove(&request.address("remote")?);
    Ok(json!({}))
}

//! JSON-RPC 2.0 over the table of commands, for whatever carries texts: a WebSocket, a POST, the
//! profile's socket.

use futures::stream::FuturesUnordered;
use futures::{Sink, SinkExt, Stream, StreamExt};
use serde_json::{Value, json};

use crate::{Desk, Error, Event, table};

/// The largest text that is read, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// Calls of one batch.
const MAX_BATCH: usize = 32;
/// Texts of one connection that are worked on at the same time.
const AT_ONCE: usize = 16;

/// The method under which events are told.
pub const EVENT: &str = "event";

const PARSE_ERROR: i32 = -32_700;
const BAD_REQUEST: i32 = -32_600;
const UNKNOWN_METHOD: i32 = -32_601;
const BAD_PARAMS: i32 = -32_602;
/// Every failure of a command; `data.code` says which.
const FAILED: i32 = -32_000;

/// One call, checked for form.
#[derive(Debug)]
struct Call {
    /// `None` for a notification, which is not answered.
    id: Option<Value>,
    method: String,
    params: Value,
}

/// What a text asks for.
#[derive(Debug)]
enum Asked {
    One(Result<Call, Value>),
    Batch(Vec<Result<Call, Value>>),
}

/// Answers a text; `None` if nothing in it asks for an answer.
pub async fn answer(desk: &Desk, text: &str) -> Option<String> {
    let reply = match read(text) {
        Asked::One(call) => one(desk, call).await?,
        Asked::Batch(calls) => {
            let mut replies = Vec::with_capacity(calls.len());
            for call in calls {
                replies.extend(one(desk, call).await);
            }
            (!replies.is_empty()).then_some(Value::Array(replies))?
        }
    };
    Some(reply.to_string())
}

/// An event as a text.
#[must_use]
pub fn notification(event: &Event) -> String {
    json!({ "jsonrpc": "2.0", "method": EVENT, "params": event }).to_string()
}

/// Serves one connection to its end: answers each text as soon as it is done, tells every event.
pub async fn converse(
    desk: &Desk,
    mut incoming: impl Stream<Item = String> + Unpin,
    mut outgoing: impl Sink<String> + Unpin,
) {
    let mut events = desk.events();
    let mut running = FuturesUnordered::new();
    loop {
        let text = tokio::select! {
            text = incoming.next(), if running.len() < AT_ONCE => match text {
                Some(text) => {
                    running.push(async move { answer(desk, &text).await });
                    continue;
                }
                None => return,
            },
            Some(reply) = running.next() => match reply {
                Some(reply) => reply,
                None => continue,
            },
            event = events.next() => match event {
                Some(event) => notification(&event),
                None => return,
            },
        };
        if outgoing.send(text).await.is_err() {
            return;
        }
    }
}

async fn one(desk: &Desk, call: Result<Call, Value>) -> Option<Value> {
    let Call { id, method, params } = match call {
        Ok(call) => call,
        Err(refusal) => return Some(refusal),
    };
    let done = match table::find(&method) {
        Some(_) => desk
            .call(&method, params)
            .await
            .map_err(|error| (if error.code == "usage" { BAD_PARAMS } else { FAILED }, error)),
        None => Err((UNKNOWN_METHOD, Error::new("usage", format!("there is no method {method}")))),
    };
    let id = id?;
    Some(match done {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((number, error)) => refusal(id, number, &error),
    })
}

fn read(text: &str) -> Asked {
    if text.len() > MAX_TEXT {
        return Asked::One(Err(form(BAD_REQUEST, "the text is too long")));
    }
    match serde_json::from_str(text) {
        Err(_) => Asked::One(Err(form(PARSE_ERROR, "this is not JSON"))),
        Ok(Value::Array(calls)) if calls.is_empty() || calls.len() > MAX_BATCH => {
            let why = format!("a batch has 1 to {MAX_BATCH} calls");
            Asked::One(Err(form(BAD_REQUEST, &why)))
        }
        Ok(Value::Array(calls)) => Asked::Batch(calls.into_iter().map(read_call).collect()),
        Ok(call) => Asked::One(read_call(call)),
    }
}

fn read_call(call: Value) -> Result<Call, Value> {
    let bad = |why: &str| form(BAD_REQUEST, why);
    let Value::Object(mut fields) = call else { return Err(bad("a call is a JSON object")) };
    if fields.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(bad("a call says \"jsonrpc\": \"2.0\""));
    }
    let id = fields.remove("id");
    if !matches!(id, None | Some(Value::Null | Value::Number(_) | Value::String(_))) {
        return Err(bad("an id is a number or a text"));
    }
    let Some(Value::String(method)) = fields.remove("method") else {
        return Err(bad("a call names its method"));
    };
    let params = fields.remove("params").unwrap_or_else(|| json!({}));
    Ok(Call { id, method, params })
}

fn form(number: i32, why: &str) -> Value {
    refusal(Value::Null, number, &Error::new("usage", why))
}

fn refusal(id: Value, number: i32, error: &Error) -> Value {
    let message = &error.message;
    json!({
        "jsonrpc": "2.0",
        "id": id,
        "error": { "code": number, "message": message, "data": error },
    })
}

pub(crate) fn fuzz(text: &str) {
    // Nothing is called: what a text says must be read without a panic, whatever it is.
    let _ = read(text);
}

#[cfg(test)]
mod tests;

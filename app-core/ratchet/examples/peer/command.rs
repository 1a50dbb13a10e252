//! From a line to its reply: which command answers which request.

use crate::{
    failure::Failure, groups, inspect, keys, messages, people::People, prekeys, request::Request,
    safety, sealed, sessions,
};
use serde_json::{Value, json};

/// What comes after a reply.
pub(crate) enum Next {
    Line,
    Exit,
}

/// The reply to a line, whatever stands in it.
pub(crate) fn reply(people: &mut People, line: &[u8]) -> (Value, Next) {
    let request = serde_json::from_slice::<Value>(line)
        .map_err(|error| Failure::request(format!("not JSON: {error}")))
        .and_then(Request::parse);
    let (id, answer, next) = match &request {
        Err(failure) => (None, Err(Failure::request(&*failure.message)), Next::Line),
        Ok(request) => {
            let exits = matches!(request.text("cmd"), Ok("exit"));
            let next = if exits { Next::Exit } else { Next::Line };
            (request.get("id").cloned(), run(people, request), next)
        }
    };
    let mut reply = match answer {
        Ok(reply) => reply,
        Err(Failure { code, message }) => {
            json!({ "error": { "name": code, "code": code, "message": message } })
        }
    };
    if let Some(fields) = reply.as_object_mut() {
        fields.insert("ok".to_owned(), Value::Bool(!fields.contains_key("error")));
        fields.extend(id.map(|id| ("id".to_owned(), id)));
    }
    (reply, next)
}

fn run(people: &mut People, request: &Request) -> Result<Value, Failure> {
    let command = request.text("cmd")?;
    match command {
        "hello" => {
            Ok(json!({ "library": concat!("ratchet ", env!("CARGO_PKG_VERSION")), "node": null }))
        }
        "exit" => Ok(json!({})),
        // The other library's log; there is none here.
        "log_start" => Ok(json!({ "installed": false })),
        "log_take" => Ok(json!({ "logs": [] })),
        "create_identity" => people.create(request),
        "generate_keypair" => Ok(keys::generate()),
        "public_of" => keys::public_of(request),
        "agree" => keys::agree(request),
        "verify" => keys::verify(request),
        "verify_alternate_identity" => keys::verify_alternate(request),
        "kem_check_public" => keys::check_kem(request),
        "sign" if request.get("private_key").is_some() => keys::sign_with(request),
        "inspect" => inspect::inspect(request),
        "fingerprint" => safety::fingerprint(request),
        "compare_scannable" => safety::compare(request),
        "ss_group_single" => sealed::single(request),
        _ => about(command, people, request),
    }
}

/// The commands about one person.
fn about(command: &str, people: &mut People, request: &Request) -> Result<Value, Failure> {
    let run = match command {
        "sign" => keys::sign,
        "sign_alternate_identity" => keys::sign_alternate,
        "publish_bundle" => prekeys::publish,
        "import_prekeys" => prekeys::import,
        "prekey_status" => prekeys::status,
        "process_bundle" => messages::process_bundle,
        "encrypt" => messages::encrypt,
        "decrypt" => messages::decrypt,
        "session_info" => sessions::info,
        "export_session" => sessions::export,
        "import_session" => sessions::import,
        "archive_session" => sessions::archive,
        "delete_session" => sessions::delete,
        "forget_identity" => sessions::forget,
        "skdm_create" => groups::create,
        "skdm_process" => groups::process,
        "group_encrypt" => groups::encrypt,
        "group_decrypt" => groups::decrypt,
        "group_reset" => groups::reset,
        "ss_make_certs" => sealed::make_certificates,
        "ss_encrypt" => sealed::encrypt,
        "ss_decrypt" => sealed::decrypt,
        "ss_group_encrypt" => sealed::encrypt_for_many,
        "ss_open_usmc" => sealed::open,
        _ => return Err(Failure::request(format!("unknown command: {command}"))),
    };
    run(people.person(request)?, request)
}

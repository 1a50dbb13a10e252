//! What the interface asks, passed on to the core by name.

use api::{Desk, Error};
use tauri::ipc::{Invoke, InvokeBody, InvokeError};

/// Answers one call of the interface. False if there is no such command.
pub(crate) fn answer(desk: &Desk, invoke: Invoke) -> bool {
    let name = invoke.message.command().to_owned();
    if !api::commands().iter().any(|command| command.name == name) {
        return false;
    }
    let InvokeBody::Json(params) = invoke.message.payload().clone() else {
        invoke.resolver.reject(Error::new("usage", "a command takes JSON, not bytes"));
        return true;
    };
    let desk = desk.clone();
    invoke
        .resolver
        .respond_async(async move { desk.call(&name, params).await.map_err(InvokeError::from) });
    true
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    /// What the build makes permissions of.
    const DECLARED: &str = include_str!("../commands.txt");

    #[test]
    fn every_command_is_declared_and_nothing_else() {
        let mut names: Vec<&str> = api::commands().iter().map(|command| command.name).collect();
        let mut declared: Vec<&str> = DECLARED.lines().collect();
        names.sort_unstable();
        declared.sort_unstable();
        assert_eq!(declared, names);
    }

    #[test]
    fn the_one_window_may_call_the_commands_and_hear_events_and_do_nothing_else() {
        let text = include_str!("../capabilities/main.json");
        let capability: Value = serde_json::from_str(text).unwrap();
        assert_eq!(capability["windows"], serde_json::json!([crate::window::LABEL]));
        assert!(capability.get("remote").is_none() && capability.get("webviews").is_none());

        let granted = capability["permissions"].as_array().unwrap();
        let mut granted: Vec<&str> = granted.iter().map(|name| name.as_str().unwrap()).collect();
        let mut expected = vec!["core:event:allow-listen", "core:event:allow-unlisten"];
        let commands: Vec<String> =
            DECLARED.lines().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
        expected.extend(commands.iter().map(String::as_str));
        granted.sort_unstable();
        expected.sort_unstable();
        assert_eq!(granted, expected);
    }
}

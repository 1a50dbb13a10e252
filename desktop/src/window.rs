//! The one window: how it is made, what it may load, its title.

use std::path::PathBuf;

use api::Desk;
use serde_json::{Value, json};
use tauri::webview::{NewWindowResponse, PermissionResponse};
use tauri::{App, AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder};

/// The window's name in its capability.
pub(crate) const LABEL: &str = "main";

/// Nobody listens there: what would leave by the web's protocols ends here.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Opens the window. It keeps what the interface wants kept in `storage`, else nothing.
pub(crate) fn open(app: &App, title: &str, storage: Option<PathBuf>) -> Result<(), String> {
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(title)
        .inner_size(1100.0, 760.0)
        .min_inner_size(380.0, 560.0)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .proxy_url(Url::parse(NOWHERE).map_err(|error| error.to_string())?);
    let builder = match storage {
        Some(folder) => builder.data_directory(folder),
        None => builder.incognito(true),
    };
    builder.build().map_err(|error| format!("the window cannot be opened: {error}"))?;
    Ok(())
}

/// Brings the window to the front.
pub(crate) fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    // What a window manager refuses cannot be helped.
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
}

/// Gives the window the title that fits the profile now.
pub(crate) async fn name(app: &AppHandle, desk: &Desk) {
    let title = title(&status(desk).await);
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window that is closing needs no title.
        let _ = window.set_title(&title);
    }
}

/// The core's status; null if it does not say.
pub(crate) async fn status(desk: &Desk) -> Value {
    desk.call("status", json!({})).await.unwrap_or_default()
}

/// The account's name, if there is one, and the program's.
pub(crate) fn title(status: &Value) -> String {
    match status.pointer("/account/account/name").and_then(Value::as_str) {
        Some(name) => format!("{name} · BCM"),
        None => "BCM".to_owned(),
    }
}

/// True for the interface's own pages, the only ones that are shown.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // The same pages, where the system's web view knows only the web's schemes.
        "http" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_whose_window_it_is() {
        let status = json!({"profile": "open", "account": {"account": {"name": "alice"}}});
        assert_eq!(title(&status), "alice · BCM");
        assert_eq!(title(&json!({"profile": "none", "account": null})), "BCM");
        assert_eq!(title(&Value::Null), "BCM");
    }

    #[test]
    fn only_the_built_in_pages_are_shown() {
        let ours = |text: &str| is_ours(&Url::parse(text).unwrap());
        assert!(ours("tauri://localhost/index.html#chat"));
        for foreign in [
            "https://example.org/",
            "http://localhost/",
            "http://127.0.0.1:5173/",
            "tauri://example.org/",
            "file:///etc/hosts",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!ours(foreign), "{foreign}");
        }
    }
}

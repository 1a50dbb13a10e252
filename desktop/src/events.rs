//! What the core tells, passed on to the interface and acted on where it concerns the window.

use api::{Desk, Events, Topic};
use tauri::{AppHandle, Emitter};

use crate::window;

/// Every event of the core has this name in the interface.
const EVENT: &str = "bcm";

/// Passes on events until the core has ended.
pub(crate) async fn pass_on(app: AppHandle, desk: Desk, mut events: Events) {
    while let Some(event) = events.next().await {
        // An error means that the window is on its way out.
        let _ = app.emit_to(window::LABEL, EVENT, &event);
        match event.topic {
            Topic::Profile | Topic::All => window::name(&app, &desk).await,
            Topic::Window => window::raise(&app),
            Topic::Contacts
            | Topic::Chat
            | Topic::Money
            | Topic::Review
            | Topic::Light
            | Topic::Connection => {}
        }
    }
}

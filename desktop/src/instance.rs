//! One window for one profile: a second start brings the first one's window to the front.

use std::path::Path;
use std::time::Duration;

use api::socket::Client;
use serde_json::json;
use tokio::time::timeout;

/// How long the other process may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// True if another process holds the profile and has brought its window to the front.
///
/// # Errors
/// A sentence, if that process has no window or does not answer.
pub(crate) async fn raised(dir: &Path) -> Result<bool, String> {
    let Some(mut holder) = Client::connect(dir).await else { return Ok(false) };
    match timeout(PATIENCE, holder.call("window_raise", json!({}))).await {
        Ok(Ok(_)) => Ok(true),
        Ok(Err(error)) => Err(error.message),
        Err(_) => Err("the program that has this profile open does not answer".to_owned()),
    }
}

//! From the arguments to an open window, and back to a closed profile.

use std::path::Path;
use std::time::Duration;

use api::{Desk, Options, Stay};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::args::Args;
use crate::{commands, events, instance, signals, storage, window};

/// How long the end waits for what is being saved.
const PATIENCE: Duration = Duration::from_secs(10);

/// Shows the window until it is closed or the process is told to end.
///
/// # Errors
/// A sentence for the person who started it.
pub(crate) fn run(args: Args) -> Result<(), String> {
    let dir = args.profile.or_else(api::default_profile);
    let dir = dir.ok_or("there is no home folder; say --profile DIR")?;
    let runtime = Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("the system refuses to start it: {error}"))?;
    if runtime.block_on(instance::raised(&dir))? {
        return already_open();
    }
    find_display()?;
    let options = Options { dir: dir.clone(), bootstrap: args.bootstrap, offline: false };
    let desk = runtime.block_on(Desk::open(options, Stay::Resident, api::given_passphrase));
    let shown = start(&runtime, &desk, &dir);
    // The database must be closed before the process ends, whatever else went wrong.
    let closed = runtime.block_on(async { tokio::time::timeout(PATIENCE, desk.close()).await });
    runtime.shutdown_background();
    shown?;
    closed.map_err(|_| "the profile could not be closed in time".to_owned())
}

fn already_open() -> Result<(), String> {
    println!("already open");
    Ok(())
}

fn start(runtime: &Runtime, desk: &Desk, dir: &Path) -> Result<(), String> {
    let status = runtime.block_on(window::status(desk));
    let trouble = |field: &str| status["trouble"][field].as_str();
    match trouble("code") {
        // Two were started at once: the other one has the profile by now.
        Some("profile_in_use") if runtime.block_on(instance::raised(dir))? => already_open(),
        // Nothing in a window could mend an argument.
        Some("bad_address") => Err(trouble("message").unwrap_or_default().to_owned()),
        _ => show(runtime, desk, &status, dir),
    }
}

fn show(runtime: &Runtime, desk: &Desk, status: &Value, dir: &Path) -> Result<(), String> {
    tauri::async_runtime::set(runtime.handle().clone());
    let asked = desk.clone();
    let app = tauri::Builder::default()
        .invoke_handler(move |invoke| commands::answer(&asked, invoke))
        .build(tauri::generate_context!())
        .map_err(|error| format!("the window cannot be prepared: {error}"))?;

    let events = desk.events();
    let has_profile = status["profile"] != "none";
    window::open(&app, &window::title(status), storage::folder(dir, has_profile))?;
    desk.has_window();
    runtime.spawn(events::pass_on(app.handle().clone(), desk.clone(), events));

    let handle = app.handle().clone();
    runtime.spawn(async move {
        signals::end().await;
        handle.exit(0);
    });
    app.run_return(|_, _| {});
    Ok(())
}

/// Tauri would panic without one.
fn find_display() -> Result<(), String> {
    #[cfg(target_os = "linux")]
    gtk::init().map_err(|_| "there is no display to open a window on".to_owned())?;
    Ok(())
}

//! `serve`: the window's pages in a browser, and JSON-RPC for scripts, on this computer only.
//!
//! Whoever has the token can do what the profile's owner can. It lies in no log and in no address
//! that a request carries.

mod address;
mod connection;
mod door;
mod http;
mod pace;
mod pages;
mod shield;
mod steady;
mod talk;
mod token;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use api::socket::Client;
use api::{Desk, Error, Options, Stay};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::Serve;
use crate::output::print;
use crate::unlock;
use http::Site;
use pages::Pages;

/// What may still be under way at the end has so long.
const CLOSE: Duration = Duration::from_secs(3);

/// The first and only line on standard output.
#[derive(Serialize)]
struct Ready<'a> {
    ready: bool,
    url: &'a str,
    rpc: &'a str,
    ws: &'a str,
    token: &'a str,
}

/// Serves the profile until the process is told to end.
pub(crate) async fn serve(options: Options, wish: &Serve, json: bool) -> Result<ExitCode, Error> {
    let pages = Pages::load(&pages::folder(wish.ui.as_deref())?)?;
    let listener = address::listen(&wish.listen).await?;
    if Client::connect(&options.dir).await.is_some() {
        return Err(Error::new("profile_in_use", "another program serves this profile already"));
    }
    let desk = Desk::open(options, Stay::Resident, unlock::passphrase).await;
    let done = until_told(&desk, listener, pages, json).await;
    // What is saved is safe; what a dead network holds up is sent by the next program.
    if tokio::time::timeout(CLOSE, desk.close()).await.is_err() {
        tracing::warn!("the profile was still busy at the end");
    }
    done
}

async fn until_told(
    desk: &Desk,
    listener: TcpListener,
    pages: Pages,
    json: bool,
) -> Result<ExitCode, Error> {
    presentable(desk).await?;
    let io = |error: std::io::Error| Error::new("io", error.to_string());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(io)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(io)?;
    let at = listener.local_addr().map_err(io)?;
    let site = Arc::new(Site::new(desk.clone(), pages, at)?);
    tell(&site, at, json)?;
    tokio::select! {
        () = connection::accept(&listener, &site) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    drop(listener);
    connection::end(&site).await;
    Ok(ExitCode::SUCCESS)
}

/// A page can make a profile and unlock one. Whatever else keeps it shut, a page cannot mend.
async fn presentable(desk: &Desk) -> Result<(), Error> {
    match desk.app().await {
        Err(why) if !matches!(why.code.as_str(), "no_profile" | "wrong_key") => Err(why),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn tell(site: &Site, at: std::net::SocketAddr, json: bool) -> Result<(), Error> {
    let token = site.token.text();
    let (rpc, ws) = (format!("http://{at}/rpc"), format!("ws://{at}/ws"));
    let url = format!("http://{at}/#token={token}");
    let ready = Ready { ready: true, url: &url, rpc: &rpc, ws: &ws, token };
    let human = |ready: &Ready<'_>| {
        format!(
            "{}\n\nOpen this address in a browser on this computer; no other one is let in. \
             Whoever has it\ncan do whatever you can: show it to nobody. Ctrl-C ends it.",
            ready.url
        )
    };
    print(json, &ready, human).map(drop)
}

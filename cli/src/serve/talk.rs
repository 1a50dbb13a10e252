//! A WebSocket from its beginning to its end.

use std::time::Duration;

use api::rpc::{self, MAX_TEXT};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use futures::stream::{self, SplitStream};
use futures::{SinkExt, StreamExt, future};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite;

use super::http::Site;
use super::pace::Pace;

/// What is read of a message before the connection is broken off; up to here, a message that is too
/// long gets a proper end.
const MAX_READ: usize = 4 * MAX_TEXT;
/// How long the other side has to say that it is leaving, too.
const LEAVE: Duration = Duration::from_millis(500);
/// Messages: so many at once, then so many a second. Who is faster waits.
const MESSAGES: (u32, u32) = (200, 50);

/// Bounds what is kept in memory for a WebSocket.
pub(super) fn limited(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(MAX_READ).max_frame_size(MAX_READ)
}

/// Answers calls and tells events until one side leaves.
pub(super) async fn talk(site: &Site, socket: WebSocket) {
    let (mut sink, mut source) = socket.split();
    let (texts, mut calls) = mpsc::channel(1);
    let incoming = stream::poll_fn(move |cx| calls.poll_recv(cx));
    let outgoing = (&mut sink)
        .with(|text: String| future::ready(Ok::<_, axum::Error>(Message::Text(text.into()))));
    let code = tokio::select! {
        code = read(&mut source, texts) => code,
        () = rpc::converse(&site.desk, incoming, outgoing) => close_code::AWAY,
        () = site.ended() => close_code::AWAY,
    };
    let end = CloseFrame { code, reason: "".into() };
    let leave = async {
        if sink.send(Message::Close(Some(end))).await.is_ok() {
            while let Some(Ok(_)) = source.next().await {}
        }
    };
    // Who does not answer is left without a word.
    let _ = timeout(LEAVE, leave).await;
}

/// Hands on what arrives, until something ends it: the code to close with.
async fn read(source: &mut SplitStream<WebSocket>, texts: mpsc::Sender<String>) -> u16 {
    let mut pace = Pace::new(MESSAGES.0, MESSAGES.1);
    loop {
        let text = match source.next().await {
            Some(Ok(Message::Text(text))) if text.len() <= MAX_TEXT => Some(text.to_string()),
            Some(Ok(Message::Text(_))) => return close_code::SIZE,
            Some(Ok(Message::Binary(_))) => return close_code::UNSUPPORTED,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
            Some(Ok(Message::Close(_))) | None => return close_code::NORMAL,
            Some(Err(error)) => return code(error),
        };
        while let Err(wait) = pace.take(Instant::now()) {
            sleep(wait).await;
        }
        if let Some(text) = text
            && texts.send(text).await.is_err()
        {
            return close_code::AWAY;
        }
    }
}

fn code(error: axum::Error) -> u16 {
    match error.into_inner().downcast_ref() {
        Some(tungstenite::Error::Capacity(_)) => close_code::SIZE,
        Some(tungstenite::Error::Utf8(_)) => close_code::INVALID,
        _ => close_code::PROTOCOL,
    }
}

//! The held stream to the home worker: what it tells goes to a channel, beats go both ways.
//!
//! Run for [`crate::LightNode`], and for workers that follow a manager; one task per subscription. It ends when the worker falls silent,
//! the stream breaks, or nobody listens any more; then the channel ends, too.

use crate::NetError;
use crate::transport::{Channel, ChannelReceiver, ChannelSender};
use std::time::Duration;
use tokio::sync::mpsc;
use wire::events::{Event, Subscribe};
use wire::{Decode, Encode};

/// So many beats unanswered, and the worker is taken for gone.
const MISSED: u32 = 3;
/// Events that wait to be taken; the worker waits when there are more.
const WAITING: usize = 256;
/// An event is a header or less.
const MAX_EVENT: usize = wire::protocol::MAX_REQUEST * 2;

/// Subscribes over a channel of [`wire::protocol::EVENTS`] and starts the task; a beat goes out
/// this often. The events end when the stream dies, and the stream dies when the receiver is
/// dropped.
///
/// # Errors
/// [`NetError`] if the subscription cannot be sent.
pub async fn subscribe(
    mut channel: Channel,
    to: &Subscribe,
    beat: Duration,
) -> Result<mpsc::Receiver<Event>, NetError> {
    channel.send(&to.to_bytes()).await?;
    let (events, receiver) = mpsc::channel(WAITING);
    tokio::spawn(follow(channel, events, beat));
    Ok(receiver)
}

async fn follow(channel: Channel, events: mpsc::Sender<Event>, beat: Duration) {
    let (sender, receiver) = channel.split();
    let end = tokio::select! {
        end = tell(sender, beat) => end,
        end = hear(receiver, &events, beat) => end,
        () = events.closed() => Ok(()),
    };
    if let Err(error) = end {
        tracing::debug!(%error, "the events ended");
    }
}

async fn tell(mut sender: ChannelSender, beat: Duration) -> Result<(), NetError> {
    loop {
        tokio::time::sleep(beat).await;
        sender.send(&Subscribe::Beat.to_bytes()).await?;
    }
}

async fn hear(
    mut receiver: ChannelReceiver,
    events: &mpsc::Sender<Event>,
    beat: Duration,
) -> Result<(), NetError> {
    let patience = beat.saturating_mul(MISSED);
    loop {
        let frame = tokio::time::timeout(patience, receiver.receive(MAX_EVENT)).await;
        let Some(frame) = frame.unwrap_or(Err(NetError::Timeout))? else { return Ok(()) };
        match Event::from_bytes(&frame).map_err(|_| NetError::BadReply)? {
            Event::Beat => {}
            event @ (Event::Mail(_) | Event::Header(_) | Event::Warrant(_)) => {
                if events.send(event).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Incoming, Transport};
    use types::QueueId;
    use wire::events::Follow;

    const EVENTS: &str = wire::protocol::EVENTS;
    const BEAT: Duration = Duration::from_millis(100);

    async fn subscribed(beat: Duration) -> (Transport, Incoming, mpsc::Receiver<Event>) {
        let listen = "/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap();
        let worker = Transport::spawn([1; 32], &[listen]).await.unwrap();
        let incoming = worker.accept(EVENTS).unwrap();
        let app = Transport::spawn([2; 32], &[]).await.unwrap();
        app.connect(worker.id(), &worker.addresses()).await.unwrap();
        let channel = app.open(worker.id(), EVENTS).await.unwrap();
        let to = Subscribe::To { queues: vec![], headers: Follow::None };
        (worker, incoming, subscribe(channel, &to, beat).await.unwrap())
    }

    #[tokio::test]
    async fn events_arrive_and_beats_go_out() {
        let (_worker, mut incoming, mut events) = subscribed(BEAT).await;
        let (_, mut channel) = incoming.next().await.unwrap();
        let first = channel.receive(1000).await.unwrap().unwrap();
        assert!(matches!(Subscribe::from_bytes(&first), Ok(Subscribe::To { .. })));
        for n in 0..5 {
            let beat = channel.receive(1000).await.unwrap().unwrap();
            assert_eq!(Subscribe::from_bytes(&beat), Ok(Subscribe::Beat));
            channel.send(&Event::Beat.to_bytes()).await.unwrap();
            channel.send(&Event::Mail(QueueId([n; 32])).to_bytes()).await.unwrap();
            assert_eq!(events.recv().await, Some(Event::Mail(QueueId([n; 32]))));
        }
    }

    #[tokio::test]
    async fn a_silent_worker_ends_the_events() {
        let (_worker, mut incoming, mut events) = subscribed(BEAT).await;
        let _held = incoming.next().await.unwrap();
        assert_eq!(events.recv().await, None);
    }

    #[tokio::test]
    async fn garbage_ends_the_events() {
        let (_worker, mut incoming, mut events) = subscribed(Duration::from_secs(60)).await;
        let (_, mut channel) = incoming.next().await.unwrap();
        channel.send(b"garbage").await.unwrap();
        assert_eq!(events.recv().await, None);
    }

    #[tokio::test]
    async fn nobody_listening_ends_the_stream() {
        let (_worker, mut incoming, events) = subscribed(Duration::from_secs(60)).await;
        let (_, mut channel) = incoming.next().await.unwrap();
        channel.receive(1000).await.unwrap();
        drop(events);
        assert!(!matches!(channel.receive(1000).await, Ok(Some(_))));
    }
}

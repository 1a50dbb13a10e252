//! One stream to one peer, seen as frames in both directions.
//!
//! A request is one frame each way; the events and the consensus hold their channel open. Dropping
//! a channel ends the stream.

use crate::{NetError, frame};
use futures::{AsyncReadExt, AsyncWriteExt, io::ReadHalf, io::WriteHalf};
use libp2p::Stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::OwnedSemaphorePermit;

/// A stream's places under the limits; given back when the stream is dropped.
#[derive(Debug, Clone, Default)]
pub(super) struct Permits(
    #[expect(dead_code, reason = "held, never read")] Arc<[OwnedSemaphorePermit]>,
);

impl Permits {
    pub(super) fn of<const N: usize>(permits: [OwnedSemaphorePermit; N]) -> Self {
        Self(Arc::new(permits))
    }
}

/// A stream and its places under the limits.
#[derive(Debug)]
pub(super) struct Counted {
    /// The stream.
    pub(super) stream: Stream,
    /// Its places.
    pub(super) permits: Permits,
}

/// Bytes that went through a transport's channels.
#[derive(Debug, Default)]
pub(super) struct Meter {
    received: AtomicU64,
    sent: AtomicU64,
}

impl Meter {
    /// Received, sent.
    pub(super) fn read(&self) -> (u64, u64) {
        (self.received.load(Ordering::Relaxed), self.sent.load(Ordering::Relaxed))
    }
}

fn count(counter: &AtomicU64, frame: &[u8]) {
    let bytes = frame.len().saturating_add(frame::HEADER);
    counter.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// Frames to and from one peer.
#[derive(Debug)]
pub struct Channel {
    sender: ChannelSender,
    receiver: ChannelReceiver,
}

/// The writing half.
#[derive(Debug)]
pub struct ChannelSender {
    stream: WriteHalf<Stream>,
    meter: Arc<Meter>,
    _permits: Permits,
}

/// The reading half.
#[derive(Debug)]
pub struct ChannelReceiver {
    stream: ReadHalf<Stream>,
    meter: Arc<Meter>,
    _permits: Permits,
}

impl Channel {
    pub(super) fn new(Counted { stream, permits }: Counted, meter: &Arc<Meter>) -> Self {
        let (reader, writer) = stream.split();
        let (meter, again) = (Arc::clone(meter), Arc::clone(meter));
        let sender = ChannelSender { stream: writer, meter, _permits: permits.clone() };
        let receiver = ChannelReceiver { stream: reader, meter: again, _permits: permits };
        Self { sender, receiver }
    }

    /// Sends one frame.
    ///
    /// # Errors
    /// As [`ChannelSender::send`].
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), NetError> {
        self.sender.send(frame).await
    }

    /// Receives one frame.
    ///
    /// # Errors
    /// As [`ChannelReceiver::receive`].
    pub async fn receive(&mut self, limit: usize) -> Result<Option<Vec<u8>>, NetError> {
        self.receiver.receive(limit).await
    }

    /// Says that nothing more will be sent; the other direction stays open.
    pub async fn finish(&mut self) {
        self.sender.finish().await;
    }

    /// Both directions, to be used by two tasks.
    #[must_use]
    pub fn split(self) -> (ChannelSender, ChannelReceiver) {
        (self.sender, self.receiver)
    }
}

impl ChannelSender {
    /// Sends one frame. Not cancel-safe: a send given up half-way leaves half a frame behind.
    ///
    /// # Errors
    /// [`NetError::Closed`] if the stream has ended, [`NetError::TooLong`] from 4 GiB on.
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), NetError> {
        frame::write(&mut self.stream, frame).await?;
        count(&self.meter.sent, frame);
        Ok(())
    }

    /// Says that nothing more will be sent.
    pub async fn finish(&mut self) {
        // If the stream has ended already, there is nothing left to say.
        drop(self.stream.close().await);
    }
}

impl ChannelReceiver {
    /// Receives one frame of at most `limit` bytes; `None` when the other side has finished. Not
    /// cancel-safe: a receive given up half-way loses the bytes it had.
    ///
    /// # Errors
    /// [`NetError::Closed`] if the stream ends inside a frame, [`NetError::TooLong`] over the
    /// limit; the channel is of no use after either.
    pub async fn receive(&mut self, limit: usize) -> Result<Option<Vec<u8>>, NetError> {
        let frame = frame::read(&mut self.stream, limit).await?;
        if let Some(frame) = &frame {
            count(&self.meter.received, frame);
        }
        Ok(frame)
    }
}

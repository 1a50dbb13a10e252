//! Frames on a stream: a four-byte big-endian length, then so many bytes.
//!
//! Used by channels alone. A foreign length never makes us allocate: the buffer grows with the
//! bytes that really arrive.

use crate::NetError;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Bytes before each frame.
pub(crate) const HEADER: usize = 4;

/// Writes one frame and flushes it.
pub(crate) async fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    frame: &[u8],
) -> Result<(), NetError> {
    let length = u32::try_from(frame.len()).map_err(|_| NetError::TooLong)?;
    let closed = |_| NetError::Closed;
    stream.write_all(&length.to_be_bytes()).await.map_err(closed)?;
    stream.write_all(frame).await.map_err(closed)?;
    stream.flush().await.map_err(closed)
}

/// Reads one frame of at most `limit` bytes; `None` where the stream ends between frames.
pub(crate) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> Result<Option<Vec<u8>>, NetError> {
    let mut header = [0; HEADER];
    let closed = |_| NetError::Closed;
    let (first, rest) = header.split_at_mut(1);
    if stream.read(first).await.map_err(closed)? == 0 {
        return Ok(None);
    }
    stream.read_exact(rest).await.map_err(closed)?;
    let length = u32::from_be_bytes(header);
    if usize::try_from(length).map_or(true, |length| length > limit) {
        return Err(NetError::TooLong);
    }
    let mut frame = Vec::new();
    stream.take(u64::from(length)).read_to_end(&mut frame).await.map_err(closed)?;
    if u32::try_from(frame.len()) == Ok(length) { Ok(Some(frame)) } else { Err(NetError::Closed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::io::Cursor;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<Option<&[u8]>, NetError>) {
        let frame = block_on(read(&mut Cursor::new(bytes), 3));
        assert_eq!(frame.as_ref().map(Option::as_deref), expected.as_ref().copied(), "{bytes:?}");
    }

    #[test]
    fn only_whole_frames_within_the_limit_are_read() {
        check(&[], Ok(None));
        check(&[0, 0, 0, 0], Ok(Some(&[])));
        check(&[0, 0, 0, 3, 1, 2, 3, 9], Ok(Some(&[1, 2, 3])));
        check(&[0, 0, 0, 4, 1, 2, 3, 4], Err(NetError::TooLong));
        check(&[255, 255, 255, 255], Err(NetError::TooLong));
        check(&[0, 0], Err(NetError::Closed));
        check(&[0, 0, 0, 3, 1], Err(NetError::Closed));
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        block_on(write(&mut bytes, b"abc")).unwrap();
        assert_eq!(bytes, [0, 0, 0, 3, b'a', b'b', b'c']);
    }
}

//! Entry points for fuzzing: must never panic.

use crate::{Bootstrap, frame};
use futures::executor::block_on;
use futures::io::Cursor;

/// A node's address: what is read writes the same value.
pub fn fuzz_bootstrap(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(bootstrap) = Bootstrap::parse(text) {
        assert_eq!(Bootstrap::parse(&bootstrap.to_string()).as_ref(), Ok(&bootstrap));
    }
}

/// A stream of frames: those that are read write the same bytes.
pub fn fuzz_frames(bytes: &[u8]) {
    let (mut stream, mut written) = (Cursor::new(bytes), Vec::new());
    while let Ok(Some(read)) = block_on(frame::read(&mut stream, 1024)) {
        assert!(read.len() <= 1024);
        assert_eq!(block_on(frame::write(&mut written, &read)), Ok(()));
    }
    assert!(bytes.starts_with(&written));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_take_anything() {
        for bytes in [&[][..], b"/ip4/1.2.3.4/udp/1/quic-v1#", &[0, 0, 0, 1, 9, 0, 0, 255, 255]] {
            fuzz_bootstrap(bytes);
            fuzz_frames(bytes);
        }
    }
}

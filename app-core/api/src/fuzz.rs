//! What a fuzzer feeds: foreign bytes must never panic.

/// A text as it comes over the socket or from a page.
pub fn fuzz_rpc(bytes: &[u8]) {
    crate::rpc::fuzz(&String::from_utf8_lossy(bytes));
}

//! Attachments of somebody who does not have the key.

use super::Predictable;
use crate::{
    RatchetError,
    attachment::{AttachmentKey, Encryptor, IncrementalMac, StreamDecryptor, Verifier},
};
use sha2::{Digest, Sha256};

/// Reads foreign bytes as an attachment, with the digest and the list of MACs that its maker likes
/// but without the key: nothing may come out. As a file, they must come back.
pub fn fuzz_attachment(bytes: &[u8]) {
    let rng = &mut Predictable(0);
    let key = AttachmentKey::generate(rng);
    let digest = Sha256::digest(bytes).into();
    let mut verifier = Verifier::new(&key);
    assert!(verifier.update(bytes).is_ok());
    assert!(verifier.finish(&digest).is_err());

    let mut out = vec![];
    if let Some(([chunk, count, size], blob)) = bytes.split_first_chunk::<3>() {
        let macs = usize::from(*count).saturating_mul(32).min(blob.len());
        let (macs, blob) = blob.split_at(macs);
        for portion in [7, usize::MAX] {
            if let Ok(list) = IncrementalMac::parse(u32::from(*chunk), macs)
                && let Ok(mut stream) = StreamDecryptor::new(&key, (*size).into(), digest, &list)
            {
                let mut portions = blob.chunks(portion);
                let _ = portions.try_for_each(|portion| stream.update(portion, &mut out));
                assert!(stream.finish(&mut out).is_err());
            }
        }
    }
    assert!(out.is_empty());

    assert_eq!(attachment_round_trip(&key, bytes, rng).as_deref(), Ok(bytes));
}

fn attachment_round_trip(
    key: &AttachmentKey,
    file: &[u8],
    rng: &mut Predictable,
) -> Result<Vec<u8>, RatchetError> {
    let mut blob = vec![];
    let mut encryptor = Encryptor::new(key, file.len() as u64, rng)?;
    for part in file.chunks(333) {
        encryptor.update(part, &mut blob)?;
    }
    while encryptor.pad(&mut blob)? {}
    let sealed = encryptor.finish(&mut blob)?;
    let mut verifier = Verifier::new(key);
    verifier.update(&blob)?;
    let mut decryptor = verifier.finish(&sealed.digest)?.into_decryptor(sealed.size)?;
    let mut stream = StreamDecryptor::new(key, sealed.size, sealed.digest, &sealed.incremental)?;
    let (mut stored, mut streamed) = (vec![], vec![]);
    decryptor.update(&blob, &mut stored)?;
    decryptor.finish(&mut stored)?;
    stream.update(&blob, &mut streamed)?;
    stream.finish(&mut streamed)?;
    assert!(stored == streamed);
    Ok(stored)
}

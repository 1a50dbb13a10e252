//! Fonts as they are published for the web (WOFF 1.0), unpacked to what a PDF takes.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// Our own fonts are far smaller.
const MAX_TABLE: usize = 8 * 1024 * 1024;
const HEADER: usize = 44;
const ENTRY: usize = 20;

/// The tables of a WOFF file in an `sfnt` file; nothing if it is none.
pub(crate) fn unpack(woff: &[u8]) -> Option<Vec<u8>> {
    if woff.get(..4)? != b"wOFF" {
        return None;
    }
    let flavor = woff.get(4..8)?;
    let count = u16::from_be_bytes(woff.get(12..14)?.try_into().ok()?);
    let end = usize::from(count).checked_mul(ENTRY)?.checked_add(HEADER)?;
    let entries = woff.get(HEADER..end)?.chunks_exact(ENTRY);
    let tables = entries.map(|entry| table(woff, entry)).collect::<Option<Vec<_>>>()?;
    let log = u16::try_from(count.checked_ilog2()?).ok()?;
    let range = 16_u16.checked_shl(log.into())?;
    let mut head = flavor.to_vec();
    for number in [count, range, log, count.checked_mul(16)?.checked_sub(range)?] {
        head.extend(number.to_be_bytes());
    }
    let mut at = usize::from(count).checked_mul(16)?.checked_add(12)?;
    let mut body = Vec::new();
    for (tag, sum, bytes) in tables {
        head.extend(tag);
        head.extend(sum);
        for number in [at, bytes.len()] {
            head.extend(u32::try_from(number).ok()?.to_be_bytes());
        }
        let padded = bytes.len().next_multiple_of(4);
        at = at.checked_add(padded)?;
        body.extend(&bytes);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    head.extend(body);
    Some(head)
}

/// Tag, checksum and bytes of a table.
fn table(woff: &[u8], entry: &[u8]) -> Option<([u8; 4], [u8; 4], Vec<u8>)> {
    let word = |at: usize| entry.get(at..)?.first_chunk::<4>().copied();
    let number = |at| usize::try_from(u32::from_be_bytes(word(at)?)).ok();
    let (start, packed, whole) = (number(4)?, number(8)?, number(12)?);
    let bytes = woff.get(start..start.checked_add(packed)?)?;
    let bytes = if packed < whole {
        decompress_to_vec_zlib_with_limit(bytes, MAX_TABLE).ok()?
    } else {
        bytes.to_vec()
    };
    (bytes.len() == whole).then_some((word(0)?, word(16)?, bytes))
}

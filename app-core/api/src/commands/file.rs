//! Files that a person asks for, in the folder of downloads: a window lets no page write one.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use statement::PaymentDisclosure;
use wallet::review::{ReviewerCard, SealedCard};
use wire::Decode;

use crate::commands::review::unhex;
use crate::params::FileSave;
use crate::surroundings::downloads;
use crate::{Error, SavedFile, SavedKind};

/// Writes a text that the window shows as the file that others take: of no other kind, under a name of
/// ours, never over another one.
///
/// # Errors
/// `bad_card`, `bad_disclosure`, `bad_reviewer` for what is none; `io` if there is no such folder, or it
/// cannot be written.
pub(crate) fn file_save(wish: &FileSave) -> Result<SavedFile, Error> {
    let bytes = contents(wish.kind, &wish.text)?;
    let (name, ending) = match wish.kind {
        SavedKind::ReviewKey => ("bcm-review-key", "bcmg"),
        SavedKind::Payment => ("bcm-payment", "bcmp"),
        SavedKind::ReviewerCard => ("bcm-reviewer-card", "txt"),
    };
    Ok(SavedFile { path: put_down(name, (ending, &bytes))? })
}

/// What is to be in the file, once it is known to be of its kind.
fn contents(kind: SavedKind, text: &str) -> Result<Vec<u8>, Error> {
    let text = text.trim();
    match kind {
        SavedKind::ReviewKey => {
            let bytes = unhex(text).filter(|bytes| SealedCard::from_bytes(bytes).is_ok());
            bytes.ok_or_else(|| Error::new("bad_card", "this is no sealed review key"))
        }
        SavedKind::Payment => {
            let bytes = unhex(text).filter(|bytes| PaymentDisclosure::read(bytes).is_ok());
            bytes.ok_or_else(|| Error::new("bad_disclosure", "this shows no payment"))
        }
        SavedKind::ReviewerCard => {
            let card = ReviewerCard::parse(text).map(|card| format!("{}\n", card.to_text()));
            let words = "this is no whole reviewer's card";
            card.map(String::into_bytes).ok_or_else(|| Error::new("bad_reviewer", words))
        }
    }
}

/// Writes a file into the folder of downloads; says where it lies.
///
/// # Errors
/// `io` if there is no such folder, or it cannot be written.
pub(super) fn put_down(name: &str, file: (&str, &[u8])) -> Result<String, Error> {
    let none = || Error::new("io", "there is no folder to put the file into");
    saved(&downloads().ok_or_else(none)?, name, file)
}

/// Writes a file that only its owner reads, beside those that are there already.
fn saved(folder: &Path, name: &str, (ending, bytes): (&str, &[u8])) -> Result<String, Error> {
    /// So many of one name are enough.
    const MOST: u32 = 1000;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    for copy in 1..=MOST {
        let number = if copy > 1 { format!("-{copy}") } else { String::new() };
        let path = folder.join(format!("{name}{number}.{ending}"));
        let io = |error: std::io::Error| Error::new("io", format!("{}: {error}", path.display()));
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).map_err(io)?;
                return Ok(path.display().to_string());
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io(error)),
        }
    }
    Err(Error::new("io", "there are a thousand files of this name already"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::review::hex;

    #[test]
    fn a_file_never_overwrites_another() {
        let folder = tempfile::tempdir().unwrap();
        let put = |bytes: &[u8]| saved(folder.path(), "one", ("csv", bytes)).unwrap();
        let paths = [put(b"one"), put(b"two")];
        assert!(paths[0].ends_with("one.csv") && paths[1].ends_with("one-2.csv"), "{paths:?}");
        let read = paths.map(|path| std::fs::read(path).unwrap());
        assert_eq!(read, [b"one".to_vec(), b"two".to_vec()]);
        let missing = folder.path().join("none");
        assert_eq!(saved(&missing, "one", ("csv", b"x")).unwrap_err().code, "io");
    }

    /// A file that the fuzzers begin with.
    fn kept(path: &str) -> Vec<u8> {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
        std::fs::read(corpus.join(path)).unwrap()
    }

    #[test]
    fn what_is_shown_as_text_becomes_the_file_that_others_take() {
        let kinds = [
            (SavedKind::ReviewKey, "wallet-sealed-card/standing"),
            (SavedKind::Payment, "statement-payment/payer"),
        ];
        for (kind, path) in kinds {
            let (bytes, other) = (kept(path), kept("wallet-reviewer/rita"));
            assert_eq!(contents(kind, &format!("{}\n", hex(&bytes))).unwrap(), bytes);
            assert_eq!(contents(kind, &hex(&bytes).to_uppercase()).unwrap(), bytes);
            contents(kind, &hex(&bytes[1..])).unwrap_err();
            contents(kind, &hex(&other)).unwrap_err();
        }
    }

    #[test]
    fn nothing_is_written_but_what_others_take_as_it_is() {
        let wrong = [
            (SavedKind::ReviewKey, "bad_card"),
            (SavedKind::Payment, "bad_disclosure"),
            (SavedKind::ReviewerCard, "bad_reviewer"),
        ];
        for (kind, code) in wrong {
            for text in ["", "#!/bin/sh", "42434d4701", "bcmr:3d9L5Dp"] {
                assert_eq!(contents(kind, text).unwrap_err().code, code, "{text}");
            }
        }
    }
}

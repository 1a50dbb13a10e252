//! Where the interface keeps its few preferences (language, colours): in the profile's folder, so
//! that two profiles share nothing. No message, name or amount is kept there.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

/// The folder for it, made private; `None` if nothing is to be kept.
///
/// Before there is a profile, its folder is made here as the store would make it. A folder that
/// holds other things but no profile may be somebody's by mistake: nothing is put there.
pub(crate) fn folder(dir: &Path, has_profile: bool) -> Option<PathBuf> {
    let storage = dir.join("webview");
    if !has_profile && !storage.exists() && !is_new(dir) {
        return None;
    }
    // A folder that cannot be made is no reason to show nothing.
    make_private(dir).and_then(|()| make_private(&storage)).ok()?;
    Some(storage)
}

fn is_new(dir: &Path) -> bool {
    match fs::read_dir(dir) {
        Ok(mut content) => content.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Makes the folder for its owner alone. What is in one that is not empty may be shared on purpose.
fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::fs::Permissions;
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700);
        if dir.exists() && is_new(dir) {
            fs::set_permissions(dir, Permissions::from_mode(0o700))?;
        }
    }
    builder.create(dir)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(dir: &Path) -> u32 {
        fs::metadata(dir).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_profile_to_be_gets_a_private_folder_that_later_starts_find_again() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("bcm").join("profile");
        let storage = folder(&dir, false).unwrap();
        assert_eq!([mode(&dir), mode(&storage)], [0o700, 0o700]);
        assert_eq!(folder(&dir, false), Some(storage.clone()));
        assert_eq!(folder(&dir, true), Some(storage));
    }

    #[test]
    fn an_empty_folder_becomes_private() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        folder(dir.path(), false).unwrap();
        assert_eq!(mode(dir.path()), 0o700);
    }

    #[test]
    fn nothing_is_put_among_things_that_are_no_profile() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("letter.txt"), "dear").unwrap();
        assert_eq!(folder(dir.path(), false), None);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        // With a profile among them it is the person's wish.
        assert!(folder(dir.path(), true).is_some());
    }

    #[test]
    fn a_place_where_nothing_can_be_made_keeps_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(folder(&file.join("profile"), true), None);
    }
}

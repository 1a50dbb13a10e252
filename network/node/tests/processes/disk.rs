//! A small disk of its own under a manager's folder, where the test may make one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// Puts one under the folder with all that lies there; `None` for whoever may not.
    pub(crate) fn under(folder: &Path) -> Option<Self> {
        let aside = folder.with_extension("aside");
        fs::rename(folder, &aside).unwrap();
        fs::create_dir(folder).unwrap();
        let options = ["-t", "tmpfs", "-o", "size=24m", "tmpfs"];
        let mounted = Command::new("mount").args(options).arg(folder).output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            fs::remove_dir(folder).unwrap();
            fs::rename(&aside, folder).unwrap();
            return None;
        }
        let disk = Self { at: folder.to_owned() };
        move_files(&aside, folder);
        Some(disk)
    }

    /// Leaves no byte.
    pub(crate) fn fill(&self) {
        let path = self.at.join("filler");
        let mut file = fs::File::create(path).unwrap();
        for length in [1 << 20, 1 << 12, 1] {
            let piece = vec![7; length];
            while std::io::Write::write_all(&mut file, &piece).is_ok() {}
        }
    }

    pub(crate) fn empty(&self) {
        fs::remove_file(self.at.join("filler")).unwrap();
    }

    /// Takes it away; what lay on it lies in the folder.
    pub(crate) fn remove(self) {
        let aside = self.at.with_extension("aside");
        move_files(&self.at, &aside);
        let at = self.at.clone();
        drop(self);
        fs::remove_dir(&at).unwrap();
        fs::rename(aside, at).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A test that fails has its process there still.
        let _ = Command::new("umount").arg("-l").arg(&self.at).output();
    }
}

fn move_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let moved = Command::new("cp").arg("-a").arg(&from).arg(to).status().unwrap();
        assert!(moved.success());
        let is_folder = fs::metadata(&from).unwrap().is_dir();
        if is_folder { fs::remove_dir_all(from) } else { fs::remove_file(from) }.unwrap();
    }
}

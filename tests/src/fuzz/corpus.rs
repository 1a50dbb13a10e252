//! The inputs that are kept: `tests/corpus/<target>/<name>`, raw bytes.

use anyhow::{Context, Result};
use std::path::PathBuf;

/// A kept input.
#[derive(Debug)]
pub struct Entry {
    /// The file's name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// All inputs of a target, by name.
///
/// # Errors
/// When the folder or a file in it cannot be read.
pub fn load(target: &str) -> Result<Vec<Entry>> {
    let folder = folder(target);
    let mut entries = vec![];
    for file in std::fs::read_dir(&folder).with_context(|| format!("no corpus for {target}"))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        entries.push(Entry { name, bytes });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Keeps an input.
///
/// # Errors
/// When the file cannot be written.
pub fn save(target: &str, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let folder = folder(target);
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    std::fs::write(&path, bytes).with_context(|| format!("{}", path.display()))?;
    Ok(path)
}

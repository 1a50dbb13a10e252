//! The text files of the checkout, as they would be committed.

use anyhow::{Context, Result};
use std::path::Path;

/// Raw bytes for decoders: nobody's prose.
const BYTES: &str = "tests/corpus";

/// Every text file.
pub(crate) struct Tree {
    pub(super) files: Vec<TextFile>,
}

/// One of them.
pub(crate) struct TextFile {
    /// Below the root, with slashes.
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    /// Reads all, but for what `.gitignore` names.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let ignored = std::fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let mut skipped: Vec<&str> = ignored.lines().map(|line| line.trim_matches('/')).collect();
        skipped.extend([".git", BYTES]);
        let mut tree = Self { files: vec![] };
        tree.folder(root, "", &skipped)?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn folder(&mut self, folder: &Path, prefix: &str, skipped: &[&str]) -> Result<()> {
        let unreadable = || format!("{} cannot be read", folder.display());
        for entry in std::fs::read_dir(folder).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().with_context(unreadable)?;
            if skipped.contains(&&*name) || skipped.contains(&&*path) {
                continue;
            }
            if kind.is_dir() {
                self.folder(&entry.path(), &format!("{path}/"), skipped)?;
            } else if kind.is_file() {
                let bytes = std::fs::read(entry.path()).with_context(unreadable)?;
                self.files
                    .extend(String::from_utf8(bytes).ok().map(|text| TextFile { path, text }));
            }
        }
        Ok(())
    }
}

impl TextFile {
    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// True for Rust that only tests see.
    pub(super) fn is_test(&self) -> bool {
        self.name() == "tests.rs" || self.path.split('/').any(|part| part == "tests")
    }

    /// The number of lines before an inline test module at the foot, and from there on.
    pub(super) fn sizes(&self) -> (usize, usize) {
        let lines: Vec<&str> = self.text.lines().collect();
        let opens = |start: &usize| {
            let behind = lines.iter().skip(*start).find(|line| !line.starts_with("#["));
            lines.get(*start).is_some_and(|line| *line == "#[cfg(test)]")
                && behind.is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
        };
        let code = (0..lines.len()).find(opens).unwrap_or(lines.len());
        (code, lines.len() - code)
    }
}

#[cfg(test)]
pub(super) mod tests;

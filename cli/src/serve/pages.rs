//! The pages: files of one folder, read at the start. Afterwards nothing of the disk can be asked
//! for, whatever a path says.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use api::Error;
use axum::body::Bytes;

const INDEX: &str = "index.html";
/// All files together; the built pages are far smaller.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
const MAX_FILES: usize = 2000;
const MAX_DEPTH: usize = 8;

/// Content types by the end of a name; nothing is ever guessed from a content.
const TYPES: [(&str, &str); 13] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("txt", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("webp", "image/webp"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
    ("wasm", "application/wasm"),
];
const OTHER_TYPE: &str = "application/octet-stream";

/// One file.
pub(super) struct Page {
    pub(super) bytes: Bytes,
    pub(super) content_type: &'static str,
}

/// All files, by the path in their address.
pub(super) struct Pages(BTreeMap<String, Page>);

impl Pages {
    /// Reads a folder: plain files only, no links, nothing hidden.
    pub(super) fn load(folder: &Path) -> Result<Self, Error> {
        let mut loading = Loading { pages: BTreeMap::new(), left: MAX_BYTES };
        loading.folder(folder, "/", MAX_DEPTH).map_err(|error| {
            Error::new("ui_not_built", format!("{} cannot be read: {error}", folder.display()))
        })?;
        let Loading { pages, .. } = loading;
        if pages.contains_key(&format!("/{INDEX}")) { Ok(Self(pages)) } else { Err(not_built()) }
    }

    /// The file of this address.
    pub(super) fn find(&self, path: &str) -> Option<&Page> {
        if path == "/" { self.0.get(&format!("/{INDEX}")) } else { self.0.get(path) }
    }
}

/// The folder that was named, else the one of the checkout that this program was built in.
pub(super) fn folder(named: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let own = std::env::current_exe().map_err(|_| not_built())?;
    checkout(&own).ok_or_else(not_built)
}

/// The built pages of the checkout whose `target/<profile>` this program lies in. No other folder is
/// looked at: it may be anybody's.
fn checkout(program: &Path) -> Option<PathBuf> {
    let root = program.ancestors().nth(3)?;
    let pages = root.join("ui").join("dist");
    let built = root.join("Cargo.toml").is_file() && pages.join(INDEX).is_file();
    built.then_some(pages)
}

fn not_built() -> Error {
    let words = "the pages are not there: build them with `npm ci && npm run build` in the folder \
                 ui, or say --ui DIR";
    Error::new("ui_not_built", words)
}

struct Loading {
    pages: BTreeMap<String, Page>,
    left: u64,
}

impl Loading {
    fn folder(&mut self, folder: &Path, at: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let (kind, path) = (entry.file_type()?, format!("{at}{name}"));
            if kind.is_dir() {
                let deeper = depth.checked_sub(1).ok_or_else(too_large)?;
                self.folder(&entry.path(), &format!("{path}/"), deeper)?;
            } else if kind.is_file() {
                self.file(&entry.path(), path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, file: &Path, path: String) -> io::Result<()> {
        let mut bytes = Vec::new();
        fs::File::open(file)?.take(self.left.saturating_add(1)).read_to_end(&mut bytes)?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(size).ok_or_else(too_large)?;
        if self.pages.len() >= MAX_FILES {
            return Err(too_large());
        }
        let content_type = content_type(&path);
        self.pages.insert(path, Page { bytes: bytes.into(), content_type });
        Ok(())
    }
}

fn content_type(path: &str) -> &'static str {
    let end = path.rsplit_once('.').map(|(_, end)| end);
    let known = TYPES.iter().find(|(known, _)| Some(*known) == end);
    known.map_or(OTHER_TYPE, |(_, content_type)| content_type)
}

fn too_large() -> io::Error {
    io::Error::other("too much lies there to be the built pages")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        dir
    }

    #[test]
    fn only_plain_files_of_the_folder_are_pages() {
        let outside = folder_with(&["secret.txt", "more/secret.txt"]);
        let dir =
            folder_with(&["index.html", "assets/a.js", ".git/config", "x.unknown", "a b.txt"]);
        symlink(outside.path().join("secret.txt"), dir.path().join("link.txt")).unwrap();
        symlink(outside.path().join("more"), dir.path().join("assets/more")).unwrap();
        let pages = Pages::load(dir.path()).unwrap();
        let found: Vec<&str> = pages.0.keys().map(String::as_str).collect();
        assert_eq!(found, ["/a b.txt", "/assets/a.js", "/index.html", "/x.unknown"]);
        assert_eq!(pages.find("/").unwrap().bytes, "index.html");
        assert_eq!(pages.find("/index.html").unwrap().content_type, "text/html; charset=utf-8");
        assert_eq!(pages.find("/x.unknown").unwrap().content_type, OTHER_TYPE);
        let name = outside.path().file_name().unwrap().to_str().unwrap();
        for path in ["", "/assets", "/assets/", "//index.html", "/./index.html", "/link.txt"] {
            assert!(pages.find(path).is_none(), "{path}");
        }
        for path in [format!("/../{name}/secret.txt"), format!("/%2e%2e/{name}/secret.txt")] {
            assert!(pages.find(&path).is_none(), "{path}");
        }
    }

    #[test]
    fn what_is_not_built_or_not_pages_is_refused() {
        let code = |folder: &Path| Pages::load(folder).err().unwrap().code;
        assert_eq!(code(folder_with(&["main.js"]).path()), "ui_not_built");
        assert_eq!(code(Path::new("/nonexistent")), "ui_not_built");
        let large = folder_with(&["index.html", "large"]);
        let file = fs::File::create(large.path().join("large")).unwrap();
        file.set_len(MAX_BYTES).unwrap();
        assert_eq!(code(large.path()), "ui_not_built");
        let deep = format!("{}index.html", "a/".repeat(MAX_DEPTH + 1));
        assert_eq!(code(folder_with(&["index.html", &deep]).path()), "ui_not_built");
    }

    #[test]
    fn the_checkouts_pages_are_found_from_the_programs_place() {
        let dir = folder_with(&["Cargo.toml", "ui/dist/index.html", "target/debug/bcm"]);
        let program = dir.path().join("target/debug/bcm");
        assert_eq!(checkout(&program), Some(dir.path().join("ui/dist")));
        // A folder that is no checkout may be anybody's.
        fs::remove_file(dir.path().join("Cargo.toml")).unwrap();
        assert_eq!(checkout(&program), None);
    }
}

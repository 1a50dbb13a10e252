//! What a folder remembers between two starts: the nodes' keys and where they listened.
//!
//! Written before anything else of a new network, so that a start that was cut short goes on with
//! the same keys. The file is its owner's only; the seeds are never logged.

use crate::error::NodeError;
use crate::files;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Grows when a folder of the older format cannot be gone on with.
pub(crate) const FORMAT: u32 = 2;

/// A whole network.
#[derive(Serialize, Deserialize)]
pub(crate) struct Devnet {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// The time of round 0, in milliseconds.
    pub(crate) time: u64,
    /// In no order that matters.
    pub(crate) managers: Vec<Node>,
    /// In the order of the bootstrap list.
    pub(crate) workers: Vec<Node>,
}

/// A worker that joined a network.
#[derive(Serialize, Deserialize)]
pub(crate) struct Joined {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// The network's chain id, in hex.
    pub(crate) chain: String,
    /// The worker.
    pub(crate) worker: Node,
}

/// One manager of a network of processes. Paths are relative to the file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Managing {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// The genesis file.
    pub(crate) genesis: String,
    /// Its own folder: chain, votes, log.
    pub(crate) dir: String,
    /// Where it tells of itself, on loopback; nowhere if left out.
    #[serde(default)]
    pub(crate) status: Option<std::net::SocketAddr>,
    /// Waits for a network that spans the internet, rather than one machine or room.
    #[serde(default)]
    pub(crate) wide: bool,
    /// Where others reach it, if that is not where it listens: behind a forwarding of ports.
    #[serde(default)]
    pub(crate) reached_at: Vec<String>,
    /// How many of the latest rounds it keeps with their bodies and states; 5,400 if left out.
    #[serde(default)]
    pub(crate) horizon: Option<u64>,
    /// Keeps all of them.
    #[serde(default)]
    pub(crate) archive: bool,
    /// Where trust begins after more than 14 days without the network.
    #[serde(default)]
    pub(crate) checkpoint: Option<Vouching>,
    /// This manager.
    pub(crate) manager: Node,
    /// Where the others listen, as far as is known; they tell one another the rest.
    #[serde(default)]
    pub(crate) others: Vec<Other>,
}

/// A header that the operator has from somebody else, as `bcm cli checkpoint` prints it there.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Vouching {
    /// Its round.
    pub(crate) round: u64,
    /// Its id, in hex.
    #[serde(with = "hex::serde")]
    pub(crate) header: [u8; 32],
}

/// Another manager.
#[derive(Serialize, Deserialize)]
pub(crate) struct Other {
    /// Its signing key, in hex.
    #[serde(with = "hex::serde")]
    pub(crate) key: [u8; 32],
    /// Its multiaddrs.
    pub(crate) listen: Vec<String>,
}

/// One node.
#[derive(Serialize, Deserialize)]
pub(crate) struct Node {
    /// Its Ed25519 seed.
    #[serde(with = "hex::serde")]
    pub(crate) seed: [u8; 32],
    /// Where it listened the last time.
    #[serde(default)]
    pub(crate) listen: Vec<String>,
}

impl Node {
    /// A node that has never run.
    pub(crate) fn generate() -> Self {
        Self { seed: rand::random(), listen: Vec::new() }
    }
}

/// Settings that lie in a file of their own.
pub(crate) trait Settings: Serialize + DeserializeOwned {
    /// The file's name in its folder.
    const FILE: &'static str;

    /// Reads them; `None` if there are none yet.
    fn load(dir: &Path) -> Result<Option<Self>, NodeError> {
        Self::read(&dir.join(Self::FILE), dir)
    }

    /// Reads them from a file of any name.
    fn read(path: &Path, dir: &Path) -> Result<Option<Self>, NodeError> {
        let Some(bytes) = files::read(path).map_err(|error| NodeError::io(path, &error))? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|_| NodeError::damaged(path, "no text"))?;
        // The message of a parser may quote the line, and the line may be a seed.
        let bad = || NodeError::damaged(path, "it does not fit its format");
        let Format { format } = toml::from_str(&text).map_err(|_| bad())?;
        if format < FORMAT {
            return Err(NodeError::old_format(dir));
        }
        if format > FORMAT {
            let message = format!("{} was made by a newer version: use that one", dir.display());
            return Err(NodeError::new("devnet_newer", message));
        }
        toml::from_str(&text).map(Some).map_err(|_| bad())
    }

    /// Writes them durably.
    fn save(&self, dir: &Path) -> Result<(), NodeError> {
        self.write(&dir.join(Self::FILE))
    }

    /// Writes them durably to a file of any name.
    fn write(&self, path: &Path) -> Result<(), NodeError> {
        let text = toml::to_string(self)
            .map_err(|error| NodeError::new("internal", format!("settings: {error}")))?;
        files::write(path, text.as_bytes()).map_err(|error| NodeError::io(path, &error))
    }
}

impl Settings for Devnet {
    const FILE: &'static str = "devnet.toml";
}

impl Settings for Managing {
    const FILE: &'static str = "manager.toml";
}

impl Settings for Joined {
    const FILE: &'static str = "worker.toml";
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn settings_read_back_and_are_private() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Devnet::load(dir.path()).unwrap().is_none());
        let node = || Node { seed: [7; 32], listen: vec!["/ip4/127.0.0.1/tcp/1".to_owned()] };
        let devnet = Devnet {
            format: FORMAT,
            time: 5,
            managers: vec![node()],
            workers: vec![Node::generate()],
        };
        devnet.save(dir.path()).unwrap();
        let again = Devnet::load(dir.path()).unwrap().unwrap();
        assert_eq!(again.managers[0].seed, [7; 32]);
        assert_eq!(again.managers[0].listen, node().listen);
        assert_eq!(again.workers[0].seed, devnet.workers[0].seed);
        let mode = fs::metadata(dir.path().join("devnet.toml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[track_caller]
    fn check(text: &str, code: &str) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("devnet.toml"), text).unwrap();
        let Err(error) = Devnet::load(dir.path()) else { panic!("{text}") };
        assert_eq!(error.code, code, "{text}");
    }

    #[test]
    fn other_formats_and_damage_have_names() {
        check("format = 1", "old_format");
        check("format = 3", "devnet_newer");
        check("format = 2", "damaged_devnet");
        check("time = 1", "damaged_devnet");
        check("\u{1}", "damaged_devnet");
    }

    #[test]
    fn a_seed_never_stands_in_a_message() {
        let dir = tempfile::tempdir().unwrap();
        let text = "format = 2\ntime = 1\nworkers = []\n[[managers]]\nseed = \"c0ffee\"\n";
        fs::write(dir.path().join("devnet.toml"), text).unwrap();
        let Err(error) = Devnet::load(dir.path()) else { panic!("read") };
        assert!(!error.message.contains("c0ffee"), "{error}");
    }
}

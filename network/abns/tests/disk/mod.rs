//! A disk that stops at any sync, with what was written since then there or not, as disks do.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test")]

use crate::network::Network;
use abns::{AbnsError, ChainStore, Horizon};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use redb::StorageBackend;
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
};
use types::Round;

/// Rounds of the chain before the disk begins to fail, and while it does: the index starts its
/// second layer in between, so that crashes meet all of its writing.
const OLD: u64 = 122;
const NEW: u64 = 10;

/// What a disk holds for sure, and what was written to it since its last sync.
#[derive(Debug, Default)]
struct Medium {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Writes since the last sync: place and bytes.
    since: Vec<(usize, Vec<u8>)>,
    syncs: usize,
    /// After so many syncs nothing gets through any more.
    dies: Option<usize>,
}

/// A disk that more than one database can be opened on, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Medium>>);

impl Disk {
    fn medium(&self) -> io::Result<MutexGuard<'_, Medium>> {
        let medium = self.0.lock().unwrap();
        match medium.dies {
            Some(dies) if medium.syncs >= dies => Err(io::ErrorKind::BrokenPipe.into()),
            _ => Ok(medium),
        }
    }

    /// The disk as it may be after the power went: some of what was not synced has arrived.
    fn after_power_loss(&self, rng: &mut StdRng) -> Self {
        let medium = self.0.lock().unwrap();
        let mut bytes = medium.synced.clone();
        let share = [0.0, 0.5, 1.0][rng.random_range(0..3)];
        for (at, written) in &medium.since {
            // Sectors arrive one by one.
            for (sector, part) in written.chunks(512).enumerate() {
                let at = at + sector * 512;
                if rng.random_bool(share) {
                    bytes.resize(bytes.len().max(at + part.len()), 0);
                    bytes[at..at + part.len()].copy_from_slice(part);
                }
            }
        }
        let medium = Medium { now: bytes.clone(), synced: bytes, ..Medium::default() };
        Self(Arc::new(Mutex::new(medium)))
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.medium()?.now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let medium = self.medium()?;
        let from = usize::try_from(offset).unwrap();
        let bytes = medium.now.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.medium()?.now.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut medium = self.medium()?;
        medium.synced = medium.now.clone();
        medium.since.clear();
        medium.syncs += 1;
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut medium = self.medium()?;
        let from = usize::try_from(offset).unwrap();
        medium.now[from..from + data.len()].copy_from_slice(data);
        medium.since.push((from, data.to_vec()));
        Ok(())
    }
}

/// Where a disk stopped.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stopped {
    pub opening: usize,
    pub growing: usize,
    pub never: usize,
}

/// Lets the power fail after each of these numbers of syncs, so many times each, with another share
/// of the last writes on the disk each time. What was reported as kept must be there.
pub fn power_losses(points: impl IntoIterator<Item = usize>, losses: usize) -> Stopped {
    let network = Network::new(2);
    let mut rng = StdRng::seed_from_u64(11);
    let old = Disk::default();
    let store = open(&old, &network).unwrap();
    assert_eq!(grow_until_it_fails(&store, &network, OLD), Round(OLD));
    drop(store);
    let bytes = old.0.lock().unwrap().now.clone();
    let mut stopped = Stopped::default();
    for dies in points {
        let (now, synced) = (bytes.clone(), bytes.clone());
        let medium = Medium { now, synced, dies: Some(dies), ..Medium::default() };
        let disk = Disk(Arc::new(Mutex::new(medium)));
        let opened = open(&disk, &network);
        let kept = match &opened {
            Ok(store) => grow_until_it_fails(store, &network, NEW),
            Err(_) => Round(OLD),
        };
        match opened {
            Err(_) => stopped.opening += 1,
            Ok(_) if kept < Round(OLD + NEW) => stopped.growing += 1,
            Ok(_) => stopped.never += 1,
        }
        for _ in 0..losses {
            check_after(&disk.after_power_loss(&mut rng), &network, kept);
        }
    }
    stopped
}

fn check_after(disk: &Disk, network: &Network, kept: Round) {
    let store = open(disk, network).unwrap();
    let tip = store.tip().round;
    // The block that was on its way may have made it.
    assert!(tip == kept || tip == kept.next(), "{tip:?} {kept:?}");
    assert_eq!(grow_until_it_fails(&store, network, 2), tip.plus(2));
    store.verify().unwrap();
}

fn open(disk: &Disk, network: &Network) -> Result<ChainStore, AbnsError> {
    ChainStore::open_on(disk.clone(), &network.genesis, Horizon::Rounds(256))
}

/// Blocks until the disk fails; the last round that was reported as kept.
fn grow_until_it_fails(store: &ChainStore, network: &Network, blocks: u64) -> Round {
    let mut kept = store.tip().round;
    for _ in 0..blocks {
        let round = kept.next();
        let changes: BTreeMap<_, _> = (0..9_u64)
            .filter(|i| round.0.is_multiple_of(i + 1))
            .map(|i| (vec![u8::try_from(i).unwrap()], Some(round.0.to_be_bytes().to_vec())))
            .collect();
        let Ok(pending) = store.prepare(&changes) else { break };
        drop(pending);
        if network.block_of(store, changes).commit(store).is_err() {
            break;
        }
        kept = round;
    }
    kept
}

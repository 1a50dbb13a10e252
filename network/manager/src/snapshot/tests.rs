use super::course::Astray;
use super::*;
use crate::{CatchUp, Timing, Vouched, keeper};
use ledger::{BlockContext, Body, Execution, Genesis};
use light::LightError;
use std::sync::OnceLock;
use testkit::{certify, genesis};
use types::Timestamp;

const DAY: u64 = 24 * 3_600_000;
const BORN: Timestamp = Timestamp(1_700_000_000_000);
/// Long enough after the boundary of round 359 for nobody to have what came before.
const FAR: u64 = 400;

/// A chain of its own: empty blocks, certified by three of four.
struct Grown {
    genesis: Genesis,
    store: ChainStore,
    _dir: tempfile::TempDir,
}

impl Grown {
    fn new(rounds: u64) -> Self {
        let genesis = genesis(BORN, &[]);
        let dir = tempfile::tempdir().unwrap();
        let store = ChainStore::open(&dir.path().join("chain.redb"), &genesis).unwrap();
        let grown = Self { genesis, store, _dir: dir };
        (0..rounds).for_each(|_| grown.grow());
        grown
    }

    /// The longest chain here: it takes a while to make.
    fn far() -> &'static Self {
        static FAR_GROWN: OnceLock<Grown> = OnceLock::new();
        FAR_GROWN.get_or_init(|| Self::new(FAR))
    }

    fn grow(&self) {
        let (genesis, store) = (&self.genesis, &self.store);
        let (state, tip) = (store.state().unwrap(), store.tip());
        let context = BlockContext::of_empty(&tip, genesis.chain(), &genesis.params);
        let outcome = Execution::begin(&state, context, &|_| false).unwrap().finish().unwrap();
        let pending = store.prepare(&outcome.changes).unwrap();
        let header = context.empty_header(&tip, &outcome, pending.root);
        let block = certify(header, &genesis.committee(), &[1, 2, 3]);
        store.commit(&block, &Body::default(), &outcome, pending).unwrap();
    }

    /// As a manager answers that has all of it.
    fn way(&self, trusted: Round, shown: bool) -> Way {
        way(&self.store, &self.genesis.params, (trusted, shown)).unwrap()
    }

    fn vouch(&self, round: Round) -> Option<Vouched> {
        let header = self.store.header(round).unwrap().header.id();
        Some(Vouched { round, header })
    }

    fn begin(&self, checkpoint: Option<Vouched>, now: Timestamp) -> Result<Course, LightError> {
        Course::begin(&self.store, (&self.genesis, checkpoint), now).unwrap()
    }
}

fn soon() -> Timestamp {
    BORN.plus_millis(3_600_000)
}

#[test]
fn a_course_leads_from_genesis_or_tip_to_the_newest_boundary() {
    let grown = Grown::far();
    for own in [0, 7] {
        let mut course = Grown::new(own).begin(None, soon()).unwrap();
        assert_eq!(course.question(), (Round(own), false));
        let way = grown.way(Round(own), false);
        let reached = course.go(way, &grown.genesis, soon()).unwrap().unwrap();
        assert_eq!(reached.block, grown.store.header(Round(359)).unwrap());
    }
}

#[test]
fn a_way_in_two_answers_is_as_good_as_one() {
    let grown = Grown::far();
    let mut course = Grown::new(0).begin(None, soon()).unwrap();
    let mut first = grown.way(Round(0), false);
    first.steps.truncate(2);
    first.ground = None;
    assert!(course.go(first, &grown.genesis, soon()).unwrap().is_none());
    let (trusted, shown) = course.question();
    let rest = grown.way(trusted, shown);
    assert!(course.go(rest, &grown.genesis, soon()).unwrap().is_some());
}

#[test]
fn what_proves_nothing_leads_nowhere() {
    let grown = Grown::far();
    let go = |change: fn(&mut Way)| {
        let mut way = grown.way(Round(0), false);
        change(&mut way);
        Grown::new(0).begin(None, soon()).unwrap().go(way, &grown.genesis, soon())
    };
    assert!(matches!(go(|_| ()), Ok(Some(_))));
    assert!(matches!(go(|way| way.steps.clear()), Err(Astray::Ends)));
    let forged = go(|way| way.steps.last_mut().unwrap().header.header.state_root[0] ^= 1);
    assert!(matches!(forged, Err(Astray::Step(_))));
    let unsigned = go(|way| way.steps[1].header.certificate.signatures[0][5] ^= 1);
    assert!(matches!(unsigned, Err(Astray::Step(_))));
    let backwards = go(|way| way.steps.swap(0, 1));
    assert!(matches!(backwards, Err(Astray::Step(_))));
    let other = go(|way| way.ground.as_mut().unwrap().range = ledger::HeaderRange::default());
    assert!(matches!(other, Err(Astray::OtherGround)));
    let other = go(|way| way.ground.as_mut().unwrap().before = None);
    assert!(matches!(other, Err(Astray::OtherGround)));
    // Its certificate is nobody's business: the verified one is taken.
    let own = go(|way| way.ground.as_mut().unwrap().block.certificate.signatures.clear());
    assert_eq!(own.unwrap().unwrap().block, grown.store.header(Round(359)).unwrap());
}

/// Whoever takes a state is silent for a while: nobody must be made to for a few blocks.
#[test]
fn a_state_not_far_ahead_is_not_taken() {
    let grown = Grown::new(250);
    let mut course = Grown::new(44).begin(None, soon()).unwrap();
    let near = course.go(grown.way(Round(44), false), &grown.genesis, soon());
    assert!(matches!(near, Err(Astray::NotFar)));
    let mut course = Grown::new(43).begin(None, soon()).unwrap();
    let far = course.go(grown.way(Round(43), false), &grown.genesis, soon());
    assert!(matches!(far, Ok(Some(_))));
}

#[test]
fn after_the_trusting_period_only_a_checkpoint_helps() {
    let grown = Grown::far();
    let late = grown.store.tip().time.plus_millis(13 * DAY);
    let own = Grown::new(3);
    assert!(own.begin(None, late).is_ok());
    let late = BORN.plus_millis(14 * DAY + 60_000);
    assert!(matches!(own.begin(None, late), Err(LightError::TrustExpired(_))));
    assert!(matches!(Grown::new(0).begin(None, late), Err(LightError::TrustExpired(_))));

    let named = grown.vouch(Round(100));
    let mut course = own.begin(named, late).unwrap();
    assert_eq!(course.question(), (Round(100), true));
    let reached = course.go(grown.way(Round(100), true), &grown.genesis, late);
    assert_eq!(reached.unwrap().unwrap().block.header.round, Round(359));
    // Another header in its place.
    let mut course = own.begin(named, late).unwrap();
    let other = course.go(grown.way(Round(101), true), &grown.genesis, late);
    assert!(matches!(other, Err(Astray::Step(LightError::BadCheckpoint))));
    // One behind what is known is of no use.
    let old = grown.vouch(Round(3));
    assert!(matches!(own.begin(old, late), Err(LightError::TrustExpired(_))));
}

#[test]
fn parts_are_as_long_as_promised_and_come_in_order() {
    let grown = Grown::new(60);
    let taken = tempfile::tempdir().unwrap();
    let mut parts = Parts::begin(taken.path()).unwrap();
    let whole = part(&grown.store, Round(59), vec![]).unwrap();
    assert!(whole.last && !whole.chunks.is_empty());
    // So little is the last part, or none.
    let dropped = StatePart { last: false, ..whole.clone() };
    assert!(matches!(parts.take(&dropped), Err(BadPart::TooLittle)));
    let mut parts = Parts::begin(taken.path()).unwrap();
    parts.take(&whole).unwrap();
    assert!(matches!(parts.take(&whole), Err(BadPart::Order)), "what came comes again");
    let chunks: Vec<_> = parts.chunks().unwrap().map(|chunk| chunk.unwrap().to_bytes()).collect();
    assert_eq!(chunks, whole.chunks.iter().map(|chunk| chunk.0.clone()).collect::<Vec<_>>());
    let empty = StatePart { chunks: vec![EncodedChunk(vec![0; 4])], ..whole };
    assert!(matches!(parts.take(&empty), Err(BadPart::Order)));
    // A round that is not kept, or is to come.
    let none = part(&grown.store, Round(61), vec![]).unwrap();
    assert!(!none.last && none.chunks.is_empty());
    let path = taken.path().join("snapshot.parts");
    assert!(path.exists());
    drop(parts);
    assert!(!path.exists());
}

/// The crash between the last write of a state and its first use.
#[test]
fn a_state_that_lies_in_the_folder_is_gone_on_from_in_silence() {
    let grown = Grown::far();
    let dir = tempfile::tempdir().unwrap();
    let config = Config {
        dir: dir.path().to_owned(),
        key: [1; 32],
        genesis: grown.genesis.clone(),
        timing: Timing::LOCAL,
        catch_up: CatchUp::default(),
    };
    let files = keeper::open(&config).unwrap();
    assert_eq!((files.store.tip().round, files.recovered.abstain), (Round(0), Round(0)));
    drop(files);
    let ground = grown.store.ground(Round(359)).unwrap().unwrap();
    let place = (dir.path().join(TAKEN), &config.genesis, config.horizon());
    let chunks = grown.store.export(Round(359)).unwrap().unwrap();
    ChainStore::import((&place.0, place.1, place.2), &ground, chunks).unwrap();
    for name in [PARTS, "snapshot.new"] {
        fs::write(dir.path().join(name), "torn").unwrap();
    }
    for _ in 0..2 {
        let files = keeper::open(&config).unwrap();
        assert_eq!((files.store.tip().round, files.recovered.abstain), (Round(359), UNKNOWN));
        files.store.verify().unwrap();
        let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        assert_eq!(names, ["chain.redb", "votes.wal"]);
    }
}

//! What a seed decides before a run begins.

use crate::network::Weather;
use crate::random::Random;
use crate::script::Script;
use crate::scripts::SCRIPTS;
use crate::variant::Variant;

/// Between the blocks of a run that a seed decides, in milliseconds.
pub(crate) const INTERVAL: u64 = 1000;

/// What a run is about, apart from its seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Members of the committee, 4 to 16.
    pub managers: u16,
    /// How many of them are the adversary's, at most ⌊(N − 1)/3⌋.
    pub byzantine: u16,
    /// The engine's rules.
    pub variant: Variant,
}

impl Setting {
    /// A run with as many faulty members as the protocol bears.
    #[must_use]
    pub const fn new(managers: u16, variant: Variant) -> Self {
        Self { managers, byzantine: managers.saturating_sub(1) / 3, variant }
    }

    /// True if the protocol promises anything here and the simulator can run it.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        self.managers >= 4 && self.managers <= 16 && self.byzantine <= (self.managers - 1) / 3
    }
}

/// How the adversary's members behave.
#[derive(Debug)]
pub(crate) enum Style {
    /// They are down.
    Silent,
    /// They follow a script, then are silent.
    Script(&'static Script),
    /// They run the engine and say something else.
    Puppets(Puppets),
    /// They say what can be said, at any time.
    Havoc,
    /// They complete quorums for a few and contradict them.
    Schemer,
    /// Havoc and puppets.
    Both(Puppets),
}

/// How a machine of the adversary differs from an honest one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Puppets {
    /// The rules it follows itself.
    pub(crate) rules: Variant,
    /// Each member runs two machines; each talks with its half.
    pub(crate) twins: Option<u32>,
    /// What is not said to whom: percent said, and which.
    pub(crate) says: u64,
    pub(crate) picks: u64,
    /// NewViews deny what is locked.
    pub(crate) lies: bool,
    /// How much later it says things.
    pub(crate) late: u64,
}

/// One crash of an honest machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crash {
    pub(crate) at: u64,
    pub(crate) down: u64,
    /// Its log is gone, too.
    pub(crate) loses_log: bool,
}

/// A run as its seed has it. Times are milliseconds from its beginning.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) rounds: u64,
    /// The first round of another committee.
    pub(crate) change: u64,
    /// How many seats it changes.
    pub(crate) leave: usize,
    pub(crate) gst: u64,
    pub(crate) weather: Weather,
    pub(crate) least: u64,
    pub(crate) usual: u64,
    /// Between blocks.
    pub(crate) interval: u64,
    /// The most that a clock is wrong.
    pub(crate) skew: u64,
    pub(crate) style: Style,
    /// Crashes, of machines drawn when they happen.
    pub(crate) crashes: Vec<Crash>,
    /// A script's lines are changed a little.
    pub(crate) varied: bool,
    /// How long building, checking and syncing to disk take at most.
    pub(crate) build: u64,
    pub(crate) check: u64,
    pub(crate) sync: u64,
    /// Percent of attempts to fetch final blocks that succeed before GST.
    pub(crate) catches_up: u64,
}

/// Of so many seeds each script gets one.
const FAMILIES: u64 = 24;

impl Plan {
    pub(crate) fn draw(random: &mut Random, setting: &Setting) -> Self {
        let family = usize::try_from(random.below(FAMILIES)).unwrap_or(0);
        let most = (setting.managers - 1) / 3;
        let fits = setting.byzantine == most && setting.managers == 3 * most + 1;
        match SCRIPTS.get(family) {
            Some(script) if fits => Self::scripted(random, script),
            _ => Self::random(random, setting),
        }
    }

    fn scripted(random: &mut Random, script: &'static Script) -> Self {
        Self {
            rounds: 1,
            change: u64::MAX,
            leave: 0,
            gst: script.until,
            // The script's own filter is set when the roles are known.
            weather: Weather::Calm,
            least: 1,
            usual: random.between(2, 12),
            interval: INTERVAL,
            skew: 0,
            style: Style::Script(script),
            crashes: vec![],
            varied: random.chance(50),
            build: 3,
            check: 3,
            sync: 2,
            catches_up: 0,
        }
    }

    fn random(random: &mut Random, setting: &Setting) -> Self {
        let gst = random.pick(&[0, 0, 600, 1500, 3000, 4500]).unwrap_or(0);
        let style = Style::draw(random);
        let usual = random.pick(&[10, 60, 200]).unwrap_or(200);
        let change = if random.chance(25) { random.between(2, 3) } else { u64::MAX };
        let mut plan = Self {
            rounds: random.between(1, 3).max(if change == u64::MAX { 1 } else { change }),
            change,
            leave: usize::from(random.below(u64::from((setting.managers - 1) / 3) + 1) as u16),
            gst,
            weather: Weather::draw(random),
            least: 1,
            usual,
            interval: INTERVAL,
            skew: random.pick(&[0, 0, 50, 300, 1500]).unwrap_or(0),
            style,
            crashes: vec![],
            varied: false,
            build: random.pick(&[3, 50, 250]).unwrap_or(3),
            check: random.pick(&[3, 30, 150]).unwrap_or(3),
            sync: random.pick(&[0, 2, 15]).unwrap_or(2),
            catches_up: random.pick(&[0, 10, 50]).unwrap_or(0),
        };
        if matches!(plan.style, Style::Schemer) {
            plan.gst = random.between(1000, 9000);
            plan.weather = Weather::hushed(random);
            plan.catches_up = 0;
        }
        plan.draw_crashes(random);
        plan
    }

    fn draw_crashes(&mut self, random: &mut Random) {
        if !random.chance(35) {
            return;
        }
        // Whoever has lost its log is silent for a round and so counts among the faulty ones.
        let loses_log = random.chance(15);
        if loses_log {
            self.style = Style::Silent;
        }
        let count = if loses_log { 1 } else { random.between(1, 5) };
        for _ in 0..count {
            let at = random.below(self.gst.max(1500));
            let down = random.pick(&[1, 20, 300, 1200]).unwrap_or(1);
            self.gst = self.gst.max(at + down + 1);
            self.crashes.push(Crash { at, down, loses_log });
        }
    }
}

impl Style {
    fn draw(random: &mut Random) -> Self {
        match random.below(10) {
            0 => Self::Silent,
            1..=3 => Self::Puppets(Puppets::draw(random)),
            4 | 5 => Self::Havoc,
            6..=8 => Self::Schemer,
            _ => Self::Both(Puppets::draw(random)),
        }
    }

    pub(crate) const fn puppets(&self) -> Option<&Puppets> {
        match self {
            Self::Puppets(puppets) | Self::Both(puppets) => Some(puppets),
            Self::Silent | Self::Script(_) | Self::Havoc | Self::Schemer => None,
        }
    }
}

impl Puppets {
    fn draw(random: &mut Random) -> Self {
        let rules = [
            Variant::Sound,
            Variant::NoLock,
            Variant::VoteTwice,
            Variant::IgnoreNewView,
            Variant::VoteAfterNewView,
        ];
        let half = u32::try_from(random.next() >> 32).unwrap_or(1);
        Self {
            rules: random.pick(&rules).unwrap_or_default(),
            twins: random.chance(40).then_some(half),
            says: random.pick(&[100, 80, 50, 25]).unwrap_or(50),
            picks: random.next(),
            lies: random.chance(40),
            late: random.pick(&[0, 0, 150, 800]).unwrap_or(0),
        }
    }
}

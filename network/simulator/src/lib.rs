//! The consensus in a world of its own: virtual time, an adversary that owns some members and the
//! network, crashes, wrong clocks, and every promise of the engine looked at from outside.
//!
//! A run is a function of its seed ([`run`]). The engine is the manager's own, not a copy; only
//! signatures are cheap tokens. Broken rules ([`Variant`]) live here and nowhere else: they show
//! that the runs would notice. Who uses it: tests, `bcm-node sim`, `cargo xtask sim`.

mod adversary;
mod blocks;
mod calm;
mod chain;
mod disk;
mod known;
mod network;
mod node;
mod plan;
mod queue;
mod random;
mod report;
mod ring;
mod script;
mod scripts;
mod seals;
mod tokens;
mod variant;
mod walk;
mod watch;
mod world;

pub use calm::{Calm, Waits};
pub use plan::Setting;
pub use report::Report;
pub use variant::{Expected, Variant};
pub use walk::{Walk, Walked};
pub use watch::Findings;
pub use world::{Outcome, describe, run, trace};

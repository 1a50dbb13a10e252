//! The meaningful inputs of the corpus: one valid value of each form, made with the crates' own
//! encoders, and where it matters one that is nearly valid.

mod chain;
mod chat;
mod files;
mod names;
mod payment;
mod pool;
mod posts;
mod ratchet;
mod requests;
mod review;
mod statement;

use anyhow::Result;
use keys::{EcdsaKey, Master, Words};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// One input of one target.
#[derive(Debug)]
pub struct Seed {
    /// As [`super::TARGETS`] names it.
    pub target: &'static str,
    /// The file's name.
    pub name: &'static str,
    /// The input.
    pub bytes: Vec<u8>,
}

fn seed(target: &'static str, name: &'static str, bytes: impl Into<Vec<u8>>) -> Seed {
    Seed { target, name, bytes: bytes.into() }
}

/// All of them; the same at every call.
///
/// # Errors
/// When a crate refuses to make one.
pub fn all() -> Result<Vec<Seed>> {
    let mut seeds = files::seeds();
    seeds.extend(requests::seeds());
    seeds.extend(payment::seeds());
    seeds.extend(statement::seeds());
    seeds.extend(chain::seeds()?);
    seeds.extend(names::seeds()?);
    seeds.extend(pool::seeds()?);
    seeds.extend(chat::seeds()?);
    seeds.extend(ratchet::seeds()?);
    seeds.extend(review::seeds()?);
    seeds.extend(posts::seeds(&seeds)?);
    Ok(seeds)
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(7341)
}

/// The words of an invented person.
fn words(person: u8) -> Words {
    Words::from_entropy([person; 32])
}

fn master(person: u8) -> Master {
    words(person).master()
}

fn key(person: u8) -> EcdsaKey {
    master(person).operation_key()
}

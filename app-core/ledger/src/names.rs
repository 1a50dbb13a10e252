//! Names in the state (BC-DNS): what is kept under which key, and what an answer about one proves.
//!
//! Actions write these records, light nodes check them (`money-and-mail.md` B4, A11). What is a name
//! and what looks like it is decided in `name-rules`.

mod answer;
mod commitment;
mod record;
mod refusal;
mod registered;
mod sub_name;

pub use answer::{AnswerError, FoundName, NameAnswer, NameState, NotPayable, Resolved, SubAnswer};
pub use commitment::{Commitment, MAX_COMMITMENT, MIN_COMMITMENT, commit_hash, commitment_key};
pub(crate) use commitment::{Due, Waiting, due_key, waiting_key};
pub use record::NameRecord;
pub use refusal::NameRefusal;
pub(crate) use registered::Twins;
pub use registered::{
    GRACE_MS, MAX_TWINS, RENEWAL_MS, RegisteredName, Standing, YEAR_MS, first_level, name_key,
    twins_key,
};
pub use sub_name::{Delegation, SubName, delegation_key, sub_name_key};

use crate::Params;
use name_rules::Name;
use types::{Abc, Amount};

/// A deposit is the price of a name of so many characters.
const DEPOSIT_LENGTH: usize = 3;

/// What a name costs a year, by the code points of its first-level label.
#[must_use]
pub fn name_price(params: &Params, name: &Name) -> Amount<Abc> {
    price_of(params, name.length())
}

/// What must be deposited with a commitment: a year's price of a name of three characters.
#[must_use]
pub fn name_deposit(params: &Params) -> Amount<Abc> {
    price_of(params, DEPOSIT_LENGTH)
}

fn price_of(params: &Params, length: usize) -> Amount<Abc> {
    let last = params.names.len().saturating_sub(1);
    let at = length.saturating_sub(1).min(last);
    Amount::new(params.names.get(at).copied().unwrap_or_default())
}

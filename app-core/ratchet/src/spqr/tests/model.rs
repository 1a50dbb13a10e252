//! Whatever the network does: both sides have the same key for a message, and each only once.

use super::{PHASES, alice_and_bob, dice, phase, read, receive, send};
use crate::{
    RatchetError,
    spqr::{Direction, Spqr},
};
use proptest::prelude::*;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// How a network treats messages.
#[derive(Debug, Clone, Copy)]
struct Weather {
    seed: u64,
    /// Of a hundred messages of the first side, and of the second.
    lost: [u32; 2],
    /// Of a hundred deliveries, those that take any waiting message and not the first.
    out_of_order: u32,
    /// Of a hundred deliveries, those after which something old is delivered again.
    repeated: u32,
    /// At most so many messages go one way in a row.
    run: u32,
}

/// One message on its way, and what its reader must find.
struct Sent {
    bytes: Vec<u8>,
    key: [u8; 32],
    /// The epoch of its key.
    epoch: u64,
}

/// A side and what was sent to it.
struct Side {
    state: Spqr,
    waiting: Vec<Sent>,
    had: Vec<Vec<u8>>,
}

impl Side {
    fn new(state: Spqr) -> Self {
        Self { state, waiting: vec![], had: vec![] }
    }

    /// Reads a waiting message, unless its epoch lies too far back.
    fn deliver(&mut self, at: usize, weather: Weather, rng: &mut ChaCha20Rng) {
        let sent = self.waiting.remove(at);
        let kept = self.state.chain.sending().saturating_sub(1);
        let expected = if sent.epoch < kept { Err(RatchetError::BadMessage) } else { Ok(sent.key) };
        assert_eq!(receive(&mut self.state, &sent.bytes), expected);
        self.had.push(sent.bytes);
        if percent(weather.repeated, rng) {
            let again = &self.had[rng.random_range(0..self.had.len())];
            assert_eq!(read(&self.state, again).map(drop), Err(RatchetError::BadMessage));
        }
    }
}

fn percent(chance: u32, rng: &mut ChaCha20Rng) -> bool {
    rng.random_range(0..100) < chance
}

/// Lets two sides talk; gives the lower of their epochs and notes the phases they went through.
fn talk(weather: Weather, messages: u32, seen: &mut [bool; PHASES]) -> u64 {
    let rng = &mut dice(weather.seed);
    let (alice, bob) = alice_and_bob();
    let mut sides = [Side::new(alice), Side::new(bob)];
    let mut run = 1;
    for _ in 0..messages {
        run -= 1;
        if run == 0 {
            sides.reverse();
            run = rng.random_range(1..=weather.run);
        }
        let [from, to] = &mut sides;
        let [first, second] = weather.lost;
        let lost = if from.state.direction == Direction::AToB { first } else { second };
        let epoch = from.state.agreement.epoch() - 1;
        let (bytes, key) = send(&mut from.state, rng);
        if !percent(lost, rng) {
            to.waiting.push(Sent { bytes, key, epoch });
        }
        // Some messages wait for long.
        while to.waiting.len() > 5 || (!to.waiting.is_empty() && percent(50, rng)) {
            let any = rng.random_range(0..to.waiting.len());
            let at = if percent(weather.out_of_order, rng) { any } else { 0 };
            to.deliver(at, weather, rng);
            seen[phase(&to.state)] = true;
        }
        seen[phase(&from.state)] = true;
    }
    for side in &mut sides {
        while !side.waiting.is_empty() {
            side.deliver(0, weather, rng);
        }
    }
    sides.iter().map(|side| side.state.agreement.epoch()).min().unwrap()
}

fn weather() -> impl Strategy<Value = Weather> {
    (any::<u64>(), [0..50_u32, 0..50], 0..100_u32, 0..30_u32, 1..12_u32).prop_map(
        |(seed, lost, out_of_order, repeated, run)| Weather {
            seed,
            lost,
            out_of_order,
            repeated,
            run,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_sides_agree_on_every_key_in_any_weather(weather in weather()) {
        talk(weather, 500, &mut [false; PHASES]);
    }
}

#[test]
fn several_epochs_pass_in_bad_weather_through_every_phase() {
    let mut seen = [false; PHASES];
    for lost in [[25, 25], [5, 60], [60, 5]] {
        let weather = Weather { seed: 1, lost, out_of_order: 50, repeated: 10, run: 3 };
        assert!(talk(weather, 900, &mut seen) >= 4);
    }
    assert_eq!(seen, [true; PHASES]);
}

#[test]
fn most_messages_lost_only_slow_it_down() {
    let weather = Weather { seed: 9, lost: [80, 80], out_of_order: 20, repeated: 5, run: 8 };
    assert!(talk(weather, 3_000, &mut [false; PHASES]) >= 3);
}

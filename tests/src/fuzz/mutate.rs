//! Small damage to bytes, chosen by a seeded generator: the same seed gives the same damage, in
//! every version of every library.

/// No mutated input is longer.
const MAX_LEN: usize = 64 * 1024;
/// Bytes at which decoders and arithmetic change their mind.
const EDGES: [u8; 8] = [0, 1, 2, 0x20, 0x7f, 0x80, 0xfe, 0xff];

/// A seeded source of choices (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Starts from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next word.
    pub const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// Some number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.word() % end).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.word().to_be_bytes()[0]
    }

    /// Some part of a slice, perhaps empty, mostly short.
    fn part<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (_, tail) = bytes.split_at(self.below(bytes.len() + 1));
        let most = if self.below(4) == 0 { tail.len() } else { tail.len().min(16) };
        let (part, _) = tail.split_at(self.below(most + 1));
        part
    }
}

/// A damaged copy of `input`; `other` lends it parts.
#[must_use]
pub fn mutate(input: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = input.to_vec();
    // Mostly one blow: after several, few inputs get past the first field.
    let blows = [1, 1, 1, 2, 2, 3, 5, 8][dice.below(8)];
    for _ in 0..blows {
        blow(&mut bytes, other, dice);
    }
    bytes.truncate(MAX_LEN);
    bytes
}

fn blow(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    match dice.below(12) {
        0 | 1 => set(bytes, dice, |byte, dice| byte ^ (1 << dice.below(8))),
        2 => set(bytes, dice, |_, dice| EDGES[dice.below(EDGES.len())]),
        3 => set(bytes, dice, |_, dice| dice.byte()),
        4 => set(bytes, dice, |_, dice| b'!' + dice.byte() % 94),
        5 | 6 => number(bytes, dice),
        7 => bytes.truncate(dice.below(bytes.len() + 1)),
        8 => {
            let new: Vec<u8> = (0..=dice.below(8)).map(|_| dice.byte()).collect();
            insert(bytes, &new, dice);
        }
        9 => {
            let again = dice.part(bytes).to_vec();
            insert(bytes, &again, dice);
        }
        10 => {
            let start = dice.below(bytes.len() + 1);
            let end = start + dice.below((bytes.len() - start).min(16) + 1);
            bytes.drain(start..end);
        }
        _ => splice(bytes, other, dice),
    }
}

fn set(bytes: &mut [u8], dice: &mut Dice, change: impl Fn(u8, &mut Dice) -> u8) {
    let at = dice.below(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte = change(*byte, dice);
    }
}

/// Changes what may be a length, a count or an amount: two, four or eight bytes, big-endian.
fn number(bytes: &mut [u8], dice: &mut Dice) {
    let width = [2, 4, 4, 8][dice.below(4)];
    let at = dice.below(bytes.len());
    let left = u64::try_from(bytes.len() - at.min(bytes.len())).unwrap_or_default();
    let Some(field) = bytes.get_mut(at..at + width) else { return };
    let old = field.iter().fold(0, |old: u64, byte| old << 8 | u64::from(*byte));
    let new = match dice.below(8) {
        0 => old.wrapping_add(1),
        1 => old.wrapping_sub(1),
        2 => 0,
        3 => u64::MAX,
        4 => 1 << 63 | 1 << 31 | 1 << 15,
        5 => left,
        6 => left.saturating_sub(width as u64),
        _ => old.wrapping_mul(2),
    };
    field.copy_from_slice(&new.to_be_bytes()[8 - width..]);
}

fn insert(bytes: &mut Vec<u8>, new: &[u8], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    bytes.splice(at..at, new.iter().copied());
}

/// Takes a part of another input: over some bytes, between them, or from there to the end.
fn splice(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    match dice.below(3) {
        0 => {
            let part = dice.part(other);
            let at = dice.below(bytes.len() + 1);
            bytes[at..].iter_mut().zip(part).for_each(|(old, new)| *old = *new);
        }
        1 => insert(bytes, dice.part(other), dice),
        _ => {
            bytes.truncate(dice.below(bytes.len() + 1));
            let (_, tail) = other.split_at(dice.below(other.len() + 1));
            bytes.extend_from_slice(tail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_damage() {
        let (input, other) = (b"a meaningful input", b"and another one");
        let damage = |seed| -> Vec<Vec<u8>> {
            let mut dice = Dice::new(seed);
            (0..500).map(|_| mutate(input, other, &mut dice)).collect()
        };
        assert_eq!(damage(1), damage(1));
        assert_ne!(damage(1), damage(2));
        let changed = damage(3).iter().filter(|bytes| bytes.as_slice() != input).count();
        assert!(changed > 400, "{changed}");
    }

    #[test]
    fn nothing_and_little_can_be_damaged_too() {
        let mut dice = Dice::new(4);
        for len in (0..10).cycle().take(2_000) {
            let input = vec![7; len];
            assert!(mutate(&input, &input, &mut dice).len() <= MAX_LEN);
        }
    }
}

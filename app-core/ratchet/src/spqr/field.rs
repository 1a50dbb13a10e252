//! Arithmetic in the field of 2^16 elements, and polynomials through given points.
//!
//! Addition is XOR. Nothing here is secret, yet no table is looked up and no branch taken by a
//! value: products are shifts and masks.

/// x^16 + x^12 + x^3 + x + 1, without its highest term.
const REDUCTION: u16 = 0x100B;

/// The values of sixteen polynomials at one place: what a chunk holds.
pub(super) type Words = [u16; 16];

/// The product of two elements.
pub(super) const fn product(a: u16, b: u16) -> u16 {
    let (mut sum, mut rest, mut bits) = (0, b, 0);
    while bits < 16 {
        sum = double(sum) ^ (a & (rest >> 15).wrapping_neg());
        rest <<= 1;
        bits = u16::wrapping_add(bits, 1);
    }
    sum
}

/// For each of the points 0 to N − 1, the inverse of the product of its distances to the others.
pub(super) const fn weights_of_first<const N: usize>() -> [u16; N] {
    let mut weights = [0; N];
    let mut rest: &mut [u16] = &mut weights;
    let mut at: u16 = 0;
    while let Some((weight, behind)) = rest.split_first_mut() {
        let (mut distances, mut other) = (1, 0);
        while other < N as u16 {
            if other != at {
                distances = product(distances, at ^ other);
            }
            other = u16::wrapping_add(other, 1);
        }
        *weight = inverse(distances);
        rest = behind;
        at = at.wrapping_add(1);
    }
    weights
}

/// The same for any points, which must differ.
pub(super) fn weights(points: &[u16]) -> Vec<u16> {
    let distances = |at: u16| {
        let others = points.iter().filter(|other| **other != at);
        others.fold(1, |distances, other| product(distances, at ^ other))
    };
    points.iter().map(|at| inverse(distances(*at))).collect()
}

/// How much of each point's value the value at `x` holds (Lagrange's basis).
pub(super) fn shares(points: impl Iterator<Item = u16>, weights: &[u16], x: u16) -> Vec<u16> {
    let distances: Vec<u16> = points.map(|point| x ^ point).collect();
    // The product of all distances but one is that of those before it and of those behind it.
    let mut before = 1;
    let mut shares: Vec<u16> = (distances.iter().zip(weights))
        .map(|(distance, weight)| {
            let share = product(before, *weight);
            before = product(before, *distance);
            share
        })
        .collect();
    let mut behind = 1;
    for (share, distance) in shares.iter_mut().zip(&distances).rev() {
        *share = product(*share, behind);
        behind = product(behind, *distance);
    }
    shares
}

/// The sum of all values, each times its share.
pub(super) fn combine(shares: &[u16], values: &[Words]) -> Words {
    let mut sum = [0; 16];
    for bit in (0..16).rev() {
        sum = sum.map(double);
        for (share, words) in shares.iter().zip(values) {
            let mask = ((share >> bit) & 1).wrapping_neg();
            sum.iter_mut().zip(words).for_each(|(sum, word)| *sum ^= word & mask);
        }
    }
    sum
}

const fn double(a: u16) -> u16 {
    (a << 1) ^ (REDUCTION & (a >> 15).wrapping_neg())
}

/// The element whose product with `a` is 1: the power 2^16 − 2. Zero has none and gives zero.
const fn inverse(a: u16) -> u16 {
    let (mut power, mut square, mut bits) = (1, a, 1);
    while bits < 16 {
        square = product(square, square);
        power = product(power, square);
        bits = u16::wrapping_add(bits, 1);
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The textbook way: multiply the polynomials, then divide by the whole reduction polynomial.
    fn slow_product(a: u16, b: u16) -> u16 {
        let mut long =
            (0..16).filter(|bit| b >> bit & 1 == 1).fold(0, |sum, bit| sum ^ u32::from(a) << bit);
        for bit in (16..31).rev() {
            if long >> bit & 1 == 1 {
                long ^= 0x1_100B << (bit - 16);
            }
        }
        long.try_into().unwrap()
    }

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        assert!((1..=u16::MAX).step_by(17).all(|a| product(a, inverse(a)) == 1));
        assert_eq!(inverse(0), 0);
    }

    #[test]
    fn weights_worked_out_beforehand_are_the_same() {
        let points: Vec<u16> = (0..36).collect();
        assert_eq!(weights(&points), weights_of_first::<36>());
    }

    proptest! {
        #[test]
        fn products_are_those_of_polynomials(a: u16, b: u16) {
            prop_assert_eq!(product(a, b), slow_product(a, b));
        }

        #[test]
        fn a_polynomial_is_found_at_every_place(
            coefficients in prop::array::uniform4(any::<u16>()),
            points in prop::collection::btree_set(any::<u16>(), 4),
            x: u16,
        ) {
            let value = |x| coefficients.iter().fold(0, |sum, next| product(sum, x) ^ next);
            let points: Vec<u16> = points.into_iter().collect();
            let values: Vec<Words> = points.iter().map(|point| [value(*point); 16]).collect();
            let shares = shares(points.iter().copied(), &weights(&points), x);
            prop_assert_eq!(combine(&shares, &values), [value(x); 16]);
        }
    }
}

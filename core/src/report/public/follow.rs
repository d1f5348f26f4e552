//! What follows from what is known: which hidden counts anybody can work out by adding and subtracting.
//!
//! Sums are equations, hidden counts their unknowns. An unknown follows from the rest if, when the equations are solved as far
//! as they can be, one says it alone. This is worked out modulo a prime: what follows, and not what it is, is asked for.

use std::collections::BTreeMap;

/// The prime 2³¹ − 1: products of two remainders fit.
const PRIME: u64 = 2_147_483_647;

/// An equation: some unknowns, each times its factor, add up to something known.
type Equation = BTreeMap<usize, u64>;

/// Which of the unknowns follow from sums over all counts, known ones too.
pub(super) fn follow(sums: &[Vec<(usize, i64)>], is_known: &[bool]) -> Vec<bool> {
    // Equations that say each its first unknown, which no other one has.
    let mut solved: BTreeMap<usize, Equation> = BTreeMap::new();
    // By unknown, the solved equations that it stands in.
    let mut stands_in: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for sum in sums {
        let mut equation = Equation::new();
        for (count, factor) in sum.iter().filter(|(count, _)| !is_known[*count]) {
            add(&mut equation, *count, factor.rem_euclid(PRIME.cast_signed()).unsigned_abs());
        }
        let present: Vec<usize> =
            equation.keys().copied().filter(|count| solved.contains_key(count)).collect();
        for first in present {
            if let (Some(factor), Some(other)) = (equation.get(&first).copied(), solved.get(&first)) {
                add_times(&mut equation, other, PRIME - factor);
            }
        }
        let Some((first, factor)) = equation.iter().next().map(|(first, factor)| (*first, *factor)) else {
            continue;
        };
        let inverse = power(factor, PRIME - 2);
        equation.values_mut().for_each(|factor| *factor = *factor * inverse % PRIME);
        for owner in stands_in.remove(&first).unwrap_or_default() {
            let Some(other) = solved.get_mut(&owner) else { continue };
            let Some(factor) = other.get(&first).copied() else { continue };
            add_times(other, &equation, PRIME - factor);
            for unknown in equation.keys() {
                stands_in.entry(*unknown).or_default().push(owner);
            }
        }
        for unknown in equation.keys() {
            stands_in.entry(*unknown).or_default().push(first);
        }
        solved.insert(first, equation);
    }
    let mut follows = vec![false; is_known.len()];
    for (unknown, equation) in solved {
        follows[unknown] = equation.len() == 1;
    }
    follows
}

fn add(equation: &mut Equation, count: usize, factor: u64) {
    let sum = (equation.get(&count).copied().unwrap_or(0) + factor) % PRIME;
    if sum == 0 {
        equation.remove(&count);
    } else {
        equation.insert(count, sum);
    }
}

fn add_times(equation: &mut Equation, other: &Equation, times: u64) {
    for (count, factor) in other {
        add(equation, *count, factor * (times % PRIME) % PRIME);
    }
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut product = 1;
    while exponent > 0 {
        if exponent % 2 == 1 {
            product = product * base % PRIME;
        }
        base = base * base % PRIME;
        exponent /= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(sums: &[&[(usize, i64)]], known: &[usize], counts: usize, expected: &[usize]) {
        let sums: Vec<Vec<(usize, i64)>> = sums.iter().map(|sum| sum.to_vec()).collect();
        let is_known: Vec<bool> = (0..counts).map(|count| known.contains(&count)).collect();
        let follows = follow(&sums, &is_known);
        let found: Vec<usize> = (0..counts).filter(|count| follows[*count]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn one_unknown_of_a_sum_follows_and_two_do_not() {
        check(&[&[(0, 1), (1, 1), (2, -1)]], &[1, 2], 3, &[0]);
        check(&[&[(0, 1), (1, 1), (2, -1)]], &[2], 3, &[]);
        check(&[], &[], 2, &[]);
    }

    #[test]
    fn two_sums_of_the_same_two_tell_both() {
        check(&[&[(0, 1), (1, 1), (2, -1)], &[(0, 1), (1, -1), (3, -1)]], &[2, 3], 4, &[0, 1]);
        // The same sum twice tells no more than once.
        check(&[&[(0, 1), (1, 1), (2, -1)], &[(0, 1), (1, 1), (3, -1)]], &[2, 3], 4, &[]);
        // A difference of two sums.
        check(&[&[(0, 1), (1, 1), (2, 1), (3, -1)], &[(1, 1), (2, 1), (4, -1)]], &[3, 4], 5, &[0]);
        // In a chain, whichever comes first.
        check(&[&[(1, 1), (2, -1)], &[(0, 1), (1, -1)], &[(2, 1), (3, -1)]], &[3], 4, &[0, 1, 2]);
    }

    /// All numbers that four unknowns may move by, so that every sum stays as it is. Minors of such equations are at most 4.
    fn moves(sums: &[[i64; 4]], known: [bool; 4]) -> [bool; 4] {
        let mut moves = [false; 4];
        for code in 0..9_i64.pow(4) {
            let all = [0, 1, 2, 3].map(|place| code / 9_i64.pow(place) % 9 - 4);
            let is_still = |sum: &[i64; 4]| {
                sum.iter().zip(all).map(|(factor, number)| factor * number).sum::<i64>() == 0
            };
            let keeps_known = known.iter().zip(all).all(|(known, number)| !known || number == 0);
            if keeps_known && sums.iter().all(is_still) {
                moves.iter_mut().zip(all).for_each(|(moves, number)| *moves |= number != 0);
            }
        }
        moves
    }

    proptest! {
        #[test]
        fn what_follows_is_the_same_in_every_solution(
            sums in prop::collection::vec(prop::array::uniform4(-1_i64..=1), 0..5),
            known in prop::array::uniform4(any::<bool>()),
        ) {
            let equation = |sum: &[i64; 4]| sum.iter().copied().enumerate().filter(|(_, factor)| *factor != 0).collect();
            let equations: Vec<Vec<(usize, i64)>> = sums.iter().map(equation).collect();
            let (follows, moves) = (follow(&equations, &known), moves(&sums, known));
            for count in 0..4 {
                prop_assert_eq!(follows[count], !known[count] && !moves[count]);
            }
        }
    }
}

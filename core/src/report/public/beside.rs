//! What has to be left out so that all public editions together give no small count away.
//!
//! Three things connect the editions. A count that stands in two of them is one count. Counts of times that make up another
//! time, quarters and their year, add up. And each table has its own sums. A small count that follows from all of that is
//! protected by leaving out a count that only the new edition would tell.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, Name, Part, Place, Series, Time};
use super::follow::follow;
use super::{SMALL_MAX, is_small};

/// Of a series that was restated again and again, so many versions of history are compared.
const HISTORIES_MAX: usize = 8;
/// Between days that have no more than so many others between them, small counts are looked for that no edition is about: the
/// quarters of a year.
const APART_MAX: usize = 4;

/// All that anybody can know, from every edition.
#[derive(Debug, Default)]
struct Known {
    counts: Vec<Shared>,
    sums: Vec<Sum>,
}

/// A count that one or several editions have.
#[derive(Debug)]
struct Shared {
    name: Name,
    /// An earlier edition shows it.
    is_told: bool,
    /// An earlier edition leaves it out.
    was_hidden: bool,
    /// Where the new edition shows it.
    here: BTreeSet<Place>,
    /// It is small, and hidden: nobody is to know it.
    is_secret: bool,
    /// Where the new edition hides it.
    hidden_here: BTreeSet<Place>,
}

/// What is to be done about the new edition.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Remedy {
    /// To be left out.
    pub(super) hide: BTreeSet<Place>,
    /// Small counts of it that follow from earlier editions by themselves: they cannot be protected any more.
    pub(super) told_already: BTreeSet<Place>,
}

/// What the new edition has to leave out beside earlier ones.
pub(super) fn remedy(earlier: &[&Facts], new: &Facts) -> Remedy {
    let mut known = Known::default();
    let mut by_name: BTreeMap<Name, usize> = BTreeMap::new();
    for facts in earlier {
        known.add(facts, &mut by_name, false);
    }
    known.add(new, &mut by_name, true);
    known.add_times(&mut by_name);
    let mut remedy = Remedy::default();
    // What was left out stays so while it is the same.
    let stays_hidden = |count: &&Shared| count.was_hidden && !count.is_told;
    let again: BTreeSet<Place> =
        known.counts.iter().filter(stays_hidden).flat_map(|count| count.here.iter().copied()).collect();
    remedy.hide.extend(known.leave_out(&again));
    for part in known.parts() {
        part.protect(&mut remedy);
    }
    remedy
}

impl Known {
    /// Takes up what an edition shows, hides and adds up.
    fn add(&mut self, facts: &Facts, by_name: &mut BTreeMap<Name, usize>, is_new: bool) {
        let mut shared = Vec::with_capacity(facts.counts.len());
        for count in &facts.counts {
            let known = self.named(&count.name, by_name);
            shared.push(known);
            let one = &mut self.counts[known];
            one.is_secret |= count.is_secret();
            match (count.is_shown, is_new) {
                (true, true) => {
                    one.here.insert(count.place);
                }
                (true, false) => one.is_told = true,
                (false, false) => one.was_hidden = true,
                (false, true) => {
                    one.hidden_here.insert(count.place);
                }
            }
        }
        let of_shared =
            |sum: &Sum| -> Sum { sum.iter().map(|(count, factor)| (shared[*count], *factor)).collect() };
        self.sums.extend(facts.sums.iter().map(of_shared));
    }

    fn named(&mut self, name: &Name, by_name: &mut BTreeMap<Name, usize>) -> usize {
        if let Some(known) = by_name.get(name) {
            return *known;
        }
        self.counts.push(Shared {
            name: name.clone(),
            is_told: false,
            was_hidden: false,
            here: BTreeSet::new(),
            is_secret: false,
            hidden_here: BTreeSet::new(),
        });
        by_name.insert(name.clone(), self.counts.len() - 1);
        self.counts.len() - 1
    }

    /// Adds that counts of times which make up another time add up to its count, and with it the small ones of times that no
    /// edition is about yet: a year less three quarters is the fourth.
    fn add_times(&mut self, by_name: &mut BTreeMap<Name, usize>) {
        let mut series: BTreeMap<Series, Vec<(Time, i64, usize)>> = BTreeMap::new();
        for (name, count) in by_name.iter() {
            if let Some(time) = name.time {
                series.entry(name.series.clone()).or_default().push((time, name.number, *count));
            }
        }
        for (series, mut times) in series {
            if times.len() < 2 {
                continue;
            }
            // In the order in which they became known.
            times.sort_unstable_by_key(|(.., count)| *count);
            let (sums, between) = histories(&times);
            self.sums.extend(sums);
            for (time, number, mut way) in between {
                let name = Name { series: series.clone(), time: Some(time), number };
                if !by_name.contains_key(&name) {
                    let count = self.named(&name, by_name);
                    self.counts[count].is_secret = true;
                    way.push((count, -1));
                    self.sums.push(way);
                }
            }
        }
    }

    /// The counts that sums connect, each such part by itself.
    fn parts(mut self) -> Vec<Known> {
        self.sums.sort_unstable();
        self.sums.dedup();
        // By count, the count that stands for its part.
        let mut parts: Vec<usize> = (0..self.counts.len()).collect();
        for sum in &self.sums {
            let Some((first, _)) = sum.first() else { continue };
            for (count, _) in sum {
                let (one, other) = (root(&mut parts, *first), root(&mut parts, *count));
                parts[other] = one;
            }
        }
        let mut all: BTreeMap<usize, Known> = BTreeMap::new();
        // By count, its place in its part.
        let mut places = Vec::with_capacity(self.counts.len());
        for (count, shared) in self.counts.into_iter().enumerate() {
            let part = all.entry(root(&mut parts, count)).or_default();
            places.push(part.counts.len());
            part.counts.push(shared);
        }
        for sum in self.sums {
            let Some((first, _)) = sum.first() else { continue };
            let part = all.entry(root(&mut parts, *first)).or_default();
            part.sums.push(sum.iter().map(|(count, factor)| (places[*count], *factor)).collect());
        }
        all.into_values().filter(|part| part.counts.iter().any(|count| count.is_secret)).collect()
    }

    /// Leaves out counts of the new edition until no small one is given away.
    fn protect(mut self, remedy: &mut Remedy) {
        let mut hopeless = BTreeSet::new();
        while let Some(secret) = self.given_away().into_iter().find(|secret| !hopeless.contains(secret)) {
            if let Some(count) = self.nearest(secret) {
                let places = self.counts[count].here.clone();
                remedy.hide.extend(self.leave_out(&places));
                continue;
            }
            hopeless.insert(secret);
            let told = self.counts[secret].hidden_here.clone();
            // All that would have to be left out was told before. At least the new edition does not say that it still holds.
            if !told.is_empty() {
                let places = self.beside(secret);
                remedy.hide.extend(self.leave_out(&places));
                remedy.told_already.extend(told);
            }
        }
    }

    /// The new edition shows nothing there.
    fn leave_out<'p>(&mut self, places: &'p BTreeSet<Place>) -> impl Iterator<Item = Place> + use<'p> {
        for count in &mut self.counts {
            count.here.retain(|place| !places.contains(place));
        }
        places.iter().copied()
    }

    /// Where the new edition shows what stands in one sum with a count.
    fn beside(&self, count: usize) -> BTreeSet<Place> {
        let sums = self.sums.iter().filter(|sum| sum.iter().any(|(other, _)| *other == count));
        sums.flatten().flat_map(|(other, _)| self.counts[*other].here.iter().copied()).collect()
    }

    fn is_known(&self) -> Vec<bool> {
        self.counts.iter().map(|count| count.is_told || !count.here.is_empty()).collect()
    }

    /// The small counts that anybody can work out.
    fn given_away(&self) -> Vec<usize> {
        let mut is_known = self.is_known();
        let follows = follow(&self.sums, &is_known);
        let mut away: BTreeSet<usize> =
            (0..self.counts.len()).filter(|count| self.counts[*count].is_secret && follows[*count]).collect();
        is_known.iter_mut().zip(follows).for_each(|(known, follows)| *known |= follows);
        // Small ones that together can only be 1 each, or as many as small ones can be.
        for sum in &self.sums {
            let hidden: Vec<&(usize, i64)> = sum.iter().filter(|(count, _)| !is_known[*count]).collect();
            let Some((_, factor)) = hidden.first() else { continue };
            let all = |number: i64| {
                hidden.iter().all(|(count, other)| {
                    let count = &self.counts[*count];
                    other == factor && count.is_secret && count.name.number == number
                })
            };
            if all(1) || i64::try_from(SMALL_MAX).is_ok_and(all) {
                away.extend(hidden.iter().map(|(count, _)| *count));
            }
        }
        away.into_iter().collect()
    }

    /// The count that only the new edition tells and that stands nearest to a small one: the smallest of those, as it tells
    /// least, and nothing at all last.
    fn nearest(&self, secret: usize) -> Option<usize> {
        let mut reached = BTreeSet::from([secret]);
        let mut edge = reached.clone();
        while !edge.is_empty() {
            let beside = self.sums.iter().filter(|sum| sum.iter().any(|(count, _)| edge.contains(count)));
            let next: BTreeSet<usize> =
                beside.flatten().map(|(count, _)| *count).filter(|count| !reached.contains(count)).collect();
            let can_be_hidden = |count: &usize| {
                let count = &self.counts[*count];
                !count.is_told && !count.here.is_empty()
            };
            let number = |count: &usize| {
                let number = self.counts[*count].name.number;
                (number == 0, number)
            };
            let is_rest = |count: &usize| self.counts[*count].name.series.part() == Part::Rest;
            let found = next.iter().copied().filter(can_be_hidden);
            if let Some(count) = found.min_by_key(|count| (is_rest(count), number(count))) {
                return Some(count);
            }
            reached.extend(&next);
            edge = next;
        }
        None
    }
}

/// The count that stands for the part that a count belongs to.
fn root(parts: &mut [usize], count: usize) -> usize {
    let mut at = count;
    while parts[at] != at {
        parts[at] = parts[parts[at]];
        at = parts[at];
    }
    at
}

/// Counts, each times its factor.
type Sum = Vec<(usize, i64)>;

/// What adds up in a series, and the small counts of times that lie between its times, each with the counts that make it up. A
/// count of a time lies between two days; where counts lead from one day to another by two ways, both ways add up to the same.
/// Counts that were restated contradict others: they belong to another history.
fn histories(times: &[(Time, i64, usize)]) -> (Vec<Sum>, Vec<(Time, i64, Sum)>) {
    let (mut sums, mut between) = (Vec::new(), Vec::new());
    let mut is_placed = vec![false; times.len()];
    for _ in 0..HISTORIES_MAX {
        let Some(first) = is_placed.iter().position(|placed| !placed) else { break };
        let mut history = History::default();
        let others = (0..times.len()).filter(|other| *other != first);
        for place in std::iter::once(first).chain(others) {
            let (time, number, count) = times[place];
            match history.add(time, number, count) {
                Fit::Contradicts => {}
                Fit::Tells(sum) => {
                    is_placed[place] = true;
                    sums.push(sum);
                }
                Fit::New => is_placed[place] = true,
            }
        }
        between.extend(history.between());
    }
    (sums, between)
}

/// Counts that contradict each other nowhere.
#[derive(Debug, Default)]
struct History {
    /// By day, the day that it is measured from, and how many there were since then.
    days: BTreeMap<i64, (i64, i64)>,
    /// Which count leads from one day to another.
    ways: Vec<(Time, usize)>,
}

/// How a count fits into a history.
enum Fit {
    Contradicts,
    /// It is the sum of others.
    Tells(Sum),
    New,
}

impl History {
    fn add(&mut self, (from, to): Time, number: i64, count: usize) -> Fit {
        let at = |day: i64| self.days.get(&day).copied().unwrap_or((day, 0));
        let ((root, start), (other, end)) = (at(from), at(to));
        if root == other {
            let is_so = end.checked_sub(start) == Some(number);
            return if is_so {
                let mut sum = self.way(from, to);
                sum.push((count, -1));
                Fit::Tells(sum)
            } else {
                Fit::Contradicts
            };
        }
        // All that is measured from `other` is measured from `root` from now on.
        let Some(shift) = start.checked_add(number).and_then(|there| there.checked_sub(end)) else {
            return Fit::Contradicts;
        };
        self.days.entry(from).or_insert((root, start));
        self.days.entry(to).or_insert((other, end));
        for measured in self.days.values_mut().filter(|(from, _)| *from == other) {
            *measured = (root, measured.1.saturating_add(shift));
        }
        self.ways.push(((from, to), count));
        Fit::New
    }

    /// The small counts between days that are at most [`APART_MAX`] days of this history apart, and what makes them up.
    fn between(&self) -> Vec<(Time, i64, Sum)> {
        let mut days: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
        for (day, (root, number)) in &self.days {
            days.entry(*root).or_default().push((*day, *number));
        }
        let mut found = Vec::new();
        for days in days.values() {
            for (place, (from, start)) in days.iter().enumerate() {
                for (to, end) in days.iter().skip(place + 1).take(APART_MAX) {
                    let number = end.saturating_sub(*start);
                    if u64::try_from(number).is_ok_and(is_small) {
                        found.push(((*from, *to), number, self.way(*from, *to)));
                    }
                }
            }
        }
        found
    }

    /// The way from one day to another.
    fn way(&self, from: i64, to: i64) -> Sum {
        // By day, how it was come to: from which day, by which count and in which direction.
        let mut come: BTreeMap<i64, (i64, usize, i64)> = BTreeMap::new();
        let mut edge = vec![from];
        while let Some(day) = edge.pop() {
            for ((start, end), by) in &self.ways {
                let (next, factor) = match day {
                    _ if day == *start => (*end, 1),
                    _ if day == *end => (*start, -1),
                    _ => continue,
                };
                if next != from && !come.contains_key(&next) {
                    come.insert(next, (day, *by, factor));
                    edge.push(next);
                }
            }
        }
        let mut sum = Sum::new();
        let mut day = to;
        while let Some((before, by, factor)) = come.get(&day) {
            sum.push((*by, *factor));
            day = *before;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(all: &[(i64, i64, i64)]) -> Vec<(Time, i64, usize)> {
        (all.iter().enumerate()).map(|(count, (from, to, number))| ((*from, *to), *number, count)).collect()
    }

    fn sorted(mut sums: Vec<Vec<(usize, i64)>>) -> Vec<Vec<(usize, i64)>> {
        for sum in &mut sums {
            sum.sort_unstable();
        }
        sums
    }

    #[test]
    fn quarters_make_up_their_year() {
        let year = times(&[(0, 90, 5), (90, 180, 3), (180, 270, 0), (270, 365, 7), (0, 365, 15)]);
        assert_eq!(sorted(histories(&year).0), [vec![(0, 1), (1, 1), (2, 1), (3, 1), (4, -1)]]);
        // Not all of them: nothing adds up.
        assert_eq!(histories(&times(&[(0, 90, 5), (90, 180, 3), (0, 365, 15)])).0, Vec::<Sum>::new());
        // A stock is no sum of stocks.
        assert_eq!(histories(&times(&[(0, 90, 5), (90, 180, 3), (0, 180, 3)])).0, Vec::<Sum>::new());
        // A half, which the quarters make up and which makes up the year.
        let half = times(&[(0, 180, 8), (180, 365, 7), (0, 365, 15), (0, 90, 5), (90, 180, 3)]);
        assert_eq!(
            sorted(histories(&half).0),
            [vec![(0, 1), (1, 1), (2, -1)], vec![(0, 1), (3, -1), (4, -1)]]
        );
    }

    #[test]
    fn a_year_less_three_quarters_is_the_fourth() {
        let (_, between) = histories(&times(&[(0, 365, 18), (0, 90, 5), (90, 180, 6), (180, 270, 4)]));
        let mut fourth = between.into_iter().filter(|((from, _), ..)| *from == 270);
        let (time, number, mut way) = fourth.next().unwrap();
        way.sort_unstable();
        assert_eq!((time, number, way), ((270, 365), 3, vec![(0, 1), (1, -1), (2, -1), (3, -1)]));
    }

    #[test]
    fn what_was_restated_has_a_history_of_its_own() {
        let restated = times(&[(0, 90, 5), (90, 180, 3), (0, 180, 8), (90, 180, 6), (0, 180, 11)]);
        let expected = [vec![(0, 1), (1, 1), (2, -1)], vec![(0, 1), (3, 1), (4, -1)]];
        let mut found = sorted(histories(&restated).0);
        found.iter_mut().for_each(|sum| {
            if sum[0].1 < 0 {
                sum.iter_mut().for_each(|(_, factor)| *factor *= -1)
            }
        });
        assert_eq!(found, expected);
    }
}

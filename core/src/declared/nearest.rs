//! Which known names look like a misspelt one.

use crate::limits::{NEAREST_BYTES_MAX, NEAREST_NAMES_MAX};

/// The known names that differ from `wanted` in few letters, nearest first.
///
/// # Limits
/// [`NEAREST_NAMES_MAX`] names; none for a text of more than [`NEAREST_BYTES_MAX`] bytes.
fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    if wanted.len() > NEAREST_BYTES_MAX {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = known
        .filter(|name| name.len().abs_diff(wanted.len()) <= most)
        .map(|name| (distance(wanted.as_bytes(), name.as_bytes()), name))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.dedup();
    // What is much further off than the nearest was hardly meant.
    let farthest = near.first().map_or(0, |(distance, _)| distance + 1);
    near.retain(|(distance, _)| *distance <= farthest);
    near.into_iter().take(NEAREST_NAMES_MAX).map(|(_, name)| name).collect()
}

/// `; did you mean a, b or c?`, or nothing. Of the names in an event: few letters differ, since a name that is nobody's
/// may well be meant.
pub(crate) fn question<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    asked(&nearest(wanted, known, (wanted.len() / 6).clamp(1, 4)))
}

/// As [`question`], of the names in a file, where a name that is nobody's is a mistake in any case.
pub(crate) fn question_in_file<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    // Two letters that changed places count as two.
    let least = if wanted.len() < 4 { 1 } else { 2 };
    asked(&nearest(wanted, known, (wanted.len() / 3).clamp(least, 4)))
}

fn asked(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [others @ .., last] => format!("; did you mean {} or {last}?", others.join(", ")),
    }
}

/// How many letters have to be put in, taken out or replaced.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (place, byte) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(byte != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expect) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("recieved", "received", 2)]
        {
            assert_eq!(distance(left.as_bytes(), right.as_bytes()), expect, "{left} {right}");
            assert_eq!(distance(right.as_bytes(), left.as_bytes()), expect, "{right} {left}");
        }
    }

    #[test]
    fn questions() {
        let known = ["request.received", "request.reopened", "request.redacted"];
        let ask = |wanted: &str| question(wanted, known.into_iter());
        assert_eq!(ask("request.recieved"), "; did you mean request.received?");
        assert_eq!(ask("request.reacted"), "; did you mean request.redacted?");
        assert_eq!(ask("request.re_e_ed"), "");
        assert_eq!(ask("breach.aware"), "");
        assert_eq!(ask(&"r".repeat(NEAREST_BYTES_MAX + 1)), "");
    }
}

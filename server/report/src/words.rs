//! Cells and figures as people read them, the same in every format.

use muniment_core::report::{Cell, Metric, Share};

/// What stands for a number that is left out.
pub(crate) const LEFT_OUT: &str = "[c]";
/// What that means.
pub(crate) const LEFT_OUT_MEANS: &str =
    "[c] stands for a number that is left out, because it is between 1 and 4 or would tell one that is.";

/// A cell as a text.
pub(crate) fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Flag(true) => "Yes".to_owned(),
        Cell::Flag(false) => "No".to_owned(),
        Cell::Number(number) => grouped(*number),
        Cell::Text(text) => text.clone(),
        Cell::Share(share) => share.to_string(),
        Cell::Suppressed(_) => LEFT_OUT.to_owned(),
        Cell::Nothing => String::new(),
    }
}

/// A figure as a text.
pub(crate) fn figure(metric: &Metric) -> String {
    match (metric.numerator, metric.denominator) {
        (Some(numerator), Some(denominator)) => Share { numerator, denominator }.to_string(),
        (Some(numerator), None) => grouped(i64::try_from(numerator).unwrap_or(i64::MAX)),
        (None, _) => LEFT_OUT.to_owned(),
    }
}

/// A number in groups of three digits.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether a column holds numbers: then it is aligned to the right.
pub(crate) fn is_numeric<'c>(mut cells: impl Iterator<Item = &'c Cell>) -> bool {
    let mut any = false;
    let all = cells.all(|cell| {
        any |= matches!(cell, Cell::Number(_) | Cell::Share(_));
        matches!(cell, Cell::Number(_) | Cell::Share(_) | Cell::Suppressed(_) | Cell::Nothing)
    });
    all && any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let all = [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")];
        for (number, text) in all {
            assert_eq!(grouped(number), text);
        }
    }
}

//! Charts as SVG: presentation attributes only, so that it is drawn alike in a page, under a strict content policy, and by
//! what makes a PDF. A chart repeats a table that stands beside it; it never says anything of its own.

use std::fmt::Write as _;

use muniment_core::report::{Cell, Chart, Draw, Table};

use crate::html::escaped;
use crate::words::grouped;

const WIDTH: f64 = 720.0;
const LABELS: f64 = 220.0;
/// Room for the number at the end of a bar, or more where the numbers are longer.
const NUMBERS: f64 = 64.0;
/// What lies between a bar and its number.
const GAP: f64 = 5.0;
/// How wide a character of a number is at most, on average.
const DIGIT: f64 = 7.7;
/// However long the numbers are, bars have so much room.
const BARS_MIN: f64 = 50.0;
const LINE_HEIGHT: f64 = 16.0;
const LABEL_CHARS: usize = 30;
/// Of the Government Analysis Function's palette: told apart in grey too, and all dark enough on white.
pub(crate) const COLOURS: [&str; 6] = ["#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"];
const DASHES: [&str; 6] = ["none", "8 4", "2 3", "12 3 2 3", "4 2", "1 4"];

/// What a chart shows: a name for each category, and for each series its name and numbers; `None` where one is left out.
struct Shown {
    categories: Vec<String>,
    series: Vec<(String, Vec<Option<f64>>)>,
    unit: &'static str,
}

impl Shown {
    /// Of a table whose bars stand on one another not the column that says what the others come to: they would be twice as long.
    fn of(table: &Table, draw: Draw) -> Shown {
        let rows = match table.rows.split_last() {
            Some((_, rows)) if table.totals => rows,
            _ => &table.rows[..],
        };
        let has = |wanted: &dyn Fn(&Cell) -> bool| -> Vec<usize> {
            (1..table.columns.len())
                .filter(|place| draw != Draw::StackedBars || table.columns[*place].name != "whole")
                .filter(|place| rows.iter().any(|row| row.cells.get(*place).is_some_and(wanted)))
                .collect()
        };
        let numbers = has(&|cell| matches!(cell, Cell::Number(_)));
        let shares = has(&|cell| matches!(cell, Cell::Share(_)));
        let (places, unit) = if numbers.is_empty() { (shares, "\u{a0}%") } else { (numbers, "") };
        let number = |cell: Option<&Cell>| match cell {
            Some(Cell::Number(number)) => Some(*number as f64),
            Some(Cell::Share(share)) => Some(share.percent()? as f64),
            _ => None,
        };
        let series = places.into_iter().map(|place| {
            let of_rows = rows.iter().map(|row| number(row.cells.get(place)));
            (table.columns[place].title.clone(), of_rows.collect())
        });
        let name = |row: &muniment_core::report::Row| row.cells.first().map(crate::words::cell);
        Shown {
            categories: rows.iter().map(|row| name(row).unwrap_or_default()).collect(),
            series: series.collect(),
            unit,
        }
    }

    fn label(&self, number: Option<f64>) -> String {
        let Some(number) = number else { return "[c]".to_owned() };
        let digits = format!("{number:.0}");
        format!("{}{}", digits.parse().map_or(digits, grouped), self.unit)
    }

    /// What stands behind each bar of a category, or behind all of them where they are stacked.
    fn numbers(&self, place: usize, draw: Draw) -> Vec<String> {
        let each = self.series.iter().map(|(_, numbers)| self.label(numbers.get(place).copied().flatten()));
        let each: Vec<String> = each.collect();
        if draw == Draw::StackedBars { vec![each.join(" + ")] } else { each }
    }

    /// How much room the longest of these takes.
    fn room_for_numbers(&self, draw: Draw) -> f64 {
        let all = (0..self.categories.len()).flat_map(|place| self.numbers(place, draw));
        let longest = all.map(|number| number.chars().count()).max().unwrap_or(0);
        (GAP + longest as f64 * DIGIT).clamp(NUMBERS, WIDTH - LABELS - BARS_MIN)
    }

    fn most(&self, draw: Draw) -> f64 {
        let sum_or_max = |place: usize| {
            let numbers = self.series.iter().filter_map(|(_, numbers)| numbers.get(place).copied().flatten());
            if draw == Draw::StackedBars { numbers.sum() } else { numbers.fold(0.0, f64::max) }
        };
        (0..self.categories.len()).map(sum_or_max).fold(1.0, f64::max)
    }
}

/// The chart of a table. `id` is to be another one for each chart of a page.
#[must_use]
pub fn chart(table: &Table, chart: &Chart, id: &str) -> String {
    let shown = Shown::of(table, chart.draw);
    let (drawn, height) = if shown.series.is_empty() || shown.categories.is_empty() {
        (text(0.0, LINE_HEIGHT, "start", "There is nothing to draw."), 2.0 * LINE_HEIGHT)
    } else if chart.draw == Draw::Line {
        lines(&shown)
    } else {
        bars(&shown, chart.draw)
    };
    let (id, title, alternative) = (escaped(id), escaped(&chart.title), escaped(&chart.alternative));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"12\">\
         <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{alternative}</desc>\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>{drawn}</svg>"
    )
}

fn text(x: f64, y: f64, anchor: &str, words: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#0b0c0c\">{}</text>",
        escaped(words)
    )
}

/// A long name on several lines: nothing of it is cut off.
fn wrapped(words: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let last = lines.last_mut().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > LABEL_CHARS {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// One line a series; where there is only one, its name is the chart's title.
fn legend(shown: &Shown, draw: Draw) -> (String, f64) {
    let mut drawn = String::new();
    let (mut x, mut y) = (0.0, 14.0);
    for (place, (name, _)) in shown.series.iter().enumerate() {
        let wide = 40.0 + name.chars().count() as f64 * 7.5;
        if x > 0.0 && x + wide > WIDTH {
            (x, y) = (0.0, y + LINE_HEIGHT + 4.0);
        }
        let colour = COLOURS[place % COLOURS.len()];
        let _ = if draw == Draw::Line {
            let dash = DASHES[place % DASHES.len()];
            let middle = y - 4.0;
            write!(
                drawn,
                "<path d=\"M{x:.1} {middle:.1}h24\" stroke=\"{colour}\" stroke-width=\"3\" stroke-dasharray=\"{dash}\"/>"
            )
        } else {
            let top = y - 11.0;
            write!(drawn, "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"14\" height=\"14\" fill=\"{colour}\"/>")
        };
        drawn.push_str(&text(x + 30.0, y, "start", name));
        x += wide;
    }
    (drawn, y + 14.0)
}

fn bars(shown: &Shown, draw: Draw) -> (String, f64) {
    let (mut drawn, mut y) = legend(shown, draw);
    let scale = (WIDTH - LABELS - shown.room_for_numbers(draw)) / shown.most(draw);
    for (place, category) in shown.categories.iter().enumerate() {
        let names = wrapped(category);
        let count = if draw == Draw::StackedBars { 1 } else { shown.series.len() };
        let high = (names.len() as f64 * LINE_HEIGHT).max(count as f64 * 18.0) + 8.0;
        for (line, name) in names.iter().enumerate() {
            let at = y + 13.0 + line as f64 * LINE_HEIGHT;
            drawn.push_str(&text(LABELS - 10.0, at, "end", name));
        }
        let labels = shown.numbers(place, draw);
        let mut x = LABELS;
        for (series, (_, numbers)) in shown.series.iter().enumerate() {
            let number = numbers.get(place).copied().flatten();
            let wide = number.unwrap_or(0.0).max(0.0) * scale;
            let colour = COLOURS[series % COLOURS.len()];
            let top = if draw == Draw::StackedBars { y } else { y + series as f64 * 18.0 };
            let _ = write!(
                drawn,
                "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"15\" fill=\"{colour}\" stroke=\"#ffffff\"/>"
            );
            if draw == Draw::StackedBars {
                x += wide;
            } else if let Some(label) = labels.get(series) {
                drawn.push_str(&text(x + wide + GAP, top + 12.0, "start", label));
            }
        }
        if draw == Draw::StackedBars {
            drawn.push_str(&text(x + GAP, y + 12.0, "start", &labels.concat()));
        }
        y += high;
    }
    let _ = write!(drawn, "<path d=\"M{LABELS} 24V{:.1}\" stroke=\"#505a5f\"/>", y - 4.0);
    (drawn, y + 4.0)
}

fn lines(shown: &Shown) -> (String, f64) {
    let (mut drawn, top) = legend(shown, Draw::Line);
    let (left, high) = (60.0, 200.0);
    let most = shown.most(Draw::Line);
    let count = shown.categories.len();
    let step = (WIDTH - left - 40.0) / (count.saturating_sub(1).max(1)) as f64;
    let x = |place: usize| left + place as f64 * step;
    let y = |number: f64| top + 10.0 + high - number / most * high;
    for part in [0.0, 0.5, 1.0] {
        let (at, number) = (y(most * part), most * part);
        let _ = write!(drawn, "<path d=\"M{left} {at:.1}H{WIDTH}\" stroke=\"#b1b4b6\"/>");
        drawn.push_str(&text(left - 8.0, at + 4.0, "end", &shown.label(Some(number.round()))));
    }
    for (series, (_, numbers)) in shown.series.iter().enumerate() {
        let (colour, dash) = (COLOURS[series % COLOURS.len()], DASHES[series % DASHES.len()]);
        let mut path = String::new();
        let mut pen_is_up = true;
        for (place, number) in numbers.iter().enumerate() {
            let Some(number) = number else {
                pen_is_up = true;
                continue;
            };
            let _ = write!(path, "{}{:.1} {:.1}", if pen_is_up { "M" } else { "L" }, x(place), y(*number));
            let _ = write!(
                drawn,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{colour}\"/>",
                x(place),
                y(*number)
            );
            pen_is_up = false;
        }
        let _ = write!(
            drawn,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-dasharray=\"{dash}\"/>"
        );
    }
    let below = top + high + 28.0;
    let longest = shown.categories.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
    for (place, category) in shown.categories.iter().enumerate() {
        let (at, words) = (x(place), escaped(category));
        let _ = write!(
            drawn,
            "<text transform=\"translate({at:.1} {below:.1}) rotate(-40)\" text-anchor=\"end\" fill=\"#0b0c0c\">{words}</text>"
        );
    }
    (drawn, below + longest * 5.2 + 14.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn charts() -> Vec<String> {
        let document = testing::rich();
        let section = &document.sections[0];
        let mut all = Vec::new();
        for block in &section.blocks {
            if let muniment_core::report::Block::Chart(of) = block {
                let table = section.tables().find(|table| table.name == of.table).unwrap();
                all.push(chart(table, of, &format!("c{}", all.len())));
            }
        }
        all
    }

    #[test]
    fn a_chart_says_what_it_shows_and_cuts_nothing_off() {
        let all = charts();
        assert_eq!(all.len(), 3);
        for svg in &all {
            assert!(
                svg.starts_with("<svg ") && svg.contains("role=\"img\"") && svg.contains("<title id="),
                "{svg}"
            );
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("style="), "{svg}");
        }
        // The row of totals would dwarf the rest.
        assert!(all[0].contains(">1,344</text>") && !all[0].contains(">All</text>"));
        assert!(
            all[2].contains("Directorate of long and</text>")
                && all[2].contains(">winding names, number 24</text>"),
            "{}",
            all[2]
        );
    }

    /// Six numbers of six digits, and shares: whatever stands behind the longest bar ends within the chart.
    #[test]
    fn numbers_behind_bars_stay_within_the_chart() {
        let share = serde_json::json!({"numerator": 1, "denominator": 1});
        for (cell, series) in [(serde_json::json!(999_999), 6), (serde_json::json!(7), 6), (share, 4)] {
            let column = |place: usize| serde_json::json!({"name": format!("c{place}"), "title": format!("Series {place}")});
            let mut cells = vec![serde_json::json!("A category")];
            cells.extend(std::iter::repeat_n(cell, series));
            let table: Table = serde_json::from_value(serde_json::json!({
                "name": "t", "title": "T", "totals": false, "columns": (0..=series).map(column).collect::<Vec<_>>(),
                "rows": [{"cells": cells, "evidence": []}],
            }))
            .unwrap();
            for draw in [Draw::Bars, Draw::StackedBars] {
                let (drawn, _) = bars(&Shown::of(&table, draw), draw);
                let behind = drawn.split("<text x=\"").skip(1).filter_map(|text| text.split_once("</text>"));
                let mut seen = 0;
                for (text, _) in
                    behind.filter(|(text, _)| text.contains("\"start\"") && !text.contains("Series"))
                {
                    let (x, _) = text.split_once('"').unwrap();
                    let (_, words) = text.rsplit_once('>').unwrap();
                    let end = x.parse::<f64>().unwrap() + words.chars().count() as f64 * DIGIT;
                    assert!(end <= WIDTH + 0.1, "{end}: {words}");
                    seen += 1;
                }
                assert_eq!(seen, if draw == Draw::StackedBars { 1 } else { series });
            }
        }
    }

    #[test]
    fn what_parts_come_to_does_not_stand_on_them() {
        let table: Table = serde_json::from_value(serde_json::json!({
            "name": "t", "title": "T", "totals": false,
            "columns": [{"name": "month", "title": "Month"}, {"name": "of_a", "title": "A"}, {"name": "of_b", "title": "B"},
                {"name": "whole", "title": "All"}],
            "rows": [{"cells": ["2026-01", 2, 3, 5], "evidence": []}],
        }))
        .unwrap();
        let stacked = Shown::of(&table, Draw::StackedBars);
        assert_eq!(
            (stacked.numbers(0, Draw::StackedBars), stacked.most(Draw::StackedBars)),
            (vec!["2 + 3".to_owned()], 5.0)
        );
        assert_eq!(Shown::of(&table, Draw::Bars).numbers(0, Draw::Bars), ["2", "3", "5"]);
    }

    #[test]
    fn where_there_is_nothing_it_says_so() {
        let document = testing::empty();
        let table = document.sections[0].tables().next().unwrap();
        let Some(muniment_core::report::Block::Chart(of)) = document.sections[0].blocks.last() else {
            panic!()
        };
        assert!(chart(table, of, "c").contains("There is nothing to draw."));
    }
}

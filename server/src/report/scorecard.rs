//! The figures at a glance, and how they compare: with what is aimed at, with earlier years, with what a document says of a
//! year that the ledger does not have.

use std::collections::BTreeMap;

use muniment_core::report::{Block, Cell, Column, Finding, Metric, Row, Section, Share, Table, place_of};
use muniment_core::time::Timestamp;

use super::Wish;
use super::day::Day;
use super::period::Period;
use super::survey::{Imported, Survey, Target};
use crate::plugins::contributions::Contribution;

/// A figure in this year and those before it.
pub(super) struct Compared<'y> {
    /// The periods, this one first.
    pub(super) periods: Vec<Period>,
    /// By section and name, what each year says.
    figures: BTreeMap<(String, String), Vec<Option<&'y Metric>>>,
    /// In the order of the report.
    order: Vec<(String, String)>,
    imported: &'y [Imported],
}

impl<'y> Compared<'y> {
    /// The figures of the years, each year's sections with the period first.
    pub(super) fn new(years: &'y [Vec<Section>], period: &Period, survey: &'y Survey) -> Compared<'y> {
        let mut periods = vec![period.clone()];
        while periods.len() < years.len()
            && let Some(earlier) = periods.last().and_then(Period::year_before)
        {
            periods.push(earlier);
        }
        let mut figures: BTreeMap<(String, String), Vec<Option<&Metric>>> = BTreeMap::new();
        let mut order = Vec::new();
        for (year, sections) in years.iter().enumerate() {
            for section in sections {
                for metric in section.metrics() {
                    let key = (section.id.clone(), metric.name.clone());
                    let of_years = figures.entry(key.clone()).or_insert_with(|| {
                        order.push(key);
                        vec![None; years.len()]
                    });
                    of_years[year] = Some(metric);
                }
            }
        }
        order.sort_by(|(one, _), (other, _): &(String, String)| place_of(one).cmp(&place_of(other)));
        Compared { periods, figures, order, imported: &survey.imported }
    }

    fn rows(&self) -> impl Iterator<Item = (&(String, String), &Vec<Option<&'y Metric>>)> {
        self.order.iter().filter_map(|key| Some((key, self.figures.get(key)?)))
    }

    /// What a document says of a figure in a period.
    fn imported(&self, name: &str, period: &Period) -> Option<&'y Imported> {
        let is_it = |figure: &&Imported| {
            same_name(&figure.name, name) && figure.from == period.from && figure.to == period.to
        };
        self.imported.iter().rfind(is_it)
    }
}

/// Whether a name that people give, such as `foi-in-time`, is that of a figure, such as `foi_in_time`.
fn same_name(given: &str, name: &str) -> bool {
    given.len() == name.len()
        && given.bytes().zip(name.bytes()).all(|(a, b)| a == b || (a == b'-' && b == b'_'))
}

fn cell(metric: Option<&Metric>) -> Cell {
    match metric.map(|metric| (metric.numerator, metric.denominator)) {
        Some((Some(numerator), Some(denominator))) => Cell::Share(Share { numerator, denominator }),
        Some((Some(numerator), None)) => Cell::Number(i64::try_from(numerator).unwrap_or(i64::MAX)),
        Some((None, _)) | None => Cell::Nothing,
    }
}

/// Whole numbers are printed as such.
fn plain(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number}") }
}

fn imported_words(figure: &Imported) -> String {
    let of = figure.denominator.map(|denominator| format!(" of {}", plain(denominator))).unwrap_or_default();
    format!("{}{of} (from a document, not evidenced by events)", plain(figure.numerator))
}

/// Fills R1 and R20, and says in them what the ledger does not know.
pub(super) fn add(
    sections: &mut BTreeMap<String, Section>,
    compared: &Compared<'_>,
    survey: &Survey,
    contributions: &[Contribution],
    wish: &Wish,
    covered: impl Fn(&str) -> Option<(Day, u64)>,
    first: Timestamp,
) {
    let mut front = vec![about(wish, compared)];
    front.extend(missing(survey, contributions, wish, covered, first));
    front.push(Block::Table(glance(compared, survey)));
    if let Some(section) = sections.get_mut("R1") {
        front.append(&mut section.blocks);
        section.blocks = front;
    }
    if let Some(section) = sections.get_mut("R20") {
        section.blocks.push(Block::Table(years(compared)));
    }
}

fn about(wish: &Wish, compared: &Compared<'_>) -> Block {
    let compared = match compared.periods.get(1..) {
        Some(earlier) if !earlier.is_empty() => {
            let names: Vec<&str> = earlier.iter().map(|period| period.name.as_str()).collect();
            format!("Figures are compared with {}, counted anew from the same ledger.", names.join(" and "))
        }
        _ => "The ledger holds no earlier year to compare with.".to_owned(),
    };
    let Period { from, to, .. } = &wish.period;
    Block::Paragraph {
        text: format!("This report is about {} to {}. {compared}", from.in_words(), to.in_words()),
    }
}

/// What a reader has to know before believing a figure.
fn missing(
    survey: &Survey,
    contributions: &[Contribution],
    wish: &Wish,
    covered: impl Fn(&str) -> Option<(Day, u64)>,
    first: Timestamp,
) -> Vec<Block> {
    let mut found = Vec::new();
    let mut say = |text: String, evidence: Vec<u64>| {
        found.push(Block::Finding(Finding { text, clauses: Vec::new(), evidence }));
    };
    let began = Day::in_london(first);
    if began > wish.period.from && survey.covered_from.is_empty() {
        say(
            format!(
                "The ledger began on {}. Of the days before it holds what was recorded afterwards, and nobody has declared from when it is complete.",
                began.in_words()
            ),
            vec![0],
        );
    }
    for group in survey.covered_from.keys() {
        if let Some((from, seq)) = covered(group).filter(|(from, _)| *from > wish.period.from) {
            let text = format!(
                "Events of the group `{group}` are complete from {} on only: the period is covered in part, and its figures are no year's.",
                from.in_words()
            );
            say(text, vec![seq]);
        }
    }
    for contribution in contributions {
        let plugin = &contribution.plugin;
        if let Err(why) = &contribution.sections {
            say(
                format!("The plugin `{plugin}` could not be asked, and its figures are missing: {why}."),
                Vec::new(),
            );
        }
        if let Some(seq) = contribution.stopped_before {
            say(
                format!(
                    "The plugin `{plugin}` is in quarantine: its figures count nothing from entry {seq} on."
                ),
                vec![seq],
            );
        }
    }
    for (name, target) in &survey.targets {
        let is_known = |contribution: &Contribution| {
            contribution.sections.as_ref().is_ok_and(|years| {
                years.first().is_some_and(|said| names_of(said).any(|metric| same_name(name, metric)))
            })
        };
        if !contributions.iter().any(is_known) {
            say(
                format!("A target was set for `{name}`, which is no figure of this report."),
                vec![target.seq],
            );
        }
    }
    found
}

fn names_of(said: &serde_json::Value) -> impl Iterator<Item = &str> {
    let sections = said.as_array().into_iter().flatten();
    let blocks = sections.flat_map(|section| section["blocks"].as_array().into_iter().flatten());
    blocks.filter(|block| block["kind"] == "metric").filter_map(|block| block["name"].as_str())
}

/// Figures that have a target, or are shares: each with last year's, what is aimed at, and red, amber or green.
fn glance(compared: &Compared<'_>, survey: &Survey) -> Table {
    let target_of = |name: &str| {
        let found = survey.targets.iter().find(|(given, _)| same_name(given, name));
        found.map(|(_, target)| target)
    };
    let last_year = compared.periods.first().and_then(Period::year_before);
    let rows = compared.rows().filter_map(|((section, name), years)| {
        let this = years.first().copied().flatten()?;
        let target = target_of(name);
        if target.is_none() && this.denominator.is_none() {
            return None;
        }
        let counted = years.get(1).copied().flatten();
        let imported = last_year.as_ref().and_then(|period| compared.imported(name, period));
        let before = match (counted, imported) {
            (Some(metric), _) => cell(Some(metric)),
            (None, Some(figure)) => Cell::Text(imported_words(figure)),
            (None, None) => Cell::Nothing,
        };
        let cells = vec![
            Cell::Text(this.title.clone()),
            Cell::Text(section.clone()),
            cell(Some(this)),
            before,
            target.map_or(Cell::Nothing, |target| Cell::Text(words(target))),
            target
                .and_then(|target| light(this, target))
                .map_or(Cell::Nothing, |light| Cell::Text(light.to_owned())),
        ];
        let evidence =
            target.map(|target| target.seq).into_iter().chain(imported.map(|figure| figure.seq)).collect();
        Some(Row { cells, subject: None, unit: None, evidence })
    });
    Table {
        name: "figures_at_a_glance".to_owned(),
        title: "The figures at a glance".to_owned(),
        columns: columns(&[
            ("figure", "Figure"),
            ("section", "Section"),
            ("this_year", "This period"),
            ("last_year", "The year before"),
            ("target", "Target"),
            ("rag", "RAG"),
        ]),
        rows: rows.collect(),
        totals: false,
    }
}

fn columns(all: &[(&str, &str)]) -> Vec<Column> {
    all.iter().map(|(name, title)| Column { name: (*name).to_owned(), title: (*title).to_owned() }).collect()
}

fn words(target: &Target) -> String {
    let unit = match target.measure.as_str() {
        "per_cent" => "\u{a0}%",
        "days" => " days",
        "hours" => " hours",
        "pounds" => " pounds",
        _ => "",
    };
    let how = if target.at_least { "at least" } else { "at most" };
    format!("{how} {}{unit}", plain(target.value))
}

/// Against a percentage goes the exact share, not what rounding made of it.
fn light(metric: &Metric, target: &Target) -> Option<&'static str> {
    let reached = match (target.measure.as_str(), metric.numerator?, metric.denominator) {
        ("per_cent", _, Some(0)) | ("per_cent", _, None) => return None,
        ("per_cent", numerator, Some(denominator)) => numerator as f64 * 100.0 / denominator as f64,
        (_, numerator, _) => numerator as f64,
    };
    let meets = |aim: f64| if target.at_least { reached >= aim } else { reached <= aim };
    Some(match target.amber_at {
        _ if meets(target.value) => "green",
        Some(amber) if meets(amber) => "amber",
        _ => "red",
    })
}

/// All figures, year by year.
fn years(compared: &Compared<'_>) -> Table {
    let mut names: Vec<(String, String)> =
        vec![("figure".to_owned(), "Figure".to_owned()), ("section".to_owned(), "Section".to_owned())];
    names.extend(
        compared
            .periods
            .iter()
            .enumerate()
            .map(|(year, period)| (format!("year_{year}"), period.name.clone())),
    );
    let rows = compared.rows().map(|((section, name), years)| {
        let title = years.iter().flatten().next().map_or(name.as_str(), |metric| metric.title.as_str());
        let mut cells = vec![Cell::Text(title.to_owned()), Cell::Text(section.clone())];
        cells.extend(years.iter().map(|metric| cell(*metric)));
        Row { cells, subject: None, unit: None, evidence: Vec::new() }
    });
    Table {
        name: "years".to_owned(),
        title: "All figures, year by year".to_owned(),
        columns: names.into_iter().map(|(name, title)| Column { name, title }).collect(),
        rows: rows.collect(),
        totals: false,
    }
}

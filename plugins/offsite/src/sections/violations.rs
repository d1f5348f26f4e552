//! What the section says of violations.

use muniment_sdk::{Block, Cell, Column, Period, Row};

use super::summed;
use crate::joined::Broken;
use crate::store::Past;
use crate::violation::Kind;

/// Its blocks.
pub(super) fn blocks(past: &Past<'_>, period: Period) -> Vec<Block> {
    let view = past.view();
    let all = past.violations.keys().flat_map(|number| view.joined(number).violations);
    let all: Vec<Broken> = all.filter(|broken| period.holds(broken.on.day)).collect();
    let mut blocks = vec![Block::Heading("Violations".to_owned())];
    if all.is_empty() {
        let text = "No violation of the standards for working at home was recorded in the period.";
        blocks.push(Block::Paragraph(text.to_owned()));
        return blocks;
    }
    let row = |name: &str, wanted: Option<Kind>| {
        let is_wanted = |it: &&Broken| wanted.is_none_or(|wanted| it.seen.kind == wanted);
        let these: Vec<&Broken> = all.iter().filter(is_wanted).collect();
        let dealt = these.iter().filter(|it| it.dealt.is_some()).count();
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            Cell::count(dealt),
            Cell::count(these.len() - dealt),
        ])
        .evidence(these.iter().map(|it| it.on.seq))
    };
    let mut rows: Vec<Row> = Kind::ALL.into_iter().map(|kind| row(kind.name(), Some(kind))).collect();
    rows.push(row("All", None));
    let columns = vec![
        Column::new("kind", "What was broken"),
        Column::new("violations", "Violations"),
        Column::new("dealt", "Dealt with"),
        Column::new("open", "Open"),
    ];
    blocks.push(summed(
        "violations_by_kind",
        "Violations of the standards for working at home in the period, and whether they were dealt with",
        columns,
        rows,
    ));
    blocks
}

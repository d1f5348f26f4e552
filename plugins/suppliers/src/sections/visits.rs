//! What the section says of visitors.

use muniment_sdk::{Block, Cell, Column, Row};

use super::{Asked, summed};
use crate::on::On;
use crate::visit::{Area, Seen};

/// Its blocks.
pub(super) fn blocks(asked: Asked<'_>) -> Vec<Block> {
    let visits = asked.plugin.visits.cases_at(asked.settings, asked.status_at);
    let seen: Vec<(On, Seen)> =
        visits.flat_map(|(_, visit)| visit.seen).filter(|(on, _)| asked.period.holds(on.day)).collect();
    let mut blocks = vec![Block::Heading("Visitors".to_owned())];
    if seen.is_empty() {
        blocks.push(Block::Paragraph("No visit was recorded in the period.".to_owned()));
        return blocks;
    }
    let row = |name: &str, wanted: Option<Area>| {
        let is_wanted = |(_, seen): &&(On, Seen)| wanted.is_none_or(|wanted| seen.area == wanted);
        let these: Vec<&(On, Seen)> = seen.iter().filter(is_wanted).collect();
        let count = |escorted: Option<bool>| {
            Cell::count(these.iter().filter(|(_, seen)| seen.escorted == escorted).count())
        };
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            count(Some(true)),
            count(Some(false)),
            count(None),
        ])
        .evidence(these.iter().map(|(on, _)| on.seq))
    };
    let mut rows: Vec<Row> = Area::ALL.into_iter().map(|area| row(area.name(), Some(area))).collect();
    rows.push(row("All", None));
    let columns = vec![
        Column::new("area", "Area"),
        Column::new("visits", "Recorded"),
        Column::new("escorted", "Escorted"),
        Column::new("alone", "Not escorted"),
        Column::new("unknown", "Not recorded"),
    ];
    blocks.push(summed(
        "visits_by_area",
        "Visitors recorded in the period, by the area in which they were seen",
        columns,
        rows,
    ));
    blocks
}

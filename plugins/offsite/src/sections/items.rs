//! What the section says of items out.

use muniment_sdk::{Block, Cell, Column, Day, Instant, Metric, Period, Row};

use super::{found, summed};
use crate::joined::Out;
use crate::store::Past;
use crate::thing::{Medium, Thing, Trip};

/// How a time out of the building stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    InTime,
    Late,
    Lost,
    Overdue,
    NotDue,
}

impl Stage {
    fn of(trip: &Trip, today: Day) -> Stage {
        match (trip.back, &trip.lost) {
            (Some(back), _) if back.day <= trip.due() => Stage::InTime,
            (Some(_), _) => Stage::Late,
            (None, Some(_)) => Stage::Lost,
            (None, None) if trip.due() < today => Stage::Overdue,
            (None, None) => Stage::NotDue,
        }
    }
}

/// A time out of the building that began in the period, and what was known of it when it left.
struct Left {
    trip: Trip,
    is_covered: bool,
    /// Nothing where it was not recorded, and no check of the device says it.
    is_encrypted: Option<bool>,
}

/// Its blocks.
pub(super) fn blocks(past: &Past<'_>, period: Period, status_at: Instant) -> Vec<Block> {
    let today = Day::in_london(status_at);
    let left: Vec<Left> = past.things.values().flat_map(|thing| left(past, thing, period)).collect();
    let mut blocks = vec![Block::Heading("Items out".to_owned())];
    if left.is_empty() {
        let text = "Nothing is recorded to have left the building in the period.";
        blocks.push(Block::Paragraph(text.to_owned()));
    } else {
        blocks.extend(permitted(&left));
        blocks.extend(encrypted(&left));
        blocks.push(by_medium(&left, today));
    }
    let lost = past.things.values().flat_map(|thing| &thing.trips).filter_map(|trip| trip.lost.as_ref());
    let unreported = lost.filter(|loss| period.holds(loss.on.day) && loss.incident.is_none());
    let unreported = unreported.map(|loss| loss.on.seq).collect();
    blocks.extend(found(
        "losses in the period name no incident that was opened for them.",
        &["leicester L18.3.b"],
        unreported,
    ));
    let insecure = left.iter().filter(|it| it.trip.is_insecure()).map(|it| it.trip.out.seq).collect();
    blocks.extend(found(
        "times in the period something about identifiable people left without being packed securely.",
        &["leicester L18.3.a"],
        insecure,
    ));
    let of_all =
        |of: fn(&Thing) -> &Vec<u64>| past.things.values().flat_map(|it| of(it).iter().copied()).collect();
    blocks.extend(found(
        "entries say that something came back or was lost that was not out; they are left out of account.",
        &[],
        of_all(|thing| &thing.odd),
    ));
    blocks.extend(found(
        "items were to be back before they left: the day on which they left is taken for the day that was meant.",
        &[],
        of_all(|thing| &thing.reversed),
    ));
    blocks
}

/// Each time that a thing left in the period, seen as it was then.
fn left(past: &Past<'_>, thing: &Thing, period: Period) -> Vec<Left> {
    let view = past.view();
    let of = |trip: &Trip| {
        let then = Thing { trips: vec![trip.clone()], ..Thing::default() };
        let out: Out = view.out(then);
        let by_check =
            out.verdicts.iter().rfind(|(on, _)| on.time <= trip.out.time).map(|(_, verdict)| *verdict);
        Left {
            is_covered: out.is_covered(trip.out.time),
            is_encrypted: trip.terms.encrypted.or(by_check),
            trip: trip.clone(),
        }
    };
    thing.trips.iter().filter(|trip| period.holds(trip.out.day)).map(of).collect()
}

fn permitted(left: &[Left]) -> Option<Block> {
    let about_people: Vec<&Left> = left.iter().filter(|it| it.trip.terms.identifiable).collect();
    let covered = about_people.iter().filter(|it| it.is_covered).map(|it| it.trip.out.seq).collect();
    let metric = Metric::counted("items_authorised", "Left with an authorisation", covered)
        .of(about_people.len())
        .definition(
            "Of the items about identifiable people that left the building in the period, those for which an authorisation held \
             when they left: the one that is named, or any other of the person who took them. A signature on the same day is \
             taken to come first.",
        );
    (!about_people.is_empty()).then(|| Block::from(metric))
}

fn encrypted(left: &[Left]) -> Option<Block> {
    let electronic: Vec<&Left> = left.iter().filter(|it| it.trip.terms.medium.is_electronic()).collect();
    let encrypted = electronic.iter().filter(|it| it.is_encrypted == Some(true));
    let encrypted = encrypted.map(|it| it.trip.out.seq).collect();
    let metric = Metric::counted("items_encrypted", "Electronic items that were encrypted", encrypted)
        .of(electronic.len())
        .definition(
            "Of the electronic items that left the building in the period, those recorded to be encrypted when they left, or \
             whose device was found to be when it was last checked before. Those of which nothing is known are among the \
             others.",
        );
    (!electronic.is_empty()).then(|| Block::from(metric))
}

fn by_medium(left: &[Left], today: Day) -> Block {
    let row = |name: &str, wanted: Option<Medium>| {
        let is_wanted = |it: &&Left| wanted.is_none_or(|wanted| it.trip.terms.medium == wanted);
        let these: Vec<&Left> = left.iter().filter(is_wanted).collect();
        let count =
            |stage| Cell::count(these.iter().filter(|it| Stage::of(&it.trip, today) == stage).count());
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            count(Stage::InTime),
            count(Stage::Late),
            count(Stage::Lost),
            count(Stage::Overdue),
            count(Stage::NotDue),
        ])
        .evidence(these.iter().map(|it| it.trip.out.seq))
    };
    let mut rows: Vec<Row> = Medium::ALL.into_iter().map(|medium| row(medium.name(), Some(medium))).collect();
    rows.push(row("All", None));
    let columns = vec![
        Column::new("medium", "Medium"),
        Column::new("left", "Left"),
        Column::new("in_time", "Back in time"),
        Column::new("late", "Back late"),
        Column::new("lost", "Lost"),
        Column::new("overdue", "Out and overdue"),
        Column::new("not_due", "Out and not due"),
    ];
    summed(
        "items_by_medium",
        "Items that left in the period, by medium, and whether they came back",
        columns,
        rows,
    )
}

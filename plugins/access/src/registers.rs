//! What staff look at every day.

use muniment_sdk::{Cell, Day, Instant, Light, Register, Row};

mod holders;
mod leavers;
mod others;

use crate::person::Person;
use crate::{Access, Settings};

/// All registers.
pub(crate) const ALL: [Register; 6] = [
    holders::ACCESS,
    leavers::LEAVERS,
    leavers::MOVERS,
    others::SUSPENSIONS,
    others::EQUIPMENT,
    others::CONFLICTS,
];

/// The rows of a register.
pub(crate) fn rows<'p>(
    plugin: &'p Access,
    settings: &'p Settings,
    name: &str,
    as_at: Instant,
) -> Box<dyn Iterator<Item = Row> + 'p> {
    let looked_at = Look { plugin, settings, now: as_at, today: Day::in_london(as_at) };
    let rows = match name {
        "access" => holders::rows(&looked_at),
        "leavers" => looked_at.of_people(leavers::leavers),
        "movers" => looked_at.of_people(leavers::movers),
        "suspensions" => looked_at.of_people(others::suspensions),
        "equipment" => looked_at.of_people(others::equipment),
        _ => looked_at.of_people(others::conflicts),
    };
    Box::new(in_order(rows))
}

/// The plugin as it is looked at.
struct Look<'p> {
    plugin: &'p Access,
    settings: &'p Settings,
    now: Instant,
    today: Day,
}

/// A row, and when what it is about is due.
type Due = (Option<Day>, Row);

/// A person, and the number under which they are folded.
#[derive(Clone, Copy)]
struct Of<'p> {
    number: &'p str,
    person: &'p Person,
}

impl Of<'_> {
    /// Who it is, where an entry says so.
    fn holder(&self) -> Cell {
        if self.person.is_named { Cell::from(self.number) } else { Cell::None }
    }
}

impl Look<'_> {
    fn of_people(&self, rows: fn(&Look<'_>, Of<'_>) -> Vec<Due>) -> Vec<Due> {
        let people = self.plugin.people.cases(self.settings);
        people.flat_map(|(number, person)| rows(self, Of { number, person: &person })).collect()
    }

    fn working_days_left(&self, due: Day) -> i64 {
        self.settings.calendar(self.plugin.people.calendars()).working_days_between(self.today, due)
    }

    fn corrected(&self, of: Of<'_>) -> Cell {
        Cell::from(self.plugin.people.corrected(of.number))
    }
}

/// A light by the days that are left to a day: what is over is red, whatever working days lie between.
fn light(today: Day, due: Day, left: i64, amber_from: i64) -> Light {
    if due < today { Light::Red } else { Light::of(left.max(0), amber_from) }
}

/// The first due first, what is not due at all last; on one day as they come, by number.
fn in_order(mut rows: Vec<Due>) -> impl Iterator<Item = Row> {
    rows.sort_by_key(|(due, _)| (due.is_none(), *due));
    rows.into_iter().map(|(_, row)| row)
}

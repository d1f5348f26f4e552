//! A record, a device or a medium as it stands in a register.

use muniment_sdk::{Cell, Day, Instant, Light, Nation, Row};

use crate::apply::Of;
use crate::case::{Destroyed, Due, Retired, Thing};
use crate::cover::{By, Cover};
use crate::{Retention, Settings};

/// It, and what its row is made of.
pub(super) struct Listed<'l> {
    pub(super) plugin: &'l Retention,
    pub(super) settings: &'l Settings,
    pub(super) number: &'l str,
    pub(super) thing: &'l Thing,
    pub(super) as_at: Instant,
}

impl Listed<'_> {
    fn today(&self) -> Day {
        Day::in_london(self.as_at)
    }

    fn light(&self, left: i64) -> Light {
        Light::of(left, i64::from(self.settings.soon_due_days))
    }

    fn corrected(&self) -> Cell {
        Cell::from(self.plugin.things.corrected(self.number))
    }

    /// What covers it now.
    pub(super) fn covers(&self) -> Vec<(&By, Cover)> {
        let all = self.plugin.all().covering(self.number, self.thing, self.as_at);
        all.into_iter().filter(|(_, cover)| cover.stands(self.as_at)).collect()
    }

    fn finish(&self, row: Row, seqs: Vec<Option<u64>>) -> Row {
        row.subject(self.number).unit(self.thing.place.unit.as_deref()).evidence(seqs.into_iter().flatten())
    }

    pub(super) fn disposal(&self) -> Option<(Option<Day>, Row)> {
        let thing = self.thing;
        let due = thing.awaits_disposal()?;
        let covers = self.covers();
        let left = i64::from(due.day.since(self.today()));
        let names: Vec<&str> = covers.iter().map(|(by, _)| by.number()).collect();
        // What nobody may dispose of is not late.
        let light = if covers.is_empty() { self.light(left) } else { Light::Amber };
        let row = Row::new([
            Cell::from(self.number),
            Cell::from(thing.place.series.as_deref()),
            Cell::from(thing.place.class.as_deref()),
            Cell::from(due.day),
            Cell::from(left),
            Cell::from(light),
            Cell::from(self.disposal_status(due, &covers)),
            Cell::from((!names.is_empty()).then(|| names.join(", "))),
            Cell::from(thing.authorised.map(|authorised| authorised.on.day)),
            Cell::from(thing.owner.as_deref()),
            Cell::from(thing.place.unit.as_deref()),
            self.corrected(),
        ]);
        let seqs = vec![
            thing.registered.map(|on| on.seq),
            Some(due.on.seq),
            thing.review.map(|(_, on)| on.seq).filter(|seq| *seq != due.on.seq),
            thing.authorised.map(|authorised| authorised.on.seq).filter(|seq| *seq != due.on.seq),
        ];
        let covering = covers.iter().map(|(_, cover)| Some(cover.from.seq));
        let row = self.finish(row, seqs.into_iter().chain(covering).collect());
        Some((Some(due.day), row))
    }

    fn disposal_status(&self, due: Due, covers: &[(&By, Cover)]) -> &'static str {
        let today = self.today();
        if covers.iter().any(|(_, cover)| cover.is_hold()) {
            "on hold"
        } else if !covers.is_empty() {
            "asked for"
        } else if due.day.plus(i32::from(self.settings.disposal_overdue_days)) < today {
            "overdue"
        } else if self.thing.authorised.is_some() {
            "authorised"
        } else if due.day <= today {
            "due"
        } else {
            "not yet due"
        }
    }

    pub(super) fn certificate(&self) -> Option<(Option<Day>, Row)> {
        let thing = self.thing;
        let by = thing.certificate_by?;
        let destroyed = thing.destroyed.as_ref()?;
        let calendar = self.plugin.things.calendars().of(Nation::EnglandAndWales);
        let left = calendar.working_days_between(self.today(), by);
        let row = Row::new([
            Cell::from(self.number),
            Cell::from(kind(destroyed)),
            Cell::from(destroyed.on.day),
            Cell::from(destroyed.method.name()),
            Cell::from(destroyed.route.map(|route| route.name())),
            Cell::from(by),
            Cell::from(left),
            Cell::from(if by < self.today() { Light::Red } else { Light::Amber }),
            Cell::from(if by < self.today() { "overdue" } else { "awaited" }),
            Cell::from(thing.owner.as_deref()),
            Cell::from(thing.place.unit.as_deref()),
            self.corrected(),
        ]);
        Some((Some(by), self.finish(row, vec![Some(destroyed.on.seq)])))
    }

    pub(super) fn unaccounted(&self) -> Option<(Option<Day>, Row)> {
        if let Some(retired) = self.thing.unaccounted() {
            return Some(self.device(retired));
        }
        let destroyed = self.thing.destroyed.as_ref()?;
        let joined = self.plugin.all().join(self.settings, self.number, self.thing, self.as_at);
        if !joined.lacks_advice() {
            return None;
        }
        let advised = joined.advised();
        let row = Row::new([
            Cell::from(self.number),
            Cell::from(kind(destroyed)),
            Cell::None,
            Cell::from(destroyed.on.day),
            Cell::None,
            Cell::None,
            Cell::from(Light::Red),
            Cell::from(if advised.is_some() { "advised afterwards" } else { "destroyed without advice" }),
            Cell::from(self.thing.owner.as_deref()),
            Cell::from(self.thing.place.unit.as_deref()),
            self.corrected(),
        ]);
        let seqs = vec![Some(destroyed.on.seq), advised.map(|on| on.seq)];
        Some((None, self.finish(row, seqs)))
    }

    fn device(&self, retired: &Retired) -> (Option<Day>, Row) {
        let due = retired.on.day.plus(i32::from(self.settings.disposal_overdue_days));
        let left = i64::from(due.since(self.today()));
        let disposed = self.thing.destroyed.as_ref();
        let status = match disposed {
            Some(_) => "another serial number disposed of",
            None if left < 0 => "unaccounted for",
            None => "to be disposed of",
        };
        let row = Row::new([
            Cell::from(self.number),
            Cell::from(retired.kind.map_or("device", |kind| kind.name())),
            Cell::from(retired.serial.as_deref()),
            Cell::from(retired.on.day),
            Cell::from(due),
            Cell::from(left),
            Cell::from(self.light(left)),
            Cell::from(status),
            Cell::from(self.thing.owner.as_deref()),
            Cell::from(self.thing.place.unit.as_deref()),
            self.corrected(),
        ]);
        let seqs = vec![Some(retired.on.seq), disposed.map(|destroyed| destroyed.on.seq)];
        (Some(due), self.finish(row, seqs))
    }
}

fn kind(destroyed: &Destroyed) -> &'static str {
    match (destroyed.of, destroyed.kind) {
        (Of::Device, Some(kind)) => kind.name(),
        (Of::Device, None) => "device",
        (Of::Record | Of::Media, _) => destroyed.medium.name(),
    }
}

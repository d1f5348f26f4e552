//! What the ledger says that calendars have become.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};

use crate::calendar::bank_holidays;
use crate::{Calendar, Day, Event, Holiday, Instant, Nation};

mod change;
#[cfg(test)]
mod tests;

use change::{Amended, Change, Said, State};

/// What a plugin in which working days are counted has to subscribe to besides the events of its own.
pub const CALENDAR_SUBSCRIPTIONS: [&str; 2] = ["calendar.*", "ledger.correction_recorded"];

/// Calendars, folded: those that are built in, with what the ledger says has changed since this program was made. A part of
/// a plugin's state; [`CaseFold`](crate::CaseFold) keeps one.
///
/// - `calendar.holiday_added` (`day`, `regions`, `holiday`): a bank holiday was proclaimed.
/// - `calendar.holiday_removed` (`day`, `regions`): there is none on that day. Of a day with its own name in the Freedom of
///   Information Act, Christmas Day and Good Friday, that says nothing where that Act counts.
/// - `calendar.day_set` (`calendar`, `day`, `open`): in a calendar of an organisation's own, such as a school's, a day is
///   open or closed.
/// - `ledger.correction_recorded` undoes and replaces them; the last correction stands, as the last word about a day does.
///
/// ```
/// use muniment_sdk::{Calendars, Event, Instant};
/// let mut calendars = Calendars::default();
/// let received = "2026-11-20".parse()?;
/// assert_eq!(calendars.uk_wide().working_day_after(received, 20).to_string(), "2026-12-21");
/// let touched = calendars.take(&Event {
///     seq: 0,
///     recorded: Instant::default(),
///     kind: "calendar.holiday_added".to_owned(),
///     source: "/offices/ig".to_owned(),
///     id: "1".to_owned(),
///     subject: None,
///     time: Instant::default(),
///     json: br#"{"day":"2026-12-07","regions":["scotland"],"holiday":"A day of thanks"}"#.to_vec(),
/// });
/// assert_eq!(touched.holidays.len(), 1);
/// assert_eq!(calendars.uk_wide().working_day_after(received, 20).to_string(), "2026-12-22");
/// # Ok::<(), muniment_sdk::NoDay>(())
/// ```
///
/// # Limits
/// Days of the years 1998 to 2100; what is said of others is passed over.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Calendars {
    /// As recorded, in order.
    changes: Vec<Change>,
    amended: Vec<Amended>,
    /// The places of the changes that say something of a day, or did so before they were corrected. It follows from the
    /// changes, as the calendars do: neither is written.
    #[serde(skip)]
    about: BTreeMap<Day, Vec<usize>>,
    /// `None`: as built in.
    #[serde(skip)]
    now: Option<Box<Now>>,
    /// Calendars of others by name, each put together when it is asked for: to do so for each case would take milliseconds.
    #[serde(skip)]
    named: BTreeMap<String, OnceLock<Option<Arc<Calendar>>>>,
}

/// The calendars of the law as they are now.
#[derive(Debug, Clone)]
struct Now {
    uk_wide: Arc<Calendar>,
    nations: [Arc<Calendar>; 3],
}

const NATIONS: [Nation; 3] = [Nation::EnglandAndWales, Nation::Scotland, Nation::NorthernIreland];

/// The days that an entry changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// In the calendars of the law.
    pub holidays: BTreeSet<Day>,
    /// In others, each with the calendar's name.
    pub named: BTreeSet<(String, Day)>,
}

impl Touched {
    /// Whether all is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holidays.is_empty() && self.named.is_empty()
    }
}

impl Calendars {
    /// Takes an entry, and says which days it changed. Entries that are about no calendar change none, and so does one that
    /// says what is so already, or says it wrongly: the catalogue checks such entries before they are recorded.
    pub fn take(&mut self, event: &Event) -> Touched {
        if event.kind.starts_with("calendar.") {
            let Some(said) = Said::read(&event.kind, event.subject.as_deref(), event.content()) else {
                return Touched::default();
            };
            return self.changing([said.clone()], |this| {
                this.about.entry(said.day()).or_default().push(this.changes.len());
                this.changes.push(Change { seq: event.seq, recorded: event.recorded, said });
            });
        }
        if event.kind != "ledger.correction_recorded" || self.changes.is_empty() {
            return Touched::default();
        }
        let Some(amended) = Amended::read(event, |target| Some(self.change(target)?.said.kind())) else {
            return Touched::default();
        };
        let mut about: Vec<Said> =
            self.change(amended.target).map(|it| it.said.clone()).into_iter().collect();
        let earlier = self.amended.iter().filter(|earlier| earlier.target == amended.target);
        about.extend(earlier.chain([&amended]).filter_map(|amended| amended.replacement().cloned()));
        self.changing(about, |this| {
            this.index(&amended);
            this.amended.push(amended);
        })
    }

    /// Working days of the Freedom of Information Act: see [`Calendar::uk_wide`].
    #[must_use]
    pub fn uk_wide(&self) -> &Arc<Calendar> {
        self.now.as_ref().map_or_else(|| Calendar::uk_wide(), |now| &now.uk_wide)
    }

    /// Working days of a nation: see [`Calendar::of`].
    #[must_use]
    pub fn of(&self, nation: Nation) -> &Arc<Calendar> {
        let place = NATIONS.iter().position(|one| *one == nation).unwrap_or_default();
        self.now.as_ref().map_or_else(|| Calendar::of(nation), |now| &now.nations[place])
    }

    /// A calendar of an organisation's own, such as the school days of a school: working days of the Freedom of Information
    /// Act, but for what was said of its days. None where nothing was.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Arc<Calendar>> {
        self.named.get(name)?.get_or_init(|| self.put_together(name)).clone()
    }

    fn put_together(&self, name: &str) -> Option<Arc<Calendar>> {
        let days = self.set_days(name);
        if days.is_empty() {
            return None;
        }
        let mut calendar = Calendar::clone(self.uk_wide());
        for (day, state) in days {
            match state {
                State::Open => calendar.open(day),
                State::Closed => calendar.close(day),
            }
        }
        Some(Arc::new(calendar))
    }

    /// How many changes were recorded up to an instant: where two instants have the same, they know the same calendars.
    #[must_use]
    pub fn known_by(&self, recorded: Instant) -> usize {
        let known = self.changes.partition_point(|change| change.recorded <= recorded);
        known + self.amended.partition_point(|amended| amended.recorded <= recorded)
    }

    /// How many changes were recorded in all.
    #[must_use]
    pub fn known(&self) -> usize {
        self.changes.len() + self.amended.len()
    }

    /// The calendars as the ledger knew them at an instant.
    #[must_use]
    pub fn as_known_at(&self, recorded: Instant) -> Calendars {
        let changes = self.changes.iter().filter(|change| change.recorded <= recorded).cloned().collect();
        let amended = self.amended.iter().filter(|amended| amended.recorded <= recorded).cloned().collect();
        Calendars::from_changes(changes, amended)
    }

    fn from_changes(changes: Vec<Change>, amended: Vec<Amended>) -> Calendars {
        let mut calendars = Calendars::default();
        for (place, change) in changes.iter().enumerate() {
            calendars.about.entry(change.said.day()).or_default().push(place);
        }
        calendars.changes = changes;
        amended.iter().for_each(|amended| calendars.index(amended));
        calendars.amended = amended;
        let about_holidays = |said: &Said| !matches!(said, Said::Set { .. });
        let days = calendars.standing().filter(|said| about_holidays(said)).map(Said::day).collect();
        calendars.work_out(&days);
        let names = calendars.standing().filter_map(|said| match said {
            Said::Set { calendar, .. } => Some((calendar.clone(), OnceLock::new())),
            Said::Added { .. } | Said::Removed { .. } => None,
        });
        calendars.named = names.collect();
        calendars
    }

    /// A correction may be about another day than what it corrects.
    fn index(&mut self, amended: &Amended) {
        let Some(said) = amended.replacement() else { return };
        let places = self.about.entry(said.day()).or_default();
        if let Ok(place) = self.changes.binary_search_by_key(&amended.target, |change| change.seq)
            && let Err(at) = places.binary_search(&place)
        {
            places.insert(at, place);
        }
    }

    fn change(&self, seq: u64) -> Option<&Change> {
        let place = self.changes.binary_search_by_key(&seq, |change| change.seq).ok()?;
        self.changes.get(place)
    }

    /// Lets something be said about days, and compares them before and afterwards.
    fn changing(
        &mut self,
        about: impl IntoIterator<Item = Said>,
        say: impl FnOnce(&mut Calendars),
    ) -> Touched {
        let (mut holidays, mut named) = (BTreeMap::new(), BTreeMap::new());
        for said in about {
            match said {
                Said::Added { day, .. } | Said::Removed { day, .. } => {
                    holidays.insert(day, self.holidays(day));
                }
                Said::Set { calendar, day, .. } => {
                    let state = self.state(&calendar, day);
                    named.insert((calendar, day), state);
                }
            }
        }
        say(self);
        holidays.retain(|day, before| self.holidays(*day) != *before);
        named.retain(|(calendar, day), before| self.state(calendar, *day) != *before);
        let touched =
            Touched { holidays: holidays.into_keys().collect(), named: named.into_keys().collect() };
        self.work_out(&touched.holidays);
        if !touched.holidays.is_empty() {
            // Those of others rest on that of the law.
            self.named.values_mut().for_each(|kept| *kept = OnceLock::new());
        }
        for (name, _) in &touched.named {
            self.named.insert(name.clone(), OnceLock::new());
        }
        touched
    }

    /// Brings the calendars of the law up to what is said about days.
    fn work_out(&mut self, days: &BTreeSet<Day>) {
        if days.is_empty() {
            return;
        }
        let built_in = || {
            let nations = NATIONS.map(|nation| Arc::clone(Calendar::of(nation)));
            Box::new(Now { uk_wide: Arc::clone(Calendar::uk_wide()), nations })
        };
        let mut now = self.now.take().unwrap_or_else(built_in);
        for day in days {
            let holidays = self.holidays(*day);
            for calendar in now.nations.iter_mut().chain([&mut now.uk_wide]) {
                Arc::make_mut(calendar).keep(*day, holidays.clone());
            }
        }
        self.now = Some(now);
    }

    /// What is said, with what corrections made of it.
    fn standing(&self) -> impl Iterator<Item = &Said> {
        self.changes.iter().filter_map(|change| self.stands(change))
    }

    fn standing_about(&self, day: Day) -> impl DoubleEndedIterator<Item = &Said> {
        let places = self.about.get(&day).into_iter().flatten();
        let said = places.filter_map(|place| self.stands(self.changes.get(*place)?));
        said.filter(move |said| said.day() == day)
    }

    fn stands<'s>(&'s self, change: &'s Change) -> Option<&'s Said> {
        match self.amended.iter().rfind(|amended| amended.target == change.seq) {
            None => Some(&change.said),
            Some(amended) => amended.stands(&change.said),
        }
    }

    /// The holidays that a day is, wherever they are kept.
    fn holidays(&self, day: Day) -> Vec<Holiday> {
        let mut holidays = bank_holidays(day.year());
        holidays.retain(|holiday| holiday.day == day);
        for said in self.standing_about(day) {
            match said {
                Said::Added { nations, name, .. } => {
                    // Where it is one already, it is none twice.
                    let nations = holidays.iter().fold(*nations, |left, known| left.without(known.nations));
                    if !nations.is_empty() {
                        holidays.push(Holiday { day, name: name.clone().into(), nations });
                    }
                }
                Said::Removed { nations, .. } => {
                    holidays.iter_mut().for_each(|it| it.nations = it.nations.without(*nations));
                    holidays.retain(|holiday| !holiday.nations.is_empty());
                }
                Said::Set { .. } => {}
            }
        }
        holidays
    }

    fn state(&self, name: &str, on: Day) -> Option<State> {
        self.standing_about(on).rev().find_map(|said| match said {
            Said::Set { calendar, state, .. } if calendar == name => Some(*state),
            _ => None,
        })
    }

    fn set_days(&self, name: &str) -> BTreeMap<Day, State> {
        let set = self.standing().filter_map(|said| match said {
            Said::Set { calendar, day, state } if calendar == name => Some((*day, *state)),
            _ => None,
        });
        set.collect()
    }
}

impl<'de> Deserialize<'de> for Calendars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Calendars, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            changes: Vec<Change>,
            amended: Vec<Amended>,
        }
        let Written { changes, amended } = Written::deserialize(deserializer)?;
        Ok(Calendars::from_changes(changes, amended))
    }
}

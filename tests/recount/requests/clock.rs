//! A request's clock, as the law has it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::book::{Book, Happening};
use super::super::days::{is_working, plus};

pub struct Clock {
    /// The law that it runs under.
    pub regime: String,
    start: Date,
    /// What the school says of its days, where it is a school that is asked.
    school: Option<BTreeMap<Date, bool>>,
    /// Days on which a fee was awaited.
    awaited: Vec<(Date, Date)>,
    waits_for: Option<(&'static str, Date)>,
    extension: Option<(Date, String)>,
}

/// What is said of a school's days: the last word about each counts.
fn school(book: &Book, calendar: &str) -> Option<BTreeMap<Date, bool>> {
    let mut days = BTreeMap::new();
    for it in book.ever.iter().filter(|it| it.is("calendar.day_set")) {
        if it.text("calendar").unwrap_or(&it.subject) == calendar
            && let (Some(day), Some(open)) = (it.date("day"), it.flag("open"))
        {
            days.insert(day, open);
        }
    }
    (!days.is_empty()).then_some(days)
}

impl Clock {
    pub fn from(book: &Book, regime: &str, received: &Happening) -> Clock {
        let school = received.text("calendar").and_then(|calendar| school(book, calendar));
        let (regime, start) = (regime.to_owned(), received.day);
        Clock { regime, start, school, awaited: Vec::new(), waits_for: None, extension: None }
    }

    /// From another day on, as if the request had come then.
    pub fn again(&mut self, start: Date) {
        self.start = start;
        self.awaited.clear();
        self.waits_for = None;
        self.extension = None;
    }

    pub fn waits(&self) -> bool {
        self.waits_for.is_some()
    }

    /// The so-manieth of some days on which no fee was awaited.
    fn counted(&self, count: u32, is_day: impl Fn(Date) -> bool) -> Date {
        let (mut day, mut left) = (self.start, count);
        while left > 0 {
            day = plus(day, 1);
            let was_awaited = self.awaited.iter().any(|(from, to)| *from <= day && day <= *to);
            left -= u32::from(is_day(day) && !was_awaited);
        }
        day
    }

    fn working_day(&self, book: &Book, count: u32) -> Date {
        self.counted(count, |day| is_working(day, &book.off.anywhere))
    }

    /// 20 working days; of a school asked under freedom of information 20 school days, or 60 working days if that is less.
    fn unextended(&self, book: &Book) -> Date {
        let Some(days) = self.school.as_ref().filter(|_| self.regime == "foi") else {
            return self.working_day(book, 20);
        };
        let is_open = |day| days.get(&day).copied().unwrap_or_else(|| is_working(day, &book.off.anywhere));
        self.counted(20, is_open).min(self.working_day(book, 60))
    }

    fn extended_to(&self, book: &Book) -> Option<Date> {
        let (to, ground) = self.extension.as_ref()?;
        match (self.regime.as_str(), ground.as_str()) {
            ("foi", "public_interest") | ("reuse", "reuse_quantity") => Some(*to),
            ("eir", "complexity_and_volume") => Some(*to.min(&self.working_day(book, 40))),
            _ => None,
        }
    }

    pub fn is_extended(&self, book: &Book) -> bool {
        self.extended_to(book).is_some()
    }

    /// The last day in time; nothing while the clock stands still.
    pub fn due(&self, book: &Book) -> Option<Date> {
        if self.waits() {
            return None;
        }
        self.extended_to(book).or_else(|| Some(self.unextended(book)))
    }

    fn is_in_time(&self, book: &Book, day: Date) -> bool {
        self.due(book).is_some_and(|due| day <= due)
    }

    pub fn take(&mut self, book: &Book, it: &Happening) {
        match it.kind.as_str() {
            "request.clarification_sought" => {
                let again = matches!(self.waits_for, Some(("clarification", _)));
                if it.yes("statutory") && (again || self.is_in_time(book, it.day)) {
                    self.waits_for = Some(("clarification", it.day));
                }
            }
            "request.clarification_received" => {
                if let Some(("clarification", _)) = self.waits_for {
                    self.again(it.day);
                }
            }
            "request.fee_notice_issued" if self.is_in_time(book, it.day) => {
                self.waits_for = Some(("fee", it.day));
            }
            "request.fee_paid" => {
                if let Some(("fee", since)) = self.waits_for {
                    self.waits_for = None;
                    self.awaited.push((since, it.day));
                }
            }
            "request.extension_notified" => self.extend(book, it),
            "request.extension_withdrawn" => self.extension = None,
            _ => {}
        }
    }

    /// Told within the time, and to a later day than the one that counts.
    fn extend(&mut self, book: &Book, it: &Happening) {
        let (Some(due), Some(to)) = (self.due(book), it.date("extended_to")) else { return };
        let before = self.extension.clone();
        self.extension = Some((to, it.word("extension_ground").to_owned()));
        let is_of_the_law = self.extended_to(book).is_some();
        if it.day > due || to <= due || !is_of_the_law {
            self.extension = before;
        }
    }
}

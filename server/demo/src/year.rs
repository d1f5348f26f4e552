//! The year, from day to day.

use crate::day::{Day, Moment};
use crate::desk::Desk;
use crate::histories::{HISTORIES, History};
use crate::{Plan, Post, rounds, setting_up, situations};

/// What is posted, in order. What happens on a day is made up when the day comes.
pub struct Year {
    plan: Plan,
    desk: Desk,
    today: Day,
    /// Before this all that is to be posted has been written.
    ready: Moment,
    weight_so_far: u64,
    weight_of_all: u64,
    weight_of_histories: u64,
    /// How many events the histories drawn by chance are to have, and have so far.
    wanted: u64,
    drawn: u64,
}

/// What is written by chance after the year's end is lost: so much more is made up, in thousandths.
const BEYOND_THE_END: u64 = 1_045;

impl Year {
    /// The year of a plan, from the day on which its ledger begins.
    #[must_use]
    pub fn new(plan: &Plan) -> Year {
        let mut desk = Desk::new(plan);
        desk.is_punctual = true;
        setting_up::all(&mut desk, plan);
        rounds::all(&mut desk, plan);
        situations::all(&mut desk, plan);
        tour(&mut desk, plan);
        desk.is_punctual = false;
        let wanted = (plan.events as u64).saturating_sub(desk.written) * BEYOND_THE_END / 1_000;
        let today = begins(plan);
        let days = (0..=today.days_until(plan.last_day())).map(|place| today.plus(place));
        Year {
            plan: *plan,
            ready: plan.ledger_from().at(0, 0),
            weight_so_far: 0,
            weight_of_all: days.map(weight).sum(),
            weight_of_histories: HISTORIES.iter().map(|history| u64::from(history.weight)).sum(),
            desk,
            today,
            wanted,
            drawn: 0,
        }
    }

    /// Makes up what begins today.
    fn live_today(&mut self) {
        self.weight_so_far += weight(self.today);
        let until_today =
            u128::from(self.wanted) * u128::from(self.weight_so_far) / u128::from(self.weight_of_all);
        while u128::from(self.drawn) < until_today {
            let history = self.draw();
            let at = if self.today.is_working() {
                self.desk.office(self.today)
            } else {
                self.today.at(self.desk.chance.between(7, 21), self.desk.chance.between(0, 59))
            };
            let before = self.desk.written;
            (history.tell)(&mut self.desk, at);
            self.drawn += self.desk.written - before;
        }
    }

    fn draw(&mut self) -> &'static History {
        let most = i64::try_from(self.weight_of_histories).unwrap_or(i64::MAX) - 1;
        let mut left = self.desk.chance.between(0, most);
        for history in HISTORIES {
            left -= i64::from(history.weight);
            if left < 0 {
                return history;
            }
        }
        &HISTORIES[0]
    }
}

impl Iterator for Year {
    type Item = Post;

    fn next(&mut self) -> Option<Post> {
        loop {
            if let Some(post) = self.desk.next_before(self.ready) {
                return Some(post);
            }
            if self.today > self.plan.last_day() {
                return self.desk.next_before(Moment(i64::MAX));
            }
            self.live_today();
            self.today = self.today.plus(1);
            self.ready = self.today.at(0, 0);
        }
    }
}

/// The day from which things happen by chance: the ledger has been set up.
fn begins(plan: &Plan) -> Day {
    plan.ledger_from().plus(21)
}

/// Every history once, early enough to come to its end: so every type occurs however small the plan is.
fn tour(desk: &mut Desk, plan: &Plan) {
    const DAYS: i64 = 150;
    let count = i64::try_from(HISTORIES.len()).unwrap_or(i64::MAX);
    for (place, history) in (0..).zip(HISTORIES) {
        let at = desk.office(plan.first_day().plus(7 + place * DAYS / count));
        (history.tell)(desk, at);
    }
}

/// How much happens on a day: less at weekends, in August and in December, more from January to March.
fn weight(day: Day) -> u64 {
    let of_month = match day.civil().1 {
        1..=3 => 13,
        8 => 7,
        12 => 6,
        _ => 10,
    };
    let of_day = match day.weekday() {
        5 => 6,
        6 => 4,
        _ if !day.is_working() => 3,
        _ => 60,
    };
    of_month * of_day
}

//! What holds for all days, holidays, fees and pauses.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Event;
use crate::deadline::NotCounted;
use crate::law::{ALL, Ending};

const NATIONS: [Nation; 3] = [Nation::EnglandAndWales, Nation::Scotland, Nation::NorthernIreland];

fn any_day() -> impl Strategy<Value = Day> {
    let first = Day::on(1998, 1, 1);
    (0..=Day::on(2100, 12, 31).since(first)).prop_map(move |number| first.plus(number))
}

fn any_nation() -> impl Strategy<Value = Nation> {
    (0_usize..3).prop_map(|place| NATIONS[place])
}

fn any_limit() -> impl Strategy<Value = &'static TimeLimit> {
    (0..ALL.len()).prop_map(|place| ALL[place])
}

/// Calendars with holidays added so many days behind a day.
fn with_holidays(start: Day, behind: &BTreeSet<i32>) -> Calendars {
    let mut calendars = Calendars::default();
    for (seq, behind) in (0..).zip(behind) {
        let data = format!(
            r#"{{"day":"{}","regions":["england","wales","scotland","northern_ireland"],"holiday":"Another"}}"#,
            start.plus(*behind)
        );
        calendars.take(&Event {
            seq,
            recorded: Instant::default(),
            kind: "calendar.holiday_added".to_owned(),
            source: String::new(),
            id: String::new(),
            subject: None,
            time: Instant::default(),
            json: data.into_bytes(),
        });
    }
    calendars
}

/// From and to, as so many days behind the start, in order.
fn spans() -> impl Strategy<Value = Vec<(i32, i32)>> {
    proptest::collection::vec((-3_i32..60, 0_i32..40), 0..4).prop_map(|mut spans| {
        spans.sort_unstable();
        spans.into_iter().map(|(from, long)| (from, from + long)).collect()
    })
}

fn rights_clock(start: Day, right: Right, spans: &[(i32, i32)], notice: Option<i32>) -> RightsClock {
    let clock = RightsClock::received(right, start);
    let clock =
        spans.iter().fold(clock, |clock, (from, to)| clock.paused(start.plus(*from), start.plus(*to)));
    notice.map_or(clock.clone(), |notice| clock.extended(start.plus(notice)))
}

fn any_right() -> impl Strategy<Value = Right> {
    prop_oneof![Just(Right::Access), Just(Right::Other)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn another_holiday_makes_no_deadline_earlier(
        start in any_day(),
        limit in any_limit(),
        nation in any_nation(),
        holidays in proptest::collection::btree_set(-5_i32..120, 0..8),
    ) {
        let plain = limit.deadline(start, &Calendars::default(), nation);
        let moved = limit.deadline(start, &with_holidays(start, &holidays), nation);
        if let (Ok(plain), Ok(moved)) = (plain, moved) {
            prop_assert!(plain.due <= moved.due && plain.safe_due <= moved.safe_due);
            crate::deadline::tests::check(&moved);
        }
    }

    #[test]
    fn another_holiday_makes_no_right_earlier(
        start in any_day(),
        right in any_right(),
        spans in spans(),
        notice in proptest::option::of(0_i32..70),
        holidays in proptest::collection::btree_set(-5_i32..200, 0..8),
        nation in any_nation(),
    ) {
        let clock = rights_clock(start, right, &spans, notice);
        let plain = clock.deadline(&Calendars::default(), nation);
        let moved = clock.deadline(&with_holidays(start, &holidays), nation);
        if let (Ok(plain), Ok(moved)) = (plain, moved) {
            prop_assert!(plain.due <= moved.due && plain.safe_due <= moved.safe_due);
            crate::deadline::tests::check(&plain);
            crate::deadline::tests::check(&moved);
        }
    }

    #[test]
    fn no_deadline_is_on_a_day_that_its_rule_forbids(
        start in any_day(),
        limit in any_limit(),
        nation in any_nation(),
        holidays in proptest::collection::btree_set(-5_i32..120, 0..8),
    ) {
        let calendars = with_holidays(start, &holidays);
        if let Ok(deadline) = limit.deadline(start, &calendars, nation) {
            for day in [deadline.due, deadline.safe_due] {
                if let Length::WorkingDays(_) = limit.length {
                    prop_assert!(calendars.uk_wide().is_working_day(day));
                }
                if limit.ending == Ending::NextWorkingDay {
                    prop_assert!(calendars.of(nation).is_working_day(day));
                }
            }
        }
    }

    #[test]
    fn a_later_start_makes_no_deadline_earlier(
        start in any_day(),
        later in 0_i32..40,
        limit in any_limit(),
        nation in any_nation(),
    ) {
        let calendars = Calendars::default();
        let (first, second) =
            (limit.deadline(start, &calendars, nation), limit.deadline(start.plus(later), &calendars, nation));
        if let (Ok(first), Ok(second)) = (first, second) {
            prop_assert!(first.due <= second.due && first.safe_due <= second.safe_due);
        }
    }

    /// The quick computation and the one that looks at each day.
    #[test]
    fn a_request_is_due_when_its_steps_say(
        start in any_day(),
        spans in spans(),
        holidays in proptest::collection::btree_set(-5_i32..120, 0..8),
        rule in prop_oneof![Just(ReceiptRule::CalendarDay), Just(ReceiptRule::NextWorkingDay)],
        limit in prop_oneof![Just(&law::FOI_REQUEST), Just(&law::EIR_EXTENDED), Just(&law::FOI_ARCHIVES)],
    ) {
        let calendars = with_holidays(start, &holidays);
        let mut clock = RequestClock::by(start, rule, calendars.uk_wide());
        let mut plain = RequestClock::by(start, rule, Calendar::uk_wide());
        for (from, to) in spans {
            clock.stand_still(start.plus(from), start.plus(to));
            plain.stand_still(start.plus(from), start.plus(to));
        }
        prop_assert!(plain.due() <= clock.due(), "another holiday makes nothing earlier");
        let Length::WorkingDays(n) = limit.length else { unreachable!() };
        if let Ok(deadline) = clock.deadline(limit) {
            prop_assert_eq!(clock.working_day(n), deadline.due);
            crate::deadline::tests::check(&deadline);
            // No day stands among the steps without its reason.
            for step in &deadline.steps {
                if let Step::NotCounted { day, why: NotCounted::Off(_) } = step {
                    prop_assert!(!calendars.uk_wide().is_working_day(*day));
                }
            }
        }
    }

    /// Days that no request should carry, but may.
    #[test]
    fn whatever_day_it_is_nothing_panics(number in any::<i32>(), limit in any_limit(), nation in any_nation()) {
        let start = Day::on(1970, 1, 1).plus(number);
        let calendars = Calendars::default();
        let in_years = crate::calendar::YEARS.contains(&start.year());
        prop_assert!(in_years || limit.deadline(start, &calendars, nation).is_err());
        let clock = RequestClock::by(start, ReceiptRule::NextWorkingDay, calendars.uk_wide());
        prop_assert!(in_years || clock.deadline(&law::FOI_REQUEST).is_err());
        prop_assert!(in_years || RightsClock::received(Right::Access, start).deadline(&calendars, nation).is_err());
        let _ = (clock.due(), start.end(), start.plus_months(12), start.in_words());
        let _ = calendars.uk_wide().working_days_between(start, Day::on(2026, 3, 2));
    }
}

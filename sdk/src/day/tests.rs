use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn days_count_from_1970() {
    assert_eq!(day("1970-01-01").0, 0);
    assert_eq!(day("1969-12-31").0, -1);
    assert_eq!(day("2026-03-31").0, 20_543);
    assert_eq!(day("2026-03-31").with_weekday(), "Tue 2026-03-31");
    for number in [-40_000, -1, 0, 1, 20_000, 47_541] {
        assert_eq!(Day::from_date(Day(number).date()).0, number);
    }
    assert_eq!(Day::of(2026, 2, 29), None);
    assert_eq!(day("2026-03-31").in_words(), "Tuesday 31 March 2026");
    assert_eq!(
        Day(i32::MAX).in_words().split(' ').count(),
        4,
        "there are words for whatever a snapshot holds"
    );
}

#[test]
fn days_and_months_are_those_of_the_library() {
    use jiff::ToSpan as _;
    let first = Date::constant(1970, 1, 1);
    let all = day("1599-12-01").0..day("2401-02-01").0;
    let edges = [day("-009999-01-01").0, day("-000400-02-29").0, day("0000-02-29").0, day("9999-12-31").0];
    for number in all.chain(edges) {
        let date = first.saturating_add(number.days());
        let this = Day(number);
        assert_eq!((this.year(), this.month(), this.day_of_month()), (date.year(), date.month(), date.day()));
        assert_eq!((this.date(), Day::from_date(date)), (date, this));
        for months in [0, 1, 2, 3, 11, 12, 13, 40] {
            let later = date.saturating_add(i32::from(months).months());
            assert_eq!(this.plus_months(months), Day::from_date(later), "{date} and {months} months");
        }
    }
}

#[test]
fn a_day_in_london_is_longer_or_shorter_when_the_clocks_change() {
    let hours = |text: &str| day(text).end().hours_since(day(text).start());
    assert_eq!((hours("2026-03-29"), hours("2026-10-25"), hours("2026-06-01")), (23, 25, 24));
    let at = |text: &str| Day::in_london(text.parse().unwrap()).to_string();
    assert_eq!(at("2026-03-31T22:59:59.999999Z"), "2026-03-31");
    assert_eq!(at("2026-03-31T23:00:00Z"), "2026-04-01");
    assert_eq!(at("2026-01-31T23:59:59Z"), "2026-01-31");
}

#[test]
fn the_rule_is_that_of_the_zone() {
    for number in day("1995-12-01").0..day("2101-02-01").0 {
        let midnight = Day(number).date().to_datetime(jiff::civil::Time::midnight());
        let start = LONDON.to_ambiguous_timestamp(midnight).compatible().unwrap();
        assert_eq!(Day(number).start().as_micros(), start.as_microsecond(), "{}", Day(number));
        for micros in [-1, 0, HOUR_MICROS - 1, HOUR_MICROS, 23 * HOUR_MICROS - 1, 23 * HOUR_MICROS] {
            let instant = Instant::from_micros(i64::from(number) * DAY_MICROS + micros);
            let timestamp = jiff::Timestamp::from_microsecond(instant.as_micros()).unwrap();
            let there = Day::from_date(LONDON.to_datetime(timestamp).date());
            assert_eq!(Day::in_london(instant), there, "{instant}");
        }
    }
}

#[test]
fn json_holds_a_text_and_a_snapshot_a_number() {
    let one = day("2026-03-31");
    assert_eq!(serde_json::to_string(&one).unwrap(), "\"2026-03-31\"");
    assert_eq!(serde_json::from_str::<Day>("\"2026-03-31\"").unwrap(), one);
    assert_eq!(postcard::from_bytes::<Day>(&postcard::to_allocvec(&one).unwrap()).unwrap(), one);
    assert!(serde_json::from_str::<Day>("\"2026-02-30\"").is_err());
}

#[test]
fn a_day_that_is_written_in_the_source_is_that_of_the_calendar() {
    for number in day("1998-01-01").0..=day("2100-12-31").0 {
        let date = Day(number).date();
        assert_eq!(Day::on(date.year(), date.month(), date.day()), Day(number), "{date}");
    }
}

#[test]
fn months_end_on_the_corresponding_day_or_with_the_month() {
    for (start, months, end) in [
        ("2026-03-31", 1, "2026-04-30"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-09-03", 1, "2026-10-03"),
    ] {
        assert_eq!(day(start).plus_months(months), day(end), "{start} and {months} months");
    }
    // The end of the calendar is no panic.
    assert_eq!(day("9999-12-31").plus_months(1), day("9999-12-31"));
}

/// Over all days that a request may carry: a month ends in the next month, on the same number or on the last.
#[test]
fn every_month_of_a_century_ends_in_the_next() {
    for number in day("1998-01-01").0..=day("2100-12-31").0 {
        let (start, end) = (Day(number), Day(number).plus_months(1));
        let months = |day: Day| i32::from(day.year()) * 12 + i32::from(day.month());
        assert_eq!(months(end), months(start) + 1, "{start}");
        let is_last = end.plus(1).month() != end.month();
        assert!(end.day_of_month() == start.day_of_month() || (is_last && end < start.plus(31)), "{start}");
        assert!(Day(number + 1).plus_months(1) >= end, "{start}");
    }
}

#[test]
fn days_go_on_where_the_calendar_ends() {
    for last in ["9999-12-30", "9999-12-31", "-009999-01-01"] {
        let last: Day = last.parse().unwrap();
        let days: Vec<Day> = (-40..40).map(|by| last.plus(by)).collect();
        for two in days.windows(2) {
            assert!(two[0].start() < two[1].start(), "{two:?}");
        }
        for day in days {
            assert_eq!(Day::in_london(day.start()), day, "{}", day.0);
        }
    }
    assert!(Day(i32::MAX).start() > day("9999-12-31").start());
    assert!(Day(i32::MIN).start() < day("-009999-01-01").start());
}

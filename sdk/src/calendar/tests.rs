use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The list of gov.uk for 2024 to 2027 as of August 2026: where, then month and day in each year.
const GOV_UK: [(&str, &str, [&str; 4]); 14] = [
    ("New Year's Day", "all", ["01-01", "01-01", "01-01", "01-01"]),
    ("2nd January", "S", ["01-02", "01-02", "01-02", "01-04"]),
    ("St Patrick's Day", "N", ["03-18", "03-17", "03-17", "03-17"]),
    ("Good Friday", "all", ["03-29", "04-18", "04-03", "03-26"]),
    ("Easter Monday", "EN", ["04-01", "04-21", "04-06", "03-29"]),
    ("Early May bank holiday", "all", ["05-06", "05-05", "05-04", "05-03"]),
    ("Spring bank holiday", "all", ["05-27", "05-26", "05-25", "05-31"]),
    ("World Cup bank holiday", "S", ["", "", "06-15", ""]),
    ("Battle of the Boyne", "N", ["07-12", "07-14", "07-13", "07-12"]),
    ("Summer bank holiday", "S", ["08-05", "08-04", "08-03", "08-02"]),
    ("Summer bank holiday", "EN", ["08-26", "08-25", "08-31", "08-30"]),
    ("St Andrew's Day", "S", ["12-02", "12-01", "11-30", "11-30"]),
    ("Christmas Day", "all", ["12-25", "12-25", "12-25", "12-27"]),
    ("Boxing Day", "all", ["12-26", "12-26", "12-28", "12-28"]),
];

#[test]
fn holidays_are_those_of_gov_uk() {
    for (place, year) in (2024..=2027).enumerate() {
        for (nation, letter) in
            [(Nation::EnglandAndWales, 'E'), (Nation::Scotland, 'S'), (Nation::NorthernIreland, 'N')]
        {
            let here = |wanted: &str| wanted == "all" || wanted.contains(letter);
            let expected: Vec<(Day, &str)> = GOV_UK
                .iter()
                .filter(|(_, wanted, days)| here(wanted) && !days[place].is_empty())
                .map(|(name, _, days)| (day(&format!("{year}-{}", days[place])), *name))
                .collect();
            let found: Vec<Holiday> = kept(Some(nation), year).collect();
            let found: Vec<(Day, &str)> =
                found.iter().map(|holiday| (holiday.day, holiday.name.as_ref())).collect();
            assert_eq!(found, expected, "{nation:?} {year}");
        }
    }
}

#[test]
fn substitutes_and_what_was_proclaimed_once() {
    let (england, scotland) = (Calendar::of(Nation::EnglandAndWales), Calendar::of(Nation::Scotland));
    // 2016: Christmas Day on a Sunday. 2021: on a Saturday. 2022 and 2023: New Year's Day at a weekend.
    for text in ["2016-12-26", "2016-12-27", "2021-12-27", "2021-12-28", "2022-01-03", "2023-01-02"] {
        assert!(england.holiday(day(text)).is_some(), "{text}");
    }
    for text in
        ["2022-01-03", "2022-01-04", "2023-01-02", "2023-01-03", "2017-01-02", "2017-01-03", "2021-01-04"]
    {
        assert!(scotland.holiday(day(text)).is_some(), "{text}");
    }
    for text in ["2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"] {
        assert!(england.holiday(day(text)).is_some() && scotland.holiday(day(text)).is_some(), "{text}");
    }
    for text in ["1999-12-31", "2002-06-03", "2002-06-04", "2011-04-29", "2012-06-04", "2012-06-05"] {
        assert!(england.holiday(day(text)).is_some() && scotland.holiday(day(text)).is_some(), "{text}");
    }
    // What was moved away, and what was listed without a proclamation.
    for text in ["2002-05-27", "2012-05-28", "2006-11-30", "2010-01-04", "2011-01-04"] {
        assert!(Calendar::uk_wide().is_working_day(day(text)), "{text}");
    }
    for text in ["2020-05-04", "2022-05-30", "2026-06-15", "2026-03-17"] {
        assert!(england.is_working_day(day(text)), "{text}");
    }
    for text in ["2026-06-15", "2026-03-17", "2026-07-13"] {
        assert!(!Calendar::uk_wide().is_working_day(day(text)), "{text}");
    }
}

/// domain.md 3.9: weekdays off anywhere in the United Kingdom.
#[test]
fn so_many_weekdays_a_year_are_none_of_the_law() {
    for (year, count) in [(2024, 13), (2025, 13), (2026, 14), (2027, 13)] {
        let mut days: Vec<Day> = bank_holidays(year).into_iter().map(|holiday| holiday.day).collect();
        days.dedup();
        // The summer holidays of Scotland and of the others are two.
        assert_eq!(days.len(), count, "{year}");
    }
}

#[test]
fn counting_ahead_is_stepping_day_by_day() {
    let calendar = Calendar::uk_wide();
    for start in (0..37_700).step_by(13).map(|number| day("1997-12-20").plus(number)) {
        for n in [1, 2, 20, 61] {
            let found = calendar.working_day_after(start, n);
            assert_eq!(found, calendar.step(start, 1, n), "{start} + {n}");
            assert_eq!(calendar.working_days_between(start, found), i64::from(n), "{start} + {n}");
            assert_eq!(calendar.working_day_before(start, n), calendar.step(start, -1, n), "{start} - {n}");
        }
        let looked_at = !start.is_weekend() && calendar.holiday(start).is_none();
        assert_eq!(calendar.is_working_day(start), looked_at, "{start}");
    }
}

#[test]
fn far_away_days_are_counted_without_looking_at_each() {
    let calendar = Calendar::uk_wide();
    for (after, until) in
        [("1990-05-01", "1997-12-31"), ("2095-01-01", "2103-06-05"), ("1996-02-01", "1999-03-01")]
    {
        let (after, until) = (day(after), day(until));
        let looked_at =
            (1..=until.since(after)).filter(|n| calendar.look_at(after.plus(*n)).is_none()).count();
        assert_eq!(calendar.working_days_between(after, until), i64::try_from(looked_at).unwrap());
    }
    assert!(calendar.working_days_between(day("2026-01-01"), day("9999-12-31")) > 1_900_000);
    let _ = calendar.working_day_after(day("9999-12-31"), 60);
    let _ = calendar.working_day_before(day("-009999-01-01"), 60);
}

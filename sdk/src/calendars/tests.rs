use serde_json::{Value, json};

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn entry(seq: u64, kind: &str, data: &Value) -> Event {
    Event {
        seq,
        recorded: Instant::from_micros(i64::try_from(seq).unwrap() * 10),
        kind: kind.to_owned(),
        source: "/tests".to_owned(),
        id: seq.to_string(),
        subject: Some("calendar".to_owned()),
        time: Instant::default(),
        json: data.to_string().into_bytes(),
    }
}

const EVERYWHERE: [&str; 4] = ["england", "wales", "scotland", "northern_ireland"];

fn added(seq: u64, on: &str, nations: &[&str]) -> Event {
    entry(
        seq,
        "calendar.holiday_added",
        &json!({ "day": on, "regions": nations, "holiday": "A day of thanks" }),
    )
}

fn removed(seq: u64, on: &str, nations: &[&str]) -> Event {
    entry(seq, "calendar.holiday_removed", &json!({ "day": on, "regions": nations }))
}

fn set(seq: u64, calendar: &str, on: &str, open: bool) -> Event {
    entry(seq, "calendar.day_set", &json!({ "calendar": calendar, "day": on, "open": open }))
}

fn correction(seq: u64, data: &Value) -> Event {
    entry(seq, "ledger.correction_recorded", data)
}

fn folded(events: &[Event]) -> Calendars {
    let mut calendars = Calendars::default();
    events.iter().for_each(|event| _ = calendars.take(event));
    calendars
}

/// What was written and read again is the same, and so is what comes of it.
fn check(calendars: &Calendars) {
    let bytes = postcard::to_allocvec(calendars).unwrap();
    let again: Calendars = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(postcard::to_allocvec(&again).unwrap(), bytes);
    assert_eq!(again.uk_wide(), calendars.uk_wide());
    for nation in NATIONS {
        assert_eq!(again.of(nation).working_day_after(day("2026-01-01"), 250), {
            calendars.of(nation).working_day_after(day("2026-01-01"), 250)
        });
    }
}

#[test]
fn a_holiday_of_one_nation_is_one_of_its_own_and_of_the_act() {
    let calendars = folded(&[added(1, "2026-12-07", &["scotland"])]);
    let on = day("2026-12-07");
    assert!(!calendars.uk_wide().is_working_day(on) && !calendars.of(Nation::Scotland).is_working_day(on));
    assert!(calendars.of(Nation::EnglandAndWales).is_working_day(on));
    assert_eq!(calendars.uk_wide().holiday(on).unwrap().name, "A day of thanks");
    assert_eq!(calendars.uk_wide().holiday(on).unwrap().place(), "Scotland");
    assert!(Calendar::uk_wide().is_working_day(on), "what is built in stays so");
    check(&calendars);
}

#[test]
fn a_holiday_is_gone_when_no_nation_keeps_it() {
    let boyne = day("2026-07-13");
    let mut calendars = Calendars::default();
    assert!(calendars.take(&removed(1, "2026-07-13", &["scotland"])).is_empty(), "Scotland never had it");
    let touched = calendars.take(&removed(2, "2026-07-13", &["northern_ireland"]));
    assert_eq!(touched.holidays, BTreeSet::from([boyne]));
    assert!(calendars.uk_wide().is_working_day(boyne));
    assert!(!calendars.take(&added(3, "2026-07-13", &EVERYWHERE)).is_empty());
    assert!(NATIONS.iter().all(|nation| !calendars.of(*nation).is_working_day(boyne)));
    assert!(calendars.take(&added(4, "2026-07-13", &["scotland"])).is_empty(), "it is one already");
    check(&calendars);
}

#[test]
fn what_the_act_names_is_no_working_day_whatever_is_said() {
    for on in ["2026-12-25", "2026-04-03"] {
        let calendars = folded(&[removed(1, on, &EVERYWHERE)]);
        assert!(!calendars.uk_wide().is_working_day(day(on)), "{on}");
        assert!(calendars.of(Nation::EnglandAndWales).is_working_day(day(on)), "{on}");
        check(&calendars);
    }
}

#[test]
fn the_last_correction_stands() {
    let on = day("2026-12-07");
    let other = day("2026-12-08");
    let mut calendars = folded(&[added(1, "2026-12-07", &EVERYWHERE)]);
    let touched = calendars.take(&correction(2, &json!({ "target": 1, "action": "void" })));
    assert_eq!(touched.holidays, BTreeSet::from([on]));
    assert!(calendars.uk_wide().is_working_day(on));
    let data = json!({ "day": "2026-12-08", "regions": ["scotland"], "holiday": "Another" });
    calendars.take(&correction(3, &json!({ "target": 1, "action": "replace", "data": data })));
    assert!(calendars.uk_wide().is_working_day(on) && !calendars.uk_wide().is_working_day(other));
    check(&calendars);
    let touched = calendars.take(&correction(4, &json!({ "target": 1, "action": "restore" })));
    assert_eq!(touched.holidays, BTreeSet::from([on, other]));
    assert!(!calendars.uk_wide().is_working_day(on) && calendars.uk_wide().is_working_day(other));
    assert!(calendars.take(&correction(5, &json!({ "target": 99, "action": "void" }))).is_empty());
    check(&calendars);
}

#[test]
fn what_was_known_then_is_known_now_too() {
    let calendars = folded(&[
        added(1, "2026-12-07", &EVERYWHERE),
        added(3, "2026-12-08", &EVERYWHERE),
        correction(5, &json!({ "target": 1, "action": "void" })),
    ]);
    let knew = |micros: i64| {
        let known = calendars.as_known_at(Instant::from_micros(micros));
        let off = |on: &str| !known.uk_wide().is_working_day(day(on));
        (off("2026-12-07"), off("2026-12-08"), known.known())
    };
    assert_eq!(knew(9), (false, false, 0));
    assert_eq!(knew(10), (true, false, 1));
    assert_eq!(knew(49), (true, true, 2));
    assert_eq!(knew(50), (false, true, 3));
    for micros in [0, 10, 29, 30, 50, 51] {
        let at = Instant::from_micros(micros);
        assert_eq!(calendars.known_by(at), calendars.as_known_at(at).known());
    }
}

#[test]
fn a_school_has_a_calendar_of_its_own() {
    let mut calendars = folded(&[
        set(1, "st-marys", "2026-05-26", false),
        set(2, "st-marys", "2026-05-27", false),
        set(3, "st-marys", "2026-05-25", true),
        set(4, "other", "2026-05-28", false),
    ]);
    let school = calendars.named("st-marys").unwrap();
    assert_eq!(
        school.working_day_after(day("2026-05-22"), 2),
        day("2026-05-28"),
        "the 25th, and then the 28th"
    );
    assert_eq!(school.day_off(day("2026-05-26")), Some(crate::DayOff::Closed));
    assert!(calendars.uk_wide().is_working_day(day("2026-05-26")));
    assert_eq!(calendars.named("nowhere"), None);
    assert!(calendars.take(&set(5, "st-marys", "2026-05-26", false)).is_empty());
    let touched = calendars.take(&set(6, "st-marys", "2026-05-26", true));
    assert_eq!(touched.named, BTreeSet::from([("st-marys".to_owned(), day("2026-05-26"))]));
    assert!(touched.holidays.is_empty());
    assert!(
        calendars.named("st-marys").unwrap().is_working_day(day("2026-05-26")),
        "it is put together anew"
    );
    calendars.take(&added(7, "2026-06-08", &EVERYWHERE));
    assert!(
        !calendars.named("st-marys").unwrap().is_working_day(day("2026-06-08")),
        "a holiday is its own too"
    );
    let again: Calendars = postcard::from_bytes(&postcard::to_allocvec(&calendars).unwrap()).unwrap();
    assert_eq!(again.named("st-marys"), calendars.named("st-marys"));
    check(&calendars);
}

#[test]
fn what_is_said_wrongly_says_nothing() {
    let events = [
        entry(
            1,
            "calendar.holiday_added",
            &json!({ "day": "2026-02-30", "regions": EVERYWHERE, "holiday": "N" }),
        ),
        entry(
            2,
            "calendar.holiday_added",
            &json!({ "day": "2026-02-27", "regions": ["mars"], "holiday": "N" }),
        ),
        entry(
            3,
            "calendar.holiday_added",
            &json!({ "day": "2201-02-27", "regions": EVERYWHERE, "holiday": "N" }),
        ),
        entry(4, "calendar.holiday_moved", &json!({ "day": "2026-02-27" })),
        entry(5, "request.received", &json!({ "day": "2026-02-27", "regions": EVERYWHERE })),
        correction(6, &json!({ "target": 1, "action": "void" })),
    ];
    let mut calendars = Calendars::default();
    for event in events {
        assert!(calendars.take(&event).is_empty(), "{event:?}");
    }
    assert_eq!(postcard::to_allocvec(&calendars).unwrap().len(), 2, "calendars as built in take two bytes");
}

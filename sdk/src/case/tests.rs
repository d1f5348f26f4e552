//! A kind of case that is as small as may be: something is sent, and is to arrive within ten days.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::testing::{Post, Scenario};
use crate::{Event, Manifest, NoSettings, Outcome, Plugin, Severity};

mod parts;

const LATE: Rule = Rule {
    id: "LATE",
    title: "It has not arrived",
    severity: Severity::Policy,
    recipient: "role/sender",
    clauses: &[],
    feeds: &["parcel.*"],
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Fact {
    Sent(u32),
    Weighed(u32),
    Arrived,
}

/// The weights are in the order of the facts, so that a wrong order shows.
#[derive(Debug, Clone, PartialEq)]
struct Parcel {
    sent: Day,
    seqs: Vec<u64>,
    weights: Vec<u32>,
    arrived: Option<Day>,
}

#[derive(Deserialize)]
struct Weight {
    weight: u32,
}

impl Case for Parcel {
    type Settings = NoSettings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "parcel.sent" => Fact::Sent(data.read::<Weight>()?.weight),
            "parcel.weighed" => Fact::Weighed(data.read::<Weight>()?.weight),
            "parcel.arrived" => Fact::Arrived,
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Sent(_) => 0,
            Fact::Weighed(_) => 1,
            Fact::Arrived => 2,
        }
    }

    fn fold(_: &NoSettings, facts: &[Happened<Fact>]) -> Option<Parcel> {
        let sent = facts.iter().find(|fact| matches!(fact.fact, Fact::Sent(_)))?.day;
        let weight = |fact: &Happened<Fact>| match fact.fact {
            Fact::Sent(weight) | Fact::Weighed(weight) => Some(weight),
            Fact::Arrived => None,
        };
        Some(Parcel {
            sent,
            seqs: facts.iter().map(|fact| fact.seq).collect(),
            weights: facts.iter().filter_map(weight).collect(),
            arrived: facts.iter().find(|fact| fact.fact == Fact::Arrived).map(|fact| fact.day),
        })
    }

    fn alarms(&self, _: &NoSettings) -> Vec<Alarm> {
        if self.arrived.is_some() {
            return Vec::new();
        }
        let (soon, due) = (self.sent.plus(8).start(), self.sent.plus(10).end());
        vec![Alarm::new(&LATE, "soon", soon).until(due).due(due), Alarm::new(&LATE, "late", due)]
    }

    fn alert(&self, _: &NoSettings, _: &Alarm, alert: Alert) -> Alert {
        alert.arithmetic("ten days").evidence(self.seqs.iter().copied())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Parcels {
    cases: CaseFold<Parcel>,
}

impl Plugin for Parcels {
    type Settings = NoSettings;

    const MANIFEST: Manifest = Manifest {
        id: "parcels",
        version: "1.0.0",
        title: "Parcels",
        description: "Watches over parcels.",
        subscriptions: &["parcel.*", "case.*", "ledger.correction_recorded"],
        rules: &[LATE],
        settings_schema: NoSettings::SCHEMA,
        catalogue: &[],
        personal: &[],
    };

    fn apply(&mut self, _: &NoSettings, event: &Event, out: &mut Outcome) {
        self.cases.apply(&NoSettings {}, event, out);
    }

    fn tick(&mut self, _: &NoSettings, now: Instant, out: &mut Outcome) {
        self.cases.tick(&NoSettings {}, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        self.cases.wake()
    }
}

fn parcel(kind: &str, subject: &str, at: &str, weight: u32) -> Post {
    Post::new(kind, subject).at(at).data(json!({ "weight": weight }))
}

fn correct(subject: &str, at: &str, target: u64, action: &str) -> Post {
    let data = json!({ "target": target, "action": action, "data": { "weight": 99 }, "reason": "a test" });
    Post::new("ledger.correction_recorded", subject).recorded(at).data(data)
}

fn merge(subject: &str, at: &str, into: &str) -> Post {
    Post::new("case.merged", subject).recorded(at).data(json!({ "into": into }))
}

/// The cases without the numbers of entries, which hang on the order of arrival.
fn cases(scenario: Scenario<Parcels>) -> Vec<(String, Parcel)> {
    let run = scenario.run();
    let nameless = |(name, case): (&str, Parcel)| (name.to_owned(), Parcel { seqs: Vec::new(), ..case });
    run.plugin().cases.cases(&NoSettings {}).map(nameless).collect()
}

#[test]
fn stages_come_by_ticks_and_follow_one_another() {
    let run = Scenario::<Parcels>::new()
        .post(parcel("parcel.sent", "P-1", "2026-03-02", 5))
        .wait_until("2026-03-20")
        .post(parcel("parcel.arrived", "P-1", "2026-03-21", 0))
        .run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-03-10 00:00 + LATE soon P-1",
            "Fri 2026-03-13 00:00 - LATE soon P-1",
            "Fri 2026-03-13 00:00 + LATE late P-1",
            "Sat 2026-03-21 09:00 - LATE late P-1",
        ]
    );
    assert_eq!(run.plugin().cases.wake(), None);
}

/// What was due long before it was recorded is said before the next entry, and only what is still so.
#[test]
fn what_is_recorded_late_is_raised_by_the_next_tick() {
    let late = || parcel("parcel.sent", "P-1", "2026-03-02", 5).recorded("2026-06-01");
    let run = Scenario::<Parcels>::new().post(late()).wait_until("2026-06-02").run();
    assert_eq!(run.history(), ["Mon 2026-06-01 09:00 + LATE late P-1"]);
    let arrived = parcel("parcel.arrived", "P-1", "2026-03-04", 0).recorded("2026-06-01");
    let run = Scenario::<Parcels>::new().import([late(), arrived]).wait_until("2026-06-02").run();
    assert_eq!(run.history(), Vec::<String>::new(), "a history raises only what is true at its end");
}

#[test]
fn corrections_are_undone_and_replaced_and_the_last_one_stands() {
    let scenario = || {
        Scenario::<Parcels>::new()
            .post(parcel("parcel.sent", "P-1", "2026-03-02", 5))
            .post(parcel("parcel.arrived", "P-1", "2026-03-03", 0))
            .post(correct("P-1", "2026-03-16", 1, "void"))
            .wait_until("2026-03-17")
    };
    assert_eq!(scenario().run().open(), ["LATE late P-1"]);
    let restored = scenario().post(correct("P-1", "2026-03-18", 1, "restore"));
    assert_eq!(restored.clone().run().open(), Vec::<String>::new());
    assert_eq!(restored.run().history().last().unwrap(), "Wed 2026-03-18 09:00 - LATE late P-1");
    let weights = |scenario| cases(scenario)[0].1.weights.clone();
    assert_eq!(weights(scenario().post(correct("P-1", "2026-03-18", 0, "replace"))), [99]);
    let both = scenario()
        .post(correct("P-1", "2026-03-18", 0, "replace"))
        .post(correct("P-1", "2026-03-19", 0, "restore"))
        // Entries that nobody knows, and corrections of corrections, change nothing.
        .post(correct("P-1", "2026-03-19", 77, "void"))
        .post(correct("P-1", "2026-03-19", 2, "void"))
        .post(correct("P-2", "2026-03-19", 1, "void"));
    assert_eq!(weights(both), [5]);
}

#[test]
fn a_merged_case_counts_once_and_its_earliest_receipt_stands() {
    let run = Scenario::<Parcels>::new()
        .post(parcel("parcel.sent", "P-1", "2026-03-02", 1))
        .post(parcel("parcel.sent", "P-2", "2026-03-06", 2))
        .wait_until("2026-03-13")
        .post(merge("P-1", "2026-03-13T12:00:00Z", "P-2"))
        .wait_until("2026-03-14")
        .post(Post::new("case.unmerged", "P-1").recorded("2026-03-14T12:00:00Z"))
        .wait_until("2026-03-15")
        .run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-03-10 00:00 + LATE soon P-1",
            "Fri 2026-03-13 00:00 - LATE soon P-1",
            "Fri 2026-03-13 00:00 + LATE late P-1",
            "Fri 2026-03-13 12:00 - LATE late P-1",
            "Fri 2026-03-13 12:00 + LATE late P-2",
            "Sat 2026-03-14 12:00 - LATE late P-2",
            "Sat 2026-03-14 12:00 + LATE late P-1",
            "Sat 2026-03-14 12:00 + LATE soon P-2",
        ]
    );
    let reason = run.acts().iter().find_map(|(_, act)| match act {
        crate::Act::Clear(cleared) if cleared.stage == "late" => Some(cleared.reason.clone()),
        _ => None,
    });
    assert_eq!(reason.as_deref(), Some("the case is counted as P-2"));
}

#[test]
fn an_alias_is_the_same_case() {
    let alias = Post::new("case.alias_recorded", "P-1").recorded("2026-03-05").data(json!({ "alias": "X" }));
    let scenario = Scenario::<Parcels>::new()
        .post(parcel("parcel.sent", "P-1", "2026-03-02", 1))
        .post(alias)
        .post(parcel("parcel.arrived", "X", "2026-03-06", 0));
    let found = cases(scenario.clone());
    assert_eq!((found.len(), found[0].0.as_str(), found[0].1.arrived.is_some()), (1, "P-1", true));
    // The alias itself can be voided, and what was recorded under it be corrected under either number.
    assert_eq!(cases(scenario.clone().post(correct("P-1", "2026-03-07", 1, "void")))[0].1.arrived, None);
    assert_eq!(cases(scenario.clone().post(correct("P-1", "2026-03-07", 2, "void")))[0].1.arrived, None);
    let again = scenario.post(correct("P-1", "2026-03-07", 1, "void")).post(correct(
        "P-1",
        "2026-03-08",
        1,
        "restore",
    ));
    assert_eq!(cases(again), found);
}

#[test]
fn what_cannot_be_read_is_listed_until_it_is_put_right() {
    let wrong = || {
        Scenario::<Parcels>::new()
            .post(Post::new("parcel.sent", "P-1").at("2026-03-02").data(json!({ "weight": "heavy" })))
    };
    let listed = |scenario: Scenario<Parcels>| scenario.run().plugin().cases.unreadable();
    let found = listed(wrong());
    assert_eq!((found.len(), found[0].kind.as_str(), found[0].seq), (1, "parcel.sent", 0));
    assert_eq!(listed(wrong().post(correct("P-1", "2026-03-03", 0, "void"))), []);
    let replaced = wrong().post(correct("P-1", "2026-03-03", 0, "replace"));
    assert_eq!(listed(replaced.clone()), []);
    assert_eq!(cases(replaced)[0].1.weights, [99]);
}

#[test]
fn what_comes_to_no_case_is_listed_until_it_does() {
    let arrived = || Scenario::<Parcels>::new().post(parcel("parcel.arrived", "P-1", "2026-03-06", 0));
    let listed = |scenario: Scenario<Parcels>| -> Vec<(String, Vec<Fact>)> {
        let run = scenario.run();
        let found = run.plugin().cases.incomplete(&NoSettings {});
        found.map(|(case, facts)| (case.to_owned(), facts.into_iter().map(|it| it.fact).collect())).collect()
    };
    let alone = [("P-1".to_owned(), vec![Fact::Arrived])];
    assert_eq!(listed(arrived()), alone);
    let sent = parcel("parcel.sent", "P-1", "2026-03-02", 5).recorded("2026-03-09");
    assert_eq!(listed(arrived().post(sent.clone())), []);
    assert_eq!(listed(arrived().post(sent).post(correct("P-1", "2026-03-10", 1, "void"))), alone);
    assert_eq!(listed(arrived().post(correct("P-1", "2026-03-10", 0, "void"))), []);
    let merged = arrived().post(parcel("parcel.sent", "P-2", "2026-03-07", 5));
    let merged = merged.post(merge("P-1", "2026-03-09", "P-2"));
    assert_eq!(listed(merged.clone()), []);
    let parted = merged.post(Post::new("case.unmerged", "P-1").recorded("2026-03-10"));
    assert_eq!(listed(parted), alone);
}

#[test]
fn where_only_the_day_is_known_it_is_that_day() {
    let dated = |date: &str| json!({ "weight": 1, "date": date });
    let post = |date| Post::new("parcel.sent", "P-1").recorded("2026-03-20").data(dated(date));
    for date in ["2026-03-02", "2026-03-20"] {
        assert_eq!(cases(Scenario::new().post(post(date)))[0].1.sent.to_string(), date);
    }
}

/// Something that happens to one of three cases: which, what, on which day, how many days later it is recorded.
fn anything() -> impl Strategy<Value = (u8, u8, i32, i32)> {
    (0..3_u8, 0..8_u8, 0..40, 0..15)
}

fn post((case, what, day, delay): (u8, u8, i32, i32), number: usize) -> Post {
    let day = Day::of(2026, 3, 1).unwrap().plus(day);
    // No two happen at the same time, or nothing but the order of arrival could order them.
    let at = day.start().plus_seconds(i64::try_from(number).unwrap());
    let subject = format!("P-{case}");
    let post = match what {
        0 => parcel("parcel.sent", &subject, "2026-03-02", u32::try_from(number).unwrap()),
        1..=3 => parcel("parcel.weighed", &subject, "2026-03-02", u32::try_from(number).unwrap()),
        4 => parcel("parcel.arrived", &subject, "2026-03-02", 0),
        5 => correct(
            &subject,
            "2026-03-02",
            u64::try_from(number / 2).unwrap(),
            ["void", "restore"][number % 2],
        ),
        6 => merge(&subject, "2026-03-02", &format!("P-{}", (case + 1) % 3)),
        _ => Post::new("case.unmerged", &subject),
    };
    post.at(&at.to_string()).recorded(&day.plus(delay).end().to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Batches and snapshots make no difference, whatever happens: [`Scenario::run`] compares.
    #[test]
    fn nothing_hangs_on_batches_or_snapshots(steps in proptest::collection::vec(anything(), 0..40)) {
        let posts = steps.into_iter().enumerate().map(|(number, step)| post(step, number));
        let _ = posts.fold(Scenario::<Parcels>::new(), Scenario::post).wait_until("2026-07-01").run();
    }

    #[test]
    fn nothing_hangs_on_the_order_of_arrival(
        (steps, shuffled) in proptest::collection::vec((0..3_u8, 0..5_u8, 0..40, 0..1), 0..20).prop_flat_map(|steps| {
            let numbered: Vec<_> = steps.into_iter().enumerate().collect();
            (Just(numbered.clone()), Just(numbered).prop_shuffle())
        })
    ) {
        let run = |steps: Vec<(usize, (u8, u8, i32, i32))>| {
            let posts = steps.into_iter().map(|(number, step)| post(step, number).recorded("2026-05-01"));
            cases(Scenario::new().import(posts).wait_until("2026-05-02"))
        };
        prop_assert_eq!(run(steps), run(shuffled));
    }

    #[test]
    fn what_is_undone_never_was(steps in proptest::collection::vec(anything(), 1..20), which in 0..20_usize) {
        let subject = format!("P-{}", steps[which % steps.len()].0);
        let target = u64::try_from(which % steps.len()).unwrap();
        let posts = steps.into_iter().enumerate().map(|(number, step)| post(step, number).recorded("2026-05-01"));
        let before = posts.fold(Scenario::<Parcels>::new(), Scenario::post);
        let expected = cases(before.clone());
        let restored = before
            .clone()
            .post(correct(&subject, "2026-05-02", target, "void"))
            .post(correct(&subject, "2026-05-03", target, "restore"));
        // An entry that had been voided before counts again.
        prop_assume!(expected == cases(before.clone().post(correct(&subject, "2026-05-02", target, "restore"))));
        prop_assert_eq!(cases(restored), expected.clone());
        let unlinked = before.clone().post(Post::new("case.unmerged", "P-0").recorded("2026-05-02"));
        let expected = cases(unlinked.clone());
        let merged = unlinked
            .post(merge("P-0", "2026-05-03", "P-1"))
            .post(Post::new("case.unmerged", "P-0").recorded("2026-05-04"));
        prop_assert_eq!(cases(merged), expected);
    }
}

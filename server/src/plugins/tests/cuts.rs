//! However entries are cut into chunks and batches, and wherever the plugin is stopped and started, the same comes of it.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::{Fake, lines, program, terms};
use crate::plugins::trial::{self, How, Run};

const SETTINGS: &str = r#"{"seconds":40}"#;

fn run(lines: &[u8], cuts: &[usize], since: u64, how: How) -> Run {
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', lines).map(|at| at + 1).collect();
    let mut borders: Vec<usize> =
        cuts.iter().map(|cut| cut % (ends.len() + 1)).chain([0, ends.len()]).collect();
    borders.sort_unstable();
    borders.dedup();
    let place = |border: usize| if border == 0 { 0 } else { ends[border - 1] };
    let chunks: Vec<(u64, &[u8])> =
        borders.windows(2).map(|pair| (pair[0] as u64, &lines[place(pair[0])..place(pair[1])])).collect();
    trial::run(program(), SETTINGS, &terms(since), chunks.into_iter(), how).unwrap()
}

const WHOLE: How = How { batch: 1024, restore_every: 0 };

/// What happens, and how many seconds after what happened before.
fn history() -> impl Strategy<Value = Vec<(u8, u8, i64)>> {
    let gap = prop_oneof![3 => Just(0_i64), 3 => 1..8_i64, 1 => 15..60_i64];
    prop::collection::vec((0..12_u8, 0..6_u8, gap), 1..120)
}

fn lines_of(history: &[(u8, u8, i64)]) -> Vec<u8> {
    let (mut now, mut imports) = (1_000, 0);
    let texts: Vec<(&str, String, i64, String)> = history
        .iter()
        .map(|(what, case, gap)| {
            now += gap;
            let (kind, data) = match what {
                0..=3 => ("uk.test.case.opened", "{}".to_owned()),
                4..=5 => ("uk.test.case.closed", "{}".to_owned()),
                6 => {
                    imports += 1;
                    ("import.started", format!(r#"{{"import":{imports}}}"#))
                }
                7..=8 => {
                    ("import.finished", format!(r#"{{"import":{}}}"#, imports.min(1 + i64::from(*case))))
                }
                9 => ("alert.raised", r#"{"plugin":"other","alert":"a","depth":3}"#.to_owned()),
                _ => ("uk.other", "{}".to_owned()),
            };
            (kind, format!("case-{case}"), now, data)
        })
        .collect();
    let entries: Vec<Fake<'_>> = texts
        .iter()
        .map(|(kind, subject, recorded, data)| Fake { kind, subject, recorded: *recorded, data })
        .collect();
    lines(0, &entries)
}

proptest! {
    #![proptest_config(Config { cases: 120, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_same_comes_of_it(
        history in history(),
        cuts in prop::collection::vec(any::<usize>(), 0..30),
        batch in 1..40_usize,
        restore_every in 0..4_usize,
        since in 0..120_u64,
        back in 1..4_usize,
    ) {
        let lines = lines_of(&history);
        let whole = run(&lines, &[], since, WHOLE);
        let cut = run(&lines, &cuts, since, How { batch, restore_every });
        prop_assert_eq!(&whole, &cut);
        let every: Vec<usize> = (0..history.len()).collect();
        let single = run(&lines, &every, since, How { batch: 1, restore_every: 1 });
        prop_assert_eq!(&whole, &single);
        // Where a state leads back to fewer entries, these come to it too.
        let end = history.len().saturating_sub(back);
        if whole.position.leads_to(end as u64) {
            let shorter = run(&lines_of(&history[..end]), &[], since, WHOLE);
            prop_assert_eq!(&whole.state, &shorter.state);
        }
        // What the ledger was told adds up to what is open, once the plugin's own time has begun and no import is open.
        if history.len() as u64 > since && whole.position.is_waking() {
            let raised = whole.said.iter().filter(|saying| saying.event_type == "alert.raised").count();
            prop_assert_eq!(raised - (whole.said.len() - raised), whole.position.open_count());
        }
        // No id is told twice.
        let mut ids: Vec<&str> = whole.said.iter().map(|saying| saying.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), whole.said.len());
    }
}

fn fake<'a>(kind: &'a str, subject: &'a str, recorded: i64) -> Fake<'a> {
    Fake { kind, subject, recorded, data: r#"{"import":1}"# }
}

#[test]
fn an_import_is_told_at_its_end_wherever_it_is_cut() {
    let entries = [
        fake("uk.other", "-", 100),
        fake("import.started", "-", 1000),
        fake("uk.test.case.opened", "a", 1001),
        fake("uk.test.case.opened", "b", 1001),
        fake("uk.other", "-", 1200),
        fake("uk.test.case.closed", "b", 1201),
        fake("import.finished", "-", 1300),
        fake("uk.other", "-", 1300),
    ];
    let lines = lines(0, &entries);
    for since in [0, 1, 3, 6] {
        let whole = run(&lines, &[], since, WHOLE);
        assert_eq!(whole.said.len(), 1, "since {since}: {:?}", whole.said);
        assert_eq!(whole.said[0].event_type, "alert.raised");
        for cut in 0..entries.len() {
            assert_eq!(run(&lines, &[cut], since, WHOLE), whole, "since {since}, cut at {cut}");
        }
    }
    // Its own time begins behind the import: told there, and not before.
    assert_eq!(run(&lines, &[], 7, WHOLE).said.len(), 1);
    assert_eq!(run(&lines, &[], 8, WHOLE).said.len(), 0);
}

#[test]
fn a_tick_comes_once_before_the_first_entry_at_or_after_its_instant() {
    let entries = [
        fake("uk.test.case.opened", "a", 100),
        fake("uk.other", "-", 119),
        fake("uk.other", "-", 120),
        fake("uk.other", "-", 120),
        fake("uk.other", "-", 500),
        fake("uk.other", "-", 600),
    ];
    let run = run(&lines(0, &entries), &[], 0, WHOLE);
    let causes: Vec<String> =
        run.said.iter().map(|saying| format!("{} {:?}", saying.event_type, saying.data)).collect();
    // Half-way at entry 2; overdue at entry 4, which ends half-way.
    assert_eq!(run.said.len(), 3, "{causes:?}");
    assert_eq!(run.position.given, 3);
}

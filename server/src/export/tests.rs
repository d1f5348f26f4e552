//! What is exported verifies, and no byte of it can be changed unnoticed.

use std::sync::Arc;

use muniment_core::event::Event;
use muniment_core::principal::Principal;
use tempfile::TempDir;

use super::check::{Checked, check};
use super::*;
use crate::disk::OsDisk;
use crate::ledger::Ledger;
use crate::ledger::clock::{Clock as _, SystemClock};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::submission::{Mode, Submission};
use crate::settings::Settings;

const ORIGIN: &str = "export.example/ledger";

/// A stopped ledger of several segments.
fn ledger(events: usize) -> (TempDir, View) {
    let directory = tempfile::tempdir().unwrap();
    let disk = OsDisk::new(directory.path());
    genesis::create(&disk, ORIGIN, "Council", Purpose::Test, SystemClock::new().wall()).unwrap();
    let mut settings = Settings::default();
    settings.ledger.segment_bytes = 20_000;
    let ledger = Ledger::open(directory.path(), &settings.ledger_options(Progress::default())).unwrap();
    let event = |id: usize| {
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/foi","type":"a.b","data":{{"n":{id}}}}}"#
        );
        Event::parse(text.as_bytes()).unwrap()
    };
    for start in (0..events).step_by(50) {
        let batch = (start..events.min(start + 50)).map(event).collect();
        ledger.append(Submission::new(Principal::host(), batch, Mode::Batch).unwrap()).unwrap();
    }
    ledger.close();
    let view = View::open(Arc::new(disk)).unwrap();
    assert!(view.is_whole().unwrap());
    (directory, view)
}

fn export_to(view: &View, range: Range, format: Format) -> TempDir {
    let out = tempfile::tempdir().unwrap();
    export(view, out.path(), range, format, &Progress::default()).unwrap();
    out
}

fn checked(view: &View, out: &TempDir) -> Checked {
    check(out.path(), Some(view.vkey().clone()), &Progress::default()).unwrap()
}

#[test]
fn every_range_verifies() {
    let (_directory, view) = ledger(600);
    let last = view.size() - 1;
    for (from, to) in [(0, last), (0, 0), (last, last), (80, 81), (250, 260), (3, 500)] {
        let range = Range { from, to };
        let out = export_to(&view, range, Format::Lines);
        let checked = checked(&view, &out);
        assert_eq!(checked.problems, [], "{range:?}");
        assert_eq!(checked.range, Some(range));
        let by_its_own_key = check(out.path(), None, &Progress::default()).unwrap();
        assert_eq!((by_its_own_key.problems, by_its_own_key.vkey), (Vec::new(), view.vkey().clone()));
    }
    let out = export_to(&view, Range { from: 0, to: last }, Format::TlogTiles);
    assert_eq!(checked(&view, &out).problems, []);
}

#[test]
fn what_is_no_range_is_refused() {
    let (_directory, view) = ledger(1);
    for (from, to) in [(1, 0), (0, view.size()), (view.size(), view.size())] {
        let out = tempfile::tempdir().unwrap();
        let refused =
            export(&view, out.path(), Range { from, to }, Format::Lines, &Progress::default()).unwrap_err();
        assert!(matches!(refused, ExportError::Range { .. }), "{from} to {to}: {refused}");
    }
    let out = export_to(&view, Range { from: 0, to: 0 }, Format::Lines);
    let refused =
        export(&view, out.path(), Range { from: 0, to: 0 }, Format::Lines, &Progress::default()).unwrap_err();
    assert!(matches!(refused, ExportError::OutExists(_)), "{refused}");
}

#[test]
fn no_byte_can_be_changed() {
    let (_directory, view) = ledger(10);
    let lines = export_to(&view, Range { from: 1, to: 4 }, Format::Lines);
    let all = Range { from: 0, to: view.size() - 1 };
    let tiles = export_to(&view, all, Format::TlogTiles);
    let bundle = format!("tile/entries/000.p/{}", view.size());
    let hashes = format!("tile/0/000.p/{}", view.size());
    for (out, name) in [
        (&lines, ENTRIES),
        (&lines, CHECKPOINT),
        (&lines, FIRST_RECEIPT),
        (&lines, LAST_RECEIPT),
        (&tiles, CHECKPOINT),
        (&tiles, &bundle),
        (&tiles, &hashes),
    ] {
        let path = out.path().join(name);
        let good = fs::read(&path).unwrap();
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 1;
            fs::write(&path, bad).unwrap();
            assert_ne!(checked(&view, out).problems, [], "{name}, byte {place}");
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        assert_ne!(checked(&view, out).problems, [], "{name}, cut");
        fs::write(&path, &good).unwrap();
        assert_eq!(checked(&view, out).problems, []);
    }
}

//! Designs as they are recorded, refused, and found again for a position of the ledger.

use std::fs;

use muniment_core::time::Timestamp;

use super::super::files;
use super::*;
use crate::disk::OsDisk;
use crate::ledger::genesis::{self, Purpose};
use crate::testing::ledger_options;

const CREST: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 3\"><rect width=\"9\" height=\"3\"/></svg>";

/// A new ledger, and what records designs in it.
fn with_ledger(work: impl FnOnce(&Path, &Ledger, &Designs)) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let now = Timestamp::parse_rfc3339("2026-05-01T09:00:00Z").unwrap();
    genesis::create(&OsDisk::new(path), "designs.example/ledger", "Exemplar", Purpose::Test, now).unwrap();
    let ledger = Ledger::open(path, &ledger_options(1 << 20)).unwrap();
    work(path, &ledger, &Designs::new(path));
    ledger.close();
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn whole() -> Wanted {
    Wanted {
        name: text(" Exemplar City Council "),
        colour: text("#12436D"),
        logo: Some((CREST.as_bytes().to_vec(), "A bridge".to_owned())),
        introduction: text("We count.\r\n\r\nEvery year.\n"),
    }
}

#[test]
fn each_states_all_of_it_and_the_last_before_a_position_counts() {
    with_ledger(|path, ledger, designs| {
        assert_eq!(at(ledger, u64::MAX).unwrap(), None);
        let first = designs.record(ledger, &whole(), Some("token/admin")).unwrap();
        assert_eq!(first.stated.name.as_deref(), Some("Exemplar City Council"));
        assert_eq!(first.stated.colour.as_deref(), Some("#12436d"));
        assert_eq!(first.stated.introduction.as_deref(), Some("We count.\n\nEvery year."));
        let logo = first.stated.logo.clone().unwrap();
        assert_eq!((logo.media_type.as_str(), logo.alternative.as_str()), ("image/svg+xml", "A bridge"));
        assert_eq!(fs::read_to_string(path.join("assets").join(&logo.sha256)).unwrap(), CREST);
        assert_eq!(at(ledger, u64::MAX).unwrap().as_ref(), Some(&first), "it is read as it was recorded");
        // The same once more is no event, and mends a file that is damaged.
        fs::write(path.join("assets").join(&logo.sha256), "x").unwrap();
        assert_eq!(designs.record(ledger, &whole(), None).unwrap(), first);
        assert_eq!(designs.assets().read(&logo.sha256).unwrap(), CREST.as_bytes());

        let bare = Wanted { colour: text("#000000"), name: text("  "), ..Wanted::default() };
        let second = designs.record(ledger, &bare, None).unwrap();
        assert_eq!(second.stated, Stated { colour: text("#000000"), ..Stated::default() });
        assert!(second.seq > first.seq);
        for (end, counts) in [
            (first.seq, None),
            (first.seq + 1, Some(&first)),
            (second.seq, Some(&first)),
            (u64::MAX, Some(&second)),
        ] {
            assert_eq!(at(ledger, end).unwrap().as_ref(), counts, "of {end} entries");
        }
        // A report is made of it, unlike of what else is recorded of reports.
        assert_eq!(files::size_by_default(ledger).unwrap(), second.seq + 1);
        assert_eq!(second.stated.design().unwrap().logo, None);
        assert_eq!(Stated::default().design(), None);
        assert_eq!(first.introduction().unwrap().evidence, [first.seq]);
    });
}

#[test]
fn what_cannot_be_so_is_refused_by_its_part() {
    with_ledger(|path, ledger, designs| {
        let size = ledger.head().size;
        let logo = |bytes: &[u8], words: &str| Wanted {
            logo: Some((bytes.to_vec(), words.to_owned())),
            ..Wanted::default()
        };
        let script = CREST.replace("<rect", "<script/><rect");
        let large = vec![b'<'; LOGO_BYTES_MAX + 1];
        // It says that it is a picture of a pixel, and is none.
        let damaged = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
        for (wanted, said) in [
            (
                Wanted { name: text(&"n".repeat(201)), ..Wanted::default() },
                "name: 201 bytes, the limit is 200 bytes",
            ),
            (
                Wanted { name: text("a\nb"), ..Wanted::default() },
                "name: it holds the control character U+000A",
            ),
            (
                Wanted { colour: text("red"), ..Wanted::default() },
                "colour: \"red\" is not of the form #1a2b3c",
            ),
            (
                Wanted { colour: text("#ffdd00"), ..Wanted::default() },
                "colour: white text on #ffdd00 has a contrast of 1.3 to 1",
            ),
            (
                Wanted { introduction: text(&"i".repeat(8_193)), ..Wanted::default() },
                "introduction: 8193 bytes, the limit is 8192 bytes",
            ),
            (
                Wanted { introduction: text("a\u{7}b"), ..Wanted::default() },
                "introduction: it holds the control character U+0007",
            ),
            (logo(b"GIF89a", "A bridge"), "logo: it is neither PNG, JPEG nor SVG"),
            (logo(&large, "A bridge"), "logo: 262145 bytes, the limit is 262144 bytes"),
            (logo(script.as_bytes(), "A bridge"), "logo: the SVG has the element script"),
            (logo(damaged, "A bridge"), "logo: the report cannot be set as a PDF"),
            (logo(CREST.as_bytes(), " "), "logo.alternative: say in words"),
            (logo(CREST.as_bytes(), &"w".repeat(501)), "logo.alternative: 501 bytes, the limit is 500 bytes"),
        ] {
            let refused = designs.record(ledger, &wanted, None).unwrap_err();
            assert!(
                matches!(refused, DesignError::Wrong { .. }) && refused.to_string().starts_with(said),
                "{refused}"
            );
        }
        assert_eq!(ledger.head().size, size, "nothing was recorded");
        assert!(!path.join("assets").exists(), "nothing was kept");
    });
}

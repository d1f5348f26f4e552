//! The vault beside its ledger, and what is refused.

use std::path::Path;
use std::sync::Arc;

use muniment_core::catalogue::{Catalogue, Keys as _};
use muniment_core::event::Event;
use muniment_core::host::host_event;
use muniment_core::json::Value;
use muniment_core::principal::Principal;

use super::{KeySource, Make, STOCK_KEYS, Vault, VaultError, name_before_use, open, rotate};
use crate::disk::OsDisk;
use crate::ledger::Ledger;
use crate::ledger::clock::{Clock as _, SystemClock};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::submission::{Mode, Seals as _, Submission};
use crate::testing::ledger_options;

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let disk = OsDisk::new(directory.path());
        genesis::create(&disk, "vault.example", "Exemplar", Purpose::Production, SystemClock::new().wall())
            .unwrap();
        Place { directory }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(self.directory.path(), &ledger_options(1024 * 1024)).unwrap()
    }

    fn vault(&self, ledger: &Ledger) -> Result<Vault, VaultError> {
        open(
            Arc::new(OsDisk::new(self.directory.path())),
            &KeySource::DataDirectory,
            ledger,
            &Catalogue::built_in().unwrap(),
        )
    }

    /// A ledger with its vault, and something done with both; then both are closed.
    fn with<T>(&self, act: impl FnOnce(&Ledger, &Vault) -> T) -> T {
        let ledger = self.ledger();
        let vault = self.vault(&ledger).unwrap();
        let done = act(&ledger, &vault);
        drop(vault);
        ledger.close();
        done
    }

    fn refusal(&self) -> String {
        let ledger = self.ledger();
        let before = std::fs::read(self.path("vault")).ok();
        let refusal = self.vault(&ledger).unwrap_err().to_string();
        ledger.close();
        assert_eq!(std::fs::read(self.path("vault")).ok(), before, "a refused vault is left as it is");
        refusal
    }
}

/// Records an event that is sealed with the key of a case.
fn record(ledger: &Ledger, vault: &Vault, subject: &str, id: &str) {
    name_before_use(vault, ledger).unwrap();
    let (key, _) = vault.asker(Make::Always).key("request", subject).unwrap().unwrap();
    let text = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/foi","type":"request.received","subject":"{subject}","sealkey":"{key}"}}"#
    );
    append(ledger, Event::parse(text.as_bytes()).unwrap());
}

fn append(ledger: &Ledger, event: Event) {
    let by = if event.source() == "vault.example" {
        Principal::host()
    } else {
        Principal::new("token/t").unwrap()
    };
    ledger.append(Submission::new(by, vec![event], Mode::Batch).unwrap()).unwrap();
}

fn head(ledger: &Ledger) -> (u64, muniment_core::hash::Hash) {
    (ledger.head().size, ledger.head().last)
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}

#[test]
fn a_ledger_gets_one_vault_and_names_it() {
    let place = Place::new();
    let key = place.with(|ledger, vault| {
        assert!(ledger.find_host("personal.vault/1").unwrap().is_none(), "it is named when it is first used");
        record(ledger, vault, "A", "1");
        assert!(ledger.find_host("personal.vault/1").unwrap().is_some());
        vault.key("request", "A").unwrap().unwrap()
    });
    for name in ["vault", "keys/vault.key"] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
    place.with(|ledger, vault| {
        assert_eq!(vault.key("request", "A").unwrap(), Some(key), "read off the ledger");
        assert!(vault.key("breach", "A").unwrap().is_none() && vault.key("request", "B").unwrap().is_none());
        vault.note(Some(head(ledger))).unwrap();
        assert_eq!(ledger.head().size, 4, "it is named once");
    });
}

#[test]
fn a_person_has_one_pseudonym_from_every_source() {
    let place = Place::new();
    let ask = |vault: &Vault, make, reference| vault.asker(make).pseudonym(reference).unwrap();
    let given = place.with(|_, vault| {
        let given = ask(vault, Make::UnlessErased, "hr-7").unwrap();
        assert_eq!(ask(vault, Make::UnlessErased, "hr-7").unwrap(), given);
        assert_ne!(ask(vault, Make::UnlessErased, "hr-8").unwrap(), given);
        vault.note(None).unwrap();
        given
    });
    place.with(|ledger, vault| {
        assert_eq!(ask(vault, Make::UnlessErased, "hr-7").unwrap(), given);
        assert_eq!(vault.person(&given).unwrap().as_deref(), Some("hr-7"));
        vault.begin_erasing(&[], std::slice::from_ref(&given)).unwrap();
        assert!(matches!(vault.asker(Make::Always).pseudonym("hr-7"), Err(VaultError::Erasing)));
        vault.finish_erasing(head(ledger)).unwrap();
        assert!(vault.is_severed(&given) && !vault.is_severed("p-00417"));
        assert_eq!(ask(vault, Make::UnlessErased, "hr-7"), None, "a repeat makes nobody known again");
        assert_eq!(ask(vault, Make::UnlessErased, "hr-9"), None, "nor can it be told from somebody new");
        assert_ne!(ask(vault, Make::Always, "hr-7").unwrap(), given);
    });
    let key = std::fs::read(place.path("vault")).unwrap();
    assert!(!key.windows(4).any(|window| window == b"hr-7"));
}

#[test]
fn what_was_erased_gets_no_key_by_itself() {
    let place = Place::new();
    place.with(|ledger, vault| {
        record(ledger, vault, "A", "1");
        let (old, _) = vault.key("request", "A").unwrap().unwrap();
        let epoch = vault.epoch();
        let erasing = vault.begin_erasing(&[("request".into(), "A".into())], &[]).unwrap();
        assert_eq!(erasing, [("request".to_owned(), "A".to_owned(), vec![old.to_string()])]);
        assert_ne!(vault.epoch(), epoch);
        vault.cancel_erasing();
        assert!(vault.is_current("request", "A", old), "what was only begun is taken back");
        vault.begin_erasing(&[("request".into(), "A".into())], &[]).unwrap();
        assert!(!vault.is_current("request", "A", old));
        vault.finish_erasing(head(ledger)).unwrap();
        for make in [Make::UnlessErased, Make::Pretend] {
            assert!(vault.asker(make).key("request", "A").unwrap().is_none());
        }
        let (new, _) = vault.asker(Make::Always).key("request", "A").unwrap().unwrap();
        assert_ne!(new, old);
        let key = Value::Array(vec![Value::string(old.to_string())]);
        let data = Value::object([("group", Value::string("request")), ("keys", key)]);
        append(ledger, host_event("vault.example", "personal.destroyed", "d", Some("A"), data).unwrap());
        record(ledger, vault, "A", "2");
        vault.note(Some(head(ledger))).unwrap();
    });
    place.with(|_, vault| assert!(vault.key("request", "A").unwrap().is_some(), "the later record counts"));
}

#[test]
fn nothing_is_made_where_it_is_only_pretended() {
    let place = Place::new();
    place.with(|_, vault| {
        let mut asker = vault.asker(Make::Pretend);
        assert!(asker.key("request", "A").unwrap().is_some() && asker.pseudonym("hr-7").unwrap().is_some());
        assert!(!asker.take_new_person() && vault.cases() == 0);
    });
}

#[test]
fn a_stock_that_runs_out_is_filled() {
    let place = Place::new();
    let count = STOCK_KEYS + 10;
    place.with(|ledger, vault| {
        let mut asker = vault.asker(Make::UnlessErased);
        let mut keys: Vec<_> =
            (0..count).map(|case| asker.key("request", &case.to_string()).unwrap().unwrap().0).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
        vault.note(Some(head(ledger))).unwrap();
    });
    place.with(|_, vault| assert_eq!(vault.cases(), count));
}

#[test]
fn a_vault_under_another_key_opens_with_that_only() {
    let place = Place::new();
    let key = place.with(|ledger, vault| {
        record(ledger, vault, "A", "1");
        vault.key("request", "A").unwrap()
    });
    copy(&place.path("keys/vault.key"), &place.path("old"));
    place.with(|ledger, vault| {
        let disk = OsDisk::new(place.directory.path());
        rotate(vault, &disk, &KeySource::DataDirectory, head(ledger)).unwrap();
    });
    place.with(|_, vault| assert_eq!(vault.key("request", "A").unwrap(), key));
    copy(&place.path("old"), &place.path("keys/vault.key"));
    let refusal = place.refusal();
    assert!(refusal.contains("does not open with the key from keys/vault.key"), "{refusal}");
    std::fs::remove_file(place.path("keys/vault.key")).unwrap();
    assert!(place.refusal().contains("keys/vault.key is not there"));
}

#[test]
fn a_missing_vault_is_refused() {
    let place = Place::new();
    place.with(|ledger, vault| record(ledger, vault, "A", "1"));
    std::fs::remove_file(place.path("vault")).unwrap();
    assert!(place.refusal().contains("the vault is missing"));
    std::fs::remove_file(place.path("keys/vault.key")).unwrap();
    assert!(place.refusal().contains("the vault is missing"));
    std::fs::write(place.path("vault"), "x").unwrap();
    std::fs::write(place.path("keys/vault.key"), "00".repeat(32)).unwrap();
    assert!(place.refusal().contains("no vault of this program"));
}

#[test]
fn a_vault_of_another_time_or_ledger_is_refused() {
    let (place, other) = (Place::new(), Place::new());
    other.with(|_, _| ());
    place.with(|ledger, vault| record(ledger, vault, "A", "1"));
    copy(&place.path("vault"), &place.path("early"));
    // More keys than the early one had in stock.
    place.with(|ledger, vault| {
        let mut asker = vault.asker(Make::Always);
        (0..=STOCK_KEYS).for_each(|case| drop(asker.key("request", &format!("x{case}")).unwrap()));
        record(ledger, vault, "B", "2");
        vault.note(Some(head(ledger))).unwrap();
    });
    copy(&place.path("vault"), &place.path("late"));
    copy(&place.path("early"), &place.path("vault"));
    let refusal = place.refusal();
    assert!(refusal.contains("older than the ledger: entry 4 was sealed"), "{refusal}");

    copy(&other.path("vault"), &place.path("vault"));
    copy(&other.path("keys/vault.key"), &place.path("keys/other"));
    copy(&place.path("keys/vault.key"), &place.path("keys/own"));
    copy(&place.path("keys/other"), &place.path("keys/vault.key"));
    assert!(place.refusal().contains("belongs to another ledger"));

    copy(&place.path("keys/own"), &place.path("keys/vault.key"));
    copy(&place.path("late"), &place.path("vault"));
    place.with(|_, vault| assert!(vault.key("request", "B").unwrap().is_some()));

    // The ledger as it was before its last entry.
    let segment = place.path("ledger/00000000000000000000.jsonl");
    let lines = std::fs::read_to_string(&segment).unwrap();
    let cut: String = lines.lines().take(4).map(|line| format!("{line}\n")).collect();
    std::fs::write(&segment, cut).unwrap();
    std::fs::remove_file(place.path("checkpoint")).unwrap();
    std::fs::remove_dir_all(place.path("tiles")).unwrap();
    let refusal = place.refusal();
    assert!(
        refusal.contains("the vault is newer than the ledger: it knows of 5 entries, the ledger has 4"),
        "{refusal}"
    );
}

#[test]
fn damage_is_noticed_and_nothing_is_cut_off_in_the_middle() {
    let place = Place::new();
    place.with(|ledger, vault| {
        record(ledger, vault, "A", "1");
        vault.note(Some(head(ledger))).unwrap();
        // Beyond what one batch may hold, so that the first can no longer be a torn end.
        while std::fs::metadata(place.path("vault")).unwrap().len() < 1_200_000 {
            vault.stock_up(usize::MAX).unwrap();
        }
    });
    let whole = std::fs::read(place.path("vault")).unwrap();
    for offset in [20, 40, 70, 120] {
        let mut changed = whole.clone();
        changed[offset] ^= 1;
        std::fs::write(place.path("vault"), changed).unwrap();
        assert!(place.refusal().contains("does not open"), "{offset}");
    }
    for offset in [128, 140, 5_000] {
        let mut changed = whole.clone();
        changed[offset] ^= 1;
        std::fs::write(place.path("vault"), changed).unwrap();
        let refusal = place.refusal();
        assert!(refusal.contains("the vault is damaged at byte"), "{offset}: {refusal}");
    }
    // A torn end is what a crash leaves: nothing that an entry needs is in it.
    std::fs::write(place.path("vault"), &whole[..whole.len() - 10]).unwrap();
    place.with(|_, vault| assert!(vault.key("request", "A").unwrap().is_some()));
    std::fs::write(place.path("vault"), &whole[..1_000]).unwrap();
    assert!(place.refusal().contains("older than the ledger"));
}

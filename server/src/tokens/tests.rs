use std::collections::BTreeSet;
use std::path::Path;

use muniment_core::note::NoteSigner;
use muniment_core::time::Timestamp;
use tokio::task::block_in_place;

use super::*;
use crate::disk::OsDisk;
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::origins::Origins;
use crate::progress::Progress;
use crate::query::Scope;
use crate::settings::Settings;

fn open(directory: &Path) -> Ledger {
    Ledger::open(directory, &Settings::default().ledger_options(Progress::default())).unwrap()
}

fn wanted(name: &str, roles: &[&str], scope: Scope) -> Result<Grant, GrantError> {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    let signer = NoteSigner::from_seed("ig.exemplar.gov.uk/ledger", &[1; 32]).unwrap();
    let origins = Origins::new(signer.verifier().clone(), &[]).unwrap();
    Grant::new(name, &roles, scope, &origins)
}

fn set(items: &[&str]) -> Option<BTreeSet<String>> {
    Some(items.iter().map(|item| (*item).to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_outlive_a_restart_and_revocation_counts_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let now = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let created = genesis::create(
        &OsDisk::new(directory.path()),
        "ig.exemplar.gov.uk/ledger",
        "Exemplar",
        Purpose::Test,
        now,
    )
    .unwrap();
    let ledger = open(directory.path());
    let tokens = block_in_place(|| Tokens::load(&ledger)).unwrap();
    let admin = tokens.authenticate(&created.admin_token).unwrap();
    assert!(admin.is_full_admin());

    let scope = Scope { groups: set(&["request"]), source_prefix: Some("/foi".to_owned()), units: None };
    let foi = wanted("foi", &["source", "officer"], scope).unwrap();
    let foi = tokens.create(&ledger, &foi, "token/admin").await.unwrap();
    assert_eq!(tokens.authenticate(&foi.secret).unwrap().principal().as_str(), "token/foi");
    let again = wanted("foi", &["auditor"], Scope::default()).unwrap();
    assert!(matches!(tokens.create(&ledger, &again, "token/admin").await, Err(TokenError::NameTaken(_))));
    let last = tokens.revoke(&ledger, "admin", "token/admin").await;
    assert!(matches!(last, Err(TokenError::LastAdmin(_))));
    for number in 0..5 {
        let more = wanted(&format!("more-{number}"), &["auditor"], Scope::default()).unwrap();
        tokens.create(&ledger, &more, "token/admin").await.unwrap();
    }
    let held = tokens.authenticate(&foi.secret).unwrap();
    tokens.revoke(&ledger, "foi", "token/admin").await.unwrap();
    assert!(held.is_revoked(), "who holds the grant sees it at once");
    assert!(tokens.authenticate(&foi.secret).is_none());
    assert!(matches!(tokens.revoke(&ledger, "foi", "token/admin").await, Err(TokenError::Unknown(_))));
    ledger.close();

    let ledger = open(directory.path());
    let tokens = block_in_place(|| Tokens::load(&ledger)).unwrap();
    assert_eq!(tokens.list().len(), 6);
    assert!(tokens.authenticate(&foi.secret).is_none());
    assert!(tokens.authenticate(&created.admin_token).is_some());
    assert!(matches!(tokens.create(&ledger, &again, "token/admin").await, Err(TokenError::NameTaken(_))));
    let text = String::from_utf8(ledger.lines(0, u64::MAX).unwrap()).unwrap();
    assert!(!text.contains(&foi.secret.as_str()["muniment_".len()..]), "no secret is ever written");
}

#[test]
fn what_is_asked_for_is_checked() {
    let refused = |name: &str, roles: &[&str], scope| wanted(name, roles, scope).unwrap_err().to_string();
    assert!(refused("Jane Doe", &["officer"], Scope::default()).contains("\"Jane Doe\""));
    assert!(refused("a", &[], Scope::default()).contains("none given"));
    assert!(refused("a", &["root"], Scope::default()).contains("\"root\""));
    assert!(refused("a", &["source"], Scope::default()).contains("source_prefix"));
    let under =
        Scope { source_prefix: Some("https://ig.exemplar.gov.uk/ledger/x".to_owned()), ..Scope::default() };
    assert!(refused("a", &["source"], under).contains("own origin"));
    let empty = Scope { groups: Some(BTreeSet::new()), ..Scope::default() };
    assert!(refused("a", &["officer"], empty).contains("groups: an empty list"));
}

#[test]
fn nobody_gives_away_more_than_he_has() {
    let narrow = Scope {
        groups: set(&["request", "review"]),
        units: set(&["housing"]),
        source_prefix: Some("/foi".to_owned()),
    };
    let admin = wanted("a", &["admin"], narrow.clone()).unwrap();
    let ask = |scope: Scope| wanted("b", &["officer"], scope).unwrap().within(&admin);
    assert!(ask(narrow.clone()).is_ok());
    assert!(ask(Scope { source_prefix: Some("/foi/web".to_owned()), ..narrow.clone() }).is_ok());
    for wider in [
        Scope::default(),
        Scope { groups: None, ..narrow.clone() },
        Scope { groups: set(&["request", "ripa"]), ..narrow.clone() },
        Scope { units: set(&["legal"]), ..narrow.clone() },
        Scope { source_prefix: Some("/foib".to_owned()), ..narrow.clone() },
        Scope { source_prefix: None, ..narrow.clone() },
    ] {
        assert!(matches!(ask(wider), Err(GrantError::Wider(_))));
    }
}

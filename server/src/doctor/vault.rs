//! Checks of the vault. More of them are added to [`CHECKS`].

use super::{Check, Findings, Place};
use crate::ledger::names;

/// The checks of the vault.
pub const CHECKS: [Check; 1] = [missing];

/// A key without what it opens.
fn missing(place: &Place<'_>, findings: &mut Findings) {
    let there = |name: &str| place.data.join(name).exists();
    if there(names::VAULT_KEY) && !there(names::VAULT) {
        findings.wrong(
            names::VAULT,
            "it is missing, its key is there: put its copy there (`muniment backup --vault-to` made one). Without it no personal data can be read",
        );
    }
}

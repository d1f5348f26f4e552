//! Checks of the vault. More of them are added to [`CHECKS`].

use std::path::Path;
use std::sync::Arc;

use super::{Check, Findings, Place};
use crate::disk::OsDisk;
use crate::ledger::names;
use crate::vault::{self, KeySource, VaultError};

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

/// Whether the vault opens with the key from where the settings say, and is of this ledger. What its keys are needed for is
/// checked when a server starts.
pub fn opens(data: &Path, key: &KeySource, findings: &mut Findings) {
    if !data.join(names::VAULT).exists() {
        return;
    }
    match vault::examine(Arc::new(OsDisk::new(data)), key) {
        Ok(cases) => findings.ok(names::VAULT, format!("it opens, and knows {cases} cases")),
        Err(VaultError::Key(fault)) => {
            findings.wrong("key of the vault", format!("{fault}: put it back, or say where it is"))
        }
        Err(error) => {
            findings.wrong(names::VAULT, format!("{error}: put the right file there, or the right key"))
        }
    }
}

//! Names of the files in a data directory.

use std::fmt;

/// Where segments and their key runs are.
pub const LEDGER: &str = "ledger";
/// Where the levels of the tree are.
pub const TILES: &str = "tiles";
/// Where the signing key is.
pub const KEYS: &str = "keys";
/// The signing key.
pub const SIGNING_KEY: &str = "keys/ledger.key";
/// The last persisted checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The keys of sealed personal data.
pub const VAULT: &str = "vault";
/// What opens the vault, where it is locked with a key of its own.
pub const VAULT_KEY: &str = "keys/vault.key";
/// The exact lines of `personal.destroyed`: which personal data must stay destroyed after a return.
pub const ERASURES: &str = "erasures.jsonl";
/// Where backups of this ledger are.
pub const BACKUPS: &str = "backups.json";
/// While this file is there, the directory holds a return that was not finished: nothing opens it.
pub const RESTORING: &str = "restoring";
/// Every plugin that ever ran, named by its content.
pub const PLUGINS: &str = "plugins";
/// An operator's own event types.
pub const CATALOGUE: &str = "catalogue";
/// An operator's own policies.
pub const POLICIES: &str = "policies";
/// Logos and other files that events pin, named by their content.
pub const ASSETS: &str = "assets";
/// Reports as they were made; they follow from the ledger.
pub const REPORTS: &str = "reports";
/// How the names of files begin that hold what a recovery moved aside, in [`LEDGER`].
pub const RECOVERED_PREFIX: &str = "recovered-";
/// The data directory itself.
pub const ROOT: &str = "";

/// What a file in `ledger/` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerFile {
    /// Lines: the active segment, or a rolled one that is not sealed yet.
    Lines(u64),
    /// A sealed segment.
    Sealed(u64),
    /// The key run of a sealed segment.
    Keys(u64),
}

impl LedgerFile {
    /// What a file is, by its name in `ledger/`.
    #[must_use]
    pub fn parse(name: &str) -> Option<LedgerFile> {
        let (digits, kind) = name.split_at_checked(20)?;
        let first =
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
        match kind {
            ".jsonl" => Some(LedgerFile::Lines(first)),
            ".jsonl.zst" => Some(LedgerFile::Sealed(first)),
            ".keys" => Some(LedgerFile::Keys(first)),
            _ => None,
        }
    }
}

/// The path below the data directory.
impl fmt::Display for LedgerFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LedgerFile::Lines(first) => write!(f, "{LEDGER}/{first:020}.jsonl"),
            LedgerFile::Sealed(first) => write!(f, "{LEDGER}/{first:020}.jsonl.zst"),
            LedgerFile::Keys(first) => write!(f, "{LEDGER}/{first:020}.keys"),
        }
    }
}

/// The file of a level of the tree.
#[must_use]
pub fn level(level: usize) -> String {
    format!("{TILES}/{level}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        for file in [LedgerFile::Lines(0), LedgerFile::Sealed(41), LedgerFile::Keys(u64::MAX)] {
            let path = file.to_string();
            assert_eq!(LedgerFile::parse(path.strip_prefix("ledger/").unwrap()), Some(file));
        }
        for name in [
            "",
            "0.jsonl",
            "00000000000000000000",
            "00000000000000000000.jsonl.tmp",
            "recovered-x",
            "99999999999999999999.jsonl",
        ] {
            assert_eq!(LedgerFile::parse(name), None, "{name}");
        }
    }
}

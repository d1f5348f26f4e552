//! The plugins that come with the program.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::engine::sha256_of;

/// A built-in plugin.
#[derive(Clone, Copy)]
pub struct BuiltIn {
    /// Its id.
    pub id: &'static str,
    /// Its component.
    pub component: &'static [u8],
}

/// Made by the build script: each folder of `plugins/`. No constant, of which every part of the program that is compiled by itself
/// would hold a copy: 24 MB each.
static TABLE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// All of them, by id.
pub fn all() -> impl Iterator<Item = BuiltIn> {
    TABLE.iter().map(|(id, component)| BuiltIn { id, component })
}

/// The SHA-256 of the built-in plugin of this id, in hexadecimal, if there is one.
#[must_use]
pub fn sha256(id: &str) -> Option<&'static str> {
    static KNOWN: OnceLock<BTreeMap<&str, String>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| all().map(|plugin| (plugin.id, sha256_of(plugin.component))).collect());
    known.get(id).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use muniment_core::catalogue::Catalogue;
    use muniment_core::policy::Rulebook;

    use super::*;
    use crate::plugins::engine::{Allowance, Engine, Program};

    #[test]
    fn every_alert_is_raised_by_a_plugin_or_listed_as_not_yet() {
        let allowance = Allowance { memory_bytes_max: 256 << 20, call_max: Duration::from_secs(10) };
        let engine = Engine::new(allowance, None).unwrap();
        let mut raised = BTreeSet::new();
        for plugin in all() {
            let program = Program::new(&engine, plugin.component).unwrap();
            for rule in &program.manifest().rules {
                assert!(raised.insert(rule.id.clone()), "{} is a rule of two plugins", rule.id);
            }
        }
        let catalogue = Catalogue::built_in().unwrap();
        let rulebook = Rulebook::built_in(&catalogue).unwrap();
        let not_yet: BTreeSet<String> = rulebook.not_yet_raised().map(str::to_owned).collect();
        assert!(not_yet.is_disjoint(&raised), "{:?}", not_yet.intersection(&raised));
        let alerts: BTreeSet<String> = rulebook.alerts().map(|alert| alert.code.clone()).collect();
        assert_eq!(raised.union(&not_yet).cloned().collect::<BTreeSet<_>>(), alerts);
    }
}

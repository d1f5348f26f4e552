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

/// Made by the build script: each folder of `plugins/`.
const TABLE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

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

//! The plugins that come with the program.

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

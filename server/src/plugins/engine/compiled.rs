//! A component, compiled, or as it was compiled at an earlier start.
//!
//! Beside what wasmtime's macros write this is the only module in which `unsafe` stands: there is no other way to take up what
//! was compiled before. To compile the plugins that come with the program anew takes 25 seconds of a core, and to put them
//! together from functions that were compiled before takes six; as a whole they are there at once.
#![allow(unsafe_code, reason = "code that this program compiled, and vouched for, is run as it is")]

use wasmtime::component::Component;

use super::Engine;
use super::cache::CompiledCode;

/// Compiles a component, unless this ledger has kept it as this engine would compile it.
pub(super) fn component(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
    let Some(cache) = &engine.cache else { return Component::from_binary(&engine.engine, bytes) };
    let of = blake3::hash(bytes);
    if let Some(component) = kept(&engine.engine, cache, of) {
        return Ok(component);
    }
    let component = Component::from_binary(&engine.engine, bytes)?;
    // It runs without being kept, too; the next start takes longer.
    let keep = || cache.keep(of, &component.serialize()?).map_err(wasmtime::Error::from);
    if let Err(error) = keep() {
        tracing::warn!(%error, "a compiled plugin cannot be kept, so the next start compiles it again");
    }
    Ok(component)
}

fn kept(engine: &wasmtime::Engine, cache: &CompiledCode, of: blake3::Hash) -> Option<Component> {
    let code = cache.get(of)?;
    // SAFETY: these are, unchanged, the bytes that `Component::serialize` gave to `component` above: `CompiledCode::get` has
    // checked the hash over them that is keyed with the ledger's secret, which nobody has who may not run this program as its
    // operator; and they are in memory, so nobody changes them after that. Whether they fit this version of wasmtime, its
    // settings and this processor wasmtime looks at itself, and refuses them if not.
    unsafe { Component::deserialize(engine, code) }.ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::{Allowance, Program};
    use super::*;
    use crate::plugins::built_in;

    #[test]
    fn what_was_compiled_before_is_the_same_program_and_what_is_spoilt_is_compiled_anew() {
        let folder = tempfile::tempdir().unwrap();
        let allowance = Allowance { memory_bytes_max: 256 << 20, call_max: Duration::from_secs(10) };
        let engine = || {
            let cache = CompiledCode::new(folder.path().to_owned(), b"secret");
            Engine::new(allowance, Some(cache)).unwrap()
        };
        let bytes = built_in::all().next().unwrap().component;
        let files = || std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let begun = Instant::now();
        let compiled = Program::new(&engine(), bytes).unwrap();
        let first = begun.elapsed();
        assert_eq!(files().count(), 1);
        let begun = Instant::now();
        let again = Program::new(&engine(), bytes).unwrap();
        assert!(begun.elapsed() < first, "{:?} of {first:?}", begun.elapsed());
        assert_eq!(again.manifest(), compiled.manifest());

        let file = files().next().unwrap();
        let mut spoilt = std::fs::read(&file).unwrap();
        let middle = spoilt.len() / 2;
        spoilt[middle] ^= 1;
        std::fs::write(&file, &spoilt).unwrap();
        assert_eq!(Program::new(&engine(), bytes).unwrap().manifest(), compiled.manifest());
        assert_ne!(std::fs::read(&file).unwrap(), spoilt);

        // Vouched for, but of another version of the engine, as after an upgrade of this program.
        let cache = CompiledCode::new(folder.path().to_owned(), b"secret");
        cache.keep(blake3::hash(bytes), b"\x7fELF of another one").unwrap();
        assert_eq!(Program::new(&engine(), bytes).unwrap().manifest(), compiled.manifest());
    }
}

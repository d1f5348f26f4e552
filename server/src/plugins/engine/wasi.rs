//! What of WASI a plugin gets: an empty environment, no input, and two streams that end in its log. Clocks,
//! randomness, files and sockets may be imported, as language runtimes do so without asking, and trap when they are
//! called. The seed of hash maps is a constant.

use wasmtime::component::{Component, Linker, LinkerInstance, Resource};
use wasmtime::{Engine, StoreContextMut};

use super::bindings::StreamError;
use super::failure::Failure;
use super::guest::Guest;

/// What one write may hold, in bytes.
const WRITE_BYTES_MAX: u64 = 4096;
/// The interfaces that a component may import, without their versions.
const KNOWN: [&str; 6] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];

type Store<'a> = StoreContextMut<'a, Guest>;
type Interface<'a> = LinkerInstance<'a, Guest>;
/// A handle of a stream or of whatever else: the host keeps nothing behind any, so all are of one type. That is also the
/// type of those that nothing is defined for.
type Handle = Resource<()>;

/// Names the first import that no plugin may have.
pub(super) fn check_imports(engine: &Engine, component: &Component) -> Result<(), Failure> {
    let component_type = component.component_type();
    for (name, _item) in component_type.imports(engine) {
        let is_known = KNOWN.iter().any(|known| name.starts_with(known));
        let is_ours = name.starts_with("muniment:plugin/types@0.1.");
        if !is_known && !is_ours {
            return Err(Failure::contract(format!(
                "it imports `{name}`, which no plugin may have; a plugin has no more than the standard library's \
                 `wasi:cli`, `wasi:clocks`, `wasi:filesystem`, `wasi:io`, `wasi:random` and `wasi:sockets`, most of \
                 which trap when they are called"
            )));
        }
    }
    Ok(())
}

/// A linker for one component: what it may use is there, the rest of what it imports traps. Each interface is defined in
/// the version that the component names: those of 0.2 differ in nothing that is used here.
pub(super) fn linker(engine: &Engine, component: &Component) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    linker.allow_shadowing(false);
    let component_type = component.component_type();
    for (name, _item) in component_type.imports(engine) {
        let interface = name.split_once('@').map_or(name, |(interface, _version)| interface);
        let mut linked = linker.instance(name)?;
        match interface {
            "wasi:io/streams" => streams(&mut linked)?,
            "wasi:cli/environment" => environment(&mut linked)?,
            "wasi:cli/stdin" => linked.func_wrap("get-stdin", a_handle)?,
            "wasi:cli/stdout" => linked.func_wrap("get-stdout", a_handle)?,
            "wasi:cli/stderr" => linked.func_wrap("get-stderr", a_handle)?,
            "wasi:cli/terminal-stdin" => linked.func_wrap("get-terminal-stdin", no_handle)?,
            "wasi:cli/terminal-stdout" => linked.func_wrap("get-terminal-stdout", no_handle)?,
            "wasi:cli/terminal-stderr" => linked.func_wrap("get-terminal-stderr", no_handle)?,
            "wasi:random/insecure-seed" => linked.func_wrap("insecure-seed", seed)?,
            _ => {}
        }
    }
    linker.define_unknown_imports_as_traps(component)?;
    Ok(linker)
}

fn a_handle(_: Store<'_>, (): ()) -> wasmtime::Result<(Handle,)> {
    Ok((Handle::new_own(0),))
}

fn no_handle(_: Store<'_>, (): ()) -> wasmtime::Result<(Option<Handle>,)> {
    Ok((None,))
}

fn seed(store: Store<'_>, (): ()) -> wasmtime::Result<((u64, u64),)> {
    let seed = store.data().hash_seed;
    Ok(((seed, seed),))
}

fn streams(streams: &mut Interface<'_>) -> wasmtime::Result<()> {
    streams.func_wrap("[method]output-stream.check-write", |_: Store<'_>, (_,): (Handle,)| {
        Ok((Ok::<u64, StreamError>(WRITE_BYTES_MAX),))
    })?;
    for name in ["[method]output-stream.write", "[method]output-stream.blocking-write-and-flush"] {
        streams.func_wrap(name, |mut store: Store<'_>, (_, bytes): (Handle, Vec<u8>)| {
            store.data_mut().say(&bytes);
            Ok((Ok::<(), StreamError>(()),))
        })?;
    }
    for name in ["[method]output-stream.flush", "[method]output-stream.blocking-flush"] {
        streams.func_wrap(name, |_: Store<'_>, (_,): (Handle,)| Ok((Ok::<(), StreamError>(()),)))?;
    }
    streams.func_wrap("[method]output-stream.subscribe", |_: Store<'_>, (_,): (Handle,)| {
        Ok((Handle::new_own(0),))
    })?;
    for name in ["[method]input-stream.read", "[method]input-stream.blocking-read"] {
        streams.func_wrap(name, |_: Store<'_>, (_, _): (Handle, u64)| {
            Ok((Err::<Vec<u8>, StreamError>(StreamError::Closed),))
        })?;
    }
    Ok(())
}

fn environment(environment: &mut Interface<'_>) -> wasmtime::Result<()> {
    environment.func_wrap("get-environment", |_: Store<'_>, (): ()| Ok((Vec::<(String, String)>::new(),)))?;
    environment.func_wrap("get-arguments", |_: Store<'_>, (): ()| Ok((Vec::<String>::new(),)))?;
    environment.func_wrap("initial-cwd", |_: Store<'_>, (): ()| Ok((None::<String>,)))
}

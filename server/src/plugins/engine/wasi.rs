//! What of WASI a plugin gets: an empty environment, no input, and two streams that end in its log. Clocks,
//! randomness, files and sockets may be imported, as language runtimes do so without asking, and trap when they are
//! called. The seed of hash maps is a constant.

use wasmtime::component::{Component, Linker, Resource, ResourceType};
use wasmtime::{Engine, StoreContextMut};

use super::bindings::{IoError, StreamError};
use super::failure::Failure;
use super::guest::Guest;

/// The version that is offered; a component that names an earlier 0.2 gets it too.
const VERSION: &str = "0.2.6";
/// What one write may hold, in bytes.
const WRITE_BYTES_MAX: u64 = 4096;
/// The interfaces that a component may import, without their versions.
const KNOWN: [&str; 5] = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/"];
/// As [`KNOWN`]; runtimes of some languages name it.
const SOCKETS: &str = "wasi:sockets/";

/// The host side of an output stream.
struct OutputStream;
struct InputStream;
struct Pollable;
struct TerminalInput;
struct TerminalOutput;

/// Names the first import that no plugin may have.
pub(super) fn check_imports(engine: &Engine, component: &Component) -> Result<(), Failure> {
    let component_type = component.component_type();
    for (name, _item) in component_type.imports(engine) {
        let is_known = KNOWN.iter().any(|known| name.starts_with(known)) || name.starts_with(SOCKETS);
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

/// A linker for one component: what it may use is there, the rest of what it imports traps.
pub(super) fn linker(engine: &Engine, component: &Component) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    linker.allow_shadowing(false);
    streams(&mut linker)?;
    command_line(&mut linker)?;
    let name = format!("wasi:random/insecure-seed@{VERSION}");
    linker.instance(&name)?.func_wrap("insecure-seed", |store: Store<'_>, (): ()| {
        let seed = store.data().hash_seed;
        Ok(((seed, seed),))
    })?;
    linker.define_unknown_imports_as_traps(component)?;
    Ok(linker)
}

type Store<'a> = StoreContextMut<'a, Guest>;

fn streams(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut io = linker.instance(&format!("wasi:io/error@{VERSION}"))?;
    io.resource("error", ResourceType::host::<IoError>(), |_, _| Ok(()))?;
    let mut poll = linker.instance(&format!("wasi:io/poll@{VERSION}"))?;
    poll.resource("pollable", ResourceType::host::<Pollable>(), |_, _| Ok(()))?;

    let mut streams = linker.instance(&format!("wasi:io/streams@{VERSION}"))?;
    streams.resource("input-stream", ResourceType::host::<InputStream>(), |_, _| Ok(()))?;
    streams.resource("output-stream", ResourceType::host::<OutputStream>(), |_, _| Ok(()))?;
    type Out = Resource<OutputStream>;
    streams.func_wrap("[method]output-stream.check-write", |_: Store<'_>, (_,): (Out,)| {
        Ok((Ok::<u64, StreamError>(WRITE_BYTES_MAX),))
    })?;
    for name in ["[method]output-stream.write", "[method]output-stream.blocking-write-and-flush"] {
        streams.func_wrap(name, |mut store: Store<'_>, (_, bytes): (Out, Vec<u8>)| {
            store.data_mut().say(&bytes);
            Ok((Ok::<(), StreamError>(()),))
        })?;
    }
    for name in ["[method]output-stream.flush", "[method]output-stream.blocking-flush"] {
        streams.func_wrap(name, |_: Store<'_>, (_,): (Out,)| Ok((Ok::<(), StreamError>(()),)))?;
    }
    streams.func_wrap("[method]output-stream.subscribe", |_: Store<'_>, (_,): (Out,)| {
        Ok((Resource::<Pollable>::new_own(0),))
    })?;
    for name in ["[method]input-stream.read", "[method]input-stream.blocking-read"] {
        streams.func_wrap(name, |_: Store<'_>, (_, _): (Resource<InputStream>, u64)| {
            Ok((Err::<Vec<u8>, StreamError>(StreamError::Closed),))
        })?;
    }
    Ok(())
}

fn command_line(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut environment = linker.instance(&format!("wasi:cli/environment@{VERSION}"))?;
    environment.func_wrap("get-environment", |_: Store<'_>, (): ()| Ok((Vec::<(String, String)>::new(),)))?;
    environment.func_wrap("get-arguments", |_: Store<'_>, (): ()| Ok((Vec::<String>::new(),)))?;
    environment.func_wrap("initial-cwd", |_: Store<'_>, (): ()| Ok((None::<String>,)))?;

    let mut input = linker.instance(&format!("wasi:cli/stdin@{VERSION}"))?;
    input.func_wrap("get-stdin", |_: Store<'_>, (): ()| Ok((Resource::<InputStream>::new_own(0),)))?;
    for (interface, function) in [("stdout", "get-stdout"), ("stderr", "get-stderr")] {
        let mut output = linker.instance(&format!("wasi:cli/{interface}@{VERSION}"))?;
        output.func_wrap(function, |_: Store<'_>, (): ()| Ok((Resource::<OutputStream>::new_own(0),)))?;
    }

    let mut terminal = linker.instance(&format!("wasi:cli/terminal-input@{VERSION}"))?;
    terminal.resource("terminal-input", ResourceType::host::<TerminalInput>(), |_, _| Ok(()))?;
    let mut terminal = linker.instance(&format!("wasi:cli/terminal-output@{VERSION}"))?;
    terminal.resource("terminal-output", ResourceType::host::<TerminalOutput>(), |_, _| Ok(()))?;
    let mut terminal = linker.instance(&format!("wasi:cli/terminal-stdin@{VERSION}"))?;
    terminal
        .func_wrap("get-terminal-stdin", |_: Store<'_>, (): ()| Ok((None::<Resource<TerminalInput>>,)))?;
    for (interface, function) in
        [("terminal-stdout", "get-terminal-stdout"), ("terminal-stderr", "get-terminal-stderr")]
    {
        let mut terminal = linker.instance(&format!("wasi:cli/{interface}@{VERSION}"))?;
        terminal.func_wrap(function, |_: Store<'_>, (): ()| Ok((None::<Resource<TerminalOutput>>,)))?;
    }
    Ok(())
}

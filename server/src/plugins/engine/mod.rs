//! WebAssembly, behind a wall: the one module that imports wasmtime. What it gives to the rest of the program are a
//! [`Program`] (compiled, described, checked) and an [`Instance`] of it that folds.

mod bindings;
mod cache;
mod compiled;
mod convert;
mod failure;
mod guest;
mod instance;
mod program;
mod wasi;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use wasmtime::Config;

pub use cache::CompiledCode;
pub use failure::{Cause, Failure};
pub use guest::Log;
pub use instance::{Input, Instance};
pub use program::{COMPONENT_BYTES_MAX, Program, sha256_of};

/// How often a running plugin's time is looked at.
const EPOCH: Duration = Duration::from_millis(20);
/// How deep a plugin may call itself, in bytes of stack.
const STACK_BYTES_MAX: usize = 1024 * 1024;

/// What a plugin may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Memory of one instance, in bytes.
    pub memory_bytes_max: usize,
    /// Time of one call.
    pub call_max: Duration,
}

/// The engine that all plugins run on.
#[derive(Clone)]
pub struct Engine {
    engine: wasmtime::Engine,
    allowance: Allowance,
    /// What the hash maps of plugins are seeded with.
    hash_seed: u64,
    /// Where compiled programs are kept.
    cache: Option<Arc<CompiledCode>>,
    _ticker: Arc<Ticker>,
}

/// The thread that counts the epochs ends with the last engine.
struct Ticker(Arc<AtomicBool>);

impl Drop for Ticker {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Engine {
    /// Makes the engine. Compiled code is kept in `cache`, where there is one.
    ///
    /// # Errors
    /// If this processor or system cannot run WebAssembly.
    pub fn new(allowance: Allowance, cache: Option<CompiledCode>) -> Result<Engine, String> {
        let mut config = Config::new();
        config
            .wasm_component_model(true)
            .epoch_interruption(true)
            .cranelift_nan_canonicalization(true)
            .wasm_relaxed_simd(false)
            .wasm_memory64(false)
            .max_wasm_stack(STACK_BYTES_MAX)
            .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(20));
        // What a test waits for is the compiler: seventeen programs, over and over.
        #[cfg(test)]
        config.cranelift_opt_level(wasmtime::OptLevel::None);
        let engine = wasmtime::Engine::new(&config).map_err(|error| format!("{error:#}"))?;
        let ended = Arc::new(AtomicBool::new(false));
        let (of_thread, ended_of_thread) = (engine.weak(), ended.clone());
        let count = move || {
            while !ended_of_thread.load(Ordering::Relaxed) {
                thread::sleep(EPOCH);
                match of_thread.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        };
        thread::Builder::new()
            .name("plugin-time".to_owned())
            .spawn(count)
            .map_err(|error| error.to_string())?;
        let cache = cache.map(Arc::new);
        Ok(Engine { engine, allowance, hash_seed: 0, cache, _ticker: Arc::new(Ticker(ended)) })
    }

    fn epochs_of_a_call(&self) -> u64 {
        let epochs = self.allowance.call_max.as_millis() / EPOCH.as_millis();
        u64::try_from(epochs).unwrap_or(u64::MAX / 2).max(1)
    }
}

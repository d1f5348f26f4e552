//! A component that was compiled, looked at and asked what it is.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use super::bindings::exports::muniment::plugin::{fold, registers, report};
use super::failure::{Cause, Failure};
use super::guest::{Guest, HANDLES_MAX, Log};
use super::instance::{Instance, Parts};
use super::{Engine, compiled, wasi};
use crate::plugins::manifest::Manifest;

/// The largest component that is taken, in bytes.
pub const COMPONENT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A plugin's program. Cheap to clone.
#[derive(Clone)]
pub struct Program(Arc<Inner>);

struct Inner {
    engine: Engine,
    before: InstancePre<Guest>,
    fold: fold::GuestIndices,
    registers: Option<registers::GuestIndices>,
    report: Option<report::GuestIndices>,
    manifest: Manifest,
    sha256: String,
}

/// The SHA-256 of a component, in hexadecimal.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _written = write!(text, "{byte:02x}");
        text
    })
}

impl Program {
    /// Compiles a component, checks what it imports and exports, and asks it what it is.
    ///
    /// # Errors
    /// What is wrong with it.
    ///
    /// # Limits
    /// [`COMPONENT_BYTES_MAX`].
    pub fn new(engine: &Engine, bytes: &[u8]) -> Result<Program, Failure> {
        if bytes.len() > COMPONENT_BYTES_MAX {
            return Err(Failure::contract(format!(
                "a component of {} bytes, the limit is {COMPONENT_BYTES_MAX} bytes",
                bytes.len()
            )));
        }
        if bytes.get(4..8) == Some(&[1, 0, 0, 0]) {
            return Err(Failure::contract(
                "it is a core module, not a component; build it for the target `wasm32-wasip2`",
            ));
        }
        let wrong = |what: &'static str| {
            move |error: wasmtime::Error| Failure::contract(format!("{what}: {error:#}"))
        };
        let component = compiled::component(engine, bytes).map_err(wrong("it is no valid component"))?;
        wasi::check_imports(&engine.engine, &component)?;
        let linker = wasi::linker(&engine.engine, &component).map_err(wrong("its imports do not fit"))?;
        let before = linker.instantiate_pre(&component).map_err(wrong("its imports do not fit"))?;
        let fold = fold::GuestIndices::new(&before)
            .map_err(wrong("it does not export `muniment:plugin/fold@0.1.0` as the interface says"))?;
        let exports = |name: &str| component.get_export_index(None, name).is_some();
        let registers = exports("muniment:plugin/registers@0.1.0")
            .then(|| registers::GuestIndices::new(&before))
            .transpose()
            .map_err(wrong("it does not export `registers` as the interface says"))?;
        let report = exports("muniment:plugin/report@0.1.0")
            .then(|| report::GuestIndices::new(&before))
            .transpose()
            .map_err(wrong("it does not export `report` as the interface says"))?;
        let parts = Parts { engine: engine.clone(), before, fold, registers, report };
        let mut instance = Instance::new(&parts, Log::default())?;
        let mut manifest = instance.describe()?;
        manifest.has_registers = parts.registers.is_some();
        manifest.has_report = parts.report.is_some();
        manifest.check()?;
        let Parts { engine, before, fold, registers, report } = parts;
        let sha256 = sha256_of(bytes);
        Ok(Program(Arc::new(Inner { engine, before, fold, registers, report, manifest, sha256 })))
    }

    /// What it says it is.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The SHA-256 of the component, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// The same program with its hash maps seeded otherwise: for tests, as what it says must not depend on their order.
    #[must_use]
    pub fn with_hash_seed(&self, hash_seed: u64) -> Program {
        let inner = &self.0;
        Program(Arc::new(Inner {
            engine: Engine { hash_seed, ..inner.engine.clone() },
            before: inner.before.clone(),
            fold: inner.fold.clone(),
            registers: inner.registers.clone(),
            report: inner.report.clone(),
            manifest: inner.manifest.clone(),
            sha256: inner.sha256.clone(),
        }))
    }

    /// A fresh instance with these settings, and the state of an empty ledger.
    ///
    /// # Errors
    /// If it fails, or refuses its settings.
    pub fn start(&self, settings: &str, log: &Log) -> Result<Instance, Failure> {
        let inner = &self.0;
        let parts = Parts {
            engine: inner.engine.clone(),
            before: inner.before.clone(),
            fold: inner.fold.clone(),
            registers: inner.registers.clone(),
            report: inner.report.clone(),
        };
        let mut instance = Instance::new(&parts, log.clone())?;
        let mut said = instance.describe()?;
        said.has_registers = inner.manifest.has_registers;
        said.has_report = inner.manifest.has_report;
        if said != inner.manifest {
            return Err(Failure::new(Cause::Contract, "it does not describe itself the same each time"));
        }
        instance.configure(settings)?;
        Ok(instance)
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Program")
            .field("manifest", &self.0.manifest)
            .field("sha256", &self.0.sha256)
            .finish()
    }
}

pub(super) fn store(engine: &Engine, log: Log) -> Store<Guest> {
    let mut store =
        Store::new(&engine.engine, Guest::new(engine.allowance.memory_bytes_max, engine.hash_seed, log));
    store.limiter(|guest| guest);
    store.epoch_deadline_trap();
    store.set_max_component_handles(HANDLES_MAX);
    store
}

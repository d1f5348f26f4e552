//! The interface of `sdk/wit/plugin.wit`, spoken for a [`Plugin`]. Authors never see it: [`plugin!`](crate::plugin!)
//! does.

/// What wit-bindgen makes of the interface.
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::cast_possible_truncation)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "plugin",
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "muniment_sdk::guest::bindings",
    });
}

mod from_host;
mod to_host;

use bindings::exports::muniment::plugin::{fold, registers, report};
use bindings::muniment::plugin::types;

use crate::{Instant, Item, Plugin, Running};

/// Where the macro keeps the plugin at work.
pub trait Instance {
    /// The plugin.
    type Plugin: Plugin;

    /// Does something with it.
    fn with<R>(work: impl FnOnce(&mut Running<Self::Plugin>) -> R) -> R;
}

impl<T: Instance> fold::Guest for T {
    fn describe() -> fold::Manifest {
        to_host::manifest(&T::Plugin::MANIFEST)
    }

    fn configure(settings: String) -> Result<(), String> {
        T::with(|running| running.configure(&settings))
    }

    fn restore(snapshot: Vec<u8>) -> Result<(), String> {
        T::with(|running| running.restore(&snapshot))
    }

    fn snapshot() -> Vec<u8> {
        T::with(|running| running.snapshot())
    }

    fn apply(items: Vec<types::Item>, waking: bool) -> fold::Outcome {
        let applied = T::with(|running| running.apply(items.into_iter().map(Item::from), waking));
        fold::Outcome {
            taken: applied.taken,
            acts: applied
                .acts
                .into_iter()
                .map(|(item, act)| types::Caused { item, act: act.into() })
                .collect(),
            wake: applied.wake.map(Instant::as_micros),
        }
    }
}

impl<T: Instance> registers::Guest for T {
    fn registers() -> Vec<registers::RegisterInfo> {
        T::Plugin::REGISTERS.iter().map(to_host::register).collect()
    }

    fn register(name: String, query: registers::Query, as_at: i64) -> Result<registers::Page, String> {
        let answer = T::with(|running| running.register(&name, &query.into(), Instant::from_micros(as_at)));
        answer.map(|(rows, total)| registers::Page {
            rows: rows.into_iter().map(types::Row::from).collect(),
            total,
        })
    }
}

impl<T: Instance> report::Guest for T {
    fn sections(period: report::Period, status_at: i64) -> Result<Vec<report::Section>, String> {
        let period = from_host::period(&period)?;
        let sections = T::with(|running| running.sections(period, Instant::from_micros(status_at)));
        Ok(sections.into_iter().map(report::Section::from).collect())
    }
}

/// Makes a component of a plugin: `muniment_sdk::plugin!(Requests);`, once, at the root of the crate. Where the crate is
/// compiled for anything but WebAssembly, as its tests are, it does nothing: a native program cannot hold these exports.
#[macro_export]
macro_rules! plugin {
    ($plugin:ty) => {
        const _: () = {
            struct Component;

            ::std::thread_local! {
                static RUNNING: ::std::cell::RefCell<$crate::Running<$plugin>> = ::std::cell::RefCell::default();
            }

            impl $crate::guest::Instance for Component {
                type Plugin = $plugin;

                fn with<R>(work: impl FnOnce(&mut $crate::Running<$plugin>) -> R) -> R {
                    RUNNING.with_borrow_mut(work)
                }
            }

            $crate::guest::bindings::export_component!(Component with_types_in $crate::guest::bindings);
        };
    };
}

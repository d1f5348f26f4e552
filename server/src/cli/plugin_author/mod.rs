//! `muniment plugin new`, `build`, `test` and `dev`: what the author of a plugin needs, without a server.

mod build;
mod dev;
mod new;
mod test;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::failure::{Failure, Verdict};
use crate::plugins::engine::{Allowance, Engine};
use crate::settings::PluginsSettings;

/// What the author of a plugin does.
#[derive(Debug, Subcommand)]
pub(crate) enum AuthorCommand {
    New(new::NewArgs),
    Build(build::BuildArgs),
    Test(test::TestArgs),
    Dev(dev::DevArgs),
}

/// Where a plugin's source is.
#[derive(Debug, Args)]
pub(crate) struct SourceArg {
    /// The plugin's folder, the one with its Cargo.toml
    #[arg(long = "dir", value_name = "DIR", default_value = ".")]
    path: PathBuf,
}

pub(crate) fn run(command: &AuthorCommand) -> Result<Verdict, Failure> {
    match command {
        AuthorCommand::New(args) => new::run(args),
        AuthorCommand::Build(args) => build::run(args),
        AuthorCommand::Test(args) => test::run(args),
        AuthorCommand::Dev(args) => dev::run(args),
    }
}

/// An engine with what a server gives to a plugin if its settings do not say otherwise.
fn engine() -> Result<Engine, Failure> {
    let settings = PluginsSettings::default();
    let allowance = Allowance {
        memory_bytes_max: settings.memory_mib_max as usize * 1024 * 1024,
        call_max: Duration::from_millis(settings.batch_milliseconds_max.into()),
    };
    Engine::new(allowance, None).map_err(Failure::wanting)
}

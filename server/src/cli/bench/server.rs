//! The server that a load is put on.

use std::future::Future;

use clap::Args;

use crate::bench::empty::TOKEN_VARIABLE;
use crate::bench::target::{LoadError, Target};
use crate::cli::failure::Failure;

/// Server and token.
#[derive(Debug, Args)]
pub(super) struct ServerArgs {
    /// URL of the server: `http://` and its host and port
    #[arg(long = "server", value_name = "URL")]
    url: String,
    /// Token to use; the variable MUNIMENT_TOKEN, which other users of the machine do not see, if not given
    #[arg(long, value_name = "TOKEN", hide_default_value = true)]
    token: Option<String>,
}

impl ServerArgs {
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn token(&self) -> Result<String, Failure> {
        let token = self.token.clone().or_else(|| std::env::var(TOKEN_VARIABLE).ok());
        token
            .filter(|token| !token.trim().is_empty())
            .ok_or_else(|| Failure::usage(format!("no token: give --token or set {TOKEN_VARIABLE}")))
    }

    pub(super) fn target(&self) -> Result<Target, Failure> {
        Ok(Target::new(&self.url, &self.token()?)?)
    }
}

/// Runs a load on one thread, so that most of the machine is left to the server.
pub(super) fn run<T>(load: impl Future<Output = Result<T, LoadError>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::wanting(format!("no runtime: {error}")))?;
    // Every client is a file; what is missing is said when one cannot connect.
    let _as_many_as_allowed = rlimit::increase_nofile_limit(u64::MAX);
    Ok(runtime.block_on(load)?)
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        match error.is_misuse() {
            true => Failure::usage(error.to_string()),
            false => Failure::wanting(error.to_string()),
        }
    }
}

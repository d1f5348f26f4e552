//! The empty handler, in a process of its own as the server is.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::target::LoadError;

/// What the process prints before its URL.
pub const GREETING: &str = "empty handler on ";
/// The variable in which it gets the token.
pub const TOKEN_VARIABLE: &str = "MUNIMENT_TOKEN";

/// The process. It ends with this, and also when this program does not live to end it: its standard input is
/// then closed.
#[derive(Debug)]
pub(super) struct EmptyHandler {
    child: Child,
    log: PathBuf,
    pub(super) url: String,
}

impl EmptyHandler {
    /// Starts it. It answers as if so many events had been recorded.
    pub(super) fn start(token: &str, events: usize) -> Result<EmptyHandler, LoadError> {
        let program = std::env::current_exe()?;
        // A server's log goes to a file, so this one's does.
        let log = std::env::temp_dir().join(format!("muniment-empty-handler-{}.log", std::process::id()));
        let child = Command::new(program)
            .args(["bench", "empty-handler", "--listen", "127.0.0.1:0", "--events", &events.to_string()])
            .env(TOKEN_VARIABLE, token)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()?;
        let mut handler = EmptyHandler { child, log, url: String::new() };
        let mut line = String::new();
        if let Some(output) = handler.child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        match line.trim().strip_prefix(GREETING) {
            Some(url) => url.clone_into(&mut handler.url),
            None => return Err(LoadError::Empty(fs::read_to_string(&handler.log)?.trim().to_owned())),
        }
        Ok(handler)
    }
}

impl Drop for EmptyHandler {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            tracing::warn!(%error, "the empty handler could not be ended");
        }
        let _gone = fs::remove_file(&self.log);
    }
}

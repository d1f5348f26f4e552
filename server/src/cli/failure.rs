//! How a command ends: the exit codes, in one place.

use std::process::ExitCode;

use crate::ledger::LockError;
use crate::ledger::genesis::InitError;
use crate::ledger::open::OpenError;
use crate::settings::SettingsError;
use crate::verify::VerifyError;

/// What every command's help says.
pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  done
  1  found wanting: something was refused, is damaged, or could not be finished
  2  used wrongly: bad arguments or settings, an unreadable input, no ledger there, a ledger in use";

/// How a command ended that said itself what there was to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Exit code 0.
    Done,
    /// Exit code 1; what is wanting has been said.
    Wanting,
    /// Exit code 2; what is wrong has been said.
    Misused,
}

/// Why a command was stopped.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: FailureKind,
    /// What is printed.
    pub(crate) message: String,
}

#[derive(Debug, Clone, Copy)]
enum FailureKind {
    /// Exit code 1.
    Wanting,
    /// Exit code 2.
    Usage,
}

impl Failure {
    /// The command was used rightly and cannot do its work.
    pub(crate) fn wanting(message: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Wanting, message: message.into() }
    }

    /// The command was used wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Usage, message: message.into() }
    }

    /// Says what it is about, a directory say, before the message.
    pub(crate) fn of(self, what: impl std::fmt::Display) -> Failure {
        Failure { message: format!("{what}: {}", self.message), ..self }
    }
}

/// The exit code of a command that ended so.
pub(crate) fn exit_code(result: &Result<Verdict, Failure>) -> ExitCode {
    ExitCode::from(match result {
        Ok(Verdict::Done) => 0,
        Ok(Verdict::Wanting) | Err(Failure { kind: FailureKind::Wanting, .. }) => 1,
        Ok(Verdict::Misused) | Err(Failure { kind: FailureKind::Usage, .. }) => 2,
    })
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Failure {
        Failure::usage(error.to_string())
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Failure {
        Failure::usage(error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        match error {
            OpenError::NoLedger => Failure::usage(error.to_string()),
            error => Failure::wanting(error.to_string()),
        }
    }
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Failure {
        match error {
            InitError::Io(_) | InitError::Random(_) | InitError::Event(_) => {
                Failure::wanting(error.to_string())
            }
            InitError::Exists | InitError::Origin(_) | InitError::Controller(_) | InitError::OtherKey(_) => {
                Failure::usage(error.to_string())
            }
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Failure {
        match error {
            VerifyError::NoLedger => Failure::usage(error.to_string()),
            error => Failure::wanting(error.to_string()),
        }
    }
}

//! Entry 0 and how a ledger is made.

use std::io;

use muniment_core::chain::Head;
use muniment_core::entry::{EntryView, write_line};
use muniment_core::event::EventError;
use muniment_core::hash::Hash;
use muniment_core::host::host_event;
use muniment_core::json::{self, Value};
use muniment_core::limits::CONTROLLER_BYTES_MAX;
use muniment_core::note::{NoteError, NoteSigner, VerifierKey, check_name};
use muniment_core::time::Timestamp;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::names::{self, LedgerFile};
use crate::disk::Disk;

/// Version of the formats in `core/FORMAT.md`.
pub const FORMAT_VERSION: u64 = 1;

/// Roles of the token that `init` prints.
const ADMIN_ROLES: [&str; 4] = ["admin", "auditor", "officer", "source"];

/// What a ledger is for. What a test ledger yields is marked as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Real events.
    Production,
    /// Trials: no clock bounds, watermarked output.
    Test,
}

impl Purpose {
    /// As it stands in entry 0.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Production => "production",
            Purpose::Test => "test",
        }
    }
}

/// What entry 0 says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The public key; its name is the origin.
    pub vkey: VerifierKey,
    /// The data controller.
    pub controller: String,
    /// What the ledger is for.
    pub purpose: Purpose,
}

impl Genesis {
    /// Reads the line of entry 0, without its newline.
    ///
    /// # Errors
    /// What is wrong, as a message.
    pub fn from_line(line: &[u8]) -> Result<Genesis, String> {
        let entry = EntryView::parse(line).map_err(|error| error.to_string())?;
        let event = json::parse(entry.event.as_bytes()).map_err(|error| error.to_string())?;
        let event = event.as_object().ok_or("the event is no object")?;
        if event.get("type").and_then(Value::as_str) != Some("ledger.created") {
            return Err("entry 0 is no `ledger.created`".to_owned());
        }
        let data = event.get("data").and_then(Value::as_object).ok_or("entry 0 has no data")?;
        let text =
            |name: &str| data.get(name).and_then(Value::as_str).ok_or(format!("entry 0 has no `{name}`"));
        if data.get("format_version") != Some(&Value::number(FORMAT_VERSION)) {
            return Err(format!(
                "its format is not version {FORMAT_VERSION}, the one that this program knows"
            ));
        }
        let vkey: VerifierKey = text("vkey")?.parse().map_err(|error: NoteError| error.to_string())?;
        if text("origin")? != vkey.name() {
            return Err("its origin is not the name of its key".to_owned());
        }
        let purpose = match text("purpose")? {
            "production" => Purpose::Production,
            "test" => Purpose::Test,
            other => return Err(format!("its purpose {other:?} is neither production nor test")),
        };
        Ok(Genesis { vkey, controller: text("controller")?.to_owned(), purpose })
    }
}

/// Why no ledger is made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one.
    #[error("there is a ledger here already; it was left as it is")]
    Exists,
    /// The origin.
    #[error("origin: {0}")]
    Origin(NoteError),
    /// The controller.
    #[error("controller: {0} bytes, it must have 1 to {CONTROLLER_BYTES_MAX} bytes and no control character")]
    Controller(usize),
    /// An earlier attempt chose another name.
    #[error(
        "an unfinished ledger is here whose key is named {0:?}; use that origin, or remove the directory"
    )]
    OtherKey(String),
    /// The events.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// What `init` prints.
#[derive(Debug)]
pub struct Created {
    /// The public key.
    pub vkey: VerifierKey,
    /// The administrator's token, which is stored nowhere.
    pub admin_token: Zeroizing<String>,
}

/// Makes a ledger: its key, then entry 0 and the administrator's token as entry 1.
///
/// A crash on the way leaves no ledger, perhaps a key; calling it again finishes the work.
///
/// # Errors
/// See [`InitError`].
pub fn create(
    disk: &dyn Disk,
    origin: &str,
    controller: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Created, InitError> {
    check_name(origin).map_err(InitError::Origin)?;
    let controller_fits = (1..=CONTROLLER_BYTES_MAX).contains(&controller.len());
    if !controller_fits || controller.contains(char::is_control) {
        return Err(InitError::Controller(controller.len()));
    }
    if disk.list(names::LEDGER)?.iter().any(|name| LedgerFile::parse(name).is_some()) {
        return Err(InitError::Exists);
    }
    for dir in [names::LEDGER, names::KEYS, names::TILES] {
        disk.create_dir(dir)?;
    }
    disk.sync_dir(names::ROOT)?;
    let signer = signing_key(disk, origin)?;
    let admin_token = new_token().map_err(InitError::Random)?;
    let lines = first_lines(&signer, controller, purpose, &admin_token, now)?;
    disk.replace(names::LEDGER, &LedgerFile::Lines(0).to_string(), &lines)?;
    Ok(Created { vkey: signer.verifier().clone(), admin_token })
}

/// The key of an earlier attempt that did not get far enough to make an entry, or a new one.
fn signing_key(disk: &dyn Disk, origin: &str) -> Result<NoteSigner, InitError> {
    if let Some(text) = disk.read(names::SIGNING_KEY)? {
        let text = Zeroizing::new(text);
        let signer = std::str::from_utf8(&text).ok().and_then(|text| NoteSigner::decode(text).ok());
        if let Some(signer) = signer {
            if signer.verifier().name() != origin {
                return Err(InitError::OtherKey(signer.verifier().name().to_owned()));
            }
            // Whoever wrote it may have been killed, or refused, before it was durable.
            write_key(disk, &signer)?;
            return Ok(signer);
        }
    }
    let signer = new_key(origin)?;
    write_key(disk, &signer)?;
    Ok(signer)
}

/// Puts a signing key in place.
///
/// # Errors
/// As the system says; the earlier key, if there is one, then still stands, unless only the last sync failed.
pub(crate) fn write_key(disk: &dyn Disk, signer: &NoteSigner) -> io::Result<()> {
    let text = Zeroizing::new(format!("{}\n", signer.encode()));
    disk.replace_private(names::KEYS, names::SIGNING_KEY, text.as_bytes())
}

/// A new signing key of a ledger with this origin.
///
/// # Errors
/// [`InitError::Random`], [`InitError::Origin`].
pub(crate) fn new_key(origin: &str) -> Result<NoteSigner, InitError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(InitError::Random)?;
    NoteSigner::from_seed(origin, &seed).map_err(InitError::Origin)
}

/// A new secret: `muniment_` and 256 random bits.
///
/// # Errors
/// When the system gives none.
pub fn new_token() -> Result<Zeroizing<String>, getrandom::Error> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret)?;
    Ok(Zeroizing::new(format!("muniment_{}", Hash(*secret))))
}

fn first_lines(
    signer: &NoteSigner,
    controller: &str,
    purpose: Purpose,
    admin_token: &str,
    now: Timestamp,
) -> Result<Vec<u8>, EventError> {
    let origin = signer.verifier().name();
    let created = Value::object([
        ("controller", Value::string(controller)),
        ("format_version", Value::number(FORMAT_VERSION)),
        ("origin", Value::string(origin)),
        ("purpose", Value::string(purpose.as_str())),
        ("vkey", Value::string(signer.verifier().to_string())),
    ]);
    let token_sha256 = Hash(Sha256::digest(admin_token).into());
    let token = Value::object([
        ("name", Value::string("admin")),
        ("roles", Value::Array(ADMIN_ROLES.map(Value::string).to_vec())),
        ("token_sha256", Value::string(token_sha256.to_string())),
    ]);
    let events = [
        host_event(origin, "ledger.created", "ledger.created", None, created)?,
        host_event(origin, "token.created", "token.created/admin", Some("token/admin"), token)?,
    ];
    let (mut lines, mut head) = (Vec::new(), Head::EMPTY);
    for event in events {
        let start = lines.len();
        write_line(
            &mut lines,
            None,
            "host/init",
            event.canonical(),
            head.last,
            &now.to_recorded(),
            head.size,
        );
        head = Head { size: head.size + 1, last: Hash::of_line(&lines[start..]), ..head };
        lines.push(b'\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_of_the_frozen_ledger_is_read() {
        let lines = include_str!("../../../core/golden/ledger.jsonl");
        let genesis = Genesis::from_line(lines.lines().next().unwrap().as_bytes()).unwrap();
        assert_eq!(genesis.vkey.name(), "ledger.exemplar.gov.uk");
        assert_eq!((genesis.controller.as_str(), genesis.purpose), ("Exemplar City Council", Purpose::Test));
        assert!(Genesis::from_line(lines.lines().nth(1).unwrap().as_bytes()).is_err());
    }
}

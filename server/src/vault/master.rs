//! The key that the vault is written under: from a file, an environment variable, or a command of a key manager.

use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muniment_core::hash::Hash;
use zeroize::Zeroizing;

use super::error::VaultError;
use crate::disk::{Disk, temporary};
use crate::ledger::names;

/// Where the key is if no setting says otherwise.
pub const KEY_FILE: &str = "keys/vault.key";

/// The key that follows it, until the vault is written under it.
const NEXT_KEY_FILE: &str = "keys/vault.key.next";

/// How long a key manager may take.
const COMMAND_TIME: Duration = Duration::from_secs(30);

const NOT_A_KEY: &str = "not a key: 32 random bytes in 64 digits of hexadecimal or 44 characters of base64";

/// Longest text that a key is read from.
const TEXT_BYTES_MAX: u64 = 4 * 1024;

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum KeySource {
    /// `keys/vault.key` in the data directory. It is made if the ledger has no vault yet.
    #[default]
    DataDirectory,
    /// A file elsewhere.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// What a command of the shell prints.
    Command(String),
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeySource::DataDirectory => f.write_str(KEY_FILE),
            KeySource::File(path) => write!(f, "{}", path.display()),
            KeySource::Variable(name) => write!(f, "the environment variable {name}"),
            KeySource::Command(_) => f.write_str("the command vault.key_command"),
        }
    }
}

/// The vault's key. It leaves memory when it is dropped.
#[derive(Clone)]
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    from: String,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey(from {})", self.from)
    }
}

impl MasterKey {
    /// A key of random bytes.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn random(from: &KeySource) -> io::Result<MasterKey> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes).map_err(io::Error::other)?;
        Ok(MasterKey { bytes, from: from.to_string() })
    }

    /// Reads the key from where it is; `None` where the data directory has none.
    ///
    /// # Errors
    /// What is wrong with the place, or with what is there. No message repeats any of it.
    pub fn load(source: &KeySource, disk: &dyn Disk) -> Result<Option<MasterKey>, VaultError> {
        let from = source.to_string();
        let failed = |fault: String| VaultError::Key(format!("{from}: {fault}"));
        let text = match source {
            KeySource::DataDirectory => return MasterKey::kept_in(disk, KEY_FILE),
            KeySource::File(path) => read_file(path).map_err(|error| failed(error.to_string()))?,
            KeySource::Variable(name) => match std::env::var(name) {
                Ok(text) => Zeroizing::new(text.into_bytes()),
                Err(_) => return Err(failed("it is not set".to_owned())),
            },
            KeySource::Command(command) => run(command).map_err(failed)?,
        };
        Ok(Some(MasterKey { bytes: parse(&text).ok_or_else(|| failed(NOT_A_KEY.to_owned()))?, from }))
    }

    fn kept_in(disk: &dyn Disk, path: &str) -> Result<Option<MasterKey>, VaultError> {
        let Some(text) = disk.read(path)?.map(Zeroizing::new) else { return Ok(None) };
        let bytes = parse(&text).ok_or_else(|| VaultError::Key(format!("{path}: {NOT_A_KEY}")))?;
        Ok(Some(MasterKey { bytes, from: path.to_owned() }))
    }

    /// The key that was to follow, if a change of keys was cut short.
    pub(super) fn next(disk: &dyn Disk) -> Result<Option<MasterKey>, VaultError> {
        MasterKey::kept_in(disk, NEXT_KEY_FILE)
    }

    /// Keeps the key that is to follow.
    pub(super) fn keep_as_next(&self, disk: &dyn Disk) -> io::Result<()> {
        self.write(disk, NEXT_KEY_FILE)
    }

    /// Puts the key that was to follow in the place of the one before.
    pub(super) fn adopt_next(disk: &dyn Disk) -> io::Result<()> {
        disk.rename(NEXT_KEY_FILE, KEY_FILE)?;
        disk.sync_dir(names::KEYS)
    }

    /// Drops a key that was to follow, and did not.
    pub(super) fn drop_next(disk: &dyn Disk) -> io::Result<()> {
        disk.remove_if_there(NEXT_KEY_FILE)?;
        disk.sync_dir(names::KEYS)
    }

    /// Keeps the key in the data directory, readable by its owner alone.
    ///
    /// # Errors
    /// As the disk says.
    pub fn keep(&self, disk: &dyn Disk) -> io::Result<()> {
        self.write(disk, KEY_FILE)
    }

    fn write(&self, disk: &dyn Disk, path: &str) -> io::Result<()> {
        let written = temporary(path);
        disk.create_dir(names::KEYS)?;
        disk.remove_if_there(&written)?;
        let file = disk.create_private(&written)?;
        file.write_at(Zeroizing::new(format!("{}\n", Hash(*self.bytes))).as_bytes(), 0)?;
        file.sync()?;
        disk.rename(&written, path)?;
        disk.sync_dir(names::KEYS)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Where it came from, for messages.
    pub(super) fn from(&self) -> &str {
        &self.from
    }
}

fn read_file(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::new());
    std::fs::File::open(path)?.take(TEXT_BYTES_MAX).read_to_end(&mut text)?;
    Ok(text)
}

/// Runs a command and takes what it prints. Its messages go where the program's do.
fn run(command: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let child =
        Command::new("/bin/sh").arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| error.to_string())?;
    let output = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut text = Zeroizing::new(Vec::new());
        let read = output.map(|output| output.take(TEXT_BYTES_MAX).read_to_end(&mut text));
        (text, read.transpose().is_ok())
    });
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if begun.elapsed() > COMMAND_TIME => {
                let _gone = child.kill().and_then(|()| child.wait());
                return Err(format!("it took more than {} s", COMMAND_TIME.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    if !status.success() {
        return Err(format!("it ended with {status}"));
    }
    match reader.join() {
        Ok((text, true)) => Ok(text),
        _ => Err("what it printed cannot be read".to_owned()),
    }
}

fn parse(text: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let mut bytes = Zeroizing::new([0; 32]);
    if text.len() == 64 {
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
        }
        return text.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(bytes);
    }
    let decoded = Zeroizing::new(STANDARD.decode(text).ok()?);
    (decoded.len() == 32).then(|| {
        bytes.copy_from_slice(&decoded);
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::OsDisk;

    fn load(source: &KeySource, directory: &Path) -> Result<Option<[u8; 32]>, String> {
        let key = MasterKey::load(source, &OsDisk::new(directory)).map_err(|error| error.to_string())?;
        Ok(key.map(|key| *key.bytes()))
    }

    #[test]
    fn a_key_is_read_from_a_file_or_a_command() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let hex = "2a".repeat(32);
        for text in [format!("{hex}\n"), hex.to_uppercase(), STANDARD.encode([0x2a; 32])] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(load(&KeySource::File(path.clone()), directory.path()).unwrap(), Some([0x2a; 32]));
            let command = KeySource::Command(format!("cat {}", path.display()));
            assert_eq!(load(&command, directory.path()).unwrap(), Some([0x2a; 32]));
        }
        assert_eq!(load(&KeySource::DataDirectory, directory.path()).unwrap(), None);
    }

    #[test]
    fn a_wrong_key_is_named_by_its_place_and_not_repeated() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let secret = "3b".repeat(31);
        std::fs::write(&path, &secret).unwrap();
        let error = load(&KeySource::File(path.clone()), directory.path()).unwrap_err();
        assert!(error.contains("64 digits") && error.contains("key:") && !error.contains(&secret), "{error}");
        for (source, part) in [
            (KeySource::File(directory.path().join("none")), "none: "),
            (KeySource::Variable("MUNIMENT_TEST_NO_SUCH".to_owned()), "MUNIMENT_TEST_NO_SUCH: it is not set"),
            (KeySource::Command("exit 3".to_owned()), "it ended with exit status: 3"),
            (KeySource::Command("echo no key".to_owned()), "not a key"),
        ] {
            let error = load(&source, directory.path()).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_kept_key_is_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let disk = OsDisk::new(directory.path());
        let key = MasterKey::random(&KeySource::DataDirectory).unwrap();
        key.keep(&disk).unwrap();
        key.keep(&disk).unwrap();
        assert_eq!(load(&KeySource::DataDirectory, directory.path()).unwrap(), Some(*key.bytes()));
    }
}

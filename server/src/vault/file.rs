//! The vault's file: a header, then batches of records. It is only ever appended to, and written anew as a whole.
//!
//! A batch is `length (4) ‖ records ‖ authentication (32)`, the last a BLAKE3 hash, keyed, over the batch and the
//! authentication before it: nothing can be changed, left out or put elsewhere. Each batch is synced before the next,
//! so only the last can be torn.

use std::io;
use std::iter::Peekable;
use std::sync::Arc;

use muniment_core::hash::Hash;

use super::error::VaultError;
use super::master::MasterKey;
use super::record::{BODY_BYTES_MAX, FileKeys, HEAD_BYTES, Head, Random, Record};
use crate::disk::{Disk, DiskFile, temporary};
use crate::ledger::names;

/// The file in a data directory.
pub const FILE: &str = "vault";

const MAGIC: &[u8; 16] = b"muniment vault 1";
const HEADER_BYTES: usize = 16 + 16 + 32 + 32 + 32;
const LENGTH_BYTES: usize = 4;
const AUTHENTICATION_BYTES: usize = 32;

/// From so many bytes on a batch is ended.
const BATCH_BYTES_WANTED: usize = 1024 * 1024;
/// Longest batch.
const BATCH_BYTES_MAX: usize =
    LENGTH_BYTES + BATCH_BYTES_WANTED + HEAD_BYTES + BODY_BYTES_MAX + AUTHENTICATION_BYTES;

/// Most bytes of a record, and so of one read.
const RECORD_BYTES_USUAL: usize = 256;

/// The open file.
#[derive(Debug)]
pub(super) struct VaultFile {
    disk: Arc<dyn Disk>,
    pub(super) reader: Reader,
    /// The vault's own name, the same for good.
    pub(super) id: [u8; 16],
    /// The hash of the ledger's first line.
    ledger: Hash,
    end: u64,
    last: [u8; 32],
    /// The last whole batch, until it is known to be durable.
    unsettled: Option<(u64, Vec<u8>)>,
    /// A write or sync failed: the file is written anew before anything is appended.
    pub(super) is_suspect: bool,
}

/// Reads records. It goes on reading the file that it was made for when that is replaced.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    file: Arc<dyn DiskFile>,
    pub(super) keys: Arc<FileKeys>,
}

impl Reader {
    /// The record at a place.
    pub(super) fn record(&self, place: u64) -> Result<Record, VaultError> {
        let mut buffer = vec![0; RECORD_BYTES_USUAL];
        let read = self.file.read_at(&mut buffer, place)?;
        buffer.truncate(read);
        let head = Head::read(&buffer).ok_or(VaultError::Damaged { offset: place })?;
        let whole = HEAD_BYTES + head.body_bytes;
        if buffer.len() < whole {
            buffer = self.file.read_exact_at(place, whole)?;
        }
        let (head, body) = buffer[..whole].split_at(HEAD_BYTES);
        Record::read(&self.keys, head, body).ok_or(VaultError::Damaged { offset: place })
    }
}

impl VaultFile {
    /// Makes a vault without content for the ledger with this first line.
    pub(super) fn create(
        disk: Arc<dyn Disk>,
        master: &MasterKey,
        ledger: Hash,
    ) -> Result<VaultFile, VaultError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(io::Error::other)?;
        VaultFile::write(disk, master, id, ledger, std::iter::empty(), |_, _| {})
    }

    /// Writes a whole vault and puts it in place. `take` is given every record's head and place.
    ///
    /// A crash before the rename: the old file, and a temporary one that the next writing replaces. After it: the new
    /// one, whole.
    pub(super) fn write(
        disk: Arc<dyn Disk>,
        master: &MasterKey,
        id: [u8; 16],
        ledger: Hash,
        records: impl Iterator<Item = Result<Record, VaultError>>,
        mut take: impl FnMut(Head, u64),
    ) -> Result<VaultFile, VaultError> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        let keys = FileKeys::derive(master.bytes(), &salt);
        let (header, authentication) = header(&keys, &id, &salt, &ledger);
        let path = temporary(FILE);
        disk.remove_if_there(&path)?;
        let handle = disk.create_private(&path)?;
        handle.write_at(&header, 0)?;
        let reader = Reader { file: Arc::from(handle), keys: Arc::new(keys) };
        let mut file = VaultFile {
            disk: disk.clone(),
            reader,
            id,
            ledger,
            end: HEADER_BYTES as u64,
            last: authentication,
            unsettled: None,
            is_suspect: false,
        };
        let mut records = records.peekable();
        while records.peek().is_some() {
            file.write_batch(&mut records, &mut take)?;
        }
        file.reader.file.sync()?;
        disk.rename(&path, FILE)?;
        disk.sync_dir(names::ROOT)?;
        Ok(file)
    }

    /// The same vault written anew, under a key that may be another.
    pub(super) fn rewrite(
        &self,
        master: &MasterKey,
        records: impl Iterator<Item = Result<Record, VaultError>>,
        take: impl FnMut(Head, u64),
    ) -> Result<VaultFile, VaultError> {
        VaultFile::write(self.disk.clone(), master, self.id, self.ledger, records, take)
    }

    /// Opens the vault of the ledger with this first line. `take` is given every record's head and place.
    ///
    /// What a crash left of the last batch is not looked at, and stays in the file until [`VaultFile::settle`].
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        master: &MasterKey,
        ledger: Hash,
        mut take: impl FnMut(Head, u64),
    ) -> Result<VaultFile, VaultError> {
        let file: Arc<dyn DiskFile> = match disk.open(FILE) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(VaultError::Missing),
            file => Arc::from(file?),
        };
        let found = file.read_exact_at(0, HEADER_BYTES).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => VaultError::NotAVault,
            _ => VaultError::Io(error),
        })?;
        if !found.starts_with(MAGIC) {
            return Err(VaultError::NotAVault);
        }
        let field = |start: usize| <[u8; 32]>::try_from(&found[start..start + 32]).unwrap_or_default();
        let id = <[u8; 16]>::try_from(&found[16..32]).unwrap_or_default();
        let keys = FileKeys::derive(master.bytes(), &field(32));
        let (expected, authentication) = header(&keys, &id, &field(32), &Hash(field(64)));
        if expected != found {
            return Err(VaultError::WrongKey { key: master.from().to_owned() });
        }
        if Hash(field(64)) != ledger {
            return Err(VaultError::OtherLedger);
        }
        let reader = Reader { file, keys: Arc::new(keys) };
        let end = HEADER_BYTES as u64;
        let mut vault = VaultFile {
            disk,
            reader,
            id,
            ledger,
            end,
            last: authentication,
            unsettled: None,
            is_suspect: false,
        };
        vault.read_batches(&mut take)?;
        Ok(vault)
    }

    fn read_batches(&mut self, take: &mut impl FnMut(Head, u64)) -> Result<(), VaultError> {
        let length = self.reader.file.len()?;
        while self.end < length {
            let rest = length - self.end;
            let wanted = usize::try_from(rest).unwrap_or(usize::MAX).min(BATCH_BYTES_MAX);
            let bytes = self.reader.file.read_exact_at(self.end, wanted)?;
            let Some((batch, authentication)) = whole_batch(&self.reader.keys, &self.last, &bytes) else {
                // Only what was being written when the machine stopped may be torn.
                if rest <= BATCH_BYTES_MAX as u64 {
                    break;
                }
                return Err(VaultError::Damaged { offset: self.end });
            };
            let offset = self.end;
            let mut place = LENGTH_BYTES;
            while place < batch - AUTHENTICATION_BYTES {
                let damaged = VaultError::Damaged { offset: offset + place as u64 };
                let head = Head::read(&bytes[place..]).ok_or(damaged)?;
                take(head, offset + place as u64);
                place += HEAD_BYTES + head.body_bytes;
            }
            self.last = authentication;
            self.end += batch as u64;
            self.unsettled = Some((offset, bytes[..batch].to_vec()));
        }
        Ok(())
    }

    /// Makes durable what was read, and cuts off what a crash left behind it.
    ///
    /// Whoever wrote the last batch may have been killed before it was synced, or have failed to sync it: a mere sync
    /// might falsely succeed, so it is written once more.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        if let Some((offset, bytes)) = &self.unsettled {
            self.reader.file.write_at(bytes, *offset)?;
        }
        self.reader.file.set_len(self.end)?;
        self.reader.file.sync()?;
        // The file may have been put in place by a process that was killed before its name was durable.
        self.disk.sync_dir(names::ROOT)?;
        self.unsettled = None;
        Ok(())
    }

    /// Appends records and makes them durable: one sync. After a failure the file is suspect.
    pub(super) fn append(&mut self, records: &[Record]) -> Result<Vec<(Head, u64)>, VaultError> {
        if self.is_suspect {
            return Err(VaultError::Suspect);
        }
        let (end, last) = (self.end, self.last);
        let mut records = records.iter().cloned().map(Ok).peekable();
        let mut places = Vec::new();
        let mut written = Ok(());
        while written.is_ok() && records.peek().is_some() {
            // A batch may follow one that is not durable yet only if a reader would notice: it is one more batch that
            // may be torn, so what has been written is synced first.
            if !places.is_empty() {
                written = self.reader.file.sync().map_err(VaultError::Io);
            }
            if written.is_ok() {
                written = self.write_batch(&mut records, &mut |head, place| places.push((head, place)));
            }
        }
        let written = written.and_then(|()| self.reader.file.sync().map_err(VaultError::Io));
        if let Err(error) = written {
            (self.end, self.last, self.is_suspect) = (end, last, true);
            return Err(error);
        }
        Ok(places)
    }

    /// Writes one batch at the end.
    fn write_batch(
        &mut self,
        records: &mut Peekable<impl Iterator<Item = Result<Record, VaultError>>>,
        take: &mut impl FnMut(Head, u64),
    ) -> Result<(), VaultError> {
        let mut bytes = vec![0; LENGTH_BYTES];
        let mut places: Vec<(Head, u64)> = Vec::new();
        let mut random = Random::new();
        while bytes.len() < BATCH_BYTES_WANTED
            && let Some(record) = records.next()
        {
            let start = bytes.len();
            record?.write(&self.reader.keys, &mut random, &mut bytes)?;
            let head = Head::read(&bytes[start..]).expect("it was just written");
            places.push((head, self.end + start as u64));
        }
        let length = u32::try_from(bytes.len() - LENGTH_BYTES).expect("a batch is bounded");
        bytes[..LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
        let authentication = authenticate(&self.reader.keys, &self.last, &bytes);
        bytes.extend_from_slice(&authentication);
        self.reader.file.write_at(&bytes, self.end)?;
        self.end += bytes.len() as u64;
        self.last = authentication;
        places.into_iter().for_each(|(head, place)| take(head, place));
        Ok(())
    }

    /// The name by which the ledger knows it.
    pub(super) fn name(&self) -> String {
        Hash::of_line(&self.id).to_string()[..32].to_owned()
    }

    /// Bytes of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.end
    }
}

/// The header of a file, and its authentication, which stands at its end.
fn header(keys: &FileKeys, id: &[u8; 16], salt: &[u8; 32], ledger: &Hash) -> (Vec<u8>, [u8; 32]) {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(id);
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(&ledger.0);
    let authentication = authenticate(keys, &[0; 32], &bytes);
    bytes.extend_from_slice(&authentication);
    (bytes, authentication)
}

fn authenticate(keys: &FileKeys, before: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(&keys.authentication);
    hasher.update(before).update(bytes);
    *hasher.finalize().as_bytes()
}

/// The length and the authentication of the batch that some bytes begin with, if they begin with a whole one.
fn whole_batch(keys: &FileKeys, before: &[u8; 32], bytes: &[u8]) -> Option<(usize, [u8; 32])> {
    let length = u32::from_le_bytes(bytes.get(..LENGTH_BYTES)?.try_into().ok()?);
    let records = LENGTH_BYTES.checked_add(usize::try_from(length).ok()?)?;
    let whole = records.checked_add(AUTHENTICATION_BYTES)?;
    let found = bytes.get(records..whole)?;
    let expected = authenticate(keys, before, &bytes[..records]);
    (expected == found).then_some((whole, expected))
}

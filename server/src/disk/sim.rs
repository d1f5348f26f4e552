//! The simulated disk of the crash tests.
//!
//! It counts every step that changes something. A test tells it at which step to crash, or which step is
//! to fail once. What was not synced is then kept, lost or torn: bytes, lengths and names, each by itself,
//! in any order across files.

#![expect(clippy::cast_possible_truncation, reason = "everything on this disk fits into memory")]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Disk, DiskFile};

/// What a crash does to what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// All of it survives.
    Kept,
    /// All of it is gone.
    Lost,
    /// Of every write, length and name some part may survive; the number chooses which.
    Torn(u64),
    /// Only the process died: all of it is there, and still not synced.
    Process,
}

/// How a step fails that is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An I/O error; nothing of the step happened. A sync loses what it should have written.
    NothingDone,
    /// An I/O error, although all of the step happened.
    AllDone,
    /// The disk is full: half of a write happened, nothing of any other step.
    Full,
}

#[derive(Debug, Clone)]
enum FileStep {
    Write(u64, Vec<u8>),
    SetLen(u64),
}

#[derive(Debug, Clone, Default)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<FileStep>,
}

#[derive(Debug, Clone)]
enum NameStep {
    Link(String, usize),
    Unlink(String),
    Rename(String, String, usize),
}

#[derive(Debug, Clone, Default)]
struct Directory {
    /// Whether its own name is durable: not before the root is synced.
    named: bool,
    live: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
    unsynced: Vec<NameStep>,
}

#[derive(Debug, Clone, Default)]
struct State {
    inodes: Vec<Inode>,
    directories: BTreeMap<String, Directory>,
    steps: Vec<String>,
    crash_at: Option<usize>,
    fault_at: Option<(usize, Fault)>,
    /// Syncs of this kind do nothing.
    without: Option<String>,
    crashed: bool,
}

impl State {
    fn leaves_out(&self, step: &str) -> bool {
        self.without.as_ref().is_some_and(|kind| *kind == kind_of(step))
    }
}

/// What a step does, whichever of many files it does it to.
pub(crate) fn kind_of(step: &str) -> String {
    step.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// A disk in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    inode: usize,
    path: String,
}

fn apply(bytes: &mut Vec<u8>, step: &FileStep) {
    match step {
        FileStep::Write(offset, content) => {
            let (start, end) = (*offset as usize, *offset as usize + content.len());
            bytes.resize(bytes.len().max(end), 0);
            bytes[start..end].copy_from_slice(content);
        }
        FileStep::SetLen(length) => bytes.resize(*length as usize, 0),
    }
}

fn apply_name(names: &mut BTreeMap<String, usize>, step: &NameStep) {
    match step {
        NameStep::Link(name, inode) => drop(names.insert(name.clone(), *inode)),
        NameStep::Unlink(name) => drop(names.remove(name)),
        NameStep::Rename(from, to, inode) => {
            if names.get(from) == Some(inode) {
                names.remove(from);
            }
            names.insert(to.clone(), *inode);
        }
    }
}

/// A small generator of choices, the same for the same seed.
struct Choices(u64);

impl Choices {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 16
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.next().is_multiple_of(count)
    }
}

/// The parts of a step that survive. What a write leaves out keeps its old content; beyond the old end of
/// the file it is zeros.
fn torn(step: FileStep, choices: &mut Choices) -> Vec<FileStep> {
    match step {
        step if choices.one_in(3) => vec![step],
        FileStep::SetLen(_) => Vec::new(),
        FileStep::Write(offset, content) => {
            let middle = content.len() / 2;
            let part =
                |from: usize, to: usize| FileStep::Write(offset + from as u64, content[from..to].to_vec());
            match choices.next() % 4 {
                0 => Vec::new(),
                1 => vec![part(0, middle)],
                2 => vec![part(middle, content.len())],
                _ => {
                    let start = choices.next() as usize % content.len();
                    let end = (start + 16 + choices.next() as usize % 512).min(content.len());
                    vec![part(0, start), part(end, content.len())]
                }
            }
        }
    }
}

impl SimDisk {
    pub(crate) fn new() -> SimDisk {
        let disk = SimDisk::default();
        disk.state().directories.insert(String::new(), Directory::default());
        disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics while it holds the disk")
    }

    /// Every step so far, in words.
    pub(crate) fn steps(&self) -> Vec<String> {
        self.state().steps.clone()
    }

    /// Crashes instead of doing the step of this number.
    pub(crate) fn crash_at(&self, step: usize) {
        self.state().crash_at = Some(step);
    }

    /// Lets the step of this number fail.
    pub(crate) fn fail_at(&self, step: usize, fault: Fault) {
        self.state().fault_at = Some((step, fault));
    }

    /// Lets syncs of a kind do nothing, as though they did not stand in the code.
    pub(crate) fn without(&self, kind: &str) {
        self.state().without = Some(kind.to_owned());
    }

    pub(crate) fn crashed(&self) -> bool {
        self.state().crashed
    }

    /// The disk as the next process finds it.
    pub(crate) fn after(&self, loss: Loss) -> SimDisk {
        let mut state = self.state().clone();
        (state.steps, state.crash_at, state.fault_at, state.crashed) = (Vec::new(), None, None, false);
        let mut choices = Choices(if let Loss::Torn(seed) = loss { seed } else { 0 });
        if loss != Loss::Process {
            for inode in &mut state.inodes {
                for step in std::mem::take(&mut inode.unsynced) {
                    let survives = match loss {
                        Loss::Kept => vec![step],
                        Loss::Torn(_) => torn(step, &mut choices),
                        _ => Vec::new(),
                    };
                    survives.iter().for_each(|step| apply(&mut inode.durable, step));
                }
                inode.live = inode.durable.clone();
            }
            state.directories.retain(|path, directory| {
                let survives = match loss {
                    Loss::Kept => true,
                    Loss::Torn(_) => choices.one_in(2),
                    _ => false,
                };
                directory.named |= survives;
                path.is_empty() || directory.named
            });
            for directory in state.directories.values_mut() {
                for step in std::mem::take(&mut directory.unsynced) {
                    let survives = match loss {
                        Loss::Kept => true,
                        Loss::Torn(_) => choices.one_in(2),
                        _ => false,
                    };
                    if survives {
                        apply_name(&mut directory.durable, &step);
                    }
                }
                directory.live = directory.durable.clone();
            }
        }
        if loss == Loss::Process {
            // The step at which it died was done too: the system had been asked for it.
            for directory in state.directories.values_mut() {
                directory.live = directory.durable.clone();
                directory.unsynced.iter().for_each(|step| apply_name(&mut directory.live, step));
            }
        }
        SimDisk(Arc::new(Mutex::new(state)))
    }

    /// Counts a step and says whether it is to be done.
    fn step(state: &mut State, what: String) -> io::Result<Option<Fault>> {
        if state.crashed {
            return Err(io::Error::other("the machine has crashed"));
        }
        let number = state.steps.len();
        state.steps.push(what);
        if state.crash_at == Some(number) {
            state.crashed = true;
            return Err(io::Error::other("the machine crashes"));
        }
        Ok(state.fault_at.filter(|(step, _)| *step == number).map(|(_, fault)| fault))
    }

    fn names(&self, what: &str, directory: &str, step: NameStep) -> io::Result<()> {
        let mut state = self.state();
        let outcome = SimDisk::step(&mut state, what.to_owned());
        let crashing =
            outcome.is_err() && state.crashed && state.steps.len() == state.crash_at.unwrap_or(0) + 1;
        let fault = if crashing { None } else { outcome? };
        if fault.is_none() || fault == Some(Fault::AllDone) {
            let directory = state.directories.get_mut(directory).ok_or(io::ErrorKind::NotFound)?;
            if !crashing {
                apply_name(&mut directory.live, &step);
            }
            directory.unsynced.push(step);
        }
        if crashing {
            return Err(io::Error::other("the machine crashes"));
        }
        fault.map_or(Ok(()), failure)
    }

    fn open_at(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let state = self.state();
        if state.crashed {
            return Err(io::Error::other("the machine has crashed"));
        }
        let (directory, name) = split(path);
        let directory = state.directories.get(directory).ok_or(io::ErrorKind::NotFound)?;
        let inode = *directory.live.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(SimFile { disk: self.clone(), inode, path: path.to_owned() }))
    }
}

fn failure(fault: Fault) -> io::Result<()> {
    Err(match fault {
        Fault::NothingDone | Fault::AllDone => io::Error::other("injected input/output error"),
        Fault::Full => io::ErrorKind::StorageFull.into(),
    })
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

impl Disk for SimDisk {
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let (directory, name) = split(path);
        let inode = {
            let mut state = self.state();
            let taken =
                state.directories.get(directory).ok_or(io::ErrorKind::NotFound)?.live.contains_key(name);
            if taken {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            state.inodes.push(Inode::default());
            state.inodes.len() - 1
        };
        self.names(&format!("create {path}"), directory, NameStep::Link(name.to_owned(), inode))?;
        Ok(Box::new(SimFile { disk: self.clone(), inode, path: path.to_owned() }))
    }

    fn create_private(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.create(path)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.open_at(path)
    }

    fn open_read(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.open_at(path)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let ((directory, old), (other, new)) = (split(from), split(to));
        assert_eq!(directory, other, "the ledger renames within a directory");
        let inode = {
            let state = self.state();
            let directory = state.directories.get(directory).ok_or(io::ErrorKind::NotFound)?;
            *directory.live.get(old).ok_or(io::ErrorKind::NotFound)?
        };
        let step = NameStep::Rename(old.to_owned(), new.to_owned(), inode);
        self.names(&format!("rename {from} to {to}"), directory, step)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let (directory, name) = split(path);
        let there = self.state().directories.get(directory).is_some_and(|d| d.live.contains_key(name));
        if !there {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.names(&format!("remove {path}"), directory, NameStep::Unlink(name.to_owned()))
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        let step = format!("sync directory {path:?}");
        if state.leaves_out(&step) {
            return SimDisk::step(&mut state, step).map(drop);
        }
        let fault = SimDisk::step(&mut state, step)?;
        let directory = state.directories.get_mut(path).ok_or(io::ErrorKind::NotFound)?;
        let steps = std::mem::take(&mut directory.unsynced);
        let done = fault.is_none() || fault == Some(Fault::AllDone);
        if done {
            steps.iter().for_each(|step| apply_name(&mut directory.durable, step));
        } else {
            directory.unsynced = steps;
        }
        if done && path.is_empty() {
            state.directories.values_mut().for_each(|directory| directory.named = true);
        }
        fault.map_or(Ok(()), failure)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        if state.directories.contains_key(path) {
            return Ok(());
        }
        let fault = SimDisk::step(&mut state, format!("create directory {path}"))?;
        if fault.is_none() || fault == Some(Fault::AllDone) {
            state.directories.insert(path.to_owned(), Directory::default());
        }
        fault.map_or(Ok(()), failure)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        if state.crashed {
            return Err(io::Error::other("the machine has crashed"));
        }
        Ok(state.directories.get(path).map(|d| d.live.keys().cloned().collect()).unwrap_or_default())
    }
}

impl SimFile {
    fn change(&self, what: &str, step: FileStep) -> io::Result<()> {
        let mut state = self.disk.state();
        let outcome = SimDisk::step(&mut state, format!("{what} {}", self.path));
        let crashing =
            outcome.is_err() && state.crashed && state.steps.len() == state.crash_at.unwrap_or(0) + 1;
        let fault = if crashing { None } else { outcome? };
        let inode = &mut state.inodes[self.inode];
        let done = match (fault, step) {
            (None | Some(Fault::AllDone), step) => Some(step),
            (Some(Fault::Full), FileStep::Write(offset, content)) => {
                Some(FileStep::Write(offset, content[..content.len() / 2].to_vec()))
            }
            _ => None,
        };
        if let Some(step) = done {
            apply(&mut inode.live, &step);
            inode.unsynced.push(step);
        }
        if crashing {
            return Err(io::Error::other("the machine crashes"));
        }
        fault.map_or(Ok(()), failure)
    }
}

impl DiskFile for SimFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.disk.state();
        if state.crashed {
            return Err(io::Error::other("the machine has crashed"));
        }
        let live = &state.inodes[self.inode].live;
        let start = (offset as usize).min(live.len());
        let count = buffer.len().min(live.len() - start);
        buffer[..count].copy_from_slice(&live[start..start + count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.change(&format!("write {} bytes to", bytes.len()), FileStep::Write(offset, bytes.to_vec()))
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.change(&format!("set the length to {bytes} of"), FileStep::SetLen(bytes))
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.state().inodes[self.inode].live.len() as u64)
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let step = format!("sync {}", self.path);
        if state.leaves_out(&step) {
            return SimDisk::step(&mut state, step).map(drop);
        }
        let fault = SimDisk::step(&mut state, step)?;
        let inode = &mut state.inodes[self.inode];
        let steps = std::mem::take(&mut inode.unsynced);
        // What a failed sync should have written is marked clean all the same: a later sync, which
        // succeeds, does not write it.
        if fault.is_none() || fault == Some(Fault::AllDone) {
            steps.iter().for_each(|step| apply(&mut inode.durable, step));
        }
        fault.map_or(Ok(()), failure)
    }
}

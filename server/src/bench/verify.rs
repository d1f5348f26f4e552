//! How fast is `verify`, beside a loop that decompresses and hashes the same lines on all cores?

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use muniment_core::hash::Hash;
use muniment_core::tree::leaf_hash;
use rayon::prelude::*;

use super::memory::rss_anon_bytes;
use crate::disk::{Disk, OsDisk};
use crate::ledger::names::{self, LedgerFile};
use crate::ledger::sealed::{Frame, SealedSegment};
use crate::progress::Progress;
use crate::verify::{Verified, VerifyError, VerifyOptions, verify};

/// How often each is timed.
pub const ROUNDS: usize = 5;

const FRAMES_AT_ONCE: usize = 64;

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// What `verify` found.
    pub verified: Verified,
    /// Its time.
    pub verifying: Duration,
    /// The time of the bare loop.
    pub bare: Duration,
    /// RssAnon after `verify`.
    pub rss_anon_bytes: Option<u64>,
}

/// Verifies a directory, and does the bare loop over it, in turn: once to warm up, then [`ROUNDS`] times
/// timed. The median of each counts.
///
/// # Errors
/// As [`verify`].
pub fn measure(directory: &Path, progress: &Progress) -> Result<Measured, VerifyError> {
    let disk = OsDisk::new(directory);
    let options = VerifyOptions { progress: progress.clone(), ..VerifyOptions::default() };
    bare_loop(&disk)?;
    let mut verified = verify(&disk, &options)?;
    let (mut bare, mut verifying) = ([Duration::ZERO; ROUNDS], [Duration::ZERO; ROUNDS]);
    for (bare, verifying) in bare.iter_mut().zip(&mut verifying) {
        let start = Instant::now();
        bare_loop(&disk)?;
        *bare = start.elapsed();
        let start = Instant::now();
        verified = verify(&disk, &options)?;
        *verifying = start.elapsed();
    }
    bare.sort_unstable();
    verifying.sort_unstable();
    let (bare, verifying) = (bare[ROUNDS / 2], verifying[ROUNDS / 2]);
    Ok(Measured { verified, verifying, bare, rss_anon_bytes: rss_anon_bytes() })
}

/// Decompresses every frame and hashes every line with BLAKE3 and SHA-256, on all cores. Returns how many
/// lines there were, and a value that depends on every hash, so that none can be left out.
fn bare_loop(disk: &dyn Disk) -> io::Result<(u64, u8)> {
    let (mut lines, mut mixed) = (0, 0);
    let files: Vec<LedgerFile> =
        disk.list(names::LEDGER)?.iter().filter_map(|name| LedgerFile::parse(name)).collect();
    let starts: Vec<u64> = files
        .iter()
        .filter_map(|file| match file {
            LedgerFile::Lines(first) | LedgerFile::Sealed(first) => Some(*first),
            LedgerFile::Keys(_) => None,
        })
        .collect();
    for file in &files {
        match file {
            LedgerFile::Sealed(first) => {
                let end = starts.iter().copied().filter(|start| start > first).min();
                let sealed = SealedSegment::open(disk.open_read(&file.to_string())?, *first, end)
                    .map_err(io::Error::other)?;
                for frames in sealed.frames().chunks(FRAMES_AT_ONCE) {
                    let hashed: Vec<(u64, u8)> = frames
                        .par_iter()
                        .map(|frame| hash_frame(&sealed, frame))
                        .collect::<io::Result<_>>()?;
                    hashed
                        .into_iter()
                        .for_each(|(count, byte)| (lines, mixed) = (lines + count, mixed ^ byte));
                }
            }
            LedgerFile::Lines(_) => {
                let text = disk.read(&file.to_string())?.unwrap_or_default();
                let all: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
                let byte =
                    all.par_iter().with_min_len(256).map(|line| hash_line(line)).reduce(|| 0, |a, b| a ^ b);
                (lines, mixed) = (lines + all.len() as u64, mixed ^ byte);
            }
            LedgerFile::Keys(_) => {}
        }
    }
    Ok((lines, std::hint::black_box(mixed)))
}

fn hash_frame(sealed: &SealedSegment, frame: &Frame) -> io::Result<(u64, u8)> {
    let lines = sealed.read_frame(frame).map_err(io::Error::other)?;
    let mixed = lines.lines().map(hash_line).fold(0, |mixed, byte| mixed ^ byte);
    Ok((frame.entries, mixed))
}

fn hash_line(line: &[u8]) -> u8 {
    Hash::of_line(line).0[0] ^ leaf_hash(line).0[0]
}

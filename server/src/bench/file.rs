//! A loop that only writes and syncs what was posted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::posts::Posts;

/// Bytes from which on the file is begun again.
const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// A file of its own, removed at the end.
#[derive(Debug)]
pub(super) struct BareFile {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl BareFile {
    pub(super) fn create(directory: &Path) -> io::Result<BareFile> {
        fs::create_dir_all(directory)?;
        let path = directory.join(format!("muniment-bench-{}", std::process::id()));
        let file = OpenOptions::new().create_new(true).write(true).open(&path)?;
        Ok(BareFile { path, file, bytes: 0 })
    }

    /// Writes bodies and syncs after each, for so long. Gives how many, and the time that it took without making
    /// them.
    pub(super) fn round(&mut self, posts: &Posts, length: Duration) -> io::Result<(u64, Duration)> {
        let (mut bodies, mut time, mut body) = (0, Duration::ZERO, Vec::new());
        while time < length {
            body.clear();
            posts.next(&mut body);
            if self.bytes + body.len() as u64 > FILE_BYTES_MAX {
                self.file = File::create(&self.path)?;
                self.file.sync_all()?;
                self.bytes = 0;
            }
            let start = Instant::now();
            self.file.write_all(&body)?;
            self.file.sync_data()?;
            time += start.elapsed();
            self.bytes += body.len() as u64;
            bodies += 1;
        }
        Ok((bodies, time))
    }
}

impl Drop for BareFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the file of the bare loop stays");
        }
    }
}

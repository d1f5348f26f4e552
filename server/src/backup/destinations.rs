//! Where backups of a ledger are: [`names::BACKUPS`] in the data directory, a JSON list of absolute paths.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::Disk;
use crate::ledger::names;

/// Most destinations that are remembered.
pub const DESTINATIONS_MAX: usize = 100;

/// Why a destination cannot be remembered.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// The list.
    #[error("backups.json: {0}")]
    Io(#[from] io::Error),
    /// Too many.
    #[error(
        "backups.json lists {DESTINATIONS_MAX} destinations, which is the limit; remove one with `muniment backup --forget`"
    )]
    TooMany,
    /// JSON has no other text.
    #[error("{}: the path is not UTF-8, so it cannot be remembered", .0.display())]
    NotText(PathBuf),
}

/// The destinations that are remembered.
///
/// # Errors
/// As the disk says; [`io::ErrorKind::InvalidData`] if the file is no list of paths.
pub fn read(disk: &dyn Disk) -> io::Result<Vec<PathBuf>> {
    let Some(text) = disk.read(names::BACKUPS)? else { return Ok(Vec::new()) };
    let wrong = |error: serde_json::Error| {
        let message = format!("{}: not a JSON list of paths: {error}", names::BACKUPS);
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    let paths: Vec<String> = serde_json::from_slice(&text).map_err(wrong)?;
    Ok(paths.into_iter().map(PathBuf::from).collect())
}

/// Remembers destinations beside those that are remembered already.
///
/// # Errors
/// See [`DestinationError`].
pub fn remember(disk: &dyn Disk, more: &[PathBuf]) -> Result<(), DestinationError> {
    let mut paths = read(disk)?;
    for path in more {
        if !paths.contains(path) {
            paths.push(path.clone());
        }
    }
    if paths.len() > DESTINATIONS_MAX {
        return Err(DestinationError::TooMany);
    }
    // Also where nothing is new: whoever wrote the list may have been killed before it was durable.
    write(disk, &paths)
}

/// Forgets a destination. Whether it was remembered.
///
/// # Errors
/// See [`DestinationError`].
pub fn forget(disk: &dyn Disk, path: &Path) -> Result<bool, DestinationError> {
    let (forgotten, kept): (Vec<_>, Vec<_>) = read(disk)?.into_iter().partition(|known| known == path);
    write(disk, &kept)?;
    Ok(!forgotten.is_empty())
}

fn write(disk: &dyn Disk, paths: &[PathBuf]) -> Result<(), DestinationError> {
    let text = |path: &PathBuf| {
        path.to_str().map(str::to_owned).ok_or_else(|| DestinationError::NotText(path.clone()))
    };
    let paths = paths.iter().map(text).collect::<Result<Vec<String>, _>>()?;
    let mut text = serde_json::to_string_pretty(&paths).map_err(io::Error::other)?;
    text.push('\n');
    Ok(disk.replace(names::ROOT, names::BACKUPS, text.as_bytes())?)
}

/// Keeps others from changing the list until it is dropped. It does not keep a server from running.
///
/// # Errors
/// As the system says.
pub fn lock(data: &Path) -> io::Result<File> {
    let directory = File::open(data)?;
    directory.lock()?;
    Ok(directory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::sim::SimDisk;

    #[test]
    fn a_destination_is_remembered_once_until_it_is_forgotten() {
        let disk = SimDisk::new();
        let [one, two] = ["/mnt/one", "/mnt/two"].map(PathBuf::from);
        assert_eq!(read(&disk).unwrap(), [] as [PathBuf; 0]);
        remember(&disk, &[one.clone(), two.clone()]).unwrap();
        remember(&disk, std::slice::from_ref(&one)).unwrap();
        assert_eq!(read(&disk).unwrap(), [one.clone(), two.clone()]);
        assert!(forget(&disk, &one).unwrap());
        assert!(!forget(&disk, &one).unwrap());
        assert_eq!(read(&disk).unwrap(), [two]);
        let many: Vec<_> = (0..DESTINATIONS_MAX).map(|n| PathBuf::from(format!("/mnt/{n}"))).collect();
        let refused = remember(&disk, &many).unwrap_err();
        assert!(refused.to_string().contains("100 destinations"), "{refused}");
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        let disk = SimDisk::new();
        (&disk as &dyn Disk).replace(names::ROOT, names::BACKUPS, b"{}").unwrap();
        assert_eq!(read(&disk).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}

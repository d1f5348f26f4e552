//! The files of the data directory.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::{DefinitionError, FILE_BYTES_MAX, FOLDERS};

/// The folder of a file's name: `policies` of `policies/parking.toml`.
pub(super) fn folder_of(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

pub(super) fn check_length(name: &str, bytes: usize) -> Result<(), DefinitionError> {
    match bytes <= FILE_BYTES_MAX {
        true => Ok(()),
        false => Err(DefinitionError::TooLong { file: name.to_owned(), bytes }),
    }
}

/// Every file that ends with `.toml`, by its name below the data directory.
pub(super) fn read(directory: &Path) -> Result<BTreeMap<String, String>, DefinitionError> {
    let mut files = BTreeMap::new();
    for folder in FOLDERS {
        let path = directory.join(folder);
        let failed = |error| DefinitionError::Io { path: path.clone(), error };
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if !name.ends_with(".toml") {
                continue;
            }
            let failed = |error| DefinitionError::Io { path: path.clone(), error };
            let name = format!("{folder}/{name}");
            let bytes = fs::metadata(&path).map_err(failed)?.len();
            check_length(&name, usize::try_from(bytes).unwrap_or(usize::MAX))?;
            files.insert(name, fs::read_to_string(&path).map_err(failed)?);
        }
    }
    Ok(files)
}

/// Writes a file so that it is there as a whole or not at all.
pub(super) fn write(directory: &Path, name: &str, text: &str) -> Result<(), DefinitionError> {
    let path = directory.join(name);
    let folder = directory.join(folder_of(name));
    let written = || -> io::Result<()> {
        fs::create_dir_all(&folder)?;
        let beside = path.with_extension("new");
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        fs::File::open(&folder)?.sync_all()?;
        fs::File::open(directory)?.sync_all()
    };
    written().map_err(|error| DefinitionError::Io { path: path.clone(), error })
}

//! The text of a file, and where in it something stands.

use serde::de::DeserializeOwned;

use super::{FileError, FileFault, limited, question_in_file};
use crate::limits::DECLARED_FILE_BYTES_MAX;

/// A value and where in the text it begins, in bytes.
pub(crate) type Located<T> = toml::Spanned<T>;

/// The text of a file.
#[derive(Clone, Copy)]
pub(crate) struct DeclaredText<'t> {
    pub(crate) file: &'t str,
    pub(crate) text: &'t str,
}

impl DeclaredText<'_> {
    /// Reads all of it. An unknown key or variant is answered with those that look like it.
    ///
    /// # Limits
    /// [`DECLARED_FILE_BYTES_MAX`].
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, FileError> {
        limited("bytes", self.text.len(), DECLARED_FILE_BYTES_MAX).map_err(|fault| self.whole(fault))?;
        toml::from_str(self.text).map_err(|error| {
            let message = error.message().lines().map(str::trim).collect::<Vec<_>>().join(" ");
            let Some(span) = error.span() else { return self.whole(FileFault::Toml(message)) };
            let key = if message.starts_with("invalid") { self.key(span.start) } else { String::new() };
            self.at(span.start, FileFault::Toml(format!("{key}{message}{}", cure(&message))))
        })
    }

    /// `title: `, where a line gives the key `title` a value.
    fn key(self, offset: usize) -> String {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let key = line.split_once('=').map(|(key, _)| key.trim());
        key.filter(|key| !key.is_empty()).map(|key| format!("`{key}`: ")).unwrap_or_default()
    }

    /// What is wrong with the whole file.
    pub(crate) fn whole(self, fault: FileFault) -> FileError {
        FileError { file: self.file.to_owned(), line: None, place: String::new(), fault }
    }

    /// What is wrong at some byte of it.
    pub(crate) fn at(self, offset: usize, fault: FileFault) -> FileError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        FileError { file: self.file.to_owned(), line: Some(line), place: self.place(line), fault }
    }

    /// The table around a line: `type request.received`, or `type 3` where the name is missing.
    fn place(self, line: usize) -> String {
        let header = |text: &str| {
            text.trim_end().strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")).map(str::to_owned)
        };
        let lines: Vec<&str> = self.text.lines().collect();
        let Some(start) = (0..line.min(lines.len())).rev().find(|at| header(lines[*at]).is_some()) else {
            return String::new();
        };
        let table = header(lines[start]).unwrap_or_default();
        let names = ["name = ", "id = ", "code = "];
        let name = lines[start + 1..].iter().take_while(|line| header(line).is_none()).find_map(|line| {
            let value = names.iter().find_map(|key| line.strip_prefix(key))?;
            value.trim().strip_prefix('"')?.split('"').next()
        });
        match name {
            Some(name) => format!("{table} {name}"),
            None => {
                let number =
                    lines[..=start].iter().filter(|line| header(line).as_ref() == Some(&table)).count();
                format!("{table} {number}")
            }
        }
    }
}

/// The words of "unknown field `colour`, expected one of `title`, `values`" that look like the first of them.
fn cure(message: &str) -> String {
    if !message.starts_with("unknown") {
        return String::new();
    }
    let mut words = message.split('`').skip(1).step_by(2);
    let wrong = words.next().unwrap_or_default();
    question_in_file(wrong, words)
}

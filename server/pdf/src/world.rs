//! What typst sees: the template, the report as data, the charts, the logo. There is nothing else, and no clock.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt};

use crate::fonts::{BOOK, FONTS};
use crate::view::View;

const TEMPLATE: &str = include_str!("template.typ");

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    // Cells that head a row.
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// The file of the template.
static MAIN: LazyLock<Source> = LazyLock::new(|| {
    let path = VirtualPath::new("main.typ").unwrap_or_else(|error| unreachable!("a plain name: {error}"));
    Source::new(FileId::new(RootedPath::new(VirtualRoot::Project, path)), TEMPLATE.to_owned())
});

pub(crate) struct World {
    files: BTreeMap<String, Bytes>,
}

impl World {
    pub(crate) fn new(view: View) -> World {
        let mut files: BTreeMap<String, Bytes> =
            view.charts.into_iter().map(|(name, svg)| (name, Bytes::from_string(svg))).collect();
        files.extend(view.logo.map(|(name, bytes)| (name, Bytes::new(bytes))));
        files.insert("report.json".to_owned(), Bytes::from_string(view.report.to_string()));
        World { files }
    }
}

impl typst::World for World {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        MAIN.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == MAIN.id() { Ok(MAIN.clone()) } else { Err(FileError::NotSource) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let name = id.get().vpath().get_without_slash();
        self.files.get(name).cloned().ok_or_else(|| FileError::NotFound(PathBuf::from(name)))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

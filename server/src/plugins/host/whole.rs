//! All rows of a register, as it stands at one moment.
//!
//! A plugin gives a register page by page, and goes on folding between two pages. So all pages are asked of one instance that
//! was restored from the plugin's state and folds nothing: the rows fit together however fast the register changes, and neither
//! the fold nor anybody else who looks at the plugin waits for it.

use std::io;
use std::time::{Duration, Instant};

use super::{Plugins, not_ready};
use crate::plugins::engine::Failure;
use crate::plugins::error::PluginError;
use crate::plugins::outcome::{Page, Query, Row};

/// Most rows that are given at once.
pub const ROWS_MAX: u32 = 100_000;
/// Most that they may have as JSON, in bytes.
const BYTES_MAX: usize = 48 * 1024 * 1024;
/// After so long no further page is asked for.
const TIME_MAX: Duration = Duration::from_secs(60);
/// Rows that the plugin is asked for at a time.
const PAGE_ROWS: u32 = 1_000;

/// Why a register is not given at once.
#[derive(Debug, thiserror::Error)]
pub enum WholeError {
    /// The plugin.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// Too many rows.
    #[error("{0} rows match, the limit is {ROWS_MAX} rows: filter the register")]
    Rows(usize),
    /// Too much in them.
    #[error("the rows that match have more than {BYTES_MAX} bytes, which is the limit: filter the register")]
    Bytes,
    /// It takes too long.
    #[error(
        "reading the rows that match takes longer than {} seconds, which is the limit: filter the register",
        TIME_MAX.as_secs()
    )]
    Time,
    /// Rows that cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Plugins {
    /// All rows of a register that match as it stands at an instant, and up to which entry it was folded. Where they begin and
    /// how many they are to be is not looked at.
    ///
    /// # Errors
    /// See [`WholeError`].
    ///
    /// # Limits
    /// [`ROWS_MAX`] rows, 48 MiB of JSON, and a minute beside what the last page takes.
    pub fn whole_register(
        &self,
        id: &str,
        name: &str,
        query: &Query,
        as_at: i64,
    ) -> Result<(Page, u64), WholeError> {
        let running = self.inner.one(id)?;
        let looked = running.look_apart(|instance, next| {
            Ok((gather(query, TIME_MAX, |page| instance.register(name, page, as_at)), next))
        });
        let (page, next) = looked.map_err(PluginError::from)?.ok_or_else(|| not_ready(id))?;
        Ok((page?, next))
    }
}

/// Asks for one page after the other until there are no more rows.
fn gather(
    query: &Query,
    time_max: Duration,
    mut ask: impl FnMut(&Query) -> Result<Result<Page, String>, Failure>,
) -> Result<Page, WholeError> {
    let (begun, mut bytes) = (Instant::now(), 0);
    let mut all = Page { rows: Vec::new(), total: 0 };
    let mut wanted = Query { offset: 0, limit: PAGE_ROWS, ..query.clone() };
    loop {
        let page = ask(&wanted).map_err(PluginError::from)?.map_err(PluginError::Says)?;
        let is_last = page.rows.len() < PAGE_ROWS as usize;
        bytes += bytes_of(&page.rows)?;
        all.total = page.total;
        all.rows.extend(page.rows);
        let count = all.rows.len().max(all.total as usize);
        match () {
            () if count > ROWS_MAX as usize => return Err(WholeError::Rows(count)),
            () if bytes > BYTES_MAX => return Err(WholeError::Bytes),
            () if is_last => return Ok(all),
            () if begun.elapsed() >= time_max => return Err(WholeError::Time),
            () => wanted.offset += PAGE_ROWS,
        }
    }
}

/// How much rows have as JSON.
fn bytes_of(rows: &[Row]) -> io::Result<usize> {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, rows)?;
    Ok(count.0)
}

/// Counts what is written to it, and keeps nothing.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugins::outcome::Cell;

    const LONG: Duration = Duration::from_secs(3_600);

    fn row(text: &str) -> Row {
        Row { cells: vec![Cell::Text(text.to_owned())], subject: None, unit: None, evidence: vec![7] }
    }

    /// What a register of so many rows gives.
    fn pages(rows: u32, text: &str) -> impl FnMut(&Query) -> Result<Result<Page, String>, Failure> {
        move |query| {
            let given = rows.saturating_sub(query.offset).min(query.limit);
            Ok(Ok(Page { rows: (0..given).map(|_| row(text)).collect(), total: rows }))
        }
    }

    fn gathered(rows: u32, text: &str) -> Result<Page, WholeError> {
        gather(&Query::default(), LONG, pages(rows, text))
    }

    #[test]
    fn every_row_is_given_once() {
        for rows in [0, 1, 999, 1_000, 1_001, 2_500] {
            let page = gathered(rows, "a").unwrap();
            assert_eq!((page.rows.len(), page.total), (rows as usize, rows));
        }
    }

    #[test]
    fn what_is_asked_for_stays_and_pages_follow_each_other() {
        let mut offsets = Vec::new();
        let query = Query { status: Some("overdue".to_owned()), offset: 7, limit: 3, ..Query::default() };
        let mut register = pages(2_000, "a");
        let page = gather(&query, LONG, |asked| {
            assert_eq!(asked.status.as_deref(), Some("overdue"));
            offsets.push(asked.offset);
            register(asked)
        });
        assert_eq!((page.unwrap().rows.len(), offsets), (2_000, vec![0, 1_000, 2_000]));
    }

    #[test]
    fn what_is_too_much_is_refused_with_the_limit() {
        let many = gathered(100_001, "a").unwrap_err();
        assert_eq!(many.to_string(), "100001 rows match, the limit is 100000 rows: filter the register");
        let long = "a".repeat(32 * 1024);
        assert!(matches!(gathered(2_000, &long), Err(WholeError::Bytes)));
        let slow = gather(&Query::default(), Duration::ZERO, pages(2_000, "a"));
        assert!(slow.unwrap_err().to_string().contains("longer than 60 seconds"));
        // One that says that there are few, and gives more and more.
        let endless = |_: &Query| Ok(Ok(Page { rows: vec![row("a"); 1_000], total: 1 }));
        assert!(matches!(gather(&Query::default(), LONG, endless), Err(WholeError::Rows(101_000))));
    }

    #[test]
    fn what_the_plugin_says_is_told() {
        let says = gather(&Query::default(), LONG, |_| Ok(Err("no such register".to_owned())));
        assert_eq!(says.unwrap_err().to_string(), "no such register");
    }

    #[test]
    fn rows_are_weighed_as_what_they_are_sent_as() {
        let rows = [row("a \"b\""), row("ü")];
        assert_eq!(bytes_of(&rows).unwrap(), serde_json::to_vec(&rows).unwrap().len());
    }
}

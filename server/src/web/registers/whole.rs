//! All rows of a register that match, as it stood at one moment: the interface gives them piece by piece, and between two
//! pieces the register may change.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::web::answers::RegisterPage;
use crate::web::failure::Failure;
use crate::web::visit::{Visit, part, with_query};
use crate::web::words;

/// Rows that are fetched at a time.
pub(in crate::web) const CHUNK: usize = 1_000;
/// Most rows that are sorted or exported at once.
pub(in crate::web) const ROWS_MAX: usize = 100_000;
/// How often it is begun again because the register changed meanwhile.
const ATTEMPTS_MAX: usize = 5;
/// How long somebody waits for their turn.
const WAIT: Duration = Duration::from_secs(10);

/// Large registers are read one at a time in this process: each may take some memory.
static TURN: Semaphore = Semaphore::const_new(1);

/// All rows, and the turn of whoever holds them where they are many.
#[derive(Debug)]
pub(in crate::web) struct Whole {
    pub(in crate::web) page: RegisterPage,
    turn: Option<SemaphorePermit<'static>>,
}

impl Whole {
    /// Does something with the rows that takes the longer the more there are: many of them apart from the threads that
    /// answer everybody else. They are let go afterwards.
    pub(in crate::web) async fn work<T: Send + 'static>(
        self,
        work: impl FnOnce(RegisterPage) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let Whole { page, turn } = self;
        if page.rows.len() <= CHUNK {
            return Ok(work(page));
        }
        let done = tokio::task::spawn_blocking(move || {
            // Whoever asked may have gone away: the next one waits for the work all the same.
            let _turn = turn;
            work(page)
        });
        done.await.map_err(|error| Failure::internal("a register cannot be worked on", &error))
    }
}

/// Where the interface has a register.
pub(in crate::web) fn address(plugin: &str, name: &str) -> String {
    format!("/v1/registers/{}/{}", part(plugin), part(name))
}

/// Some rows of those that are asked for.
pub(in crate::web) async fn fetch(
    visit: &Visit,
    address: &str,
    asked: &[(&str, &str)],
    offset: usize,
    limit: usize,
) -> Result<RegisterPage, Failure> {
    let (offset, limit) = (offset.to_string(), limit.to_string());
    let which = [("offset", offset.as_str()), ("limit", limit.as_str())];
    let asked: Vec<(&str, &str)> = asked.iter().copied().chain(which).collect();
    visit.get(&with_query(address, &asked)).await
}

/// All rows of those that are asked for.
pub(in crate::web) async fn fetch_all(
    visit: &Visit,
    address: &str,
    asked: &[(&str, &str)],
) -> Result<Whole, Failure> {
    let mut turn = None;
    for _ in 0..ATTEMPTS_MAX {
        if let Some(page) = attempt(visit, address, asked, &mut turn).await? {
            return Ok(Whole { page, turn });
        }
    }
    let detail = format!(
        "What was recorded meanwhile changed it {ATTEMPTS_MAX} times while its rows were read, so they would not have been those of one moment. Filter it, or try again when less is being recorded."
    );
    Err(Failure::new(503, "The register changes too fast", detail))
}

/// Reads all of it once; `None` if it changed meanwhile.
async fn attempt(
    visit: &Visit,
    address: &str,
    asked: &[(&str, &str)],
    turn: &mut Option<SemaphorePermit<'static>>,
) -> Result<Option<RegisterPage>, Failure> {
    let mut all = fetch(visit, address, asked, 0, CHUNK).await?;
    let is_too_many = |rows: usize| rows > ROWS_MAX;
    let total = all.total.and_then(|total| usize::try_from(total).ok());
    let mut last = all.rows.len();
    if total.is_some_and(is_too_many) {
        return Err(too_many());
    }
    while last == CHUNK {
        if turn.is_none() {
            *turn = Some(wait_for_turn().await?);
        }
        let more = fetch(visit, address, asked, all.rows.len(), CHUNK).await?;
        if !is_same(&all, &more) {
            return Ok(None);
        }
        last = more.rows.len();
        all.rows.extend(more.rows);
        if is_too_many(all.rows.len()) {
            return Err(too_many());
        }
    }
    Ok(Some(all))
}

async fn wait_for_turn() -> Result<SemaphorePermit<'static>, Failure> {
    let busy = || {
        let detail = "Another large register is being read; try again in a moment.";
        Failure::new(503, "Too much to do just now", detail)
    };
    timeout(WAIT, TURN.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())
}

fn too_many() -> Failure {
    let most = words::number(ROWS_MAX as u64);
    let detail = format!("The register has more than {most} rows: filter it first.");
    Failure::new(422, "There are too many rows to sort or to save", detail)
}

/// Whether two pieces are of one moment: nothing was folded in between, and the day is still the same, by which what is due
/// is counted.
fn is_same(one: &RegisterPage, other: &RegisterPage) -> bool {
    let day = |page: &RegisterPage| words::day_of(&page.as_at);
    one.size == other.size && one.total == other.total && day(one) == day(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(size: u64, total: Option<u64>, as_at: &str) -> RegisterPage {
        serde_json::from_value(json!({
            "register": { "plugin": "p", "name": "n", "title": "T", "description": "D", "columns": [] },
            "rows": [], "total": total, "as_at": as_at, "size": size,
        }))
        .unwrap()
    }

    #[test]
    fn pieces_of_different_moments_are_told_apart() {
        let first = page(7, Some(2_000), "2026-05-01T09:30:00.000001Z");
        assert!(is_same(&first, &page(7, Some(2_000), "2026-05-01T09:30:01Z")));
        assert!(!is_same(&first, &page(8, Some(2_000), "2026-05-01T09:30:01Z")), "something was recorded");
        assert!(!is_same(&first, &page(7, Some(2_001), "2026-05-01T09:30:01Z")));
        assert!(
            !is_same(&first, &page(7, Some(2_000), "2026-05-01T23:00:00Z")),
            "it is the next day in London"
        );
    }

    #[tokio::test]
    async fn many_rows_are_worked_on_one_register_at_a_time() {
        let whole = |rows: usize, turn| {
            let mut page = page(1, None, "2026-05-01T09:30:00Z");
            let row = json!({ "cells": [1], "subject": null, "evidence": [] });
            page.rows = (0..rows).map(|_| serde_json::from_value(row.clone()).unwrap()).collect();
            Whole { page, turn }
        };
        let turn = wait_for_turn().await.unwrap();
        assert!(TURN.try_acquire().is_err());
        let count = whole(CHUNK + 1, Some(turn)).work(|page| page.rows.len()).await.unwrap();
        assert_eq!(count, CHUNK + 1);
        assert!(TURN.try_acquire().is_ok(), "whoever comes next has their turn");
        assert_eq!(whole(3, None).work(|page| page.rows.len()).await.unwrap(), 3);
    }
}

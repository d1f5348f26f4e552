//! All rows of a register that match, as it stood at one moment: a small one is a page of the interface, and a larger one, which
//! may change between two pages, is asked for as a whole.

use std::time::Duration;

use axum::http::Method;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::web::answers::RegisterPage;
use crate::web::failure::Failure;
use crate::web::visit::{Visit, part, with_query};

/// Rows of a page of the interface.
pub(in crate::web) const CHUNK: usize = 1_000;
/// Most rows that the interface gives at once.
pub(in crate::web) const ROWS_MAX: usize = crate::plugins::host::whole::ROWS_MAX as usize;
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
    let first = fetch(visit, address, asked, 0, CHUNK).await?;
    if first.rows.len() < CHUNK {
        return Ok(Whole { page: first, turn: None });
    }
    let turn = wait_for_turn().await?;
    let asked: Vec<(&str, &str)> = asked.iter().copied().chain([("whole", "true")]).collect();
    let answer = visit.ask(Method::GET, &with_query(address, &asked), None).await?;
    let page = tokio::task::spawn_blocking(move || answer.read::<RegisterPage>()).await;
    let page = page.map_err(|error| Failure::internal("a register cannot be read", &error))??;
    Ok(Whole { page, turn: Some(turn) })
}

async fn wait_for_turn() -> Result<SemaphorePermit<'static>, Failure> {
    let busy = || {
        let detail = "Another large register is being read; try again in a moment.";
        Failure::new(503, "Too much to do just now", detail)
    };
    timeout(WAIT, TURN.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn many_rows_are_worked_on_one_register_at_a_time() {
        let whole = |rows: usize, turn| {
            let mut page: RegisterPage = serde_json::from_value(json!({
                "register": { "plugin": "p", "name": "n", "title": "T", "description": "D", "columns": [] },
                "rows": [], "total": null, "as_at": "2026-05-01T09:30:00Z", "size": 1,
            }))
            .unwrap();
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

//! Runs a plugin natively as the host would, for its tests.
//!
//! A [`Scenario`] is what happens: events, and time that passes. [`Scenario::run`] folds it in batches of one, of seven
//! and of all, and with the state taken to bytes and back at every item; it fails where that makes a difference.
//! The front page of the crate shows one.

use std::marker::PhantomData;

use serde_json::{Map, Value};

use crate::alert::Act;
use crate::{Alert, Instant, Period, Plugin, Query, Row, Section};

mod host;
mod manifest;
mod order;
mod post;

pub use manifest::check_manifest;
pub use order::check_any_order;
pub use post::Post;

use host::Host;

/// What happens.
#[derive(Debug)]
pub struct Scenario<P> {
    settings: Map<String, Value>,
    steps: Vec<Step>,
    of: PhantomData<P>,
}

#[derive(Debug, Clone)]
enum Step {
    Post(Post),
    WaitUntil(Instant),
    Import(Vec<Post>),
}

impl<P> Clone for Scenario<P> {
    fn clone(&self) -> Scenario<P> {
        Scenario { settings: self.settings.clone(), steps: self.steps.clone(), of: PhantomData }
    }
}

impl<P: Plugin> Default for Scenario<P> {
    fn default() -> Scenario<P> {
        Scenario { settings: Map::new(), steps: Vec::new(), of: PhantomData }
    }
}

impl<P: Plugin> Scenario<P> {
    /// Nothing has happened, and the settings are their defaults.
    #[must_use]
    pub fn new() -> Scenario<P> {
        Scenario::default()
    }

    /// Another setting than the default.
    #[must_use]
    pub fn setting(mut self, name: &str, value: Value) -> Scenario<P> {
        self.settings.insert(name.to_owned(), value);
        self
    }

    /// An event is posted. Until then the time passes, if it is recorded later than what was before.
    #[must_use]
    pub fn post(mut self, post: Post) -> Scenario<P> {
        self.steps.push(Step::Post(post));
        self
    }

    /// Nothing happens until an instant, but the clock of the host.
    #[must_use]
    pub fn wait_until(mut self, instant: &str) -> Scenario<P> {
        self.steps.push(Step::WaitUntil(post::instant(instant)));
        self
    }

    /// A history is imported: no time is told before its end.
    #[must_use]
    pub fn import(mut self, posts: impl IntoIterator<Item = Post>) -> Scenario<P> {
        self.steps.push(Step::Import(posts.into_iter().collect()));
        self
    }

    /// What comes of it.
    ///
    /// # Panics
    /// Where the plugin breaks its contract: what comes of items depends on how many are given at once, or on the state
    /// being written and read in between; a wake-up does not lie behind the tick; an alert names no rule of the manifest.
    #[must_use]
    pub fn run(self) -> Run<P> {
        let mut settings = manifest::defaults::<P>();
        settings.extend(self.settings);
        let settings = Value::Object(settings).to_string();
        let (entries, one_by_one) = Host::<P>::live(&settings, self.steps);
        for (batch, what) in [(1, "one by one"), (7, "seven at once"), (usize::MAX, "all at once")] {
            let again = Host::<P>::replay(&settings, &entries, batch, host::Keep::Running);
            assert_eq!(again.acts, one_by_one.acts, "{what} it comes out otherwise than live");
            assert_eq!(
                again.running.snapshot(),
                one_by_one.running.snapshot(),
                "{what} the state is another one"
            );
        }
        let restored = Host::<P>::replay(&settings, &entries, 1, host::Keep::Restored);
        assert_eq!(restored.acts, one_by_one.acts, "with snapshots in between it comes out otherwise");
        assert_eq!(
            restored.running.snapshot(),
            one_by_one.running.snapshot(),
            "with snapshots in between the state is another one"
        );
        Run { host: one_by_one }
    }
}

/// What came of a scenario.
pub struct Run<P: Plugin> {
    host: Host<P>,
}

impl<P: Plugin> Run<P> {
    /// The alerts that are open at the end, each as `A-REQ-3 overdue FOI-1`, in the order in which they were raised.
    #[must_use]
    pub fn open(&self) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        for (_, act) in &self.host.acts {
            match act {
                Act::Raise(alert) => open.push(name(alert.rule, &alert.stage, &alert.subject)),
                Act::Clear(cleared) => {
                    let cleared = name(&cleared.rule, &cleared.stage, &cleared.subject);
                    open.retain(|open| *open != cleared);
                }
            }
        }
        open
    }

    /// All that was raised (`+`) and cleared (`-`), each with the time in London at which the plugin was told, as
    /// `Wed 2026-04-01 00:00 + A-REQ-3 overdue FOI-1`.
    #[must_use]
    pub fn history(&self) -> Vec<String> {
        let line = |(at, act): &(Instant, Act)| match act {
            Act::Raise(alert) => {
                format!("{} + {}", at.in_london(), name(alert.rule, &alert.stage, &alert.subject))
            }
            Act::Clear(cleared) => {
                format!("{} - {}", at.in_london(), name(&cleared.rule, &cleared.stage, &cleared.subject))
            }
        };
        self.host.acts.iter().map(line).collect()
    }

    /// All that was raised and cleared.
    #[must_use]
    pub fn acts(&self) -> &[(Instant, Act)] {
        &self.host.acts
    }

    /// The alert of a rule and a stage that was raised last.
    ///
    /// # Panics
    /// Where none was.
    #[must_use]
    pub fn alert(&self, rule: &str, stage: &str) -> &Alert {
        let found = self.host.acts.iter().rev().find_map(|(_, act)| match act {
            Act::Raise(alert) if alert.rule == rule && alert.stage == stage => Some(alert),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no {rule} {stage} among {:#?}", self.history()))
    }

    /// All rows of a register, as it stands at an instant.
    ///
    /// # Panics
    /// Where the plugin keeps no such register, or a row has not as many cells as there are columns.
    #[must_use]
    pub fn register(&self, name: &str, as_at: &str) -> Vec<Row> {
        self.rows(name, Query::default(), as_at)
    }

    /// The rows of a register about one case or record.
    ///
    /// # Panics
    /// As [`register`](Run::register).
    #[must_use]
    pub fn register_of(&self, name: &str, subject: &str, as_at: &str) -> Vec<Row> {
        self.rows(name, Query { subject: Some(subject.to_owned()), ..Query::default() }, as_at)
    }

    fn rows(&self, name: &str, query: Query, as_at: &str) -> Vec<Row> {
        let query = Query { limit: u32::MAX, ..query };
        let rows = match self.host.running.register(name, &query, post::instant(as_at)) {
            Ok((rows, _)) => rows,
            Err(error) => panic!("{error}"),
        };
        let columns =
            P::REGISTERS.iter().find(|register| register.name == name).map_or(0, |r| r.columns.len());
        assert!(rows.iter().all(|row| row.cells.len() == columns), "{name} has {columns} columns: {rows:?}");
        rows
    }

    /// The plugin's sections about a period, as they stood at an instant.
    #[must_use]
    pub fn sections(&self, from: &str, to: &str, status_at: &str) -> Vec<Section> {
        let period = Period { from: post::day(from), to: post::day(to) };
        self.host.running.sections(period, post::instant(status_at))
    }

    /// The state.
    #[must_use]
    pub fn plugin(&self) -> &P {
        self.host.running.plugin()
    }
}

fn name(rule: &str, stage: &str, subject: &str) -> String {
    format!("{rule} {stage} {subject}")
}

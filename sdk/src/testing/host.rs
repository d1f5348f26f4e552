//! What a host does with a plugin, as far as a plugin can tell.

use super::{Post, Step};
use crate::alert::Act;
use crate::{Event, Instant, Item, Plugin, Running};

/// An entry of the ledger.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    seq: u64,
    recorded: Instant,
    /// The event, where the plugin subscribed to it.
    event: Option<Event>,
    /// Whether time is told: not during an import.
    waking: bool,
}

/// What becomes of the plugin between items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// It goes on running.
    Running,
    /// Its state is taken to bytes, and another instance goes on from them.
    Restored,
}

/// A plugin, and what it said.
pub(super) struct Host<P: Plugin> {
    pub(super) running: Running<P>,
    pub(super) acts: Vec<(Instant, Act)>,
    wake: Option<Instant>,
}

impl<P: Plugin> Host<P> {
    fn new(settings: Option<&str>) -> Host<P> {
        let mut running = Running::default();
        if let Some(Err(error)) = settings.map(|settings| running.configure(settings)) {
            panic!("the settings are refused: {error}");
        }
        Host { running, acts: Vec::new(), wake: None }
    }

    /// Lets things happen: the entries, among them those with which the host tells the time, and what came of them.
    pub(super) fn live(settings: Option<&str>, steps: Vec<Step>) -> (Vec<Entry>, Host<P>) {
        let mut live = Live { host: Host::new(settings), entries: Vec::new(), now: Instant::default() };
        for step in steps {
            match step {
                Step::Post(post) => {
                    live.pass(post.recorded_at().unwrap_or(live.now));
                    live.append(Some(post), true);
                }
                Step::WaitUntil(instant) => {
                    live.pass(instant);
                    live.append(None, true);
                }
                Step::Import(posts) => {
                    for post in posts {
                        live.now = live.now.max(post.recorded_at().unwrap_or(live.now));
                        live.append(Some(post), false);
                    }
                    live.append(None, true);
                }
            }
        }
        (live.entries, live.host)
    }

    /// Folds entries that are there, so many at once.
    pub(super) fn replay(settings: Option<&str>, entries: &[Entry], batch: usize, keep: Keep) -> Host<P> {
        let mut host = Host::<P>::new(settings);
        let mut at = 0;
        while let Some(entry) = entries.get(at) {
            host.tell_time(entry);
            if entry.event.is_none() {
                at += 1;
                continue;
            }
            let items: Vec<(usize, &Event)> = (at..)
                .zip(&entries[at..])
                .take_while(|(_, next)| next.waking == entry.waking)
                .filter_map(|(place, next)| Some((place, next.event.as_ref()?)))
                .take(batch)
                .collect();
            let taken = host.give(items.iter().map(|(_, event)| (*event).clone()).collect(), entry.waking);
            assert!(taken > 0, "of {} items none was taken", items.len());
            at = items[taken - 1].0 + 1;
            if keep == Keep::Restored {
                host.restore(settings);
            }
        }
        host
    }

    /// Gives a tick before an entry, if the plugin wants one.
    fn tell_time(&mut self, entry: &Entry) {
        if !entry.waking || self.wake.is_none_or(|wake| wake > entry.recorded) {
            return;
        }
        let now = entry.recorded;
        let applied = self.running.apply([Item::Tick { seq: entry.seq, recorded: now }], true);
        assert!(
            applied.wake.is_none_or(|wake| wake > now),
            "the wake-up {:?} lies not behind the tick",
            applied.wake
        );
        self.take(applied.acts.into_iter().map(|(_, act)| (now, act)).collect(), applied.wake);
    }

    fn give(&mut self, events: Vec<Event>, waking: bool) -> usize {
        let recorded: Vec<Instant> = events.iter().map(|event| event.recorded).collect();
        let applied = self.running.apply(events.into_iter().map(Item::Event), waking);
        let acts = applied.acts.into_iter().map(|(item, act)| (recorded[item as usize], act)).collect();
        self.take(acts, applied.wake);
        applied.taken as usize
    }

    fn take(&mut self, acts: Vec<(Instant, Act)>, wake: Option<Instant>) {
        for (_, act) in &acts {
            let rule: &str = match act {
                Act::Raise(alert) => {
                    assert!(!alert.arithmetic.is_empty(), "an alert says how it was worked out: {alert:?}");
                    assert!(!alert.evidence.is_empty(), "an alert names what it rests on: {alert:?}");
                    alert.rule
                }
                Act::Clear(cleared) => &cleared.rule,
            };
            assert!(
                P::MANIFEST.rules.iter().any(|known| known.id == rule),
                "{rule} is no rule of the manifest"
            );
        }
        self.acts.extend(acts);
        self.wake = wake;
    }

    fn restore(&mut self, settings: Option<&str>) {
        let snapshot = self.running.snapshot();
        let mut again = Host::<P>::new(settings);
        if let Err(error) = again.running.restore(&snapshot) {
            panic!("a snapshot is refused: {error}");
        }
        assert_eq!(
            again.running.snapshot(),
            snapshot,
            "a snapshot of what was restored from one is another one"
        );
        self.running = again.running;
    }
}

/// A ledger while things happen.
struct Live<P: Plugin> {
    host: Host<P>,
    entries: Vec<Entry>,
    now: Instant,
}

impl<P: Plugin> Live<P> {
    /// Nothing is recorded but that time has passed, at each wake-up.
    fn pass(&mut self, until: Instant) {
        while let Some(wake) = self.host.wake.filter(|wake| *wake < until) {
            self.now = self.now.max(wake);
            self.append(None, true);
        }
        self.now = self.now.max(until);
    }

    fn append(&mut self, post: Option<Post>, waking: bool) {
        let seq = self.entries.len() as u64;
        let wanted = |kind: &str| P::MANIFEST.subscriptions.iter().any(|pattern| matches(pattern, kind));
        let event = post.filter(|post| wanted(post.kind())).map(|post| post.into_event(seq, self.now));
        let entry = Entry { seq, recorded: self.now, event: event.clone(), waking };
        self.host.tell_time(&entry);
        if let Some(event) = event {
            self.host.give(vec![event], waking);
        }
        self.entries.push(entry);
    }
}

/// Whether a pattern of a manifest names a type.
fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => pattern == kind,
    }
}

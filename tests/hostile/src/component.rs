//! The interface.

use std::cell::RefCell;

use crate::deeds;
use crate::state::{Case, STAGES, Settings, State};

wit_bindgen::generate!({ path: "../../sdk/wit", world: "plugin" });

use exports::muniment::plugin::fold::{Guest, Manifest, Outcome, Rule};
use exports::muniment::plugin::{registers, report};
use muniment::plugin::types::{Act, Caused, Cell, Cleared, Column, Event, Item, Raised, Row, Severity};

#[derive(Default)]
pub(crate) struct Plugin {
    pub(crate) settings: Settings,
    pub(crate) state: State,
}

thread_local! {
    static PLUGIN: RefCell<Plugin> = RefCell::default();
}

struct Component;
export!(Component);

/// The id is of one length in both variants: a test changes its bytes to have the plugin twice.
static ID: &str = "hostile-one";

/// Its id, read where it stands, so that no copy of it is compiled into the code.
pub(crate) fn id() -> &'static str {
    std::hint::black_box(ID)
}

impl Guest for Component {
    fn describe() -> Manifest {
        let rule = |id: &str, severity| Rule {
            id: id.to_owned(),
            title: "A case is late".to_owned(),
            severity,
            recipient: "Tester".to_owned(),
            clauses: vec!["leicester L12.4.a".to_owned()],
            feeds: vec!["uk.test.*".to_owned()],
        };
        Manifest {
            id: id().to_owned(),
            version: deeds::version(),
            title: "Hostile".to_owned(),
            description: "Does what its settings say.".to_owned(),
            subscriptions: vec!["uk.test.*".to_owned(), "alert.*".to_owned()],
            rules: vec![rule("T-1", Severity::Policy), rule("T-2", Severity::Warning)],
            settings_schema: r#"{"type":"object"}"#.to_owned(),
            catalogue: Vec::new(),
            personal: Vec::new(),
        }
    }

    fn configure(settings: String) -> Result<(), String> {
        let settings: Settings = serde_json::from_str(&settings).map_err(|error| error.to_string())?;
        deeds::configure(&settings)?;
        PLUGIN.with_borrow_mut(|plugin| plugin.settings = settings);
        Ok(())
    }

    fn restore(snapshot: Vec<u8>) -> Result<(), String> {
        PLUGIN.with_borrow_mut(|plugin| {
            let state: State = serde_json::from_slice(&snapshot).map_err(|error| error.to_string())?;
            deeds::restore(plugin, &state)?;
            plugin.state = state;
            Ok(())
        })
    }

    fn snapshot() -> Vec<u8> {
        PLUGIN.with_borrow(deeds::snapshot)
    }

    fn apply(items: Vec<Item>, waking: bool) -> Outcome {
        PLUGIN.with_borrow_mut(|plugin| plugin.apply(&items, waking))
    }
}

impl Plugin {
    fn apply(&mut self, items: &[Item], waking: bool) -> Outcome {
        let mut outcome =
            Outcome { taken: 0, acts: Vec::new(), wake: self.state.wake(self.settings.seconds) };
        for item in items {
            let mut acts = Vec::new();
            match item {
                Item::Event(event) => {
                    if waking && outcome.taken > 0 && outcome.wake.is_some_and(|wake| wake <= event.recorded)
                    {
                        break;
                    }
                    self.event(event, &mut acts);
                }
                Item::Tick(tick) => self.tick(tick.recorded, &mut acts),
            }
            deeds::item(self, item, items.len(), &mut acts);
            outcome.acts.extend(acts.into_iter().map(|act| Caused { item: outcome.taken, act }));
            outcome.taken += 1;
            outcome.wake = self.state.wake(self.settings.seconds);
        }
        deeds::outcome(self, items, &mut outcome);
        outcome
    }

    fn event(&mut self, event: &Event, acts: &mut Vec<Act>) {
        self.state.events += 1;
        let Some(subject) = &event.subject else { return };
        if self.settings.seconds == 0 {
            return;
        }
        match event.kind.as_str() {
            "uk.test.case.opened" => {
                let case = Case { entry: event.seq, opened: event.time, stages: 0 };
                self.state.cases.entry(subject.clone()).or_insert(case);
            }
            "uk.test.case.closed" if self.settings.deed != "never-closes" => {
                let Some(case) = self.state.cases.remove(subject) else { return };
                for (stage, _) in &STAGES[..usize::from(case.stages)] {
                    acts.push(cleared(stage, subject));
                }
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: i64, acts: &mut Vec<Act>) {
        self.state.ticks += 1;
        for (subject, case) in &mut self.state.cases {
            while let Some(due) = case.due(self.settings.seconds)
                && due <= now
            {
                acts.push(raised(STAGES[usize::from(case.stages)].0, subject, Some(due), vec![case.entry]));
                if case.stages > 0 {
                    acts.push(cleared(STAGES[0].0, subject));
                }
                case.stages += 1;
            }
        }
    }
}

pub(crate) fn raised(stage: &str, subject: &str, due: Option<i64>, evidence: Vec<u64>) -> Act {
    Act::Raise(Raised {
        rule: "T-1".to_owned(),
        stage: stage.to_owned(),
        subject: subject.to_owned(),
        severity: None,
        recipient: None,
        due,
        arithmetic: "so many seconds after it was opened".to_owned(),
        evidence,
    })
}

pub(crate) fn cleared(stage: &str, subject: &str) -> Act {
    Act::Clear(Cleared {
        rule: "T-1".to_owned(),
        stage: stage.to_owned(),
        subject: subject.to_owned(),
        reason: "it was closed".to_owned(),
    })
}

impl registers::Guest for Component {
    fn registers() -> Vec<registers::RegisterInfo> {
        let column = Column { name: "case".to_owned(), title: "Case".to_owned() };
        vec![registers::RegisterInfo {
            feeds: Vec::new(),
            name: "cases".to_owned(),
            title: "Cases".to_owned(),
            description: "Those that are open.".to_owned(),
            columns: vec![column],
        }]
    }

    fn register(_: String, _: registers::Query, _: i64) -> Result<registers::Page, String> {
        PLUGIN.with_borrow(|plugin| {
            deeds::register(&plugin.settings)?;
            let row = |(subject, case): (&String, &Case)| Row {
                cells: vec![Cell::Text(subject.clone())],
                subject: Some(subject.clone()),
                unit: None,
                evidence: vec![case.entry],
            };
            let rows: Vec<Row> = plugin.state.cases.iter().map(row).collect();
            Ok(registers::Page { total: u32::try_from(rows.len()).unwrap_or(u32::MAX), rows })
        })
    }
}

impl report::Guest for Component {
    fn sections(_: report::Period, _: i64) -> Result<Vec<report::Section>, String> {
        PLUGIN.with_borrow(|plugin| {
            let text = format!("{:?}", plugin.state);
            let blocks = vec![report::Block::Paragraph(text)];
            Ok(vec![report::Section {
                place: "R5".to_owned(),
                title: "Cases".to_owned(),
                clauses: Vec::new(),
                blocks,
            }])
        })
    }
}

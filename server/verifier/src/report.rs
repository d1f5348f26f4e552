//! What was found, as the page shows it.

use muniment_core::json::Value;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Right,
    Wrong,
    /// A value to compare, which proves nothing by itself.
    Computed,
    /// Something before it was wrong.
    Unchecked,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Right => "right",
            State::Wrong => "wrong",
            State::Computed => "computed",
            State::Unchecked => "unchecked",
        }
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// For programs.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) state: State,
    /// What was found.
    pub(crate) detail: String,
}

impl Check {
    pub(crate) fn of(name: &'static str, title: &'static str, found: Result<String, String>) -> Check {
        let (state, detail) = match found {
            Ok(detail) => (State::Right, detail),
            Err(fault) => (State::Wrong, fault),
        };
        Check { name, title, state, detail }
    }

    pub(crate) fn computed(name: &'static str, title: &'static str, detail: String) -> Check {
        Check { name, title, state: State::Computed, detail }
    }

    pub(crate) fn unchecked(name: &'static str, title: &'static str) -> Check {
        Check { name, title, state: State::Unchecked, detail: "Something before it is wrong.".to_owned() }
    }

    pub(crate) fn is_sound(&self) -> bool {
        matches!(self.state, State::Right | State::Computed)
    }

    fn to_value(&self) -> Value<'static> {
        Value::object([
            ("detail", Value::string(self.detail.clone())),
            ("name", Value::string(self.name)),
            ("state", Value::string(self.state.as_str())),
            ("title", Value::string(self.title)),
        ])
    }
}

/// What was found, as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) passed: bool,
    pub(crate) summary: String,
    pub(crate) checks: Vec<Check>,
    /// Of a chain: the first entry that does not fit.
    pub(crate) first_wrong: Option<u64>,
}

impl Report {
    /// The page and this crate are not of one mind.
    pub(crate) fn no_question() -> Report {
        let summary = "Nothing was checked: the page asked for something that the verifier does not know.";
        Report { passed: false, summary: summary.to_owned(), checks: Vec::new(), first_wrong: None }
    }

    pub(crate) fn to_json(&self) -> String {
        let value = Value::object([
            ("checks", Value::Array(self.checks.iter().map(Check::to_value).collect())),
            ("first_wrong", self.first_wrong.map_or(Value::Null, Value::number)),
            ("passed", Value::Bool(self.passed)),
            ("summary", Value::string(self.summary.clone())),
        ]);
        String::from_utf8(value.to_canonical()).unwrap_or_default()
    }
}

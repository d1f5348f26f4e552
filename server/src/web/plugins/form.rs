//! A form made of the schema of a plugin's settings, and the settings made of what was typed into it.
//!
//! What the form cannot ask for in a simple way is asked for as JSON, so that every setting can be changed here.

use serde_json::{Map, Number, Value};

use super::Wrong;
use super::form_words::{Property, hint, scalar, value_in_words};
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::words;

/// The field that holds all settings, where the schema tells nothing of them.
const ALL: &str = "settings";

/// How a setting is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Text,
    Whole,
    Number,
    /// One of these.
    One(Vec<Value>),
    /// Any of these.
    Any(Vec<Value>),
    /// Several, one on each line.
    Lines(Item),
    Json,
}

/// What stands on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Text,
    Whole,
    Number,
}

/// A setting that is asked for.
#[derive(Debug)]
struct Question {
    /// Its name in the settings.
    name: String,
    /// Of its field.
    id: String,
    label: String,
    hint: String,
    answer: Answer,
    /// Whether it may be `null`: that is what an empty field then says.
    is_nullable: bool,
    /// What it is now.
    now: Option<Value>,
    default: Option<Value>,
}

/// The settings of a plugin as a form.
#[derive(Debug)]
pub(super) struct Form {
    questions: Vec<Question>,
    /// There is one question alone, for all settings.
    is_whole: bool,
}

/// A question as the page shows it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) error: String,
    pub(super) text: String,
    pub(super) choices: Vec<Choice>,
    shape: Shape,
}

/// Something that can be chosen.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Line,
    Short,
    Area,
    Select,
    Boxes,
}

impl Shown {
    pub(super) fn is_short(&self) -> bool {
        self.shape == Shape::Short
    }

    pub(super) fn is_area(&self) -> bool {
        self.shape == Shape::Area
    }

    pub(super) fn is_select(&self) -> bool {
        self.shape == Shape::Select
    }

    pub(super) fn is_boxes(&self) -> bool {
        self.shape == Shape::Boxes
    }
}

/// A setting of which other settings say something else.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) label: String,
    pub(super) before: String,
    pub(super) after: String,
}

impl Form {
    /// The form of a schema, with the settings that the plugin has.
    pub(super) fn of(schema: Option<&Value>, settings: &Value) -> Form {
        let properties = schema.and_then(|schema| schema["properties"].as_object());
        let (Some(properties), Some(now)) = (properties, settings.as_object()) else {
            return Form { questions: vec![Question::of_all(settings)], is_whole: true };
        };
        let mut questions: Vec<Question> =
            properties.iter().map(|(name, property)| Question::of(name, property, now.get(name))).collect();
        // What the schema allows without naming it stays as it is unless somebody changes it.
        let unnamed = now.iter().filter(|(name, _)| !properties.contains_key(*name));
        questions.extend(unnamed.map(|(name, value)| Question::of(name, &Value::Bool(true), Some(value))));
        Form { questions, is_whole: false }
    }

    /// The form with the settings as they are.
    pub(super) fn filled(&self) -> Vec<Shown> {
        let shown = |question: &Question| question.shown(&question.words_of_now(), String::new());
        self.questions.iter().map(shown).collect()
    }

    /// The form with what was typed, and what is wrong with it.
    pub(super) fn typed(&self, fields: &Fields, wrongs: &[Wrong]) -> Vec<Shown> {
        let shown = |question: &Question| {
            let words: Vec<String> = match question.answer {
                Answer::Any(_) => fields.all(&question.id).map(str::to_owned).collect(),
                _ => vec![fields.get(&question.id).to_owned()],
            };
            let wrong = wrongs.iter().find(|wrong| wrong.field == question.id);
            question.shown(&words, wrong.map(|wrong| wrong.message.clone()).unwrap_or_default())
        };
        self.questions.iter().map(shown).collect()
    }

    /// The settings that were typed.
    pub(super) fn read(&self, fields: &Fields) -> Result<Value, Vec<Wrong>> {
        let (mut settings, mut wrongs) = (Map::new(), Vec::new());
        for question in &self.questions {
            match question.read(fields) {
                Ok(Some(value)) if self.is_whole => return Ok(value),
                Ok(Some(value)) => {
                    settings.insert(question.name.clone(), value);
                }
                // Its default is filled in.
                Ok(None) => {}
                Err(what) => wrongs.push(question.wrong(&what)),
            }
        }
        if wrongs.is_empty() { Ok(Value::Object(settings)) } else { Err(wrongs) }
    }

    /// What the interface found wrong.
    pub(super) fn wrongs(&self, failure: &Failure) -> Vec<Wrong> {
        let mut wrongs: Vec<Wrong> = Vec::new();
        for fault in &failure.errors {
            let name = fault.pointer.split('/').nth(1).unwrap_or_default();
            let name = name.replace("~1", "/").replace("~0", "~");
            let found = self.questions.iter().find(|question| self.is_whole || question.name == name);
            wrongs.push(match found {
                Some(question) => question.wrong(&fault.message),
                None => Wrong { field: String::new(), message: fault.message.clone() },
            });
        }
        if wrongs.is_empty() {
            wrongs.push(Wrong { field: String::new(), message: failure.detail.clone() });
        }
        wrongs
    }

    /// Each setting with what it is now.
    pub(super) fn in_words(&self) -> Vec<(String, String)> {
        let words = |question: &Question| (question.label.clone(), question.in_words(question.now.as_ref()));
        self.questions.iter().map(words).collect()
    }

    /// Where other settings differ from those of now.
    pub(super) fn changed(&self, settings: &Value) -> Vec<Changed> {
        let changed = |question: &Question| {
            let after = if self.is_whole { Some(settings) } else { settings.get(&question.name) };
            let after = after.or(question.default.as_ref());
            (after != question.now.as_ref()).then(|| Changed {
                label: question.label.clone(),
                before: question.in_words(question.now.as_ref()).replace('\n', ", "),
                after: question.in_words(after).replace('\n', ", "),
            })
        };
        self.questions.iter().filter_map(changed).collect()
    }
}

impl Question {
    fn of(name: &str, property: &Value, now: Option<&Value>) -> Question {
        let property = Property(property);
        let answer = property.answer();
        // Settings that an earlier version had need not fit.
        let answer = if now.is_none_or(|now| property.fits(&answer, now)) { answer } else { Answer::Json };
        Question {
            name: name.to_owned(),
            id: id_of(name),
            label: property.title().map_or_else(|| words::from_name(name), str::to_owned),
            hint: hint(property, &answer),
            is_nullable: property.is_nullable(),
            answer,
            now: now.cloned(),
            default: property.default().cloned(),
        }
    }

    fn of_all(settings: &Value) -> Question {
        Question {
            name: String::new(),
            id: ALL.to_owned(),
            label: "All settings".to_owned(),
            hint: "As a JSON object: the plugin does not say what its settings are.".to_owned(),
            answer: Answer::Json,
            is_nullable: false,
            now: Some(settings.clone()),
            default: None,
        }
    }

    fn wrong(&self, what: &str) -> Wrong {
        Wrong { field: self.id.clone(), message: format!("{}: {what}", self.label) }
    }

    /// What the field holds for the setting of now: a word for each box that is ticked, else one text.
    fn words_of_now(&self) -> Vec<String> {
        let list =
            |now: &Value| -> Vec<String> { now.as_array().into_iter().flatten().map(scalar).collect() };
        let Some(now) = self.now.as_ref().filter(|now| !now.is_null()) else { return Vec::new() };
        match self.answer {
            Answer::Any(_) => list(now),
            Answer::Lines(_) => vec![list(now).join("\n")],
            Answer::Json => vec![serde_json::to_string_pretty(now).unwrap_or_default()],
            _ => vec![scalar(now)],
        }
    }

    fn shown(&self, words: &[String], error: String) -> Shown {
        let choice = |(place, value): (usize, &Value)| Choice {
            id: if place == 0 { self.id.clone() } else { format!("{}.{place}", self.id) },
            label: value_in_words(&self.answer, value),
            is_chosen: words.contains(&scalar(value)),
            value: scalar(value),
        };
        let mut choices: Vec<Choice> = match &self.answer {
            Answer::One(values) | Answer::Any(values) => values.iter().enumerate().map(choice).collect(),
            _ => Vec::new(),
        };
        let is_unset = choices.iter().all(|choice| !choice.is_chosen);
        if matches!(self.answer, Answer::One(_)) && (self.is_nullable || is_unset) {
            let (value, label) = (String::new(), "Not set".to_owned());
            choices.insert(0, Choice { id: String::new(), value, label, is_chosen: is_unset });
        }
        Shown {
            id: self.id.clone(),
            label: self.label.clone(),
            hint: self.hint.clone(),
            error,
            text: words.first().cloned().unwrap_or_default(),
            choices,
            shape: match self.answer {
                Answer::Text => Shape::Line,
                Answer::Whole | Answer::Number => Shape::Short,
                Answer::One(_) => Shape::Select,
                Answer::Any(_) => Shape::Boxes,
                Answer::Lines(_) | Answer::Json => Shape::Area,
            },
        }
    }

    /// The setting that was typed; `None` if it was left empty.
    fn read(&self, fields: &Fields) -> Result<Option<Value>, String> {
        let text = fields.get(&self.id);
        match &self.answer {
            Answer::Any(values) => return Ok(Some(self.ticked(values, fields))),
            Answer::Lines(item) => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                let items: Result<Vec<Value>, String> = lines.map(|line| item.read(line)).collect();
                return items.map(|items| Some(Value::Array(items)));
            }
            _ if text.is_empty() => return Ok(self.empty()),
            _ => {}
        }
        let read = match &self.answer {
            Answer::Whole => Item::Whole.read(text),
            Answer::Number => Item::Number.read(text),
            Answer::One(values) => {
                let chosen = values.iter().find(|value| scalar(value) == text);
                chosen.cloned().ok_or_else(|| "select one of the answers".to_owned())
            }
            Answer::Json => serde_json::from_str(text).map_err(|error| format!("this is not JSON: {error}")),
            Answer::Text | Answer::Any(_) | Answer::Lines(_) => Item::Text.read(text),
        };
        read.map(Some)
    }

    /// What an empty field says.
    fn empty(&self) -> Option<Value> {
        let is_empty_text = self.answer == Answer::Text && self.now.as_ref().is_some_and(|now| now == "");
        match is_empty_text {
            true => self.now.clone(),
            false => self.is_nullable.then_some(Value::Null),
        }
    }

    /// The boxes that are ticked: those of before in their order, and behind them the others.
    fn ticked(&self, values: &[Value], fields: &Fields) -> Value {
        let is_ticked = |value: &&Value| fields.all(&self.id).any(|ticked| ticked == scalar(value));
        let before: &[Value] = self.now.as_ref().and_then(Value::as_array).map_or(&[], Vec::as_slice);
        let kept = before.iter().filter(is_ticked);
        let more = values.iter().filter(|value| !before.contains(value)).filter(is_ticked);
        Value::Array(kept.chain(more).cloned().collect())
    }

    fn in_words(&self, value: Option<&Value>) -> String {
        value.map_or_else(|| "Not set".to_owned(), |value| value_in_words(&self.answer, value))
    }
}

impl Item {
    fn read(self, text: &str) -> Result<Value, String> {
        let fraction = |text: &str| text.parse().ok().and_then(Number::from_f64).map(Value::Number);
        let whole = |text: &str| text.parse::<i64>().ok().map(Value::from);
        match self {
            Item::Text => Ok(Value::from(text)),
            Item::Whole => whole(text).ok_or_else(|| format!("“{text}” is not a whole number, such as 20")),
            Item::Number => {
                let number = whole(text).or_else(|| fraction(text));
                number.ok_or_else(|| format!("“{text}” is not a number, such as 2.5"))
            }
        }
    }
}

/// The id of a setting's field: what ids cannot hold is spelt out.
fn id_of(name: &str) -> String {
    let spelt = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => character.to_string(),
        other => format!("~{:x}", u32::from(other)),
    };
    let name: String = name.chars().map(spelt).collect();
    format!("setting-{name}")
}

#[cfg(test)]
mod tests;

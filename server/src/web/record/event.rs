//! From what was typed into a form to the event that is sent, and from what is wrong with the event to the inputs.

use std::borrow::Cow;

use muniment_core::catalogue::{Field, FieldKind};
use muniment_core::json::{self, Object, Value, pointer_token};
use muniment_core::limits::EVENT_TIME_AHEAD_SECONDS_MAX;
use muniment_core::time::Timestamp;

use super::super::dates::{Mistake, Typed};
use super::super::failure::Fault;
use super::super::fields::Fields;
use super::asking::{Asking, EVENT_ID, SUBJECT, WHEN, id_of};
use crate::report::Day;

/// What is wrong with what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The question, by its id; empty if it is about none of them.
    pub(super) question: String,
    /// The input that the summary leads to, by its id.
    pub(super) field: String,
    pub(super) message: String,
}

impl Wrong {
    /// Of the form as a whole.
    pub(super) fn of_all(message: &str) -> Wrong {
        Wrong { question: String::new(), field: String::new(), message: message.to_owned() }
    }

    fn with(question: &str, title: &str, message: &str) -> Wrong {
        let message = format!("{title}: {message}");
        Wrong { question: question.to_owned(), field: question.to_owned(), message }
    }

    /// In one of the inputs of a day or a time.
    fn within(question: &str, title: &str, mistake: &Mistake) -> Wrong {
        let field = format!("{question}-{}", mistake.part);
        Wrong { field, ..Wrong::with(question, title, &mistake.message) }
    }
}

/// The titles of what every form asks for.
pub(super) const SUBJECT_TITLE: &str = "Case or record";
pub(super) const WHEN_TITLE: &str = "When it happened";

/// When something happened, as far as somebody said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    /// When it is recorded.
    Now,
    /// Only the day is known.
    Day(Day),
    /// To the minute.
    Instant { day: Day, instant: Timestamp, spelled: String },
}

/// Reads when it happened. `now` is the latest that it may be.
pub(super) fn when(typed: &Typed, needs_day: bool, now: Timestamp) -> Result<When, Mistake> {
    if typed.is_empty() && !needs_day {
        return Ok(When::Now);
    }
    let day = typed.day()?;
    if day > Day::in_london(now) {
        return Err(Mistake::new("day", "the day must be today or in the past"));
    }
    if !typed.has_time() {
        return Ok(When::Day(day));
    }
    let (instant, spelled) = typed.instant(day)?;
    if instant.as_micros() - now.as_micros() > EVENT_TIME_AHEAD_SECONDS_MAX * 1_000_000 {
        return Err(Mistake::new("hour", "the time must be in the past"));
    }
    Ok(When::Instant { day, instant, spelled })
}

/// An event, made of what was typed as far as that can be read.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) event: Value<'static>,
    /// What cannot be read, or is missing.
    pub(super) wrongs: Vec<Wrong>,
}

/// Makes the event.
pub(super) fn build(asking: &Asking, source: &str, fields: &Fields, now: Timestamp) -> Built {
    let (mut event, mut data, mut wrongs) = (Object::default(), Object::default(), Vec::new());
    let text = |text: &str| Value::string(text.to_owned());
    event.insert("specversion", text("1.0"));
    event.insert("id", text(fields.get(EVENT_ID)));
    event.insert("source", text(source));
    event.insert("type", text(&asking.event_type));
    match fields.get(SUBJECT) {
        "" if asking.subject.is_some() => {
            wrongs.push(Wrong::with(SUBJECT, SUBJECT_TITLE, "enter what this is about"));
        }
        "" => {}
        subject => event.insert("subject", text(subject)),
    }
    match when(&Typed::of(fields, WHEN), asking.needs_day, now) {
        Ok(When::Now) => {}
        // Without a time of its own: then nobody takes an hour for known that is not.
        Ok(When::Day(day)) => data.insert("date", Value::string(day.to_string())),
        Ok(When::Instant { day, spelled, .. }) => {
            event.insert("time", Value::string(spelled));
            if asking.needs_day {
                data.insert("date", Value::string(day.to_string()));
            }
        }
        Err(mistake) => wrongs.push(Wrong::within(WHEN, WHEN_TITLE, &mistake)),
    }
    for field in &asking.fields {
        match read(field, fields) {
            Ok(Some(value)) => data.insert(field.name.clone(), value),
            Ok(None) if field.required => wrongs.push(missing(field)),
            Ok(None) => {}
            Err(wrong) => wrongs.push(wrong),
        }
    }
    if !data.is_empty() {
        event.insert("data", Value::Object(data));
    }
    Built { event: Value::Object(event), wrongs }
}

fn missing(field: &Field) -> Wrong {
    let id = id_of(field);
    let day = |message: &str| Wrong::within(&id, &field.title, &Mistake::new("day", message));
    match &field.kind {
        FieldKind::Date => day("enter the date"),
        FieldKind::Timestamp => day("enter the date and the time"),
        FieldKind::Boolean | FieldKind::Choice(_) => Wrong::with(&id, &field.title, "choose one"),
        FieldKind::List(items) if matches!(**items, FieldKind::Choice(_)) => {
            Wrong::with(&id, &field.title, "choose at least one")
        }
        _ => Wrong::with(&id, &field.title, "enter this, it is needed"),
    }
}

/// What a field of the form says; `None` if nothing.
pub(super) fn read(field: &Field, fields: &Fields) -> Result<Option<Value<'static>>, Wrong> {
    let id = id_of(field);
    let within = |mistake: Mistake| Wrong::within(&id, &field.title, &mistake);
    let with = |message: String| Wrong::with(&id, &field.title, &message);
    match &field.kind {
        FieldKind::Date => match Typed::of(fields, &id) {
            typed if typed.is_empty() => Ok(None),
            typed => typed.day().map(|day| Some(Value::string(day.to_string()))).map_err(within),
        },
        FieldKind::Timestamp => match Typed::of(fields, &id) {
            typed if typed.is_empty() => Ok(None),
            typed => {
                let spelled = typed.day().and_then(|day| typed.instant(day)).map(|(_, spelled)| spelled);
                spelled.map(|spelled| Some(Value::string(spelled))).map_err(within)
            }
        },
        FieldKind::Evidence => list(lines(fields, &id), file).map_err(with),
        FieldKind::List(items) => match &**items {
            FieldKind::Choice(_) => list(fields.all(&id), |one| item(items, one)).map_err(with),
            _ => list(lines(fields, &id), |one| item(items, one)).map_err(with),
        },
        kind => match fields.get(&id) {
            "" => Ok(None),
            typed => item(kind, typed).map(Some).map_err(with),
        },
    }
}

/// The lines of a text that are not empty.
fn lines<'f>(fields: &'f Fields, id: &str) -> impl Iterator<Item = &'f str> {
    fields.get(id).lines().map(str::trim).filter(|line| !line.is_empty())
}

fn list<'f>(
    typed: impl Iterator<Item = &'f str>,
    read: impl Fn(&str) -> Result<Value<'static>, String>,
) -> Result<Option<Value<'static>>, String> {
    let read =
        |(number, one): (usize, &str)| read(one).map_err(|message| format!("item {number}: {message}"));
    let items: Vec<Value<'static>> = (1..).zip(typed).map(read).collect::<Result<_, _>>()?;
    Ok(if items.is_empty() { None } else { Some(Value::Array(items)) })
}

/// A value that stands on one line, or in one input.
fn item(kind: &FieldKind, typed: &str) -> Result<Value<'static>, String> {
    let number = |spelled: Option<String>, message: &str| match spelled {
        Some(spelled) => Ok(Value::Number(Cow::Owned(spelled))),
        None => Err(message.to_owned()),
    };
    match kind {
        FieldKind::WholeNumber(_) => {
            number(whole_number(typed), "enter a whole number in digits, such as 12")
        }
        FieldKind::Number(_) => number(decimal(typed), "enter a number in digits, such as 3.5"),
        FieldKind::Boolean => match typed.to_lowercase().as_str() {
            "true" | "yes" => Ok(Value::Bool(true)),
            "false" | "no" => Ok(Value::Bool(false)),
            _ => Err("choose Yes or No".to_owned()),
        },
        FieldKind::Date => match Typed::of_line(typed).day() {
            Ok(day) => Ok(Value::string(day.to_string())),
            Err(mistake) => Err(mistake.message),
        },
        _ => Ok(Value::string(typed.replace("\r\n", "\n"))),
    }
}

/// Without what people put into numbers so that they are easier to read.
fn plain(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '£')).collect()
}

/// A whole number as JSON spells it.
fn whole_number(typed: &str) -> Option<String> {
    let typed = plain(typed);
    let (sign, digits) = typed.strip_prefix('-').map_or(("", typed.as_str()), |digits| ("-", digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.trim_start_matches('0') {
        "" => Some("0".to_owned()),
        digits => Some(format!("{sign}{digits}")),
    }
}

/// A number as it was typed, where JSON spells it so.
fn decimal(typed: &str) -> Option<String> {
    let typed = plain(typed);
    let typed = if typed.starts_with('.') { format!("0{typed}") } else { typed };
    match json::parse(typed.as_bytes()) {
        Ok(Value::Number(spelled)) => Some(spelled.into_owned()),
        _ => None,
    }
}

fn is_digest(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A file that proves the event: its name and its digest, in whichever order programs print them.
fn file(line: &str) -> Result<Value<'static>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let digest = words.iter().find(|word| is_digest(word));
    let name = words.iter().filter(|word| !is_digest(word)).copied().collect::<Vec<_>>().join(" ");
    match digest {
        Some(digest) if !name.is_empty() => Ok(Value::object([
            ("name", Value::string(name.trim_start_matches('*').to_owned())),
            ("sha256", Value::string(digest.to_lowercase())),
        ])),
        _ => Err("enter the file's name, a space, and the 64 digits of its SHA-256".to_owned()),
    }
}

/// Where in the form stands what the interface finds wrong with the event.
pub(super) fn of_fault(asking: &Asking, fault: &Fault) -> Wrong {
    let mut parts = fault.pointer.split('/').skip(1);
    let day = Mistake::new("day", &fault.message);
    match (parts.next(), parts.next()) {
        (Some("subject"), _) => Wrong::with(SUBJECT, SUBJECT_TITLE, &fault.message),
        (Some("time"), _) | (Some("data"), Some("date")) => Wrong::within(WHEN, WHEN_TITLE, &day),
        (Some("data"), Some(name)) => {
            let Some(field) = asking.fields.iter().find(|field| pointer_token(&field.name) == name) else {
                return Wrong::of_all(&fault.message);
            };
            let id = id_of(field);
            match (&field.kind, parts.next().and_then(|place| place.parse::<usize>().ok())) {
                (FieldKind::Date | FieldKind::Timestamp, _) => Wrong::within(&id, &field.title, &day),
                (_, Some(place)) => {
                    Wrong::with(&id, &field.title, &format!("item {}: {}", place + 1, fault.message))
                }
                _ => Wrong::with(&id, &field.title, &fault.message),
            }
        }
        _ => Wrong::of_all(&fault.message),
    }
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::{Bounds, Catalogue, RecordedBy};

    use super::*;

    const NOW: &str = "2026-07-14T08:30:00Z";
    const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339(NOW).unwrap()
    }

    fn fields(fields: &[(&str, &str)]) -> Fields {
        Fields(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn text(value: &Value<'_>) -> String {
        String::from_utf8(value.to_canonical()).unwrap()
    }

    fn field(kind: FieldKind) -> Field {
        Field {
            name: "x".to_owned(),
            title: "X".to_owned(),
            description: "Something.".to_owned(),
            example: kind.example(),
            kind,
            measure: None,
            required: false,
            personal: false,
        }
    }

    /// What a field of this kind becomes of what was typed.
    fn becomes(kind: FieldKind, typed: &[(&str, &str)]) -> Result<String, String> {
        match read(&field(kind), &fields(typed)) {
            Ok(value) => Ok(value.map_or_else(|| "nothing".to_owned(), |value| text(&value))),
            Err(wrong) => Err(format!("{} {}", wrong.field, wrong.message)),
        }
    }

    fn one(kind: FieldKind, typed: &str) -> Result<String, String> {
        becomes(kind, &[("data-x", typed)])
    }

    fn is(value: &str) -> Result<String, String> {
        Ok(value.to_owned())
    }

    fn is_wrong(message: &str) -> Result<String, String> {
        Err(message.to_owned())
    }

    #[test]
    fn texts_and_names() {
        assert_eq!(one(FieldKind::Text, " a\r\nb \"c\" "), is(r#""a\nb \"c\"""#));
        for kind in [FieldKind::Code, FieldKind::PersonRef, FieldKind::UnitRef, FieldKind::Choice(Vec::new())]
        {
            assert_eq!(one(kind.clone(), "EX-1"), is("\"EX-1\""));
            assert_eq!(one(kind, "  "), is("nothing"));
        }
    }

    #[test]
    fn numbers_are_spelled_as_json_spells_them() {
        let whole = FieldKind::WholeNumber(Bounds::default());
        for (typed, spelled) in
            [("12", "12"), ("1,234", "1234"), ("-5", "-5"), ("007", "7"), ("-0", "0"), ("0", "0")]
        {
            assert_eq!(one(whole.clone(), typed), is(spelled));
        }
        assert_eq!(
            one(whole.clone(), "99999999999999999999"),
            is("99999999999999999999"),
            "the ledger says no"
        );
        for typed in ["1.5", "twelve", "-", "1e3"] {
            let message = "data-x X: enter a whole number in digits, such as 12";
            assert_eq!(one(whole.clone(), typed), is_wrong(message));
        }
        let number = FieldKind::Number(Bounds::default());
        for (typed, spelled) in [("3.50", "3.50"), ("£1,234.5", "1234.5"), (".5", "0.5"), ("-2", "-2")] {
            assert_eq!(one(number.clone(), typed), is(spelled));
        }
        for typed in ["3,5x", "\"3\"", "true", "1."] {
            let message = "data-x X: enter a number in digits, such as 3.5";
            assert_eq!(one(number.clone(), typed), is_wrong(message));
        }
    }

    #[test]
    fn yes_and_no() {
        assert_eq!(one(FieldKind::Boolean, "true"), is("true"));
        assert_eq!(one(FieldKind::Boolean, "false"), is("false"));
        assert_eq!(one(FieldKind::Boolean, ""), is("nothing"));
        assert!(one(FieldKind::Boolean, "perhaps").is_err());
    }

    #[test]
    fn days_and_instants() {
        let day = [("data-x-day", "27"), ("data-x-month", "3"), ("data-x-year", "2026")];
        assert_eq!(becomes(FieldKind::Date, &day), is("\"2026-03-27\""));
        assert_eq!(becomes(FieldKind::Date, &[]), is("nothing"));
        assert_eq!(
            becomes(FieldKind::Date, &day[..2]),
            is_wrong("data-x-year X: the date must include a year")
        );
        let time = [("data-x-hour", "14"), ("data-x-minute", "05")];
        assert_eq!(
            becomes(FieldKind::Timestamp, &[&day[..], &time].concat()),
            is("\"2026-03-27T14:05:00Z\"")
        );
        assert!(becomes(FieldKind::Timestamp, &day).unwrap_err().starts_with("data-x-hour "));
        assert!(becomes(FieldKind::Timestamp, &time).unwrap_err().starts_with("data-x-day "));
    }

    #[test]
    fn lists_have_a_line_or_a_box_for_each_item() {
        let list = |kind: FieldKind| FieldKind::List(Box::new(kind));
        assert_eq!(one(list(FieldKind::Code), "a\r\n\r\n b \r\n"), is(r#"["a","b"]"#));
        assert_eq!(one(list(FieldKind::Code), "\r\n"), is("nothing"));
        let choice = FieldKind::Choice(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(becomes(list(choice.clone()), &[("data-x", "a"), ("data-x", "b")]), is(r#"["a","b"]"#));
        assert_eq!(becomes(list(choice), &[]), is("nothing"));
        assert_eq!(one(list(FieldKind::Date), "27 3 2026\n2026-03-28"), is(r#"["2026-03-27","2026-03-28"]"#));
        let whole = list(FieldKind::WholeNumber(Bounds::default()));
        assert_eq!(one(whole.clone(), "1\n2"), is("[1,2]"));
        let message = "data-x X: item 2: enter a whole number in digits, such as 12";
        assert_eq!(one(whole, "1\nx"), is_wrong(message));
    }

    #[test]
    fn evidence_is_a_name_and_a_digest_in_either_order() {
        let expect = format!(r#"[{{"name":"scan.pdf","sha256":"{DIGEST}"}}]"#);
        for line in
            [format!("scan.pdf {DIGEST}"), format!("{DIGEST} *scan.pdf"), format!("scan.pdf\t{DIGEST}")]
        {
            assert_eq!(one(FieldKind::Evidence, &line), is(&expect));
        }
        for line in ["scan.pdf", DIGEST] {
            assert!(one(FieldKind::Evidence, line).is_err(), "{line}");
        }
    }

    #[test]
    fn when_it_happened() {
        let said = |parts: [&str; 5], needs_day: bool| {
            let [day, month, year, hour, minute] = parts.map(str::to_owned);
            when(&Typed { day, month, year, hour, minute }, needs_day, now())
        };
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(said([""; 5], false), Ok(When::Now));
        assert_eq!(said([""; 5], true).unwrap_err().part, "day");
        assert_eq!(said(["14", "7", "2026", "", ""], false), Ok(When::Day(day("2026-07-14"))));
        assert_eq!(said(["15", "7", "2026", "", ""], false).unwrap_err().part, "day");
        assert_eq!(said(["", "", "", "9", "30"], false).unwrap_err().part, "day");
        let at = said(["14", "7", "2026", "9", "30"], false).unwrap();
        let spelled = "2026-07-14T09:30:00+01:00".to_owned();
        assert_eq!(at, When::Instant { day: day("2026-07-14"), instant: now(), spelled });
        assert_eq!(said(["14", "7", "2026", "9", "36"], false).unwrap_err().part, "hour", "in six minutes");
    }

    fn received() -> Asking {
        Asking::of(Catalogue::built_in().unwrap().get("request.received").unwrap(), None)
    }

    #[test]
    fn an_event_is_made_of_what_was_typed() {
        let typed = fields(&[
            ("event-id", "form-1"),
            ("subject", "FOI-2026-0012"),
            ("when-day", "13"),
            ("when-month", "7"),
            ("when-year", "2026"),
            ("data-regime", "foi"),
            ("data-channel", "email"),
        ]);
        let built = build(&received(), "/forms/foi", &typed, now());
        assert!(built.wrongs.is_empty(), "{:?}", built.wrongs);
        assert_eq!(
            text(&built.event),
            r#"{"data":{"channel":"email","date":"2026-07-13","regime":"foi"},"id":"form-1","source":"/forms/foi","specversion":"1.0","subject":"FOI-2026-0012","type":"request.received"}"#
        );
        let mut timed = typed;
        timed.0.extend(fields(&[("when-hour", "9"), ("when-minute", "30")]).0);
        let event = text(&build(&received(), "/forms/foi", &timed, now()).event);
        assert!(
            event.contains(r#""time":"2026-07-13T09:30:00+01:00""#) && !event.contains("\"date\""),
            "{event}"
        );
    }

    #[test]
    fn what_is_missing_is_told_with_what_cannot_be_read() {
        let built = build(&received(), "/forms/foi", &fields(&[("when-day", "1")]), now());
        let places: Vec<&str> = built.wrongs.iter().map(|wrong| wrong.field.as_str()).collect();
        assert_eq!(places[..2], ["subject", "when-month"]);
        assert!(places.contains(&"data-regime"), "{places:?}");
    }

    #[test]
    fn what_the_examples_of_the_catalogue_hold_can_be_typed() {
        let catalogue = Catalogue::built_in().unwrap();
        for known in catalogue.types().filter(|known| known.recorded_by == RecordedBy::Client) {
            let asking = Asking::of(known, None);
            for field in &asking.fields {
                if let Value::String(_) | Value::Number(_) = &field.example
                    && !matches!(field.kind, FieldKind::Date | FieldKind::Timestamp)
                {
                    let typed = text(&field.example);
                    let typed = field.example.as_str().unwrap_or(&typed);
                    let read = read(field, &fields(&[(id_of(field).as_str(), typed)])).unwrap();
                    assert_eq!(read.as_ref(), Some(&field.example), "{} {}", known.name, field.name);
                }
            }
        }
    }

    #[test]
    fn faults_are_shown_where_they_were_typed() {
        let asking = received();
        let place = |pointer: &str| {
            let fault = Fault { pointer: pointer.to_owned(), message: "no".to_owned() };
            let wrong = of_fault(&asking, &fault);
            (wrong.question, wrong.field)
        };
        let at = |question: &str, field: &str| (question.to_owned(), field.to_owned());
        assert_eq!(place("/data/regime"), at("data-regime", "data-regime"));
        assert_eq!(place("/data/evidence/0/sha256"), at("data-evidence", "data-evidence"));
        assert_eq!(place("/data/unit"), at("data-unit", "data-unit"));
        assert_eq!(place("/data/date"), at("when", "when-day"));
        assert_eq!(place("/time"), at("when", "when-day"));
        assert_eq!(place("/subject"), at("subject", "subject"));
        for other in ["", "/source", "/type", "/id", "/data", "/data/unheard_of"] {
            assert_eq!(place(other), at("", ""), "{other}");
        }
        let fault = Fault { pointer: "/data/evidence/2/name".to_owned(), message: "no".to_owned() };
        assert_eq!(of_fault(&asking, &fault).message, "Evidence: item 3: no");
    }
}

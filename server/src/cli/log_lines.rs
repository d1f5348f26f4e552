//! How a line of the log is written: an event of `tracing` as text or as JSON, with the id of the request that it
//! belongs to. Every request writes one, so it is put together without detours.

use std::fmt::{self, Write as _};

use muniment_core::time::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::http::request_at_work;
use crate::ledger::clock::{Clock as _, SystemClock};

/// What `tracing` calls the text of an event.
const MESSAGE: &str = "message";
/// The field that names a request.
const ID: &str = "id";

/// Lines for people, or for machines.
#[derive(Debug, Clone, Copy)]
pub(super) enum LogLines {
    /// A line of text; an instant first if `timed`.
    Text {
        /// A person at a terminal knows what time it is; a log file does not.
        timed: bool,
    },
    /// A JSON object.
    Json,
}

impl<S, F> FormatEvent<S, F> for LogLines
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    F: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, F>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        let coloured = writer.has_ansi_escapes();
        match self {
            LogLines::Text { timed } => {
                let now = timed.then(|| SystemClock::new().wall());
                text(&mut writer, now, level, coloured, &mut |fields| event.record(fields))
            }
            LogLines::Json => {
                let now = SystemClock::new().wall();
                json(&mut writer, now, level, &mut |fields| event.record(fields))
            }
        }
    }
}

type Record<'r> = &'r mut dyn FnMut(&mut dyn Visit);

fn text(
    out: &mut dyn fmt::Write,
    now: Option<Timestamp>,
    level: Level,
    coloured: bool,
    record: Record<'_>,
) -> fmt::Result {
    if let Some(now) = now {
        write_ascii(out, &now.to_recorded())?;
        out.write_char(' ')?;
    }
    let (colour, name) = match level {
        Level::ERROR => ("31", "ERROR"),
        Level::WARN => ("33", " WARN"),
        Level::INFO => ("32", " INFO"),
        Level::DEBUG => ("34", "DEBUG"),
        Level::TRACE => ("35", "TRACE"),
    };
    match coloured {
        true => write!(out, "\u{1b}[{colour}m{name}\u{1b}[0m")?,
        false => out.write_str(name)?,
    }
    let mut fields = Text { out, identified: false, written: Ok(()) };
    record(&mut fields);
    let Text { out, identified, written } = fields;
    written?;
    if let Some(id) = request_at_work().filter(|_| !identified) {
        write!(out, " {ID}={id}")?;
    }
    out.write_char('\n')
}

/// The fields of an event behind one another, the message without its name.
struct Text<'o> {
    out: &'o mut dyn fmt::Write,
    identified: bool,
    written: fmt::Result,
}

impl Text<'_> {
    fn field(&mut self, field: &Field, write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) {
        self.identified |= field.name() == ID;
        let named = || {
            self.out.write_char(' ')?;
            if field.name() != MESSAGE {
                self.out.write_str(field.name())?;
                self.out.write_char('=')?;
            }
            write(self.out)
        };
        if self.written.is_ok() {
            self.written = named();
        }
    }
}

impl Visit for Text<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // What could be taken for something else, a line end above all, is quoted and escaped.
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'=');
        self.field(field, |out| match !value.is_empty() && value.bytes().all(plain) {
            true => out.write_str(value),
            false => write!(out, "{value:?}"),
        });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, |out| write!(out, "{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, |out| write!(Escaped(out), "{value:?}"));
    }
}

/// Keeps a line one line, and a terminal as it is, whatever a value says of itself.
struct Escaped<'o>(&'o mut dyn fmt::Write);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.contains(char::is_control) {
            return self.0.write_str(text);
        }
        text.chars().try_for_each(|character| match character.is_control() {
            true => write!(self.0, "{}", character.escape_default()),
            false => self.0.write_char(character),
        })
    }
}

fn json(out: &mut dyn fmt::Write, now: Timestamp, level: Level, record: Record<'_>) -> fmt::Result {
    out.write_str(r#"{"timestamp":""#)?;
    write_ascii(out, &now.to_recorded())?;
    write!(out, r#"","level":"{level}""#)?;
    let mut fields = Json { out, identified: false, written: Ok(()) };
    record(&mut fields);
    let Json { out, identified, written } = fields;
    written?;
    if let Some(id) = request_at_work().filter(|_| !identified) {
        write!(out, r#","{ID}":"{id}""#)?;
    }
    out.write_str("}\n")
}

/// The fields of an event as members.
struct Json<'o> {
    out: &'o mut dyn fmt::Write,
    identified: bool,
    written: fmt::Result,
}

impl Json<'_> {
    fn member(&mut self, field: &Field, value: &impl serde::Serialize) {
        self.identified |= field.name() == ID;
        let value = serde_json::to_string(value).map_err(|_| fmt::Error);
        if self.written.is_ok() {
            self.written = value.and_then(|value| write!(self.out, r#","{}":{value}"#, field.name()));
        }
    }
}

impl Visit for Json<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, &format!("{value:?}"));
    }
}

fn write_ascii(out: &mut dyn fmt::Write, text: &[u8]) -> fmt::Result {
    out.write_str(std::str::from_utf8(text).map_err(|_| fmt::Error)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Kept;

    fn logged(lines: LogLines, log: impl FnOnce()) -> String {
        let kept = Kept::default();
        let subscriber =
            tracing_subscriber::fmt().with_writer(kept.clone()).with_ansi(false).event_format(lines).finish();
        tracing::subscriber::with_default(subscriber, log);
        kept.text()
    }

    fn log_one() {
        let absent: Option<&str> = None;
        let error = std::io::Error::other("two\nlines \u{1b}[31m");
        tracing::warn!(id = "r7", route = "/v1/events", said = "a b\n\"c\"", status = 503_u16, %error, absent, "a request");
    }

    #[test]
    fn text_stays_on_its_line() {
        let line = logged(LogLines::Text { timed: false }, log_one);
        let expect = r#" WARN a request id=r7 route=/v1/events said="a b\n\"c\"" status=503 error=two\nlines \u{1b}[31m"#;
        assert_eq!(line, format!("{expect}\n"));
        let timed = logged(LogLines::Text { timed: true }, log_one);
        assert_eq!(timed.len(), line.len() + 28);
        assert!(timed.starts_with("20") && timed.ends_with(&line), "{timed}");
    }

    #[test]
    fn json_is_one_object() {
        let line = logged(LogLines::Json, log_one);
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(object["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(object["level"], "WARN");
        assert_eq!(object["message"], "a request");
        assert_eq!(object["id"], "r7");
        assert_eq!(object["said"], "a b\n\"c\"");
        assert_eq!(object["status"], 503);
        assert_eq!(object["error"], "two\nlines \u{1b}[31m");
        assert_eq!(object.as_object().unwrap().len(), 8);
    }
}

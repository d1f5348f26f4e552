//! The catalogue as a page to read: every type with its clauses and fields.

use std::fmt::{self, Write as _};

use super::{Catalogue, EventType, Field, FieldKind, Group};
use crate::json::Value;

/// The whole catalogue as one page of HTML, with this style, without scripts or anything from elsewhere. A heading of the second
/// level for each group, one of the third, with the type as its `id`, for each type; its fields in a table.
#[must_use]
pub fn reference_page(catalogue: &Catalogue, style: &str) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut page, catalogue, style);
    page
}

fn write_page(page: &mut String, catalogue: &Catalogue, style: &str) -> fmt::Result {
    let (groups, types) = (catalogue.groups().count(), catalogue.types().count());
    writeln!(page, "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(page, "<title>Event types</title>")?;
    if !style.is_empty() {
        writeln!(page, "<style>{style}</style>")?;
    }
    writeln!(page, "</head>")?;
    writeln!(page, "<body>\n<main>\n<h1>Event types</h1>")?;
    writeln!(page, "<p>{types} types of event in {groups} groups. {INTRODUCTION}</p>")?;
    writeln!(page, "<nav aria-label=\"Groups\">\n<ul>")?;
    for group in catalogue.groups() {
        let (name, title) = (Escaped(&group.name), Escaped(&group.title));
        writeln!(page, "<li><a href=\"#group-{name}\">{title}</a> (<code>{name}</code>)</li>")?;
    }
    writeln!(page, "</ul>\n</nav>")?;
    for group in catalogue.groups() {
        write_group(page, group, catalogue)?;
    }
    writeln!(page, "</main>\n</body>\n</html>")
}

const INTRODUCTION: &str = "A field that is personal is sealed when it is recorded: only those with a stated purpose can \
                            read it, and it can be destroyed for good. Every type may carry <code>evidence</code>, and one \
                            that a client records <code>unit</code> and <code>date</code> too.";

fn write_group(page: &mut String, group: &Group, catalogue: &Catalogue) -> fmt::Result {
    let (name, title) = (Escaped(&group.name), Escaped(&group.title));
    writeln!(page, "<section aria-labelledby=\"group-{name}\">\n<h2 id=\"group-{name}\">{title}</h2>")?;
    writeln!(page, "<p>{}</p>", Escaped(&group.description))?;
    for event_type in catalogue.types().filter(|one| one.group == group.name) {
        write_type(page, event_type)?;
    }
    writeln!(page, "</section>")
}

fn write_type(page: &mut String, one: &EventType) -> fmt::Result {
    let (name, title) = (Escaped(&one.name), Escaped(&one.title));
    writeln!(
        page,
        "<h3 id=\"{name}\"><code>{name}</code>: {title}</h3>\n<p>{}</p>",
        Escaped(&one.description)
    )?;
    writeln!(page, "<dl>\n<dt>Recorded by</dt><dd>{}</dd>", one.recorded_by.as_str())?;
    if let Some(subject) = &one.subject {
        writeln!(page, "<dt>Subject</dt><dd>{}</dd>", Escaped(subject))?;
    }
    if !one.clauses.is_empty() {
        let clauses: Vec<String> = one.clauses.iter().map(ToString::to_string).collect();
        writeln!(page, "<dt>Evidence for</dt><dd>{}</dd>", Escaped(&clauses.join(", ")))?;
    }
    writeln!(page, "</dl>\n<table>\n<caption>Fields of <code>{name}</code></caption>\n<thead>\n<tr>")?;
    for heading in ["Name", "What it means", "Type", "Unit", "Values", "Required", "Personal", "Example"] {
        write!(page, "<th scope=\"col\">{heading}</th>")?;
    }
    writeln!(page, "\n</tr>\n</thead>\n<tbody>")?;
    for field in one.fields() {
        write_field(page, field)?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn write_field(page: &mut String, field: &Field) -> fmt::Result {
    let yes = |truth: bool| if truth { "yes" } else { "no" };
    let example = match &field.example {
        Value::String(text) => text.clone().into_owned(),
        other => String::from_utf8_lossy(&other.to_canonical()).into_owned(),
    };
    write!(page, "<tr><th scope=\"row\"><code>{}</code></th>", Escaped(&field.name))?;
    write!(page, "<td>{}: {}</td>", Escaped(&field.title), Escaped(&field.description))?;
    write!(page, "<td>{}</td>", kind(&field.kind))?;
    write!(page, "<td>{}</td>", Escaped(field.measure.as_deref().unwrap_or_default()))?;
    write!(page, "<td>{}</td>", Escaped(&values(&field.kind)))?;
    write!(page, "<td>{}</td><td>{}</td>", yes(field.required), yes(field.personal))?;
    writeln!(page, "<td><code>{}</code></td></tr>", Escaped(&example))
}

fn kind(kind: &FieldKind) -> String {
    let name = match kind {
        FieldKind::Text => "text",
        FieldKind::Code => "code: a short identifier without spaces",
        FieldKind::WholeNumber(_) => "whole number",
        FieldKind::Number(_) => "number",
        FieldKind::Boolean => "true or false",
        FieldKind::Date => "date",
        FieldKind::Timestamp => "date and time with offset",
        FieldKind::Choice(_) => "choice",
        FieldKind::PersonRef => "person",
        FieldKind::UnitRef => "organisational unit",
        FieldKind::Evidence => "list of files: name and SHA-256 of each",
        FieldKind::List(items) => return format!("list, each a {}", self::kind(items)),
    };
    name.to_owned()
}

/// What may be chosen, or between which numbers a value lies.
fn values(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Choice(values) => values.join(", "),
        FieldKind::List(items) => values(items),
        FieldKind::WholeNumber(bounds) | FieldKind::Number(bounds) => match (bounds.least, bounds.most) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => String::new(),
        },
        _ => String::new(),
    }
}

/// A text whose every character is itself in HTML.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (before, after) = rest.split_at(at);
            let entity = match after.as_bytes()[0] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            };
            f.write_str(before)?;
            f.write_str(entity)?;
            rest = &after[1..];
        }
        f.write_str(rest)
    }
}

//! What somebody typed into a form before they were signed out, as it is read again before it is sent.

use super::super::fields::Fields;
use super::super::visit::Visit;
use super::asking::Asking;
use super::question::answers;

/// A form that was kept.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::web) struct Kept {
    /// Which form it is.
    pub(in crate::web) title: String,
    /// Questions and answers.
    pub(in crate::web) rows: Vec<(String, String)>,
}

/// The form for an event, if the path leads to one: its questions, and the answers in words.
pub(in crate::web) fn kept(visit: &Visit, path: &str, fields: &Fields) -> Option<Kept> {
    let definitions = visit.pages.app.definitions();
    let known = definitions.catalogue.get(type_of(path)?)?;
    let asking = Asking::of(known, visit.session.grant.scope.units.as_ref());
    let rows = answers(&asking, fields, visit.pages.app.time(), |_| true);
    Some(Kept {
        title: known.title.clone(),
        rows: rows.into_iter().map(|row| (row.title, row.value)).collect(),
    })
}

/// The type whose form a path leads to.
fn type_of(path: &str) -> Option<&str> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    match path.strip_prefix("/record/")? {
        "correction" => Some(super::CORRECTION),
        name if name.contains('/') => None,
        name => Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_known_by_its_path() {
        for (path, name) in [
            ("/record/request.received", Some("request.received")),
            ("/record/request.received?instead-of=41", Some("request.received")),
            ("/record/correction?of=41", Some("ledger.correction_recorded")),
            ("/record/request.received/done", None),
            ("/record", None),
            ("/alerts/x/acknowledge", None),
        ] {
            assert_eq!(type_of(path), name, "{path}");
        }
    }
}

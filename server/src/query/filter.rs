//! What somebody asks for.

use muniment_core::time::Timestamp;

use super::{EventFacts, TypePattern};

/// Conditions on an entry, all of which must hold. The empty filter asks for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these types; any type if there is no pattern.
    pub types: Vec<TypePattern>,
    /// Exactly this source.
    pub source: Option<String>,
    /// Exactly this subject.
    pub subject: Option<String>,
    /// Happened at this instant or later ([`EventFacts::happened`]).
    pub from: Option<Timestamp>,
    /// Happened before this instant.
    pub to: Option<Timestamp>,
    /// Recorded at this instant or later.
    pub recorded_from: Option<Timestamp>,
    /// Recorded before this instant.
    pub recorded_to: Option<Timestamp>,
}

impl Filter {
    /// Whether an entry is asked for.
    #[must_use]
    pub fn matches(&self, facts: &EventFacts<'_>) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let within = |from: Option<Timestamp>, to: Option<Timestamp>, instant: Timestamp| {
            from.is_none_or(|from| instant >= from) && to.is_none_or(|to| instant < to)
        };
        (self.types.is_empty() || self.types.iter().any(|pattern| pattern.matches(&facts.event_type)))
            && is(&self.source, Some(&facts.source))
            && is(&self.subject, facts.subject.as_deref())
            && within(self.from, self.to, facts.happened())
            && within(self.recorded_from, self.recorded_to, facts.recorded)
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::line;
    use super::*;

    fn instant(text: &str) -> Option<Timestamp> {
        Some(Timestamp::parse_rfc3339(text).unwrap())
    }

    #[test]
    fn every_condition_must_hold() {
        let more = r#","subject":"FOI-1","time":"2026-04-30T10:00:00Z""#;
        let line = line(3, "request.received", "/foi", more);
        let facts = EventFacts::read(&line).unwrap();
        let any = Filter::default();
        let yes = [
            any.clone(),
            Filter { types: TypePattern::parse_all(["breach.*", "request.*"]).unwrap(), ..any.clone() },
            Filter { source: Some("/foi".into()), subject: Some("FOI-1".into()), ..any.clone() },
            Filter { from: instant("2026-04-30T10:00:00Z"), ..any.clone() },
            Filter { recorded_from: instant("2026-05-01T09:30:00Z"), ..any.clone() },
        ];
        let no = [
            Filter { types: TypePattern::parse_all(["breach.*", "request"]).unwrap(), ..any.clone() },
            Filter { source: Some("/fo".into()), ..any.clone() },
            Filter { subject: Some("FOI-2".into()), source: Some("/foi".into()), ..any.clone() },
            Filter { to: instant("2026-04-30T10:00:00Z"), ..any.clone() },
            Filter { from: instant("2026-04-30T10:00:00.000001Z"), ..any.clone() },
            Filter { recorded_to: instant("2026-05-01T09:30:00Z"), ..any },
        ];
        yes.iter().for_each(|filter| assert!(filter.matches(&facts), "{filter:?}"));
        no.iter().for_each(|filter| assert!(!filter.matches(&facts), "{filter:?}"));
    }
}

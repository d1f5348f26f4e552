//! Alerts: what is late, missing or wrong.

use std::borrow::Cow;

use crate::{Instant, Rule, Severity};

/// How many characters the words of an alert have at most.
pub const ARITHMETIC_CHARS_MAX: usize = 1_000;
/// How many characters the reason of a clearance has at most.
pub const REASON_CHARS_MAX: usize = 200;
/// How many entries an alert or a row names at most.
pub const EVIDENCE_MAX: usize = 100;

/// Something is late, missing or wrong. [`Alert::raise`] begins one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The rule's id.
    pub rule: &'static str,
    /// How far it has gone, such as `overdue`. Each stage of a rule is an alert of its own.
    pub stage: Cow<'static, str>,
    /// The case or record.
    pub subject: String,
    /// What is at stake, where it is not what the rule says.
    pub severity: Option<Severity>,
    /// Who is to act, where it is not who the rule says.
    pub recipient: Option<Cow<'static, str>>,
    /// When it was or will be due.
    pub due: Option<Instant>,
    /// How the deadline was worked out.
    pub arithmetic: String,
    /// The entries that it rests on.
    pub evidence: Vec<u64>,
}

impl Alert {
    /// An alert of a rule about a case or record.
    #[must_use]
    pub fn raise(
        rule: &'static Rule,
        stage: impl Into<Cow<'static, str>>,
        subject: impl Into<String>,
    ) -> Alert {
        Alert {
            rule: rule.id,
            stage: stage.into(),
            subject: subject.into(),
            severity: None,
            recipient: None,
            due: None,
            arithmetic: String::new(),
            evidence: Vec::new(),
        }
    }

    /// What is at stake, where it is not what the rule says.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Alert {
        self.severity = Some(severity);
        self
    }

    /// Who is to act, where it is not who the rule says.
    #[must_use]
    pub fn recipient(mut self, role: impl Into<Cow<'static, str>>) -> Alert {
        self.recipient = Some(role.into());
        self
    }

    /// When it was or will be due.
    #[must_use]
    pub fn due(mut self, due: impl Into<Option<Instant>>) -> Alert {
        self.due = due.into();
        self
    }

    /// How the deadline was worked out, in words. Nothing personal belongs here.
    ///
    /// # Limits
    /// What lies beyond [`ARITHMETIC_CHARS_MAX`] characters is cut off.
    #[must_use]
    pub fn arithmetic(mut self, words: impl Into<String>) -> Alert {
        self.arithmetic = at_most(words.into(), ARITHMETIC_CHARS_MAX);
        self
    }

    /// The entries that it rests on.
    ///
    /// # Limits
    /// The first [`EVIDENCE_MAX`].
    #[must_use]
    pub fn evidence(mut self, seqs: impl IntoIterator<Item = u64>) -> Alert {
        self.evidence = seqs.into_iter().take(EVIDENCE_MAX).collect();
        self
    }
}

/// An alert is no longer true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// The stage.
    pub stage: Cow<'static, str>,
    /// The case or record.
    pub subject: String,
    /// What put it right.
    pub reason: String,
}

/// What a plugin says about alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Raise one.
    Raise(Alert),
    /// Clear one.
    Clear(Cleared),
}

/// What comes of an event or a tick: alerts. To raise one that is open, or to clear one that is not, says nothing new.
#[derive(Debug, Default)]
pub struct Outcome {
    acts: Vec<Act>,
}

impl Outcome {
    /// Raises an alert.
    pub fn raise(&mut self, alert: Alert) {
        self.acts.push(Act::Raise(alert));
    }

    /// Clears the alert of a rule, a stage and a subject, and says in at most [`REASON_CHARS_MAX`] characters what put
    /// it right. Nothing personal belongs into the reason.
    pub fn clear(
        &mut self,
        rule: impl Into<Cow<'static, str>>,
        stage: impl Into<Cow<'static, str>>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) {
        self.acts.push(Act::Clear(Cleared {
            rule: rule.into(),
            stage: stage.into(),
            subject: subject.into(),
            reason: at_most(reason.into(), REASON_CHARS_MAX),
        }));
    }

    pub(crate) fn take(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.acts)
    }
}

fn at_most(mut text: String, chars: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(chars) {
        // Room for the sign that something is missing.
        let end = text[..end].char_indices().next_back().map_or(0, |(last, _)| last);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut_where_a_character_begins() {
        assert_eq!(at_most("äöü".to_owned(), 3), "äöü");
        assert_eq!(at_most("äöüß".to_owned(), 3), "äö…");
        assert_eq!(at_most(String::new(), 0), "");
    }
}

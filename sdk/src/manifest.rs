//! What a plugin says about itself.

/// What the host has to know of a plugin before it runs.
#[derive(Debug, Clone, Copy)]
pub struct Manifest {
    /// Its id: small letters, digits, `-`, at most 40, such as `requests`.
    pub id: &'static str,
    /// Its version: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// A name for people.
    pub title: &'static str,
    /// A sentence about what it does.
    pub description: &'static str,
    /// The types of event that it is given: `request.received`, `request.*`, or `*` for all.
    pub subscriptions: &'static [&'static str],
    /// What it checks.
    pub rules: &'static [Rule],
    /// The schema of its settings: JSON Schema 2020-12, with a `default` for each.
    pub settings_schema: &'static str,
    /// Types of event that it brings along, each as the text of a catalogue file.
    pub catalogue: &'static [&'static str],
    /// Personal fields that it needs in the clear, as `type/field`, each with why.
    pub personal: &'static [(&'static str, &'static str)],
}

/// A rule: what the plugin checks, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id, such as `A-REQ-3`: letters, digits, `-`, at most 40.
    pub id: &'static str,
    /// A line for people.
    pub title: &'static str,
    /// What is at stake.
    pub severity: Severity,
    /// The role that is to act.
    pub recipient: &'static str,
    /// The clauses that it checks, such as `leicester L12.4.a`.
    pub clauses: &'static [&'static str],
    /// The types of event that it relies on: an alert says up to when these are known.
    pub feeds: &'static [&'static str],
}

/// How much is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// A law is broken or about to be.
    Statutory,
    /// A policy of the organisation is.
    Policy,
    /// Something to look at.
    Warning,
}

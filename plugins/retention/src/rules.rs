//! What is checked.

use muniment_sdk::{Rule, Severity};

/// What records are made of.
pub(crate) const RECORDS: &[&str] = &["record.*", "disposal.*"];
/// What records and all that covers them are made of.
pub(crate) const COVERED: &[&str] =
    &["record.*", "disposal.*", "hold.*", "request.*", "review.*", "ico.*", "tribunal.*"];

pub(crate) const OVERDUE: Rule = Rule {
    id: "A-RET-1",
    title: "Disposal overdue",
    severity: Severity::Policy,
    recipient: "role/records-manager",
    clauses: &[
        "leicester L3.1.d",
        "leicester L9.1.g",
        "leicester L12.3.a",
        "leicester L12.5.c",
        "leicester L20.1.a",
    ],
    feeds: COVERED,
};

pub(crate) const BEFORE_ITS_TIME: Rule = Rule {
    id: "A-RET-2",
    title: "Disposed of early or without authority",
    severity: Severity::Statutory,
    recipient: "role/corporate-information-manager",
    clauses: &["leicester L12.5.c", "leicester L20.1.a"],
    feeds: RECORDS,
};

pub(crate) const ON_HOLD: Rule = Rule {
    id: "A-RET-3",
    title: "Disposed of under a hold",
    severity: Severity::Statutory,
    recipient: "role/siro",
    clauses: &["leicester L12.5.c", "leicester L20.1.a"],
    feeds: &["record.*", "disposal.*", "media.destroyed", "device.disposed", "hold.*", "request.*"],
};

pub(crate) const NO_CERTIFICATE: Rule = Rule {
    id: "A-RET-4",
    title: "No certificate of destruction",
    severity: Severity::Policy,
    recipient: "role/records-manager",
    clauses: &["leicester L20.1.a", "leicester L20.1.c"],
    feeds: &["disposal.*", "media.destroyed", "device.disposed", "calendar.*"],
};

pub(crate) const ASKED_FOR: Rule = Rule {
    id: "A-RET-5",
    title: "Disposed of while asked for",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.5.c", "leicester L20.1.a"],
    feeds: COVERED,
};

pub(crate) const NO_ROUTE: Rule = Rule {
    id: "A-RET-6",
    title: "Unit without a way to destroy",
    severity: Severity::Policy,
    recipient: "role/records-manager",
    clauses: &["leicester L20.1.b"],
    feeds: &["record.*", "disposal.*", "shredder.*"],
};

pub(crate) const UNACCOUNTED: Rule = Rule {
    id: "A-RET-7",
    title: "Device unaccounted for",
    severity: Severity::Policy,
    recipient: "role/records-manager",
    clauses: &["leicester L20.1.d"],
    feeds: &["device.disposed", "equipment.issued", "equipment.returned"],
};

pub(crate) const NO_ADVICE: Rule = Rule {
    id: "A-RET-8",
    title: "Media destroyed without advice",
    severity: Severity::Policy,
    recipient: "role/records-manager",
    clauses: &["leicester L20.1.e"],
    feeds: &["disposal.*", "media.destroyed"],
};

pub(crate) const CHECK_OVERTAKEN: Rule = Rule {
    id: "A-DSP-1",
    title: "Disposal check overtaken",
    severity: Severity::Statutory,
    recipient: "role/records-manager",
    clauses: &[],
    feeds: COVERED,
};

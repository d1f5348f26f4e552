//! What is checked, and for whom.

use muniment_sdk::{Rule, Severity};

const GRANTS: &[&str] = &["access.*"];
const STAFF: &[&str] = &["staff.*"];
const STAFF_AND_GRANTS: &[&str] = &["staff.*", "access.*"];

const SYSTEM_OWNER: &str = "role/system-owner";
const RISK_MANAGER: &str = "role/information-risk-manager";
const LINE_MANAGER: &str = "role/line-manager";

pub(crate) const UNAPPROVED: Rule = Rule {
    id: "A-ACC-1",
    title: "Access without approval",
    severity: Severity::Policy,
    recipient: SYSTEM_OWNER,
    clauses: &["leicester L12.9.c", "coventry C-TCW.vi"],
    feeds: GRANTS,
};

pub(crate) const BEYOND_FUNCTION: Rule = Rule {
    id: "A-ACC-2",
    title: "Access beyond the job function",
    severity: Severity::Policy,
    recipient: SYSTEM_OWNER,
    clauses: &["leicester L12.9.c", "coventry C-AIM.iii", "coventry C-TCW.vi"],
    feeds: GRANTS,
};

pub(crate) const UNCONFIRMED: Rule = Rule {
    id: "A-ACC-3",
    title: "Access not confirmed again",
    severity: Severity::Policy,
    recipient: SYSTEM_OWNER,
    clauses: &["leicester L9.2.a", "leicester L12.9.c", "coventry C-TCW.vi"],
    feeds: GRANTS,
};

pub(crate) const CONFLICT: Rule = Rule {
    id: "A-ACC-4",
    title: "Conflict of duties",
    severity: Severity::Policy,
    recipient: RISK_MANAGER,
    clauses: &["leicester L12.9.d", "coventry C-TCW.vi"],
    feeds: &["sod.*", "access.*"],
};

pub(crate) const OF_NOBODY: Rule = Rule {
    id: "A-ACC-5",
    title: "Account of nobody",
    severity: Severity::Policy,
    recipient: RISK_MANAGER,
    clauses: &["leicester L10.1.b", "coventry C-SCOPE", "coventry C-TCW.vi"],
    feeds: GRANTS,
};

pub(crate) const MISUSED: Rule = Rule {
    id: "A-ACC-6",
    title: "Misuse",
    severity: Severity::Policy,
    recipient: RISK_MANAGER,
    clauses: &["leicester L11.1", "coventry C-TCW.vi"],
    feeds: &["incident.*", "access.*"],
};

pub(crate) const SELF_APPROVED: Rule = Rule {
    id: "A-ACC-7",
    title: "Access approved by its own user",
    severity: Severity::Policy,
    recipient: SYSTEM_OWNER,
    clauses: &["leicester L12.9.c", "coventry C-TCW.vi"],
    feeds: GRANTS,
};

pub(crate) const NOT_ALERTED: Rule = Rule {
    id: "A-EXT-1",
    title: "Suspension not passed on",
    severity: Severity::Statutory,
    recipient: RISK_MANAGER,
    clauses: &["leicester L12.9.g"],
    feeds: STAFF,
};

pub(crate) const SUSPENDED_LIVE: Rule = Rule {
    id: "A-EXT-2",
    title: "Suspended with access live",
    severity: Severity::Statutory,
    recipient: RISK_MANAGER,
    clauses: &["leicester L12.9.g"],
    feeds: STAFF_AND_GRANTS,
};

pub(crate) const MOVER_LIVE: Rule = Rule {
    id: "A-EXT-3",
    title: "Mover's old access remains",
    severity: Severity::Statutory,
    recipient: RISK_MANAGER,
    clauses: &["leicester L12.9.h"],
    feeds: STAFF_AND_GRANTS,
};

pub(crate) const LEAVER_LIVE: Rule = Rule {
    id: "A-EXT-4",
    title: "Leaver's access live",
    severity: Severity::Statutory,
    recipient: RISK_MANAGER,
    clauses: &["leicester L12.9.h", "coventry C-TCW.vi"],
    feeds: &["staff.*", "contractor.*", "access.*"],
};

pub(crate) const CHECKLIST: Rule = Rule {
    id: "A-EXT-5",
    title: "Exit checklist incomplete",
    severity: Severity::Policy,
    recipient: LINE_MANAGER,
    clauses: &["leicester L13.1"],
    feeds: &["staff.*", "exit.*"],
};

pub(crate) const EQUIPMENT_OUT: Rule = Rule {
    id: "A-EXT-6",
    title: "Equipment outstanding",
    severity: Severity::Policy,
    recipient: LINE_MANAGER,
    clauses: &["leicester L13.1"],
    feeds: &["staff.*", "contractor.*", "equipment.*"],
};

pub(crate) const ALL: [Rule; 13] = [
    UNAPPROVED,
    BEYOND_FUNCTION,
    UNCONFIRMED,
    CONFLICT,
    OF_NOBODY,
    MISUSED,
    SELF_APPROVED,
    NOT_ALERTED,
    SUSPENDED_LIVE,
    MOVER_LIVE,
    LEAVER_LIVE,
    CHECKLIST,
    EQUIPMENT_OUT,
];

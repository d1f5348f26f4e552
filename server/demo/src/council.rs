//! The fictional council: its units, its systems, and the words that its people use.

/// Its name. Nobody may mistake it for a real council.
pub const COUNCIL: &str = "Exemplar Borough Council (fictional)";

/// A unit: its short name, its title, and how many people work there.
pub(crate) struct Unit {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) heads: i64,
    pub(crate) parent: Option<&'static str>,
}

const fn directorate(name: &'static str, title: &'static str, heads: i64) -> Unit {
    Unit { name, title, kind: "directorate", heads, parent: None }
}

/// The units that stand all year. Those that are renamed, split or merged are opened besides.
pub(crate) const UNITS: [Unit; 14] = [
    directorate("adult-social-care", "Adult social care", 812),
    directorate("children-and-families", "Children and families", 944),
    directorate("homes-and-tenancies", "Homes and tenancies", 521),
    directorate("streets-and-waste", "Streets and waste", 688),
    directorate("places-and-planning", "Places and planning", 307),
    directorate("finance-and-revenues", "Finance and revenues", 415),
    directorate("customer-and-digital", "Customer and digital", 276),
    directorate("law-and-governance", "Law and governance", 158),
    directorate("public-health", "Public health", 133),
    directorate("culture-and-leisure", "Culture and leisure", 362),
    directorate("people-and-change", "People and change", 121),
    Unit {
        name: "council-tax-recovery",
        title: "Council tax recovery",
        kind: "team",
        heads: 34,
        parent: Some("finance-and-revenues"),
    },
    Unit {
        name: "exemplar-primary",
        title: "Exemplar Primary School (fictional)",
        kind: "school",
        heads: 41,
        parent: Some("children-and-families"),
    },
    Unit { name: "elected-members", title: "Elected members", kind: "elected_body", heads: 51, parent: None },
];

/// Those that deal with the public.
pub(crate) const DIRECTORATES: [&str; 11] = [
    "adult-social-care",
    "children-and-families",
    "homes-and-tenancies",
    "streets-and-waste",
    "places-and-planning",
    "finance-and-revenues",
    "customer-and-digital",
    "law-and-governance",
    "public-health",
    "culture-and-leisure",
    "people-and-change",
];

/// Business systems, by short name, with their titles.
pub(crate) const SYSTEMS: [(&str, &str); 8] = [
    ("social-care-records", "Social care records"),
    ("housing-cases", "Housing case management"),
    ("revenues", "Revenues and benefits"),
    ("payroll", "Payroll"),
    ("planning-portal", "Planning portal"),
    ("email", "E-mail"),
    ("library-loans", "Library loans"),
    ("finance-ledger", "Finance ledger"),
];

/// What is written into free texts. It names nobody.
pub(crate) const NOTES: [&str; 10] = [
    "The service has been told by telephone.",
    "Discussed in the weekly meeting; nothing to add.",
    "The caller was friendly and will write again if need be.",
    "Waiting for the colleague who is back on Monday.",
    "Compared with the paper file: the same.",
    "Two attachments, the second of them illegible.",
    "Agreed with the head of service.",
    "The invented details in this note stand for real ones.",
    "See the correspondence in the case file.",
    "A resident of Example Street asked; answered at once.",
];

/// The systems that report to the ledger, with the groups of events that each posts.
pub(crate) const SOURCES: [(&str, &[&str]); 11] = [
    ("foi-casework", &["request", "review", "ico", "tribunal", "dpcomplaint", "case"]),
    ("service-desk", &["incident", "breach"]),
    ("hr", &["staff", "exit", "contract", "identity"]),
    ("identity-manager", &["access", "sod"]),
    ("learning", &["training", "awareness", "phishing"]),
    ("records-centre", &["record", "disposal", "hold", "schedule"]),
    ("sharing-register", &["disclosure", "isa", "protocol", "mou", "sharing", "partner"]),
    ("procurement", &["contractor", "nda", "processor", "subprocessor", "visitor"]),
    ("asset-register", &["asset", "system", "equipment", "device", "media", "shredder", "data_quality"]),
    ("home-working", &["homework", "offsite"]),
    (
        "ig-office",
        &[
            "role",
            "board",
            "delegation",
            "guidance",
            "audit",
            "compliance",
            "dspt",
            "registration",
            "policy",
            "standard",
            "procedure",
            "legal_register",
            "ropa",
            "dpia",
            "privacy_notice",
            "scheme",
            "dataset",
            "foi_stats",
            "disclosure_log",
            "risk",
            "control",
            "unauthorised_change",
            "function",
            "bcp",
            "dr",
            "backup",
            "service",
            "marking",
            "caller",
            "fax",
            "secure_email",
            "verbal",
            "ripa",
            "ipco",
            "cctv",
        ],
    ),
];

/// Which source posts events of a type. What is of no group above, about the council and the ledger themselves, the
/// information governance office enters by hand.
pub(crate) fn source_of(event_type: &str) -> usize {
    let group = event_type.split('.').next().unwrap_or_default();
    let place = SOURCES.iter().position(|(_, groups)| groups.contains(&group));
    place.unwrap_or(SOURCES.len() - 1)
}

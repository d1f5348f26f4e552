//! What the registers are, and their columns.

use muniment_sdk::{Column, Register};

pub(super) const AGREEMENTS: Register = Register {
    name: "agreements",
    title: "Agreements by review date",
    description: "Sharing agreements, memoranda and protocols that have not ended, the first to be reviewed first.",
    feeds: &["isa.*", "mou.*", "protocol.*"],
    columns: &[
        Column::new("number", "Number"),
        Column::new("kind", "Kind"),
        Column::new("title", "Title"),
        Column::STATUS,
        Column::new("protocol", "Protocol"),
        Column::new("reviewed", "Reviewed by the team"),
        Column::new("recorded", "On record"),
        Column::new("in_force", "In force since"),
        Column::new("ends", "Last day"),
        Column::new("due", "Review due"),
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

pub(super) const PARTNERS: Register = Register {
    name: "partners",
    title: "Partners and their assurance",
    description: "Links by which partners reach systems, and assurances for links to come, the first to lapse first.",
    feeds: &["partner.*"],
    columns: &[
        Column::new("link", "Link"),
        Column::new("partner", "Partner"),
        Column::new("systems", "Systems"),
        Column::new("accounts", "Accounts"),
        Column::new("open", "Open since"),
        Column::new("due", "Assured until"),
        Column::new("days_left", "Days left"),
        Column::new("review_due", "Link to be reviewed"),
        Column::STATUS,
        Column::RAG,
        Column::new("agreement", "Agreement"),
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

pub(super) const ASSESSMENTS: Register = Register {
    name: "assessments",
    title: "Impact assessments",
    description: "Assessments that have to be made, or were, the first due first: the first day of use, then the day of \
                  review.",
    feeds: &["dpia.*", "ropa.*"],
    columns: &[
        Column::new("number", "Number"),
        Column::new("project", "Project"),
        Column::STATUS,
        Column::new("risk", "Risk after measures"),
        Column::new("go_live", "First day of use"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::new("on_record", "In the record of processing"),
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

pub(super) const PROCESSING: Register = Register {
    name: "processing",
    title: "Record of processing by review date",
    description: "Entries of the record of processing that have not ended, and privacy notices, the first to be reviewed first.",
    feeds: &["ropa.*", "privacy_notice.*"],
    columns: &[
        Column::new("number", "Number"),
        Column::new("kind", "Kind"),
        Column::new("activity", "Processing"),
        Column::new("basis", "Lawful basis"),
        Column::new("assessment", "Impact assessment"),
        Column::new("notice", "Privacy notice"),
        Column::new("reviewed", "Last reviewed"),
        Column::new("due", "Review due"),
        Column::new("days_left", "Days left"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

pub(super) const TRANSFERS: Register = Register {
    name: "transfers",
    title: "Transfers to be dealt with",
    description: "Transfers that rest on no agreement in force, or went over an insecure channel, and for which no incident was \
                  opened yet, the earliest first.",
    feeds: &["sharing.*", "isa.*", "mou.*", "protocol.*"],
    columns: &[
        Column::new("number", "Number"),
        Column::new("made", "Made or found"),
        Column::new("agreement", "Agreement"),
        Column::new("method", "Method"),
        Column::STATUS,
        Column::RAG,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

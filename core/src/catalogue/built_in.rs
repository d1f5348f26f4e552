//! The files of `core/catalogue/`, as they were when the program was built.

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../catalogue/", $name)))
    };
}

/// First words that no operator's type may begin with.
pub(super) const RESERVED: (&str, &str) = file!("reserved.toml");

/// The files, by name.
pub(super) const FILES: [(&str, &str); 39] = [
    file!("access.toml"),
    file!("alert.toml"),
    file!("appeals.toml"),
    file!("assets.toml"),
    file!("breach.toml"),
    file!("case.toml"),
    file!("channels.toml"),
    file!("clock.toml"),
    file!("continuity.toml"),
    file!("contractors.toml"),
    file!("devices.toml"),
    file!("disclosure.toml"),
    file!("disposal.toml"),
    file!("feeds.toml"),
    file!("governance.toml"),
    file!("hold.toml"),
    file!("homework.toml"),
    file!("import.toml"),
    file!("incident.toml"),
    file!("isa.toml"),
    file!("ledger.toml"),
    file!("marking.toml"),
    file!("organisation.toml"),
    file!("partners.toml"),
    file!("people.toml"),
    file!("personal.toml"),
    file!("plugin.toml"),
    file!("policy.toml"),
    file!("processing.toml"),
    file!("publication.toml"),
    file!("records.toml"),
    file!("report.toml"),
    file!("request.toml"),
    file!("risk.toml"),
    file!("settings.toml"),
    file!("standards.toml"),
    file!("surveillance.toml"),
    file!("token.toml"),
    file!("training.toml"),
];

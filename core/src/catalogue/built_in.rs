//! The files of `core/catalogue/`, as they were when the program was built.

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../catalogue/", $name)))
    };
}

/// First words that no operator's type may begin with.
pub(super) const RESERVED: (&str, &str) = file!("reserved.toml");

/// One file a group, by name.
pub(super) const FILES: [(&str, &str); 17] = [
    file!("access.toml"),
    file!("alert.toml"),
    file!("breach.toml"),
    file!("case.toml"),
    file!("clock.toml"),
    file!("disposal.toml"),
    file!("hold.toml"),
    file!("import.toml"),
    file!("isa.toml"),
    file!("ledger.toml"),
    file!("personal.toml"),
    file!("plugin.toml"),
    file!("policy.toml"),
    file!("report.toml"),
    file!("request.toml"),
    file!("settings.toml"),
    file!("token.toml"),
];

//! The files of `core/policies/`, as they were when the program was built.

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../policies/", $name)))
    };
}

/// The policies, by name.
pub(super) const POLICIES: [(&str, &str); 2] = [file!("leicester.toml"), file!("coventry.toml")];

pub(super) const ALERTS: (&str, &str) = file!("alerts.toml");

/// Alerts that nothing raises yet: the list shrinks with every plugin.
pub(super) const NOT_YET_RAISED: (&str, &str) = file!("not-yet-raised.toml");

pub(super) const STATUTES: (&str, &str) = file!("statutes.toml");

pub(super) const CONTROLS: (&str, &str) = file!("controls.toml");

pub(super) const SECTIONS: (&str, &str) = file!("sections.toml");

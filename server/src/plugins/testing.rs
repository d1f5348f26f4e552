//! What tests of this module share.

use super::manifest::{Manifest, Rule, Severity};

/// The manifest of a plugin that has one rule, `A-1`.
pub(crate) fn manifest(id: &str, subscriptions: &[&str]) -> Manifest {
    Manifest {
        id: id.to_owned(),
        version: "1.0.0".to_owned(),
        title: id.to_owned(),
        description: "A plugin of a test.".to_owned(),
        subscriptions: subscriptions.iter().map(|&pattern| pattern.to_owned()).collect(),
        rules: vec![Rule {
            id: "A-1".to_owned(),
            title: "Something is late".to_owned(),
            severity: Severity::Policy,
            recipient: "IG Team".to_owned(),
            clauses: vec!["leicester L12.4.a".to_owned()],
            feeds: vec!["request.*".to_owned()],
        }],
        settings_schema: r#"{"type":"object"}"#.to_owned(),
        catalogue: Vec::new(),
        personal: Vec::new(),
        has_registers: false,
        has_report: false,
    }
}

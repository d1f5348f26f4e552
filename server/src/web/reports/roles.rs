//! The roles in which somebody approves or publishes a report: which ones are offered, and what is none.

use std::collections::BTreeSet;

use muniment_core::limits::PRINCIPAL_BYTES_MAX;
use muniment_core::principal::is_role;

use super::ENTRY_READERS;
use crate::web::answers::EventsPage;
use crate::web::visit::{Visit, with_query};
use crate::web::words;

/// What every role begins with.
const ROLE: &str = "role/";
/// Events that are looked through for roles, the newest.
const LOOKED_THROUGH: &str = "200";

/// Roles that are offered, each as it is recorded and in words: those that the ledger says somebody holds, and those that
/// alerts go to.
pub(super) async fn offered(visit: &Visit) -> Vec<(String, String)> {
    let mut roles = assigned(visit).await;
    let definitions = visit.pages.app.definitions();
    roles.extend(definitions.rulebook.alerts().map(|alert| alert.recipient.clone()));
    roles.retain(|role| is_role(role));
    roles.into_iter().map(|role| (role.clone(), in_words(&role))).collect()
}

/// What the ledger says of roles is about these. Whoever may not read entries goes without.
async fn assigned(visit: &Visit) -> BTreeSet<String> {
    if !visit.holds(ENTRY_READERS) {
        return BTreeSet::new();
    }
    let path = with_query("/v1/events", &[("type", "role.*"), ("order", "desc"), ("limit", LOOKED_THROUGH)]);
    let found: Option<EventsPage> = visit.find(&path).await.unwrap_or_else(|failure| {
        // A role is typed all the same.
        tracing::warn!(failure.status, "the roles of the ledger cannot be offered");
        None
    });
    let events = found.map(|found| found.events).unwrap_or_default();
    events.iter().filter_map(|entry| entry["event"]["subject"].as_str()).map(str::to_owned).collect()
}

/// `role/ig-manager` is `IG manager`.
pub(super) fn in_words(role: &str) -> String {
    role.strip_prefix(ROLE).map_or_else(|| role.to_owned(), words::role)
}

/// What is wrong with a role, if something is.
pub(super) fn wrong(role: &str) -> Option<String> {
    if role.is_empty() {
        return Some("Enter the role in which you do this, such as role/siro".to_owned());
    }
    if role.len() > PRINCIPAL_BYTES_MAX {
        return Some(format!("The role must be {PRINCIPAL_BYTES_MAX} letters or fewer"));
    }
    if !is_role(role) {
        let how = "role/ and then its short name in small letters, with hyphens between words";
        return Some(format!("“{role}” is no role. Enter {how}, such as role/head-of-legal"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_needed_and_nothing_else() {
        for good in ["role/siro", "role/head-of-legal"] {
            assert_eq!(wrong(good), None);
        }
        for bad in ["", "siro", "role/", "Jane Doe", "role/Jane Doe", "token/ig", &"x".repeat(129)] {
            assert!(wrong(bad).is_some(), "{bad}");
        }
        assert!(wrong("Jane Doe").unwrap().starts_with("“Jane Doe” is no role"));
    }

    #[test]
    fn roles_are_told_in_words() {
        assert_eq!((in_words("role/siro").as_str(), in_words("else").as_str()), ("SIRO", "else"));
    }
}

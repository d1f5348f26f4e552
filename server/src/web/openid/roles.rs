//! What a person may do: claims of the provider, by a table in the settings.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::ledger::origins::Origins;
use crate::query::Scope;
use crate::settings::OpenIdGrant;
use crate::tokens::{Grant, GrantError, Role};

/// Most values of a claim that are looked at.
const VALUES_MAX: usize = 2_000;
/// Longest name of a person that is shown.
const NAME_CHARACTERS_MAX: usize = 100;

/// What the claims of a person say.
pub(super) type Claims = Map<String, Value>;

/// A value of the claim, and what it gives.
#[derive(Debug, Clone)]
pub(super) struct Mapped {
    value: String,
    roles: BTreeSet<Role>,
    scope: Scope,
}

impl Mapped {
    /// Checks a line of the table, as a token is checked.
    ///
    /// # Errors
    /// See [`GrantError`].
    pub(super) fn new(wanted: &OpenIdGrant, origins: &Origins) -> Result<Mapped, GrantError> {
        let set = |list: &Option<Vec<String>>| list.as_ref().map(|list| list.iter().cloned().collect());
        let scope = Scope {
            groups: set(&wanted.groups),
            units: set(&wanted.units),
            source_prefix: wanted.source_prefix.clone(),
        };
        let grant = Grant::new("person", &wanted.roles, scope, origins)?;
        Ok(Mapped { value: wanted.claim.clone(), roles: grant.roles, scope: grant.scope })
    }
}

/// What some values of the claim give together. The first line of the table that fits says how far it reaches; further ones add
/// their roles if they reach just as far: so nobody gets a role in units that it was not given for.
pub(super) fn held(table: &[Mapped], values: &[String]) -> Option<(BTreeSet<Role>, Scope)> {
    let mut fitting = table.iter().filter(|line| values.contains(&line.value));
    let Mapped { mut roles, scope, .. } = fitting.next()?.clone();
    roles.extend(fitting.filter(|line| line.scope == scope).flat_map(|line| &line.roles));
    Some((roles, scope))
}

/// A claim: by its whole name, as some are addresses with dots in them, else by its parts (`realm_access.roles`).
pub(super) fn find<'c>(claims: &'c Claims, path: &str) -> Option<&'c Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.as_object()?.get(part))
}

/// The values of a claim: one text, or a list of them.
pub(super) fn values(claims: &Claims, path: &str) -> Vec<String> {
    match find(claims, path) {
        Some(Value::String(value)) => vec![value.clone()],
        Some(Value::Array(values)) => {
            let texts = values.iter().filter_map(Value::as_str);
            texts.take(VALUES_MAX).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The name of a person, to be shown to them and to administrators; what identifies them if they have none.
pub(super) fn name(claims: &Claims, path: &str, subject: &str) -> String {
    let name = find(claims, path).and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
    let shown = name.unwrap_or(subject).chars().filter(|one| !one.is_control());
    shown.take(NAME_CHARACTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        let Value::Object(claims) = value else { panic!("{value}") };
        claims
    }

    fn line(value: &str, roles: &[Role], units: &[&str]) -> Mapped {
        let units: BTreeSet<String> = units.iter().map(|unit| (*unit).to_owned()).collect();
        Mapped {
            value: value.to_owned(),
            roles: roles.iter().copied().collect(),
            scope: Scope { units: Some(units).filter(|units| !units.is_empty()), ..Scope::default() },
        }
    }

    #[test]
    fn claims_are_found_by_name_and_by_path() {
        let claims = claims(json!({
            "roles": ["a", 7, "b"], "one": "a", "realm_access": { "roles": ["deep"] }, "n": 1,
            "https://exemplar.invalid/roles": ["dotted"], "a.b": "whole", "a": { "b": "parts" },
        }));
        assert_eq!(values(&claims, "roles"), ["a", "b"]);
        assert_eq!(values(&claims, "one"), ["a"]);
        assert_eq!(values(&claims, "realm_access.roles"), ["deep"]);
        assert_eq!(values(&claims, "https://exemplar.invalid/roles"), ["dotted"]);
        assert_eq!(values(&claims, "a.b"), ["whole"]);
        for none in ["", ".", "n", "gone", "roles.x", "realm_access", "realm_access.gone", "one.roles"] {
            assert!(values(&claims, none).is_empty(), "{none:?}");
        }
    }

    #[test]
    fn a_name_is_shown_as_it_is_but_for_its_length() {
        let claims = claims(json!({ "name": " Jo\u{7} Bloggs ", "empty": " ", "long": "x".repeat(1_000) }));
        assert_eq!(name(&claims, "name", "s"), "Jo Bloggs");
        assert_eq!(name(&claims, "empty", "s"), "s");
        assert_eq!(name(&claims, "gone", "s"), "s");
        assert_eq!(name(&claims, "long", "s").len(), NAME_CHARACTERS_MAX);
    }

    #[test]
    fn roles_add_up_only_where_they_reach_as_far() {
        let table = [
            line("housing", &[Role::Officer], &["housing"]),
            line("auditors", &[Role::Auditor], &[]),
            line("admins", &[Role::Admin], &[]),
        ];
        let held = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            held(&table, &values)
        };
        assert_eq!(held(&["others"]), None);
        assert_eq!(held(&[]), None);
        let (roles, scope) = held(&["admins", "auditors"]).unwrap();
        assert_eq!(roles, BTreeSet::from([Role::Admin, Role::Auditor]));
        assert!(scope.is_everything());
        // An officer for housing is not one for everything, whatever else they are.
        let (roles, scope) = held(&["auditors", "housing"]).unwrap();
        assert_eq!(roles, BTreeSet::from([Role::Officer]));
        assert_eq!(scope.units, Some(BTreeSet::from(["housing".to_owned()])));
    }

    proptest! {
        /// Nobody holds a role with a reach for which no line of theirs gives it.
        #[test]
        fn nobody_reaches_further_than_a_line_says(
            lines in prop::collection::vec((0..4_u8, 0..4_usize, 0..3_u8), 0..8),
            values in prop::collection::vec(0..4_u8, 0..4),
        ) {
            const UNITS: [&[&str]; 3] = [&[], &["housing"], &["planning"]];
            let lines = lines.iter().map(|(value, role, unit)| {
                line(&value.to_string(), &[Role::ALL[*role]], UNITS[usize::from(*unit)])
            });
            let table: Vec<Mapped> = lines.collect();
            let values: Vec<String> = values.iter().map(u8::to_string).collect();
            let fitting: Vec<&Mapped> = table.iter().filter(|line| values.contains(&line.value)).collect();
            match held(&table, &values) {
                None => prop_assert!(fitting.is_empty()),
                Some((roles, scope)) => for role in roles {
                    prop_assert!(fitting.iter().any(|line| line.scope == scope && line.roles.contains(&role)));
                }
            }
        }
    }
}

//! What the host alone may write: its own event types, and every event whose source lies under the
//! ledger's origin.

pub mod remark;

use crate::event::{Event, EventError};
use crate::json::Value;

/// Event types that no client may post.
pub const HOST_TYPES: [&str; 38] = [
    "alert.acknowledged",
    "alert.cleared",
    "alert.raised",
    "clock.accepted",
    "clock.advanced",
    "import.finished",
    "import.started",
    "ledger.created",
    "ledger.definition_changed",
    "ledger.key_rotated",
    "ledger.read",
    "ledger.recovered",
    "ledger.restored",
    "ledger.sealed",
    "ledger.verified",
    "personal.destroy_authorised",
    "personal.destroy_cancelled",
    "personal.destroy_requested",
    "personal.destroyed",
    "personal.revealed",
    "personal.vault_created",
    "personal.vault_rekeyed",
    "plugin.configured",
    "plugin.disabled",
    "plugin.enabled",
    "plugin.installed",
    "plugin.quarantined",
    "plugin.removed",
    "plugin.upgraded",
    "policy.installed",
    "report.approved",
    "report.design_recorded",
    "report.generated",
    "report.published",
    "report.restated",
    "settings.changed",
    "token.created",
    "token.revoked",
];

/// Whether only the host may write events of this type, in capitals or not: nobody is to take one for another.
#[must_use]
pub fn is_host_type(event_type: &str) -> bool {
    let same = |host: &&str| host.eq_ignore_ascii_case(event_type);
    HOST_TYPES.iter().any(same)
}

/// Whether a source lies under an origin, in whatever way it is spelled: with or without a scheme, in
/// capitals, percent-encoded, with user, port, path, query or fragment, with dots and slashes that say
/// nothing.
#[must_use]
pub fn lies_under(source: &str, origin: &str) -> bool {
    // Most sources do not name the host at all.
    let origin_host = origin.split('/').next().unwrap_or_default();
    let names_host = |part: &[u8]| part.eq_ignore_ascii_case(origin_host.as_bytes());
    let plain = !origin_host.is_empty() && !source.contains('%');
    if plain && !source.as_bytes().windows(origin_host.len()).any(names_host) {
        return false;
    }
    let (decoded, origin) = (percent_decoded(source).to_ascii_lowercase(), origin.to_ascii_lowercase());
    let origin_host = origin.split('/').next().unwrap_or_default();
    if !decoded.contains(origin_host) {
        return false;
    }
    // An encoded slash ends no authority: what has one may be a user at our host, or our host's path.
    [source.to_ascii_lowercase(), decoded].iter().any(|source| {
        let after_scheme = source.split_once(':').map_or("", |(_scheme, rest)| rest);
        spelled_under(source, &origin) || spelled_under(after_scheme, &origin)
    })
}

/// As [`lies_under`] for what follows a scheme, all in small letters.
fn spelled_under(source: &str, origin: &str) -> bool {
    let source = source.trim_start_matches('/');
    let authority_end = source.find(['/', '?', '#']).unwrap_or(source.len());
    let (authority, path) = source.split_at(authority_end);
    let authority = percent_decoded(&authority[authority.rfind('@').map_or(0, |at| at + 1)..]);
    let host = authority.split_once(':').map_or(authority.as_str(), |(host, _port)| host);
    let path = segments(&percent_decoded(path));
    [&authority, host.trim_end_matches('.')].iter().any(|host| {
        let rest = format!("{host}{path}");
        let rest = rest.strip_prefix(origin);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#', ':']))
    })
}

/// A path without its empty and its dot segments (RFC 3986, 5.2.4), each with a slash before it; behind it
/// its query and its fragment as they are.
fn segments(path: &str) -> String {
    let (path, rest) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    kept.iter().flat_map(|segment| ["/", segment]).chain([rest]).collect()
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Makes an event of the host itself. `source` is the origin.
///
/// # Errors
/// As [`Event::from_value`]; the host's own values leave no reason for one but size.
pub fn host_event(
    origin: &str,
    event_type: &str,
    id: &str,
    subject: Option<&str>,
    data: Value<'_>,
) -> Result<Event, EventError> {
    let subject = subject.map_or(Value::Null, Value::string);
    Event::from_value(Value::object([
        ("data", data),
        ("datacontenttype", Value::string("application/json")),
        ("id", Value::string(id)),
        ("source", Value::string(origin)),
        ("specversion", Value::string("1.0")),
        ("subject", subject),
        ("type", Value::string(event_type)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(HOST_TYPES.is_sorted());
        assert!(is_host_type("ledger.created"));
        assert!(is_host_type("Token.CREATED"));
        assert!(!is_host_type("ledger.correction_recorded"));
    }

    #[test]
    fn the_origin_is_recognised_in_every_spelling() {
        let under = [
            "ig.exemplar.gov.uk/ledger",
            "IG.Exemplar.gov.uk/ledger/x",
            "https://ig.exemplar.gov.uk/ledger",
            "//ig.exemplar.gov.uk/ledger?x",
            "http://user@ig.exemplar.gov.uk/ledger#y",
            "/ig.exemplar.gov.uk/ledger",
            "https://ig.exemplar.gov.uk:443/ledger/z",
            "https://ig.exemplar.gov.uk/ledger:1",
            "ig.exemplar.gov.uk%2Fledger",
            "https://a:b@ig.exemplar.gov.uk/ledger",
            "https://%69g.exemplar.gov.uk/%6Cedger/alerts",
            "https://a%2Fb@ig.exemplar.gov.uk/ledger",
            "https://a%3Fb%23@ig.exemplar.gov.uk/ledger",
            "https://ig.exemplar.gov.uk//ledger",
            "https://ig.exemplar.gov.uk/./ledger",
            "https://ig.exemplar.gov.uk/x/../ledger/y",
            "https://ig.exemplar.gov.uk/%2e%2E/ledger",
            "https://ig.exemplar.gov.uk./ledger",
            "https:ig.exemplar.gov.uk/ledger",
            "///ig.exemplar.gov.uk/ledger",
            "https:////ig.exemplar.gov.uk/ledger",
            "https://ig.exemplar.gov.uk/ledger?/../../x",
        ];
        for source in under {
            assert!(lies_under(source, "ig.exemplar.gov.uk/ledger"), "{source}");
        }
        for source in [
            "ig.exemplar.gov.uk",
            "ig.exemplar.gov.uk/ledgers",
            "https://other.uk/ig.exemplar.gov.uk/ledger",
            "https://ig.exemplar.gov.uk/ledger/../x",
            "https://other.uk/?https://ig.exemplar.gov.uk/ledger",
            "ig.exemplar.gov.uk?x",
            "ig.exemplar.gov.uk#",
            "/foi",
            "urn:x",
            "?/..",
            "https://",
            "ig.exemplar.gov.uk?/..",
            "",
        ] {
            assert!(!lies_under(source, "ig.exemplar.gov.uk/ledger"), "{source}");
        }
    }
}

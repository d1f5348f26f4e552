//! The three content modes of CloudEvents over HTTP: structured, batched, binary.
//!
//! HTTP Protocol Binding for CloudEvents 1.0.2, section 3. The media type alone decides: what begins with
//! `application/cloudevents-batch` is batched, else what begins with `application/cloudevents` is
//! structured, anything else is binary.

use std::borrow::Cow;

use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muniment_core::json::{self, Object, Value};
use percent_encoding::percent_decode_str;

use super::super::problem::Problem;

const HEADER_PREFIX: &str = "ce-";

/// How a request carries its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Structured,
    Batched,
    Binary,
}

impl Content {
    /// The mode of a request.
    pub(super) fn of(headers: &HeaderMap) -> Result<Content, Problem> {
        let mut media_types = headers.get_all(CONTENT_TYPE).iter();
        let Some(media_type) = media_types.next() else {
            return binary_without_type(headers);
        };
        if media_types.next().is_some() {
            return Err(unsupported("the request has more than one Content-Type"));
        }
        let text = media_type.to_str().map_err(|_| unsupported("it is not ASCII"))?;
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let essence = essence.trim().to_ascii_lowercase();
        let format = match essence.as_str() {
            "application/cloudevents+json" => Some(Content::Structured),
            "application/cloudevents-batch+json" => Some(Content::Batched),
            // "If the media type is application/cloudevents without a format, JSON may not be assumed."
            other if other.starts_with("application/cloudevents") => None,
            _ => return Ok(Content::Binary),
        };
        let format =
            format.ok_or_else(|| unsupported(&format!("the event format {essence:?} is not known")))?;
        check_charset(parameters)?;
        Ok(format)
    }
}

fn binary_without_type(headers: &HeaderMap) -> Result<Content, Problem> {
    if headers.contains_key("ce-specversion") {
        return Ok(Content::Binary);
    }
    Err(unsupported("the request has no Content-Type and no ce- headers"))
}

fn unsupported(what: &str) -> Problem {
    Problem::new(
        "unsupported_media_type",
        format!(
            "{what}; send application/cloudevents+json, application/cloudevents-batch+json, or ce- headers with application/json data"
        ),
    )
}

fn check_charset(parameters: &str) -> Result<(), Problem> {
    for parameter in parameters.split(';') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
            return Err(unsupported(&format!("the charset {value:?} is not UTF-8")));
        }
    }
    Ok(())
}

/// The `Content-Encoding` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Gzip,
    Zstd,
}

impl Encoding {
    /// The encoding of a request's body.
    pub(super) fn of(headers: &HeaderMap) -> Result<Encoding, Problem> {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        let Some(value) = values.next() else { return Ok(Encoding::Plain) };
        let text = value.to_str().unwrap_or_default().trim().to_ascii_lowercase();
        match (text.as_str(), values.next()) {
            ("" | "identity", None) => Ok(Encoding::Plain),
            ("gzip" | "x-gzip", None) => Ok(Encoding::Gzip),
            ("zstd", None) => Ok(Encoding::Zstd),
            _ => Err(Problem::new(
                "unsupported_media_type",
                format!("the Content-Encoding {text:?} is not known; send gzip, zstd or none, one at most"),
            )),
        }
    }
}

/// The events of a body, as JSON values.
pub(super) fn events<'b>(
    content: Content,
    headers: &'b HeaderMap,
    body: &'b [u8],
) -> Result<Vec<Value<'b>>, Problem> {
    let parse =
        |body: &'b [u8]| json::parse(body).map_err(|error| Problem::new("not_json", error.to_string()));
    match content {
        Content::Structured => Ok(vec![parse(body)?]),
        Content::Binary => Ok(vec![binary(headers, body)?]),
        Content::Batched => match parse(body)? {
            Value::Array(events) => Ok(events),
            other => {
                Err(Problem::new("not_json", format!("a batch is a JSON array, this is {}", other.kind())))
            }
        },
    }
}

/// An event of `ce-` headers and a body that is its data.
fn binary<'b>(headers: &'b HeaderMap, body: &'b [u8]) -> Result<Value<'b>, Problem> {
    let mut members: Vec<(Cow<'b, str>, Value<'b>)> = Vec::new();
    for (name, value) in headers {
        if let Some(attribute) = name.as_str().strip_prefix(HEADER_PREFIX) {
            members.push((Cow::Borrowed(attribute), Value::String(attribute_value(name, value)?)));
        }
    }
    let media_type =
        headers.get(CONTENT_TYPE).map(|value| attribute_value(&CONTENT_TYPE, value)).transpose()?;
    let is_json = media_type.as_deref().is_none_or(is_json);
    if let Some(media_type) = media_type {
        members.push((Cow::Borrowed("datacontenttype"), Value::String(media_type)));
    }
    if !body.is_empty() {
        let data = match is_json {
            true => json::parse(body)
                .map(|data| ("data", data))
                .map_err(|error| Problem::new("not_json", error.to_string()))?,
            false => ("data_base64", Value::string(STANDARD.encode(body))),
        };
        members.push((Cow::Borrowed(data.0), data.1));
    }
    Object::new(members)
        .map(Value::Object)
        .map_err(|name| Problem::new("bad_request", format!("the attribute {name:?} is given twice")))
}

/// "application/json, or any media type that ends in +json" (JSON format, 3.1).
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// A header's value: quotes taken off, then percent-decoded once (section 3.1.3.2).
fn attribute_value<'b>(name: &HeaderName, value: &'b HeaderValue) -> Result<Cow<'b, str>, Problem> {
    let wrong = |what: &str| Problem::new("bad_request", format!("the header {name} {what}"));
    let text = value.to_str().map_err(|_| wrong("holds bytes that are not printable ASCII"))?;
    if *name == CONTENT_TYPE {
        return Ok(Cow::Borrowed(text));
    }
    if name == "ce-datacontenttype" {
        return Err(wrong("is not allowed: the Content-Type says it"));
    }
    let unquoted = unquote(text).ok_or_else(|| wrong("has a quote without its end"))?;
    if name == "ce-data" || name == "ce-data_base64" {
        return Err(wrong("is not allowed: the body is the data"));
    }
    match unquoted {
        Cow::Borrowed(text) => percent_decode_str(text).decode_utf8(),
        Cow::Owned(text) => percent_decode_str(&text).decode_utf8().map(|text| Cow::Owned(text.into_owned())),
    }
    .map_err(|_| wrong("is not UTF-8 once percent-decoded"))
}

/// Takes the quotes off a quoted string (RFC 7230, 3.2.6), as senders of the first binding wrote them.
fn unquote(text: &str) -> Option<Cow<'_, str>> {
    let Some(inner) = text.strip_prefix('"') else { return Some(Cow::Borrowed(text)) };
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(Cow::Owned(out)),
            '\\' => out.push(characters.next()?),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn the_media_type_decides() {
        let of = |media_type: &str| Content::of(&headers(&[("content-type", media_type)]));
        for structured in [
            "application/cloudevents+json",
            "application/cloudevents+json; charset=utf-8",
            "Application/CloudEvents+JSON;charset=\"UTF-8\"",
        ] {
            assert_eq!(of(structured).unwrap(), Content::Structured, "{structured}");
        }
        assert_eq!(of("application/cloudevents-batch+json").unwrap(), Content::Batched);
        assert_eq!(of("application/json").unwrap(), Content::Binary);
        for refused in [
            "application/cloudevents+avro",
            "application/cloudevents",
            "application/cloudevents-batch+xml",
            "application/cloudevents+json; charset=latin1",
        ] {
            assert_eq!(of(refused).unwrap_err().status, 415, "{refused}");
        }
        let mut two = headers(&[("content-type", "application/json")]);
        two.append("content-type", HeaderValue::from_static("application/cloudevents+json"));
        assert_eq!(Content::of(&two).unwrap_err().status, 415);
        assert_eq!(Content::of(&headers(&[])).unwrap_err().status, 415);
        assert_eq!(Content::of(&headers(&[("ce-specversion", "1.0")])).unwrap(), Content::Binary);
    }

    fn binary_of(pairs: &[(&'static str, &str)], body: &[u8]) -> Result<String, String> {
        let headers = headers(pairs);
        let value = binary(&headers, body).map_err(|problem| problem.detail)?;
        Ok(String::from_utf8(value.to_canonical()).unwrap())
    }

    #[test]
    fn headers_become_attributes() {
        let event = binary_of(
            &[
                ("ce-specversion", "1.0"),
                ("ce-id", "a%20b%E2%82%AC"),
                ("ce-source", "/foi"),
                ("ce-type", "\"quoted \\\"x\\\" %25\""),
                ("content-type", "application/json"),
                ("x-other", "1"),
            ],
            br#"{"n": 1.50}"#,
        );
        assert_eq!(
            event.unwrap(),
            "{\"data\":{\"n\":1.50},\"datacontenttype\":\"application/json\",\"id\":\"a b\u{20ac}\",\"source\":\"/foi\",\"specversion\":\"1.0\",\"type\":\"quoted \\\"x\\\" %\"}"
        );
        let bytes = binary_of(&[("ce-id", "1"), ("content-type", "image/png")], b"\x00\xff").unwrap();
        assert_eq!(bytes, r#"{"data_base64":"AP8=","datacontenttype":"image/png","id":"1"}"#);
        assert_eq!(binary_of(&[("ce-id", "1")], b"").unwrap(), r#"{"id":"1"}"#);
        assert_eq!(binary_of(&[("ce-id", "1")], b"null").unwrap(), r#"{"data":null,"id":"1"}"#);
    }

    #[test]
    fn headers_that_are_wrong_are_named() {
        let refused = |name: &'static str, value: &str| binary_of(&[(name, value)], b"").unwrap_err();
        assert!(refused("ce-datacontenttype", "text/plain").contains("ce-datacontenttype"));
        assert!(refused("ce-data", "x").contains("the body is the data"));
        assert!(refused("ce-id", "%ff").contains("not UTF-8"));
        assert!(refused("ce-id", "\"open").contains("quote"));
        let mut twice = HeaderMap::new();
        twice.append("ce-id", HeaderValue::from_static("1"));
        twice.append("ce-id", HeaderValue::from_static("2"));
        assert!(binary(&twice, b"").unwrap_err().detail.contains("twice"));
        let latin = HeaderValue::from_bytes(b"caf\xe9").unwrap();
        let latin: HeaderMap = [(HeaderName::from_static("ce-id"), latin)].into_iter().collect();
        assert!(binary(&latin, b"").unwrap_err().detail.contains("printable ASCII"));
    }

    #[test]
    fn encodings_are_one_at_most() {
        let of = |value: &str| Encoding::of(&headers(&[("content-encoding", value)]));
        assert_eq!(of("gzip").unwrap(), Encoding::Gzip);
        assert_eq!(of(" ZSTD ").unwrap(), Encoding::Zstd);
        assert_eq!(of("identity").unwrap(), Encoding::Plain);
        assert_eq!(of("gzip, gzip").unwrap_err().status, 415);
        assert_eq!(of("br").unwrap_err().status, 415);
    }
}

//! How long do the pages take that people look at, and what do they weigh? One person, one page after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use muniment_core::event::group_of;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::tally::Latency;
use super::target::{LoadError, Target, beginning};
use crate::net::client::Client;
use crate::progress::Progress;

/// The longest that of a hundred times a page is asked for ninety-nine may take.
pub const TIME_MAX: Duration = Duration::from_millis(150);
/// The most that a page may weigh with its own style and scripts, uncompressed.
pub const WEIGHT_BYTES_MAX: usize = 150_000;
/// Times that each page is asked for before it counts.
const WARM_UP_ROUNDS: u32 = 2;
/// Entries that are looked at to learn which pages there are.
const SAMPLES: &str = "500";
/// How long a server that has just started may take to gather its alerts.
const GATHERING_MAX: Duration = Duration::from_mins(1);
/// Between two looks at whether it has.
const GATHERING_POLL: Duration = Duration::from_millis(100);
/// Letters of a word that is searched for.
const WORD_CHARS_MIN: usize = 4;

/// A kind of page.
#[derive(Debug)]
pub struct MeasuredPage {
    /// What it is.
    pub name: &'static str,
    /// Where it is.
    pub path: String,
    /// From asking to the end of the answer.
    pub latency: Latency,
    /// Its own bytes.
    pub page_bytes: usize,
    /// With its style and its scripts.
    pub bytes: usize,
    /// The same, each compressed by gzip.
    pub packed_bytes: usize,
}

impl MeasuredPage {
    /// Whether it is within what a page may take and weigh.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.latency.at(0.99) <= TIME_MAX && self.bytes <= WEIGHT_BYTES_MAX
    }
}

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// The ledger's name.
    pub origin: String,
    /// Its entries.
    pub entries: u64,
    /// The pages that were answered as they should be.
    pub pages: Vec<MeasuredPage>,
    /// Those that this token may not see.
    pub forbidden: Vec<&'static str>,
    /// Kinds of which this ledger has none.
    pub missing: Vec<&'static str>,
    /// Those that failed, and how.
    pub failed: Vec<(&'static str, String)>,
}

/// Signs in and looks at every kind of page, each `rounds` times.
///
/// # Errors
/// See [`LoadError`].
pub async fn pages(
    target: &Target,
    token: &str,
    rounds: u32,
    progress: &Progress,
) -> Result<Measured, LoadError> {
    let mut client = target.connect().await?;
    let state = target.ledger(&mut client).await?;
    let found = Found::learn(target, &mut client, state.size).await?;
    let mut visitor = Visitor { cookie: sign_in(target, &mut client, token).await?, client };
    let (mut pages, mut forbidden, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut asked = 0_u64;
    for (name, path) in found.paths {
        match visitor.measure(name, &path, rounds).await? {
            Looked::Measured(page) => pages.push(*page),
            Looked::Forbidden => forbidden.push(name),
            Looked::Failed(how) => failed.push((name, how)),
        }
        asked += u64::from(rounds);
        progress.report("looking at pages", asked, None);
    }
    if pages.is_empty() {
        let first = failed.into_iter().next().map(|(name, how)| format!("{name}: {how}"));
        return Err(LoadError::Nothing(first.unwrap_or_else(|| "this token may see no page".to_owned())));
    }
    Ok(Measured {
        origin: state.origin,
        entries: state.size,
        pages,
        forbidden,
        missing: found.missing,
        failed,
    })
}

/// Signs in as a browser does. Gives what its cookie holds.
async fn sign_in(target: &Target, client: &mut Client, token: &str) -> Result<HeaderValue, LoadError> {
    const PATH: &str = "/sign-in";
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("token", token.trim()).finish();
    let mut request = Request::new(Full::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = PATH.parse().unwrap_or_default();
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, kind);
    let (status, headers, body) = client.send(request).await?;
    if status == StatusCode::UNPROCESSABLE_ENTITY {
        return Err(LoadError::Unauthorized(target.url.clone()));
    }
    let set = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let mut pairs = set.filter_map(|cookie| cookie.split(';').next());
    let cookie = pairs.find(|pair| pair.contains("muniment=")).map(HeaderValue::from_str);
    cookie.and_then(Result::ok).ok_or_else(|| LoadError::NoLedger {
        url: target.url.clone(),
        path: PATH.to_owned(),
        status,
        answer: beginning(&body),
    })
}

/// Where the kinds of pages are in this ledger.
#[derive(Debug, Default)]
struct Found {
    paths: Vec<(&'static str, String)>,
    /// Kinds of which it has none.
    missing: Vec<&'static str>,
}

impl Found {
    async fn learn(target: &Target, client: &mut Client, size: u64) -> Result<Found, LoadError> {
        let recent = format!("/v1/events?order=desc&limit={SAMPLES}");
        let recent = ask(target, client, &recent).await?.unwrap_or_default();
        let sample = Sample::of(recent["events"].as_array().map_or(&[][..], Vec::as_slice));
        let last = size.saturating_sub(1);
        let alerts = open_alert(target, client).await?;
        let plugins = ask(target, client, "/v1/plugins").await?.unwrap_or_default();
        let reports = ask(target, client, "/v1/reports").await?.unwrap_or_default();
        let id = |value: &Value| value.as_str().map(encoded);
        let mut found = Found::default();
        for (name, path) in [
            ("home", Some("/".to_owned())),
            ("alerts", Some("/alerts".to_owned())),
            ("alert", id(&alerts["alerts"][0]["id"]).map(|id| format!("/alerts/{id}"))),
            ("registers", Some("/registers".to_owned())),
            ("register", largest_register(target, client).await?),
            ("case", sample.case().map(|subject| format!("/cases/{}", encoded(subject)))),
            ("search by text", sample.word.as_deref().map(|word| format!("/ledger?q={}", encoded(word)))),
            ("search by filters", sample.filters()),
            ("entry", Some(format!("/ledger/{last}"))),
            ("verify", Some(format!("/verify?seq={last}"))),
            ("how to verify", Some("/verify/how".to_owned())),
            ("what can be recorded", Some("/record".to_owned())),
            ("record form", Some("/record/request.received".to_owned())),
            ("event types", Some("/docs/event-types".to_owned())),
            ("reports", Some("/reports".to_owned())),
            ("report", id(&reports["reports"][0]["id"]).map(|id| format!("/reports/{id}"))),
            ("personal data", Some("/personal-data".to_owned())),
            ("plugins", Some("/plugins".to_owned())),
            ("plugin", id(&plugins["plugins"][0]["id"]).map(|id| format!("/plugins/{id}"))),
            ("access", Some("/access".to_owned())),
        ] {
            match path {
                Some(path) => found.paths.push((name, path)),
                None => found.missing.push(name),
            }
        }
        Ok(found)
    }
}

/// What the interface answers; nothing if it does not answer this token, or not now.
async fn ask(target: &Target, client: &mut Client, path: &str) -> Result<Option<Value>, LoadError> {
    let (status, _, body) = client.send(target.get(path)).await?;
    if status != StatusCode::OK {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&body).ok())
}

/// The list with one open alert, once a server that has just started has gathered them.
async fn open_alert(target: &Target, client: &mut Client) -> Result<Value, LoadError> {
    const PATH: &str = "/v1/alerts?state=open&limit=1";
    let begun = Instant::now();
    loop {
        let (status, _, body) = client.send(target.get(PATH)).await?;
        match status {
            StatusCode::OK => return Ok(serde_json::from_slice(&body).unwrap_or_default()),
            StatusCode::SERVICE_UNAVAILABLE if begun.elapsed() < GATHERING_MAX => {
                tokio::time::sleep(GATHERING_POLL).await;
            }
            _ => return Ok(Value::Null),
        }
    }
}

/// The page of the register with the most rows.
async fn largest_register(target: &Target, client: &mut Client) -> Result<Option<String>, LoadError> {
    let list = ask(target, client, "/v1/registers").await?.unwrap_or_default();
    let mut largest: Option<(u64, String)> = None;
    for register in list["registers"].as_array().into_iter().flatten() {
        let (Some(plugin), Some(name)) = (register["plugin"].as_str(), register["name"].as_str()) else {
            continue;
        };
        let is_for_people =
            name != "disposal-check" && register["columns"].as_array().is_some_and(|all| !all.is_empty());
        if !is_for_people {
            continue;
        }
        let path = format!("registers/{}/{}", encoded(plugin), encoded(name));
        let rows = ask(target, client, &format!("/v1/{path}?limit=1")).await?.unwrap_or_default();
        let rows = rows["total"].as_u64().unwrap_or_default();
        if largest.as_ref().is_none_or(|(most, _)| rows > *most) {
            largest = Some((rows, format!("/{path}")));
        }
    }
    Ok(largest.map(|(_, path)| path))
}

/// What newer entries tell of what can be looked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sample {
    /// How many of the entries are about a case.
    subjects: BTreeMap<String, usize>,
    word: Option<String>,
    event_type: Option<String>,
    /// The day on which it happened.
    day: Option<String>,
}

impl Sample {
    fn of(entries: &[Value]) -> Sample {
        let mut sample = Sample::default();
        for event in entries.iter().map(|entry| &entry["event"]) {
            let event_type = event["type"].as_str().unwrap_or_default();
            // What the ledger says by itself is not what people look for.
            if matches!(group_of(event_type), "alert" | "clock" | "ledger" | "plugin" | "report") {
                continue;
            }
            let Some(subject) = event["subject"].as_str().filter(|subject| !subject.is_empty()) else {
                continue;
            };
            *sample.subjects.entry(subject.to_owned()).or_default() += 1;
            if sample.event_type.is_none() {
                sample.event_type = Some(event_type.to_owned());
                sample.day = event["time"].as_str().and_then(|time| time.get(..10)).map(str::to_owned);
            }
            if sample.word.is_none() {
                let texts = event["data"].as_object().into_iter().flat_map(|data| data.values());
                let texts = texts.filter_map(Value::as_str);
                let mut words = texts.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
                sample.word = words.find(|word| word.chars().count() >= WORD_CHARS_MIN).map(str::to_owned);
            }
        }
        sample
    }

    /// The case with the most entries.
    fn case(&self) -> Option<&str> {
        let largest = self.subjects.iter().max_by_key(|(_, count)| **count);
        largest.map(|(subject, _)| subject.as_str())
    }

    /// A search by type and days.
    fn filters(&self) -> Option<String> {
        let event_type = encoded(&format!("{}.*", group_of(self.event_type.as_deref()?)));
        let to = self.day.as_deref().map(|day| format!("&to={}", encoded(day))).unwrap_or_default();
        Some(format!("/ledger?type={event_type}{to}"))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// What became of looking at a page.
#[derive(Debug)]
enum Looked {
    Measured(Box<MeasuredPage>),
    Forbidden,
    Failed(String),
}

/// Somebody who is signed in.
#[derive(Debug)]
struct Visitor {
    client: Client,
    cookie: HeaderValue,
}

impl Visitor {
    async fn get(&mut self, path: &str) -> Result<(StatusCode, HeaderMap, Bytes), LoadError> {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = path.parse().unwrap_or_default();
        request.headers_mut().insert(COOKIE, self.cookie.clone());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"));
        Ok(self.client.send(request).await?)
    }

    async fn measure(&mut self, name: &'static str, path: &str, rounds: u32) -> Result<Looked, LoadError> {
        let (mut latency, mut last) = (Latency::default(), Bytes::new());
        for round in 0..WARM_UP_ROUNDS + rounds {
            let begun = Instant::now();
            let (status, headers, body) = self.get(path).await?;
            let took = begun.elapsed();
            match status {
                StatusCode::OK => {}
                StatusCode::FORBIDDEN => return Ok(Looked::Forbidden),
                StatusCode::SEE_OTHER => {
                    let to = headers.get(LOCATION).map_or(&b"elsewhere"[..], HeaderValue::as_bytes);
                    let to = String::from_utf8_lossy(to);
                    return Ok(Looked::Failed(format!("{path} leads to {to}")));
                }
                status => {
                    let answer = beginning(&body);
                    return Ok(Looked::Failed(format!("{path} was answered with {status}: {answer:?}")));
                }
            }
            if round >= WARM_UP_ROUNDS {
                latency.record(took);
            }
            last = body;
        }
        let (mut bytes, mut packed_bytes) = (last.len(), packed(&last)?);
        for part in parts(&String::from_utf8_lossy(&last)) {
            let (status, _, body) = self.get(&part).await?;
            if status != StatusCode::OK {
                return Ok(Looked::Failed(format!(
                    "{part}, of which it is made, was answered with {status}"
                )));
            }
            bytes += body.len();
            packed_bytes += packed(&body)?;
        }
        let page_bytes = last.len();
        let path = path.to_owned();
        let page = MeasuredPage { name, path, latency, page_bytes, bytes, packed_bytes };
        Ok(Looked::Measured(Box::new(page)))
    }
}

/// The style and the scripts of a page. No text of an event is taken for one: quotes in texts are escaped.
fn parts(html: &str) -> BTreeSet<String> {
    let named = html.split("\"/static/").skip(1).filter_map(|rest| rest.split('"').next());
    let own = named.filter(|name| [".css", ".js"].iter().any(|ending| name.ends_with(ending)));
    own.map(|name| format!("/static/{name}")).collect()
}

/// How many bytes are left of some by gzip.
fn packed(bytes: &[u8]) -> io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(event_type: &str, subject: &str) -> Value {
        json!({ "event": {
            "type": event_type, "subject": subject, "time": "2026-05-01T08:00:00Z", "data": { "regime": "foi", "team": "records" },
        } })
    }

    #[test]
    fn what_to_look_at_is_learned_from_what_people_recorded() {
        let sample = Sample::of(&[
            entry("alert.raised", "FOI/9"),
            entry("request.received", "FOI/1"),
            entry("request.responded", "FOI/2"),
            entry("request.extended", "FOI/2"),
        ]);
        assert_eq!((sample.case(), sample.word.as_deref()), (Some("FOI/2"), Some("records")));
        assert_eq!(sample.filters().as_deref(), Some("/ledger?type=request%2E%2A&to=2026%2D05%2D01"));
        assert_eq!(Sample::of(&[]), Sample::default());
        assert_eq!((Sample::of(&[]).case(), Sample::of(&[]).filters()), (None, None));
    }

    #[test]
    fn a_page_is_weighed_with_its_own_parts() {
        let html = r#"<link rel="stylesheet" href="/static/style-1.css"><script src="/static/script-2.js" defer>
            <script src="/static/script-2.js"><img src="/static/logo"> &quot;/static/x.js&quot; <a href="/docs">"#;
        assert_eq!(Vec::from_iter(parts(html)), ["/static/script-2.js", "/static/style-1.css"]);
        assert!(packed(&[b'x'; 10_000]).unwrap() < 200);
    }

    #[test]
    fn too_slow_and_too_heavy_are_beyond() {
        let page = |millis: u64, bytes: usize| {
            let mut latency = Latency::default();
            latency.record(Duration::from_millis(millis));
            MeasuredPage { name: "a", path: "/".to_owned(), latency, page_bytes: 0, bytes, packed_bytes: 0 }
        };
        assert!(page(100, WEIGHT_BYTES_MAX).is_within());
        assert!(!page(200, 1).is_within());
        assert!(!page(1, WEIGHT_BYTES_MAX + 1).is_within());
    }
}

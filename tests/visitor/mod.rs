//! Somebody who looks at the pages: keeps the cookie, follows links and redirects, and sends forms as a browser does.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod html;

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use html::{Form, Piece, Tag};
use jiff::Timestamp;

use crate::support::http::{Answer, Request};
use crate::support::serving::Serving;

/// Most that a page may weigh with its style and its scripts.
const WEIGHT_BYTES_MAX: usize = 150_000;

/// Every page that is there in every ledger, as far as an administrator sees it.
pub(crate) const PAGES: [&str; 22] = [
    "/",
    "/alerts",
    "/registers",
    "/record",
    "/record/request.received",
    "/record/correction",
    "/reports",
    "/reports/new",
    "/reports/design",
    "/ledger",
    "/ledger/0",
    "/verify",
    "/verify?seq=0",
    "/verify/how",
    "/personal-data",
    "/personal-data/reveal",
    "/personal-data/destroy",
    "/plugins",
    "/plugins/install",
    "/access",
    "/access/new",
    "/access/people",
];

/// Texts that would do harm in a page that did not escape them.
pub(crate) const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "</title></textarea></script><svg/onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
];

/// An instant so many days ago.
pub(crate) fn days_ago(days: u64) -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Timestamp::from_second(i64::try_from(now - days * 86_400).unwrap()).unwrap()
}

/// A page that somebody looks at.
#[derive(Debug)]
pub(crate) struct Page {
    /// Where it is.
    pub(crate) path: String,
    pub(crate) answer: Answer,
    pub(crate) pieces: Vec<Piece>,
}

impl Page {
    fn new(path: &str, answer: Answer) -> Page {
        let is_html = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let pieces = if is_html { html::read(&answer.text()) } else { Vec::new() };
        Page { path: path.to_owned(), answer, pieces }
    }

    /// Asserts its status, and that it is safe.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Page {
        assert_eq!(self.answer.status, status, "{}: {:.2000}", self.path, self.answer.text());
        self.is_safe();
        self
    }

    /// Where it sends its visitor.
    #[track_caller]
    pub(crate) fn leads_to(&self) -> &str {
        assert_eq!(self.answer.status, 303, "{}: {:.2000}", self.path, self.answer.text());
        self.answer.header("location").unwrap()
    }

    pub(crate) fn tags(&self, name: &str) -> impl Iterator<Item = &Tag> {
        let is_it = move |tag: &&Tag| name.is_empty() || tag.name == name;
        let tags = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Tag(tag) => Some(tag),
            _ => None,
        });
        tags.filter(is_it)
    }

    /// What is read of it, with single spaces.
    pub(crate) fn text(&self) -> String {
        let texts = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            _ => " ",
        });
        html::spaced(&texts.collect::<String>())
    }

    fn first(&self, name: &str) -> String {
        let is_it = |piece: &Piece| matches!(piece, Piece::Tag(tag) if tag.name == name);
        self.pieces.iter().position(is_it).map(|place| html::inner(&self.pieces, place)).unwrap_or_default()
    }

    pub(crate) fn title(&self) -> String {
        self.first("title")
    }

    pub(crate) fn heading(&self) -> String {
        self.first("h1")
    }

    /// Paths and texts of the links.
    pub(crate) fn links(&self) -> Vec<(String, String)> {
        let link = |(place, piece): (usize, &Piece)| match piece {
            Piece::Tag(tag) if tag.name == "a" => {
                Some((tag.get("href")?.to_owned(), html::inner(&self.pieces, place)))
            }
            _ => None,
        };
        self.pieces.iter().enumerate().filter_map(link).collect()
    }

    /// Whether something of it leads there.
    pub(crate) fn has_link(&self, path: &str) -> bool {
        self.links().iter().any(|(link, _)| link == path)
    }

    pub(crate) fn forms(&self) -> Vec<Form> {
        let mut forms = html::forms(&self.pieces);
        for form in forms.iter_mut().filter(|form| form.action.is_empty()) {
            self.path.clone_into(&mut form.action);
        }
        forms
    }

    /// The form that the page is about: that with the most to it, among those that are posted and not on every page.
    #[track_caller]
    pub(crate) fn form(&self) -> Form {
        let forms = self.forms().into_iter();
        let own = forms.filter(|form| form.method == "post" && !form.action.starts_with("/sign-out"));
        let largest = own.max_by_key(|form| form.controls.len());
        largest.unwrap_or_else(|| panic!("{} has no form: {}", self.path, self.text()))
    }

    /// The form with a button of this name.
    #[track_caller]
    pub(crate) fn form_with(&self, button: &str) -> Form {
        let has = |form: &Form| form.buttons().any(|known| known == button);
        let found = self.forms().into_iter().find(has);
        found.unwrap_or_else(|| panic!("{} has no button {button:?}: {}", self.path, self.text()))
    }

    /// What the summary of errors leads to: ids, and what is wrong there. Each is on the page.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let is_summary =
            |piece: &Piece| matches!(piece, Piece::Tag(tag) if tag.get("class") == Some("error-summary"));
        let start = self.pieces.iter().position(is_summary);
        let start =
            start.unwrap_or_else(|| panic!("{} has no summary of errors: {}", self.path, self.text()));
        let is_end = |piece: &&Piece| matches!(piece, Piece::End(name) if name == "ul");
        let within = self.pieces[start..].iter().take_while(|piece| !is_end(piece)).enumerate();
        let link = |(place, piece): (usize, &Piece)| match piece {
            Piece::Tag(tag) if tag.name == "a" => {
                let id = tag.get("href")?.strip_prefix('#')?.to_owned();
                Some((id, html::inner(&self.pieces, start + place)))
            }
            _ => None,
        };
        let errors: Vec<(String, String)> = within.filter_map(link).collect();
        let ids: BTreeSet<&str> = self.tags("").filter_map(|tag| tag.get("id")).collect();
        for (id, message) in &errors {
            assert!(
                ids.contains(id.as_str()),
                "{}: {message:?} leads to #{id}, which is not there",
                self.path
            );
        }
        assert!(self.title().starts_with("Error: "), "{}", self.title());
        errors
    }

    /// Nothing in it runs or reaches out, and nobody else shows or keeps it.
    #[track_caller]
    pub(crate) fn is_safe(&self) {
        let path = &self.path;
        let header = |name: &str| self.answer.header(name).unwrap_or_default();
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{path}");
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("'unsafe-"), "{path}: {policy}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        let mut ids = BTreeSet::new();
        for tag in self.tags("") {
            let name = tag.name.as_str();
            assert!(
                !["style", "iframe", "object", "embed", "base", "applet"].contains(&name),
                "{path}: {tag:?}"
            );
            for (attribute, value) in &tag.attributes {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{path}: {tag:?}");
                if ["href", "src", "action", "formaction", "xlink:href"].contains(&attribute.as_str()) {
                    let is_link = name == "a" && value.starts_with("https://");
                    let is_ours =
                        value.is_empty() || (value.starts_with(['/', '#', '?']) && !value.starts_with("//"));
                    assert!(is_link || is_ours, "{path}: {tag:?}");
                }
                if attribute == "id" {
                    assert!(ids.insert(value), "{path}: two have the id {value:?}");
                }
            }
            let own = |attribute: &str| tag.get(attribute).is_some_and(|from| from.starts_with("/static/"));
            assert!(name != "script" || own("src"), "{path}: {tag:?}");
            assert!(name != "link" || own("href"), "{path}: {tag:?}");
        }
        assert!(!self.title().is_empty() && !self.heading().is_empty(), "{path}");
        assert_eq!(self.tags("h1").count(), 1, "{path}");
        assert!(self.tags("html").all(|tag| tag.get("lang") == Some("en-GB")), "{path}");
        assert!(self.answer.text().trim_end().ends_with("</html>"), "{path} is not whole");
    }
}

/// Somebody with a browser.
pub(crate) struct Visitor<'s> {
    serving: &'s Serving,
    /// Name and value of the cookie.
    pub(crate) cookie: Option<(String, String)>,
}

impl<'s> Visitor<'s> {
    /// Nobody yet.
    pub(crate) fn new(serving: &'s Serving) -> Visitor<'s> {
        Visitor { serving, cookie: None }
    }

    /// Somebody who has signed in with a token.
    #[track_caller]
    pub(crate) fn with(serving: &'s Serving, token: &str) -> Visitor<'s> {
        let mut visitor = Visitor::new(serving);
        visitor.sign_in("/sign-in", token);
        visitor
    }

    /// Signs in on a page that asks for it. Gives the answer to that.
    #[track_caller]
    pub(crate) fn sign_in(&mut self, path: &str, token: &str) -> Page {
        let mut form = self.get(path).is(200).form();
        form.fill("Access token", token);
        let answer = self.submit(&form, &[]);
        assert!(self.cookie.is_some(), "{:.2000}", answer.answer.text());
        answer
    }

    fn ask(&mut self, request: Request) -> Answer {
        let request = match &self.cookie {
            Some((name, value)) => request.with("cookie", &format!("{name}={value}")),
            None => request,
        };
        let answer = self.serving.ask(request.with("accept", "text/html,*/*;q=0.8"));
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, _) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookie = (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()));
        }
        answer
    }

    /// What a path answers, wherever that leads.
    #[track_caller]
    pub(crate) fn get(&mut self, path: &str) -> Page {
        let (path, _) = path.split_once('#').unwrap_or((path, ""));
        let answer = self.ask(Request::get(target(path)));
        Page::new(path, answer)
    }

    /// The page that a path leads to.
    #[track_caller]
    pub(crate) fn go(&mut self, path: &str) -> Page {
        let page = self.get(path);
        self.follow(page)
    }

    /// Sends a form. Gives the answer to that.
    #[track_caller]
    pub(crate) fn submit(&mut self, form: &Form, headers: &[(&str, &str)]) -> Page {
        let pairs =
            form.pairs().into_iter().map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value)));
        let fields = pairs.collect::<Vec<_>>().join("&");
        let (action, _) = form
            .action
            .split_once('?')
            .filter(|_| form.method == "get")
            .unwrap_or((form.action.as_str(), ""));
        let request = match form.method.as_str() {
            "post" => Request::post(target(action), "application/x-www-form-urlencoded", fields),
            _ => return self.get(&format!("{action}?{fields}")),
        };
        // As browsers say where a form comes from, unless it is to come from elsewhere.
        let headers: &[(&str, &str)] =
            if headers.is_empty() { &[("sec-fetch-site", "same-origin")] } else { headers };
        let request = headers.iter().fold(request, |request, (name, value)| request.with(name, value));
        let answer = self.ask(request);
        Page::new(action, answer)
    }

    /// Sends a form. Gives the page that this leads to.
    #[track_caller]
    pub(crate) fn send(&mut self, form: &Form) -> Page {
        let page = self.submit(form, &[]);
        self.follow(page)
    }

    #[track_caller]
    fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            if page.answer.status != 303 {
                return page;
            }
            let to = page.leads_to().to_owned();
            assert!(to.starts_with('/') && !to.starts_with("//"), "{} leads to {to}", page.path);
            page = self.get(&to);
        }
        panic!("{} leads nowhere", page.path);
    }

    /// What a page weighs with its style and its scripts.
    #[track_caller]
    pub(crate) fn weighs_little(&mut self, page: &Page) {
        let parts = page.tags("link").chain(page.tags("script"));
        let parts: BTreeSet<&str> = parts.filter_map(|tag| tag.get("href").or(tag.get("src"))).collect();
        let parts = parts.into_iter().map(|path| self.ask(Request::get(path)).is(200).body.len());
        let bytes = page.answer.body.len() + parts.sum::<usize>();
        assert!(bytes <= WEIGHT_BYTES_MAX, "{} weighs {bytes} bytes", page.path);
    }
}

/// What a browser asks for where a link leads.
fn target(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>`".contains(&byte);
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A name or value of a form, as it is sent.
pub(crate) fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

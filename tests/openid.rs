//! Signing in by OpenID Connect, with a provider that others wrote (npm's `oidc-provider`), as a browser without scripts does it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use support::http::{Answer, Connection, Request};
use support::serving::Serving;
use support::{clients, root};
use visitor::html::{self, Form};
use visitor::{Visitor, encoded};

mod support;
mod visitor;

const SECRET: &str = "a-secret-of-the-client-and-nobody-else";

/// A provider of identities. It ends with this.
struct Provider {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// `http://127.0.0.1:PORT`
    address: String,
}

impl Provider {
    /// `None` where Node is not there.
    fn start() -> Option<Provider> {
        let folder = clients::openid_folder()?;
        let mut node = Command::new("node");
        let mut child = node
            .current_dir(folder)
            .arg(root().join("tests/openid/provider.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut provider = Provider { child, stdin, stdout: BufReader::new(stdout), address: String::new() };
        provider.address = provider.line();
        assert!(provider.address.starts_with("http://127.0.0.1:"), "{:?}", provider.address);
        Some(provider)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Tells it where people come from.
    fn serves(&mut self, serving: &Serving) {
        writeln!(self.stdin, "http://{}", serving.address).unwrap();
        assert_eq!(self.line(), "ready");
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A ledger whose pages ask this provider.
fn serving(issuer: &str, tokens: bool) -> Serving {
    let (issuer, tokens) = (issuer.to_owned(), tokens.to_string());
    Serving::with(
        move |ledger| {
            let secret = ledger.beside("client-secret");
            fs::write(&secret, format!("{SECRET}\n")).unwrap();
            let settings = format!(
                "[pages]\ntoken_sign_in = {tokens}\n\
                 [openid]\nissuer = {issuer:?}\nclient_id = \"ledger\"\nclient_secret_file = {secret:?}\n\
                 roles_claim = \"realm_access.roles\"\n\
                 [[openid.grants]]\nclaim = \"officer\"\nroles = [\"officer\"]\n\
                 [[openid.grants]]\nclaim = \"admin\"\nroles = [\"admin\"]\n"
            );
            fs::write(ledger.data().join("muniment.toml"), settings).unwrap();
        },
        &[],
    )
}

/// A cookie, and where it goes.
#[derive(Debug)]
struct Cookie {
    host: String,
    path: String,
    name: String,
    value: String,
}

/// A browser without scripts that goes from server to server.
#[derive(Debug, Default)]
struct Browser {
    cookies: Vec<Cookie>,
}

/// Where a browser has come to.
#[derive(Debug)]
struct Place {
    host: String,
    path: String,
    answer: Answer,
}

impl Place {
    fn text(&self) -> String {
        let texts = html::read(&self.answer.text()).into_iter().map(|piece| match piece {
            html::Piece::Text(text) => text,
            _ => " ".to_owned(),
        });
        html::spaced(&texts.collect::<String>())
    }

    #[track_caller]
    fn is(self, status: u16) -> Place {
        assert_eq!(self.answer.status, status, "{}{}: {:.2000}", self.host, self.path, self.answer.text());
        self
    }

    #[track_caller]
    fn form_with(&self, button: &str) -> Form {
        let forms = html::forms(&html::read(&self.answer.text()));
        let found = forms.into_iter().find(|form| form.buttons().any(|known| known.starts_with(button)));
        found
            .unwrap_or_else(|| panic!("{}{} has no button {button:?}: {}", self.host, self.path, self.text()))
    }

    /// Where a link leads that says this.
    #[track_caller]
    fn link(&self, says: &str) -> String {
        let pieces = html::read(&self.answer.text());
        let link = |(place, piece): (usize, &html::Piece)| match piece {
            html::Piece::Tag(tag) if tag.name == "a" && html::inner(&pieces, place) == says => {
                tag.get("href").map(str::to_owned)
            }
            _ => None,
        };
        let found = pieces.iter().enumerate().find_map(link);
        found.unwrap_or_else(|| panic!("{}{} has no link {says:?}: {}", self.host, self.path, self.text()))
    }
}

impl Browser {
    fn cookie(&self, name: &str) -> Option<&Cookie> {
        self.cookies.iter().find(|cookie| cookie.name == name)
    }

    /// Asks one server, without going on from there.
    #[track_caller]
    fn ask(&mut self, host: &str, request: Request) -> Answer {
        let path = request.target.split('?').next().unwrap().to_owned();
        let fitting = self.cookies.iter().filter(|one| one.host == host && path.starts_with(&one.path));
        let pairs: Vec<String> = fitting.map(|one| format!("{}={}", one.name, one.value)).collect();
        let request = if pairs.is_empty() { request } else { request.with("cookie", &pairs.join("; ")) };
        let address: SocketAddr = host.parse().unwrap();
        // The provider makes addresses of the host that it is asked for.
        let bytes = String::from_utf8(request.bytes()).unwrap();
        let bytes = bytes.replacen("host: ledger.test\r\n", &format!("host: {host}\r\n"), 1);
        let mut connection = Connection::open(address);
        connection.send(bytes.as_bytes()).unwrap();
        let answer = connection.answer(true).unwrap();
        for (_, text) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = text.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let path = attributes.split(';').find_map(|one| {
                let (name, value) = one.trim().split_once('=')?;
                name.eq_ignore_ascii_case("path").then(|| value.to_owned())
            });
            let path = path.unwrap_or_else(|| "/".to_owned());
            self.cookies.retain(|one| !(one.host == host && one.name == name && one.path == path));
            if !value.is_empty() {
                let (host, name, value) = (host.to_owned(), name.to_owned(), value.to_owned());
                self.cookies.push(Cookie { host, path, name, value });
            }
        }
        answer
    }

    /// Goes on from an answer for as long as it leads elsewhere.
    #[track_caller]
    fn follow(&mut self, mut place: Place) -> Place {
        for _ in 0..12 {
            if !matches!(place.answer.status, 302 | 303) {
                return place;
            }
            let to = place.answer.header("location").unwrap().to_owned();
            let from = place.host.clone();
            place = self.go_once(&from, &to);
        }
        panic!("{}{} leads nowhere", place.host, place.path);
    }

    #[track_caller]
    fn go_once(&mut self, from: &str, to: &str) -> Place {
        let (host, path) = match to.strip_prefix("http://") {
            Some(rest) => rest.split_once('/').map(|(host, path)| (host, format!("/{path}"))).unwrap(),
            None => (from, to.to_owned()),
        };
        let answer = self.ask(host, Request::get(path.as_str()));
        Place { host: host.to_owned(), path, answer }
    }

    #[track_caller]
    fn go(&mut self, from: &str, to: &str) -> Place {
        let place = self.go_once(from, to);
        self.follow(place)
    }

    /// Sends a form of a page.
    #[track_caller]
    fn send(&mut self, page: &Place, form: &Form) -> Place {
        let pairs =
            form.pairs().into_iter().map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value)));
        let fields = pairs.collect::<Vec<_>>().join("&");
        let (host, path) = match form.action.strip_prefix("http://") {
            Some(rest) => rest.split_once('/').map(|(host, path)| (host, format!("/{path}"))).unwrap(),
            None => (page.host.as_str(), form.action.clone()),
        };
        let request = Request::post(path.as_str(), "application/x-www-form-urlencoded", fields)
            .with("sec-fetch-site", "same-origin");
        let answer = self.ask(host, request);
        let place = Place { host: host.to_owned(), path, answer };
        self.follow(place)
    }

    /// Tells the provider who this is, and agrees.
    #[track_caller]
    fn log_in(&mut self, login: Place, who: &str) -> Place {
        let login = login.is(200);
        let mut form = login.form_with("Sign-in");
        form.set("login", who);
        form.set("password", "any");
        let consent = self.send(&login, &form).is(200);
        let form = consent.form_with("Continue");
        self.send(&consent, &form)
    }

    /// Signs in from the page that asks for it.
    #[track_caller]
    fn sign_in(&mut self, serving: &Serving, path: &str, who: &str) -> Place {
        let pages = serving.address.to_string();
        let asked = self.go(&pages, path).is(200);
        let link = asked.link("Sign in with your account");
        let login = self.go(&pages, &link);
        self.log_in(login, who)
    }
}

#[test]
fn people_sign_in_with_their_accounts() {
    let Some(mut provider) = Provider::start() else { return };
    let mut serving = serving(&provider.address, true);
    provider.serves(&serving);
    let pages = serving.address.to_string();
    let mut browser = Browser::default();
    let came = browser.sign_in(&serving, "/record/request.received", "jo+officer").is(200);
    assert_eq!((came.host.as_str(), came.path.as_str()), (pages.as_str(), "/record/request.received"));
    assert!(came.text().contains("Signed in as Person jo+officer"), "{}", came.text());
    assert!(browser.cookie("muniment-openid").is_none(), "it is of no more use");
    // What is done is recorded under a pseudonym.
    let mut form = came.form_with("Continue");
    form.fill("Case or record", "FOI-2026-0001");
    form.fill("Regime", "foi");
    let check = browser.send(&came, &form).is(200);
    let sending = html::forms(&html::read(&check.answer.text()));
    let sending =
        sending.into_iter().filter(|form| form.method == "post" && !form.action.starts_with("/sign-out"));
    let send = sending.max_by_key(|form| form.controls.len()).unwrap().press("send");
    browser.send(&check, &send).is(200);
    let entries = serving.ledger.entries();
    let entry = entries.iter().find(|entry| entry["event"]["type"] == "request.received").unwrap();
    let by = entry["by"].as_str().unwrap().to_owned();
    assert!(by.starts_with("user/") && by.len() == 37, "{by}");
    assert!(came.text().contains(&by), "whoever is signed in is told: {}", came.text());
    // Their role goes no further: an officer is no administrator.
    assert_eq!(browser.go(&pages, "/access/people").answer.status, 403);
    // The same person again, and another.
    let mut second = Browser::default();
    assert!(second.sign_in(&serving, "/sign-in", "jo+officer").is(200).text().contains(&by));
    let mut boss = Browser::default();
    let home = boss.sign_in(&serving, "/sign-in", "al+admin+officer").is(200);
    assert!(!home.text().contains(&by));
    // The administrator sees them, by name and by pseudonym, and signs them out everywhere.
    let people = boss.go(&pages, "/access/people").is(200);
    for part in ["Person jo+officer", &by, "Person al+admin+officer", "Officer", "(you)"] {
        assert!(people.text().contains(part), "{part}: {}", people.text());
    }
    let forms = html::forms(&html::read(&people.answer.text())).into_iter();
    let form =
        forms.filter(|form| form.action == "/access/people/sign-out").find(|form| form.sent("name") == by);
    let done = boss.send(&people, &form.unwrap()).is(200);
    assert!(done.text().contains("They were signed out everywhere"), "{}", done.text());
    assert!(!done.text().contains("Person jo+officer"), "{}", done.text());
    for gone in [&mut browser, &mut second] {
        assert_eq!(
            gone.go_once(&pages, "/ledger").answer.header("location"),
            Some("/sign-in?next=%2Fledger")
        );
    }
    boss.go(&pages, "/").is(200);
    // Nothing of who they are is on disk or in the log.
    let text = serving.ledger.lines().join("\n") + &serving.log();
    for known in ["jo+officer", "Person jo", SECRET] {
        assert!(!text.contains(known), "{known}");
    }
    serving.stop_and_verify();
}

#[test]
fn what_was_typed_outlives_the_session_of_a_person_too() {
    let Some(mut provider) = Provider::start() else { return };
    // With people alone.
    let mut serving = serving(&provider.address, false);
    provider.serves(&serving);
    let pages = serving.address.to_string();
    let mut browser = Browser::default();
    let came = browser.sign_in(&serving, "/record/request.received", "jo+officer").is(200);
    let mut form = came.form_with("Continue");
    form.fill("Case or record", "FOI-2026-0007");
    browser.cookies.retain(|cookie| cookie.name != "muniment");
    let asked = browser.send(&came, &form).is(401);
    assert!(!asked.text().contains("Access token"), "{}", asked.text());
    let again = browser.send(&asked, &asked.form_with("Sign in with your account")).is(200);
    // The provider still knows them, and asks nothing.
    let link = again.link("Go on to sign in");
    let kept = browser.go(&pages, &link).is(200);
    assert!(kept.text().contains("FOI-2026-0007"), "{}", kept.text());
    let form = browser.send(&kept, &kept.form_with("Send what I typed")).is(422).form_with("Continue");
    assert_eq!(form.value("Case or record"), "FOI-2026-0007");
    // A token signs nobody in here.
    let token = format!("token={}", encoded(&serving.admin));
    let posted = Request::post("/sign-in", "application/x-www-form-urlencoded", token);
    assert!(serving.ask(posted).is(403).header("set-cookie").is_none());
    serving.stop_and_verify();
}

#[test]
fn an_account_and_a_token_are_not_two_people() {
    let Some(mut provider) = Provider::start() else { return };
    let mut serving = serving(&provider.address, true);
    provider.serves(&serving);
    let admin = serving.admin.clone();
    let post = |id: &str, event_type: &str, data: Value| {
        let event = json!({"specversion": "1.0", "id": id, "source": "/foi", "type": event_type, "subject": "FOI-1",
            "data": data});
        serving.post(&admin, &event).is(201);
    };
    post("1", "request.received", json!({"regime": "foi", "note": "Ada rang twice"}));
    post("2", "request.closed", json!({}));
    serving.indexed();
    // A token may look at what would be destroyed, and is told that it cannot ask for it.
    let ask = |target: &str, body: Value| {
        serving.ask(Request::post(target, "application/json", body.to_string()).token(&admin))
    };
    let target = "/v1/subjects/request/FOI-1/destroy";
    let body = json!({"basis": "recorded_in_error"});
    let plan = ask(&format!("{target}?dry_run=true"), body).is(200).json();
    assert!(plan["cannot_ask"].as_str().unwrap().contains("token/admin is a token"), "{plan}");
    let body = json!({"basis": "recorded_in_error", "plan": plan["plan"]});
    ask(target, body).problem(403, "account_needed");
    let form_path = "/personal-data/destroy?group=request&subject=FOI-1";
    let mut by_token = Visitor::with(&serving, &admin);
    let page = by_token.go(form_path).is(200);
    assert!(page.text().contains("and not ask for it"), "{}", page.text());
    // Somebody with an account asks.
    let mut jo = Browser::default();
    let page = jo.sign_in(&serving, form_path, "jo+officer").is(200);
    let mut form = page.form_with("Show what would be destroyed");
    form.fill("Why is it destroyed?", "recorded_in_error");
    let plan = jo.send(&page, &form).is(200);
    let asked = jo.send(&plan, &plan.form_with("Ask for this destruction")).is(200);
    assert!(asked.text().contains("signed in with an account of their own"), "{}", asked.text());
    // A token that may be theirs does not count as somebody else, and its holder sees so before trying.
    ask("/v1/destructions/1/authorise", Value::Null).problem(403, "account_needed");
    let page = by_token.go("/personal-data/destructions/1").is(200);
    assert!(page.text().contains("You cannot agree to this"), "{}", page.text());
    let forms = page.forms();
    assert!(!forms.iter().flat_map(Form::buttons).any(|button| button.starts_with("Agree")), "{forms:#?}");
    // Another account does.
    let mut al = Browser::default();
    let page = al.sign_in(&serving, "/personal-data/destructions/1", "al+officer").is(200);
    let mut form = page.form_with("Agree to this destruction");
    form.put_right("agreed", "", jiff::civil::date(2026, 1, 1));
    let agreed = al.send(&page, &form).is(200);
    assert!(agreed.text().contains("Agreed, waits for its time"), "{}", agreed.text());
    serving.stop_and_verify();
}

#[test]
fn whoever_has_no_role_or_comes_from_elsewhere_is_told_so() {
    let Some(mut provider) = Provider::start() else { return };
    let mut serving = serving(&provider.address, true);
    provider.serves(&serving);
    let pages = serving.address.to_string();
    let mut browser = Browser::default();
    let refused = browser.sign_in(&serving, "/sign-in", "jo+visitor").is(403);
    for part in
        ["You have no role in this ledger", "Person jo+visitor", "user/", "realm_access.roles", "visitor"]
    {
        assert!(refused.text().contains(part), "{part}: {}", refused.text());
    }
    assert!(browser.cookie("muniment").is_none());
    // An answer from another browser: somebody is to be signed in as somebody else.
    let mut victim = Browser::default();
    let answer = victim.go(&pages, "/sign-in/openid/callback?code=x&state=y").is(400);
    assert!(answer.text().contains("did not begin"), "{}", answer.text());
    victim.go_once(&pages, "/sign-in/openid");
    let answer = victim.go(&pages, "/sign-in/openid/callback?code=x&state=y").is(400);
    assert!(victim.cookie("muniment").is_none(), "{}", answer.text());
    // The answer that the browser had is used.
    let replayed = browser.go(&pages, &refused.path).is(400);
    assert!(browser.cookie("muniment").is_none(), "{}", replayed.text());
    serving.stop_and_verify();
}

#[test]
fn tokens_still_sign_in_while_the_provider_is_away() {
    // Nobody listens at this port once it is given back.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut serving = serving(&format!("http://{gone}"), true);
    let pages = serving.address.to_string();
    let mut browser = Browser::default();
    let link = browser.go(&pages, "/sign-in").is(200).link("Sign in with your account");
    let away = browser.go(&pages, &link).is(503);
    assert!(away.answer.header("retry-after").is_some());
    assert!(away.text().contains("cannot be reached") && away.text().contains("token"), "{}", away.text());
    assert!(serving.log().contains("cannot connect"), "{}", serving.log());
    let admin = serving.admin.clone();
    let officer = serving.token("ig", &["officer"], json!({}));
    let mut administrator = Visitor::with(&serving, &admin);
    let mut signed_in = Visitor::with(&serving, &officer);
    let former = signed_in.cookie.clone().unwrap();
    let mut form = administrator.get("/access/people").is(200).form_with("Sign out everywhere: ig");
    // Signing in anew ends the session that the browser had.
    let sign_in = Request::post(
        "/sign-in",
        "application/x-www-form-urlencoded",
        format!("token={}", encoded(&officer)),
    );
    let (name, value) = &former;
    let anew = serving.ask(sign_in.with("cookie", &format!("{name}={value}"))).is(303);
    let (pair, _) = anew.header("set-cookie").unwrap().split_once(';').unwrap();
    signed_in.cookie = pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut old = Visitor::new(&serving);
    old.cookie = Some(former);
    assert_eq!(old.get("/").leads_to(), "/sign-in");
    signed_in.get("/").is(200);
    form.set("name", "ig");
    assert_eq!(administrator.submit(&form, &[]).leads_to(), "/access/people?done=signed-out");
    assert_eq!(signed_in.get("/").leads_to(), "/sign-in");
    assert_eq!(administrator.submit(&form, &[]).leads_to(), "/access/people?done=gone");
    // Whoever is signed out can sign out.
    let out = Request::post("/sign-out", "application/x-www-form-urlencoded", "csrf=x");
    assert_eq!(serving.ask(out).is(303).header("location"), Some("/sign-in"));
    serving.stop_and_verify();
}

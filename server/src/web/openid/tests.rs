//! Against a provider that can lie.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use muniment_core::note::NoteSigner;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::settings::OpenIdGrant;
use crate::tokens::Role;

const PAGES: &str = "http://127.0.0.1:1";
const CLIENT: &str = "ledger";
const SECRET: &str = "a secret: of & the client";

/// How the provider lies.
#[derive(Debug, Clone, PartialEq)]
enum Lie {
    Nothing,
    /// A claim is another.
    Claim(&'static str, Value),
    /// A claim is not there.
    Without(&'static str),
    /// The algorithm that the token names, and its signature: by nobody, or by the client's secret.
    Algorithm(&'static str),
    /// Another key signs, under the name of a known one.
    OtherKey,
    /// What it answers a code with.
    Body(StatusCode, &'static str),
}

struct Fake {
    base: String,
    lie: Mutex<Lie>,
    key: Mutex<CoreEdDsaPrivateSigningKey>,
    /// The keys that it tells of.
    told: Mutex<Vec<Value>>,
    /// Nonce and challenge of every code.
    codes: Mutex<HashMap<String, (String, String)>>,
    user_info: Mutex<Value>,
    discoveries: AtomicUsize,
}

fn new_key(name: &str) -> CoreEdDsaPrivateSigningKey {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let name = Some(JsonWebKeyId::new(name.to_owned()));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pair.serialize_pem(), name).unwrap()
}

fn public(key: &CoreEdDsaPrivateSigningKey) -> Value {
    serde_json::to_value(key.as_verification_key()).unwrap()
}

impl Fake {
    async fn start() -> Arc<Fake> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let key = new_key("one");
        let fake = Arc::new(Fake {
            base: format!("http://{}", listener.local_addr().unwrap()),
            lie: Mutex::new(Lie::Nothing),
            told: Mutex::new(vec![public(&key)]),
            key: Mutex::new(key),
            codes: Mutex::default(),
            user_info: Mutex::default(),
            discoveries: AtomicUsize::new(0),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(user_info))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        fake
    }

    fn lies(&self, lie: Lie) {
        *self.lie.lock().unwrap() = lie;
    }

    #[expect(clippy::disallowed_methods, reason = "a token says until when it holds")]
    fn id_token(&self, nonce: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut claims = json!({
            "iss": self.base, "aud": CLIENT, "sub": "jo@exemplar.invalid", "nonce": nonce,
            "iat": now, "exp": now + 60,
            "preferred_username": "Jo Bloggs", "realm_access": { "roles": ["staff", "ig-officer"] },
        });
        let lie = self.lie.lock().unwrap().clone();
        match &lie {
            Lie::Claim(name, value) => claims[*name] = value.clone(),
            Lie::Without(name) => drop(claims.as_object_mut().unwrap().remove(*name)),
            _ => {}
        }
        let key = self.key.lock().unwrap();
        let name = public(&key)["kid"].clone();
        let algorithm = if let Lie::Algorithm(algorithm) = lie { algorithm } else { "EdDSA" };
        let header = json!({ "alg": algorithm, "kid": name, "typ": "JWT" });
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encoded(&header), encoded(&claims));
        let signed = |key: &CoreEdDsaPrivateSigningKey| {
            key.sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).unwrap()
        };
        let signature = match lie {
            Lie::Algorithm("none") => Vec::new(),
            Lie::OtherKey => signed(&new_key("one")),
            _ => signed(&key),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn answer(status: StatusCode, body: impl ToString) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

async fn discovery(State(fake): State<Arc<Fake>>) -> Response {
    fake.discoveries.fetch_add(1, Ordering::Relaxed);
    let base = &fake.base;
    let told = json!({
        "issuer": base, "authorization_endpoint": format!("{base}/auth"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"), "userinfo_endpoint": format!("{base}/me"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    });
    answer(StatusCode::OK, told)
}

async fn keys(State(fake): State<Arc<Fake>>) -> Response {
    answer(StatusCode::OK, json!({ "keys": *fake.told.lock().unwrap() }))
}

async fn user_info(State(fake): State<Arc<Fake>>, headers: HeaderMap) -> Response {
    match headers.get("authorization").and_then(|value| value.to_str().ok()) {
        Some("Bearer access") => answer(StatusCode::OK, fake.user_info.lock().unwrap().clone()),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn token(State(fake): State<Arc<Fake>>, headers: HeaderMap, body: axum::body::Bytes) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    if let Lie::Body(status, body) = *fake.lie.lock().unwrap() {
        return answer(status, body);
    }
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET)));
    assert_eq!(headers["authorization"], format!("Basic {basic}"));
    assert_eq!(form["redirect_uri"], format!("{PAGES}{CALLBACK}"));
    let Some((nonce, challenge)) = fake.codes.lock().unwrap().remove(&form["code"]) else {
        return answer(StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }));
    };
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])), challenge);
    let token = fake.id_token(&nonce);
    answer(StatusCode::OK, json!({ "access_token": "access", "token_type": "Bearer", "id_token": token }))
}

fn settings(issuer: &str) -> OpenIdSettings {
    OpenIdSettings {
        issuer: Some(issuer.to_owned()),
        client_id: Some(CLIENT.to_owned()),
        roles_claim: "realm_access.roles".to_owned(),
        grants: vec![OpenIdGrant {
            claim: "ig-officer".to_owned(),
            roles: vec!["officer".to_owned()],
            groups: None,
            units: Some(vec!["housing".to_owned()]),
            source_prefix: None,
        }],
        ..OpenIdSettings::default()
    }
}

fn open_id(fake: &Fake) -> OpenId {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, format!("{SECRET}\n")).unwrap();
    let settings = OpenIdSettings { client_secret_file: Some(path), ..settings(&fake.base) };
    OpenId::new(&settings, b"the ledger's", &origins()).unwrap().unwrap()
}

/// Somebody's browser, back from the provider.
struct Back {
    flow: Flow,
    code: String,
    state: String,
}

impl Back {
    fn answer(&self) -> Answer {
        Answer { code: self.code.clone(), state: self.state.clone(), ..Answer::default() }
    }
}

/// Goes to the provider and back.
async fn back(openid: &OpenId, fake: &Fake) -> Back {
    let flow = openid.begin("/alerts", Some("a=1".to_owned())).unwrap();
    let address = openid.provider_address(&flow, PAGES).await.unwrap();
    let address = Url::parse(&address).unwrap();
    assert!(address.as_str().starts_with(&format!("{}/auth?", fake.base)), "{address}");
    let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
    assert_eq!(asked["redirect_uri"], format!("{PAGES}{CALLBACK}"));
    assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
    assert_eq!(
        (asked["scope"].as_str(), asked["code_challenge_method"].as_str()),
        ("openid profile", "S256")
    );
    let code = format!("code-{}", asked["state"]);
    let known = (asked["nonce"].clone(), asked["code_challenge"].clone());
    fake.codes.lock().unwrap().insert(code.clone(), known);
    Back { flow, code, state: asked["state"].clone() }
}

async fn sign_in(openid: &OpenId, fake: &Fake) -> Result<Person, Trouble> {
    let back = back(openid, fake).await;
    openid.finish(Some(back.flow.cookie()), back.answer(), PAGES).await
}

fn origins() -> Origins {
    let signer = NoteSigner::from_seed("ledger.example/main", &[1; 32]).unwrap();
    Origins::new(signer.verifier().clone(), &[]).unwrap()
}

#[tokio::test]
async fn somebody_signs_in() {
    let fake = Fake::start().await;
    let openid = open_id(&fake);
    let person = sign_in(&openid, &fake).await.unwrap();
    assert_eq!((person.name.as_str(), person.next.as_str()), ("Jo Bloggs", "/alerts"));
    assert_eq!(person.kept.as_deref(), Some("a=1"));
    assert!(person.grant.holds(&[Role::Officer]) && person.grant.roles.len() == 1);
    assert_eq!(person.grant.scope.units, Some(BTreeSet::from(["housing".to_owned()])));
    let principal = person.grant.principal().to_string();
    assert!(principal.starts_with("user/") && principal.len() == 37, "{principal}");
    assert!(!principal.contains(|one: char| one.is_ascii_digit()), "{principal}");
    // The same whenever they come, and another for another secret or another person.
    let again = sign_in(&openid, &fake).await.unwrap();
    assert_eq!(again.grant.name, principal);
    let elsewhere = OpenId::new(&settings(&fake.base), b"another's", &origins()).unwrap().unwrap();
    assert_ne!(elsewhere.pseudonym("jo@exemplar.invalid"), openid.pseudonym("jo@exemplar.invalid"));
    assert_ne!(openid.pseudonym("x"), openid.pseudonym("y"));
    assert_eq!(fake.discoveries.load(Ordering::Relaxed), 1, "what it says of itself is kept");
}

#[tokio::test]
async fn what_does_not_hold_signs_nobody_in() {
    let fake = Fake::start().await;
    let openid = open_id(&fake);
    let long = "x".repeat(SUBJECT_BYTES_MAX + 1);
    for (lie, why) in [
        (Lie::Claim("nonce", json!("another")), "nonce"),
        (Lie::Without("nonce"), "nonce"),
        (Lie::Claim("exp", json!(1_000_000_000)), "xpired"),
        (Lie::Claim("aud", json!("another")), "audience"),
        (Lie::Claim("aud", json!([CLIENT, "another"])), "audience"),
        (Lie::Claim("azp", json!("another")), "another"),
        (Lie::Claim("iss", json!("https://elsewhere.invalid")), "issuer"),
        (Lie::Claim("sub", json!(long)), "256 bytes"),
        (Lie::Claim("sub", json!("")), "0 bytes"),
        (Lie::Algorithm("none"), "ignature"),
        (Lie::Algorithm("HS256"), "ignature"),
        (Lie::OtherKey, "ignature"),
        (Lie::Body(StatusCode::OK, r#"{"access_token":"a","token_type":"Bearer"}"#), "no ID token"),
        (Lie::Body(StatusCode::BAD_REQUEST, r#"{"error":"invalid_client"}"#), "invalid_client"),
    ] {
        fake.lies(lie.clone());
        match sign_in(&openid, &fake).await {
            Err(Trouble::Wrong(said)) => assert!(said.contains(why), "{lie:?}: {said}"),
            other => panic!("{lie:?}: {other:?}"),
        }
    }
    for body in [Lie::Body(StatusCode::BAD_GATEWAY, "<html>"), Lie::Body(StatusCode::OK, "{")] {
        fake.lies(body.clone());
        let refused = sign_in(&openid, &fake).await;
        assert!(matches!(refused, Err(Trouble::Away(_))), "{body:?}: {refused:?}");
    }
    fake.lies(Lie::Nothing);
    sign_in(&openid, &fake).await.unwrap();
}

#[tokio::test]
async fn an_answer_is_for_the_browser_that_asked_and_for_once() {
    let fake = Fake::start().await;
    let openid = open_id(&fake);
    let (own, other) = (back(&openid, &fake).await, back(&openid, &fake).await);
    let cookie = Some(own.flow.cookie());
    for (cookie, answer) in [
        (None, own.answer()),
        (Some(""), own.answer()),
        (Some(other.flow.cookie()), own.answer()),
        (cookie, Answer { state: String::new(), ..own.answer() }),
        (cookie, Answer { state: "x".repeat(43), ..own.answer() }),
        (cookie, Answer { state: other.state.clone(), ..own.answer() }),
    ] {
        let refused = openid.finish(cookie, answer, PAGES).await;
        assert!(matches!(refused, Err(Trouble::NotBegun)), "{refused:?}");
    }
    let answer = Answer { iss: Some("https://elsewhere.invalid".to_owned()), ..own.answer() };
    assert!(matches!(openid.finish(cookie, answer, PAGES).await, Err(Trouble::Wrong(_))));
    // None of that used it up.
    openid.finish(cookie, own.answer(), PAGES).await.unwrap();
    assert!(matches!(openid.finish(cookie, own.answer(), PAGES).await, Err(Trouble::Used)));
    // A code that was redeemed before is refused by the provider.
    let answer = Answer { code: own.code.clone(), ..other.answer() };
    let refused = openid.finish(Some(other.flow.cookie()), answer, PAGES).await;
    assert!(matches!(&refused, Err(Trouble::Wrong(why)) if why.contains("invalid_grant")), "{refused:?}");
    let third = back(&openid, &fake).await;
    let declined = Answer { code: String::new(), error: "access_denied".to_owned(), ..third.answer() };
    let refused = openid.finish(Some(third.flow.cookie()), declined, PAGES).await;
    assert!(matches!(&refused, Err(Trouble::Declined(why)) if why == "access_denied"), "{refused:?}");
    let fourth = back(&openid, &fake).await;
    let long = Answer { code: "x".repeat(CODE_BYTES_MAX + 1), ..fourth.answer() };
    let refused = openid.finish(Some(fourth.flow.cookie()), long, PAGES).await;
    assert!(matches!(&refused, Err(Trouble::Wrong(why)) if why.contains("4096")), "{refused:?}");
}

#[tokio::test]
async fn new_keys_are_asked_for_when_one_is_unknown() {
    let fake = Fake::start().await;
    let openid = open_id(&fake);
    sign_in(&openid, &fake).await.unwrap();
    let two = new_key("two");
    let told = public(&two);
    *fake.key.lock().unwrap() = two;
    let refused = sign_in(&openid, &fake).await;
    assert!(matches!(&refused, Err(Trouble::Wrong(why)) if why.contains("key")), "{refused:?}");
    assert_eq!(fake.discoveries.load(Ordering::Relaxed), 2, "it was asked once more");
    *fake.told.lock().unwrap() = vec![told];
    sign_in(&openid, &fake).await.unwrap();
    assert_eq!(fake.discoveries.load(Ordering::Relaxed), 3);
    sign_in(&openid, &fake).await.unwrap();
    assert_eq!(fake.discoveries.load(Ordering::Relaxed), 3, "now it is known");
}

#[tokio::test]
async fn somebody_without_a_role_is_told_what_is_known_of_them() {
    let fake = Fake::start().await;
    let openid = open_id(&fake);
    fake.lies(Lie::Claim("realm_access", json!({ "roles": ["staff"] })));
    let Err(Trouble::NoRole { name, principal, values }) = sign_in(&openid, &fake).await else { panic!() };
    assert_eq!((name.as_str(), values), ("Jo Bloggs", vec!["staff".to_owned()]));
    assert_eq!(principal, format!("user/{}", openid.pseudonym("jo@exemplar.invalid")));
}

#[tokio::test]
async fn claims_that_the_token_lacks_are_asked_for() {
    let fake = Fake::start().await;
    let openid = open_id(&fake);
    fake.lies(Lie::Without("realm_access"));
    let roles = json!({ "roles": ["ig-officer"] });
    *fake.user_info.lock().unwrap() =
        json!({ "sub": "jo@exemplar.invalid", "preferred_username": "Other", "realm_access": roles });
    let person = sign_in(&openid, &fake).await.unwrap();
    assert_eq!(person.name, "Jo Bloggs", "what the token says counts first");
    *fake.user_info.lock().unwrap() = json!({ "sub": "somebody.else", "realm_access": roles });
    let refused = sign_in(&openid, &fake).await;
    assert!(matches!(&refused, Err(Trouble::Wrong(why)) if why.contains("somebody else")), "{refused:?}");
}

#[tokio::test]
async fn a_provider_that_is_away_is_trouble_of_its_own() {
    // Nobody listens at this port once it is given back.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let openid = OpenId::new(&settings(&format!("http://{gone}")), b"x", &origins()).unwrap().unwrap();
    let flow = openid.begin("/", None).unwrap();
    let away = openid.provider_address(&flow, PAGES).await;
    assert!(matches!(&away, Err(Trouble::Away(why)) if why.contains("cannot connect")), "{away:?}");
    // It names itself otherwise than the settings do.
    let fake = Fake::start().await;
    let named = fake.base.replace("127.0.0.1", "localhost");
    let openid = OpenId::new(&settings(&named), b"x", &origins()).unwrap().unwrap();
    let flow = openid.begin("/", None).unwrap();
    let away = openid.provider_address(&flow, PAGES).await;
    assert!(matches!(&away, Err(Trouble::Away(why)) if why.contains("issuer")), "{away:?}");
}

#[test]
fn settings_are_refused_with_the_reason() {
    let new = |settings: &OpenIdSettings| OpenId::new(settings, b"x", &origins());
    assert!(new(&OpenIdSettings::default()).unwrap().is_none());
    let good = settings("https://id.exemplar.invalid/realms/staff");
    assert!(new(&good).unwrap().is_some());
    let refused = |change: &dyn Fn(&mut OpenIdSettings), parts: &[&str]| {
        let mut settings = good.clone();
        change(&mut settings);
        let said = new(&settings).unwrap_err().to_string();
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    };
    let text = |text: &str| Some(text.to_owned());
    refused(&|s| s.issuer = text("http://id.exemplar.invalid"), &["openid.issuer", "https://"]);
    refused(&|s| s.issuer = text("exemplar"), &["openid.issuer", "\"exemplar\""]);
    refused(&|s| s.issuer = text("https://a@id.exemplar.invalid"), &["openid.issuer", "user name"]);
    refused(&|s| s.issuer = text("https://id.exemplar.invalid/?x"), &["openid.issuer", "query"]);
    refused(&|s| s.client_id = None, &["openid.client_id", "1 to 512"]);
    refused(
        &|s| s.client_secret_file = Some("/nowhere/at-all".into()),
        &["client_secret_file", "/nowhere/at-all"],
    );
    refused(&|s| s.address = text("https://ledger.invalid/pages"), &["openid.address", "path"]);
    refused(&|s| s.scopes = vec!["a b".to_owned()], &["openid.scopes", "a b"]);
    refused(&|s| s.scopes = vec!["a".to_owned(); 33], &["openid.scopes", "33", "32"]);
    refused(&|s| s.roles_claim = String::new(), &["openid.roles_claim"]);
    refused(&|s| s.grants.clear(), &["openid.grants", "[[openid.grants]]"]);
    refused(&|s| s.grants[0].roles = vec!["boss".to_owned()], &["ig-officer", "\"boss\"", "auditor"]);
    refused(&|s| s.grants[0].roles = vec!["source".to_owned()], &["ig-officer", "source_prefix"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, " \n").unwrap();
    refused(&|s| s.client_secret_file = Some(path.clone()), &["client_secret_file", "empty"]);
    fs::write(&path, vec![b'x'; SECRET_BYTES_MAX + 1]).unwrap();
    refused(&|s| s.client_secret_file = Some(path.clone()), &["4097 bytes", "4096"]);
}

//! The provider: where it is found, its keys, and what it says of somebody who comes back from it.

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse as _,
};
use tokio::sync::Mutex;

use super::Trouble;
use super::roles::Claims;
use crate::net::fetch::{FetchError, Fetcher, is_loopback};

/// So long what the provider says of itself is not asked for again.
const FRESH: Duration = Duration::from_secs(3_600);
/// So long it is used if the provider cannot be asked.
const STALE: Duration = Duration::from_secs(86_400);
/// So long after it could not be asked it is not asked again.
const PAUSE: Duration = Duration::from_secs(3);
/// Signatures by keys that anybody may have a copy of. Those by a shared secret are none of the provider's, and `none` is none.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
];

type Answering = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send>>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the provider says of itself, with its keys.
#[derive(Debug)]
struct Known {
    metadata: CoreProviderMetadata,
    at: Instant,
}

/// The provider of identities.
#[derive(Debug)]
pub(super) struct Provider {
    fetcher: Fetcher,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    scopes: Vec<Scope>,
    known: RwLock<Option<Arc<Known>>>,
    /// Held while it is asked, so that it is asked once; when and why that failed last.
    asking: Mutex<Option<(Instant, String)>>,
}

/// The secrets of one sign-in.
#[derive(Debug)]
pub(super) struct Secrets {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// Whether people may be sent there, and things be asked there: over TLS, or on this machine.
pub(super) fn is_safe(url: &openidconnect::url::Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && url.host_str().is_some_and(is_loopback))
}

impl Provider {
    pub(super) fn new(
        fetcher: Fetcher,
        issuer: IssuerUrl,
        (client_id, client_secret): (ClientId, Option<ClientSecret>),
        scopes: Vec<Scope>,
    ) -> Provider {
        let (known, asking) = (RwLock::default(), Mutex::default());
        Provider { fetcher, issuer, client_id, client_secret, scopes, known, asking }
    }

    /// What it is called.
    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Where somebody is sent to sign in.
    ///
    /// # Errors
    /// The provider is away.
    pub(super) async fn address(&self, redirect: RedirectUrl, secrets: Secrets) -> Result<String, Trouble> {
        let known = self.known(None).await?;
        let client = self.client(&known, redirect);
        let verifier = PkceCodeVerifier::new(secrets.verifier);
        let (state, nonce) = (secrets.state, secrets.nonce);
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        Ok(request.url().0.into())
    }

    /// What the provider says of whoever came back with a code.
    ///
    /// # Errors
    /// The provider is away, or what it says does not hold.
    pub(super) async fn claims(
        &self,
        code: String,
        redirect: RedirectUrl,
        secrets: Secrets,
        wanted: impl Fn(&Claims) -> bool,
    ) -> Result<Claims, Trouble> {
        let known = self.known(None).await?;
        let response = self.redeem(&known, code, redirect, secrets.verifier).await?;
        let token = response.id_token().ok_or_else(|| Trouble::wrong("the answer holds no ID token"))?;
        let nonce = Nonce::new(secrets.nonce);
        let verified = match self.verify(&known, token, &nonce) {
            // It has signed with a new key.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let newer = self.known(Some(&known)).await?;
                self.verify(&newer, token, &nonce)
            }
            verified => verified,
        };
        verified.map_err(|error| Trouble::wrong(&in_words(&error)))?;
        let mut claims = payload(token).ok_or_else(|| Trouble::wrong("the ID token is no object"))?;
        // The library looks at this only where there are several audiences (OpenID Connect Core, section 3.1.3.7).
        if claims.get("azp").is_some_and(|party| party.as_str() != Some(self.client_id.as_str())) {
            return Err(Trouble::wrong("the ID token: it was made for another client (azp)"));
        }
        if !wanted(&claims) {
            self.add_user_info(&known, response.access_token(), &mut claims).await?;
        }
        Ok(claims)
    }

    /// Gives the code back for a token.
    async fn redeem(
        &self,
        known: &Known,
        code: String,
        redirect: RedirectUrl,
        verifier: String,
    ) -> Result<CoreTokenResponse, Trouble> {
        let client = self.client(known, redirect);
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|_| Trouble::away("the provider names no token endpoint"))?;
        let http = self.http();
        let answered = request.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request_async(&http).await;
        answered.map_err(|error| match error {
            RequestTokenError::Request(error) => Trouble::away(&error.to_string()),
            RequestTokenError::ServerResponse(response) => {
                Trouble::wrong(&format!("the provider refuses the code: {response}"))
            }
            // What the answer holds stays out of the log: it may be half a token.
            RequestTokenError::Parse(error, _) => {
                let place = error.path().to_string();
                Trouble::away(&format!("the provider's answer to a code cannot be read, at {place:?}"))
            }
            RequestTokenError::Other(what) => {
                Trouble::away(&format!("the provider's answer to a code: {what}"))
            }
        })
    }

    /// Checks who signed the token, for whom it is, until when, and for which sign-in.
    fn verify(
        &self,
        known: &Known,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<(), ClaimsVerificationError> {
        let metadata = &known.metadata;
        let (issuer, keys) = (metadata.issuer().clone(), metadata.jwks().clone());
        // As for a public client: the secret signs no token.
        let verifier = CoreIdTokenVerifier::new_public_client(self.client_id.clone(), issuer, keys);
        let supported = metadata.id_token_signing_alg_values_supported();
        let allowed = ALGORITHMS.into_iter().filter(|algorithm| supported.contains(algorithm));
        token.claims(&verifier.set_allowed_algs(allowed), nonce).map(|_| ())
    }

    /// Adds what the provider says of somebody elsewhere than in the token. What the token says counts first.
    async fn add_user_info(
        &self,
        known: &Known,
        token: &AccessToken,
        claims: &mut Claims,
    ) -> Result<(), Trouble> {
        let Some(endpoint) = known.metadata.userinfo_endpoint() else { return Ok(()) };
        let request = axum::http::Request::get(endpoint.as_str())
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {}", token.secret()))
            .body(Vec::new());
        let request = request.map_err(|_| Trouble::away("the provider's userinfo endpoint is no address"))?;
        let answer = self.fetcher.fetch(request).await.map_err(|error| Trouble::away(&error.to_string()))?;
        if !answer.status().is_success() {
            return Err(Trouble::away(&format!("the userinfo endpoint answers {}", answer.status())));
        }
        let told: Claims = serde_json::from_slice(answer.body())
            .map_err(|_| Trouble::away("the userinfo endpoint answers with no JSON object"))?;
        if told.get("sub") != claims.get("sub") {
            return Err(Trouble::wrong("the userinfo endpoint speaks of somebody else"));
        }
        for (name, value) in told {
            claims.entry(name).or_insert(value);
        }
        Ok(())
    }

    /// What the provider says of itself. `not`: what was found wanting.
    async fn known(&self, not: Option<&Arc<Known>>) -> Result<Arc<Known>, Trouble> {
        let good =
            |known: &Arc<Known>| not.is_none_or(|not| !Arc::ptr_eq(not, known)) && known.at.elapsed() < FRESH;
        if let Some(known) = self.current().filter(good) {
            return Ok(known);
        }
        let mut failed = self.asking.lock().await;
        // Somebody else may have asked meanwhile.
        if let Some(known) = self.current().filter(good) {
            return Ok(known);
        }
        let why = match &*failed {
            Some((at, why)) if at.elapsed() < PAUSE => why.clone(),
            _ => match self.discover().await {
                Ok(metadata) => {
                    let known = Arc::new(Known { metadata, at: Instant::now() });
                    *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
                    *failed = None;
                    return Ok(known);
                }
                Err(why) => {
                    *failed = Some((Instant::now(), why.clone()));
                    why
                }
            },
        };
        match self.current().filter(|known| not.is_none() && known.at.elapsed() < STALE) {
            Some(known) => Ok(known),
            None => Err(Trouble::away(&why)),
        }
    }

    fn current(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, String> {
        let http = self.http();
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await;
        let metadata = found.map_err(|error| match error {
            DiscoveryError::Request(error) => error.to_string(),
            DiscoveryError::Parse(error) => format!("what the provider says of itself: {error}"),
            other => other.to_string(),
        })?;
        if !is_safe(metadata.authorization_endpoint().url()) {
            return Err(format!(
                "the provider sends people to {}, which does not begin with https://",
                metadata.authorization_endpoint().as_str()
            ));
        }
        Ok(metadata)
    }

    fn client(&self, known: &Known, redirect: RedirectUrl) -> Client {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let client = CoreClient::from_provider_metadata(known.metadata.clone(), id, secret);
        let ways = known.metadata.token_endpoint_auth_methods_supported();
        let takes = |way| ways.is_none_or(|ways| ways.contains(&way));
        let by_basic = takes(CoreClientAuthMethod::ClientSecretBasic);
        let way = if by_basic || !takes(CoreClientAuthMethod::ClientSecretPost) {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        client.set_auth_type(way).set_redirect_uri(redirect)
    }

    /// How the provider is asked, as its library wants it.
    fn http(&self) -> impl Fn(HttpRequest) -> Answering + use<> {
        let fetcher = self.fetcher.clone();
        move |request| {
            let fetcher = fetcher.clone();
            Box::pin(async move { fetcher.fetch(request).await }) as Answering
        }
    }
}

/// What the token holds, once it is verified: the library keeps only the claims that it knows.
fn payload(token: &CoreIdToken) -> Option<Claims> {
    let text = token.to_string();
    let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Why a token does not hold, for the log.
fn in_words(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::SignatureVerification(why) => format!("the ID token's signature: {why}"),
        other => format!("the ID token: {other}"),
    }
}

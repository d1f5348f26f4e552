//! A client that asks a server elsewhere, over TLS, for little: one connection a question, and a limit to everything.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// Bytes of an answer's body.
const ANSWER_BYTES_MAX: usize = 512 * 1024;
/// How long a question may take, from looking up the name to the answer's last byte.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks servers elsewhere. Redirects are answers like others: they are not followed.
#[derive(Clone)]
pub(crate) struct Fetcher {
    tls: TlsConnector,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher").finish_non_exhaustive()
    }
}

impl Fetcher {
    /// One that trusts the authorities which this machine trusts.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn new() -> Result<Fetcher, FetchError> {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "some certificates of authorities cannot be read");
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            tracing::warn!("this machine trusts no certificate authority: nothing can be asked over https");
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(FetchError::Setup)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Fetcher { tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Asks, and reads the whole answer.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub(crate) async fn fetch(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        let asked = tokio::time::timeout(PATIENCE, self.ask(request)).await;
        asked.unwrap_or(Err(FetchError::TooSlow { seconds: PATIENCE.as_secs() }))
    }

    async fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        let uri = request.uri().clone();
        let no_url = || FetchError::Url { url: uri.to_string() };
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().map(|host| host.trim_matches(['[', ']'])).ok_or_else(no_url)?;
        let is_here = uri.scheme() == Some(&Scheme::HTTP) && is_loopback(host);
        if !(is_https || is_here) {
            return Err(no_url());
        }
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let unreachable = |source| FetchError::Connect { host: host.to_owned(), port, source };
        let stream = TcpStream::connect((host, port)).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let request = as_sent(request).ok_or_else(no_url)?;
        if !is_https {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| no_url())?;
        let refused = |source| FetchError::Tls { host: host.to_owned(), source };
        exchange(self.tls.connect(name, stream).await.map_err(refused)?, request).await
    }
}

/// Whether a host is this machine itself: what goes there is seen by nobody else.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The request as it goes over the connection: its path, and the host beside it.
fn as_sent(request: Request<Vec<u8>>) -> Option<Request<Full<Bytes>>> {
    let host = request.uri().authority()?;
    if host.as_str().contains('@') {
        return None;
    }
    let host = HeaderValue::from_str(host.as_str()).ok()?;
    let path = request.uri().path_and_query().cloned();
    let (mut head, body) = request.into_parts();
    head.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    head.headers.insert(header::HOST, host);
    head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Some(Request::from_parts(head, Full::new(Bytes::from(body))))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Response<Vec<u8>>, FetchError> {
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    // It ends with this, however this ends.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| match error
        .downcast_ref::<LengthLimitError>(
    ) {
        Some(_) => FetchError::TooLarge,
        None => FetchError::Answer(error),
    })?;
    Ok(Response::from_parts(head, body.to_bytes().to_vec()))
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[source] rustls::Error),
    /// Not an address that is asked.
    #[error(
        "{url:?} is not asked: it must begin with https://, or with http:// and name this machine itself"
    )]
    Url {
        /// The address.
        url: String,
    },
    /// Nobody is there.
    #[error("cannot connect to {host} at port {port}: {source}")]
    Connect {
        /// The name or address.
        host: String,
        /// The port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
    /// Not whom we want to ask, or it does not speak TLS.
    #[error("no TLS with {host}: {source}")]
    Tls {
        /// The name or address.
        host: String,
        /// Why not.
        source: io::Error,
    },
    /// The exchange failed.
    #[error("no answer: {0}")]
    Exchange(#[from] hyper::Error),
    /// The answer's body could not be read.
    #[error("the answer could not be read: {0}")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer is too large.
    #[error("the answer has more than {ANSWER_BYTES_MAX} bytes, which is the limit")]
    TooLarge,
    /// It took too long.
    #[error("no answer within {seconds} seconds, which is the limit")]
    TooSlow {
        /// How long was waited.
        seconds: u64,
    },
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with this.
    async fn answering(bytes: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).await.unwrap();
            assert!(String::from_utf8_lossy(&head[..read]).contains(&format!("host: {address}")));
            // Whoever reads no further closes the connection.
            let _sent = stream.write_all(&bytes).await;
        });
        format!("http://{address}/x?y=z")
    }

    async fn fetch(url: &str) -> Result<Response<Vec<u8>>, FetchError> {
        Fetcher::new().unwrap().fetch(Request::get(url).body(Vec::new()).unwrap()).await
    }

    #[tokio::test]
    async fn an_answer_has_a_limit() {
        let url = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec()).await;
        let answer = fetch(&url).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().as_slice()), (200, &b"ok"[..]));
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", ANSWER_BYTES_MAX + 1);
        let url = answering([head.into_bytes(), vec![b'x'; ANSWER_BYTES_MAX + 1]].concat()).await;
        assert!(matches!(fetch(&url).await, Err(FetchError::TooLarge)));
        // A redirect is an answer.
        let moved = b"HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n";
        let url = answering(moved.to_vec()).await;
        assert_eq!(fetch(&url).await.unwrap().status().as_u16(), 302);
    }

    #[tokio::test]
    async fn nothing_goes_elsewhere_without_tls() {
        for url in ["http://192.0.2.1/", "http://example.invalid/", "http://127.0.0.1.example.invalid/"] {
            assert!(matches!(fetch(url).await, Err(FetchError::Url { .. })), "{url}");
        }
        let with_name = fetch("http://somebody@127.0.0.1:1/").await;
        assert!(with_name.is_err(), "{with_name:?}");
        for host in ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"] {
            assert!(is_loopback(host), "{host}");
        }
    }

    #[tokio::test]
    async fn plain_http_is_no_tls() {
        let url = answering(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()).await.replace("http://", "https://");
        let refused = fetch(&url).await.unwrap_err();
        assert!(matches!(refused, FetchError::Tls { .. } | FetchError::Exchange(_)), "{refused}");
    }
}

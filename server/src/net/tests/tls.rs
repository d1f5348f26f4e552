//! TLS: versions, good and bad pairs, and files that change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, KeyPair};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, version};

use super::super::{ListenError, ListenOptions, Listener};
use super::{Running, options, read_answer, read_to_end, until};

fn pair() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate")
}

/// Files for a listener, in a folder of their own.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Files {
        Files { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    fn write_pair(&self, pair: &CertifiedKey<KeyPair>) {
        self.write("certificate.pem", &pair.cert.pem());
        self.write("key.pem", &pair.signing_key.serialize_pem());
    }

    fn options(&self) -> ListenOptions {
        let mut options = options();
        options.tls_certificate = Some(self.path("certificate.pem"));
        options.tls_key = Some(self.path("key.pem"));
        options
    }
}

async fn connect(
    running: &Running,
    versions: &[&'static SupportedProtocolVersion],
    trusted: &CertificateDer<'static>,
    protocol: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a root");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, running.connect().await).await
}

#[tokio::test]
async fn both_versions_and_both_protocols() {
    let (files, pair) = (Files::new(), pair());
    files.write_pair(&pair);
    let mut options = files.options();
    options.times.handshake = Duration::from_millis(100);
    let running = Running::start(&options);
    for version in [&version::TLS12, &version::TLS13] {
        for protocol in ["h2", "http/1.1"] {
            let stream = connect(&running, &[version], pair.cert.der(), protocol).await.expect("TLS");
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
        }
    }
    let mut stream = connect(&running, &[&version::TLS13], pair.cert.der(), "http/1.1").await.expect("TLS");
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.expect("sent");
    assert!(read_to_end(&mut stream).await.ends_with("ok"));
    assert_eq!(running.stats.tls_failures(), 0);
    // Plain HTTP, and somebody who says nothing.
    let answer = running.exchange(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(!answer.contains("HTTP/1.1"), "{answer:?}");
    let mut silent = running.connect().await;
    assert_eq!(read_to_end(&mut silent).await, "");
    assert_eq!(running.stats.tls_failures(), 2);
    running.stop().await;
}

#[tokio::test]
async fn changed_files_are_taken_if_they_are_good() {
    let (files, old, new) = (Files::new(), pair(), pair());
    files.write_pair(&old);
    let running = Running::start(&files.options());
    let versions = [&version::TLS13];
    let mut before = connect(&running, &versions, old.cert.der(), "http/1.1").await.expect("TLS");
    // Half of the new pair, then nonsense: the old one stays.
    files.write("certificate.pem", &new.cert.pem());
    tokio::time::sleep(Duration::from_millis(80)).await;
    connect(&running, &versions, old.cert.der(), "http/1.1").await.expect("the old certificate");
    files.write("key.pem", "nonsense");
    tokio::time::sleep(Duration::from_millis(80)).await;
    connect(&running, &versions, old.cert.der(), "http/1.1").await.expect("the old certificate");
    files.write_pair(&new);
    let mut taken = false;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        taken = connect(&running, &versions, new.cert.der(), "http/1.1").await.is_ok();
        if taken {
            break;
        }
    }
    assert!(taken, "the new certificate is never used");
    // Who was connected stays so.
    before.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("sent");
    assert!(read_answer(&mut before).await.ends_with("ok"));
    drop(before);
    until("all are gone", || running.stats.open() == 0).await;
    running.stop().await;
}

fn refusal(options: &ListenOptions) -> String {
    match Listener::bind(options) {
        Ok(_) => "it listens".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn bad_pairs_are_named() {
    let (files, one, other) = (Files::new(), pair(), pair());
    let (certificate, key) = (files.path("certificate.pem"), files.path("key.pem"));
    let (certificate_name, key_name) = (certificate.display(), key.display());
    let expect = |expect: String| assert_eq!(refusal(&files.options()), expect);
    expect(format!("cannot read the TLS file {certificate_name}: No such file or directory (os error 2)"));
    files.write_pair(&one);
    expect("it listens".to_owned());
    files.write("key.pem", &other.signing_key.serialize_pem());
    expect(format!("the TLS key in {key_name} does not match the first certificate in {certificate_name}"));
    files.write("key.pem", &one.cert.pem());
    expect(format!("the TLS key file {key_name} has no private key in it (no 'BEGIN PRIVATE KEY')"));
    files.write("certificate.pem", &one.signing_key.serialize_pem());
    expect(format!(
        "the TLS certificate file {certificate_name} has no certificate in it (no 'BEGIN CERTIFICATE')"
    ));
    let broken = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    files.write("certificate.pem", broken);
    assert!(
        refusal(&files.options())
            .starts_with(&format!("the TLS file {certificate_name} is not well-formed PEM"))
    );
    let not_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    files.write("certificate.pem", not_der);
    files.write("key.pem", &one.signing_key.serialize_pem());
    assert!(
        refusal(&files.options())
            .starts_with(&format!("the TLS certificate {certificate_name} with the key"))
    );
    files.write("certificate.pem", &"x".repeat(1024 * 1024 + 1));
    expect(format!("the TLS file {certificate_name} has more than 1048576 bytes"));
}

#[tokio::test]
async fn half_a_pair_is_refused() {
    let mut options = options();
    options.tls_key = Some(Path::new("key.pem").to_owned());
    let error = Listener::bind(&options).expect_err("half a pair");
    assert!(matches!(error, ListenError::HalfPair { missing: "certificate", .. }), "{error}");
}

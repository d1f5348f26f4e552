//! TLS: the certificate and the key, read at the start and again whenever the files change.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tracing::{info, warn};
use zeroize::Zeroizing;

/// Bytes of a certificate or key file.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A certificate with its key, kept fresh.
pub(super) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<ServerConfig>>,
    first_seen: blake3::Hash,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// What the files held when they were last looked at, or why they could not be read.
type Seen = Result<blake3::Hash, String>;

impl Tls {
    pub(super) fn load(certificate: &Path, key: &Path) -> Result<Tls, TlsError> {
        let pair = Pair::read(certificate, key)?;
        let first_seen = pair.digest();
        let current = RwLock::new(Arc::new(pair.configure(certificate, key)?));
        Ok(Tls { certificate: certificate.to_owned(), key: key.to_owned(), current, first_seen })
    }

    /// The settings for the next handshake.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the files again and again; never ends.
    pub(super) async fn keep_fresh(&self, interval: Duration) {
        let mut seen = Ok(self.first_seen);
        loop {
            tokio::time::sleep(interval).await;
            self.look(&mut seen);
        }
    }

    /// Takes a changed pair if it is good. One that is not is named once, and the old one stays.
    ///
    /// The content is read each time, as modification times miss a second write within one tick of the clock and
    /// links that are pointed elsewhere. Two small files every few seconds need no thread of their own.
    fn look(&self, seen: &mut Seen) {
        let read = Pair::read(&self.certificate, &self.key);
        let now = read.as_ref().map(Pair::digest).map_err(ToString::to_string);
        if now == *seen {
            return;
        }
        *seen = now;
        match read.and_then(|pair| pair.configure(&self.certificate, &self.key)) {
            Ok(config) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                info!(certificate = %self.certificate.display(), "the changed TLS certificate is in use");
            }
            Err(error) => {
                warn!(%error, "the changed TLS files are not taken; the certificate read before stays in use");
            }
        }
    }
}

/// The bytes of the two files.
struct Pair {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Pair {
    fn read(certificate: &Path, key: &Path) -> Result<Pair, TlsError> {
        Ok(Pair { certificate: read(certificate)?, key: Zeroizing::new(read(key)?) })
    }

    fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(blake3::hash(&self.certificate).as_bytes());
        hasher.update(blake3::hash(&self.key).as_bytes());
        hasher.finalize()
    }

    fn configure(&self, certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
        let chain = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|source| TlsError::Pem { file: certificate.to_owned(), source })?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate { file: certificate.to_owned() });
        }
        let private = PrivateKeyDer::from_pem_slice(&self.key).map_err(|source| match source {
            pem::Error::NoItemsFound => TlsError::NoKey { file: key.to_owned() },
            source => TlsError::Pem { file: key.to_owned(), source },
        })?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|source| TlsError::Pair {
                certificate: certificate.to_owned(),
                key: key.to_owned(),
                source,
            })?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|source| match source {
                rustls::Error::InconsistentKeys(_) => {
                    TlsError::NotAPair { certificate: certificate.to_owned(), key: key.to_owned() }
                }
                source => TlsError::Pair { certificate: certificate.to_owned(), key: key.to_owned(), source },
            })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|source| TlsError::Read { file: path.to_owned(), source })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(TlsError::TooLarge { file: path.to_owned() });
    }
    Ok(bytes)
}

/// What is wrong with the certificate or the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read the TLS file {}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is too large to be what it should be.
    #[error("the TLS file {} has more than {FILE_BYTES_MAX} bytes", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// A file is not PEM.
    #[error("the TLS file {} is not well-formed PEM: {source}", file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// Where it is not.
        source: pem::Error,
    },
    /// There is no certificate in the certificate's file.
    #[error("the TLS certificate file {} has no certificate in it (no 'BEGIN CERTIFICATE')", file.display())]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// There is no key in the key's file.
    #[error("the TLS key file {} has no private key in it (no 'BEGIN PRIVATE KEY')", file.display())]
    NoKey {
        /// The file.
        file: PathBuf,
    },
    /// The key belongs to another certificate.
    #[error(
        "the TLS key in {} does not match the first certificate in {}", key.display(), certificate.display()
    )]
    NotAPair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The pair cannot be used for another reason.
    #[error("the TLS certificate {} with the key {} cannot be used: {source}", certificate.display(), key.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// The reason.
        source: rustls::Error,
    },
}

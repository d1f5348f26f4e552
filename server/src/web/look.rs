//! How the pages look: the organisation's name, colour and logo; how people sign in, and how long they stay signed in.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use muniment_core::report::{ColourFault, check_colour};

use super::openid::{OpenId, OpenIdError};
use crate::ledger::origins::Origins;
use crate::logo::{self, LogoFault};
use crate::settings::{OpenIdSettings, PagesSettings};

/// The colour of the head of every page, if none is set.
const COLOUR: &str = "#12436d";

/// How the pages look.
#[derive(Debug, Clone)]
pub struct Look {
    /// Whose ledger it is, if that is to be another name than the data controller's.
    pub(super) name: Option<String>,
    /// `#rrggbb`.
    pub(super) colour: String,
    /// The logo, with its media type.
    pub(super) logo: Option<(Vec<u8>, &'static str)>,
    /// Without a page for so long, somebody is signed out.
    pub(super) idle: Duration,
    /// After so long, somebody is signed out.
    pub(super) absolute: Duration,
    /// Whether browsers come over TLS, be it by a proxy.
    pub(super) is_secure: bool,
    /// Whether somebody signs in with a token.
    pub(super) token_sign_in: bool,
    /// How people sign in with an account of their organisation.
    pub(super) openid: Option<Arc<OpenId>>,
}

/// Why the settings of the pages are refused.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The colour is none, or text could not be read on it.
    #[error("pages.colour: {0}")]
    Colour(#[from] ColourFault),
    /// The logo cannot be read.
    #[error("pages.logo: {}: {error}", .path.display())]
    Logo {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The logo is too large, or no picture.
    #[error("pages.logo: {}: {fault}", .path.display())]
    NoLogo {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: LogoFault,
    },
}

impl Look {
    /// What the settings say. `is_tls`: the server speaks TLS itself.
    ///
    /// # Errors
    /// See [`LookError`].
    pub fn new(settings: &PagesSettings, is_tls: bool) -> Result<Look, LookError> {
        let colour = settings.colour.clone().unwrap_or_else(|| COLOUR.to_owned());
        check_colour(&colour)?;
        let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * 60);
        Ok(Look {
            name: settings.name.clone().filter(|name| !name.trim().is_empty()),
            colour,
            logo: settings.logo.clone().map(read_logo).transpose()?,
            idle: minutes(settings.idle_minutes),
            absolute: minutes(settings.absolute_minutes),
            is_secure: is_tls || settings.behind_tls,
            token_sign_in: settings.token_sign_in,
            openid: None,
        })
    }

    /// The same, with people who sign in by a provider. Who they are in entries is made with the ledger's `secret`.
    ///
    /// # Errors
    /// See [`OpenIdError`].
    pub fn with_people(
        mut self,
        settings: &OpenIdSettings,
        secret: &[u8],
        origins: &Origins,
    ) -> Result<Look, OpenIdError> {
        self.openid = OpenId::new(settings, secret, origins)?.map(Arc::new);
        if self.openid.is_none() && !self.token_sign_in {
            return Err(OpenIdError::Nobody);
        }
        Ok(self)
    }

    /// Whether people sign in with an account of their organisation.
    #[must_use]
    pub fn has_people(&self) -> bool {
        self.openid.is_some()
    }
}

fn read_logo(path: PathBuf) -> Result<(Vec<u8>, &'static str), LookError> {
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => return Err(LookError::Logo { path, error }),
    };
    match logo::media_type(&bytes) {
        Ok(media_type) => Ok((bytes, media_type)),
        Err(fault) => Err(LookError::NoLogo { path, fault }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_text_is_legible_on_the_colour() {
        assert_eq!(check_colour(COLOUR), Ok(()));
        for wrong in ["", "12436d", "#12436", "#12436g", "red", "#+1+1+1"] {
            let settings = PagesSettings { colour: Some(wrong.to_owned()), ..PagesSettings::default() };
            assert!(Look::new(&settings, false).is_err(), "{wrong}");
        }
        let light = PagesSettings { colour: Some("#ffdd00".to_owned()), ..PagesSettings::default() };
        let error = Look::new(&light, false).unwrap_err().to_string();
        assert!(error.contains("1.3 to 1") && error.contains("4.5 to 1"), "{error}");
    }

    #[test]
    fn a_logo_is_a_small_picture() {
        let folder = tempfile::tempdir().unwrap();
        let look = |bytes: &[u8]| {
            let path = folder.path().join("logo");
            fs::write(&path, bytes).unwrap();
            let settings = PagesSettings { logo: Some(path), ..PagesSettings::default() };
            Look::new(&settings, false).map(|look| look.logo.unwrap().1).map_err(|error| error.to_string())
        };
        assert_eq!(look(b"\x89PNG\r\n\x1a\nrest").unwrap(), "image/png");
        assert_eq!(look(b"\n<svg xmlns='x'/>").unwrap(), "image/svg+xml");
        assert!(look(b"GIF89a").unwrap_err().contains("neither PNG, JPEG nor SVG"));
        assert!(
            look(&vec![b'<'; logo::LOGO_BYTES_MAX + 1]).unwrap_err().contains("the limit is 262144 bytes")
        );
        let gone = PagesSettings { logo: Some(folder.path().join("gone")), ..PagesSettings::default() };
        assert!(Look::new(&gone, false).unwrap_err().to_string().contains("pages.logo"));
    }
}

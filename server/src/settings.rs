//! Settings: `muniment.toml` in the data directory, each field overridden by the environment
//! (`MUNIMENT_CLOCK_STEP_SECONDS_MAX`) and that by a flag (`--set clock.step_seconds_max=600`).

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use toml::{Table, Value};

use crate::ledger::LedgerOptions;
use crate::ledger::clock::{ClockBounds, SystemClock};
use crate::ledger::limits::SEGMENT_BYTES_RANGE;
use crate::ledger::open::OpenOptions;
use crate::progress::Progress;
use crate::vault::KeySource;

/// The settings file in a data directory. It need not be there.
pub const FILE: &str = "muniment.toml";

/// Without work for so long, complete segments are sealed.
const QUIET: Duration = Duration::from_millis(50);

const ENVIRONMENT_PREFIX: &str = "MUNIMENT_";

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// When appending stops because the machine's clock cannot be right.
    pub clock: ClockSettings,
    /// How the ledger is stored.
    pub ledger: LedgerSettings,
    /// How it is served.
    pub http: HttpSettings,
    /// Where the key of the vault is.
    pub vault: VaultSettings,
    /// How personal data is guarded.
    pub personal: PersonalSettings,
    /// The ledger's own access log.
    pub reads: ReadsSettings,
    /// How plugins are run.
    pub plugins: PluginsSettings,
    /// The pages for staff.
    pub pages: PagesSettings,
    /// Signing in to the pages by OpenID Connect.
    pub openid: OpenIdSettings,
}

/// The section `[openid]`: people sign in to the pages with the account that they have with their organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenIdSettings {
    /// The provider, as it names itself: an address that begins with `https://` (with `http://` on this machine alone). Without
    /// it nobody signs in this way.
    pub issuer: Option<String>,
    /// As what this ledger is registered with the provider.
    pub client_id: Option<String>,
    /// A file with the secret that the provider gave, of at most 4096 bytes. Read at start. None for a public client.
    pub client_secret_file: Option<PathBuf>,
    /// Where browsers find the pages, such as `https://ledger.exemplar.gov.uk`. If not set, whatever host a browser asked for.
    /// The provider sends people back to `/sign-in/openid/callback` there.
    pub address: Option<String>,
    /// What the provider is asked for besides `openid`; `profile` if not set.
    pub scopes: Vec<String>,
    /// The claim with the name that pages show; `preferred_username` if not set.
    pub name_claim: String,
    /// The claim with what people may do, parts of a path with dots between them; `roles` if not set.
    pub roles_claim: String,
    /// What a value of that claim gives, `[[openid.grants]]`. The first that fits says how far somebody reaches.
    pub grants: Vec<OpenIdGrant>,
}

/// What a value of the claim gives: roles, narrowed as tokens are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdGrant {
    /// The value.
    pub claim: String,
    /// The roles: admin, auditor, officer, source.
    pub roles: Vec<String>,
    /// Only events of these groups; all if not set.
    pub groups: Option<Vec<String>>,
    /// Only events of these units; all if not set.
    pub units: Option<Vec<String>>,
    /// Only events whose source is this or lies below it; all if not set.
    pub source_prefix: Option<String>,
}

impl Default for OpenIdSettings {
    fn default() -> OpenIdSettings {
        OpenIdSettings {
            issuer: None,
            client_id: None,
            client_secret_file: None,
            address: None,
            scopes: vec!["profile".to_owned()],
            name_claim: "preferred_username".to_owned(),
            roles_claim: "roles".to_owned(),
            grants: Vec::new(),
        }
    }
}

/// The section `[pages]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PagesSettings {
    /// The name in the head of every page; the data controller's if not set.
    pub name: Option<String>,
    /// The colour of the head, such as `#12436d`, which it is if not set. White text must be legible on it.
    pub colour: Option<String>,
    /// A PNG, JPEG or SVG file of at most 262144 bytes, shown beside the name. Read at start.
    pub logo: Option<PathBuf>,
    /// Whether browsers come over TLS by a proxy that stands before this: cookies are then sent over TLS alone, as they are if
    /// the server speaks TLS itself.
    pub behind_tls: bool,
    /// How long somebody stays signed in without looking at a page. In minutes, 5 to 1440; 30 if not set.
    #[serde(deserialize_with = "within::<_, _, 5, 1440>")]
    pub idle_minutes: u32,
    /// How long somebody stays signed in at most. In minutes, 5 to 1440; 720 (12 hours) if not set.
    #[serde(deserialize_with = "within::<_, _, 5, 1440>")]
    pub absolute_minutes: u32,
    /// Whether somebody signs in with a token; true if not set. Where it is false, `[openid]` has to be set.
    pub token_sign_in: bool,
}

impl Default for PagesSettings {
    fn default() -> PagesSettings {
        PagesSettings {
            name: None,
            colour: None,
            logo: None,
            behind_tls: false,
            idle_minutes: 30,
            absolute_minutes: 720,
            token_sign_in: true,
        }
    }
}

/// The section `[clock]`. A test ledger has no such bounds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockSettings {
    /// How far the wall clock may step ahead of the monotonic one. In seconds, 1 to 31536000; 300 if not
    /// set.
    #[serde(deserialize_with = "within::<_, _, 1, 31_536_000>")]
    pub step_seconds_max: u32,
    /// How long after its last entry a ledger may be started. In days, 1 to 36500; 31 if not set.
    #[serde(deserialize_with = "within::<_, _, 1, 36_500>")]
    pub start_gap_days_max: u32,
}

/// The section `[ledger]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerSettings {
    /// Size from which on a segment is closed and sealed. In bytes of lines, 1024 to 1073741824; 134217728
    /// if not set. Smaller segments use less memory, larger ones make fewer files.
    #[serde(deserialize_with = "within::<_, _, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX>")]
    pub segment_bytes: u64,
    /// How hard zstd tries when a segment is sealed. A level, 1 (fast) to 19 (small); 3 if not set.
    #[serde(deserialize_with = "within::<_, _, 1, 19>")]
    pub zstd_level: i32,
}

/// The section `[http]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSettings {
    /// Address and port on which `muniment serve` listens; 127.0.0.1:8080 if not set.
    pub listen: SocketAddr,
    /// A PEM file with the certificate chain, leaf first. With `key`; plain HTTP if neither is set. Read again
    /// when it changes.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    pub key: Option<PathBuf>,
    /// Connections at a time, 16 to 1000000; 12000 if not set.
    #[serde(deserialize_with = "within::<_, _, 16, 1_000_000>")]
    pub connections_max: u32,
    /// Whether anybody may read the entry bundles under /tlog/, which hold every event; false if not set: they
    /// need an auditor's token.
    pub tlog_entries_public: bool,
}

/// The section `[vault]`: where the key is that the keys of personal data are kept under. One of the three at most; if
/// none is set it is `keys/vault.key` in the data directory, made with the vault.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaultSettings {
    /// A file with the key: 32 random bytes in 64 digits of hexadecimal, or in base64.
    pub key_file: Option<PathBuf>,
    /// The name of an environment variable that holds it.
    pub key_variable: Option<String>,
    /// A command of the shell that prints it, within 30 seconds: for a key manager.
    pub key_command: Option<String>,
}

/// The section `[personal]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonalSettings {
    /// How many people have to agree before personal data is destroyed, 1 or 2; 2 if not set. Two people are two accounts or,
    /// where `[openid]` is not set, two tokens.
    #[serde(deserialize_with = "within::<_, _, 1, 2>")]
    pub destroy_people: u8,
    /// How long a destruction can be cancelled after it was asked for. In seconds, 0 to 31536000; 259200 (three days) if
    /// not set.
    #[serde(deserialize_with = "within::<_, _, 0, 31_536_000>")]
    pub destroy_delay_seconds: u32,
    /// How often in a minute one token may read sealed data, 1 to 10000; 30 if not set.
    #[serde(deserialize_with = "within::<_, _, 1, 10_000>")]
    pub reveals_per_minute: u32,
}

/// The section `[reads]`: who read what kind of thing is recorded, as `ledger.read`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadsSettings {
    /// Of so many readings one is counted, 0 to 1000000; 1 if not set, 0 records none.
    #[serde(deserialize_with = "within::<_, _, 0, 1_000_000>")]
    pub log_one_in: u32,
    /// How often what was counted is recorded. In seconds, 1 to 86400; 300 if not set.
    #[serde(deserialize_with = "within::<_, _, 1, 86_400>")]
    pub log_interval_seconds: u32,
}

/// The section `[plugins]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PluginsSettings {
    /// Whether the plugins that come with the program are installed at the first start; true if not set.
    pub built_in: bool,
    /// Memory of one plugin. In MiB, 16 to 2048; 256 if not set.
    #[serde(deserialize_with = "within::<_, _, 16, 2048>")]
    pub memory_mib_max: u32,
    /// How long a plugin may take for one batch of at most 1,024 entries. In milliseconds, 50 to 60000; 1000 if not set.
    #[serde(deserialize_with = "within::<_, _, 50, 60_000>")]
    pub batch_milliseconds_max: u32,
    /// How many alerts a plugin may raise in a day, 1 to 1000000; 50000 if not set: all of the staff may be late with something at one
    /// moment.
    #[serde(deserialize_with = "within::<_, _, 1, 1_000_000>")]
    pub alerts_a_day_max: u32,
    /// How often the passing of time is recorded while nothing else is and a plugin waits for it. In seconds, 1 to 86400;
    /// 60 if not set.
    #[serde(deserialize_with = "within::<_, _, 1, 86_400>")]
    pub clock_seconds: u32,
    /// How long an import may be open before it is closed, as no deadline fires meanwhile. In seconds, 60 to 31536000;
    /// 86400 (a day) if not set.
    #[serde(deserialize_with = "within::<_, _, 60, 31_536_000>")]
    pub import_seconds_max: u32,
}

impl Default for PluginsSettings {
    fn default() -> PluginsSettings {
        PluginsSettings {
            built_in: true,
            memory_mib_max: 256,
            batch_milliseconds_max: 1000,
            alerts_a_day_max: 50_000,
            clock_seconds: 60,
            import_seconds_max: 86_400,
        }
    }
}

impl Default for ReadsSettings {
    fn default() -> ReadsSettings {
        ReadsSettings { log_one_in: 1, log_interval_seconds: 300 }
    }
}

impl Default for PersonalSettings {
    fn default() -> PersonalSettings {
        PersonalSettings { destroy_people: 2, destroy_delay_seconds: 259_200, reveals_per_minute: 30 }
    }
}

impl Default for HttpSettings {
    fn default() -> HttpSettings {
        HttpSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            certificate: None,
            key: None,
            connections_max: 12_000,
            tlog_entries_public: false,
        }
    }
}

const SEGMENT_BYTES_MIN: i64 = SEGMENT_BYTES_RANGE.start().cast_signed();
const SEGMENT_BYTES_MAX: i64 = SEGMENT_BYTES_RANGE.end().cast_signed();

impl Default for ClockSettings {
    fn default() -> ClockSettings {
        ClockSettings { step_seconds_max: 300, start_gap_days_max: 31 }
    }
}

impl Default for LedgerSettings {
    fn default() -> LedgerSettings {
        LedgerSettings { segment_bytes: 128 * 1024 * 1024, zstd_level: 3 }
    }
}

/// Why settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Something in the file.
    #[error("{}: {}", .path.display(), .error.to_string().trim_end())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: Box<toml::de::Error>,
    },
    /// A value from elsewhere.
    #[error("{given}: {fault}")]
    Override {
        /// The variable or the flag.
        given: String,
        /// What is wrong with it.
        fault: String,
    },
}

impl Settings {
    /// Reads the settings of a data directory. `environment` may hold other variables too; `flags` are the
    /// values of `--set`, the last of which wins.
    ///
    /// # Errors
    /// See [`SettingsError`]: an unknown key, a wrong type, a value out of its range.
    pub fn load(
        directory: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[String],
    ) -> Result<Settings, SettingsError> {
        let path = directory.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text.map_err(|error| SettingsError::Io { path: path.clone(), error })?,
        };
        let in_file = |error| SettingsError::File { path: path.clone(), error: Box::new(error) };
        let mut settings: Settings = toml::from_str(&text).map_err(in_file)?;
        let mut table: Table = toml::from_str(&text).map_err(in_file)?;
        for given in from_environment(environment).chain(flags.iter().map(|flag| Given::flag(flag))) {
            settings = given.apply(&mut table)?;
        }
        Ok(settings)
    }

    /// Where the vault's key is.
    ///
    /// # Errors
    /// More than one place is set.
    pub fn vault_key(&self) -> Result<KeySource, SettingsError> {
        let VaultSettings { key_file, key_variable, key_command } = &self.vault;
        match (key_file, key_variable, key_command) {
            (None, None, None) => Ok(KeySource::DataDirectory),
            (Some(path), None, None) => Ok(KeySource::File(path.clone())),
            (None, Some(name), None) => Ok(KeySource::Variable(name.clone())),
            (None, None, Some(command)) => Ok(KeySource::Command(command.clone())),
            _ => Err(SettingsError::Override {
                given: "vault".to_owned(),
                fault: "set one of vault.key_file, vault.key_variable and vault.key_command at most"
                    .to_owned(),
            }),
        }
    }

    /// How a ledger is opened with these settings, on this machine's clock.
    #[must_use]
    pub fn ledger_options(&self, progress: Progress) -> LedgerOptions {
        LedgerOptions {
            open: OpenOptions {
                clock: Arc::new(SystemClock::new()),
                clock_bounds: ClockBounds {
                    step_seconds_max: self.clock.step_seconds_max,
                    start_gap_days_max: self.clock.start_gap_days_max,
                },
                segment_bytes_max: self.ledger.segment_bytes,
                accept_clock: false,
                progress,
            },
            zstd_level: self.ledger.zstd_level,
            quiet: QUIET,
        }
    }
}

/// One value from outside the file.
struct Given {
    /// As the user wrote it, for messages.
    name: String,
    section: String,
    field: String,
    value: Option<String>,
}

/// The variables that name a section. Others, `MUNIMENT_LOG` say, are no settings.
fn from_environment(variables: impl IntoIterator<Item = (String, String)>) -> impl Iterator<Item = Given> {
    const SECTIONS: [&str; 9] =
        ["clock", "http", "ledger", "openid", "pages", "personal", "plugins", "reads", "vault"];
    variables.into_iter().filter_map(|(name, value)| {
        let key = name.strip_prefix(ENVIRONMENT_PREFIX)?.to_ascii_lowercase();
        let (section, field) = key.split_once('_')?;
        let (section, field) = (section.to_owned(), field.to_owned());
        SECTIONS.contains(&section.as_str()).then_some(Given { name, section, field, value: Some(value) })
    })
}

impl Given {
    fn flag(flag: &str) -> Given {
        let (key, value) = flag.split_once('=').map_or((flag, None), |(key, value)| (key, Some(value)));
        let (section, field) = key.split_once('.').unwrap_or((key, ""));
        Given {
            name: format!("--set {flag}"),
            section: section.trim().to_owned(),
            field: field.trim().to_owned(),
            value: value.map(str::to_owned),
        }
    }

    /// Puts the value into the table and reads that anew, so that every fault is found as in the file.
    fn apply(self, table: &mut Table) -> Result<Settings, SettingsError> {
        let refused = |fault: String| SettingsError::Override { given: self.name.clone(), fault };
        let Some(value) = self.value.as_deref().filter(|_| !self.field.is_empty()) else {
            return Err(refused("not of the form section.field=value".to_owned()));
        };
        // A bare word is a string, as on any command line.
        let value = value.trim().parse().unwrap_or_else(|_| Value::String(value.to_owned()));
        let section = table.entry(&self.section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(self.field.clone(), value);
        }
        Settings::deserialize(table.clone()).map_err(|error| {
            let place = format!("{}.{}", self.section, self.field);
            refused(format!("{place}: {}", error.message()))
        })
    }
}

/// A whole number between two bounds, both allowed.
fn within<'de, D, T, const MIN: i64, const MAX: i64>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let value = Value::deserialize(deserializer)?;
    let wanted = || format!("a {} is no whole number between {MIN} and {MAX}", value.type_str());
    let number = value.as_integer().ok_or_else(|| serde::de::Error::custom(wanted()))?;
    let inside = (MIN..=MAX).contains(&number).then(|| T::try_from(number).ok()).flatten();
    inside.ok_or_else(|| serde::de::Error::custom(format!("{number} is not between {MIN} and {MAX}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], flags: &[&str]) -> Result<Settings, String> {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), file).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let path = directory.path().display().to_string();
        Settings::load(directory.path(), environment, &flags)
            .map_err(|error| error.to_string().replace(&path, "DIR"))
    }

    fn refused(file: &str, environment: &[(&str, &str)], flags: &[&str], parts: &[&str]) {
        let message = load(file, environment, flags).unwrap_err();
        for part in parts {
            assert!(message.contains(part), "{message:?} names {part:?}");
        }
    }

    #[test]
    fn without_a_file_everything_has_its_default() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings::load(directory.path(), [], &[]).unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(load("", &[], &[]).unwrap(), settings);
        assert_eq!(settings.clock.step_seconds_max, 300);
        assert!(SEGMENT_BYTES_RANGE.contains(&settings.ledger.segment_bytes));
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let file = "[clock]\nstep_seconds_max = 1\nstart_gap_days_max = 1\n[ledger]\nzstd_level = 1\n";
        let environment = [
            ("MUNIMENT_CLOCK_STEP_SECONDS_MAX", "2"),
            ("MUNIMENT_CLOCK_START_GAP_DAYS_MAX", "2"),
            ("MUNIMENT_LOG", "debug"),
            ("OTHER", "x"),
        ];
        let settings = load(
            file,
            &environment,
            &["clock.start_gap_days_max=3", "clock.start_gap_days_max=4", "ledger.segment_bytes = 4096"],
        )
        .unwrap();
        assert_eq!((settings.clock.step_seconds_max, settings.clock.start_gap_days_max), (2, 4));
        assert_eq!((settings.ledger.zstd_level, settings.ledger.segment_bytes), (1, 4096));
    }

    #[test]
    fn what_is_wrong_in_the_file_is_named() {
        refused("[clok]\n", &[], &[], &["DIR/muniment.toml", "line 1", "unknown field `clok`", "`clock`"]);
        refused("[clock]\nstep = 1\n", &[], &[], &["unknown field `step`", "step_seconds_max"]);
        refused(
            "[ledger]\nzstd_level = \"3\"\n",
            &[],
            &[],
            &["zstd_level", "a string is no whole number between 1 and 19"],
        );
        refused("[ledger]\nzstd_level = 20\n", &[], &[], &["zstd_level", "20 is not between 1 and 19"]);
        refused(
            "[ledger]\nsegment_bytes = 1023\n",
            &[],
            &[],
            &["segment_bytes", "1023 is not between 1024 and"],
        );
        refused("[clock]\nstep_seconds_max = -1\n", &[], &[], &["-1 is not between 1 and 31536000"]);
        refused("[clock\n", &[], &[], &["DIR/muniment.toml"]);
    }

    #[test]
    fn what_is_wrong_elsewhere_is_named() {
        refused(
            "",
            &[("MUNIMENT_CLOCK_STEP", "1")],
            &[],
            &["MUNIMENT_CLOCK_STEP: clock.step: unknown field `step`"],
        );
        refused(
            "",
            &[("MUNIMENT_LEDGER_ZSTD_LEVEL", "fast")],
            &[],
            &["MUNIMENT_LEDGER_ZSTD_LEVEL: ledger.zstd_level: a string is no whole number"],
        );
        refused("", &[], &["clock"], &["--set clock: not of the form section.field=value"]);
        refused("", &[], &["clock.step_seconds_max"], &["not of the form"]);
        refused("", &[], &["a.b=1"], &["--set a.b=1: a.b: unknown field `a`"]);
        refused("", &[], &["ledger.zstd_level=0"], &["ledger.zstd_level: 0 is not between 1 and 19"]);
        refused("", &[], &["ledger.zstd_level=1\nx=2"], &["ledger.zstd_level: a string is no whole number"]);
    }
}

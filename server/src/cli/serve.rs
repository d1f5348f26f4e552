//! `muniment serve`: the ledger over HTTP.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::interrupt;
use super::logging::LogFormat;
use super::opening::{self, DataArg, SetArg};
use super::print;
use super::terminal::Bar;
use crate::backup::erasures;
use crate::definitions::Current;
use crate::disk::{Disk, OsDisk};
use crate::erasure::{Carrier, Counted, Destinations, Erasures, Guard};
use crate::http::{self, App, Parts};
use crate::index::{Index, IndexOptions};
use crate::ledger::Ledger;
use crate::ledger::clock::SystemClock;
use crate::ledger::genesis::{Genesis, Purpose};
use crate::ledger::names;
use crate::net::{BodyTime, ListenOptions, Listener};
use crate::plugins::{Ground, PluginOptions, Plugins};
use crate::settings::Settings;
use crate::tokens::Tokens;
use crate::vault::{Keeper, Vault};
use crate::web::Look;

const ABOUT: &str = "\
Serve the ledger over HTTP: events are posted, searched, followed and proved. /docs describes the \
interface. Without a certificate the server speaks plain HTTP: only for this machine, or behind a proxy \
that does TLS. It stops at Ctrl-C or SIGTERM, once posts that have begun are answered.";

const EXAMPLE: &str = "Example:
  muniment serve --data /var/lib/muniment --listen 127.0.0.1:8080
  curl -H \"Authorization: Bearer $MUNIMENT_TOKEN\" http://127.0.0.1:8080/v1/ledger";

/// Serve the ledger over HTTP
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    data: DataArg,
    /// Address and port; port 0 lets the system choose. Instead of the setting http.listen
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// PEM file with the certificate chain. Instead of the setting http.certificate
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// PEM file with its private key. Instead of the setting http.key
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// How lines of the log are written to standard error; MUNIMENT_LOG says how much (info)
    #[arg(long, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub(super) log: LogFormat,
}

impl ServeArgs {
    /// Those of a ledger, and nothing else than the settings say.
    pub(super) fn of(directory: &Path) -> ServeArgs {
        let data = DataArg { path: directory.to_owned() };
        ServeArgs { data, listen: None, certificate: None, key: None, log: LogFormat::default() }
    }
}

pub(crate) fn run(args: &ServeArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let settings = set.settings(&args.data.path)?;
    let definitions = opening::definitions(&args.data)?;
    let ledger = Arc::new(opening::open(&args.data, &settings, |_| {})?);
    let served = serve(args, &settings, ledger, definitions);
    served.map_err(|failure| failure.of(args.data.path.display()))
}

fn serve(
    args: &ServeArgs,
    settings: &Settings,
    ledger: Arc<Ledger>,
    definitions: Arc<Current>,
) -> Result<Verdict, Failure> {
    let vault = opening::vault(&args.data, settings, &ledger, &definitions.get().catalogue)?;
    definitions.record_changes(&ledger)?;
    let listen = listen_options(args, settings);
    let look = Look::new(&settings.pages, listen.tls_certificate.is_some());
    let look = look.map_err(|error| Failure::usage(error.to_string()))?;
    let look = look.with_people(&settings.openid, &signing_key(args)?, ledger.origins());
    let look = look.map_err(|error| Failure::usage(error.to_string()))?;
    let runtime = runtime()?;
    let listener = runtime.block_on(async { Listener::bind(&listen) });
    let listener = listener.map_err(|error| Failure::usage(error.to_string()))?;
    let keeper = Keeper::start(vault.clone(), ledger.clone());
    let keeper = keeper.map_err(|error| Failure::wanting(format!("no threads: {error}")))?;
    let ground = Ground {
        ledger: ledger.clone(),
        vault: vault.clone(),
        definitions: definitions.clone(),
        clock: Arc::new(SystemClock::new()),
    };
    let plugins = plugins(args, settings, ground)?;
    let app = app(args, settings, (ledger.clone(), plugins.clone()), definitions, vault, (&listener, look));
    let app = app.inspect_err(|_| plugins.stop())?;
    let carrier = Carrier::start(app.erasures().clone());
    let carrier = carrier.map_err(|error| Failure::wanting(format!("no threads: {error}")))?;
    let scheme = if listen.tls_certificate.is_some() { "https" } else { "http" };
    print::result(&format!("serving {} on {scheme}://{}", ledger.origin(), listener.local_address()));
    let router = http::router(app.clone());
    runtime.block_on(async {
        let stop = {
            let app = app.clone();
            async move {
                if let Err(error) = interrupt::requested().await {
                    tracing::error!(%error, "signals cannot be watched; only SIGKILL ends this");
                    std::future::pending::<()>().await;
                }
                app.stop();
            }
        };
        let recording = tokio::spawn(record_reads(app.clone(), settings.reads.log_interval_seconds));
        listener.run(router, stop).await;
        recording.abort();
    });
    app.record_reads();
    runtime.shutdown_timeout(Duration::from_secs(5));
    plugins.stop();
    drop(plugins);
    drop(carrier);
    drop(app);
    drop(keeper);
    match Arc::into_inner(ledger) {
        Some(ledger) => ledger.close(),
        None => tracing::warn!("a request is still at work; the ledger is closed as a crash would"),
    }
    print::aside("stopped; what was acknowledged is on disk");
    Ok(Verdict::Done)
}

fn plugins(args: &ServeArgs, settings: &Settings, ground: Ground) -> Result<Arc<Plugins>, Failure> {
    let genesis = genesis(&ground.ledger)?;
    let options = PluginOptions::new(&settings.plugins, genesis.purpose == Purpose::Production);
    let plugins = Plugins::start(&args.data.path, ground, &signing_key(args)?, options);
    plugins.map(Arc::new).map_err(|error| Failure::wanting(format!("the plugins: {error}")))
}

/// The ledger's secret, of which other secrets are made.
fn signing_key(args: &ServeArgs) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let disk: &dyn Disk = &OsDisk::new(&args.data.path);
    let secret = disk.read(names::SIGNING_KEY);
    let secret = secret.map_err(|error| Failure::wanting(format!("{}: {error}", names::SIGNING_KEY)))?;
    Ok(Zeroizing::new(secret.unwrap_or_default()))
}

fn genesis(ledger: &Ledger) -> Result<Genesis, Failure> {
    let line = ledger.line(0).map_err(|error| Failure::wanting(error.to_string()))?.unwrap_or_default();
    Genesis::from_line(&line).map_err(Failure::wanting)
}

/// Records the access log once in a while.
async fn record_reads(app: Arc<App>, interval_seconds: u32) {
    let mut interval = tokio::time::interval(Duration::from_secs(interval_seconds.into()));
    interval.tick().await;
    loop {
        interval.tick().await;
        let app = app.clone();
        // A panic there is in the log already.
        let _done = tokio::task::spawn_blocking(move || app.record_reads()).await;
    }
}

/// The threads that serve connections.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::wanting(format!("no threads: {error}")))
}

fn listen_options(args: &ServeArgs, settings: &Settings) -> ListenOptions {
    let mut listen = ListenOptions::new(args.listen.unwrap_or(settings.http.listen));
    let given = |flag: &Option<PathBuf>, setting: &Option<PathBuf>| flag.clone().or_else(|| setting.clone());
    listen.tls_certificate = given(&args.certificate, &settings.http.certificate);
    listen.tls_key = given(&args.key, &settings.http.key);
    listen.limits.connections_max = settings.http.connections_max as usize;
    listen
}

fn app(
    args: &ServeArgs,
    settings: &Settings,
    (ledger, plugins): (Arc<Ledger>, Arc<Plugins>),
    definitions: Arc<Current>,
    vault: Arc<Vault>,
    (listener, look): (&Listener, Look),
) -> Result<Arc<App>, Failure> {
    let failed = |error: String| Failure::wanting(error);
    let genesis = genesis(&ledger)?;
    let tokens = Tokens::load(&ledger).map_err(|error| failed(error.to_string()))?;
    let bar = Bar::entries("indexing");
    let directory = args.data.path.join("index");
    let index = Index::open(&directory, ledger.clone(), IndexOptions::default(), &bar.progress());
    let index = Arc::new(index.map_err(|error| failed(format!("the search index: {error}")))?);
    bar.clear();
    let personal = &settings.personal;
    let guard = Guard {
        people: personal.destroy_people,
        counted: if look.has_people() { Counted::Accounts } else { Counted::Tokens },
        delay_seconds: i64::from(personal.destroy_delay_seconds),
    };
    let erasures = Erasures::load(
        ledger.clone(),
        index.clone(),
        vault.clone(),
        guard,
        Box::new(Lists { disk: OsDisk::new(&args.data.path) }),
    );
    let erasures = Arc::new(erasures.map_err(|error| failed(error.to_string()))?);
    Ok(App::new(Parts {
        ledger,
        genesis,
        index,
        tokens,
        directory: args.data.path.clone(),
        definitions,
        vault,
        erasures,
        plugins,
        log_one_read_in: settings.reads.log_one_in,
        reveals_per_minute: settings.personal.reveals_per_minute as usize,
        tlog_entries_public: settings.http.tlog_entries_public,
        body_time: BodyTime::STANDARD,
        connections: listener.stats(),
        look,
    }))
}

/// The erasure lists beside the backups of a data directory.
#[derive(Debug)]
struct Lists {
    disk: OsDisk,
}

impl Destinations for Lists {
    fn tell(&self, lines: &[Vec<u8>]) -> Result<(), String> {
        let destinations = erasures::destinations(&self.disk).map_err(|error| error.to_string())?;
        erasures::record(&destinations, lines).map_err(|failed| {
            let text = |(path, error): &(PathBuf, io::Error)| format!("{}: {error}", path.display());
            format!(
                "the erasure list of a backup: {}",
                failed.iter().map(text).collect::<Vec<_>>().join("; ")
            )
        })
    }
}

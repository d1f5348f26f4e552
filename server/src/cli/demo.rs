//! `muniment demo`: the newcomer's first minute.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Method;
use clap::Args;
use muniment_demo::{COUNCIL, EventKey, Plan, Situation, Year, story};
use serde_json::{Value, json};

use super::asking::{ask, ask_bytes};
use super::failure::{EXIT_CODES, Failure, Verdict};
use super::init;
use super::opening::SetArg;
use super::print;
use super::report;
use super::serve;
use super::terminal::Bar;
use crate::disk::OsDisk;
use crate::ledger::clock::{Clock as _, SystemClock};
use crate::ledger::genesis::{self, Purpose};
use crate::net::client::Client;

const ABOUT: &str = "\
Make the ledger of a council that does not exist, post a year of its events over HTTP, let every plugin fold over it, write \
the annual report, and serve it. Everything is invented, and the same each time.";

const EXAMPLE: &str = "Examples:
  muniment demo
  muniment demo --events 100000 --data big-demo
  muniment demo --no-serve";

const ORIGIN: &str = "demo.exemplar.invalid/ledger";
/// Events of a post.
const BATCH: usize = 500;
/// How long plugins may take to be compiled and to fold.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long the server may take to begin or to end.
const SERVER_PATIENCE: Duration = Duration::from_secs(60);

/// Make a fictional council's year, with every plugin and the annual report
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct DemoArgs {
    /// Directory to make it in, new or empty
    #[arg(long, value_name = "DIR", default_value = "muniment-demo")]
    data: PathBuf,
    /// About how many events
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(300..=2_000_000))]
    events: u32,
    /// What chance goes by: another number makes another year
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// End after the summary; exit code 0 says that everything held
    #[arg(long)]
    no_serve: bool,
}

pub(crate) fn run(args: &DemoArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let plan = Plan { seed: args.seed, events: args.events as usize, ..Plan::default() };
    let (ledger, out) = (args.data.join("ledger"), args.data.join("report"));
    let token = made(&args.data, &ledger)?;
    let begun = Instant::now();
    let mut server = Server::start(&ledger)?;
    let seen = posted_and_seen(&server, &token, &plan);
    let seen = match (seen, server.stop()) {
        (Err(failure), _) | (Ok(_), Err(failure)) => return Err(failure),
        (Ok(seen), Ok(())) => seen,
    };
    let period = format!("{}-{:02}", plan.year_from, (plan.year_from + 1) % 100);
    let written = report::write_all(&ledger, &period, &out, set)?;
    let has_held = summary(&seen, &story(&plan), &written, begun.elapsed());
    print::result(&format!("\nThe ledger is in {}, the report in {}.", ledger.display(), out.display()));
    if args.no_serve {
        return Ok(if has_held { Verdict::Done } else { Verdict::Wanting });
    }
    print::result(
        "Open the address below in a browser, and sign in with this token, made for this demo only:",
    );
    print::result(&format!("  {token}"));
    print::result("Ctrl-C ends it; `muniment serve --data` with the ledger's directory begins again.\n");
    serve::run(&serve::ServeArgs::of(&ledger), set)
}

/// Makes the ledger, and gives its administrator's token.
fn made(data: &Path, ledger: &Path) -> Result<String, Failure> {
    let about = |error: std::io::Error| Failure::usage(format!("{}: {error}", data.display()));
    if data.exists() && fs::read_dir(data).map_err(about)?.next().is_some() {
        let what = "there is something in it already; remove it, or name another one with --data";
        return Err(Failure::usage(what).of(data.display()));
    }
    init::make_directory(ledger).map_err(about)?;
    let now = SystemClock::new().wall();
    let created = genesis::create(&OsDisk::new(ledger), ORIGIN, COUNCIL, Purpose::Test, now);
    let created = created.map_err(|error| Failure::wanting(error.to_string()))?;
    Ok(created.admin_token.to_string())
}

/// A server of its own, which is stopped in the end whatever happens.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(ledger: &Path) -> Result<Server, Failure> {
        let failed = |error: std::io::Error| Failure::wanting(format!("starting the server: {error}"));
        let program = std::env::current_exe().map_err(failed)?;
        let log = fs::File::create(ledger.with_extension("log")).map_err(failed)?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(ledger)
            // Whatever holds for other ledgers of whoever tries it.
            .env("MUNIMENT_PLUGINS_BUILT_IN", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(failed)?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(failed)?;
        }
        match line.trim().split_once(" on ") {
            Some((_, url)) => Ok(Server { child, url: url.to_owned() }),
            None => {
                let _gone = child.kill().and_then(|()| child.wait());
                let log = ledger.with_extension("log");
                Err(Failure::wanting(format!("the server did not begin; {} says why", log.display())))
            }
        }
    }

    /// Asks it to end, and waits.
    fn stop(&mut self) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::wanting(format!("stopping the server: {error}"));
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)
                .map_err(|error| failed(error.into()))?;
        }
        let begun = Instant::now();
        while self.child.try_wait().map_err(failed)?.is_none() {
            if begun.elapsed() > SERVER_PATIENCE {
                return Err(Failure::wanting("the server did not end when it was asked to"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _gone = self.child.kill().and_then(|()| self.child.wait());
        }
    }
}

/// What the ledger and its plugins came to.
struct Seen {
    posted: usize,
    replayed: usize,
    entries: u64,
    /// Each plugin, with the state that it is in.
    plugins: Vec<(String, String)>,
    /// Rule and subject of each open alert.
    open: Vec<(String, String)>,
}

fn posted_and_seen(server: &Server, token: &str, plan: &Plan) -> Result<Seen, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::wanting(format!("no threads: {error}")))?;
    runtime.block_on(async {
        let client =
            Client::connect(&server.url).await.map_err(|error| Failure::wanting(error.to_string()))?;
        let mut poster = Poster {
            client,
            token: token.to_owned(),
            seqs: BTreeMap::new(),
            waiting: Vec::new(),
            posted: 0,
            replayed: 0,
        };
        poster.all(plan).await?;
        poster.seen().await
    })
}

/// Posts events as systems would, in batches.
struct Poster {
    client: Client,
    token: String,
    /// The entries of events, for those that correct them.
    seqs: BTreeMap<(String, String), u64>,
    waiting: Vec<Value>,
    posted: usize,
    replayed: usize,
}

impl Poster {
    async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        ask(&mut self.client, &self.token, Method::GET, path, None).await
    }

    /// The year, within the bracket of an import: it is long over, and only what is still true at its end is told.
    async fn all(&mut self, plan: &Plan) -> Result<(), Failure> {
        let import = ask(&mut self.client, &self.token, Method::POST, "/v1/imports", None).await?;
        let number = import["import"].as_u64().unwrap_or_default();
        let bar = Bar::entries("posting");
        for post in Year::new(plan) {
            let mut event = post.event;
            if let Some(EventKey { source, id }) = post.correction_of {
                // Which entry it corrects is known once that is posted.
                self.flush().await?;
                let target = self.seqs.get(&(source, id)).copied();
                event["data"]["target"] =
                    json!(target.ok_or_else(|| Failure::wanting("a correction came before its target"))?);
            }
            self.waiting.push(event);
            if self.waiting.len() >= BATCH {
                self.flush().await?;
                bar.set(self.posted as u64);
            }
        }
        self.flush().await?;
        bar.clear();
        let finish = format!("/v1/imports/{number}/finish");
        ask(&mut self.client, &self.token, Method::POST, &finish, None).await.map(drop)
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.waiting);
        let name = |event: &Value, of: &str| event[of].as_str().unwrap_or_default().to_owned();
        let names: Vec<(String, String)> =
            batch.iter().map(|event| (name(event, "source"), name(event, "id"))).collect();
        let body = Bytes::from(Value::Array(batch).to_string());
        let to = (Method::POST, "/v1/events");
        let answer =
            ask_bytes(&mut self.client, &self.token, to, "application/cloudevents-batch+json", body).await?;
        let answer: Vec<Value> = serde_json::from_slice(&answer).unwrap_or_default();
        for (name, recorded) in names.into_iter().zip(answer) {
            if recorded["replayed"] == true {
                self.replayed += 1;
            } else {
                self.posted += 1;
            }
            if let Some(seq) = recorded["seq"].as_u64() {
                self.seqs.insert(name, seq);
            }
        }
        Ok(())
    }

    /// Waits until every plugin has folded over all of it.
    async fn seen(&mut self) -> Result<Seen, Failure> {
        let bar = Bar::entries("plugins");
        let begun = Instant::now();
        let plugins = loop {
            let list = self.get("/v1/plugins").await?;
            let text = |plugin: &Value, of: &str| plugin[of].as_str().unwrap_or_default().to_owned();
            let plugins: Vec<(String, String)> = list["plugins"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|plugin| (text(plugin, "id"), text(plugin, "state")))
                .collect();
            let ready =
                plugins.iter().filter(|(_, state)| state == "at_head" || state == "quarantined").count();
            bar.set(ready as u64);
            let all = crate::plugins::built_in::all().count();
            if ready >= all || begun.elapsed() > PATIENCE {
                break plugins;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        bar.clear();
        let entries = self.get("/v1/ledger").await?["size"].as_u64().unwrap_or_default();
        let mut open = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/v1/alerts?state=open&limit=1000{after}")).await?;
            for alert in page["alerts"].as_array().into_iter().flatten() {
                let text = |of: &str| alert[of].as_str().unwrap_or_default().to_owned();
                open.push((text("rule"), text("subject")));
            }
            let Some(next) = page["next"].as_u64() else { break };
            after = format!("&after={next}");
        }
        Ok(Seen { posted: self.posted, replayed: self.replayed, entries, plugins, open })
    }
}

/// Says what there is to see. Whether everything held.
fn summary(seen: &Seen, planted: &[Situation], written: &report::Written, took: Duration) -> bool {
    let Seen { posted, replayed, entries, plugins, open } = seen;
    print::result(&format!(
        "{COUNCIL}: {posted} events posted over HTTP ({replayed} more were repeats), {entries} entries, in {} s",
        took.as_secs()
    ));
    let mut has_held = true;
    let at_head = plugins.iter().filter(|(_, state)| state == "at_head").count();
    print::result(&format!("{at_head} plugins have folded over all of it; {} alerts are open", open.len()));
    for (plugin, state) in plugins.iter().filter(|(_, state)| state != "at_head") {
        print::result(&format!("  WRONG: {plugin} is {state}"));
        has_held = false;
    }
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for (rule, _) in open {
        *rules.entry(rule).or_default() += 1;
    }
    let rules: Vec<String> = rules.into_iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    print::result(&format!("  {}", rules.join(", ")));
    print::result("Three of them, and why:");
    for Situation { rule, subject, why } in planted {
        let is_open = open.iter().any(|(of, about)| of == rule && about == subject);
        has_held &= is_open;
        let missing = if is_open { "" } else { "WRONG: it is not open. " };
        print::result(&format!("  {rule} {subject}: {missing}{why}"));
    }
    print::result(&format!(
        "The report: {} sections, {} figures, {} tables; {}",
        written.sections,
        written.figures,
        written.tables,
        if written.faults.is_empty() {
            "all of them add up".to_owned()
        } else {
            format!("{} faults", written.faults.len())
        }
    ));
    for fault in &written.faults {
        print::result(&format!("  WRONG: {fault}"));
        has_held = false;
    }
    for file in &written.files {
        print::result(&format!("  {}", file.display()));
    }
    has_held
}

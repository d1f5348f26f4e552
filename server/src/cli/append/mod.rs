//! `muniment append`: events from a file or a pipe into a stopped ledger.

mod group;
mod input;
mod run;
mod source;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clap::Args;
use muniment_core::principal::Principal;

use self::group::{Message, Rules};
use self::run::{Counts, Run, Stop};
use self::source::{Meter, Source};
use super::failure::{EXIT_CODES, Failure, Verdict};
use super::interrupt::Interrupt;
use super::opening::{self, DataArg, SetArg};
use super::print;
use crate::intake::Intake;
use crate::vault::Keeper;

/// Groups that wait to be handed in.
const GROUPS_WAITING_MAX: usize = 2;

/// How often it is looked whether an end was asked for, while the input gives nothing.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(100);

const ABOUT: &str = "\
Append CloudEvents to a stopped ledger.

The input is UTF-8: one event a line, or one JSON array of events (which may span lines). The last line \
on standard output is always `appended N, replayed N, refused N`.

It can be repeated, also after an interruption: an event whose source and id are in the ledger already \
is counted as replayed and not appended again, and a file that is in the ledger already adds nothing. An \
event with the source and id of another that differs from it is refused, as is everything that is no \
valid event. At the first refused event it stops: everything before it is in the ledger, nothing after \
it.

The events stand between the entries `import.started` and `import.finished`, so that no deadline fires \
while a history is read in.";

const EXAMPLE: &str = r#"Examples:
  muniment append --data /var/lib/muniment events.jsonl
  jq -c '.[]' export.json | muniment append --data /var/lib/muniment --keep-going

The least that an event has:
  {"specversion":"1.0","id":"1","source":"/foi","type":"request.received"}"#;

/// Append CloudEvents from a file or standard input
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct AppendArgs {
    #[command(flatten)]
    data: DataArg,
    /// File of events; `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Report refused events and go on after them
    #[arg(long)]
    keep_going: bool,
}

/// Why no more events come.
enum End {
    /// The input was read to its end.
    Input,
    /// The input cannot be read on.
    Unreadable(io::Error),
    /// The user asked for an end.
    Interrupted,
    Stopped(Stop),
}

pub(crate) fn run(args: &AppendArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let source = Source::open(args.file.as_deref())?;
    let settings = set.settings(&args.data.path)?;
    let by = Principal::new("host/append").map_err(failed)?;
    let interrupt = Interrupt::watch().map_err(failed)?;
    let definitions = opening::definitions(&args.data)?;
    let ledger = Arc::new(opening::open(&args.data, &settings, |_| {})?);
    definitions.record_changes(&ledger)?;
    let vault = opening::vault(&args.data, &settings, &ledger, &definitions.get().catalogue)?;
    let keeper = Keeper::start(vault.clone(), ledger.clone()).map_err(failed)?;

    let meter = Meter::new(source.bytes);
    let rules = Rules {
        origins: ledger.origins().clone(),
        intake: Intake { definitions, vault, ledger: Arc::downgrade(&ledger) },
        ledger: Arc::downgrade(&ledger),
        keep_going: args.keep_going,
        live: source.bytes.is_none(),
    };
    let name = source.name;
    let (sender, groups) = mpsc::sync_channel(GROUPS_WAITING_MAX);
    let (stream, read) = (source.stream, meter.read.clone());
    let reader = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || group::read(stream, read, &rules, &sender))
        .map_err(failed)?;

    let mut run = Run::new(&ledger, by, args.keep_going, &meter.bar);
    let mut end = append_all(&mut run, &groups, &interrupt, &meter);
    drop(groups);
    // A reader that waits for input that may never come is left to itself.
    if matches!(end, End::Input) && reader.join().is_err() {
        end = End::Unreadable(io::Error::other("the thread that reads it panicked"));
    }
    let end = close_bracket(&mut run, end);
    let counts = run.counts;
    drop(keeper);
    // The last to hold it closes it.
    drop(ledger);
    meter.bar.clear();
    let verdict = conclude(&end, counts, &name);
    let Counts { appended, replayed, refused } = counts;
    print::result(&format!("appended {appended}, replayed {replayed}, refused {refused}"));
    Ok(verdict)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::wanting(error.to_string())
}

fn append_all(run: &mut Run<'_>, groups: &Receiver<Message>, interrupt: &Interrupt, meter: &Meter) -> End {
    let end = loop {
        if interrupt.asked() {
            break End::Interrupted;
        }
        let taken = match groups.recv_timeout(INTERRUPT_INTERVAL) {
            Ok(Message::Group(group)) => run.take(group),
            Ok(Message::Failed(error)) => break End::Unreadable(error),
            Ok(Message::Stopped(why)) => break End::Stopped(Stop::Ledger(why)),
            Err(RecvTimeoutError::Timeout) => run.settle(),
            Err(RecvTimeoutError::Disconnected) => break End::Input,
        };
        if let Err(stop) = taken {
            break End::Stopped(stop);
        }
        meter.show(run.counts);
    };
    match (run.settle(), end) {
        (Err(stop), End::Input | End::Unreadable(_) | End::Interrupted) => End::Stopped(stop),
        (_, end) => end,
    }
}

/// A bracket stays open only where the ledger takes nothing more; the next run continues it.
fn close_bracket(run: &mut Run<'_>, end: End) -> End {
    if matches!(end, End::Stopped(Stop::Ledger(_))) {
        return end;
    }
    run.finish().map_or_else(End::Stopped, |()| end)
}

/// Says why the run ended before its input did.
fn conclude(end: &End, counts: Counts, input: &str) -> Verdict {
    match end {
        End::Input if counts.refused == 0 => return Verdict::Done,
        End::Input => {}
        End::Unreadable(error) => {
            print::aside(&format!("error: {input}: {error}"));
            return Verdict::Misused;
        }
        End::Interrupted => {
            print::aside("interrupted; run the same command again to go on where it stopped");
        }
        End::Stopped(Stop::Refused) => {
            print::aside(
                "stopped at the first refused event: what stands before it is in the ledger, nothing after it (--keep-going goes on)",
            );
        }
        End::Stopped(Stop::Ledger(why)) => print::aside(&format!("error: {why}")),
    }
    Verdict::Wanting
}

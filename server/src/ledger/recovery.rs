//! After a crash: what lies beyond the last whole entry is moved aside, and an event says so.

use std::io;
use std::sync::Arc;

use muniment_core::json::Value;

use super::host_events;
use super::lines::LineSegment;
use super::log::Log;
use super::names;
use super::open::{OpenError, OpenReport, io_error};
use super::scan::Rest;

/// Cuts the segments to their whole entries. What follows those of the last segment is kept in
/// `ledger/recovered-<time>`, and for each such file there is an event in the ledger.
pub(super) fn recover(
    log: &mut Log,
    rests: &[(Arc<LineSegment>, Rest)],
    report: &mut OpenReport,
) -> Result<(), OpenError> {
    for (lines, rest) in rests {
        if lines.first() == log.active.first() {
            report.recovered = Some(move_aside(log, rest)?);
        } else if let Err(error) = lines.file().set_len(lines.bytes()) {
            tracing::warn!(%error, "what a failed group left in its segment could not be cut off");
        }
    }
    record(log)
}

/// Moves the rest of the active segment to a file of its own. A crash on the way: the rest is still in the
/// segment, or in the file, or in both, and the next start goes on from there.
fn move_aside(log: &mut Log, rest: &Rest) -> Result<(u64, String), OpenError> {
    let failed = || io_error("moving aside what a crash left behind");
    let head = log.shared.head();
    log.guard
        .instant(&*log.clock, head.recorded)
        .map_err(|stopped| OpenError::NotRecorded(stopped.into()))?;
    let time: String = log.clock.wall().to_string().replace(['-', ':'], "");
    let name = format!("{}{time}", names::RECOVERED_PREFIX);
    let path = format!("{}/{name}", names::LEDGER);
    let file = log.active.file();
    let content = file.read_from(rest.offset).map_err(failed())?;
    log.shared.disk.replace(names::LEDGER, &path, &content).map_err(failed())?;
    file.set_len(rest.offset).map_err(failed())?;
    // Before anything is written in its place: a crash must not mix the two.
    file.sync().map_err(failed())?;
    tracing::warn!(
        bytes = rest.bytes,
        file = path,
        fault = rest.fault,
        "moved aside what a crash left behind"
    );
    Ok((rest.bytes, path))
}

/// Appends `ledger.recovered` for every file of moved bytes that has none yet.
fn record(log: &mut Log) -> Result<(), OpenError> {
    let disk = log.shared.disk.clone();
    for name in disk.list(names::LEDGER).map_err(io_error("listing ledger/"))? {
        if !name.starts_with(names::RECOVERED_PREFIX) || name.ends_with(".tmp") {
            continue;
        }
        let id = format!("ledger.recovered/{name}");
        let known = log.find_host(&id).map_err(io_error("looking up a recovery"))?;
        if known.is_some() {
            continue;
        }
        let path = format!("{}/{name}", names::LEDGER);
        let content = disk.read(&path).map_err(io_error(format!("reading {path}")))?;
        let content = content.ok_or_else(|| io_error("reading it")(io::ErrorKind::NotFound.into()))?;
        let data = Value::object([
            ("blake3", Value::string(blake3::hash(&content).to_hex().to_string())),
            ("bytes", Value::number(content.len() as u64)),
            ("file", Value::string(path)),
            ("size", Value::number(log.shared.head().size)),
        ]);
        host_events::append(log, "ledger.recovered", &id, None, data).map_err(OpenError::NotRecorded)?;
    }
    Ok(())
}

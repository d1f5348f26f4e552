//! An entry: what it says, its exact bytes, and what proves it.

use askama::Template;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse as _, Response};
use muniment_core::hash::Hash;
use muniment_core::limits::TILE_HASHES;
use muniment_core::receipt::Receipt;
use muniment_core::tree::leaf_hash;
use muniment_core::tree::tile::{TileKind, TilePath};
use serde_json::Value;

use super::{LedgerState, in_address};
use crate::tokens::Role;
use crate::web::answers::EventsPage;
use crate::web::entries::{CORRECTION, Line};
use crate::web::failure::Failure;
use crate::web::marks::{Piece, pieces};
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, with_query};
use crate::web::words::{self, Moment};

/// That an entry was said to be wrong, or right after all.
#[derive(Debug, PartialEq, Eq)]
struct Correction {
    path: String,
    title: String,
    /// What became of the entry.
    effect: String,
    reason: String,
    /// The reason as programs spell it, where the entry counts no more.
    void_reason: Option<String>,
    recorded: Moment,
    by: String,
}

impl Correction {
    /// Reads one of a list, if it is about the entry.
    fn of(entry: &Value, target: u64) -> Option<Correction> {
        let data = &entry["event"]["data"];
        if data["target"].as_u64() != Some(target) {
            return None;
        }
        let seq = entry["seq"].as_u64()?;
        let reason = data["reason"].as_str().unwrap_or("other");
        let effect = match data["action"].as_str() {
            Some("void") => "It counts no more",
            Some("restore") => "It counts again, as it was recorded",
            _ => "What becomes of it is not known here",
        };
        Some(Correction {
            path: format!("/ledger/{seq}"),
            title: format!("Entry {}", words::number(seq)),
            effect: effect.to_owned(),
            reason: words::choice(reason),
            void_reason: (data["action"] == "void").then(|| reason.to_owned()),
            recorded: Moment::of(entry["recorded"].as_str().unwrap_or_default()),
            by: words::actor(&text(&entry["by"])),
        })
    }
}

/// Where an entry stands in the tree.
#[derive(Debug)]
struct Proof {
    /// Entries of the tree that the receipt is about.
    size: String,
    /// The hashes that lead from the entry to the root, in hexadecimal.
    path: Vec<String>,
    path_length: String,
    /// The file of the public log that holds the leaf, and the place in it.
    tile: String,
    place: u64,
}

#[derive(Debug, Template)]
#[template(path = "ledger_entry.html")]
struct EntryPage {
    frame: Frame,
    /// As addresses have it; the title has it with separators.
    seq: u64,
    line: Line,
    /// What the catalogue says of the type; empty for an undeclared one.
    description: String,
    id: String,
    batch: String,
    bytes: Vec<Piece>,
    /// Whether some of them are shown by their numbers, as nobody would see them.
    has_marks: bool,
    length: String,
    hash: String,
    prev: String,
    leaf: String,
    origin: String,
    proof: Proof,
    previous_path: String,
    next_path: String,
    /// The newest first; nothing if they could not be looked up.
    corrections: Option<Vec<Correction>>,
    /// The entry that this one corrects.
    corrected_path: String,
    /// Where this entry is corrected; empty for whoever may not.
    correct_path: String,
    /// Where it is recorded right, once it counts no more; empty where there is nothing to record.
    right_path: String,
}

pub(super) async fn show(visit: Visit, Path(seq): Path<String>) -> Result<Response, Failure> {
    let seq = in_address(&seq)?;
    let answer = visit.ask(Method::GET, &format!("/v1/events/{seq}"), None).await?;
    let entry: Value = answer.read()?;
    let receipt = visit.ask(Method::GET, &format!("/v1/events/{seq}/receipt"), None).await?;
    let state: LedgerState = visit.get("/v1/ledger").await?;
    let definitions = visit.pages.app.definitions();
    let line = Line::of(&entry, &definitions.catalogue).seen(visit.pages.app.time());
    let known = definitions.catalogue.get(&line.event_type);
    let target = entry["event"]["data"]["target"].as_u64().filter(|_| line.event_type == CORRECTION);
    let is_correctable = !line.subject.is_empty() && !line.is_by_host;
    let may_correct = is_correctable && visit.holds(&[Role::Officer]);
    let corrections = corrections(&visit, seq, &line.subject).await;
    let last = corrections.iter().flatten().next().and_then(|last| last.void_reason.as_deref());
    let right_path = last.filter(|_| may_correct).map(|reason| line.right_path(reason)).unwrap_or_default();
    let path_of = |seq: u64| format!("/ledger/{seq}");
    let title = format!("Entry {}: {}", words::number(seq), line.title);
    let bytes = pieces(&String::from_utf8_lossy(&answer.body));
    let length = words::count(u64::try_from(answer.body.len()).unwrap_or(u64::MAX), "byte", "bytes");
    page::page(&EntryPage {
        frame: visit.frame(&title, Place::Ledger),
        seq,
        description: known.map(|known| known.description.clone()).unwrap_or_default(),
        id: text(&entry["event"]["id"]),
        batch: batch(&entry["batch"]),
        length,
        hash: Hash::of_line(&answer.body).to_string(),
        prev: text(&entry["prev"]),
        leaf: leaf_hash(&answer.body).to_string(),
        has_marks: bytes.iter().any(|piece| piece.is_mark),
        bytes,
        origin: state.origin,
        proof: proof(seq, &receipt.body)?,
        previous_path: seq.checked_sub(1).map(path_of).unwrap_or_default(),
        next_path: seq.checked_add(1).filter(|next| *next < state.size).map(path_of).unwrap_or_default(),
        right_path,
        corrections,
        corrected_path: target.map(path_of).unwrap_or_default(),
        correct_path: if may_correct { format!("/record/correction?of={seq}") } else { String::new() },
        line,
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The place of an entry in its batch, in words; nothing if it came alone.
fn batch(place: &Value) -> String {
    match (place[0].as_u64(), place[1].as_u64()) {
        (Some(index), Some(count)) => format!("{} of {}", words::number(index + 1), words::number(count)),
        _ => String::new(),
    }
}

fn proof(seq: u64, receipt: &[u8]) -> Result<Proof, Failure> {
    let receipt = Receipt::parse(receipt);
    let receipt = receipt.map_err(|error| Failure::internal("a receipt cannot be read", &error))?;
    // The second line of a checkpoint. What a signature is worth is for others to check.
    let size = receipt.checkpoint.lines().nth(1).and_then(super::number).unwrap_or_default().max(seq + 1);
    let index = seq / TILE_HASHES;
    let width = u16::try_from((size - index * TILE_HASHES).min(TILE_HASHES)).unwrap_or(u16::MAX);
    Ok(Proof {
        size: words::number(size),
        path_length: words::count(u64::try_from(receipt.path.len()).unwrap_or(u64::MAX), "hash", "hashes"),
        path: receipt.path.iter().map(ToString::to_string).collect(),
        tile: format!("/tlog/{}", TilePath { kind: TileKind::Hashes(0), index, width }),
        place: seq % TILE_HASHES + 1,
    })
}

/// What corrects an entry. A correction is about the same case.
async fn corrections(visit: &Visit, seq: u64, subject: &str) -> Option<Vec<Correction>> {
    if subject.is_empty() {
        return Some(Vec::new());
    }
    let parameters = [("type", CORRECTION), ("subject", subject), ("order", "desc"), ("limit", "1000")];
    // The page is of use without them.
    let found: EventsPage = visit.get(&with_query("/v1/events", &parameters)).await.ok()?;
    Some(found.events.iter().filter_map(|entry| Correction::of(entry, seq)).collect())
}

pub(super) async fn receipt(visit: Visit, Path(seq): Path<String>) -> Result<Response, Failure> {
    let seq = in_address(&seq)?;
    let path = format!("/v1/events/{seq}/receipt");
    let mut response = passed_on(&visit, &path, "text/plain; charset=utf-8").await?;
    let name = HeaderValue::try_from(format!("attachment; filename=\"entry-{seq}.tlog-proof\""));
    response.headers_mut().extend(name.map(|name| (CONTENT_DISPOSITION, name)));
    Ok(response)
}

/// The line as it is, without its newline.
pub(super) async fn bytes(visit: Visit, Path(seq): Path<String>) -> Result<Response, Failure> {
    passed_on(&visit, &format!("/v1/events/{}", in_address(&seq)?), "application/json").await
}

/// What the interface answers, byte by byte; and not to be kept by the browser, as no page is.
async fn passed_on(visit: &Visit, path: &str, media_type: &'static str) -> Result<Response, Failure> {
    let answer = visit.ask(Method::GET, path, None).await?;
    let mut response = answer.body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RECEIPT: &[u8] = include_bytes!("../../../../core/golden/receipt-3-of-12.tlog-proof");

    #[test]
    fn the_place_in_the_tree_is_that_of_the_receipt() {
        let shown = proof(3, RECEIPT).unwrap();
        assert_eq!(
            (shown.size.as_str(), shown.path_length.as_str(), shown.path.len()),
            ("12", "4 hashes", 4)
        );
        assert_eq!((shown.tile.as_str(), shown.place), ("/tlog/tile/0/000.p/12", 4));
        assert_eq!(proof(3, b"").unwrap_err().status, 500);
    }

    #[test]
    fn corrections_of_other_entries_are_left_out() {
        let entry = json!({
            "by": "token/ig", "recorded": "2026-05-01T09:30:00.000001Z", "seq": 50,
            "event": { "data": { "target": 41, "action": "void", "reason": "recorded_twice" } },
        });
        let found = Correction::of(&entry, 41).unwrap();
        assert_eq!((found.path.as_str(), found.effect.as_str()), ("/ledger/50", "It counts no more"));
        assert_eq!((found.reason.as_str(), found.by.as_str()), ("Recorded twice", "the token ig"));
        assert_eq!(Correction::of(&entry, 4), None);
    }

    #[test]
    fn a_place_in_a_batch_is_told_from_one() {
        assert_eq!(batch(&json!([0, 3])), "1 of 3");
        assert_eq!(batch(&Value::Null), "");
    }
}

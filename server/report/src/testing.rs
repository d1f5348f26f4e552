//! Documents to render.

use muniment_core::report::Document;
use serde_json::{Value, json};

fn document(sections: Value) -> Document {
    let document = json!({
        "format": "muniment-report/1", "id": "report-2025-26-0123456789ab", "title": "Information Governance Report 2025-26",
        "organisation": "Exemplar <Council> & Co", "edition": "internal", "status": "draft",
        "period": {"name": "2025-26", "from": "2025-04-01", "to": "2026-03-31"},
        "status_at": "2026-03-31T23:00:00.000000Z",
        "ledger": {"origin": "exemplar.example/ledger", "size": 4096, "root": "ab".repeat(32)},
        "plugins": [
            {"plugin": "requests", "version": "0.1.0", "sha256": "0a".repeat(32), "settings_sha256": "0b".repeat(32)}
        ],
        "faults": [{"rule": "totals", "section": "R5", "of": "by_unit", "what": "column \"Received\" says 5 in all"}],
        "sections": sections,
    });
    serde_json::from_value(document).unwrap()
}

fn share(numerator: u64, denominator: u64) -> Value {
    json!({"numerator": numerator, "denominator": denominator})
}

/// One of everything.
pub(crate) fn rich() -> Document {
    let units = (0..25).map(|number| {
        let name = format!("Directorate of long and winding names, number {number}");
        let cells = json!([name, 7 * number, share(number, 30), {"suppressed": "small"}]);
        json!({"cells": cells, "evidence": [number, number + 100]})
    });
    let requests = json!([
        {"kind": "commentary", "text": "Requests rose after two libraries were closed.", "evidence": [12]},
        {"kind": "heading", "text": "Timeliness"},
        {"kind": "paragraph", "text": "What was answered when."},
        {"kind": "metric", "name": "in_time", "title": "Answered in time", "numerator": 236, "denominator": 241,
            "definition": "Of the requests that were closed in the period, those answered by the due day.",
            "evidence": (0..236).collect::<Vec<u64>>()},
        {"kind": "metric", "name": "none", "title": "Of none", "numerator": 0, "denominator": 0,
            "definition": "Of none.", "evidence": []},
        {"kind": "table", "name": "timeliness", "title": "Requests by quarter", "totals": true,
            "columns": [{"name": "quarter", "title": "Quarter"}, {"name": "received", "title": "Received"},
                {"name": "on_time", "title": "On time"}],
            "rows": [
                {"cells": ["Apr to Jun", 1344, share(236, 241)], "evidence": [3, 4]},
                {"cells": ["Jul to Sep", 0, share(0, 0)], "evidence": []},
                {"cells": ["All", 1344, share(236, 241)], "evidence": []}
            ]},
        {"kind": "chart", "chart": "bars", "title": "Received by quarter", "table": "timeliness",
            "alternative": "Most requests came between April and June."},
        {"kind": "chart", "chart": "line", "title": "Received over time", "table": "timeliness",
            "alternative": "Most requests came between April and June."},
        {"kind": "table", "name": "by_unit", "title": "Requests by directorate", "totals": false,
            "columns": [{"name": "unit", "title": "Directorate"}, {"name": "received", "title": "Received"},
                {"name": "late", "title": "Late"}, {"name": "open", "title": "Open"}],
            "rows": units.collect::<Vec<Value>>()},
        {"kind": "chart", "chart": "stacked_bars", "title": "Requests by directorate", "table": "by_unit",
            "alternative": "The last directorate has most."},
        {"kind": "finding", "text": "Something is late.", "clauses": ["leicester L6.2"], "evidence": [7, 8]},
        {"kind": "reference", "section": "R8", "text": "Breaches are told of in R8."}
    ]);
    let rows = ["=1+1", "</td><script>"].map(|text| json!({"cells": [text], "evidence": []}));
    let hostile = json!([
        {"kind": "paragraph", "text": "\"Quoted\" & <b>bold</b> \u{1f600}"},
        {"kind": "table", "name": "hostile", "title": "<i>T</i>", "totals": false,
            "columns": [{"name": "a", "title": "<th>"}], "rows": rows}
    ]);
    document(json!([
        {"id": "R5", "title": "Requests for information", "clauses": ["leicester L6.2"], "blocks": requests},
        {"id": "R8", "title": "Incidents <script>alert(1)</script>", "clauses": [], "blocks": hostile}
    ]))
}

/// The same with a logo, a colour and an introduction.
pub(crate) fn designed(colour: &str) -> Document {
    let mut document = serde_json::to_value(rich()).unwrap();
    let logo =
        json!({"sha256": "ab".repeat(32), "media_type": "image/svg+xml", "alternative": "A bridge & an oak"});
    document["design"] = json!({"colour": colour, "logo": logo});
    document["introduction"] = json!({"text": "We <count> what\nwe do.\n\nEvery year.", "evidence": [41]});
    serde_json::from_value(document).unwrap()
}

/// A year in which nothing happened.
pub(crate) fn empty() -> Document {
    document(json!([{"id": "R5", "title": "Requests for information", "clauses": [], "blocks": [
        {"kind": "table", "name": "none", "title": "Nothing", "totals": true,
            "columns": [{"name": "a", "title": "A"}], "rows": []},
        {"kind": "chart", "chart": "bars", "title": "Nothing", "table": "none", "alternative": "Nothing is to be seen."}
    ]}]))
}

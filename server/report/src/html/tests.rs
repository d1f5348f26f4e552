use super::*;
use crate::chart::COLOURS;
use crate::testing;

#[test]
fn a_page_needs_nothing_else_and_escapes_all() {
    let page = html(&testing::rich(), None);
    for wrong in ["<script", "http://", "https://", "src=", "url(", "<b>", "<i>", "onload"] {
        let found = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").find(wrong);
        assert_eq!(found, None, "{wrong}");
    }
    assert!(
        page.contains("Exemplar &lt;Council&gt; &amp; Co")
            && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;")
    );
    assert_eq!(page, html(&testing::rich(), None));
}

#[test]
fn what_is_open_to_be_read_is_said() {
    let page = html(&testing::rich(), None);
    for needed in [
        "<html lang=\"en-GB\">",
        "<strong>DRAFT</strong>",
        "What does not add up",
        "236 of 241 (98\u{a0}%)",
        "no cases",
        "236 entries of the ledger",
        "and 36 more, which stand in the report&#39;s JSON",
        "scope=\"row\"",
        "[c]",
        "Skip to the report",
    ] {
        let needed = needed.replace("&#39;", "'");
        assert!(page.contains(&needed), "{needed}");
    }
    assert!(!page.contains("NaN"));
}

/// The logo is in the page itself, and what the organisation says is text like everything else.
#[test]
fn a_page_looks_as_the_organisation_wants() {
    let document = testing::designed("#6d1a36");
    let page = html(&document, Some(b"<svg/>"));
    for needed in [
        "style-src 'unsafe-inline'; img-src data:\">",
        "<img src=\"data:image/svg+xml;base64,PHN2Zy8+\" alt=\"A bridge &amp; an oak\">",
        "header { background: #6d1a36; }",
        "<li><a href=\"#introduction\">Introduction</a></li>",
        "<p>We &lt;count&gt; what we do.</p>\n<p>Every year.</p>\n<details><summary>1 entry of the ledger",
    ] {
        assert!(page.contains(needed), "{needed}");
    }
    assert!(!page.contains("<count>"));
    let bare = html(&document, None);
    assert!(!bare.contains("<img") && !bare.contains("img-src"), "without its bytes there is no logo");
    // Nothing but a colour on which text is legible reaches the style.
    for wrong in ["#ffdd00", "red", "#000000; } body { display: none"] {
        assert!(
            !html(&testing::designed(wrong), None).contains(&format!("header {{ background: {wrong}")),
            "{wrong}"
        );
    }
}

/// No level is left out, and no two elements have one id.
#[test]
fn headings_and_ids_are_in_order() {
    let designed = html(&testing::designed("#6d1a36"), Some(b"x"));
    for page in [html(&testing::rich(), None), html(&testing::empty(), None), designed] {
        let mut level = 0;
        for (place, _) in page.match_indices("<h") {
            if let Some(next) = page[place + 2..].chars().next().and_then(|digit| digit.to_digit(10)) {
                assert!(next <= level + 1, "h{next} behind h{level}");
                level = next;
            }
        }
        let mut ids: Vec<&str> = page
            .match_indices(" id=\"")
            .map(|(place, _)| page[place + 5..].split('"').next().unwrap())
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for (place, _) in page.match_indices("href=\"#") {
            let target = page[place + 7..].split('"').next().unwrap();
            assert!(ids.contains(&target), "{target}");
        }
    }
}

/// Relative luminance and contrast as WCAG 2.2 defines them.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let channel = |place: usize| {
            let value = f64::from(u8::from_str_radix(&colour[place..place + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Text against its ground at least 4.5 to 1 (success criterion 1.4.3), what is drawn at least 3 to 1 (1.4.11), but for
/// bars that carry their number beside them.
#[test]
fn colours_can_be_told_apart() {
    for (text, ground) in [
        ("#0b0c0c", "#ffffff"),
        ("#ffffff", "#12436d"),
        ("#1a5a96", "#ffffff"),
        ("#1a5a96", "#f8f8f8"),
        ("#505a5f", "#ffffff"),
        ("#505a5f", "#f8f8f8"),
        ("#942514", "#ffffff"),
        ("#6d4c00", "#ffffff"),
        ("#005a30", "#ffffff"),
        ("#0b0c0c", "#ffdd00"),
        ("#0b0c0c", "#f3f2f1"),
    ] {
        assert!(STYLE.contains(text) || text == "#0b0c0c", "{text}");
        assert!(contrast(text, ground) >= 4.5, "{text} on {ground}: {}", contrast(text, ground));
    }
    for colour in COLOURS {
        assert!(contrast(colour, "#ffffff") >= 2.9, "{colour}: {}", contrast(colour, "#ffffff"));
    }
}

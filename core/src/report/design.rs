//! How a report looks, and what it says first: the organisation's colour and logo, and its introduction.
//!
//! The logo's bytes are no part of a document. It names them by their digest, and whoever renders it is given them beside it.

use serde::{Deserialize, Serialize};

/// White text has to be legible on the colour, and the colour on white: WCAG 2.2, success criterion 1.4.3.
pub const CONTRAST_MIN: f64 = 4.5;

/// How a report looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Of its rules, links and heads: `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// The picture on its first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}

/// A logo, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// The digest of its bytes, in hexadecimal.
    pub sha256: String,
    /// `image/png`, `image/jpeg` or `image/svg+xml`.
    pub media_type: String,
    /// What is to be seen, in words.
    pub alternative: String,
}

/// What the organisation says before everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// The words; an empty line parts two paragraphs.
    pub text: String,
    /// The entry that they were recorded in; empty in a public edition.
    #[serde(default)]
    pub evidence: Vec<u64>,
}

/// A colour that a report cannot have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ColourFault {
    /// No colour.
    #[error("{0:?} is not of the form #1a2b3c")]
    NoColour(String),
    /// Text could not be read on it.
    #[error(
        "white text on {colour} has a contrast of {contrast:.1} to 1, the least is {CONTRAST_MIN} to 1; choose a darker one"
    )]
    TooLight {
        /// The colour.
        colour: String,
        /// Its contrast with white.
        contrast: f64,
    },
}

impl Design {
    /// The colour, if it is one on which white text is legible.
    #[must_use]
    pub fn legible_colour(&self) -> Option<&str> {
        self.colour.as_deref().filter(|colour| check_colour(colour).is_ok())
    }
}

impl Introduction {
    /// Its paragraphs, each in one line.
    #[must_use]
    pub fn paragraphs(&self) -> Vec<String> {
        let mut paragraphs = vec![String::new()];
        for line in self.text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match paragraphs.last_mut() {
                Some(open) if !words.is_empty() => {
                    if !open.is_empty() {
                        open.push(' ');
                    }
                    open.push_str(&words.join(" "));
                }
                _ => paragraphs.push(String::new()),
            }
        }
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        paragraphs
    }
}

/// Whether a report, or a page, can have this colour.
///
/// # Errors
/// See [`ColourFault`].
pub fn check_colour(colour: &str) -> Result<(), ColourFault> {
    match contrast_with_white(colour) {
        None => Err(ColourFault::NoColour(colour.to_owned())),
        Some(contrast) if contrast < CONTRAST_MIN => {
            Err(ColourFault::TooLight { colour: colour.to_owned(), contrast })
        }
        Some(_) => Ok(()),
    }
}

/// The contrast of white text on `#rrggbb`, as WCAG 2.2 has it; `None` if it is no colour.
fn contrast_with_white(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let part = |place: usize| {
        let value = f64::from(u8::from_str_radix(digits.get(place..place + 2)?, 16).ok()?) / 255.0;
        Some(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    let luminance = 0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?;
    Some(1.05 / (luminance + 0.05))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_text_is_legible_on_the_colour() {
        assert!((contrast_with_white("#000000").unwrap() - 21.0).abs() < 0.01);
        assert!((contrast_with_white("#767676").unwrap() - 4.54).abs() < 0.01);
        for wrong in ["", "12436d", "#12436", "#12436g", "red", "#+1+1+1", "#1a2b3c;}"] {
            assert_eq!(check_colour(wrong), Err(ColourFault::NoColour(wrong.to_owned())));
        }
        let light = check_colour("#ffdd00").unwrap_err().to_string();
        assert!(light.contains("1.3 to 1") && light.contains("4.5 to 1"), "{light}");
        let colour = |colour: &str| Design { colour: Some(colour.to_owned()), logo: None };
        assert_eq!(colour("#12436D").legible_colour(), Some("#12436D"));
        assert_eq!(colour("#ffdd00").legible_colour(), None);
    }

    #[test]
    fn an_empty_line_parts_paragraphs() {
        let introduction = |text: &str| Introduction { text: text.to_owned(), evidence: Vec::new() };
        let paragraphs = introduction("\n  We publish\nthis\teach year.\n \n\nIt is counted.\n").paragraphs();
        assert_eq!(paragraphs, ["We publish this each year.", "It is counted."]);
        assert!(introduction(" \n").paragraphs().is_empty());
    }
}

//! What people add in their own words to an event of the host: a remark. Host events are not sealed, so a remark names
//! nobody, and what looks like personal data in one is refused, as it is in a subject.

use crate::catalogue::looks_like;

/// Longest remark, in characters.
pub const REMARK_CHARS_MAX: usize = 500;
/// Most words of one number: ten digits with a space after each.
const NUMBER_WORDS_MAX: usize = 10;
/// Longest number that is looked for, with the spaces in it.
const NUMBER_BYTES_MAX: usize = 20;

/// Why a remark is not taken. What is wrong is not repeated: it may be what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RemarkFault {
    /// It is too long.
    #[error("{chars} characters, the limit is {REMARK_CHARS_MAX} characters")]
    TooLong {
        /// How long it is.
        chars: usize,
    },
    /// It holds what nobody sees.
    #[error("it holds the control character U+{code:04X}; of these only line breaks are taken")]
    Control {
        /// The character.
        code: u32,
    },
    /// It looks personal.
    #[error(
        "it holds what looks like {what}, and it is never sealed: name the case, not the person (a prefix such as `case-` marks a number that is something else)"
    )]
    Personal {
        /// What it looks like.
        what: &'static str,
    },
}

/// Checks a remark.
///
/// # Errors
/// See [`RemarkFault`].
pub fn check_remark(text: &str) -> Result<(), RemarkFault> {
    let chars = text.chars().count();
    if chars > REMARK_CHARS_MAX {
        return Err(RemarkFault::TooLong { chars });
    }
    if let Some(control) = text.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(RemarkFault::Control { code: u32::from(control) });
    }
    looks_personal(text).map_or(Ok(()), |what| Err(RemarkFault::Personal { what }))
}

/// As [`looks_like`] for whole sentences: an address or a number may stand anywhere, between whatever stands around it.
fn looks_personal(text: &str) -> Option<&'static str> {
    if let Some(what) = text.split_whitespace().find_map(looks_like) {
        return Some(what);
    }
    let spelled = |c: char| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    let text: String = text.chars().map(spelled).collect();
    // A slash or a full stop ends a number: dates have them.
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | ' '));
    parts.filter(|part| part.bytes().any(|byte| byte.is_ascii_digit())).find_map(|part| {
        let words: Vec<&str> =
            part.split(' ').map(|word| word.trim_matches('-')).filter(|word| !word.is_empty()).collect();
        (0..words.len()).find_map(|first| {
            let longest = words.len().min(first + NUMBER_WORDS_MAX);
            (first + 1..=longest).find_map(|end| number(&words[first..end]))
        })
    })
}

/// What words look like as one number. Digits that stand apart are one only where people write them so: of a date and a
/// count beside it every eleventh pair would pass for a number of the NHS.
fn number(words: &[&str]) -> Option<&'static str> {
    let joined = words.join(" ");
    let is_digits = || words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let lengths = || words.iter().map(|word| word.len());
    let is_together = || words.len() == 1 || lengths().eq([3, 3, 4]) || lengths().all(|length| length == 1);
    if joined.len() > NUMBER_BYTES_MAX || (is_digits() && !is_together()) {
        return None;
    }
    looks_like(&joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_taken() {
        for text in [
            "",
            "The answer is drafted.\nIt waits for legal advice, due on 14 July 2026 at 9:30.",
            "See FOI-2026-0012 and case-9434765919; 12/04/2026 13 requests.",
            "Ring 0116 496 0000 (the switchboard) before 5pm on 2026-07-14.",
            "It came on 12/04/26 a day late, on 12.04.26 b day two.",
            "Überprüft – ok 👍",
            "a @ b, half @home",
        ] {
            assert_eq!(check_remark(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_looks_personal_is_refused_wherever_it_stands() {
        let (email, insurance, nhs) = ("an e-mail address", "a National Insurance number", "an NHS number");
        for (text, what) in [
            ("Ask jane.doe@exemplar.gov.uk, she knows.", email),
            ("<jane@exemplar.gov.uk>", email),
            ("Her number (AB123456C) is wrong.", insurance),
            ("It is ab 12 34 56 c.", insurance),
            ("ni:QQ-12-34-56-C", insurance),
            ("Patient 943 476 5919 rang.", nhs),
            ("Patient 943\u{2013}476\u{2013}5919 rang.", nhs),
            ("Patient 943\u{a0}476\u{a0}5919 rang.", nhs),
            ("Patient\n943 476 5919.", nhs),
            ("9434765919", nhs),
            ("9 4 3 4 7 6 5 9 1 9", nhs),
        ] {
            assert_eq!(check_remark(text), Err(RemarkFault::Personal { what }), "{text}");
        }
    }

    #[test]
    fn the_limit_is_told_and_what_is_personal_is_not_repeated() {
        assert_eq!(check_remark(&"ä".repeat(REMARK_CHARS_MAX)), Ok(()));
        let long = check_remark(&"ä".repeat(501)).unwrap_err();
        assert_eq!(long.to_string(), "501 characters, the limit is 500 characters");
        let control = check_remark("a\u{7}b").unwrap_err();
        assert!(control.to_string().contains("U+0007"), "{control}");
        let personal = check_remark("jane@exemplar.gov.uk").unwrap_err().to_string();
        assert!(personal.contains("an e-mail address") && !personal.contains("jane"), "{personal}");
    }
}

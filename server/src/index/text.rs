//! What somebody types into the search box.

use super::words::words;

/// Longest text that is searched for.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// Most words in it.
pub const TEXT_WORDS_MAX: usize = 32;

/// A text is too much to search for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Too long.
    #[error("a search for {0} bytes of text, the limit is {TEXT_BYTES_MAX} bytes")]
    TooLong(usize),
    /// Too many words.
    #[error("a search for {0} words, the limit is {TEXT_WORDS_MAX} words")]
    TooManyWords(usize),
    /// Nothing to search for.
    #[error("a search for text without a letter or digit")]
    NoWord,
}

/// Cuts a text into phrases, all of which must be found: what stands in quotes, and each word outside
/// them. A word such as `FOI-2026-0012` is a phrase too. What has no letter and no digit is left out, if anything else
/// is there.
pub(super) fn phrases(text: &str) -> Result<Vec<Vec<String>>, TextError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(TextError::TooLong(text.len()));
    }
    let mut phrases = Vec::new();
    for (place, part) in text.split(['"', '“', '”']).enumerate() {
        let quoted = place % 2 == 1;
        if quoted {
            phrases.push(words(part));
        } else {
            phrases.extend(part.split_whitespace().map(words));
        }
    }
    phrases.retain(|phrase| !phrase.is_empty());
    match phrases.iter().map(Vec::len).sum() {
        0 if !text.trim().is_empty() => Err(TextError::NoWord),
        count if count > TEXT_WORDS_MAX => Err(TextError::TooManyWords(count)),
        _ => Ok(phrases),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let printed: Vec<String> = phrases(text).unwrap().iter().map(|phrase| phrase.join("+")).collect();
        assert_eq!(printed.join(" "), expect, "{text}");
    }

    #[test]
    fn odd_punctuation_is_no_error() {
        check("Housing repairs", "housing repairs");
        check(r#"late "data emailed to" FOI-2026-0012"#, "late data+emailed+to foi+2026+0012");
        check("“adult social care” now", "adult+social+care now");
        check(r#""open quote"#, "open+quote");
        check(r#"a"b c"d"#, "a b+c d");
        check(
            "AND (x OR NOT y) z* -w +v field:q ~2 ^3 [a TO b] \\",
            "and x or not y z w v field+q 2 3 a to b",
        );
        check("", "");
        check(" — x !?\"\" \u{0}\u{1e} ", "x");
    }

    #[test]
    fn there_are_limits() {
        assert_eq!(phrases(&"a ".repeat(33)), Err(TextError::TooManyWords(33)));
        assert_eq!(phrases(&"é".repeat(513)), Err(TextError::TooLong(1_026)));
        assert!(phrases(&"a ".repeat(32)).is_ok());
        assert_eq!(phrases(" — !?\"\" \u{0}\u{1e} "), Err(TextError::NoWord));
    }
}

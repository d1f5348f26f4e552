//! How text is cut into words: letters and digits in a row, in lower case and without accents.

use tantivy::tokenizer::{AsciiFoldingFilter, TextAnalyzer, Token, TokenStream, Tokenizer};

/// The name by which the schema knows this.
pub(super) const NAME: &str = "words";

/// Longest word; of a longer one only the beginning counts.
const WORD_BYTES_MAX: usize = 64;

/// Stands between texts that do not belong together: no phrase reaches across it.
pub(super) const SEPARATOR: char = '\u{1e}';
const SEPARATOR_BYTE: u8 = SEPARATOR as u8;

/// Cuts text into words.
pub(super) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Words::default()).filter(AsciiFoldingFilter).build()
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    while stream.advance() {
        words.push(stream.token().text.clone());
    }
    words
}

#[derive(Clone, Default)]
struct Words {
    token: Token,
}

struct WordStream<'a> {
    text: &'a str,
    place: usize,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { text, place: 0, token: &mut self.token }
    }
}

impl WordStream<'_> {
    fn character(&self) -> Option<char> {
        self.text.get(self.place..).and_then(|rest| rest.chars().next())
    }

    /// Goes to the next word; `false` at the end of the text.
    fn find(&mut self) -> bool {
        while let Some(byte) = self.text.as_bytes().get(self.place) {
            match byte {
                byte if byte.is_ascii_alphanumeric() => return true,
                &SEPARATOR_BYTE => self.token.position = self.token.position.wrapping_add(1),
                byte if byte.is_ascii() => {}
                _ => {
                    let Some(character) = self.character() else { return false };
                    if character.is_alphanumeric() {
                        return true;
                    }
                    self.place += character.len_utf8() - 1;
                }
            }
            self.place += 1;
        }
        false
    }

    fn take(&mut self) {
        while let Some(byte) = self.text.as_bytes().get(self.place) {
            if byte.is_ascii_alphanumeric() {
                self.push(char::from(byte.to_ascii_lowercase()));
                self.place += 1;
                continue;
            }
            let Some(character) = self.character().filter(|character| !character.is_ascii()) else { break };
            if !character.is_alphanumeric() && !is_combining(character) {
                break;
            }
            character.to_lowercase().for_each(|lower| self.push(lower));
            self.place += character.len_utf8();
        }
    }

    fn push(&mut self, character: char) {
        if !is_combining(character) && self.token.text.len() + character.len_utf8() <= WORD_BYTES_MAX {
            self.token.text.push(character);
        }
    }
}

/// An accent that is a character of its own.
fn is_combining(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        if !self.find() {
            return false;
        }
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = self.place;
        self.take();
        self.token.offset_to = self.place;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_without_case_and_accents() {
        for (text, expect) in [
            ("FOI-2026-0012", "foi 2026 0012"),
            ("data_emailed_to", "data emailed to"),
            ("Siân Müller, Łódź Straße", "sian muller lodz strasse"),
            ("Garci\u{301}a ZOE\u{308}", "garcia zoe"),
            ("İstanbul 東京 Ωmega", "istanbul 東京 ωmega"),
            ("s.40(2) £3.50", "s 40 2 3 50"),
            (" \u{301}—!?“”", ""),
        ] {
            assert_eq!(words(text).join(" "), expect, "{text}");
        }
        assert_eq!(words(&"x".repeat(1_000)), ["x".repeat(WORD_BYTES_MAX)]);
        assert_eq!(words(&"é".repeat(1_000)), ["e".repeat(WORD_BYTES_MAX / 2)]);
    }

    #[test]
    fn no_phrase_reaches_across_a_separator() {
        let mut analyzer = analyzer();
        let mut stream = analyzer.token_stream("a b\u{1e}c\u{1e}\u{1e}d");
        let mut positions = Vec::new();
        stream.process(&mut |token| positions.push(token.position));
        assert_eq!(positions, [0, 1, 3, 6]);
    }
}

//! Characters that nobody sees: direction marks, and others by which a text looks like another one. Pages keep them within the
//! text that they belong to (`<bdi>`); where it is about the exact text, they are shown by their numbers.

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Whether it says what stands there instead of being it.
    pub(super) is_mark: bool,
}

/// A text in which nothing is hidden: what nobody sees is a piece of its own, such as `⟨U+202E⟩`.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for character in text.chars() {
        let is_mark = is_hidden(character);
        match pieces.last_mut() {
            Some(last) if !is_mark && !last.is_mark => last.text.push(character),
            _ => {
                let text = if is_mark { named(character) } else { character.to_string() };
                pieces.push(Piece { text, is_mark });
            }
        }
    }
    pieces
}

/// A text for where nothing can keep it apart from what stands beside it, as in a page's title: what changes the direction is
/// shown by its number.
pub(super) fn without_turns(text: &str) -> String {
    let told = |character| if turns(character) { named(character) } else { String::from(character) };
    text.chars().map(told).collect()
}

fn named(character: char) -> String {
    format!("⟨U+{:04X}⟩", u32::from(character))
}

/// Whether it changes in which direction others are read.
fn turns(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether nothing is seen of it, or it changes how others look. An end of a line and a tabulator are seen.
fn is_hidden(character: char) -> bool {
    let is_control = character.is_control() && !matches!(character, '\n' | '\t');
    is_control
        || turns(character)
        || matches!(
            character,
            // Soft hyphen, grapheme joiner, and letters of Hangul, Khmer and Mongolian that are empty.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            // Spaces without width, joiners, operators that are not written, deprecated formatting.
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            // Variation selectors, annotations.
            | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}'
            // Shorthand, musical formatting, tags and more variation selectors.
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A text as a page shows it.
    fn shown(text: &str) -> String {
        pieces(text).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn what_nobody_sees_is_shown_by_its_number() {
        for (text, expected) in [
            ("FOI-\u{202e}7202", "FOI-⟨U+202E⟩7202"),
            ("a\u{200b}b\u{200d}c\u{feff}d\u{ad}e", "a⟨U+200B⟩b⟨U+200D⟩c⟨U+FEFF⟩d⟨U+00AD⟩e"),
            ("\u{2066}\u{2069}\u{200f}\u{61c}", "⟨U+2066⟩⟨U+2069⟩⟨U+200F⟩⟨U+061C⟩"),
            ("\u{e0067}\u{e007f}\u{7f}\u{85}\u{0}", "⟨U+E0067⟩⟨U+E007F⟩⟨U+007F⟩⟨U+0085⟩⟨U+0000⟩"),
            ("{\"a\":\"ü – طلب\"}\n\t", "{\"a\":\"ü – طلب\"}\n\t"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_mark_is_told_from_a_text_that_looks_like_one() {
        let text = "⟨U+202E⟩\u{202e}x";
        let told: Vec<bool> = pieces(text).iter().map(|piece| piece.is_mark).collect();
        assert_eq!((told, shown(text)), (vec![false, true, false], "⟨U+202E⟩⟨U+202E⟩x".to_owned()));
    }

    #[test]
    fn titles_turn_nothing_and_keep_joined_letters() {
        assert_eq!(without_turns("FOI-\u{202e}1 👩\u{200d}👧"), "FOI-⟨U+202E⟩1 👩\u{200d}👧");
        assert_eq!(without_turns("طلب"), "طلب");
    }

    proptest! {
        #[test]
        fn nothing_is_hidden_and_nothing_is_lost(text in any::<String>()) {
            prop_assert!(!shown(&text).chars().any(is_hidden));
            prop_assert!(!without_turns(&text).chars().any(turns));
            let seen: String = text.chars().filter(|character| !is_hidden(*character)).collect();
            let plain: String =
                pieces(&text).into_iter().filter(|piece| !piece.is_mark).map(|piece| piece.text).collect();
            prop_assert_eq!(plain, seen);
            let marks = pieces(&text).iter().filter(|piece| piece.is_mark).count();
            prop_assert_eq!(marks, text.chars().filter(|character| is_hidden(*character)).count());
        }
    }
}

//! The fonts, and what they can print.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// What stands for a character that no font has.
const MISSING: char = '\u{fffd}';

/// The fonts of the template: text, bold and fixed width.
pub(crate) static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let files = [dejavu::sans::regular(), dejavu::sans::bold(), dejavu::sans_mono::regular()];
    files.into_iter().flat_map(|file| Font::iter(Bytes::new(file))).collect()
});

/// The list of them.
pub(crate) static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

/// Whether every font that a text may be set in has the character, and an archive may hold it.
fn is_printed(character: char) -> bool {
    let code = u32::from(character);
    let is_private = matches!(code, 0xe000..=0xf8ff | 0xf0000..);
    let is_mark = matches!(code, 0xfeff | 0xfffe | 0xffff);
    let is_known = FONTS.iter().take(2).all(|font| font.info().coverage.contains(code));
    is_known && !is_private && !is_mark && !character.is_control()
}

/// A text as it can be printed, and whether anything of it is missing.
pub(crate) fn printable(text: &str) -> (String, bool) {
    let mut is_whole = true;
    let printed = text.chars().map(|character| match character {
        '\n' | '\t' => ' ',
        character if is_printed(character) => character,
        _ => {
            is_whole = false;
            MISSING
        }
    });
    (printed.collect(), !is_whole)
}

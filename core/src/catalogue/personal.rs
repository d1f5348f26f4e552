//! Texts that look like personal data although they stand where none may be.

/// What a part of the text looks like, if it looks like personal data.
///
/// A part is what stands between `/`, `:`, `?`, `#`, `&`, `=`, `,` and `;`, so that `person/QQ123456C` is
/// found, and a number behind a prefix such as `case-` is none.
pub(crate) fn looks_like(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let (mut start, mut at_sign) = (0, false);
    for (place, byte) in bytes.iter().enumerate() {
        match ROLES[usize::from(*byte)] {
            PLAIN => {}
            AT_SIGN => at_sign = true,
            _ => {
                if let Some(what) = looks_like_number(&bytes[start..place]) {
                    return Some(what);
                }
                start = place + 1;
            }
        }
    }
    if at_sign && is_email(text) {
        return Some("an e-mail address");
    }
    looks_like_number(&bytes[start..])
}

const PLAIN: u8 = 0;
const AT_SIGN: u8 = 1;
const SEPARATOR: u8 = 2;

/// What each byte means for the search. A `%` may begin the `%40` that stands for `@` in a source.
const ROLES: [u8; 256] = {
    let (mut roles, mut separators): (_, &[u8]) = ([PLAIN; 256], b"/:?#&=,;");
    while let [byte, rest @ ..] = separators {
        roles[*byte as usize] = SEPARATOR;
        separators = rest;
    }
    roles[b'@' as usize] = AT_SIGN;
    roles[b'%' as usize] = AT_SIGN;
    roles
};

fn is_email(text: &str) -> bool {
    let text = text.replace("%40", "@");
    text.match_indices('@').any(|(at, _)| {
        let domain = &text[at + 1..];
        let end = domain.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '-').unwrap_or(domain.len());
        let before = text[..at].chars().next_back();
        let domain = domain[..end].trim_end_matches('.');
        domain.contains('.') && before.is_some_and(|c| c.is_alphanumeric() || "._%+-'".contains(c))
    })
}

/// The longest spelling: ten digits, or nine characters, with a space after each.
const NUMBER_BYTES_MAX: usize = 20;

fn looks_like_number(part: &[u8]) -> Option<&'static str> {
    if !(9..=NUMBER_BYTES_MAX).contains(&part.len()) {
        return None;
    }
    // Most names end here: either number has a digit as its fifth character or later, spaces apart.
    if !part[4..].iter().any(u8::is_ascii_digit) {
        return None;
    }
    let (mut kept, mut length) = ([0; 10], 0);
    let mut hyphens = 0_u16;
    for byte in part {
        match byte {
            b' ' => {}
            b'-' => hyphens |= 1 << length,
            _ if length == kept.len() || !byte.is_ascii_alphanumeric() => return None,
            _ => {
                kept[length] = byte.to_ascii_uppercase();
                length += 1;
            }
        }
    }
    // Hyphens count as spelling only where people write them: 943-476-5919, AB-12-34-56-C.
    match kept[..length] {
        [a, b, ref digits @ .., suffix] if length == 9 && hyphens & !0b1_0101_0100 == 0 => {
            is_national_insurance(a, b, digits, suffix).then_some("a National Insurance number")
        }
        _ if length == 10 && hyphens & !0b100_1000 == 0 => is_nhs(kept).then_some("an NHS number"),
        _ => None,
    }
}

fn is_national_insurance(first: u8, second: u8, digits: &[u8], suffix: u8) -> bool {
    // Q is not given out; the number that everybody uses as an example has it.
    let prefix = |letter: u8| letter.is_ascii_uppercase() && !b"DFIUV".contains(&letter);
    prefix(first)
        && prefix(second)
        && second != b'O'
        && digits.iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(&suffix)
}

/// Ten digits, the last of which is eleven less the weighted sum of the others, modulo eleven.
fn is_nhs(digits: [u8; 10]) -> bool {
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 =
        digits.iter().zip((1..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    // With the check digit's own weight of one the whole sum is a multiple of eleven.
    sum.is_multiple_of(11)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(looks_like(text), expect, "{text}");
    }

    #[test]
    fn what_looks_personal() {
        let (email, insurance, nhs) =
            (Some("an e-mail address"), Some("a National Insurance number"), Some("an NHS number"));
        check("jane.doe@exemplar.gov.uk", email);
        check("mailto:jane@exemplar.gov.uk", email);
        check("/people/jane%40exemplar.gov.uk/x", email);
        check("https://jane@exemplar.gov.uk/systems", email);
        check("AB123456C", insurance);
        check("ab 12 34 56 c", insurance);
        check("person/QQ-12-34-56-C", insurance);
        check("urn:ni:AB123456C", insurance);
        check("9434765919", nhs);
        check("943 476 5919", nhs);
        check("patient/943-476-5919", nhs);
        check("9876543210", nhs);
    }

    #[test]
    fn what_does_not() {
        for text in [
            "",
            "FOI-2026-0012",
            "FOI-2026-000412",
            "2026-000412",
            "case-9434765919",
            "9434765918",
            "94347659190",
            "AB123456E",
            "FB123456A",
            "1AB123456C",
            "access/p-00417",
            "/systems/foi-casework",
            "a@b",
            "@exemplar.gov.uk",
            "100%25@",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "éééééééééé",
        ] {
            check(text, None);
        }
    }
}

//! The organisation's logo: which pictures are taken for one.

mod svg;

/// Largest logo.
pub const LOGO_BYTES_MAX: usize = 256 * 1024;
/// Longest side of a logo that is made of pixels: a small file can hold a very large picture.
const SIDE_PIXELS_MAX: u32 = 4_096;

/// Media types of logos.
const PNG: &str = "image/png";
const JPEG: &str = "image/jpeg";
const SVG: &str = "image/svg+xml";
/// All of them.
pub const MEDIA_TYPES: [&str; 3] = [PNG, JPEG, SVG];

/// A picture that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoFault {
    /// It is too large a file.
    #[error("{0} bytes, the limit is {LOGO_BYTES_MAX} bytes")]
    TooLarge(usize),
    /// It is another kind of file.
    #[error("it is neither PNG, JPEG nor SVG")]
    NoPicture,
    /// It is cut off, or was never a picture.
    #[error("it is damaged: it does not say how large a picture it is")]
    Damaged,
    /// It has too many pixels.
    #[error("{wide} by {high} pixels, the limit is {SIDE_PIXELS_MAX} pixels a side")]
    TooWide {
        /// Pixels from left to right.
        wide: u32,
        /// Pixels from top to bottom.
        high: u32,
    },
    /// It holds what a logo has no use for.
    #[error("the SVG {0}")]
    Svg(String),
}

/// What kind of picture it is, by how it begins.
///
/// # Errors
/// [`LogoFault::TooLarge`], [`LogoFault::NoPicture`].
pub fn media_type(bytes: &[u8]) -> Result<&'static str, LogoFault> {
    if bytes.len() > LOGO_BYTES_MAX {
        return Err(LogoFault::TooLarge(bytes.len()));
    }
    let start = bytes.trim_ascii_start();
    match start {
        _ if start.starts_with(b"\x89PNG\r\n\x1a\n") => Ok(PNG),
        _ if start.starts_with(b"\xff\xd8\xff") => Ok(JPEG),
        _ if start.starts_with(b"<svg") || start.starts_with(b"<?xml") => Ok(SVG),
        _ => Err(LogoFault::NoPicture),
    }
}

/// Looks through a picture that is to stand in documents which are given out: it runs nothing, reaches out to nothing, and is no
/// larger than a logo has to be. Returns its media type.
///
/// # Errors
/// See [`LogoFault`].
pub fn check(bytes: &[u8]) -> Result<&'static str, LogoFault> {
    let media_type = media_type(bytes)?;
    let size = match media_type {
        SVG => return svg::check(bytes).map(|()| media_type).map_err(LogoFault::Svg),
        PNG => png_size(bytes),
        _ => jpeg_size(bytes),
    };
    match size.filter(|(wide, high)| *wide > 0 && *high > 0) {
        None => Err(LogoFault::Damaged),
        Some((wide, high)) if wide.max(high) > SIDE_PIXELS_MAX => Err(LogoFault::TooWide { wide, high }),
        Some(_) => Ok(media_type),
    }
}

/// Width and height, as the first part of a PNG says.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    (bytes.get(12..16)? == b"IHDR").then_some((number(16)?, number(20)?))
}

/// Width and height, as the frame of a JPEG says: a part behind others, each of which says how long it is.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |bytes: &[u8], at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let mut rest = bytes.get(2..)?;
    loop {
        match rest {
            // Bytes that only fill.
            [0xff, 0xff, ..] => rest = &rest[1..],
            // Tables that are no frame.
            [0xff, 0xc4 | 0xc8 | 0xcc, ..] => rest = rest.get(2 + usize::from(number(rest, 2)?)..)?,
            [0xff, 0xc0..=0xcf, ..] => return Some((number(rest, 7)?.into(), number(rest, 5)?.into())),
            [0xff, ..] => rest = rest.get(2 + usize::from(number(rest, 2)?)..)?,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(wide: u32, high: u32) -> Vec<u8> {
        let start: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
        [start, &wide.to_be_bytes(), &high.to_be_bytes(), b"\x08\x06\0\0\0"].concat()
    }

    /// With a comment before its frame.
    fn jpeg(wide: u16, high: u16) -> Vec<u8> {
        let start: &[u8] = b"\xff\xd8\xff\xfe\0\x06abcd\xff\xff\xc4\0\x03x\xff\xc2\0\x11\x08";
        [start, &high.to_be_bytes(), &wide.to_be_bytes(), b"\x03"].concat()
    }

    #[test]
    fn a_logo_is_a_small_picture() {
        assert_eq!(check(&png(300, 100)), Ok("image/png"));
        assert_eq!(check(&jpeg(300, 100)), Ok("image/jpeg"));
        assert_eq!(jpeg_size(&jpeg(300, 100)), Some((300, 100)));
        assert_eq!(check(b"\n<svg xmlns='http://www.w3.org/2000/svg'/>"), Ok("image/svg+xml"));
        assert_eq!(check(b"GIF89a"), Err(LogoFault::NoPicture));
        assert_eq!(check(b""), Err(LogoFault::NoPicture));
        let large = check(&vec![b'<'; LOGO_BYTES_MAX + 1]).unwrap_err().to_string();
        assert_eq!(large, "262145 bytes, the limit is 262144 bytes");
    }

    #[test]
    fn a_small_file_holds_no_large_picture() {
        for bomb in [png(300, 30_000), png(30_000, 300), jpeg(4_097, 1)] {
            let refused = check(&bomb).unwrap_err().to_string();
            assert!(refused.contains("the limit is 4096 pixels a side"), "{refused}");
        }
        for damaged in [&png(0, 10)[..], &png(10, 10)[..18], &jpeg(10, 10)[..20], b"\xff\xd8\xff\xe0\xff\xff"]
        {
            assert_eq!(check(damaged), Err(LogoFault::Damaged), "{damaged:?}");
        }
    }
}

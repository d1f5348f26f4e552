//! Compressed bodies, inflated up to a limit and not a byte further.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::super::problem::Problem;
use super::content::Encoding;

/// The window that a zstd body may ask for: 8 MiB, what RFC 9659 allows for HTTP.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// Inflates a body.
///
/// # Errors
/// 413 when it would have more than `limit_bytes`; 400 when it is not what its header says.
pub(super) fn inflate(encoding: Encoding, body: &[u8], limit_bytes: usize) -> Result<Vec<u8>, Problem> {
    let inflated = match encoding {
        Encoding::Plain => return Ok(body.to_vec()),
        Encoding::Gzip => read(MultiGzDecoder::new(body), limit_bytes),
        Encoding::Zstd => zstd(body).and_then(|decoder| read(decoder, limit_bytes)),
    };
    let inflated = inflated
        .map_err(|error| Problem::new("bad_request", format!("the body cannot be decompressed: {error}")))?;
    if inflated.len() > limit_bytes {
        return Err(Problem::new(
            "payload_too_large",
            format!("the body has more than {limit_bytes} bytes once decompressed, which is the limit"),
        ));
    }
    Ok(inflated)
}

fn zstd(body: &[u8]) -> io::Result<impl Read + '_> {
    let mut decoder = zstd::Decoder::with_buffer(body)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    Ok(decoder)
}

fn read(decoder: impl Read, limit_bytes: usize) -> io::Result<Vec<u8>> {
    let mut inflated = Vec::new();
    decoder.take(limit_bytes as u64 + 1).read_to_end(&mut inflated)?;
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_was_packed_comes_out() {
        let text = b"a council's event".repeat(100);
        assert_eq!(inflate(Encoding::Gzip, &gzip(&text), text.len()).unwrap(), text);
        let packed = zstd::encode_all(&text[..], 3).unwrap();
        assert_eq!(inflate(Encoding::Zstd, &packed, text.len()).unwrap(), text);
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let bomb = vec![0; 50_000_000];
        for (encoding, packed) in
            [(Encoding::Gzip, gzip(&bomb)), (Encoding::Zstd, zstd::encode_all(&bomb[..], 3).unwrap())]
        {
            assert!(packed.len() < 100_000);
            assert_eq!(inflate(encoding, &packed, 1_000_000).unwrap_err().status, 413);
        }
    }

    #[test]
    fn what_is_not_packed_is_refused() {
        for encoding in [Encoding::Gzip, Encoding::Zstd] {
            assert_eq!(inflate(encoding, b"{}", 100).unwrap_err().status, 400);
        }
        let whole = gzip(b"a council's event");
        assert_eq!(inflate(Encoding::Gzip, &whole[..whole.len() - 4], 100).unwrap_err().status, 400);
    }
}

//! Forms with a file, as browsers send them.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use multer::{Constraints, Multipart, SizeLimit};

use super::failure::Failure;

/// A form with a file.
#[derive(Debug, Default)]
pub(super) struct SentForm {
    fields: Vec<(String, Bytes)>,
}

impl SentForm {
    /// Reads `multipart/form-data` that has these fields and no others, each with the most bytes that it may have. What is
    /// anything else holds nothing.
    pub(super) async fn read(
        headers: &HeaderMap,
        body: Vec<u8>,
        fields: &[(&'static str, usize)],
    ) -> Result<SentForm, Failure> {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Ok(boundary) = multer::parse_boundary(media_type) else { return Ok(SentForm::default()) };
        let whole = futures_util::stream::iter([Ok::<Bytes, Infallible>(Bytes::from(body))]);
        let limit =
            |limits: SizeLimit, (name, bytes): &(&'static str, usize)| limits.for_field(*name, *bytes as u64);
        let limits = fields.iter().fold(SizeLimit::new(), limit);
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let limits = Constraints::new().allowed_fields(names).size_limit(limits);
        let mut parts = Multipart::with_constraints(whole, boundary, limits);
        let mut form = SentForm::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            form.fields.push((name, part.bytes().await.map_err(unreadable)?));
        }
        Ok(form)
    }

    /// What was typed into a field; empty if there is none.
    pub(super) fn text(&self, name: &str) -> String {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, content)| String::from_utf8_lossy(content).into_owned()).unwrap_or_default()
    }

    /// A file. Of several of a name the first counts; one that is empty was not chosen.
    pub(super) fn file(&self, name: &str) -> Bytes {
        let found = self.fields.iter().find(|(known, content)| known == name && !content.is_empty());
        found.map(|(_, content)| content.clone()).unwrap_or_default()
    }
}

fn unreadable(error: multer::Error) -> Failure {
    Failure::new(400, "The form could not be read", format!("It is no form with a file: {error}."))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const FIELDS: [(&str, usize); 2] = [("csrf", 1_024), ("program", 500_000)];

    async fn read(media_type: &'static str, body: &str) -> Result<SentForm, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        SentForm::read(&headers, body.as_bytes().to_vec(), &FIELDS).await
    }

    #[tokio::test]
    async fn a_form_with_a_file_is_read() {
        let media_type = "multipart/form-data; boundary=X";
        let body = "--X\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--X\r\ncontent-disposition: form-data; name=\"program\"; filename=\"p.wasm\"\r\ncontent-type: application/wasm\r\n\r\n\0asm\r\n--\r\n\r\n--X--\r\n";
        let form = read(media_type, body).await.unwrap();
        assert_eq!((form.text("csrf").as_str(), &form.file("program")[..]), ("abc", &b"\0asm\r\n--\r\n"[..]));
        assert_eq!((form.text("other").as_str(), form.file("other").len()), ("", 0));
        // A larger program.
        let long = body.replace("\0asm", &"\0asm".repeat(100_000));
        assert_eq!(read(media_type, &long).await.unwrap().file("program").len(), 400_006);
        assert_eq!(read("application/x-www-form-urlencoded", "csrf=abc").await.unwrap().text("csrf"), "");
        for wrong in
            ["", "--X\r\n", "--Y--\r\n", &body[..body.len() - 20], &body.replace("\"csrf\"", "\"x\"")]
        {
            assert_eq!(read(media_type, wrong).await.unwrap_err().status, 400, "{wrong:?}");
        }
        for (part, more) in [("abc", "c".repeat(2_000)), ("\0asm", "x".repeat(600_000))] {
            let long = body.replace(part, &more);
            assert_eq!(read(media_type, &long).await.unwrap_err().status, 400);
        }
    }
}

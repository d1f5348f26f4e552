//! Sets a report's JSON as a PDF: `cargo run -p muniment-pdf --example set -- report.json report.pdf`.

use std::fs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths = std::env::args().skip(1);
    let (Some(from), Some(to)) = (paths.next(), paths.next()) else {
        return Err("say which report, and where to write the PDF".into());
    };
    let document = serde_json::from_slice(&fs::read(from)?)?;
    fs::write(to, muniment_pdf::pdf(&document, None)?)?;
    Ok(())
}

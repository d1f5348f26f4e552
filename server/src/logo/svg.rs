//! An SVG that is nothing but a drawing. What runs, reaches out to something else, or makes much of little is refused by its name.

use std::collections::BTreeSet;

use roxmltree::{Attribute, Document, Node, ParsingOptions};

const NAMESPACE: &str = "http://www.w3.org/2000/svg";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Of the namespaces of the W3C this one does nothing: drawing programs write down there who drew it.
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// How those begin that mean something to a browser.
const W3C: &str = "http://www.w3.org/";

/// Most elements and texts.
const NODES_MAX: u32 = 10_000;
/// Deepest nesting.
const DEPTH_MAX: usize = 32;
/// Most copies of parts of it.
const USES_MAX: usize = 64;
/// Characters of a name that are shown.
const SHOWN_CHARS: usize = 40;

/// The elements that draw.
const DRAWS: [&str; 26] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "metadata",
    "style",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
];

/// What is wrong with it, to be read behind "the SVG".
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    encoding(text)?;
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start(), options)
        .map_err(|error| format!("cannot be read: {error}"))?;
    if !document.root_element().has_tag_name((NAMESPACE, "svg")) {
        return Err(format!("does not begin with the element svg of {NAMESPACE}"));
    }
    for node in document.descendants() {
        one(node)?;
    }
    copies(&document)
}

/// Whoever reads it otherwise might read something else.
fn encoding(text: &str) -> Result<(), String> {
    let Some(declaration) = text.trim_start().strip_prefix("<?xml") else { return Ok(()) };
    let declaration = declaration.split("?>").next().unwrap_or_default().to_ascii_lowercase();
    if declaration.contains("encoding") && !declaration.contains("utf-8") {
        return Err("declares another encoding than UTF-8".to_owned());
    }
    Ok(())
}

fn one(node: Node<'_, '_>) -> Result<(), String> {
    if node.is_pi() {
        return Err("has a processing instruction, which a logo may not have".to_owned());
    }
    if node.is_text() && node.parent().is_some_and(|parent| parent.has_tag_name((NAMESPACE, "style"))) {
        return style(node.text().unwrap_or_default());
    }
    if node.is_element() {
        // It and what it stands in, the document itself too.
        if node.ancestors().take(DEPTH_MAX + 2).count() > DEPTH_MAX + 1 {
            return Err(format!("is nested more than {DEPTH_MAX} elements deep, which is the limit"));
        }
        element(node)?;
        node.attributes().try_for_each(|attribute| self::attribute(&attribute))?;
    }
    Ok(())
}

/// In a namespace of its own a drawing program keeps notes, which nothing reads.
fn element(node: Node<'_, '_>) -> Result<(), String> {
    let name = node.tag_name();
    let is_taken = match name.namespace() {
        Some(NAMESPACE) => DRAWS.contains(&name.name()),
        Some(RDF) => true,
        None | Some("") => false,
        Some(other) => !other.starts_with(W3C),
    };
    if is_taken {
        return Ok(());
    }
    Err(format!("has the element {}, which a logo may not have", shown(name.name())))
}

fn attribute(attribute: &Attribute<'_, '_>) -> Result<(), String> {
    let (name, value) = (attribute.name(), attribute.value());
    let runs = attribute.namespace().is_none() && name.to_ascii_lowercase().starts_with("on");
    if runs || (attribute.namespace(), name) == (Some(XML), "base") {
        return Err(format!("has the attribute {}, which a logo may not have", shown(name)));
    }
    let reaches_out = match name {
        "href" => !value.trim_start().starts_with('#'),
        _ => attribute.namespace().is_none() && reaches_out(value),
    };
    if reaches_out {
        return Err(format!("refers to something else in the attribute {}", shown(name)));
    }
    Ok(())
}

fn style(text: &str) -> Result<(), String> {
    match text.contains('@') || reaches_out(text) {
        true => Err("refers to something else, or has a rule that begins with @, in its style".to_owned()),
        false => Ok(()),
    }
}

/// Whether a style, or an attribute that is read as one, names anything but a part of the picture itself. A backslash spells a
/// name so that it is not seen.
fn reaches_out(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_outside =
        |rest: &str| !rest.trim_start_matches([' ', '\t', '\r', '\n', '"', '\'']).starts_with('#');
    text.contains('\\')
        || ["image(", "image-set(", "src("].iter().any(|function| text.contains(function))
        || text.split("url(").skip(1).any(is_outside)
}

/// A few copies of parts, and no copies of copies: these would be more than anybody can draw.
fn copies(document: &Document<'_>) -> Result<(), String> {
    let copies: Vec<Node<'_, '_>> =
        document.descendants().filter(|node| node.has_tag_name((NAMESPACE, "use"))).collect();
    if copies.len() > USES_MAX {
        return Err(format!("copies parts of itself {} times, the limit is {USES_MAX} times", copies.len()));
    }
    let around = copies.iter().flat_map(|copy| copy.ancestors());
    let holds_copies: BTreeSet<&str> = around.filter_map(|node| node.attribute("id")).collect();
    let copied = copies.iter().flat_map(|copy| copy.attributes());
    let mut copied = copied.filter(|attribute| attribute.name() == "href").map(|attribute| attribute.value());
    match copied.any(|part| holds_copies.contains(part.trim().trim_start_matches('#'))) {
        true => Err("copies a part that is, or holds, a copy itself".to_owned()),
        false => Ok(()),
    }
}

fn shown(name: &str) -> String {
    name.chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"{NAMESPACE}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             xmlns:x=\"http://www.inkscape.org/namespaces/inkscape\" xmlns:h=\"http://www.w3.org/1999/xhtml\" viewBox=\"0 0 9 9\">{inside}</svg>"
        )
    }

    #[test]
    fn drawings_are_taken() {
        for inside in [
            "",
            "<title>A bridge</title><x:grid x:bbox=\"C:\\d\"/><metadata><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/></metadata>",
            "<defs><linearGradient id=\"a\"><stop offset=\"0\"/></linearGradient><path id=\"b\" d=\"M0 0h9\"/></defs><rect fill=\"url(#a)\" style=\"mask: url( '#m' )\"/>",
            "<clipPath id=\"c\"><use xlink:href=\"#b\"/></clipPath><g clip-path=\"url(#c)\"><use href=\"#b\"/></g>",
            "<style><![CDATA[.a { fill: #1a2b3c }]]></style><text>Exemplar &amp; Co</text><!-- drawn by hand -->",
        ] {
            assert_eq!(check(drawing(inside).as_bytes()), Ok(()), "{inside}");
        }
    }

    #[test]
    fn what_runs_or_reaches_out_is_refused_by_name() {
        for (inside, named) in [
            ("<script>alert(1)</script>", "element script"),
            ("<h:script>alert(1)</h:script>", "element script"),
            ("<g xmlns=\"\"><script/></g>", "element g"),
            ("<foreignObject><h:p/></foreignObject>", "element foreignObject"),
            ("<image href=\"data:image/png;base64,AA==\"/>", "element image"),
            ("<animate attributeName=\"href\" to=\"x\"/>", "element animate"),
            ("<a href=\"#x\"/>", "element a,"),
            ("<rect onload=\"alert(1)\"/>", "attribute onload"),
            ("<rect ONCLICK=\"alert(1)\"/>", "attribute ONCLICK"),
            ("<g xml:base=\"https://evil.example/\"/>", "attribute base"),
            ("<use href=\"https://evil.example/#a\"/>", "attribute href"),
            ("<use xlink:href=\"other.svg#a\"/>", "attribute href"),
            ("<rect fill=\"URL( https://evil.example/)\"/>", "attribute fill"),
            ("<rect style=\"fill: u\\72l(x)\"/>", "attribute style"),
            ("<rect style=\"mask: image-set('x')\"/>", "attribute style"),
            ("<style>@import 'x.css';</style>", "style"),
            ("<style>a { fill: url(\"x\") }</style>", "style"),
            ("<?xml-stylesheet href=\"x.css\"?>", "processing instruction"),
        ] {
            let refused = check(drawing(inside).as_bytes()).unwrap_err();
            assert!(refused.contains(named), "{inside}: {refused}");
        }
    }

    #[test]
    fn what_is_no_drawing_or_too_much_of_one_is_refused() {
        let page = "<svg xmlns=\"http://www.w3.org/1999/xhtml\"/>";
        let entities =
            "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>";
        let other = drawing("").replace("UTF-8", "UTF-7");
        let deep = drawing(&("<g>".repeat(40) + &"</g>".repeat(40)));
        let many = drawing(&"<rect/>".repeat(11_000));
        let copies = drawing(&("<path id=\"a\"/>".to_owned() + &"<use href=\"#a\"/>".repeat(65)));
        let of_copies = drawing(
            "<path id=\"a\"/><g id=\"b\"><use href=\"#a\"/><use href=\"#a\"/></g><use id=\"c\" href=\"#b\"/>",
        );
        for (wrong, said) in [
            (page, "does not begin with the element svg"),
            ("<svg", "cannot be read"),
            (entities, "cannot be read"),
            (&other, "another encoding"),
            (&deep, "the limit"),
            (&many, "cannot be read"),
            (&copies, "65 times, the limit is 64 times"),
            (&of_copies, "a copy itself"),
        ] {
            let refused = check(wrong.as_bytes()).unwrap_err();
            assert!(refused.contains(said), "{refused}");
        }
        assert_eq!(check(b"<svg\xff"), Err("is not UTF-8".to_owned()));
    }
}

//! The reference page.

use super::*;

/// The names of the elements as they are opened and closed: `main`, `/main`.
fn elements(page: &str) -> Vec<&str> {
    let inside = page.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(inside, _)| inside);
    inside.map(|inside| inside.split_whitespace().next().unwrap_or_default()).collect()
}

#[test]
fn it_shows_every_group_type_and_field() {
    let catalogue = built_in();
    let page = reference_page(&catalogue, "");
    for group in catalogue.groups() {
        assert_eq!(page.matches(&format!("<h2 id=\"group-{}\">", group.name)).count(), 1, "{}", group.name);
    }
    for one in catalogue.types() {
        let start = page.find(&format!("<h3 id=\"{}\">", one.name)).unwrap_or_else(|| panic!("{}", one.name));
        let section = &page[start..start + page[start..].find("</table>").unwrap()];
        for field in one.fields() {
            assert!(section.contains(&format!("<code>{}</code>", field.name)), "{}", one.name);
        }
        for clause in &one.clauses {
            assert!(section.contains(&clause.to_string()), "{}: {clause}", one.name);
        }
    }
}

#[test]
fn it_is_well_formed_and_plain() {
    let page = reference_page(&built_in(), "");
    let (mut open, mut level) = (Vec::new(), 0);
    for element in elements(&page) {
        match element.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if ["!DOCTYPE", "meta"].contains(&element) => {}
            None => open.push(element),
        }
        if let Some(number) = element.strip_prefix('h').and_then(|number| number.parse::<u32>().ok()) {
            assert!(number <= level + 1, "a heading of level {number} follows one of level {level}");
            level = number;
        }
        assert!(!["script", "style", "link", "img", "iframe", "form"].contains(&element), "{element}");
    }
    assert_eq!(open, [""; 0]);
    assert_eq!(page.matches("<table>").count(), page.matches("<caption>").count());
    assert_eq!(page.matches("<th>").count(), 0, "every heading of a table has a scope");
    assert!(!page.contains(" on") || !page.contains("javascript:"));
}

#[test]
fn what_an_operator_writes_is_escaped() {
    let mut catalogue = built_in();
    let file = concat!(
        "group = \"uk.gov.exemplar\"\ntitle = \"<b>&\\\"'\"\ndescription = \"D\"\n",
        "[[field]]\nname = \"words\"\ntitle = \"T\"\ndescription = \"<script>\"\ntype = \"text\"\nexample = \"</td>\"\n",
        "[[type]]\nname = \"uk.gov.exemplar.met\"\ntitle = \"T\"\ndescription = \"D\"\nfields = [\"words\"]\n",
    );
    catalogue.add("met.toml", file).unwrap();
    let page = reference_page(&catalogue, "");
    assert!(page.contains("&lt;b&gt;&amp;&quot;&#39;") && page.contains("&lt;script&gt;"));
    assert!(page.contains("<code>&lt;/td&gt;</code>") && !page.contains("<script"));
}

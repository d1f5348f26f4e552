//! Reads HTML as browsers do, as far as tests look at it: tags with their attributes, texts, and forms.

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Tag(Tag),
    /// An end tag, by its name.
    End(String),
    /// What stands between tags, as it is read.
    Text(String),
}

/// A start tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }
}

/// Elements that hold no tags.
const WITHOUT_TAGS: [&str; 4] = ["script", "style", "textarea", "title"];

/// Elements that somebody fills in or presses.
const CONTROLS: [&str; 4] = ["input", "select", "textarea", "button"];

/// The parts of a page, in order.
pub(crate) fn read(html: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), html);
    while let Some(at) = rest.find('<') {
        pieces.push(Piece::Text(unescaped(&rest[..at])));
        let (piece, after) = markup(&rest[at + 1..]);
        rest = after;
        if let Piece::Tag(tag) = &piece
            && WITHOUT_TAGS.contains(&tag.name.as_str())
        {
            let end = rest.to_ascii_lowercase().find(&format!("</{}", tag.name)).unwrap_or(rest.len());
            let text = unescaped(&rest[..end]);
            rest = &rest[end..];
            pieces.extend([piece, Piece::Text(text)]);
            continue;
        }
        pieces.push(piece);
    }
    pieces.push(Piece::Text(unescaped(rest)));
    pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
    pieces
}

/// What stands behind a `<`, and what follows it.
fn markup(inner: &str) -> (Piece, &str) {
    let end = inner.find('>').map_or(inner.len(), |end| end + 1);
    match inner.chars().next() {
        Some('!' | '?') => (Piece::Text(String::new()), &inner[end..]),
        Some('/') => {
            let (name, _) = until(&inner[1..], |c| c == '>' || c.is_ascii_whitespace());
            (Piece::End(name.to_ascii_lowercase()), &inner[end..])
        }
        Some(first) if first.is_ascii_alphabetic() => start_tag(inner),
        _ => (Piece::Text("<".to_owned()), inner),
    }
}

fn start_tag(inner: &str) -> (Piece, &str) {
    let (name, mut rest) = until(inner, |c| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
    let mut tag = Tag { name: name.to_ascii_lowercase(), attributes: Vec::new() };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (Piece::Tag(tag), rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (Piece::Tag(tag), after);
        }
        let (name, after) = until(rest, |c| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '='));
        rest = after;
        let mut value = "";
        if let Some(after) = after.trim_start().strip_prefix('=') {
            let after = after.trim_start();
            (value, rest) = match after.chars().next().filter(|first| matches!(first, '"' | '\'')) {
                Some(quote) => {
                    let (value, after) = until(&after[1..], |c| c == quote);
                    (value, after.strip_prefix(quote).unwrap_or(after))
                }
                None => until(after, |c| c.is_ascii_whitespace() || c == '>'),
            };
        }
        tag.attributes.push((name.to_ascii_lowercase(), unescaped(value)));
    }
}

fn until(text: &str, is_end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

fn unescaped(text: &str) -> String {
    let (mut read, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('&') {
        read.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 12);
        let known = end.and_then(|end| Some((character(&rest[1..end])?, end + 1)));
        let (character, bytes) = known.unwrap_or(('&', 1));
        read.push(character);
        rest = &rest[bytes..];
    }
    read + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

/// The text up to the end of the element that begins here, with single spaces.
pub(crate) fn inner(pieces: &[Piece], place: usize) -> String {
    let Some(Piece::Tag(tag)) = pieces.get(place) else { return String::new() };
    let is_end = |piece: &&Piece| matches!(piece, Piece::End(name) if *name == tag.name);
    let texts =
        pieces[place + 1..].iter().take_while(|piece| !is_end(piece)).filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            _ => None,
        });
    spaced(&texts.collect::<String>())
}

/// A text with single spaces.
pub(crate) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A form as somebody fills it in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) action: String,
    /// `get` or `post`.
    pub(crate) method: String,
    pub(crate) controls: Vec<Control>,
}

/// Something of a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Control {
    /// The type of an input, `select`, `textarea` or, of a button, `submit`.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) value: String,
    /// Of a button: what stands on it.
    pub(crate) label: String,
    /// The legend that it stands under.
    pub(crate) legend: String,
    /// Of boxes and buttons: whether it is ticked or pressed.
    is_chosen: bool,
    /// Values and texts of a select.
    options: Vec<(String, String)>,
}

impl Control {
    fn is_button(&self) -> bool {
        matches!(self.kind.as_str(), "submit" | "button" | "reset" | "image")
    }

    /// A box or button, which is sent only when it is chosen.
    fn is_choice(&self) -> bool {
        self.is_button() || matches!(self.kind.as_str(), "radio" | "checkbox")
    }

    /// Whether somebody types into it.
    pub(crate) fn is_typed(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "text" | "search" | "textarea" | "number" | "date" | "email" | "password"
        )
    }
}

/// The forms of a page.
pub(crate) fn forms(pieces: &[Piece]) -> Vec<Form> {
    let labels = labels(pieces);
    let (mut forms, mut form, mut legends) = (Vec::new(), None::<Form>, Vec::new());
    for (place, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Tag(tag) if tag.name == "form" => {
                let method = tag.get("method").unwrap_or("get").to_ascii_lowercase();
                form = Some(Form { action: tag.text("action"), method, controls: Vec::new() });
            }
            Piece::Tag(tag) if tag.name == "fieldset" => legends.push(String::new()),
            Piece::Tag(tag) if tag.name == "legend" => {
                if let Some(legend) = legends.last_mut() {
                    *legend = inner(pieces, place);
                }
            }
            Piece::Tag(tag) if CONTROLS.contains(&tag.name.as_str()) && tag.get("disabled").is_none() => {
                let mut control = control(pieces, place, tag, &labels);
                let nearest = legends.iter().rev().find(|legend| !legend.is_empty());
                control.legend = nearest.cloned().unwrap_or_default();
                if let Some(form) = &mut form {
                    form.controls.push(control);
                }
            }
            Piece::End(name) if name == "form" => forms.extend(form.take()),
            Piece::End(name) if name == "fieldset" => drop(legends.pop()),
            _ => {}
        }
    }
    forms.extend(form);
    forms
}

/// Ids, and the texts that label them.
fn labels(pieces: &[Piece]) -> Vec<(String, String)> {
    let label = |(place, piece): (usize, &Piece)| match piece {
        Piece::Tag(tag) if tag.name == "label" => Some((tag.text("for"), inner(pieces, place))),
        _ => None,
    };
    pieces.iter().enumerate().filter_map(label).collect()
}

fn control(pieces: &[Piece], place: usize, tag: &Tag, labels: &[(String, String)]) -> Control {
    let kind = match tag.name.as_str() {
        "input" => tag.get("type").unwrap_or("text"),
        "button" => tag.get("type").unwrap_or("submit"),
        other => other,
    };
    let (id, kind) = (tag.text("id"), kind.to_ascii_lowercase());
    let label = labels.iter().find(|(of, _)| !id.is_empty() && *of == id).map(|(_, label)| label.clone());
    let mut control = Control {
        name: tag.text("name"),
        value: tag.text("value"),
        label: label.unwrap_or_else(|| tag.text("aria-label")),
        is_chosen: tag.get("checked").is_some(),
        id,
        kind,
        ..Control::default()
    };
    match tag.name.as_str() {
        "button" => control.label = inner(pieces, place),
        "textarea" => {
            if let Some(Piece::Text(text)) = pieces.get(place + 1) {
                text.strip_prefix('\n').unwrap_or(text).clone_into(&mut control.value);
            }
        }
        "select" => {
            let end = |piece: &Piece| matches!(piece, Piece::End(name) if name == "select");
            let mut selected = None;
            for at in (place..pieces.len()).take_while(|at| !end(&pieces[*at])) {
                let Piece::Tag(option) = &pieces[at] else { continue };
                if option.name == "option" {
                    let text = inner(pieces, at);
                    let value = option.get("value").unwrap_or(&text).to_owned();
                    if option.get("selected").is_some() {
                        selected = Some(value.clone());
                    }
                    control.options.push((value, text));
                }
            }
            let first = control.options.first().map(|(value, _)| value.clone());
            control.value = selected.or(first).unwrap_or_default();
        }
        _ => {
            if control.is_choice() && !control.is_button() && tag.get("value").is_none() {
                "on".clone_into(&mut control.value);
            }
        }
    }
    control
}

impl Form {
    /// What a browser sends. If no button was pressed it is the first, as with the key Enter.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let pressed = self.controls.iter().position(|control| control.is_button() && control.is_chosen);
        let pressed = pressed.or_else(|| self.controls.iter().position(|control| control.kind == "submit"));
        let is_sent = |(place, control): &(usize, &Control)| match control.is_button() {
            true => pressed == Some(*place),
            false => !control.is_choice() || control.is_chosen,
        };
        let sent = self.controls.iter().enumerate().filter(is_sent);
        let named = sent.filter(|(_, control)| !control.name.is_empty());
        named.map(|(_, control)| (control.name.clone(), control.value.clone())).collect()
    }

    /// Types into what has a label that begins so, or chooses there.
    #[track_caller]
    pub(crate) fn fill(&mut self, label: &str, value: &str) {
        let said = |text: &str, whole: bool| match whole {
            true => text.eq_ignore_ascii_case(label),
            false => text.to_lowercase().starts_with(&label.to_lowercase()),
        };
        // Of two labels that begin alike the one that is meant is named in full.
        let whole = self.controls.iter().any(|control| {
            (control.is_typed() || control.kind == "select") && said(&control.label, true)
                || said(&control.legend, true)
        });
        let begins = |text: &str| said(text, whole);
        let mut is_done = false;
        for control in &mut self.controls {
            match control.kind.as_str() {
                "radio" | "checkbox" if begins(&control.legend) => {
                    let is_it = control.value == value || control.label == value;
                    control.is_chosen = is_it || (control.is_chosen && control.kind == "checkbox");
                    is_done |= is_it;
                }
                "select" if begins(&control.label) && !is_done => {
                    let is_it = |(known, text): &&(String, String)| known == value || text == value;
                    if let Some((known, _)) = control.options.iter().find(is_it) {
                        known.clone_into(&mut control.value);
                        is_done = true;
                    }
                }
                _ if control.is_typed() && begins(&control.label) && !is_done => {
                    value.clone_into(&mut control.value);
                    is_done = true;
                }
                _ => {}
            }
        }
        assert!(is_done, "{value:?} cannot be filled in at {label:?} of\n{self:#?}");
    }

    /// What stands in what has a label that begins so.
    #[track_caller]
    pub(crate) fn value(&self, label: &str) -> &str {
        let begins = |control: &&Control| control.label.to_lowercase().starts_with(&label.to_lowercase());
        let found = self.controls.iter().filter(|control| control.is_typed()).find(begins);
        &found.unwrap_or_else(|| panic!("nothing has the label {label:?} in\n{self:#?}")).value
    }

    /// Puts something right that a summary of errors led to, whatever it is: with a day, or else with this text.
    #[track_caller]
    pub(crate) fn put_right(&mut self, id: &str, text: &str, day: jiff::civil::Date) {
        let exact = self.controls.iter().position(|control| control.id == id);
        let place = exact.or_else(|| self.controls.iter().position(|control| control.id.starts_with(id)));
        let Some(place) = place else { panic!("the error leads to #{id}, which is not in\n{self:#?}") };
        let Control { id, kind, name, legend, label, .. } = self.controls[place].clone();
        let control = &mut self.controls[place];
        match (kind.as_str(), label.to_lowercase().as_str()) {
            ("radio", _) => {
                for control in self.controls.iter_mut().filter(|control| control.name == name) {
                    control.is_chosen = control.id == id;
                }
            }
            ("checkbox", _) => control.is_chosen = true,
            ("select", _) => {
                let first = control.options.iter().find(|(value, _)| !value.is_empty());
                control.value = first.map(|(value, _)| value.clone()).unwrap_or_default();
            }
            ("date", _) => control.value = day.to_string(),
            (_, "day" | "month" | "year") => {
                for control in self.controls.iter_mut().filter(|control| control.legend == legend) {
                    match control.label.to_lowercase().as_str() {
                        "day" => control.value = day.day().to_string(),
                        "month" => control.value = day.month().to_string(),
                        "year" => control.value = day.year().to_string(),
                        _ => {}
                    }
                }
            }
            _ => text.clone_into(&mut control.value),
        }
    }

    /// Presses a button, named by what stands on it or by its value.
    #[track_caller]
    pub(crate) fn press(mut self, button: &str) -> Form {
        let is_it = |control: &&mut Control| {
            control.is_button() && (control.value == button || control.label == button)
        };
        match self.controls.iter_mut().find(is_it) {
            Some(control) => control.is_chosen = true,
            None => panic!("there is no button {button:?} in\n{self:#?}"),
        }
        self
    }

    /// What is sent under a name.
    #[track_caller]
    pub(crate) fn sent(&self, name: &str) -> String {
        let found = self.pairs().into_iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("nothing is sent as {name:?} of\n{self:#?}")).1
    }

    /// Sets what nobody sees.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        for control in self.controls.iter_mut().filter(|control| control.name == name) {
            value.clone_into(&mut control.value);
        }
    }

    /// The form without some of it.
    pub(crate) fn without(&self, name: &str) -> Form {
        let mut form = self.clone();
        form.controls.retain(|control| control.name != name);
        form
    }

    /// What stands on its buttons.
    pub(crate) fn buttons(&self) -> impl Iterator<Item = &str> {
        self.controls.iter().filter(|control| control.kind == "submit").map(|control| control.label.as_str())
    }
}

#[test]
fn html_is_read_as_browsers_read_it() {
    let pieces = read(
        "<!doctype html><p a=\"1 &#38; 2\" b=x/y c>1 &lt; 2<br/>&amp;lt;</p>\
         <script src='/s'>\"<b>\"</script><img src=x onerror=alert(1)>",
    );
    let tags: Vec<&Tag> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Tag(tag) => Some(tag),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["p", "br", "script", "img"]);
    assert_eq!(
        (tags[0].get("a"), tags[0].get("b"), tags[0].get("c")),
        (Some("1 & 2"), Some("x/y"), Some(""))
    );
    assert_eq!(tags[3].get("onerror"), Some("alert(1)"));
    assert_eq!(inner(&pieces, 0), "1 < 2&lt;");
    let form = "<form method=post action='/a'><input type=hidden name=h value='&quot;'><fieldset><legend>Law</legend>\
        <input type=radio id=r1 name=r value=x><label for=r1>The X</label><input type=radio id=r2 name=r value=y checked>\
        </fieldset><label for=t>Text (optional)</label><textarea id=t name=t>\n&lt;</textarea><select id=s name=s>\
        <option value=1>One</option><option value=2 selected>Two</option></select><button name=go value=1>Go</button></form>";
    let mut forms = forms(&read(form));
    assert_eq!(forms.len(), 1);
    let form = &mut forms[0];
    let sent = |form: &Form| {
        form.pairs().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    assert_eq!(sent(form), "h=\"&r=y&t=<&s=2&go=1");
    form.fill("Law", "The X");
    form.fill("text", "new");
    assert_eq!(sent(&form.without("h")), "r=x&t=new&s=2&go=1");
}

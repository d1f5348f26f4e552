//! What somebody typed into a form.

use super::failure::Failure;

/// Most fields of a form.
const FIELDS_MAX: usize = 2_000;

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    pub(super) fn read(body: &[u8]) -> Result<Fields, Failure> {
        let fields: Vec<(String, String)> =
            form_urlencoded::parse(body).into_owned().take(FIELDS_MAX + 1).collect();
        if fields.len() > FIELDS_MAX {
            return Err(Failure::new(
                413,
                "The form is too long",
                format!("The limit is {FIELDS_MAX} fields."),
            ));
        }
        Ok(Fields(fields))
    }

    /// A field without the white space around it; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        found.next().map_or("", |(_, value)| value.trim())
    }

    /// A field as it is, if there is one.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every field of a name that is not empty: boxes that are ticked, say.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        let name = name.to_owned();
        let found = self.0.iter().filter(move |(known, _)| *known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// All fields but some.
    pub(super) fn without(&self, names: &[&str]) -> Fields {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Fields(kept.cloned().collect())
    }

    /// As they are sent.
    pub(super) fn write(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_written() {
        let fields = Fields::read("a=1&b=%C3%BC+%26&a=2&c=".as_bytes()).unwrap();
        assert_eq!(
            (fields.get("a"), fields.get("b"), fields.get("c"), fields.get("d")),
            ("1", "ü &", "", "")
        );
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(Fields::read(fields.write().as_bytes()).unwrap(), fields);
        assert_eq!(fields.without(&["a", "c"]).0.len(), 1);
        let long = "a=1&".repeat(FIELDS_MAX + 1);
        assert_eq!(Fields::read(long.as_bytes()).unwrap_err().status, 413);
    }
}

//! What is wrong with what somebody typed into a form.

/// What is wrong with a field of a form: the field's id, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Empty if it is about no field in particular.
    pub(super) field: String,
    pub(super) message: String,
}

impl Mistake {
    pub(super) fn new(field: &str, message: impl Into<String>) -> Mistake {
        Mistake { field: field.to_owned(), message: message.into() }
    }
}

/// What is wrong with one field; empty if nothing is.
pub(super) fn said_of(mistakes: &[Mistake], field: &str) -> String {
    let found = mistakes.iter().find(|mistake| mistake.field == field);
    found.map(|mistake| mistake.message.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mistake_of_a_field_is_said() {
        let mistakes = [Mistake::new("from", "a"), Mistake::new("to", "b"), Mistake::new("to", "c")];
        assert_eq!((said_of(&mistakes, "to").as_str(), said_of(&mistakes, "unit").as_str()), ("b", ""));
    }
}

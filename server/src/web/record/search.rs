//! Finds the type of an event by plain words.

use muniment_core::catalogue::{EventType, Group};

use super::super::visit::with_query;

/// A type that may be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: String,
    /// The title of its group.
    pub(super) group: String,
    /// Where its form is.
    pub(super) path: String,
}

/// The types of a group.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) types: Vec<Found>,
}

/// Words that say nothing about what happened.
const STOP_WORDS: [&str; 24] = [
    "a",
    "about",
    "an",
    "and",
    "are",
    "at",
    "by",
    "for",
    "from",
    "has",
    "have",
    "i",
    "in",
    "is",
    "it",
    "of",
    "on",
    "or",
    "somebody",
    "something",
    "the",
    "to",
    "was",
    "we",
];
/// Endings that words have in one sentence and not in another, the longer ones first.
const ENDINGS: [&str; 6] = ["ies", "ing", "ed", "es", "s", "y"];
/// A word is not shortened beyond this.
const STEM_BYTES_MIN: usize = 4;

fn found(known: &EventType, groups: &[&Group], subject: &str) -> Found {
    let group = groups.iter().find(|group| group.name == known.group);
    Found {
        name: known.name.clone(),
        title: known.title.clone(),
        description: known.description.clone(),
        group: group.map_or_else(|| known.group.clone(), |group| group.title.clone()),
        path: with_query(&format!("/record/{}", known.name), &[("subject", subject)]),
    }
}

/// All types, group by group.
pub(super) fn sections(groups: &[&Group], types: &[&EventType], subject: &str) -> Vec<Section> {
    let section = |group: &&Group| Section {
        id: format!("group-{}", group.name),
        title: group.title.clone(),
        description: group.description.clone(),
        types: types
            .iter()
            .filter(|known| known.group == group.name)
            .map(|known| found(known, groups, subject))
            .collect(),
    };
    groups.iter().map(section).filter(|section| !section.types.is_empty()).collect()
}

/// The types in which all words occur, the likeliest first, and `true`. Where there are none: those in which the most occur,
/// and `false`.
pub(super) fn search(
    groups: &[&Group],
    types: &[&EventType],
    subject: &str,
    wanted: &str,
) -> (Vec<Found>, bool) {
    let words = stems(wanted);
    let mut scored: Vec<(usize, usize, &EventType)> = Vec::new();
    for known in types.iter().copied() {
        let group = groups.iter().copied().find(|group| group.name == known.group);
        let scores: Vec<usize> = words.iter().map(|word| score(word, known, group)).collect();
        let hits = scores.iter().filter(|score| **score > 0).count();
        if hits > 0 {
            scored.push((hits, scores.iter().sum(), known));
        }
    }
    scored.sort_by_key(|(hits, total, _)| std::cmp::Reverse((*hits, *total)));
    let most = scored.first().map_or(0, |(hits, ..)| *hits);
    let best = scored.into_iter().take_while(|(hits, ..)| *hits == most);
    let best = best.map(|(.., known)| found(known, groups, subject)).collect();
    (best, most == words.len())
}

/// The words of a search, without their endings.
fn stems(wanted: &str) -> Vec<String> {
    let lower = wanted.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty() && !STOP_WORDS.contains(word)).map(stem).collect()
}

fn stem(word: &str) -> String {
    let mut shortened = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
    shortened.find(|stem| stem.len() >= STEM_BYTES_MIN).unwrap_or(word).to_owned()
}

/// How well a word fits: best in the title.
fn score(word: &str, known: &EventType, group: Option<&Group>) -> usize {
    let places = [
        (8, Some(&known.title)),
        (6, Some(&known.name)),
        (2, Some(&known.description)),
        (1, group.map(|group| &group.title)),
        (1, group.map(|group| &group.description)),
    ];
    let holds = |text: &String| text.to_lowercase().contains(word);
    places.into_iter().filter(|(_, text)| text.is_some_and(holds)).map(|(score, _)| score).sum()
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::Catalogue;

    use super::*;

    fn names(wanted: &str) -> (Vec<String>, bool) {
        let catalogue = Catalogue::built_in().unwrap();
        let (groups, types): (Vec<&Group>, Vec<&EventType>) =
            (catalogue.groups().collect(), catalogue.types().collect());
        let (found, is_exact) = search(&groups, &types, "", wanted);
        (found.into_iter().map(|found| found.name).collect(), is_exact)
    }

    #[test]
    fn types_are_found_by_plain_words() {
        for (wanted, name) in [
            ("request received", "request.received"),
            ("a request was RECEIVED", "request.received"),
            ("breach.aware", "breach.aware"),
            ("correction", "ledger.correction_recorded"),
        ] {
            let (found, is_exact) = names(wanted);
            assert!(is_exact && found.first().is_some_and(|first| first == name), "{wanted}: {found:?}");
        }
        let (found, is_exact) = names("request xylophone");
        assert!(!is_exact && !found.is_empty());
        assert_eq!(names("xylophone"), (Vec::new(), false));
    }

    #[test]
    fn words_lose_their_endings() {
        assert_eq!(stems("The requests, received"), ["request", "receiv"]);
        assert_eq!(stems("policies policy"), ["polic", "polic"]);
        assert_eq!(stems("bed of ice"), ["bed", "ice"]);
    }

    #[test]
    fn forms_are_filled_in_with_the_case() {
        let catalogue = Catalogue::built_in().unwrap();
        let groups: Vec<&Group> = catalogue.groups().collect();
        let types: Vec<&EventType> = catalogue.types().collect();
        let sections = sections(&groups, &types, "FOI/1");
        assert_eq!(sections.iter().map(|section| section.types.len()).sum::<usize>(), types.len());
        let mut all = sections.iter().flat_map(|section| &section.types);
        let received = all.find(|found| found.name == "request.received").unwrap();
        assert_eq!(received.path, "/record/request.received?subject=FOI%2F1");
    }
}

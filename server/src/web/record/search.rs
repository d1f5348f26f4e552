//! Finds the type of an event by plain words.

use std::collections::BTreeMap;

use muniment_core::catalogue::{EventType, FieldKind, Group};
use muniment_core::policy::Rulebook;

use super::super::visit::with_query;
use super::plain_words::plain_words;

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
const STOP_WORDS: [&str; 68] = [
    "a",
    "about",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "been",
    "but",
    "by",
    "can",
    "did",
    "do",
    "does",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "her",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "me",
    "my",
    "of",
    "off",
    "on",
    "one",
    "or",
    "our",
    "she",
    "so",
    "somebody",
    "someone",
    "something",
    "that",
    "the",
    "their",
    "them",
    "there",
    "these",
    "they",
    "this",
    "to",
    "us",
    "was",
    "we",
    "were",
    "what",
    "when",
    "which",
    "who",
    "whom",
    "why",
    "will",
    "with",
    "would",
    "you",
    "your",
];
/// Endings that words have in one sentence and not in another, the longer ones first.
const ENDINGS: [&str; 6] = ["ies", "ing", "ed", "es", "s", "y"];
/// A word is not shortened beyond this, and a shorter one stands for no longer one.
const STEM_BYTES_MIN: usize = 4;
/// Most types that a search shows.
const FOUND_MAX: usize = 20;
/// What fits less than this much of the best is not shown.
const SHARE_MIN: f64 = 0.25;

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

/// What a search finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Search {
    /// The likeliest first.
    pub(super) found: Vec<Found>,
    /// Whether all words of the search stand for the first.
    pub(super) is_exact: bool,
    /// Whether there are more that fit as well as some of these.
    pub(super) is_cut: bool,
}

/// Finds the types that plain words stand for. A word counts for more where it says more: in a title more than in a description,
/// and more if few types have it.
pub(super) fn search(
    groups: &[&Group],
    types: &[&EventType],
    rulebook: &Rulebook,
    subject: &str,
    wanted: &str,
) -> Search {
    let words = wanted_stems(wanted);
    let scored: Vec<(&EventType, Vec<f64>)> = types
        .iter()
        .map(|known| {
            let group = groups.iter().copied().find(|group| group.name == known.group);
            let weights = weights(known, group, rulebook);
            (*known, words.iter().map(|word| weight_of(word, &weights)).collect())
        })
        .collect();
    let rarities: Vec<f64> = (0..words.len())
        .map(|place| {
            let having = scored.iter().filter(|(_, weights)| weights[place] > 0.0).count();
            (1.0 + float(scored.len()) / float(having.max(1))).ln()
        })
        .collect();
    let mut ranked: Vec<(f64, bool, &EventType)> = scored
        .into_iter()
        .map(|(known, weights)| {
            let score = weights.iter().zip(&rarities).map(|(weight, rarity)| weight * rarity).sum();
            (score, weights.iter().all(|weight| *weight > 0.0), known)
        })
        .collect();
    ranked.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    let best = ranked.first().map_or(0.0, |(score, ..)| *score);
    ranked.retain(|(score, ..)| *score > 0.0 && *score >= best * SHARE_MIN);
    Search {
        is_exact: ranked.first().is_some_and(|(_, has_all, _)| *has_all),
        is_cut: ranked.len() > FOUND_MAX,
        found: ranked.iter().take(FOUND_MAX).map(|(.., known)| found(known, groups, subject)).collect(),
    }
}

fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// The words of a search that say something, each once, without their endings.
fn wanted_stems(wanted: &str) -> Vec<String> {
    let lower = wanted.to_lowercase();
    let mut stems: Vec<String> = Vec::new();
    for word in words_of(&lower).filter(|word| !STOP_WORDS.contains(word)) {
        if !stems.iter().any(|known| known == stem(word)) {
            stems.push(stem(word).to_owned());
        }
    }
    stems
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn stem(word: &str) -> &str {
    let mut shortened = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
    shortened.find(|stem| stem.len() >= STEM_BYTES_MIN).unwrap_or(word)
}

/// The words that stand for a type, without their endings, and how much each says.
fn weights(known: &EventType, group: Option<&Group>, rulebook: &Rulebook) -> BTreeMap<String, f64> {
    let mut weights = BTreeMap::new();
    let mut add = |text: &str, weight: f64| {
        let lower = text.to_lowercase();
        for word in words_of(&lower) {
            let best = weights.entry(stem(word).to_owned()).or_insert(weight);
            *best = weight.max(*best);
        }
    };
    add(&known.title, 8.0);
    add(&known.name, 6.0);
    add(plain_words(&known.name), 6.0);
    add(&known.description, 3.0);
    if let Some(group) = group {
        add(&group.title, 2.0);
        add(&group.description, 1.0);
    }
    for field in known.fields() {
        let kind = if let FieldKind::List(items) = &field.kind { &**items } else { &field.kind };
        if let FieldKind::Choice(values) = kind {
            values.iter().for_each(|value| add(value, 1.0));
        }
    }
    for clause in &known.clauses {
        let policy = rulebook.policy(&clause.policy);
        if let Some(clause) = policy.and_then(|policy| policy.clause(&clause.clause)) {
            add(&clause.says, 0.5);
        }
    }
    weights
}

/// How much a word says of a type: the best of those that begin with it.
fn weight_of(word: &str, weights: &BTreeMap<String, f64>) -> f64 {
    if word.len() < STEM_BYTES_MIN {
        return weights.get(word).copied().unwrap_or_default();
    }
    let begin = weights.range(word.to_owned()..).take_while(|(known, _)| known.starts_with(word));
    begin.map(|(_, weight)| *weight).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::{Catalogue, RecordedBy};

    use super::*;

    /// What a search finds among the types that have a form, by name.
    fn names(wanted: &str) -> (Vec<String>, bool) {
        let catalogue = Catalogue::built_in().unwrap();
        let rulebook = Rulebook::built_in(&catalogue).unwrap();
        let groups: Vec<&Group> = catalogue.groups().collect();
        let types: Vec<&EventType> =
            catalogue.types().filter(|known| known.recorded_by == RecordedBy::Client).collect();
        let Search { found, is_exact, .. } = search(&groups, &types, &rulebook, "", wanted);
        (found.into_iter().map(|found| found.name).collect(), is_exact)
    }

    #[test]
    fn types_are_found_by_their_own_words() {
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
        assert!(!is_exact && !found.is_empty() && found.len() <= FOUND_MAX);
        assert_eq!(names("xylophone"), (Vec::new(), false));
        assert_eq!(names("the of and"), (Vec::new(), false), "no word of it says anything");
    }

    #[test]
    fn types_are_found_by_what_people_say() {
        for (wanted, name) in [
            ("SAR came in", "request.received"),
            ("somebody asked for their own data", "request.received"),
            ("subject access request", "request.received"),
            ("foi request arrived", "request.received"),
            ("a laptop was stolen", "incident.reported"),
            ("email sent to the wrong person", "incident.reported"),
            ("we told the ICO about a breach", "breach.ico_notified"),
            ("found out about a data breach", "breach.aware"),
            ("told the people affected by the breach", "breach.subjects_notified"),
            ("answer sent to the requester", "request.response_issued"),
            ("we need more time to answer", "request.extension_notified"),
            ("asked for clarification", "request.clarification_sought"),
            ("asked for proof of identity", "request.id_sought"),
            ("police want information about somebody", "disclosure.requested"),
            ("passed the training", "training.completed"),
            ("new starter", "staff.joined"),
            ("somebody leaves, last day", "staff.left"),
            ("old files were shredded", "disposal.executed"),
            ("do not destroy these records", "hold.placed"),
            ("complaint about how we use personal data", "dpcomplaint.received"),
            ("unhappy with the answer, wants an internal review", "review.requested"),
            ("the ICO decided a complaint", "ico.decision_notice"),
            ("DPIA finished", "dpia.completed"),
            ("data sharing agreement signed", "isa.signed"),
            ("policy approved", "policy.approved"),
            ("new privacy notice", "privacy_notice.published"),
            ("I made a mistake in an entry", "ledger.correction_recorded"),
            ("account closed for a leaver", "access.revoked"),
            ("took paper files home", "offsite.checked_out"),
            ("backup was tested", "backup.restore_tested"),
            ("near miss", "incident.near_miss_recorded"),
            ("requester no longer wants it", "request.withdrawn"),
            ("the fee was paid", "request.fee_paid"),
            ("CCTV camera check", "cctv.system_reviewed"),
            ("retention schedule", "schedule.published"),
            ("contract with a supplier", "processor.contract_signed"),
            ("redaction", "request.redacted"),
            ("information asset register", "asset.registered"),
            ("system was down", "service.outage"),
            ("phishing test", "phishing.simulated"),
        ] {
            let (found, _) = names(wanted);
            let first: Vec<&str> = found.iter().take(5).map(String::as_str).collect();
            assert!(first.contains(&name), "{wanted}: {first:?}");
        }
    }

    #[test]
    fn words_lose_their_endings() {
        assert_eq!(wanted_stems("The requests, received"), ["request", "receiv"]);
        assert_eq!(wanted_stems("policies policy"), ["polic"]);
        assert_eq!(wanted_stems("bed of ice"), ["bed", "ice"]);
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

//! Words that people use for what happened, where the catalogue says it in others: `shredded` for records that were destroyed.
//! They only help to find a form. Nothing else goes by them.

/// Types of the catalogue that comes with the program, by name, and further words for each.
pub(super) const PLAIN_WORDS: [(&str, &str); 93] = [
    ("access.granted", "account permission login given opened"),
    ("access.requested", "account permission login"),
    ("access.reviewed", "accounts permissions recertified"),
    ("access.revoked", "account closed removed deleted disabled login leaver permission"),
    ("asset.owner_changed", "information asset owner iao"),
    ("asset.registered", "information asset register new iar"),
    ("audit.completed", "internal audit report"),
    ("backup.restore_tested", "backup recovery test"),
    ("bcp.tested", "business continuity exercise"),
    ("breach.aware", "breach found out discovered happened leak gdpr 72 hours"),
    ("breach.ico_notified", "ico information commissioner told reported"),
    ("breach.ico_update_sent", "ico information commissioner"),
    ("breach.reportability_decided", "reportable ico decide whether to report"),
    ("breach.subjects_notified", "data subjects affected informed told letter"),
    ("cctv.system_reviewed", "cctv camera check"),
    ("contractor.engaged", "supplier vendor agency"),
    ("device.disposed", "laptop computer phone disk scrapped wiped"),
    ("disclosure.emergency_recorded", "urgent life danger police"),
    ("disclosure.released", "police given out third party"),
    ("disclosure.requested", "police want court solicitor third party asked about somebody"),
    ("disposal.authorised", "permission destroy delete shred"),
    ("disposal.executed", "shredded shred deleted destroyed erased files old records"),
    ("dpcomplaint.outcome_issued", "complaint answered"),
    ("dpcomplaint.received", "complaint complained unhappy data protection how we use handle personal data"),
    ("dpia.approved", "dpia data protection impact assessment signed off"),
    ("dpia.completed", "dpia data protection impact assessment finished done"),
    ("dpia.ico_consulted", "dpia ico"),
    ("dpia.reviewed", "dpia data protection impact assessment"),
    ("dpia.screened", "dpia data protection impact assessment needed"),
    ("dr.tested", "disaster recovery exercise test"),
    ("dspt.submitted", "dspt nhs toolkit"),
    ("equipment.issued", "laptop phone keys badge given"),
    ("equipment.returned", "laptop phone keys badge back"),
    ("fax.misdirected", "wrong number"),
    ("guidance.given", "answered advice ig team"),
    ("guidance.requested", "question advice help asked ig team"),
    ("hold.placed", "do not destroy delete keep litigation preserve freeze"),
    ("hold.released", "lifted ended litigation"),
    ("homework.authorised", "work from home remote working"),
    ("homework.requested", "work from home remote working"),
    ("ico.complaint_notified", "ico information commissioner"),
    ("ico.decision_notice", "ico information commissioner decided ruling"),
    ("ico.information_notice", "ico information commissioner asks"),
    ("incident.near_miss_recorded", "almost nearly"),
    (
        "incident.reported",
        "lost stolen theft laptop phone wrong person recipient address email sent letter misdirected leak hacked virus ransomware suspected breach seen by",
    ),
    ("isa.activated", "data sharing agreement dsa isa starts"),
    ("isa.drafted", "data sharing agreement dsa isa"),
    ("isa.signed", "data sharing agreement dsa isa partner"),
    ("ledger.correction_recorded", "mistake wrong error typo entry undo delete fix"),
    ("media.destroyed", "tape usb stick disk cd"),
    ("mou.recorded", "mou"),
    ("nda.signed", "nda confidentiality agreement"),
    ("offsite.checked_out", "took take papers files home out of office borrowed"),
    ("offsite.lost", "missing stolen papers files laptop"),
    ("offsite.returned", "brought back papers files"),
    ("phishing.simulated", "phishing test fake email"),
    ("policy.acknowledged", "read signed accepted policy"),
    ("policy.review_completed", "policy review yearly annual"),
    ("privacy_notice.published", "privacy statement policy new website"),
    ("processor.assured", "supplier vendor checked due diligence"),
    ("processor.contract_signed", "supplier vendor contract data processing agreement dpa signed"),
    ("request.acknowledged", "confirm receipt got"),
    ("request.assigned", "allocated given to team service"),
    ("request.clarification_received", "explained clarified replied"),
    ("request.clarification_sought", "unclear explain clarify"),
    ("request.closed", "finished done case"),
    ("request.exemption_applied", "withhold refuse refused refusal exempt"),
    ("request.extension_notified", "more time extend longer late delay"),
    ("request.fee_paid", "payment money"),
    ("request.id_received", "proof identity passport shown"),
    ("request.id_sought", "proof identity passport check who"),
    ("request.pit_completed", "pit balance"),
    (
        "request.received",
        "request came in arrived foi eir sar dsar subject access own data application enquiry asked for information",
    ),
    ("request.redacted", "redaction redact blacked out"),
    ("request.response_issued", "answer answered reply replied sent response out requester"),
    ("request.transferred", "passed on other authority"),
    ("request.withdrawn", "cancel no longer wants given up"),
    ("review.decided", "internal review result upheld"),
    ("review.requested", "internal review unhappy dissatisfied appeal complain answer"),
    ("ripa.authorised", "ripa surveillance covert"),
    ("risk.identified", "new risk register"),
    ("role.assigned", "appointed dpo siro caldicott iao"),
    ("ropa.entry_recorded", "ropa record processing activities article 30"),
    ("schedule.published", "retention schedule how long keep"),
    ("service.outage", "system down broken failed unavailable crash"),
    ("staff.joined", "new starter employee joins started colleague hired councillor"),
    ("staff.leaver_notified", "leaver leaves leaving resigned notice"),
    ("staff.left", "leaver leaves resigned retired gone last day"),
    ("staff.moved", "mover moves changed job team transfer"),
    ("training.assigned", "course due must"),
    ("training.completed", "passed course e-learning elearning trained did"),
    ("tribunal.appealed", "appeal first tier tribunal court"),
    ("visitor.access_recorded", "visitor guest signed in"),
];

/// The further words for a type; empty where there are none.
pub(super) fn plain_words(name: &str) -> &'static str {
    let found = PLAIN_WORDS.binary_search_by(|(known, _)| (*known).cmp(name));
    found.map_or("", |place| PLAIN_WORDS[place].1)
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::{Catalogue, RecordedBy};

    use super::*;

    #[test]
    fn every_name_is_that_of_a_type_with_a_form() {
        let catalogue = Catalogue::built_in().unwrap();
        for (name, words) in PLAIN_WORDS {
            let known = catalogue.get(name).unwrap_or_else(|| panic!("{name} is not in the catalogue"));
            assert_eq!(known.recorded_by, RecordedBy::Client, "{name}");
            assert_eq!(plain_words(name), words);
        }
        assert!(PLAIN_WORDS.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(plain_words("uk.example.thing"), "");
    }
}

//! The section about records, retention and disposal.

use muniment_sdk::{Chart, ChartKind, Finding, Instant, Metric, Period, Section};

use crate::apply::Of;
use crate::case::Odd;
use crate::words::Route;
use crate::{Retention, Settings};

mod gathered;
mod tables;

use gathered::{Certificate, Gathered, Gone, State, Strange};

/// Section R14, about a period as it stood at an instant.
pub(crate) fn retention(
    plugin: &Retention,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let gathered = Gathered::of(plugin, settings, period, status_at);
    let clauses = [
        "leicester L3.1.a",
        "leicester L3.1.d",
        "leicester L9.1.g",
        "leicester L12.3.a",
        "leicester L12.5.c",
        "leicester L20.1.a",
        "leicester L20.1.b",
        "leicester L20.1.c",
        "leicester L20.1.d",
        "leicester L20.1.e",
    ];
    let mut section = Section::new("R14", "Records, retention and disposal", &clauses);
    for metric in metrics(&gathered, settings) {
        section = section.with(metric);
    }
    section = disposed(section, &gathered, settings);
    section = if gathered.holds.is_empty() {
        section.paragraph("No hold stood at any time in the period.")
    } else {
        section.with(tables::holds(&gathered))
    };
    section = if gathered.waiting.is_empty() {
        section.paragraph("At the end of the period no record was due for disposal and still there.")
    } else {
        let alternative =
            "For each directorate, how many records were due, overdue, on hold and asked for.".to_owned();
        section.with(tables::waiting(&gathered)).with(Chart {
            kind: ChartKind::StackedBars,
            title: "Records due and still there".to_owned(),
            table: "disposals_waiting",
            alternative,
        })
    };
    findings(&gathered, settings).into_iter().fold(section, Section::with)
}

fn disposed(section: Section, gathered: &Gathered, settings: &Settings) -> Section {
    if gathered.destroyed.is_empty() && gathered.left.is_empty() {
        return section.paragraph("In the period nothing was disposed of.");
    }
    let section = section.with(tables::by_class(gathered));
    if gathered.destroyed.is_empty() {
        return section.paragraph("In the period nothing was destroyed.");
    }
    section.with(tables::by_method(gathered, settings)).with(tables::by_route(gathered))
}

/// The entries of what was destroyed and is so.
fn those(gathered: &Gathered, wanted: impl Fn(&Gone) -> bool) -> Vec<u64> {
    gathered.destroyed.iter().filter(|gone| wanted(gone)).map(|gone| gone.seq).collect()
}

fn is_record(gone: &Gone) -> bool {
    gone.of == Of::Record
}

fn metrics(gathered: &Gathered, settings: &Settings) -> Vec<Metric> {
    let mut all = of_records(gathered, settings);
    all.extend(of_devices_and_media(gathered, settings));
    all
}

fn of_records(gathered: &Gathered, settings: &Settings) -> Vec<Metric> {
    let those = |wanted: &dyn Fn(&Gone) -> bool| those(gathered, wanted);
    let in_order = |gone: &Gone| gone.is_authorised && !gone.is_early && !gone.on_hold && !gone.asked_for;
    let certified = |gone: &Gone| {
        matches!(gone.certificate, Certificate::InTime | Certificate::Late | Certificate::Missing)
    };
    let records = those(&is_record);
    let (of_records, of_certified) = (records.len(), those(&certified).len());
    let overdue = gathered.waiting.iter().filter(|waiting| waiting.state == State::Overdue);
    let overdue: Vec<u64> = overdue.map(|waiting| waiting.seq).collect();
    let (working_days, days) = (settings.certificate_working_days, settings.disposal_overdue_days);
    vec![
        Metric::counted("schedules_published", "Retention schedules published", gathered.schedules.clone())
            .definition("Versions of a retention schedule that were published in the period, each once."),
        Metric::counted("records_destroyed", "Records destroyed", records).definition(
            "Records, boxes and series, each under its own number, that were destroyed in the period. One that was \
             recorded twice counts once. Media and devices are not among them; the tables by method and by route count these too.",
        ),
        Metric::counted(
            "records_destroyed_in_order",
            "Records destroyed as they may be",
            those(&|gone| is_record(gone) && in_order(gone)),
        )
        .of(of_records)
        .definition(
            "Of the records destroyed in the period, those that were authorised before and not destroyed before their \
             due day, and that no hold and no open request, review or case of the regulator covered then.",
        ),
        Metric::counted(
            "certificates_in_time",
            "Destructions certified in time",
            those(&|gone| gone.certificate == Certificate::InTime),
        )
        .of(of_certified)
        .definition(format!(
            "Of the destructions of the period of records, media and devices that somebody else carried out and that are \
             certified or are to be by now, those whose certificate came within {working_days} working days (England and \
             Wales), or is named by the entry of the destruction itself."
        )),
        Metric::counted("disposals_overdue", "Records overdue for disposal", overdue).of(gathered.waiting.len()).definition(
            format!(
                "Of the records that were due by the end of the period and still there, those due for more than {days} days \
                 of the calendar that no hold and no request covered."
            ),
        ),
    ]
}

fn of_devices_and_media(gathered: &Gathered, settings: &Settings) -> Vec<Metric> {
    let those = |wanted: &dyn Fn(&Gone) -> bool| those(gathered, wanted);
    let is_advised_on = |gone: &Gone| gone.of != Of::Device && gone.medium.needs_advice();
    let (of_advised, days) = (those(&is_advised_on).len(), settings.disposal_overdue_days);
    vec![
        Metric::counted(
            "media_destroyed_as_advised",
            "Tapes and memory sticks destroyed after advice",
            those(&|gone| is_advised_on(gone) && !gone.lacks_advice),
        )
        .of(of_advised)
        .definition(
            "Of the records and media on tapes and memory sticks that were destroyed in the period, those of which the \
             information risk manager had advised before.",
        ),
        Metric::counted("devices_retired", "Devices taken out of use", gathered.retired.clone())
            .definition("Devices that came back for disposal in the period and were not handed out again."),
        Metric::counted(
            "devices_disposed",
            "Devices disposed of through the service for hardware",
            those(&|gone| gone.of == Of::Device && gone.route == Some(Route::IctDisposal)),
        )
        .of(those(&|gone| gone.of == Of::Device).len())
        .definition("Of the devices disposed of in the period, those that went through the secure disposal of hardware."),
        Metric::counted("devices_unaccounted", "Devices unaccounted for", gathered.unaccounted.clone()).definition(
            format!(
                "Devices that had been taken out of use for more than {days} days at the end of the period and of which \
                 nothing says that they were disposed of, or only under another serial number."
            ),
        ),
    ]
}

/// What the reader ought to know, each with the entries that it rests on.
fn findings(gathered: &Gathered, settings: &Settings) -> Vec<Finding> {
    let found = |seqs: Vec<u64>, clauses: &[&str], text: &dyn Fn(usize) -> String| {
        let clauses = clauses.iter().map(|clause| (*clause).to_owned()).collect();
        (!seqs.is_empty()).then(|| Finding { text: text(seqs.len()), clauses, evidence: seqs })
    };
    let records =
        |wanted: &dyn Fn(&Gone) -> bool| those(gathered, |gone| gone.of == Of::Record && wanted(gone));
    let any = |wanted: &dyn Fn(&Gone) -> bool| those(gathered, wanted);
    let law: &[&str] = &["leicester L12.5.c", "leicester L20.1.a"];
    let mut all = vec![
        found(records(&|gone| gone.is_early), law, &|n| {
            format!("{} destroyed before the day on which the retention period ended.", were(n, "record"))
        }),
        found(records(&|gone| !gone.is_authorised), law, &|n| {
            format!("{} destroyed without an authorisation given before.", were(n, "record"))
        }),
        found(any(&|gone| gone.on_hold), law, &|n| {
            format!("{} destroyed while a hold covered it.", were(n, "item"))
        }),
        found(any(&|gone| gone.asked_for), law, &|n| {
            format!(
                "{} destroyed while an open request, review or case of the regulator or tribunal covered it. Whether that \
                 was an offence hangs on the intent (Freedom of Information Act 2000, section 77; Data Protection Act \
                 2018, section 173).",
                were(n, "item")
            )
        }),
        found(any(&|gone| gone.overtaken), law, &|n| {
            format!("{} destroyed on a disposal check that had been overtaken.", were(n, "item"))
        }),
        found(any(&|gone| gone.certificate == Certificate::Missing), &["leicester L20.1.c"], &|n| {
            format!("{} destroyed and not certified within the time allowed, nor since.", were(n, "item"))
        }),
        found(any(&|gone| !settings.allows(gone.method, gone.marking)), &["leicester L9.1.g"], &|n| {
            format!(
                "{} destroyed by a method that does not suffice for its protective marking.",
                were(n, "item")
            )
        }),
        found(any(&|gone| gone.lacks_advice), &["leicester L20.1.e"], &|n| {
            format!("{} on tape or memory stick destroyed before any advice.", were(n, "item"))
        }),
        found(
            any(&|gone| gone.of == Of::Device && gone.route != Some(Route::IctDisposal)),
            &["leicester L20.1.d"],
            &|n| {
                format!(
                    "{} disposed of otherwise than through the secure disposal of hardware.",
                    were(n, "device")
                )
            },
        ),
    ];
    if gathered.has_records && !gathered.has_schedule {
        all.push(Some(Finding {
            text: "Records are registered, and no retention schedule is recorded as published.".to_owned(),
            clauses: vec!["leicester L12.3.a".to_owned()],
            evidence: Vec::new(),
        }));
    }
    for (strange, seqs) in &gathered.odd {
        all.push(found(seqs.clone(), &[], &|n| oddity(*strange, n)));
    }
    all.push(found(gathered.unreadable.clone(), &[], &|n| {
        format!(
            "{n} entries about records, holds, requests and units could not be read and are counted nowhere."
        )
    }));
    all.into_iter().flatten().collect()
}

fn were(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what} was") } else { format!("{count} {what}s were each") }
}

fn oddity(strange: Strange, count: usize) -> String {
    let what = match strange {
        Strange::Thing(Odd::NeverRegistered) => "records destroyed that had never been registered",
        Strange::Thing(Odd::NoDueDay) => {
            "records destroyed of which no entry says when they fell due, so that nobody can say whether it was early"
        }
        Strange::Thing(Odd::CertificateFirst) => "certificates received before anything was destroyed",
        Strange::Thing(Odd::AfterTheEnd) => {
            "records of which something was decided after they were destroyed"
        }
        Strange::Thing(Odd::AgainstAdvice) => "items destroyed although it had been advised to keep them",
        Strange::HoldNeverPlaced => "holds released that had never been placed",
        Strange::HoldNamesNothing => "holds that stand and name nothing that they cover",
        Strange::RequestNeverReceived => "requests that ended before they were received",
    };
    format!("Quality of the data, in all that was recorded until then: {what}: {count}.")
}

//! R14: records, retention and disposal.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::book::{Book, Happening, each};
use super::counted::{Counted, Row, row};
use super::covers::{self, Cover, Hold};
use super::days::{end, plus, working_after};
use super::instants::At;

const LIFE: &[&[&str]] = &[
    &["record.registered", "equipment.issued"],
    &["record.triggered", "equipment.returned"],
    &["disposal.reviewed"],
    &["disposal.advice_given"],
    &["disposal.authorised"],
    &["disposal.transferred"],
    &["disposal.archived"],
    &["disposal.executed", "media.destroyed", "device.disposed"],
    &["disposal.certificate_received"],
];
const METHODS: [(&str, &str); 13] = [
    ("cross_cut_shred", "cross-cut shredding"),
    ("strip_shred", "strip shredding"),
    ("pulp", "pulping"),
    ("incinerate", "incineration"),
    ("secure_erase", "secure erasure"),
    ("overwrite", "overwriting"),
    ("cryptographic_erase", "cryptographic erasure"),
    ("degauss", "degaussing"),
    ("physical_destruction", "physical destruction"),
    ("delete", "deletion"),
    ("recycle_weee", "recycling"),
    ("reuse_after_erasure", "re-use after erasure"),
    ("other", "another method"),
];
const ROUTES: [(&str, &str); 5] = [
    ("own_unit", "own unit"),
    ("central", "central service"),
    ("contractor", "contractor"),
    ("ict_disposal", "secure disposal of hardware"),
    ("other", "another route"),
];
const GROUNDS: [&str; 7] = ["inquiry", "litigation", "regulator", "police", "audit", "request", "other"];

/// Something that is kept until it is disposed of.
#[derive(Default)]
struct Thing {
    numbers: BTreeSet<String>,
    series: Option<String>,
    class: Option<String>,
    unit: Option<String>,
    due: Option<Date>,
    /// Kept for good, or for longer without a day.
    kept: Option<&'static str>,
    authorised: Option<At>,
    advised: Option<At>,
    gone: Option<Gone>,
    /// Archived or transferred.
    left: Option<(&'static str, Date)>,
    certified: Option<Date>,
    /// A device that came back for disposal, and its serial number.
    retired: Option<(Date, Option<String>)>,
}

/// How it was destroyed.
struct Gone {
    at: At,
    kind: String,
    medium: String,
    method: String,
    route: Option<String>,
    marking: Option<String>,
    serial: Option<String>,
    advice_ref: Option<String>,
    is_authorised: bool,
    has_certificate: bool,
}

fn said(it: &Happening, field: &str, before: &mut Option<String>) {
    if let Some(text) = it.text(field) {
        *before = Some(text.to_owned());
    }
}

impl Thing {
    fn take(&mut self, it: &Happening) {
        self.numbers.insert(it.subject.clone());
        let at = At::of(it);
        if it.kind.starts_with("equipment.") {
            return self.equipment(it);
        }
        let is_over = self.gone.as_ref().is_some_and(|gone| !at.may_precede(gone.at));
        if it.kind != "disposal.advice_given" && it.kind != "disposal.certificate_received" {
            said(it, "series", &mut self.series);
            said(it, "class", &mut self.class);
            said(it, "unit", &mut self.unit);
        }
        match it.kind.as_str() {
            "record.registered" => self.keep_for_good(it),
            "record.triggered" => {
                self.keep_for_good(it);
                if self.gone.is_none() || self.due.is_none() {
                    self.due = it.date("due");
                }
            }
            "disposal.reviewed" if !is_over => self.decide(it),
            "disposal.authorised" if !is_over => match it.text("decision") {
                None | Some("destroy") => {
                    self.authorised = self.authorised.or(Some(at));
                    self.kept = self.kept.filter(|kept| *kept == "for good");
                    self.due = it.date("due").or(self.due);
                }
                _ => self.decide(it),
            },
            "disposal.advice_given" => self.advised = self.advised.or(Some(at)),
            "disposal.archived" if !is_over => self.left = self.left.or(Some(("archived", it.day))),
            "disposal.transferred" if !is_over && it.yes("responsibility_moved") => {
                self.left = self.left.or(Some(("transferred", it.day)));
            }
            "disposal.certificate_received" if self.gone.is_some() => {
                self.certified = self.certified.or(Some(it.day));
            }
            "disposal.executed" | "media.destroyed" | "device.disposed" => self.destroy(it),
            _ => {}
        }
    }

    fn equipment(&mut self, it: &Happening) {
        if it.is("equipment.issued") {
            self.retired = None;
            return;
        }
        said(it, "unit", &mut self.unit);
        let is_device = !["badge", "keys"].contains(&it.word("kind"));
        let day = self.retired.as_ref().map_or(it.day, |(day, _)| *day);
        self.retired = (is_device && it.word("condition") == "for_disposal")
            .then(|| (day, it.text("serial").map(str::to_owned)));
    }

    fn keep_for_good(&mut self, it: &Happening) {
        if self.gone.is_some() {
            return;
        }
        if it.word("action") == "keep" || it.yes("permanent") {
            self.kept = Some("for good");
        } else if it.flag("permanent") == Some(false) {
            self.kept = self.kept.filter(|kept| *kept != "for good");
        }
    }

    fn decide(&mut self, it: &Happening) {
        match it.word("decision") {
            "keep_longer" => {
                self.authorised = None;
                let until = it.date("keep_until").filter(|_| it.is("disposal.reviewed"));
                self.kept = if until.is_some() { None } else { Some("longer") };
                self.due = until.or(self.due);
            }
            "archive" | "transfer" => {
                self.authorised = None;
                self.due = it.date("due").or(self.due);
            }
            "destroy" => {
                self.kept = None;
                self.due = it.date("due").or(self.due);
            }
            _ => {}
        }
    }

    fn destroy(&mut self, it: &Happening) {
        let has_certificate = it.text("certificate").is_some();
        if let Some(gone) = &mut self.gone {
            gone.has_certificate |= has_certificate;
            return;
        }
        let at = At::of(it);
        let by_kind = match it.word("kind") {
            kind @ ("tape" | "usb" | "disk") => kind,
            _ => "other",
        };
        let has_authority = it.text("authorised_by").or(it.text("authorisation_ref")).is_some();
        let text = |field| it.text(field).map(str::to_owned);
        self.due = self.due.or(it.date("due"));
        self.gone = Some(Gone {
            at,
            kind: it.kind.clone(),
            medium: it.text("medium").unwrap_or(by_kind).to_owned(),
            method: it.word("method").to_owned(),
            route: text("route"),
            marking: text("marking"),
            serial: text("serial"),
            advice_ref: text("advice_ref"),
            is_authorised: has_authority || self.authorised.is_some_and(|before| before.may_precede(at)),
            has_certificate,
        });
    }

    fn covered<'c>(&'c self, covers: &'c [Cover]) -> impl Iterator<Item = &'c Cover> {
        covers.iter().filter(|cover| {
            let of = |what, id: &Option<String>| id.as_ref().is_some_and(|id| cover.names(what, id));
            let by_number = self.numbers.iter().any(|number| cover.names("record", number));
            by_number || of("series", &self.series) || of("class", &self.class)
        })
    }

    fn is_early(&self, gone: &Gone) -> bool {
        self.kept.is_some() || self.due.is_some_and(|due| gone.at.day < due)
    }

    /// Not needed, in time, late, awaited, missing.
    fn certificate(&self, book: &Book, gone: &Gone) -> usize {
        let needs = match gone.route.as_deref() {
            Some("own_unit") => false,
            None => !["system", "cloud"].contains(&gone.medium.as_str()),
            Some(_) => true,
        };
        let by = working_after(gone.at.day, 10, &book.off.english);
        match self.certified {
            _ if !needs => 0,
            _ if gone.has_certificate => 1,
            Some(day) => 1 + usize::from(day > by),
            None if by < book.period.today() => 4,
            None => 3,
        }
    }
}

fn suffices(gone: &Gone) -> bool {
    const FOR_SENSITIVE: [&str; 8] = [
        "cross_cut_shred",
        "pulp",
        "incinerate",
        "secure_erase",
        "overwrite",
        "cryptographic_erase",
        "degauss",
        "physical_destruction",
    ];
    const FOR_SECRET: [&str; 3] = ["cross_cut_shred", "degauss", "physical_destruction"];
    let method = gone.method.as_str();
    match gone.marking.as_deref() {
        Some("official_sensitive") => FOR_SENSITIVE.contains(&method),
        Some("secret" | "top_secret") => FOR_SECRET.contains(&method),
        _ => true,
    }
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let mut things = Vec::new();
    for (number, life) in book.cases(LIFE) {
        let mut thing = Thing::default();
        life.iter().for_each(|it| thing.take(it));
        thing.numbers.insert(number);
        things.push(thing);
    }
    let covers = covers::all(book);
    let destroyed: Vec<(&Thing, &Gone)> = things
        .iter()
        .filter_map(|thing| Some((thing, thing.gone.as_ref()?)))
        .filter(|(_, gone)| book.period.holds(gone.at.day))
        .collect();
    figures(book, &destroyed, &covers, counted);
    advice(&things, &destroyed, counted);
    devices(book, &things, &destroyed, counted);
    let has_left = |thing: &Thing| thing.left.is_some_and(|(_, day)| book.period.holds(day));
    if !destroyed.is_empty() || things.iter().any(has_left) {
        counted.table("disposals_by_class", by_class(book, &things, &destroyed));
    }
    if !destroyed.is_empty() {
        counted.table("destructions_by_method", by_method(&destroyed));
        counted.table("destructions_by_route", by_route(book, &destroyed));
    }
    holds(book, counted);
    waiting(book, &things, &covers, counted);
}

fn figures(book: &Book, destroyed: &[(&Thing, &Gone)], covers: &[Cover], counted: &mut Counted) {
    let records: Vec<_> = destroyed.iter().filter(|(_, gone)| gone.kind == "disposal.executed").collect();
    let in_order = |(thing, gone): &&&(&Thing, &Gone)| {
        let is_covered = thing.covered(covers).any(|cover| cover.stood(gone.at));
        gone.is_authorised && !thing.is_early(gone) && !is_covered
    };
    counted.number("records_destroyed", records.len());
    counted.share("records_destroyed_in_order", records.iter().filter(in_order).count(), records.len());
    let states: Vec<usize> = destroyed.iter().map(|(thing, gone)| thing.certificate(book, gone)).collect();
    let in_time = states.iter().filter(|state| **state == 1).count();
    counted.share(
        "certificates_in_time",
        in_time,
        states.iter().filter(|state| [1, 2, 4].contains(state)).count(),
    );
    let versions = each(book.of(&["schedule.published"]).map(|it| (it.subject.clone(), it.word("version"))));
    let first = |(schedule, version): &(String, &str)| {
        let mut of = book
            .of(&["schedule.published"])
            .filter(|it| it.subject == *schedule && it.word("version") == *version);
        of.any(|it| book.period.holds(it.day))
    };
    counted.number("schedules_published", versions.iter().filter(|version| first(version)).count());
}

/// The advice may stand under another number.
fn advice(things: &[Thing], destroyed: &[(&Thing, &Gone)], counted: &mut Counted) {
    let (mut wanted, mut given) = (0, 0);
    for (thing, gone) in destroyed {
        if gone.kind == "device.disposed" || !["tape", "usb"].contains(&gone.medium.as_str()) {
            continue;
        }
        let named = |other: &&Thing| gone.advice_ref.as_ref().is_some_and(|id| other.numbers.contains(id));
        let elsewhere = things.iter().filter(named).find_map(|other| other.advised);
        let is_before = [thing.advised, elsewhere].into_iter().flatten().any(|at| at.may_precede(gone.at));
        wanted += 1;
        given += usize::from(is_before);
    }
    counted.share("media_destroyed_as_advised", given, wanted);
}

fn devices(book: &Book, things: &[Thing], destroyed: &[(&Thing, &Gone)], counted: &mut Counted) {
    let (mut retired, mut unaccounted) = (0, 0);
    for thing in things {
        let Some((day, serial)) = &thing.retired else { continue };
        retired += usize::from(book.period.holds(*day));
        let is_unknown = match &thing.gone {
            None => thing.left.is_none(),
            Some(gone) => serial.is_some() && gone.serial.is_some() && *serial != gone.serial,
        };
        let is_over = plus(*day, 90) < book.period.to.min(book.period.today());
        unaccounted += usize::from(is_unknown && is_over);
    }
    counted.number("devices_retired", retired);
    counted.number("devices_unaccounted", unaccounted);
    let disposed: Vec<_> = destroyed.iter().filter(|(_, gone)| gone.kind == "device.disposed").collect();
    let by_service =
        disposed.iter().filter(|(_, gone)| gone.route.as_deref() == Some("ict_disposal")).count();
    counted.share("devices_disposed", by_service, disposed.len());
}

fn by_class(book: &Book, things: &[Thing], destroyed: &[(&Thing, &Gone)]) -> Vec<Row> {
    let mut gone: Vec<(Option<String>, &str)> = Vec::new();
    for (thing, how) in destroyed {
        if how.kind == "disposal.executed" {
            gone.push((thing.class.clone(), "destroyed"));
        }
    }
    for thing in things {
        if let Some((how, _)) = thing.left.filter(|(_, day)| book.period.holds(*day)) {
            gone.push((thing.class.clone(), how));
        }
    }
    let mut rows = Vec::new();
    let classes = each(gone.iter().map(|(class, _)| class.clone()));
    for class in classes.iter().map(Some).chain([None]) {
        let these: Vec<_> = gone.iter().filter(|(of, _)| class.is_none_or(|class| of == class)).collect();
        let count = |wanted| these.iter().filter(|(_, how)| *how == wanted).count();
        let name = class.map_or("All", |class| class.as_deref().unwrap_or("Not stated"));
        rows.push(row(name, &[count("destroyed"), count("archived"), count("transferred"), these.len()]));
    }
    rows
}

fn by_method(destroyed: &[(&Thing, &Gone)]) -> Vec<Row> {
    let column = |gone: &Gone| match gone.marking.as_deref() {
        None => 0,
        Some("none") => 1,
        Some("official") => 2,
        Some("official_sensitive") => 3,
        Some("secret") => 4,
        Some("top_secret") => 5,
        Some(_) => 6,
    };
    let counts = |name: &str, these: &[&Gone]| {
        let mut counts: Vec<usize> =
            (0..7).map(|place| these.iter().filter(|gone| column(gone) == place).count()).collect();
        counts.extend([these.len(), these.iter().filter(|gone| !suffices(gone)).count()]);
        row(name, &counts)
    };
    let all: Vec<&Gone> = destroyed.iter().map(|(_, gone)| *gone).collect();
    let mut rows = Vec::new();
    for (code, name) in METHODS {
        let these: Vec<&Gone> = all.iter().filter(|gone| gone.method == code).copied().collect();
        if !these.is_empty() {
            rows.push(counts(name, &these));
        }
    }
    rows.push(counts("All", &all));
    rows
}

fn by_route(book: &Book, destroyed: &[(&Thing, &Gone)]) -> Vec<Row> {
    let counts = |name: &str, these: &[&(&Thing, &Gone)]| {
        let mut counts = vec![these.len(), 0, 0, 0, 0, 0];
        for (thing, gone) in these {
            counts[1 + thing.certificate(book, gone)] += 1;
        }
        row(name, &counts)
    };
    let mut rows = Vec::new();
    let routes = ROUTES.iter().map(|(code, name)| (Some(*code), *name)).chain([(None, "Not stated")]);
    for (code, name) in routes {
        let these: Vec<_> = destroyed.iter().filter(|(_, gone)| gone.route.as_deref() == code).collect();
        if !these.is_empty() {
            rows.push(counts(name, &these));
        }
    }
    rows.push(counts("All", &destroyed.iter().collect::<Vec<_>>()));
    rows
}

/// Each hold once, though it may have been placed and released several times.
fn hold_counts(book: &Book, hold: &Hold) -> Option<[usize; 4]> {
    let period = book.period;
    let mut counts = [0; 4];
    let mut is_of_period = false;
    for (from, until) in &hold.spans {
        if from.day > period.to || until.is_some_and(|until| until.day < period.from) {
            continue;
        }
        is_of_period = true;
        counts[0] |= usize::from(from.day < period.from);
        counts[1] += usize::from(from.day >= period.from);
        counts[2] += usize::from(until.is_some_and(|until| until.day <= period.to));
        counts[3] |= usize::from(until.is_none_or(|until| until.day > period.to));
    }
    is_of_period.then_some(counts)
}

fn holds(book: &Book, counted: &mut Counted) {
    let all: Vec<(Option<String>, [usize; 4])> = covers::holds(book)
        .into_iter()
        .filter_map(|hold| Some((hold.ground.clone(), hold_counts(book, &hold)?)))
        .collect();
    let sum = |name: &str, wanted: &dyn Fn(Option<&str>) -> bool| {
        let mut sum = [0; 4];
        let mut found = false;
        for (_, counts) in all.iter().filter(|(ground, _)| wanted(ground.as_deref())) {
            found = true;
            (0..4).for_each(|place| sum[place] += counts[place]);
        }
        found.then(|| row(name, &sum))
    };
    let mut rows: Vec<Row> = Vec::new();
    for code in GROUNDS {
        rows.extend(sum(code, &|ground| ground == Some(code)));
    }
    rows.extend(sum("Not stated", &|ground| ground.is_none()));
    rows.extend(sum("All", &|_| true));
    counted.table_unless_empty("holds_by_ground", rows);
}

/// What was due by the end of the period and still there then.
fn waiting(book: &Book, things: &[Thing], covers: &[Cover], counted: &mut Counted) {
    let to = book.period.to;
    let mut found: Vec<(Option<String>, usize)> = Vec::new();
    for thing in things {
        let is_gone = thing.gone.as_ref().is_some_and(|gone| gone.at.day <= to);
        let has_left = thing.left.is_some_and(|(_, day)| day <= to);
        let Some(due) = thing.due.filter(|due| *due <= to) else { continue };
        if is_gone || has_left || thing.kept.is_some() {
            continue;
        }
        let stands = |is_hold| thing.covered(covers).any(|it| it.is_hold == is_hold && it.stands(end(to)));
        let state = match () {
            () if stands(true) => 2,
            () if stands(false) => 3,
            () if plus(due, 90) < to => 1,
            () => 0,
        };
        found.push((thing.unit.clone(), state));
    }
    let overdue = found.iter().filter(|(_, state)| *state == 1).count();
    counted.share("disposals_overdue", overdue, found.len());
    let mut rows = Vec::new();
    let units = each(found.iter().map(|(unit, _)| unit.clone()));
    for unit in units.iter().map(Some).chain([None]) {
        let these: Vec<_> = found.iter().filter(|(of, _)| unit.is_none_or(|unit| of == unit)).collect();
        let mut counts: Vec<usize> =
            (0..4).map(|state| these.iter().filter(|(_, of)| *of == state).count()).collect();
        counts.push(these.len());
        rows.push(row(unit.map_or("All", |unit| unit.as_deref().unwrap_or("Not stated")), &counts));
    }
    counted.table_unless_empty("disposals_waiting", rows);
}

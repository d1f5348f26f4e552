//! Leavers and movers.

use muniment_sdk::{Cell, Chart, ChartKind, Column, Day, Instant, Metric, Row, Section, Table};

use super::{Found, finding};
use crate::moment::UserClass;
use crate::person::Person;
use crate::person::alarms::{kit_of, old_access};
use crate::person::employment::{Employment, Leaving};
use crate::person::held::Held;
use crate::person::purpose::unneeded_after;

/// Somebody whose last day lies in the period.
struct Leaver<'f> {
    person: &'f Person,
    employment: &'f Employment,
    leaving: &'f Leaving,
    ended: Ended,
}

/// When the access ended that was to end with an employment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    NoAccess,
    InTime,
    NextWorkingDay,
    Later,
    Live,
}

impl Ended {
    fn of(person: &Person, employment: &Employment, leaving: &Leaving, status_at: Instant) -> Ended {
        let is_of_this = |held: &&Held| {
            unneeded_after(person, held).is_some_and(|it| std::ptr::eq(it.employment, employment))
        };
        let held: Vec<&Held> = person.held.iter().filter(is_of_this).collect();
        let over_by = |instant: Instant| {
            held.iter().all(|held| held.spans.iter().all(|span| span.to.is_some_and(|to| to <= instant)))
        };
        match () {
            () if held.is_empty() => Ended::NoAccess,
            () if over_by(leaving.due.end()) => Ended::InTime,
            () if over_by(leaving.latest.end()) => Ended::NextWorkingDay,
            () if over_by(status_at) => Ended::Later,
            () => Ended::Live,
        }
    }
}

impl Leaver<'_> {
    fn seq(&self) -> u64 {
        self.leaving.left.or(self.leaving.announced).or(self.employment.joined).map_or(0, |at| at.seq)
    }
}

/// Figures and tables about those who left.
pub(super) fn leavers(section: Section, found: &Found<'_>) -> Section {
    let section = section.heading("Leavers");
    let leavers = of_period(found);
    if leavers.is_empty() {
        return section.paragraph("Nobody's last day is recorded in the period.");
    }
    let seqs = |wanted: &dyn Fn(&Leaver<'_>) -> bool| -> Vec<u64> {
        leavers.iter().filter(|leaver| wanted(leaver)).map(Leaver::seq).collect()
    };
    let with_access = seqs(&|leaver| leaver.ended != Ended::NoAccess).len();
    let staff = seqs(&|leaver| !leaver.employment.is_contract);
    let settings = found.settings;
    let announced =
        |leaver: &Leaver<'_>| leaver.leaving.announced.is_some_and(|at| at.day <= leaver.leaving.announce_by);
    let listed = |leaver: &Leaver<'_>| {
        !leaver.employment.is_contract
            && leaver.employment.checklist.was_complete_by(leaver.leaving.last_day.end())
    };
    let section = section
        .with(Metric::counted("leavers", "Leavers", seqs(&|_| true)).definition(
            "Employments, offices and engagements of which the last day lies in the period and was over on the status date.",
        ))
        .with(
            Metric::counted("leavers_revoked_in_time", "Access ended in time", seqs(&|it| it.ended == Ended::InTime))
                .of(with_access)
                .definition(format!(
                    "Of the leavers with access that no remaining role needs, those of whom all of it had ended by the \
                     end of the last day, or of the working day {} behind it. It counts when it ended, not when that was \
                     recorded.",
                    settings.leaver_revoke_working_days
                )),
        )
        .with(Metric::counted("leavers_announced_in_time", "Announced in time", seqs(&announced)).of(leavers.len()).definition(
            format!(
                "Of the leavers, those whom those who administer access were told of {} working days before the last day, \
                 or earlier.",
                settings.leaver_notice_working_days
            ),
        ))
        .with(
            Metric::counted("exit_checklists_in_time", "Exit checklists complete on the last day", seqs(&listed))
                .of(staff.len())
                .definition("Of the leavers other than those under contract, those whose exit checklist was complete by the end of the last day."),
        )
        .with(by_class(&leavers))
        .with(Chart {
            kind: ChartKind::StackedBars,
            title: "When leavers' access ended".to_owned(),
            table: "leavers_by_class",
            alternative: format!(
                "Of {} leavers, the access of {} ended in time, and that of {} is still live.",
                leavers.len(),
                seqs(&|it| it.ended == Ended::InTime).len(),
                seqs(&|it| it.ended == Ended::Live).len()
            ),
        });
    open(section, found, &leavers)
}

fn of_period<'f>(found: &'f Found<'_>) -> Vec<Leaver<'f>> {
    let mut leavers = Vec::new();
    for person in &found.people {
        for employment in &person.employments {
            let Some(leaving) = &employment.leaving else { continue };
            let is_over = leaving.last_day <= Day::in_london(found.status_at);
            if found.period.holds(leaving.last_day) && is_over {
                let ended = Ended::of(person, employment, leaving, found.status_at);
                leavers.push(Leaver { person, employment, leaving, ended });
            }
        }
    }
    leavers
}

/// What is still to be done.
fn open(section: Section, found: &Found<'_>, leavers: &[Leaver<'_>]) -> Section {
    let live: Vec<u64> = leavers.iter().filter(|it| it.ended == Ended::Live).map(Leaver::seq).collect();
    let incomplete =
        |it: &&Leaver<'_>| !it.employment.is_contract && it.employment.checklist.complete.is_none();
    let incomplete: Vec<u64> = leavers.iter().filter(incomplete).map(Leaver::seq).collect();
    let late = leavers.iter().filter(|it| it.leaving.kit_due < found.status_day);
    let mut out: Vec<u64> = late
        .flat_map(|it| kit_of(it.person, it.employment).map(|kit| kit.issued.seq).collect::<Vec<_>>())
        .collect();
    out.sort_unstable();
    out.dedup();
    let findings = [
        finding(
            live.len(),
            "leavers of the period had access on the status date that no remaining role needs.",
            &["leicester L12.9.h", "coventry C-TCW.vi"],
            live.clone(),
        ),
        finding(
            incomplete.len(),
            "exit checklists of leavers of the period were incomplete on the status date.",
            &["leicester L13.1"],
            incomplete.clone(),
        ),
        finding(
            out.len(),
            "things that leavers of the period were given were not back on the status date, and were due before it.",
            &["leicester L13.1"],
            out.clone(),
        ),
    ];
    findings.into_iter().flatten().fold(section, Section::with)
}

fn by_class(leavers: &[Leaver<'_>]) -> Table {
    const ENDS: [Ended; 5] =
        [Ended::InTime, Ended::NextWorkingDay, Ended::Later, Ended::Live, Ended::NoAccess];
    let row = |name: &str, wanted: &dyn Fn(&Leaver<'_>) -> bool| {
        let these: Vec<&Leaver<'_>> = leavers.iter().filter(|leaver| wanted(leaver)).collect();
        let mut cells = vec![Cell::from(name), Cell::count(these.len())];
        cells.extend(ENDS.map(|end| Cell::count(these.iter().filter(|leaver| leaver.ended == end).count())));
        Row::new(cells).evidence(these.iter().map(|leaver| leaver.seq()))
    };
    let mut rows: Vec<Row> = UserClass::ALL
        .iter()
        .map(|class| row(class.title(), &|leaver| leaver.employment.class == Some(*class)))
        .collect();
    rows.push(row("Class not recorded", &|leaver| leaver.employment.class.is_none()));
    rows.push(row("All", &|_| true));
    Table {
        name: "leavers_by_class",
        title: "Leavers by class of user, and when their access ended".to_owned(),
        columns: vec![
            Column::new("user_class", "Class of user"),
            Column::new("whole", "Leavers"),
            Column::new("of_in_time", "In time"),
            Column::new("of_next_working_day", "By the working day behind"),
            Column::new("of_later", "Later"),
            Column::new("of_live", "Still live"),
            Column::new("of_no_access", "No access to end"),
        ],
        rows,
        totals: true,
    }
}

/// Figures about those who moved.
pub(super) fn movers(section: Section, found: &Found<'_>) -> Section {
    let section = section.heading("Movers");
    let mut moves = Vec::new();
    let mut late = Vec::new();
    for person in &found.people {
        for employment in &person.employments {
            for moved in employment.moves.iter().filter(|moved| found.period.holds(moved.to.effective)) {
                moves.push(moved.at.seq);
                if moved.due < found.status_day && old_access(person, employment, moved).next().is_some() {
                    late.push(moved.at.seq);
                }
            }
        }
    }
    if moves.is_empty() {
        return section.paragraph("Nobody is recorded as having moved in the period.");
    }
    let count = moves.len();
    section.with(Metric::counted("movers", "Movers", moves).definition("Moves to another function or unit that took effect in the period.")).with(
        Metric::counted("movers_old_access", "Old access remains", late).of(count).definition(format!(
            "Of the moves of the period, those of which access of the old function was live on the status date, more than {} \
             working days behind the move, and nobody had changed or confirmed it since.",
            found.settings.mover_change_working_days
        )),
    )
}

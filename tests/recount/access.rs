//! R10: access, movers and leavers.

use super::book::Book;
use super::counted::{Counted, Row, row};
use super::days::{end, plus, plus_months, working_after};
use super::employments::{self, Employment, Leaving, Moved, Person};
use super::rights_held::{self, Right};

const CLASSES: [(Option<&str>, &str); 8] = [
    (Some("staff"), "Staff"),
    (Some("agency"), "Agency workers"),
    (Some("member"), "Members"),
    (Some("contractor"), "Contractors"),
    (Some("partner"), "Partners"),
    (Some("visitor"), "Visitors"),
    (Some("service_account"), "Service accounts"),
    (None, "Class not recorded"),
];

pub fn recount(book: &Book, counted: &mut Counted) {
    let rights = rights_held::all(book);
    let people = employments::all(book);
    given(book, &rights, counted);
    leavers(book, &rights, &people, counted);
    movers(book, &rights, &people, counted);
    suspensions(book, &rights, &people, counted);
    conflicts(book, &rights, &people, counted);
    misuse(book, counted);
}

fn given(book: &Book, rights: &[Right], counted: &mut Counted) {
    if rights.is_empty() {
        return;
    }
    let (period, today) = (book.period, book.period.today());
    let given: Vec<&Right> =
        rights.iter().filter(|it| it.origin == "granted" && period.holds(it.begun.day)).collect();
    counted.number("access_given", given.len());
    counted.share("access_approved_first", given.iter().filter(|it| it.is_approved).count(), given.len());
    let mut rows = Vec::new();
    for (class, name) in CLASSES {
        rows.push(stock(
            book,
            name,
            &rights.iter().filter(|it| it.class.as_deref() == class).collect::<Vec<_>>(),
        ));
    }
    rows.push(stock(book, "All", &rights.iter().collect::<Vec<_>>()));
    counted.table("access_by_class", rows);
    let (mut there, mut in_time) = (0, 0);
    for it in rights {
        if it.begun.day > today || !it.is_there(today) || it.is_resting || it.origin == "found" {
            continue;
        }
        let latest = plus_months(it.confirmed, if it.is_privileged { 6 } else { 12 });
        there += 1;
        in_time += usize::from(today <= it.review_due.map_or(latest, |due| due.min(latest)));
    }
    counted.share("access_confirmed", in_time, there);
}

fn stock(book: &Book, name: &str, rights: &[&Right]) -> Row {
    let period = book.period;
    let there_on = |it: &Right, day| it.begun.day <= day && it.last_day().is_none_or(|last| last > day);
    let count = |wanted: &dyn Fn(&Right) -> bool| rights.iter().filter(|it| wanted(it)).count();
    let told = |of: fn(&Right) -> Vec<jiff::civil::Date>| {
        rights.iter().flat_map(|it| of(it)).filter(|day| period.holds(*day)).count()
    };
    row(
        name,
        &[
            count(&|it| there_on(it, plus(period.from, -1))),
            count(&|it| period.holds(it.begun.day)),
            count(&|it| it.last_day().is_some_and(|last| period.holds(last))),
            count(&|it| there_on(it, period.to)),
            told(|it| it.changes.iter().map(|(_, day)| *day).collect()),
            told(|it| it.reviews.iter().map(|(_, day)| *day).collect()),
        ],
    )
}

/// Whether an employment, as far as both say what they are for, needs a right.
fn needs(class: Option<&str>, functions: &[String], right: &Right) -> bool {
    let fits = right.function.as_ref().filter(|_| !functions.is_empty()).map(|it| functions.contains(it));
    match (right.class.as_deref(), class) {
        (Some(of_right), Some(of_role)) => of_right == of_role && fits.unwrap_or(true),
        _ => fits.unwrap_or(false),
    }
}

/// The employment with which the need of a right ends: none where one goes on that needs it.
fn ends_with<'p>(person: &'p Person, right: &Right) -> Option<&'p Employment> {
    let all = &person.employments;
    let remains = |class: &str, of: &Employment, last: jiff::civil::Date| {
        let other =
            all.iter().rfind(|other| other.class.as_deref() == Some(class) && other.number != of.number);
        other.is_none_or(|other| other.leaving.as_ref().is_some_and(|it| it.last_day < last))
    };
    let mut remaining: Vec<&str> = Vec::new();
    for employment in all {
        if let Some(leaving) = &employment.leaving {
            let classes = leaving.remaining.iter().map(String::as_str);
            remaining.extend(classes.filter(|class| remains(class, employment, leaving.last_day)));
        }
    }
    let mut needing: Vec<&Employment> =
        all.iter().filter(|it| needs(it.class.as_deref(), &it.functions, right)).collect();
    let is_needed_otherwise = remaining.iter().any(|class| needs(Some(class), &[], right));
    if needing.is_empty() && !is_needed_otherwise {
        needing.extend(only(all, right, remaining.len()));
    }
    if is_needed_otherwise || needing.iter().any(|it| it.leaving.is_none()) {
        return None;
    }
    let last_day = |it: &&Employment| it.leaving.as_ref().map(|leaving| leaving.last_day);
    let leaving = || all.iter().filter(|it| it.leaving.is_some());
    let behind = || leaving().filter(|it| Some(right.begun.day) <= last_day(it)).min_by_key(last_day);
    let found = needing.into_iter().max_by_key(last_day).or_else(behind).or(leaving().max_by_key(last_day))?;
    let goes_on = !remaining.is_empty() || all.iter().any(|it| it.leaving.is_none());
    let was_kept = goes_on && right.kept.is_some_and(|day| last_day(&found) < Some(day));
    (!was_kept).then_some(found)
}

/// The only employment that there was when a right was given of which nothing says what it is for.
fn only<'p>(all: &'p [Employment], right: &Right, remaining: usize) -> Option<&'p Employment> {
    if right.class.is_some() && all.iter().any(|it| it.class.is_some() && it.class != right.class) {
        return None;
    }
    let held = |it: &&Employment| {
        let is_over = it.leaving.as_ref().is_some_and(|leaving| leaving.last_day < right.begun.day);
        it.starts.is_none_or(|starts| starts <= right.begun.day) && !is_over
    };
    let then: Vec<&Employment> = all.iter().filter(held).collect();
    match then[..] {
        [only] => Some(only),
        [] if all.len() + remaining == 1 => all.first(),
        _ => None,
    }
}

fn leavers(book: &Book, rights: &[Right], people: &[Person], counted: &mut Counted) {
    let (period, off) = (book.period, &book.off.english);
    let (mut all, mut announced, mut staff, mut complete) = (0, 0, 0, 0);
    // By class: in time, by the working day behind, later, live, no access.
    let mut ends: Vec<(Option<String>, usize)> = Vec::new();
    for person in people {
        for employment in &person.employments {
            let Some(leaving) = &employment.leaving else { continue };
            if !period.holds(leaving.last_day) || leaving.last_day > period.today() {
                continue;
            }
            all += 1;
            let by = (1..40).map(|back| plus(leaving.last_day, -back));
            let by = by.filter(|day| super::days::is_working(*day, off)).nth(4);
            announced += usize::from(leaving.announced.is_some_and(|at| Some(at.day) <= by));
            if !employment.is_contract {
                staff += 1;
                let last = end(leaving.last_day);
                complete += usize::from(employment.checklist.complete.is_some_and(|at| at < last));
            }
            let ended = ended(book, rights, person, employment, leaving);
            ends.push((employment.class.clone(), ended));
        }
    }
    if all == 0 {
        return;
    }
    counted.number("leavers", all);
    let with_access = ends.iter().filter(|(_, end)| *end != 4).count();
    counted.share("leavers_revoked_in_time", ends.iter().filter(|(_, end)| *end == 0).count(), with_access);
    counted.share("leavers_announced_in_time", announced, all);
    counted.share("exit_checklists_in_time", complete, staff);
    let mut rows = Vec::new();
    for (class, name) in CLASSES.iter().map(|(class, name)| (Some(*class), *name)).chain([(None, "All")]) {
        let these: Vec<_> =
            ends.iter().filter(|(of, _)| class.is_none_or(|class| of.as_deref() == class)).collect();
        let mut counts = vec![these.len()];
        counts.extend((0..5).map(|end| these.iter().filter(|(_, of)| *of == end).count()));
        rows.push(row(name, &counts));
    }
    counted.table("leavers_by_class", rows);
}

/// When the access ended that was to end with an employment.
fn ended(
    book: &Book,
    rights: &[Right],
    person: &Person,
    employment: &Employment,
    leaving: &Leaving,
) -> usize {
    let of_this = |right: &&Right| {
        let is_theirs = right.person.as_deref() == Some(&person.id) && right.origin != "found";
        is_theirs && ends_with(person, right).is_some_and(|it| std::ptr::eq(it, employment))
    };
    let held: Vec<&Right> = rights.iter().filter(of_this).collect();
    let over_by = |at| held.iter().flat_map(|it| &it.spans).all(|(_, to)| to.is_some_and(|to| to <= at));
    match () {
        () if held.is_empty() => 4,
        () if over_by(end(leaving.last_day)) => 0,
        () if over_by(end(working_after(leaving.last_day, 1, &book.off.english))) => 1,
        () if over_by(book.period.status_at) => 2,
        () => 3,
    }
}

fn movers(book: &Book, rights: &[Right], people: &[Person], counted: &mut Counted) {
    let (mut moves, mut late) = (0, 0);
    for person in people {
        for employment in &person.employments {
            for moved in employment.moves.iter().filter(|moved| book.period.holds(moved.effective)) {
                moves += 1;
                let due = working_after(moved.effective, 5, &book.off.english);
                let is_gone = employment.leaving.as_ref().is_some_and(|leaving| leaving.last_day < due);
                let theirs = rights.iter().filter(|it| it.person.as_deref() == Some(&person.id));
                let old = theirs.filter(|it| is_old(it, employment, moved)).count();
                late += usize::from(due < book.period.today() && !is_gone && old > 0);
            }
        }
    }
    if moves > 0 {
        counted.number("movers", moves);
        counted.share("movers_old_access", late, moves);
    }
}

/// Whether a right is of the old function, and nobody said anything of it since the move.
fn is_old(right: &Right, employment: &Employment, moved: &Moved) -> bool {
    let is_of_old_function = match (&right.function, &moved.now) {
        (Some(of_right), Some(now)) if of_right == now => false,
        (Some(of_right), now) => match &moved.before {
            Some(before) => of_right == before,
            None => now.is_some() || moved.to_change == Some(true),
        },
        (None, _) => moved.to_change == Some(true),
    };
    let is_of_class = right.class.is_none() || employment.class.is_none() || right.class == employment.class;
    moved.to_change != Some(false)
        && right.begun.day < moved.effective
        && right.touched < moved.effective.min(moved.at.day)
        && is_of_class
        && is_of_old_function
        && right.is_live()
}

fn suspensions(book: &Book, rights: &[Right], people: &[Person], counted: &mut Counted) {
    let soon = |at: jiff::Timestamp| super::days::hours_later(at, 1);
    // All, told in time, told later, not told: with access to stop, without, and together.
    let mut sums = [[0; 4]; 3];
    let (mut with_access, mut stopped) = (0, 0);
    for person in people {
        for it in person.suspensions.iter().filter(|it| book.period.holds(it.at.day)) {
            let told = match it.alerted {
                Some(alerted) if alerted.time <= soon(it.at.time) => 1,
                Some(_) => 2,
                None => 3,
            };
            for place in [usize::from(it.to_stop.is_none()), 2] {
                sums[place][0] += 1;
                sums[place][told] += 1;
            }
            let Some(since) = it.to_stop else { continue };
            let theirs = rights.iter().filter(|right| right.person.as_deref() == Some(&person.id));
            let live: Vec<&Right> = theirs.filter(|right| right.worked_at(since.time)).collect();
            let over = soon(since.time) + jiff::SignedDuration::from_micros(1);
            with_access += usize::from(!live.is_empty());
            stopped += usize::from(!live.is_empty() && live.iter().all(|right| !right.worked_at(over)));
        }
    }
    if sums[2][0] > 0 {
        counted.number("suspensions", sums[2][0]);
        counted.share("suspensions_passed_on", sums[2][1], sums[2][0]);
        counted.share("suspensions_access_stopped", stopped, with_access);
        let names = ["Access to stop", "Access may stay", "All"];
        let rows = names.iter().zip(sums).map(|(name, sum)| row(name, &sum)).collect();
        counted.table("suspensions_passed_on", rows);
    }
}

fn conflicts(book: &Book, rights: &[Right], people: &[Person], counted: &mut Counted) {
    let (mut all, mut in_time) = (0, 0);
    for person in people {
        let theirs: Vec<&Right> =
            rights.iter().filter(|it| it.person.as_deref() == Some(&person.id)).collect();
        for it in person.conflicts.iter().filter(|it| book.period.holds(it.found.day)) {
            let latest = working_after(it.found.day, 10, &book.off.english);
            let due = it.by.map_or(latest, |by| by.min(latest));
            // Taken away is a right of which every one that is called so has ended since it was found.
            let gone = it.rights.iter().filter_map(|name| {
                let (system, plain) = name.split_once('/').unwrap_or((&it.system, name));
                let is_it = |right: &&&Right| {
                    let entitlement = right.entitlement.as_deref();
                    (right.system == it.system && entitlement == Some(name))
                        || (right.system == system && entitlement == Some(plain))
                };
                let ends: Option<Vec<_>> = theirs
                    .iter()
                    .filter(is_it)
                    .map(|right| right.spans.last().and_then(|(_, to)| *to))
                    .collect();
                ends?.into_iter().max().filter(|last| it.found.time <= *last)
            });
            let resolved = gone.min().is_some_and(|at| at <= end(due));
            all += 1;
            in_time += usize::from(resolved || it.excepted.is_some_and(|day| day <= due));
        }
    }
    if all > 0 {
        counted.number("conflicts", all);
        counted.share("conflicts_in_time", in_time, all);
    }
}

/// Reports in the period that were reported or triaged as misuse.
fn misuse(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] = &[&["incident.reported"], &["incident.triaged"], &["incident.unsubstantiated"]];
    let mut count = 0;
    for life in book.cases(life).values() {
        let kinds = life.iter().filter(|it| it.text("kind").is_some());
        let is_misuse = kinds.clone().next_back().is_some_and(|it| it.word("kind") == "misuse");
        let is_nothing = life.iter().any(|it| it.is("incident.unsubstantiated"));
        let reported = life.iter().find(|it| it.is("incident.reported"));
        count +=
            usize::from(is_misuse && !is_nothing && reported.is_some_and(|it| book.period.holds(it.day)));
    }
    counted.number("misuse", count);
}

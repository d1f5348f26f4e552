//! What access is for: which of a person's roles needs it.
//!
//! Somebody who leaves and stays a councillor or a contractor keeps only the access that the remaining role justifies. So
//! each right is looked at with the roles of the person, and not the person as a whole.

use super::Person;
use super::employment::{Employment, Leaving};
use super::held::Held;
use crate::moment::{Code, UserClass};

/// A way in which a person belongs to the organisation.
struct Role<'p> {
    class: Option<UserClass>,
    functions: &'p [Code],
    employment: Option<&'p Employment>,
    /// The leaving that ends it, if it does.
    leaving: Option<&'p Leaving>,
}

impl<'p> Role<'p> {
    fn of(employment: &'p Employment) -> Role<'p> {
        Role {
            class: employment.class,
            functions: &employment.functions,
            employment: Some(employment),
            leaving: employment.leaving.as_ref(),
        }
    }

    /// Whether it needs a right, as far as both say what they are.
    fn needs(&self, held: &Held) -> bool {
        let functions = held.function.filter(|_| !self.functions.is_empty());
        let fits = functions.map(|function| self.functions.contains(&function));
        match (held.class, self.class) {
            (Some(of_right), Some(of_role)) => of_right == of_role && fits.unwrap_or(true),
            // Without a class it is the function that tells, and what tells nothing justifies nothing.
            _ => fits.unwrap_or(false),
        }
    }
}

/// Why a right is to end: the leaving behind which no role needs it, and the employment that ends with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unneeded<'p> {
    pub(crate) employment: &'p Employment,
    pub(crate) leaving: &'p Leaving,
}

/// The leaving with which the last role ends that needs a right; nothing where one goes on, or nobody leaves.
pub(crate) fn unneeded_after<'p>(person: &'p Person, held: &Held) -> Option<Unneeded<'p>> {
    let leavings = || {
        person
            .employments
            .iter()
            .filter_map(|employment| Some(Unneeded { employment, leaving: employment.leaving.as_ref()? }))
    };
    // Most people stay.
    leavings().next()?;
    let roles = roles(person);
    let mut needing: Vec<&Role<'_>> = roles.iter().filter(|role| role.needs(held)).collect();
    if needing.is_empty() {
        needing.extend(only_role(&roles, held));
    }
    if needing.iter().any(|role| role.leaving.is_none()) {
        return None;
    }
    let ends = needing
        .into_iter()
        .filter_map(|role| Some(Unneeded { employment: role.employment?, leaving: role.leaving? }));
    let by_day = |unneeded: &Unneeded<'_>| unneeded.leaving.last_day;
    let found = ends.max_by_key(by_day).or_else(|| {
        // No role is known to need it: it goes with the first that ends while it is there.
        let behind = leavings().filter(|it| held.begun.day <= it.leaving.last_day).min_by_key(by_day);
        behind.or_else(|| leavings().max_by_key(by_day))
    })?;
    let goes_on = roles.iter().any(|role| role.leaving.is_none());
    let was_confirmed = goes_on && held.confirmed.is_some_and(|at| found.leaving.last_day < at.day);
    (!was_confirmed).then_some(found)
}

/// All roles of a person: employments, and those that were said to remain when one ended.
fn roles(person: &Person) -> Vec<Role<'_>> {
    let mut roles: Vec<Role<'_>> = person.employments.iter().map(Role::of).collect();
    for employment in &person.employments {
        let Some(leaving) = &employment.leaving else { continue };
        for class in &leaving.remaining {
            let known =
                |other: &&Employment| other.class == Some(*class) && other.number != employment.number;
            let other = person.employments.iter().rfind(known);
            // Of an employment that is known, its own entries say whether it goes on.
            if other
                .is_none_or(|other| other.leaving.as_ref().is_some_and(|it| it.last_day < leaving.last_day))
            {
                roles.push(Role { class: Some(*class), functions: &[], employment: None, leaving: None });
            }
        }
    }
    roles
}

/// The role that a right is for where neither says what it is for: the only one that there was when it was given.
fn only_role<'r, 'p>(roles: &'r [Role<'p>], held: &Held) -> Option<&'r Role<'p>> {
    if held.class.is_some() && roles.iter().any(|role| role.class.is_some() && role.class != held.class) {
        return None;
    }
    let mut then = roles
        .iter()
        .filter(|role| role.employment.is_some_and(|employment| employment.is_held_on(held.begun.day)));
    match (then.next(), then.next()) {
        (Some(only), None) => Some(only),
        (None, _) if roles.len() == 1 => roles.first(),
        _ => None,
    }
}

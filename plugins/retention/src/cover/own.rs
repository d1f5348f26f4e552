//! What a case covers by itself, and what because of others.

use super::{Cover, Known, Named, Scope, Span};
use crate::on::On;

/// What a case covers by itself, and through which others it covers more.
pub(crate) struct Own {
    pub(super) known: Known,
    pub(super) through: Vec<(Span, Via, On)>,
}

/// Through what a case covers what another names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Via {
    Case(Box<str>),
    Person(Box<str>),
}

impl Own {
    pub(super) fn of<'n>(
        spans: impl IntoIterator<Item = Span>,
        names: impl IntoIterator<Item = &'n Named<Scope>> + Clone,
        via: impl IntoIterator<Item = &'n Named<Via>> + Clone,
    ) -> Own {
        let mut own = Own { known: Known::default(), through: Vec::new() };
        for named in via.clone() {
            match &named.what {
                Via::Case(case) => {
                    own.known.cases.insert(case.clone());
                    own.known.cases.insert(Box::from(case.strip_prefix("request/").unwrap_or(case)));
                }
                Via::Person(person) => _ = own.known.people.insert(person.clone()),
            }
        }
        for span in spans {
            for named in names.clone() {
                push(&mut own.known.covers, named.what.clone(), span, span.from.with(named.on), named.on);
            }
            for named in via.clone() {
                own.through.push((span, named.what.clone(), named.on));
            }
        }
        own
    }

    pub(super) fn join(mut self, other: Own) -> Own {
        for (scope, cover) in other.known.covers {
            push_cover(&mut self.known.covers, scope, cover);
        }
        self.known.people.extend(other.known.people);
        self.known.cases.extend(other.known.cases);
        self.through.extend(other.through);
        self
    }
}

pub(super) fn push(covers: &mut Vec<(Scope, Cover)>, scope: Scope, span: Span, told: On, named: On) {
    let Span { why, from, until } = span;
    push_cover(covers, scope, Cover { why, from, until, told, named });
}

fn push_cover(covers: &mut Vec<(Scope, Cover)>, scope: Scope, cover: Cover) {
    match covers.iter_mut().find(|(known, of)| *known == scope && of.ends() == cover.ends()) {
        Some((_, known)) => known.join(&cover),
        None => covers.push((scope, cover)),
    }
}

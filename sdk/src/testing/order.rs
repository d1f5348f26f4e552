//! Whether it matters in which order things are recorded.

use std::fmt::Debug;

use super::{Post, Scenario};
use crate::{Block, Plugin, Row};

const ROUNDS: u64 = 30;

/// Checks that events come to the same whatever the order in which they are recorded, and when some are recorded twice: the
/// same open alerts, registers and sections, resting on the same entries. All are recorded at one instant, long after.
///
/// The events are to say when they happened ([`Post::at`]), no two at the same time, and to hold no corrections, whose
/// targets are numbers of entries.
///
/// # Panics
/// Where it comes out otherwise; with the order.
pub fn check_any_order<P: Plugin>(posts: &[Post], recorded: &str, period: (&str, &str)) {
    let all: Vec<usize> = (0..posts.len()).collect();
    let [plain, of_plain] = told::<P>(posts, &all, recorded, period);
    assert!(plain.contains("Row {") || plain.contains("Metric {"), "the events come to nothing: {plain}");
    for round in 0..ROUNDS {
        let mut order = all.clone();
        shuffle(&mut order, round);
        let [shuffled, _] = told::<P>(posts, &order, recorded, period);
        assert_same(&plain, &shuffled, &format!("in the order {order:?}"));
        let again = order[0];
        order.push(again);
        let [_, twice] = told::<P>(posts, &order, recorded, period);
        assert_same(&of_plain, &twice, &format!("with number {again} twice, in the order {order:?}"));
    }
}

fn assert_same(expected: &str, found: &str, what: &str) {
    let differing = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    if let Some((expected, found)) = differing {
        panic!("{what} it is another:\n{found}\nand not\n{expected}");
    }
    assert_eq!(
        expected.lines().count(),
        found.lines().count(),
        "{what} there is more or less:\n{found}\nand not\n{expected}"
    );
}

/// All that a plugin has to tell, a line each: with the events that it rests on, and without.
fn told<P: Plugin>(posts: &[Post], order: &[usize], recorded: &str, period: (&str, &str)) -> [String; 2] {
    let late = order.iter().map(|place| posts[*place].clone().recorded(recorded));
    let run = Scenario::<P>::new().import(late).run();
    let mut open = run.open();
    open.sort_unstable();
    let (mut rows, mut sections) = (Vec::new(), Vec::new());
    for register in P::REGISTERS {
        rows.extend(run.register(register.name, recorded).into_iter().map(|row| (register.name, row)));
    }
    sections.extend(run.sections(period.0, period.1, recorded));
    let text = |with: bool| {
        let evidence = |seqs: &mut Vec<u64>| {
            for seq in seqs.iter_mut() {
                *seq = usize::try_from(*seq)
                    .ok()
                    .and_then(|seq| order.get(seq))
                    .map_or(u64::MAX, |place| *place as u64);
            }
            seqs.sort_unstable();
            if !with {
                seqs.clear();
            }
        };
        let mut lines = lines(&open);
        let rows = rows.iter().cloned().map(|(name, mut row): (&str, Row)| {
            evidence(&mut row.evidence);
            (name, row)
        });
        lines.push_str(&self::lines(&rows.collect::<Vec<_>>()));
        for mut section in sections.clone() {
            section.blocks.iter_mut().for_each(|block| each_evidence(block, &evidence));
            lines.push_str(&format!("{} {:?}\n", section.place, section.clauses));
            lines.push_str(&self::lines(&section.blocks));
        }
        lines
    };
    [text(true), text(false)]
}

fn lines<T: Debug>(things: &[T]) -> String {
    things.iter().map(|thing| format!("{thing:?}\n")).collect()
}

fn each_evidence(block: &mut Block, change: &impl Fn(&mut Vec<u64>)) {
    match block {
        Block::Metric(metric) => change(&mut metric.evidence),
        Block::Finding(finding) => change(&mut finding.evidence),
        Block::Table(table) => table.rows.iter_mut().for_each(|row| change(&mut row.evidence)),
        Block::Heading(_) | Block::Paragraph(_) | Block::Chart(_) => {}
    }
}

/// The same order for the same round, on every machine.
fn shuffle(order: &mut [usize], round: u64) {
    let mut random = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for end in (1..order.len()).rev() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        order.swap(end, usize::try_from(random % (end as u64 + 1)).unwrap_or_default());
    }
}

//! What it does wrong.

use std::collections::HashMap;
use std::hint::black_box;

use crate::component::exports::muniment::plugin::fold::Outcome;
use crate::component::muniment::plugin::types::{Act, Item};
use crate::component::{Plugin, cleared, id, raised};
use crate::state::{Settings, State};

const MIB: usize = 1024 * 1024;

/// Counts how often it was asked in this instance.
pub(crate) fn version() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static ASKED: AtomicU32 = AtomicU32::new(0);
    format!("1.0.{}", ASKED.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn configure(settings: &Settings) -> Result<(), String> {
    match settings.deed.as_str() {
        "refuse-settings" => Err("no! ".repeat(MIB)),
        "configure-loop" => endless(),
        _ => Ok(()),
    }
}

pub(crate) fn restore(plugin: &Plugin, state: &State) -> Result<(), String> {
    let is_now = state.events >= plugin.settings.at;
    match plugin.settings.deed.as_str() {
        "restore-refuses" if is_now => Err("never".to_owned()),
        "restore-traps" if is_now => panic!("no snapshot, ever"),
        _ => Ok(()),
    }
}

pub(crate) fn snapshot(plugin: &Plugin) -> Vec<u8> {
    let is_now = plugin.state.events >= plugin.settings.at;
    match plugin.settings.deed.as_str() {
        "snapshot-traps" if is_now => panic!("no snapshot, ever"),
        "snapshot-hash-map" => {
            let map: HashMap<u64, u64> =
                (0..plugin.state.events % 50).map(|number| (number, number)).collect();
            let order: Vec<u64> = map.into_keys().collect();
            serde_json::to_vec(&(&plugin.state, order)).unwrap_or_default()
        }
        _ => serde_json::to_vec(&plugin.state).unwrap_or_default(),
    }
}

pub(crate) fn register(settings: &Settings) -> Result<(), String> {
    match settings.deed.as_str() {
        "register-traps" => panic!("no register"),
        "register-loop" => endless(),
        "register-says" => Err("no! ".repeat(MIB)),
        _ => Ok(()),
    }
}

fn endless() -> ! {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

#[allow(unconditional_recursion)]
fn deeper(number: u64) -> u64 {
    let here = black_box([number; 64]);
    deeper(black_box(number + 1)) + here[7]
}

/// After each item.
pub(crate) fn item(plugin: &mut Plugin, item: &Item, count: usize, acts: &mut Vec<Act>) {
    let (seq, is_tick) = match item {
        Item::Event(event) => (event.seq, false),
        Item::Tick(tick) => (tick.seq, true),
    };
    let settings = plugin.settings.clone();
    always(plugin, item, &settings, acts);
    if seq != settings.at || is_tick {
        return;
    }
    match settings.deed.as_str() {
        "loop" => endless(),
        "recurse" => drop(black_box(deeper(0))),
        "panic" => panic!("at entry {seq}"),
        "unreachable" => core::arch::wasm32::unreachable(),
        "memory" => loop {
            black_box(Vec::<u8>::with_capacity(16 * MIB)).push(1);
            std::mem::forget(black_box(vec![1_u8; 16 * MIB]));
        },
        "long-text" => {
            let text = "x".repeat(100 * MIB);
            acts.push(raised("late", &text, None, Vec::new()));
        }
        "many-acts" => {
            acts.extend((0..400_000).map(|number| raised("late", &format!("c-{number}"), None, vec![])))
        }
        // All late at once, in as many words as such an alert has.
        "crowd" => acts.extend((0..30_000).map(|number| {
            let mut act = raised("late", &format!("c-{number}"), None, vec![seq]);
            if let Act::Raise(raised) = &mut act {
                raised.arithmetic = "so many seconds after it was opened; ".repeat(10);
            }
            act
        })),
        "unknown-rule" => {
            let Act::Raise(mut raise) = raised("late", "c", None, Vec::new()) else { return };
            raise.rule = "r".repeat(MIB);
            acts.push(Act::Raise(raise));
        }
        "stage" => acts.push(raised("not a stage", "c", None, Vec::new())),
        "subject" => acts.push(raised("late", "a\u{7}b", None, Vec::new())),
        "long-subject" => acts.push(raised("late", &"s".repeat(3000), None, Vec::new())),
        "future" => acts.push(raised("late", "c", None, vec![seq + 1])),
        "due" => acts.extend([
            raised("late", "least", Some(i64::MIN), Vec::new()),
            raised("late", "most", Some(i64::MAX), Vec::new()),
        ]),
        "again" => acts.extend([
            raised("late", "c", None, Vec::new()),
            cleared("late", "c"),
            raised("late", "c", None, Vec::new()),
            cleared("late", "c"),
            raised("late", "c", None, Vec::new()),
        ]),
        "batch-size" => plugin.state.events += count as u64,
        "clock" => plugin.state.events += u64::from(std::time::SystemTime::now().elapsed().is_ok()),
        "monotonic" => plugin.state.events += u64::from(std::time::Instant::now().elapsed().is_zero()),
        "sleep" => std::thread::sleep(std::time::Duration::from_millis(1)),
        "file" => drop(std::fs::write("/tmp/muniment-hostile", b"x")),
        "read" => drop(black_box(std::fs::read("/etc/passwd"))),
        "socket" => drop(black_box(std::net::TcpStream::connect("127.0.0.1:1"))),
        "exit" => std::process::exit(0),
        "environment" => {
            let all = std::env::vars().count() + std::env::args().count();
            assert_eq!(all, 0, "there is an environment");
            assert!(std::io::stdin().lines().next().is_none(), "there is input");
            println!("it has nothing");
        }
        "log" => (0..5_000).for_each(|number| println!("line {number} {}", "x".repeat(2000))),
        _ => {}
    }
}

/// What is done at every item.
fn always(plugin: &mut Plugin, item: &Item, settings: &Settings, acts: &mut Vec<Act>) {
    let Item::Event(event) = item else { return };
    // Only one of two plugins begins, so that only one of them goes too far.
    let begins = event.kind == "uk.test.begin" && id().ends_with("one");
    match settings.deed.as_str() {
        "slow" => {
            for number in 0..settings.n * 1_000_000 {
                black_box(number);
            }
        }
        "answer" if event.kind == "alert.raised" || begins => {
            acts.push(raised("late", &format!("c-{}", event.seq), None, vec![event.seq]));
        }
        // As `answer`, but what it answers says that something is over.
        "answer-cleared" if event.kind == "alert.cleared" || begins => {
            let subject = format!("c-{}", event.seq);
            acts.extend([raised("late", &subject, None, vec![event.seq]), cleared("late", &subject)]);
        }
        "flood" if event.kind.starts_with("uk.test.") => {
            acts.extend(
                (0..settings.n)
                    .map(|place| raised("late", &format!("c-{}-{place}", event.seq), None, vec![])),
            );
        }
        "told-by-batch" if plugin.state.events % 2 == 0 => {
            acts.extend([raised("late", "c", None, vec![]), cleared("late", "c")]);
        }
        "hash-map" => {
            let map: HashMap<u64, u64> = (0..20).map(|number| (number, number)).collect();
            plugin.state.ticks = map.into_keys().next().unwrap_or(0);
        }
        _ => {}
    }
}

/// After all items of a call.
pub(crate) fn outcome(plugin: &Plugin, items: &[Item], outcome: &mut Outcome) {
    let is_there = |item: &Item| matches!(item, Item::Event(event) if event.seq == plugin.settings.at);
    let tick = items.iter().find_map(|item| match item {
        Item::Tick(tick) => Some(tick.recorded),
        Item::Event(_) => None,
    });
    match plugin.settings.deed.as_str() {
        "tick-past" => outcome.wake = tick.or(Some(0)),
        "tick-soon" => outcome.wake = Some(tick.map_or(0, |now| now + 1)),
        _ if !items.iter().any(is_there) => {}
        "taken-none" => (outcome.taken, outcome.acts) = (0, Vec::new()),
        "taken-many" => outcome.taken += 1,
        "taken-huge" => outcome.taken = u32::MAX,
        "act-outside" => outcome.acts.push(crate::component::muniment::plugin::types::Caused {
            item: outcome.taken,
            act: raised("late", "c", None, Vec::new()),
        }),
        "told-by-batch-size" if items.len() > 3 => {
            let item = outcome.taken - 1;
            for act in [raised("late", "c", None, vec![]), cleared("late", "c")] {
                outcome.acts.push(crate::component::muniment::plugin::types::Caused { item, act });
            }
        }
        _ => {}
    }
}

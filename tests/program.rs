//! The program says its name, its version and how each of its commands is used.
//!
//! It is a test of `muniment-server`, though it stands with the others: with such a test cargo builds the program of
//! its package, so that `cargo test --workspace` leaves behind what the others start.

use std::process::Command;

/// What it prints when all is well.
fn printed(args: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_muniment")).args(args).output().expect("the program starts");
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert_eq!((ran.status.code(), &*errors), (Some(0), ""), "{args:?}");
    String::from_utf8(ran.stdout).expect("UTF-8")
}

/// The commands that a help lists.
fn commands(help: &str) -> Vec<&str> {
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = below.take_while(|line| line.is_empty() || line.starts_with(' '));
    // What a command is for may go on in a line of its own, further to the right.
    let names = listed.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    names.filter_map(|line| line.split(' ').next()).collect()
}

#[test]
fn it_says_its_version() {
    assert_eq!(printed(&["--version"]), format!("muniment {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn it_says_how_each_command_is_used() {
    let help = printed(&["--help"]);
    assert!(help.contains("Usage: muniment "), "{help}");
    let commands = commands(&help);
    for known in ["init", "serve", "append", "verify", "export"] {
        assert!(commands.contains(&known), "{known} is not listed:\n{help}");
    }
    // `help` explains the others.
    for name in commands.into_iter().filter(|name| *name != "help") {
        let help = printed(&[name, "--help"]);
        assert!(help.contains(&format!("Usage: muniment {name}")), "{help}");
    }
}

//! `muniment plugin new`: a folder with a plugin that builds, tests and installs as it stands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::failure::{EXIT_CODES, Failure, Verdict};
use crate::cli::print;
use crate::plugins::manifest::is_id;
use crate::plugins::scenario::for_another_plugin;

include!(concat!(env!("OUT_DIR"), "/new_plugin.rs"));

/// What the template is called, and where it finds the SDK.
const TEMPLATE_NAME: &str = "first-plugin";
const TEMPLATE_SDK: &str = "../../sdk";
/// What Rust and cargo do not take as a crate's name, or what would hide a crate that a plugin needs.
const TAKEN: [&str; 60] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "muniment-sdk",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "serde",
    "serde-json",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "use",
    "where",
    "while",
];

const ABOUT: &str = "\
Make a folder with a small plugin that works as it stands: source with comments, tests, a scenario with what comes of \
it, and the SDK's source. What it takes to go on is a Rust toolchain.";

const EXAMPLE: &str = "Example:
  muniment plugin new late-reviews
  cd late-reviews && cargo test && muniment plugin build && muniment plugin test";

/// Make a folder with a plugin to change into your own
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct NewArgs {
    /// The plugin's id: small letters, digits and `-`, at most 40, starting with a letter
    name: String,
    /// The new folder [default: NAME]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &NewArgs) -> Result<Verdict, Failure> {
    check_name(&args.name)?;
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    check_folder(&folder)?;
    let failed = |path: &Path, error: io::Error| Failure::wanting(format!("{}: {error}", path.display()));
    for (path, text) in unpacked(&args.name) {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    let folder = folder.display();
    print::result(&format!("made the plugin {} in {folder}", args.name));
    print::aside(&format!(
        "Next:\n  cd {folder}\n  cargo test             # the plugin's own tests, natively\n  \
         muniment plugin build  # the WebAssembly component; needs: rustup target add wasm32-wasip2\n  \
         muniment plugin test   # the component against its scenarios\n\
         README.md says what is where, sdk/README.md goes on up to an alert on a server of yours."
    ));
    Ok(Verdict::Done)
}

fn check_name(name: &str) -> Result<(), Failure> {
    if !is_id(name) {
        return Err(Failure::usage(format!(
            "`{}` is no plugin's id: small letters, digits and `-`, at most 40, starting with a letter",
            name.escape_debug()
        )));
    }
    if TAKEN.contains(&name) {
        return Err(Failure::usage(format!(
            "`{name}` means something to Rust or cargo; choose another name"
        )));
    }
    Ok(())
}

fn check_folder(folder: &Path) -> Result<(), Failure> {
    let told = |what: String| Failure::usage(format!("{}: {what}", folder.display()));
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(told("it exists and is not empty; name a new folder with --dir".to_owned())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(told(error.to_string())),
    }
}

/// All files of a new plugin.
fn unpacked(name: &str) -> impl Iterator<Item = (String, String)> {
    let own = TEMPLATE.iter().map(move |(path, text)| {
        let text = if path.ends_with(".golden.jsonl") {
            for_another_plugin(text, name)
        } else {
            text.replace(TEMPLATE_NAME, name).replace(TEMPLATE_SDK, "sdk")
        };
        ((*path).to_owned(), text)
    });
    own.chain(SDK.iter().map(|(path, text)| (format!("sdk/{path}"), (*text).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_plugins_id() {
        for name in ["late-reviews", "a", "x9"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "Late", "9x", "-x", "a b", "a_b", "fn", "serde", &"a".repeat(41)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_unpacked_needs_no_workspace() {
        let files: Vec<(String, String)> = unpacked("late-reviews").collect();
        let of = |path: &str| &files.iter().find(|(found, _)| found == path).unwrap().1;
        assert!(of("sdk/wit/plugin.wit").contains("package muniment:plugin"));
        assert!(of("sdk/src/lib.rs").contains("pub use plugin::"));
        assert!(!of("sdk/Cargo.toml").contains("workspace = true"));
        assert!(of("Cargo.toml").contains("name = \"late-reviews\""));
        assert!(of("Cargo.toml").contains("muniment-sdk = { path = \"sdk\" }"));
        assert!(of("scenarios/first.golden.jsonl").contains("\"plugin\":\"late-reviews\""));
        for (path, text) in &files {
            assert!(!text.contains(TEMPLATE_NAME), "{path}");
        }
    }

    #[test]
    fn the_template_names_the_compiler_that_built_this() {
        let ours = include_str!("../../../../rust-toolchain.toml");
        let channel = |text: &str| text.lines().find(|line| line.starts_with("channel")).map(str::to_owned);
        let theirs = TEMPLATE.iter().find(|(path, _)| *path == "rust-toolchain.toml").unwrap().1;
        assert_eq!(channel(theirs), channel(ours));
    }
}

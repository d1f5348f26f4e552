//! What `muniment plugin new` unpacks: the template, which is `examples/first-plugin`, and the SDK's source with a
//! manifest that needs no workspace around it.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const TEMPLATE: &str = "examples/first-plugin";
/// What cargo and a run of the example leave there.
const NOT_TEMPLATE: [&str; 2] = ["target", "sdk"];

/// Writes the tables `TEMPLATE` and `SDK`, each of paths and texts.
pub(crate) fn write(root: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut template = Vec::new();
    files(&root.join(TEMPLATE), "", &NOT_TEMPLATE, &mut template)?;
    let mut sdk = Vec::new();
    for folder in ["src", "wit"] {
        files(&root.join("sdk"), folder, &[], &mut sdk)?;
    }
    sdk.push(("README.md".to_owned(), root.join("sdk/README.md")));
    for (_, file) in template.iter().chain(&sdk) {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    // Written here, so never older than this run: to watch it would be to build again every time.
    let manifest = out.join("sdk-Cargo.toml");
    fs::write(&manifest, resolved(root)?)?;
    sdk.push(("Cargo.toml".to_owned(), manifest));
    let mut tables = String::new();
    for (name, files) in [("TEMPLATE", &template), ("SDK", &sdk)] {
        writeln!(tables, "const {name}: &[(&str, &str)] = &[")?;
        for (path, file) in files {
            writeln!(tables, "    ({path:?}, include_str!({:?})),", file.display().to_string())?;
        }
        writeln!(tables, "];")?;
    }
    for folder in ["", "src", "scenarios"] {
        // A folder as it lies there changes when a file comes or goes; below `target` nothing is looked at.
        let folder = root.join(TEMPLATE).join(folder);
        if folder != root.join(TEMPLATE) {
            println!("cargo::rerun-if-changed={}", folder.display());
        }
    }
    fs::write(out.join("new_plugin.rs"), tables)?;
    Ok(())
}

/// The files below a folder, in the order of their names.
fn files(
    root: &Path,
    below: &str,
    without: &[&str],
    found: &mut Vec<(String, PathBuf)>,
) -> Result<(), Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(below))? {
        names.push(entry?.file_name().into_string().map_err(|name| format!("{name:?} is no UTF-8"))?);
    }
    names.sort();
    for name in names.iter().filter(|name| !without.contains(&name.as_str())) {
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if root.join(&path).is_dir() {
            files(root, &path, without, found)?;
        } else {
            let file = root.join(&path);
            found.push((path, file));
        }
    }
    Ok(())
}

/// The SDK's manifest with what it has of the workspace written out. The workspace's manifest has a line for each.
fn resolved(root: &Path) -> Result<String, Box<dyn Error>> {
    let workspace = fs::read_to_string(root.join("Cargo.toml"))?;
    let manifest = fs::read_to_string(root.join("sdk/Cargo.toml"))?;
    let mut text =
        String::from("# Of the workspace that the SDK is developed in, with its versions written out.\n");
    let mut section = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            line.clone_into(&mut section);
        }
        // Lints are for who develops the SDK.
        if section == "[lints]" {
            continue;
        }
        match line.strip_suffix(".workspace = true") {
            None => writeln!(text, "{line}")?,
            Some(name) => {
                let table =
                    if section == "[package]" { "[workspace.package]" } else { "[workspace.dependencies]" };
                let value =
                    value_of(&workspace, table, name).ok_or(format!("{table} has no line `{name} = …`"))?;
                writeln!(text, "{name} = {value}")?;
            }
        }
    }
    match text.contains("workspace =") {
        true => {
            Err("sdk/Cargo.toml has something of the workspace other than `name.workspace = true`".into())
        }
        false => Ok(text),
    }
}

fn value_of<'t>(manifest: &'t str, table: &str, name: &str) -> Option<&'t str> {
    let lines = manifest.lines().skip_while(|line| *line != table).skip(1);
    let mut lines = lines.take_while(|line| !line.starts_with('['));
    lines.find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('=')).map(str::trim)
}

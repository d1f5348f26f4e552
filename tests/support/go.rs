//! The program that checks with Go's `sumdb` what Muniment hands out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::{root, run, skip};

/// Where Debian's golang-golang-x-mod-dev puts the sources that other packages build with.
const GOPATH: &str = "/usr/share/gocode";

/// The Go program, built once.
pub fn program() -> Option<PathBuf> {
    static BUILT: OnceLock<Option<TempDir>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let there = Command::new("go").arg("version").output().is_ok_and(|output| output.status.success());
        if !there || !Path::new(GOPATH).join("src/golang.org/x/mod/sumdb").is_dir() {
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        let mut build = Command::new("go");
        build.env("GO111MODULE", "off").env("GOPATH", GOPATH).env_remove("GOFLAGS");
        build.arg("build").arg("-o").arg(home.path().join("verify")).arg(root().join("tests/go/verify.go"));
        run(&mut build, b"").exits(0);
        Some(home)
    });
    if built.is_none() {
        skip("Go with x/mod is not installed (apt-get install golang-go golang-golang-x-mod-dev)");
    }
    built.as_ref().map(|home| home.path().join("verify"))
}

//! Memory of this process, as Linux counts it.

/// RssAnon, in bytes: what the process itself occupies, without pages of files. `None` where the system
/// does not tell.
#[must_use]
pub fn rss_anon_bytes() -> Option<u64> {
    status("RssAnon:")
}

fn status(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

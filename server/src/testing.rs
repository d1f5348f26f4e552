//! How long tests take: short by default, longer with `MUNIMENT_TEST_SCALE=10`.

/// A number of rounds, multiplied by `MUNIMENT_TEST_SCALE`.
pub(crate) fn scale(rounds: u64) -> u64 {
    let scale = std::env::var("MUNIMENT_TEST_SCALE").ok().and_then(|scale| scale.parse().ok());
    rounds * scale.unwrap_or(1)
}

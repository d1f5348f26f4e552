//! A scenario: what happens to a plugin, as lines of JSON, and what comes of it, as lines of JSON too. An author writes
//! the first by hand and reads the second; the next run is compared with it.
//!
//! A scenario is folded as the server would, in batches of 1, of 7 and of all, with the plugin stopped and started again
//! from its snapshot at every entry, and with its hash maps in another order. All runs have to come to the same.

mod output;
mod reading;
mod running;

pub use output::{differing_lines, for_another_plugin};
pub use reading::{Period, Scenario, ScenarioFault};
pub use running::{RunFault, Trying, run};

#[cfg(test)]
mod tests;

//! `muniment bench`: the speed of the ledger beside that of a bare loop doing the least that could count
//! as the same work, in one run on one machine. Ratios hold; absolute figures are the machine's.

pub mod append;
pub mod events;
pub mod memory;
pub mod verify;

//! The `muniment` command.

use std::process::ExitCode;

/// Events are made on one thread and given back on another, which this allocator is good at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    muniment_server::cli::main()
}

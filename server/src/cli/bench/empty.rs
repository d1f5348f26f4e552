//! `muniment bench empty-handler`: what `bench ingest --baseline` starts. Not for people.

use std::io;
use std::net::SocketAddr;
use std::thread;

use clap::Args;
use tokio::sync::oneshot;

use crate::bench::empty::{GREETING, TOKEN_VARIABLE};
use crate::cli::failure::{Failure, Verdict};
use crate::cli::{print, serve};
use crate::http::empty_router;
use crate::net::{ListenOptions, Listener};

/// Answer posts without recording anything, until standard input ends
#[derive(Debug, Args)]
pub(super) struct EmptyArgs {
    /// Address and port
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Events that an answer stands for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    events: u16,
}

pub(super) fn run(args: &EmptyArgs) -> Result<Verdict, Failure> {
    let token =
        std::env::var(TOKEN_VARIABLE).map_err(|_| Failure::usage(format!("{TOKEN_VARIABLE} is not set")))?;
    let runtime = serve::runtime()?;
    let listener = runtime.block_on(async { Listener::bind(&ListenOptions::new(args.listen)) });
    let listener = listener.map_err(|error| Failure::usage(error.to_string()))?;
    print::result(&format!("{GREETING}http://{}", listener.local_address()));
    let (stop, stopped) = oneshot::channel();
    thread::spawn(move || {
        // Whoever started this is gone, however it ends.
        let _ended = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _stopped = stop.send(());
    });
    let router = empty_router(&token, usize::from(args.events));
    runtime.block_on(listener.run(router, async {
        let _ended = stopped.await;
    }));
    Ok(Verdict::Done)
}

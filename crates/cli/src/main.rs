//! `fv`, the command line of ferrovirt: virsh's commands, options and output.
//!
//! `commands/` has a file a command; `arguments` reads the command line against a command's
//! table; `failure` is the one place that knows exit codes and how errors are shown.
#![forbid(unsafe_code)]

mod admin;
mod arguments;
mod clock;
mod commands;
mod context;
mod cpu_document;
mod device;
mod document;
mod event_text;
mod failure;
mod help;
mod json;
mod keycodes;
mod objects;
mod parameters;
mod proxy;
mod selection;
mod states;
mod table;
mod units;
mod watch;

use std::process::ExitCode;

use arguments::{Globals, Parsed};
use context::Context;
use failure::Failure;

fn main() -> ExitCode {
    trace::probes::keep();
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match run(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(words: Vec<String>) -> Result<(), Failure> {
    let (globals, command, rest) = match Globals::parse(words)? {
        Parsed::Help => return context::print(&help::overview()),
        Parsed::Version => {
            return context::print(concat!(env!("CARGO_PKG_VERSION"), "\n"));
        }
        Parsed::Command { globals, name, rest } => (globals, name, rest),
    };
    if command == "help" {
        return context::print(&help::of(&rest.join(" "))?);
    }
    let (command, rest) = commands::named(&command, rest)
        .ok_or_else(|| Failure::usage(format!("unknown command: '{command}'")))?;
    if rest.iter().any(|word| word == "--help") {
        return context::print(&help::command(command));
    }
    let args = arguments::Args::parse(command.syntax, rest)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start the runtime", &error))?;
    let cx = Context::new(globals);
    let outcome = runtime.block_on(async {
        let outcome = (command.run)(&cx, &args).await;
        cx.close().await;
        outcome
    });
    // Standard input may sit in a read that nobody can interrupt.
    runtime.shutdown_background();
    cx.end_of_output(&outcome)?;
    outcome
}

//! Tasks of this repository: `cargo xtask demo | test | fuzz | tidy | bench | prepare`.
//!
//! A task is one module. Everything a task needs on the machine is installed by
//! [`provision`]; everything a task prints about its progress goes through [`steps`].
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task talks to the person who started it"
)]

mod bench;
mod command;
mod demo;
mod fuzz;
mod guest;
mod prepare;
mod provision;
mod steps;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask TASK [OPTIONS]

  demo [--keep]          boot a guest with ferrovirtd and look around; --keep leaves it running
  test [--only A,B,…]    everything a change must pass; --only: see the step names it prints
  fuzz [TARGET] [--seconds N] [--seed N]
                         feed everything that reads with what nobody should send
  tidy                   the rules of this repository that the compiler does not check
  bench [--rounds N]
                         measure ferrovirtd, beside libvirtd when it is installed
  prepare                install what demo and test need and build their guest image
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match task(&args) {
        Ok(()) => ExitCode::SUCCESS,
        // Without a backtrace: what failed is a tool or a step, not a line of this program.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn task(args: &[&str]) -> Result<()> {
    match args {
        ["demo"] => demo::run(demo::Afterwards::CleanUp),
        ["demo", "--keep"] => demo::run(demo::Afterwards::Keep),
        ["test"] => test::run(None),
        ["test", "--only", names] => test::run(Some(names)),
        ["fuzz", options @ ..] => fuzz::run(options),
        ["tidy"] => tidy::run(),
        ["bench", options @ ..] => bench::run(options),
        ["prepare"] => prepare::run(),
        [demo::guard::ARGUMENT, directory] => demo::guard::watch(directory.as_ref()),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        other => bail!("'{}' is not a task of this repository\n\n{USAGE}", other.join(" ")),
    }
}

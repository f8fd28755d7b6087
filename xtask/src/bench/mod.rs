//! `cargo xtask bench`: ferrovirtd in figures, beside the machine's libvirtd when it is installed.
//!
//! Both are started for the bench alone, in directories of their own, and get the same load from
//! libvirt's own client (`load.py`). They take turns, so that what else the machine does falls on
//! both; a figure alone says little, the ratio of one run says more. Takes two to three minutes
//! after the build.

mod daemons;
mod table;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::command::{command, find, output};
use crate::demo::guard::Guard;
use crate::provision;
use crate::steps::Steps;
use crate::workspace::{Workspace, cargo};
use daemons::Daemon;
use table::{Column, Found, table};

/// Rounds when none are asked for.
const ROUNDS: u32 = 2;
/// Domains that are defined and listed, and guests that run at the same time.
const DEFINITIONS: u32 = 1000;
const GUESTS: u32 = 20;

/// Runs every measure and prints the table.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let rounds = parse(options)?;
    let workspace = Workspace::find()?;
    let mut steps = Steps::start();
    provision::install(provision::FOR_TESTS, &mut steps)?;
    let mut build = cargo(["build", "--release", "--package", "ferrovirtd"]);
    crate::command::run(build.current_dir(&workspace.root))?;
    let home = crate::demo::private_directory()?;
    let guard = Guard::over(&home)?;
    let script = home.join("load.py");
    std::fs::write(&script, include_str!("load.py"))?;

    let ours = Daemon::ferrovirtd(&workspace.target.join("release"), &home)?;
    ours.start()?;
    let mut daemons = vec![ours];
    match Daemon::libvirtd(&home).and_then(|daemon| daemon.start().map(|()| daemon)) {
        Ok(daemon) => daemons.push(daemon),
        Err(error) => steps.done(format!("without libvirtd: {error:#}")),
    }
    let mut columns: Vec<Column> =
        daemons.iter().map(|daemon| Column { name: daemon.name, rounds: Vec::new() }).collect();
    for round in 1..=rounds {
        for (daemon, column) in daemons.iter().zip(&mut columns) {
            column.rounds.push(load(&script, daemon)?);
            steps.done(format!("round {round} of {rounds}: {}", daemon.name));
        }
    }
    guard.clean_up()?;
    print!("{}", table(&columns)?);
    Ok(())
}

fn parse(options: &[&str]) -> Result<u32> {
    match options {
        [] => Ok(ROUNDS),
        ["--rounds", value] => value
            .parse()
            .ok()
            .filter(|rounds| (1..=20).contains(rounds))
            .with_context(|| format!("'{value}' is no number of rounds from 1 to 20")),
        ["--rounds"] => bail!("'--rounds' needs a value"),
        other => bail!("'{}' is not an option of bench", other.join(" ")),
    }
}

fn load(script: &Path, daemon: &Daemon) -> Result<Found> {
    // The distribution's Python has the distribution's module.
    let python = find("/usr/bin/python3").or_else(|| find("python3")).context("no Python")?;
    let mut load = command(python, [script.as_os_str(), daemon.uri().as_ref()]);
    load.arg(&daemon.disks).args([DEFINITIONS.to_string(), GUESTS.to_string()]);
    let said = output(load.args(&daemon.command))?;
    serde_json::from_str(&said).with_context(|| format!("the load printed '{said}'"))
}

#[cfg(test)]
mod tests {
    use super::{ROUNDS, parse};

    #[test]
    fn options_are_taken_and_others_refused() {
        assert_eq!(parse(&[]).unwrap(), ROUNDS);
        assert_eq!(parse(&["--rounds", "3"]).unwrap(), 3);
        assert!(parse(&["--rounds", "0"]).is_err());
        assert!(parse(&["--rounds"]).is_err());
        assert!(parse(&["--speed", "1"]).is_err());
    }
}

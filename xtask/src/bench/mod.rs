//! `cargo xtask bench`: ferrovirtd in figures, beside the machine's libvirtd when it is installed.
//!
//! Both are started for the bench alone, in directories of their own, and get the same load from
//! libvirt's own client (`load.py`). They take turns, so that what else the machine does falls on
//! both; a figure alone says little, the ratio of one run says more. Takes five to ten minutes
//! after the build.

mod daemons;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

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
/// Documents of every sort: those that the tests compare with libvirt.
const DOCUMENTS: &str = "crates/config/tests/documents";

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
    let load = Load::prepare(&workspace, &home)?;

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
            column.rounds.push(load.put_on(daemon)?);
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

/// The script and what it needs.
struct Load {
    script: PathBuf,
    documents: PathBuf,
}

impl Load {
    fn prepare(workspace: &Workspace, home: &Path) -> Result<Self> {
        let (script, documents) = (home.join("load.py"), home.join("documents"));
        fs::write(&script, include_str!("load.py"))?;
        fs::create_dir(&documents)?;
        for entry in fs::read_dir(workspace.root.join(DOCUMENTS))? {
            let path = entry?.path();
            // What libvirt makes of one stands beside it, unless it refuses it.
            if let Some(name) = path.file_name().filter(|_| path.with_extension("out.xml").exists())
            {
                fs::copy(&path, documents.join(name))?;
            }
        }
        Ok(Self { script, documents })
    }

    fn put_on(&self, daemon: &Daemon) -> Result<Found> {
        // The distribution's Python has the distribution's module.
        let python = find("/usr/bin/python3").or_else(|| find("python3")).context("no Python")?;
        let mut load = command(python, [self.script.as_os_str(), daemon.uri().as_ref()]);
        load.args([&daemon.disks, &daemon.cache, &self.documents]);
        load.args([DEFINITIONS.to_string(), GUESTS.to_string()]);
        let said = output(load.args(&daemon.command))?;
        serde_json::from_str(&said).with_context(|| format!("the load printed '{said}'"))
    }
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

//! `cargo xtask demo`: a guest with ferrovirtd, from definition to clean-up, a line for every step.
//!
//! Everything happens in a private directory. A second process, the [`guard`], cleans it up however
//! this one ends: at the end of the demo, on Ctrl-C, or killed.

pub(crate) mod guard;
pub(crate) mod session;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{command, output, run as run_command};
use crate::guest::{self, Guest};
use crate::provision;
use crate::steps::Steps;
use crate::workspace::{Workspace, cargo};
use guard::Guard;
use session::Session;

/// A guest that says nothing for so long will not come up.
const BOOT_DEADLINE: Duration = Duration::from_secs(60);
/// From the power button to "shut off".
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(30);

/// What becomes of the guest when the demo has shown it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// It is shut down and everything is removed.
    CleanUp,
    /// It runs on, and the demo prints commands to try.
    Keep,
}

/// The whole demo.
pub(crate) fn run(afterwards: Afterwards) -> Result<()> {
    let workspace = Workspace::find()?;
    let mut steps = Steps::start();
    provision::install(provision::FOR_DEMO, &mut steps)?;
    let guest = guest::build(&workspace, &mut steps)?;
    let manifest = workspace.root.join("Cargo.toml");
    let mut build = cargo([
        "build",
        "--release",
        "--package",
        "ferrovirtd",
        "--package",
        "fv",
        "--manifest-path",
    ]);
    run_command(build.arg(manifest))?;
    steps.done("built ferrovirtd and fv");

    let home = private_directory()?;
    let guard = Guard::over(&home)?;
    let outcome = show(&workspace, &guest, &home, afterwards, &mut steps);
    match outcome {
        Ok(session) if afterwards == Afterwards::Keep => {
            guard.stand_down()?;
            println!("{}", session.commands_to_try());
        }
        Ok(_) => {
            guard.clean_up()?;
            steps.done(format!("removed {}", home.display()));
        }
        Err(error) => {
            let log = fs::read_to_string(home.join("ferrovirtd.out")).unwrap_or_default();
            guard.clean_up()?;
            return Err(error.context(format!("ferrovirtd said:\n{log}")));
        }
    }
    Ok(())
}

fn show(
    workspace: &Workspace,
    guest: &Guest,
    home: &Path,
    afterwards: Afterwards,
    steps: &mut Steps,
) -> Result<Session> {
    let session = Session::start(&workspace.target.join("release"), home)?;
    steps.done(format!("ferrovirtd listens on {}", session.socket.display()));

    let top = backing_chain(home)?;
    steps.done("created disk.qcow2 on middle.qcow2 on base.qcow2");
    let document = home.join("guest.xml");
    let template = fs::read_to_string(workspace.root.join("demo/guest.xml"))?;
    fs::write(&document, fill_in(&template, guest, &top))?;
    session.fv(["define", text(&document)?])?;
    steps.done("defined the guest 'demo' from demo/guest.xml");

    session.fv(["start", "demo", "--paused"])?;
    let console = session.fv(["ttyconsole", "demo"])?;
    session.fv(["resume", "demo"])?;
    steps.done(format!("started it; its console, {}:", console.trim()));
    follow_console(Path::new(console.trim()), steps)?;
    steps.done("the guest is up");

    for words in [
        &["list", "--all"][..],
        &["domstate", "demo", "--reason"],
        &["domblkinfo", "demo", "vda"],
        &["domstats", "demo", "--block", "--backing"],
    ] {
        let answer = session.fv(words.iter().copied())?;
        steps.done(format!("fv {}", words.join(" ")));
        steps.quote(&answer);
    }
    if afterwards == Afterwards::Keep {
        return Ok(session);
    }

    session.fv(["shutdown", "demo"])?;
    steps.done("pressed the guest's power button");
    session.wait_for_state("demo", "shut off", SHUTDOWN_DEADLINE)?;
    steps.done("the guest shut itself down");
    session.fv(["undefine", "demo"])?;
    Ok(session)
}

/// A directory of our own. Short: the path of a socket in it has to fit into 107 bytes.
pub(crate) fn private_directory() -> Result<PathBuf> {
    let path = output(&mut command("mktemp", ["-d", "/tmp/ferrovirt-demo.XXXXXX"]))?;
    Ok(path.trim().into())
}

/// Three layers: what `domstats --backing` is about.
fn backing_chain(home: &Path) -> Result<PathBuf> {
    let qemu_img = |args: &[&str]| output(command("qemu-img", args).current_dir(home));
    qemu_img(&["create", "-q", "-f", "qcow2", "base.qcow2", "256M"])?;
    // Something in the lowest layer, so that the layers differ in the figures.
    fs::write(home.join("content"), vec![0x5a; 8 << 20])?;
    qemu_img(&["convert", "-q", "-f", "raw", "-O", "qcow2", "content", "base.qcow2"])?;
    qemu_img(&["resize", "-q", "base.qcow2", "256M"])?;
    qemu_img(&["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "base.qcow2", "middle.qcow2"])?;
    qemu_img(&["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "middle.qcow2", "disk.qcow2"])?;
    Ok(home.join("disk.qcow2"))
}

fn fill_in(template: &str, guest: &Guest, disk: &Path) -> String {
    let values =
        [("{{kernel}}", &*guest.kernel), ("{{initrd}}", &*guest.initrd), ("{{disk}}", disk)];
    values.iter().fold(template.to_owned(), |document, (word, path)| {
        document.replace(word, &escaped(&path.to_string_lossy()))
    })
}

fn escaped(path: &str) -> String {
    path.replace('&', "&amp;").replace('<', "&lt;")
}

/// Prints the lines of the guest's console until the one that says it is up.
fn follow_console(console: &Path, steps: &mut Steps) -> Result<()> {
    let terminal =
        File::open(console).with_context(|| format!("cannot open '{}'", console.display()))?;
    let (sender, lines) = mpsc::channel();
    // The read has no deadline of its own; the thread ends with the terminal.
    std::thread::spawn(move || {
        for line in BufReader::new(terminal).split(b'\n') {
            let Ok(line) = line else { break };
            if sender.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                break;
            }
        }
    });
    let deadline = Instant::now() + BOOT_DEADLINE;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                steps.quote(&line);
                if line.contains(guest::UP) {
                    return Ok(());
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                bail!("the guest was not up after {} s", BOOT_DEADLINE.as_secs())
            }
            Err(RecvTimeoutError::Disconnected) => {
                bail!("the guest's console closed before the guest was up")
            }
        }
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("'{}' is not UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::fill_in;
    use crate::guest::Guest;

    #[test]
    fn the_template_has_a_place_for_every_path_and_no_other() {
        let guest = Guest { kernel: "/k&k".into(), initrd: "/i".into() };
        let document = fill_in(include_str!("../../../demo/guest.xml"), &guest, Path::new("/d"));
        for element in ["<kernel>/k&amp;k</kernel>", "<initrd>/i</initrd>", "<source file='/d'/>"] {
            assert!(document.contains(element), "{element} in {document}");
        }
        assert!(!document.contains("{{"), "{document}");
    }
}

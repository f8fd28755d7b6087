//! `cargo xtask test`: everything a change must pass, in the order in which failures are cheap.
//!
//! All steps share one target directory and one profile: clippy and the documentation check the
//! same dependencies, and the tests run the binaries that one build made.

use anyhow::{Context, Result, bail};

use crate::command::{find, run as run_command, succeeds};
use crate::steps::Steps;
use crate::workspace::{Workspace, cargo};
use crate::{guest, provision, tidy};

type Step = fn(&Workspace, &mut Steps) -> Result<()>;

const STEPS: &[(&str, Step)] = &[
    ("fmt", format),
    ("tidy", |_, _| tidy::run()),
    ("clippy", clippy),
    ("doc", document),
    ("deny", deny),
    ("prepare", prepare),
    ("build", build),
    ("test", test),
    ("doctest", doctest),
];

/// Runs all steps, or those whose names `only` lists.
pub(crate) fn run(only: Option<&str>) -> Result<()> {
    let workspace = Workspace::find()?;
    let mut steps = Steps::start();
    for (name, step) in selected(only)? {
        steps.header(name);
        step(&workspace, &mut steps).with_context(|| format!("step '{name}'"))?;
    }
    steps.header("all passed");
    Ok(())
}

fn selected(only: Option<&str>) -> Result<Vec<(&'static str, Step)>> {
    let Some(only) = only else {
        return Ok(STEPS.to_vec());
    };
    only.split(',')
        .map(|wanted| match STEPS.iter().find(|(name, _)| *name == wanted) {
            Some(step) => Ok(*step),
            None => {
                let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
                bail!("'{wanted}' is not a step; the steps are {}", names.join(", "))
            }
        })
        .collect()
}

fn in_workspace<'a>(workspace: &Workspace, words: impl IntoIterator<Item = &'a str>) -> Result<()> {
    run_command(cargo(words).current_dir(&workspace.root))
}

fn format(workspace: &Workspace, _: &mut Steps) -> Result<()> {
    in_workspace(workspace, ["fmt", "--all", "--check"])
}

fn clippy(workspace: &Workspace, _: &mut Steps) -> Result<()> {
    in_workspace(workspace, ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn document(workspace: &Workspace, _: &mut Steps) -> Result<()> {
    let mut doc = cargo(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run_command(doc.current_dir(&workspace.root).env("RUSTDOCFLAGS", "-D warnings"))
}

fn deny(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    if find("cargo-deny").is_none() {
        steps.done("skipped: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(());
    }
    in_workspace(workspace, ["deny", "--offline", "check", "licenses", "bans", "sources"])
}

fn prepare(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    provision::install(provision::FOR_TESTS, steps)?;
    guest::build(workspace, steps).map(drop)
}

/// The end-to-end tests start the programs; cargo builds those for no test of another package.
fn build(workspace: &Workspace, _: &mut Steps) -> Result<()> {
    in_workspace(workspace, ["build", "--workspace", "--bins"])
}

fn test(workspace: &Workspace, _: &mut Steps) -> Result<()> {
    let has_nextest = succeeds(cargo(["nextest", "--version"]).current_dir(&workspace.root));
    if has_nextest {
        in_workspace(workspace, ["nextest", "run", "--workspace", "--no-fail-fast"])
    } else {
        in_workspace(
            workspace,
            ["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"],
        )
    }
}

fn doctest(workspace: &Workspace, _: &mut Steps) -> Result<()> {
    in_workspace(workspace, ["test", "--workspace", "--doc"])
}

#[cfg(test)]
mod tests {
    use super::{STEPS, selected};

    #[test]
    fn only_selects_in_the_order_given() {
        let names: Vec<&str> =
            selected(Some("test,fmt")).unwrap().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["test", "fmt"]);
        assert_eq!(selected(None).unwrap().len(), STEPS.len());
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_known_ones() {
        let refusal = selected(Some("fmt,nosuch")).unwrap_err().to_string();
        assert!(refusal.contains("'nosuch'") && refusal.contains("clippy"), "{refusal}");
    }
}

//! Rules about the files themselves: size, names, module docs, unsafe code, paths of a workplace.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// More lines than this is a defect.
const MOST_LINES: usize = 1000;

/// Files that are long because they are tables, each with its reason.
const TABLES: &[(&str, &str)] = &[];

/// Names of files into which everything falls.
const SHAPELESS: [&str; 8] =
    ["utils", "util", "helpers", "helper", "common", "misc", "manager", "mgr"];

/// The one crate that may have unsafe code, in its `src/sys`; the workspace lints deny it elsewhere there.
const MAY_BE_UNSAFE: &str = "crates/host";

/// Everything in the repository that breaks one of the rules.
pub(crate) fn offences(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.sort();
    let mut offences = Vec::new();
    for file in &files {
        // Images and archives are not for reading.
        let Ok(text) = String::from_utf8(fs::read(file)?) else {
            continue;
        };
        let name = file.strip_prefix(root).unwrap_or(file);
        offences.extend(
            about(name, &text).into_iter().map(|offence| format!("{}: {offence}", name.display())),
        );
    }
    Ok(offences)
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(directory).with_context(|| format!("cannot read '{}'", directory.display()))?
    {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if name != "target" && name != ".git" {
                walk(&entry.path(), files)?;
            }
        } else if name != ".git" && entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn about(name: &Path, text: &str) -> Vec<String> {
    let mut offences = Vec::new();
    // Put together here, so that this file does not offend against itself.
    for place in [["/wo", "rk/"], ["../sha", "red"]].map(|halves| halves.concat()) {
        if text.contains(&place) {
            offences.push(format!("names '{place}', a place that only one machine has"));
        }
    }
    if name.extension().is_none_or(|extension| extension != "rs") {
        return offences;
    }
    let lines = text.lines().count();
    if lines > MOST_LINES && !TABLES.iter().any(|(table, _)| Path::new(table) == name) {
        offences.push(format!("has {lines} lines; more than {MOST_LINES} wants a second cut"));
    }
    let stem = name.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if SHAPELESS.contains(&stem) {
        offences.push(format!("'{stem}' says nothing about what is in it"));
    }
    // Unit tests in a file of their own are described by the module they test.
    if stem != "tests" && !text.trim_start().starts_with("//!") {
        offences.push("does not begin with a module doc (//!)".to_owned());
    }
    if is_crate_root(name)
        && !name.starts_with(MAY_BE_UNSAFE)
        && !text.contains("#![forbid(unsafe_code)]")
    {
        offences.push("does not forbid unsafe code".to_owned());
    }
    offences
}

fn is_crate_root(name: &Path) -> bool {
    name.ends_with("src/lib.rs") || name.ends_with("src/main.rs")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MOST_LINES, about};

    const GOOD: &str = "//! A crate.\n#![forbid(unsafe_code)]\n";

    fn offences(name: &str, text: &str) -> String {
        about(Path::new(name), text).join("; ")
    }

    #[test]
    fn a_good_file_passes() {
        assert_eq!(offences("crates/xdr/src/lib.rs", GOOD), "");
        assert_eq!(offences("README.md", "no rules for prose"), "");
    }

    #[test]
    fn every_rule_bites() {
        assert!(offences("crates/xdr/src/lib.rs", "//! A crate.\n").contains("forbid"));
        assert!(offences("crates/xdr/src/read.rs", "use std::fs;\n").contains("module doc"));
        assert!(offences("crates/xdr/src/utils.rs", "//! x\n").contains("'utils'"));
        assert!(
            offences("crates/xdr/src/read.rs", &"//! x\n".repeat(MOST_LINES + 1)).contains("lines")
        );
        assert!(offences("README.md", &["see /wo", "rk/x"].concat()).contains("only one machine"));
    }

    #[test]
    fn the_host_crate_may_have_unsafe_code() {
        assert_eq!(offences("crates/host/src/lib.rs", "//! x\n"), "");
    }
}

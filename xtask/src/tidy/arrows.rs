//! The arrows between crates. This table is the architecture: ARCHITECTURE.md draws it, cargo obeys it.

use anyhow::{Context, Result};
use serde_json::Value;

/// What a crate of this workspace may know of the others.
enum May {
    /// Exactly these, by package name, and the packages it may use in tests only.
    Know(&'static [&'static str]),
    /// Every other: the programs and the tools around them.
    KnowAll,
}

/// What a driver of networks, pools, filters or secrets may know.
const OBJECTS: &[&str] = &[
    "ferrovirt-definitions",
    "ferrovirt-driver",
    "ferrovirt-api",
    "ferrovirt-config",
    "ferrovirt-host",
];

/// One row a package. Dev-dependencies obey the same arrows.
const ARROWS: &[(&str, May)] = &[
    ("ferrovirt-xdr", May::Know(&[])),
    ("ferrovirt-xml", May::Know(&[])),
    ("ferrovirt-image", May::Know(&[])),
    ("ferrovirt-qmp", May::Know(&[])),
    ("ferrovirt-host", May::Know(&[])),
    ("ferrovirt-polkit", May::Know(&["ferrovirt-trace"])),
    ("ferrovirt-machined", May::Know(&["ferrovirt-trace"])),
    ("ferrovirt-sasl", May::Know(&[])),
    ("ferrovirt-tls", May::Know(&["ferrovirt-trace"])),
    ("ferrovirt-api", May::Know(&["ferrovirt-xdr"])),
    ("ferrovirt-config", May::Know(&["ferrovirt-xml"])),
    ("ferrovirt-trace", May::Know(&["ferrovirt-api", "ferrovirt-xdr"])),
    ("ferrovirt-rpc", May::Know(&["ferrovirt-api", "ferrovirt-xdr", "ferrovirt-trace"])),
    (
        "ferrovirt",
        May::Know(&[
            "ferrovirt-api",
            "ferrovirt-rpc",
            "ferrovirt-config",
            "ferrovirt-sasl",
            "ferrovirt-tls",
            "ferrovirt-trace",
        ]),
    ),
    ("ferrovirt-driver", May::Know(&["ferrovirt-api", "ferrovirt-config"])),
    (
        "ferrovirt-driver-qemu",
        May::Know(&[
            "ferrovirt-definitions",
            "ferrovirt-driver",
            "ferrovirt-api",
            "ferrovirt-config",
            "ferrovirt-xml",
            "ferrovirt-qmp",
            "ferrovirt-host",
            "ferrovirt-image",
            "ferrovirt-machined",
            "ferrovirt-trace",
        ]),
    ),
    (
        "ferrovirt-definitions",
        May::Know(&["ferrovirt-driver", "ferrovirt-api", "ferrovirt-config", "ferrovirt-host"]),
    ),
    ("ferrovirt-driver-network", May::Know(OBJECTS)),
    ("ferrovirt-driver-storage", May::Know(OBJECTS)),
    ("ferrovirt-driver-nwfilter", May::Know(OBJECTS)),
    ("ferrovirt-driver-secret", May::Know(OBJECTS)),
    (
        "ferrovirt-server",
        May::Know(&[
            "ferrovirt-rpc",
            "ferrovirt-api",
            "ferrovirt-driver",
            "ferrovirt-trace",
            "ferrovirt-polkit",
            "ferrovirt-sasl",
            "ferrovirt-tls",
        ]),
    ),
    ("ferrovirtd", May::KnowAll),
    (
        "fv",
        May::Know(&[
            "ferrovirt",
            "ferrovirt-api",
            "ferrovirt-config",
            "ferrovirt-rpc",
            "ferrovirt-sasl",
            "ferrovirt-trace",
        ]),
    ),
    ("virt-ssh-helper", May::Know(&[])),
    ("ferrovirt-fuzz", May::KnowAll),
    ("xtask", May::KnowAll),
    ("e2e", May::KnowAll),
];

/// Arrows in `cargo metadata` that the table does not draw, and packages it does not list.
pub(crate) fn offences(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let members: Vec<String> = packages.iter().map(name).collect();
    let mut offences = Vec::new();
    for package in packages {
        let from = name(package);
        let Some((_, may)) = ARROWS.iter().find(|(listed, _)| *listed == from) else {
            offences.push(format!(
                "package '{from}' is not in the table of arrows, xtask/src/tidy/arrows.rs"
            ));
            continue;
        };
        let May::Know(allowed) = may else { continue };
        for to in package["dependencies"].as_array().into_iter().flatten().map(name) {
            if members.contains(&to) && to != from && !allowed.contains(&to.as_str()) {
                offences.push(format!(
                    "'{from}' must not depend on '{to}': the architecture draws no such arrow"
                ));
            }
        }
    }
    Ok(offences)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::offences;

    fn package(name: &str, dependencies: &[&str]) -> serde_json::Value {
        let dependencies: Vec<_> =
            dependencies.iter().map(|name| json!({ "name": name })).collect();
        json!({ "name": name, "dependencies": dependencies })
    }

    #[test]
    fn an_arrow_of_the_table_passes_and_any_other_fails() {
        let packages = [
            package("ferrovirt-xdr", &["thiserror"]),
            package("ferrovirt-api", &["ferrovirt-xdr"]),
        ];
        assert_eq!(offences(&json!({ "packages": packages })).unwrap(), Vec::<String>::new());
        let packages =
            [package("ferrovirt-xdr", &["ferrovirt-api"]), package("ferrovirt-api", &[])];
        let found = offences(&json!({ "packages": packages })).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("'ferrovirt-xdr' must not depend on 'ferrovirt-api'"),
            "{found:?}"
        );
    }

    #[test]
    fn a_package_that_the_table_does_not_list_fails() {
        let found = offences(&json!({ "packages": [package("ferrovirt-new", &[])] })).unwrap();
        assert!(found.len() == 1 && found[0].contains("'ferrovirt-new'"), "{found:?}");
    }
}

//! Every target over the kept corpus, and mutations of it for a moment: a part of the tests.
//!
//! The seed is always the same, so that a failure is seen again; `cargo xtask fuzz` draws a new one.

use std::time::Duration;

use fuzz::{Campaign, TARGETS, target};

const MOMENT: Duration = Duration::from_secs(2);

#[track_caller]
fn holds(name: &str) {
    let target = target(name).unwrap_or_else(|| panic!("no target '{name}'"));
    let campaign = Campaign { time: MOMENT, seed: 1 };
    match campaign.run(target).expect("the corpus can be read") {
        Ok(report) => assert!(report.inputs > 100, "only {} inputs", report.inputs),
        Err(finding) => panic!("{finding}"),
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];
        $(#[test]
        fn $name() {
            holds(stringify!($name));
        })*
    };
}
targets! { packet messages typed_params domain kinds sasl tls_name policy }

#[test]
fn every_target_is_run() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, TESTED);
}

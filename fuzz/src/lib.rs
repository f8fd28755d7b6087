//! Fuzz targets: everything in Ferrovirt that reads what others wrote.
//!
//! A [`Target`] is a plain function of bytes that panics when something is wrong: when what it calls
//! panics, or when what it says of itself is not true (what was read is written as it was read, two
//! decoders agree, …). Three drivers run the same targets:
//!
//! - the tests of this crate, for two seconds each, over the kept corpus and mutations of it;
//! - `cargo xtask fuzz [TARGET] [--seconds N] [--seed N]`, the same for longer, with a new seed;
//! - cargo-fuzz with libFuzzer, where there is a nightly toolchain: `libfuzzer/`.
//!
//! A new target is a file in `targets/`, a line in [`TARGETS`] and a folder in `corpus/`.
#![forbid(unsafe_code)]

mod campaign;
mod corpus;
mod mutation;
mod targets;

pub use campaign::{Campaign, Finding, Report};
pub use targets::TARGETS;

/// Something that reads bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name, also of its folder in `corpus/`.
    pub name: &'static str,
    /// Reads `bytes`; panics when something is wrong.
    pub run: fn(bytes: &[u8]),
    /// Inputs to begin with, besides those in `corpus/`.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words that its inputs are made of.
    pub words: &'static [&'static str],
}

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

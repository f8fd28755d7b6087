//! libFuzzer drives the target `packet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("packet").expect("a target").run)(bytes));

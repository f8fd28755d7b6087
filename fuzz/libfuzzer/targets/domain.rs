//! libFuzzer drives the target `domain`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("domain").expect("a target").run)(bytes));

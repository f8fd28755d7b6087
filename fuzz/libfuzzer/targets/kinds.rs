//! libFuzzer drives the target `kinds`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("kinds").expect("a target").run)(bytes));

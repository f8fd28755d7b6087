//! libFuzzer drives the target `policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("policy").expect("a target").run)(bytes));

//! libFuzzer drives the target `typed_params`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("typed_params").expect("a target").run)(bytes));

//! libFuzzer drives the target `sasl`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("sasl").expect("a target").run)(bytes));

//! libFuzzer drives the target `tls_name`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("tls_name").expect("a target").run)(bytes));

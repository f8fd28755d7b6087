//! libFuzzer drives the target `messages`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target("messages").expect("a target").run)(bytes));

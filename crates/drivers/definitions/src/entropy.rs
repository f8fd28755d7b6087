//! Random numbers for documents.

use rustix::rand::{GetRandomFlags, getrandom};

/// The entropy of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl config::Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match getrandom(&mut *rest, GetRandomFlags::empty()) {
                Ok(count) => filled += count,
                Err(rustix::io::Errno::INTR) => {}
                // A sandbox may forbid the call; the device has the same bytes.
                Err(_) => {
                    use std::io::Read;
                    let device = std::fs::File::open("/dev/urandom");
                    let read = device.and_then(|mut device| device.read_exact(rest));
                    read.expect("a kernel gives random bytes one way or the other");
                    return;
                }
            }
        }
    }
}

//! Requests to the kernel's routing socket, one at a time.
//!
//! ```text
//! header: length, kind, flags, number, port │ what it is about │ attribute, attribute, …
//! attribute: length, kind │ value │ up to a multiple of four
//! ```
//!
//! **Source**: RFC 3549, `linux/rtnetlink.h`. Only requests whose answer is yes or no: nothing is listed here.

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};
use std::io;
use std::time::Duration;

/// The kernel answers at once; without an answer by then there will be none.
const DEADLINE: Duration = Duration::from_secs(5);

const HEADER: usize = 16;
const ALIGNMENT: usize = 4;

/// A request: what is to be done, to what, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request(Vec<u8>);

impl Request {
    /// A request of `kind` about what `subject` says, the structure that belongs to the kind.
    pub(super) fn new(kind: u16, flags: i32, subject: &[u8]) -> Self {
        let flags = (flags | libc::NLM_F_REQUEST | libc::NLM_F_ACK) as u16;
        let mut bytes = vec![0; 4];
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend(subject);
        Self(bytes)
    }

    /// The same with an attribute more.
    pub(super) fn with(mut self, kind: u16, value: &[u8]) -> Self {
        self.align();
        let length = (ALIGNMENT + value.len()) as u16;
        self.0.extend(length.to_ne_bytes());
        self.0.extend(kind.to_ne_bytes());
        self.0.extend(value);
        self
    }

    /// The same with an attribute that is a text.
    pub(super) fn with_text(self, kind: u16, text: &str) -> Self {
        let mut value = text.as_bytes().to_vec();
        value.push(0);
        self.with(kind, &value)
    }

    /// The same with an attribute made of those that `inner` adds.
    pub(super) fn with_nested(mut self, kind: u16, inner: impl FnOnce(Self) -> Self) -> Self {
        self.align();
        let start = self.0.len();
        let mut nested = inner(self.with(kind, &[]));
        nested.align();
        let length = (nested.0.len() - start) as u16;
        if let Some(place) = nested.0.get_mut(start..start + 2) {
            place.copy_from_slice(&length.to_ne_bytes());
        }
        nested
    }

    /// Has the kernel do it.
    ///
    /// **Errors**: the kernel's; `TimedOut` if it does not answer.
    pub(super) fn carry_out(mut self) -> io::Result<()> {
        self.align();
        let length = self.0.len() as u32;
        if let Some(place) = self.0.get_mut(..4) {
            place.copy_from_slice(&length.to_ne_bytes());
        }
        let socket = rustix::net::socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            // The protocol of number 0, which is that of routing.
            None,
        )?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, Some(DEADLINE))?;
        rustix::net::send(&socket, &self.0, SendFlags::empty())?;
        let mut answer = [0; 4096];
        let (read, _) = rustix::net::recv(&socket, &mut answer[..], RecvFlags::empty())?;
        outcome(answer.get(..read).unwrap_or_default())
    }

    fn align(&mut self) {
        let length = self.0.len().next_multiple_of(ALIGNMENT);
        self.0.resize(length, 0);
    }
}

/// What the kernel said: the error's number is the first thing behind the header.
fn outcome(answer: &[u8]) -> io::Result<()> {
    let malformed = || io::Error::from(io::ErrorKind::InvalidData);
    let kind = answer.get(4..6).ok_or_else(malformed)?;
    if kind != (libc::NLMSG_ERROR as u16).to_ne_bytes() {
        return Err(malformed());
    }
    let code = answer.get(HEADER..HEADER + 4).and_then(|code| code.try_into().ok());
    match i32::from_ne_bytes(code.ok_or_else(malformed)?) {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error.saturating_neg())),
    }
}

/// What a request about a device is about. **Source**: `struct ifinfomsg`.
pub(super) fn link(family: u8, index: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[0] = family;
    bytes[4..8].copy_from_slice(&index.to_ne_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_aligned_and_nested_ones_know_their_length() {
        let request = Request::new(16, libc::NLM_F_CREATE, &link(0, 7))
            .with_text(3, "ab")
            .with_nested(18, |inner| inner.with_text(1, "x").with(2, &[9]));
        let mut expected = vec![0, 0, 0, 0];
        expected.extend(16_u16.to_ne_bytes());
        expected.extend((0x400_u16 | 1 | 4).to_ne_bytes());
        expected.extend([0; 8]);
        expected.extend([0, 0, 0, 0]);
        expected.extend(7_u32.to_ne_bytes());
        expected.extend([0; 8]);
        expected.extend(7_u16.to_ne_bytes());
        expected.extend(3_u16.to_ne_bytes());
        expected.extend([b'a', b'b', 0, 0]);
        expected.extend(20_u16.to_ne_bytes());
        expected.extend(18_u16.to_ne_bytes());
        expected.extend(6_u16.to_ne_bytes());
        expected.extend(1_u16.to_ne_bytes());
        expected.extend([b'x', 0, 0, 0]);
        expected.extend(5_u16.to_ne_bytes());
        expected.extend(2_u16.to_ne_bytes());
        expected.extend([9, 0, 0, 0]);
        assert_eq!(request.0, expected);
    }

    #[test]
    fn an_answer_is_the_kernels_or_an_error() {
        let answer = |kind: u16, code: i32| {
            let mut bytes = vec![36, 0, 0, 0];
            bytes.extend(kind.to_ne_bytes());
            bytes.extend([0; 10]);
            bytes.extend(code.to_ne_bytes());
            bytes
        };
        outcome(&answer(2, 0)).unwrap();
        let refused = outcome(&answer(2, -libc::EEXIST)).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EEXIST));
        assert_eq!(outcome(&answer(3, 0)).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(outcome(&[0; 9]).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn the_kernel_answers() {
        // No device has this number.
        let request = Request::new(libc::RTM_SETLINK, 0, &link(0, u32::MAX >> 1));
        let error = request.with_text(libc::IFLA_IFNAME, "x").carry_out().unwrap_err();
        let number = error.raw_os_error();
        assert!(matches!(number, Some(libc::ENODEV | libc::EPERM)), "{error}");
    }
}

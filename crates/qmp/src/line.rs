//! Bytes from a socket, cut into lines.
//!
//! Invariant: no more than [`LINE_LIMIT`] bytes plus one read are ever held, and each byte is looked at once.

use std::io;
use tokio::net::UnixStream;

/// The longest line accepted from a peer and the longest request sent to it.
///
/// **Units**: bytes. The longest real answer (`query-qmp-schema`) is about 200 KiB.
pub const LINE_LIMIT: usize = 10 << 20;

/// What one read asks for.
const READ_SIZE: usize = 4 << 10;
/// A buffer that grew beyond this for a long answer is given back when it is empty.
const KEEP_CAPACITY: usize = 64 << 10;

/// A line did not end within [`LINE_LIMIT`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineTooLong;

/// Collects what arrives and hands it out line by line.
#[derive(Debug, Default)]
pub(crate) struct LineBuffer {
    bytes: Vec<u8>,
    /// Where the first line not handed out begins.
    start: usize,
    /// Up to where no line end has been found.
    scanned: usize,
}

impl LineBuffer {
    /// Reads once without waiting; `Ok(0)` is the end of the stream.
    pub(crate) fn fill(&mut self, stream: &UnixStream) -> io::Result<usize> {
        let spare = self.bytes.capacity().saturating_sub(self.bytes.len());
        if spare < READ_SIZE {
            // Doubling keeps the number of reads of a long answer logarithmic.
            self.bytes.reserve(READ_SIZE.max(self.bytes.len()));
        }
        stream.try_read_buf(&mut self.bytes)
    }

    /// The last `count` bytes that came.
    pub(crate) fn last(&self, count: usize) -> &[u8] {
        self.bytes.get(self.bytes.len().saturating_sub(count)..).unwrap_or_default()
    }

    /// What was not handed out.
    pub(crate) fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// The next whole line without its end, or `None` until more has been read.
    pub(crate) fn next_line(&mut self) -> Result<Option<&[u8]>, LineTooLong> {
        let fresh = self.bytes.get(self.scanned..).unwrap_or_default();
        let Some(length) = fresh.iter().position(|byte| *byte == b'\n') else {
            self.forget_lines();
            self.scanned = self.bytes.len();
            return if self.scanned > LINE_LIMIT { Err(LineTooLong) } else { Ok(None) };
        };
        let end = self.scanned.saturating_add(length);
        let line = self.start..end;
        self.start = end.saturating_add(1);
        self.scanned = self.start;
        if line.len() > LINE_LIMIT {
            return Err(LineTooLong);
        }
        let line = self.bytes.get(line).unwrap_or_default();
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    /// Drops everything read so far, including an unfinished line.
    pub(crate) fn clear(&mut self) {
        self.start = self.bytes.len();
        self.forget_lines();
        self.scanned = 0;
    }

    fn forget_lines(&mut self) {
        self.bytes.drain(..self.start);
        self.start = 0;
        if self.bytes.is_empty() && self.bytes.capacity() > KEEP_CAPACITY {
            self.bytes = Vec::new();
        }
    }

    #[cfg(test)]
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_without_end_is_refused() {
        let mut buffer = LineBuffer::default();
        buffer.push(&vec![b'x'; LINE_LIMIT]);
        assert_eq!(buffer.next_line(), Ok(None));
        buffer.push(b"x");
        assert_eq!(buffer.next_line(), Err(LineTooLong));
    }

    #[test]
    fn a_long_answer_does_not_stay_in_memory() {
        let mut buffer = LineBuffer::default();
        buffer.push(&vec![b'x'; KEEP_CAPACITY * 2]);
        buffer.push(b"\n");
        assert!(buffer.next_line().unwrap().is_some());
        assert_eq!(buffer.next_line(), Ok(None));
        assert_eq!(buffer.bytes.capacity(), 0);
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_the_cuts(text in "[a\r\n]{0,60}", cuts in prop::collection::vec(0usize..60, 0..8)) {
            let mut buffer = LineBuffer::default();
            let mut seen = Vec::new();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                buffer.push(&text.as_bytes()[pair[0]..pair[1]]);
                while let Some(line) = buffer.next_line().unwrap() {
                    seen.push(line.to_vec());
                }
            }
            let mut whole: Vec<&str> = text.split('\n').collect();
            whole.pop();
            let whole: Vec<Vec<u8>> = whole.iter().map(|line| line.strip_suffix('\r').unwrap_or(line).into()).collect();
            prop_assert_eq!(seen, whole);
        }
    }
}

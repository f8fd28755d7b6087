//! Bytes from one side to the other until it is over.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread;

/// What is held at a time, in each direction. **Units**: bytes.
const BUFFER_BYTES: usize = 64 << 10;

/// Relays until the daemon has said its last. The thread that reads from the client may sit in a
/// read for ever; it ends with the process.
pub(crate) fn run(daemon: UnixStream) -> io::Result<()> {
    // Past the buffers of the standard library, which look for the ends of lines.
    let mut from_client = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut to_client = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut to_daemon = daemon.try_clone()?;
    thread::spawn(move || {
        let _ = copy(&mut from_client, &mut to_daemon);
        // Nothing more is said, but answers may still come. A daemon that is gone needs no telling.
        let _ = to_daemon.shutdown(Shutdown::Write);
    });
    let mut from_daemon = daemon;
    copy(&mut from_daemon, &mut to_client)
}

/// Copies to the end; each piece is written before the next is read.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all(buffer.get(..count).unwrap_or_default())?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};

    use super::copy;

    /// Gives and takes a few bytes at a time, and is interrupted in between.
    struct Slow(Vec<u8>, bool);

    impl Read for Slow {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let count = room.len().min(7).min(self.0.len());
            for (to, from) in room.iter_mut().zip(self.0.drain(..count)) {
                *to = from;
            }
            Ok(count)
        }
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(3);
            self.0.extend(bytes.iter().take(count));
            Ok(count)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_is_lost_on_the_way() {
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let mut to = Slow(Vec::new(), false);
        copy(&mut Slow(bytes.clone(), false), &mut to).unwrap();
        assert_eq!(to.0, bytes);
    }
}

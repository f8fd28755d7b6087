//! The finished command line.

use std::fmt;
use std::path::PathBuf;

/// A program, what it is told, and what has to be open in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandLine {
    /// The QEMU binary.
    pub(crate) program: String,
    /// Its arguments.
    pub(crate) args: Vec<String>,
    /// Its environment, in order; nothing else is in it.
    pub(crate) env: Vec<(String, String)>,
    /// What has to be open in it, under the number that the arguments name.
    pub(crate) descriptors: Vec<Descriptor>,
}

/// The number of the first descriptor; those after it follow without a gap.
pub(super) const FIRST_DESCRIPTOR: i32 = 3;

/// Something that is open in QEMU when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// Its number in QEMU.
    pub(crate) number: i32,
    /// What it is.
    pub(crate) resource: Resource,
}

/// What a descriptor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A socket that listens at this path; a file in its place is replaced.
    ListeningSocket {
        /// The path.
        path: PathBuf,
    },
    /// A queue of a TAP or macvtap device of the interface with this alias.
    Tap {
        /// The interface's alias.
        alias: String,
        /// Which of its queues, from 0.
        queue: u32,
    },
    /// A fresh `/dev/vhost-net` for a queue of an interface.
    VhostNet {
        /// Its path, which may be another.
        path: PathBuf,
    },
    /// The `/dev/vhost-vsock` that has been given the guest's number.
    VhostVsock,
    /// A file that is written from the start or at its end; made if it does not exist.
    OutputFile {
        /// The path.
        path: PathBuf,
        /// Whether what is there stays.
        existing: Existing,
    },
    /// A device of the host, open for reading and writing.
    Device {
        /// The path.
        path: PathBuf,
    },
}

/// What becomes of a file's content when it is opened for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and the writing goes to its end.
    Kept,
    /// It goes.
    Dropped,
}

/// As a shell would be told it: `NAME=value program arguments`.
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", Quoted(value))?;
        }
        write!(f, "{}", Quoted(&self.program))?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", Quoted(arg)))
    }
}

/// `word` as a shell would be told it.
pub(crate) fn quoted(word: &str) -> impl fmt::Display + '_ {
    Quoted(word)
}

/// A word as a shell reads it.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SPECIAL: &str = "\r\t\n !\"#$&'()*;<>?[\\]^`{|}~";
        if !self.0.is_empty() && !self.0.contains(|c| SPECIAL.contains(c)) {
            return f.write_str(self.0);
        }
        write!(f, "'{}'", self.0.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_needs_it() {
        for (word, quoted) in [
            ("-m", "-m"),
            ("", "''"),
            ("a b", "'a b'"),
            ("{\"a\":1}", "'{\"a\":1}'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(Quoted(word).to_string(), quoted);
        }
    }
}

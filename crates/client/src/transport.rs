//! Ways to a server: a socket, the network, TLS, or a program that brings bytes there.

mod network;
mod program;
mod shell;

use std::path::PathBuf;

pub(crate) use network::{Server, TCP_PORT, TlsOptions};
pub(crate) use program::Program;
pub(crate) use shell::Shell;

/// How to get to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Unix sockets, the preferred first.
    Unix(Vec<PathBuf>),
    /// TCP, in the clear.
    Tcp(Server),
    /// TLS over TCP.
    Tls(Server, TlsOptions),
    /// A program with its arguments, whose input and output lead there.
    Program(Vec<String>),
}

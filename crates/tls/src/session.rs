//! A session: a stream that has shaken hands, and what static probes see of it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsStream;
use trace::probes;

use crate::error::Refusal;

/// An encrypted stream, in the clear.
#[derive(Debug)]
pub struct Session<S> {
    stream: TlsStream<S>,
    _seen: Seen,
}

/// A session as static probes see it, from before its handshake until it is dropped.
#[derive(Debug)]
pub(crate) struct Seen {
    context: u64,
    session: u64,
}

impl<S> Session<S> {
    pub(crate) fn new(stream: TlsStream<S>, seen: Seen) -> Self {
        Self { stream, _seen: seen }
    }
}

impl Seen {
    /// A session begins; a client knows whom it talks to.
    pub(crate) fn new(context: u64, host: Option<&str>) -> Self {
        let session = probes::next_id();
        probes::rpc_tls_session_new(session, context, host, host.is_none());
        Self { context, session }
    }

    /// How the handshake ended.
    pub(crate) fn shook<T>(&self, outcome: io::Result<T>) -> Result<T, Refusal> {
        match &outcome {
            Ok(_) => probes::rpc_tls_session_handshake_pass(self.session),
            Err(_) => probes::rpc_tls_session_handshake_fail(self.session),
        }
        outcome.map_err(Refusal::Handshake)
    }

    /// Whether the peer is let in; `name` is what its certificate says, if that is good.
    pub(crate) fn judged<T>(&self, verdict: &Result<T, Refusal>, name: Option<&str>) {
        match (verdict, name) {
            (Ok(_), name) => {
                let name = name.unwrap_or_default();
                probes::rpc_tls_context_session_allow(self.context, self.session, name);
            }
            (Err(Refusal::NotAllowed { name }), _) => {
                probes::rpc_tls_context_session_deny(self.context, self.session, name);
            }
            (Err(_), _) => probes::rpc_tls_context_session_fail(self.context, self.session),
        }
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        probes::rpc_tls_session_dispose(self.session);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Session<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, room)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Session<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

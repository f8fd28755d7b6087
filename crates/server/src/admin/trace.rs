//! The feed of what the daemon does, as a stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use api::ferrovirt::{TraceOpen, TraceOpenArgs};
use api::{Error, ErrorDomain, Result};
use driver::{CallContext, Handler, Source, Stream};
use tokio::io::{AsyncRead, ReadBuf};
use trace::json::Lines;
use trace::{Feeds, Filter, Glob, Watcher, Which};

use super::AdminDriver;

/// In `flags`: what is in packets is shown, too.
const DETAILS: u32 = 1;

impl Handler<TraceOpen> for AdminDriver {
    async fn handle(&self, cx: &CallContext, args: TraceOpenArgs) -> Result<()> {
        let invalid = |detail: String| Err(Error::invalid_arg(ErrorDomain::ADMIN, detail));
        let feeds = Feeds(args.feeds);
        if feeds.0 == 0 || feeds.0 & !Feeds::ALL.0 != 0 {
            return invalid(format!("unsupported feeds ({:#x})", feeds.0));
        }
        if args.flags & !DETAILS != 0 {
            return invalid(format!("unsupported flags ({:#x})", args.flags & !DETAILS));
        }
        let details = args.flags & DETAILS != 0;
        cx.client.set_watches();
        let watcher = trace::watch(feeds, filter(args), details).map_err(|_| {
            let detail = format!("there are {} watchers already", trace::WATCHERS_MAX);
            Error::operation_failed(ErrorDomain::ADMIN, detail)
        })?;
        let reader = Some(Source::Bytes(Box::new(Feed::new(watcher))));
        cx.open_stream(Stream { reader, ..Stream::default() });
        Ok(())
    }
}

fn filter(args: TraceOpenArgs) -> Filter {
    let limit = Duration::from_micros(args.slower_than_us);
    Filter {
        client: args.client,
        procedure: args.procedure.map(Glob::new),
        domain: args.domain.map(Which::new),
        errors_only: args.errors_only != 0,
        slower_than: Some(limit).filter(|limit| !limit.is_zero()),
    }
}

/// Makes lines of records as fast as they are read, in the task that reads.
struct Feed {
    watcher: Watcher,
    lines: Lines,
    line: Vec<u8>,
    taken: usize,
}

impl Feed {
    fn new(watcher: Watcher) -> Self {
        let lines = watcher.lines();
        let line = format!("{}\n", lines.ready(watcher.feeds())).into_bytes();
        Self { watcher, lines, line, taken: 0 }
    }
}

impl AsyncRead for Feed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = room.remaining();
        loop {
            let rest = self.line.get(self.taken..).unwrap_or_default();
            let count = rest.len().min(room.remaining());
            room.put_slice(rest.get(..count).unwrap_or_default());
            self.taken = self.taken.saturating_add(count);
            if room.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            let Poll::Ready(item) = self.watcher.poll_next(cx) else {
                let came = room.remaining() < before;
                return if came { Poll::Ready(Ok(())) } else { Poll::Pending };
            };
            self.line = format!("{}\n", self.lines.item(&item)).into_bytes();
            self.taken = 0;
        }
    }
}

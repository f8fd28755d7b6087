//! Lines without end from a monitor and from a guest's agent: memory that somebody else decides on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use qmp::{Agent, AgentOptions, LINE_LIMIT, Monitor, Options};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

/// Longer than any of this takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes letters until the other side hangs up; how many.
async fn babble(mut stream: UnixStream) -> usize {
    let letters = vec![b'x'; 1 << 16];
    let mut written = 0;
    while stream.write_all(&letters).await.is_ok() {
        written += letters.len();
        assert!(written < 4 * LINE_LIMIT, "nobody stops reading");
    }
    written
}

#[tokio::test]
async fn cve_2018_5748() {
    let (near, far) = UnixStream::pair().unwrap();
    let options = Options { greeting_deadline: PATIENCE, ..Options::default() };
    let (refused, written) = tokio::join!(Monitor::attach(near, options), babble(far));
    assert!(refused.unwrap_err().to_string().contains(&LINE_LIMIT.to_string()));
    assert!(written >= LINE_LIMIT);
}

#[tokio::test]
async fn cve_2018_1064() {
    let (near, far) = UnixStream::pair().unwrap();
    let options = AgentOptions { sync_deadline: PATIENCE, ..AgentOptions::default() };
    let ask = async move {
        let agent = Agent::attach(near, options);
        agent.execute_raw(r#"{"execute":"guest-ping"}"#).await
    };
    let (answer, written) = tokio::join!(ask, babble(far));
    assert!(answer.unwrap_err().to_string().contains(&LINE_LIMIT.to_string()));
    assert!(written >= LINE_LIMIT);
}

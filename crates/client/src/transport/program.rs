//! A program whose input and output lead to the server.

use std::process::Stdio;
use std::time::Duration;

use rpc::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::error::{Error, Result};

/// Most that is kept of what a program says. **Units**: bytes.
const SAID_BYTES_MAX: usize = 4096;
/// How long a program that ended the connection may take to say why.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    name: String,
    /// Ends with the program's standard error, with what came there.
    said: JoinHandle<String>,
}

impl Program {
    /// Starts a program with its arguments. It ends when both halves of the connection are dropped.
    pub(crate) fn start(words: &[String]) -> Result<(Self, Bytes<ChildStdout>, Bytes<ChildStdin>)> {
        let (name, arguments) =
            words.split_first().map_or(("", words), |(name, rest)| (name.as_str(), rest));
        let failed = |said: String| Error::Program { program: name.to_owned(), said };
        let mut child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = streams else {
            return Err(failed("it has no input and output".to_owned()));
        };
        tokio::spawn(async move { child.wait().await });
        let said = tokio::spawn(listen(stderr));
        Ok((Self { name: name.to_owned(), said }, Bytes(stdout), Bytes(stdin)))
    }

    /// When the connection ended before it stood, what the program said tells more than that.
    pub(crate) async fn explain<T>(self, opened: Result<T>) -> Result<T> {
        if !matches!(opened, Err(Error::Closed(_))) {
            return opened;
        }
        match tokio::time::timeout(LAST_WORDS, self.said).await {
            Ok(Ok(said)) if !said.is_empty() => Err(Error::Program { program: self.name, said }),
            _ => opened,
        }
    }
}

/// Reads to the end, so that the program never waits for us, and keeps the beginning.
async fn listen(mut stderr: impl AsyncRead + Unpin) -> String {
    let mut said = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
        let room = SAID_BYTES_MAX.saturating_sub(said.len());
        said.extend(buffer.iter().take(count.min(room)));
    }
    String::from_utf8_lossy(&said).trim().to_owned()
}

//! What a program prints when it is asked about itself.

use std::ffi::OsString;
use std::io::{Error, Result};
use std::path::Path;
use std::time::Duration;

use host::process::{Lifetime, Output, Spawn};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Instant, timeout_at};

/// Most that is read of what a program prints. **Units**: bytes.
const TEXT_LIMIT: u64 = 1 << 20;

/// What `program` prints when it is run with these arguments; it is given until then.
///
/// # Errors
/// When it cannot be run or does not come to an end.
pub(super) async fn said(program: &Path, arguments: &[&str], until: Instant) -> Result<String> {
    let (reader, writer) = std::io::pipe()?;
    rustix::io::ioctl_fionbio(&reader, true)?;
    let mut spawn = Spawn::new(program);
    spawn.arguments = arguments.iter().map(Into::into).collect();
    spawn.environment = environment();
    spawn.stdout = Output::To(writer.into());
    spawn.lifetime = Lifetime::Ours;
    let reader = Receiver::from_owned_fd(reader.into())?;
    let held = spawn.start().map_err(Error::other)?;
    let process = held.release(until - Instant::now()).await.map_err(Error::other)?;
    let mut text = Vec::new();
    let mut limited = reader.take(TEXT_LIMIT);
    let read = timeout_at(until, limited.read_to_end(&mut text)).await;
    // It has said what it had to say; a program that goes on is not the one it should be.
    process.end(Duration::ZERO).await.map_err(Error::other)?;
    read.unwrap_or_else(|late| Err(late.into()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// What a program that is asked finds in its environment.
pub(super) fn environment() -> Vec<(OsString, OsString)> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/sbin:/usr/bin:/sbin:/bin".into());
    vec![("LC_ALL".into(), "C".into()), ("PATH".into(), path)]
}

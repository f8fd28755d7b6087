//! One QEMU that runs only to be asked.

use std::future::Future;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use host::process::{Lifetime, Output, Process, Signal, Spawn};
use qmp::{Monitor, Options, QmpError};
use tokio::net::UnixStream;
use tokio::time::{Instant, timeout_at};

use super::ProbeError;
use super::questions::Fault;
use crate::capabilities::Accel;
use crate::capabilities::said::environment;
use crate::monitor::MonitorProbes;

/// The number at which QEMU finds its end of the monitor.
const MONITOR_FD: i32 = 3;

/// How much of a binary's last words is kept. **Units**: bytes.
const WORDS_LIMIT: u64 = 4096;

/// A QEMU under way, killed when dropped.
pub(super) struct Session {
    binary: PathBuf,
    process: Child,
    stream: UnixStream,
    stderr: std::io::PipeReader,
    until: Instant,
}

struct Child(Process);

impl Drop for Child {
    fn drop(&mut self) {
        // It has ended in all cases but one: the task was given up. Then nobody waits for it either.
        let _ = self.0.signal(Signal::KILL);
    }
}

impl Session {
    /// Starts `binary` with an empty machine.
    pub(super) async fn start(
        binary: &Path,
        accel: Accel,
        until: Instant,
    ) -> Result<Self, ProbeError> {
        let failed = |error| ProbeError::System { path: binary.into(), error };
        let (near, far) = UnixStream::pair().map_err(failed)?;
        let far = far.into_std().and_then(|far| far.set_nonblocking(false).map(|()| far));
        let (stderr, writer) = std::io::pipe().map_err(failed)?;
        rustix::io::ioctl_fionbio(&stderr, true).map_err(|error| failed(error.into()))?;
        let mut spawn = Spawn::new(binary);
        spawn.arguments = arguments(accel).into_iter().map(Into::into).collect();
        spawn.environment = environment();
        spawn.descriptors = vec![(far.map_err(failed)?.into(), MONITOR_FD)];
        spawn.stderr = Output::To(writer.into());
        // Should the daemon be killed in the middle of it, nobody would end this QEMU.
        spawn.lifetime = Lifetime::Ours;
        let process = spawn.start()?.release(until - Instant::now()).await?;
        Ok(Self { binary: binary.into(), process: Child(process), stream: near, stderr, until })
    }

    /// Asks what `questions` asks, then ends the process.
    pub(super) async fn run<T, F: Future<Output = Result<T, Fault>>>(
        mut self,
        questions: impl FnOnce(Monitor) -> F,
    ) -> Result<T, ProbeError> {
        let left = self.until - Instant::now();
        let options = Options {
            greeting_deadline: left,
            command_deadline: left,
            observer: None,
            socket_observer: Some(Arc::new(MonitorProbes::new())),
        };
        let stream = self.stream;
        let conversation = async {
            let (monitor, ..) = Monitor::attach(stream, options).await.map_err(Fault::Monitor)?;
            questions(monitor).await
        };
        let answers = timeout_at(self.until, conversation).await.unwrap_or_else(|_| {
            let command = "probe".into();
            Err(Fault::Monitor(QmpError::Timeout { command, deadline: left }))
        });
        // An empty machine has nothing to lose, and killing is the quickest way out.
        let _ = self.process.0.end(Duration::ZERO).await;
        let path = self.binary;
        answers.map_err(|fault| match fault {
            Fault::Monitor(error) => {
                ProbeError::Monitor { path, error, words: last_words(&mut self.stderr) }
            }
            Fault::Answer { question, reason } => ProbeError::Answer { path, question, reason },
        })
    }
}

fn arguments(accel: Accel) -> Vec<String> {
    let accel = match accel {
        Accel::Tcg => "tcg",
        Accel::Kvm => "kvm",
    };
    let mut arguments: Vec<String> =
        ["-S", "-no-user-config", "-nodefaults", "-nographic"].map(str::to_owned).into();
    arguments.extend(["-machine".into(), format!("none,accel={accel}")]);
    arguments.extend(["-chardev".into(), format!("socket,id=monitor,fd={MONITOR_FD}")]);
    arguments.extend(["-mon".into(), "chardev=monitor,mode=control".into()]);
    arguments
}

/// What the binary said before it ended, as one line.
fn last_words(stderr: &mut std::io::PipeReader) -> String {
    let mut words = Vec::new();
    // The pipe does not block: what is there is all there is, whoever else still holds its other end.
    let _ = stderr.take(WORDS_LIMIT).read_to_end(&mut words);
    let words = String::from_utf8_lossy(&words);
    words.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

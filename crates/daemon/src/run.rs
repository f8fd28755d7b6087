//! The life of the daemon.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use rustix::fs::Mode;
use server::Server;
use tokio::net::UnixListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::configuration::Configuration;
use crate::drivers;
use crate::instance_lock::InstanceLock;
use crate::layout::Layout;
use crate::log::{self, LogSwitch};
use crate::sockets::{self, Socket};

/// Most threads that run calls.
const WORKERS_MAX: usize = 4;
/// Most threads that wait for files.
const BLOCKING_THREADS_MAX: usize = 64;
/// Stack of a thread. **Units**: bytes.
const THREAD_STACK_BYTES: usize = 1 << 20;
/// How long clients may take to read what waits for them when the daemon ends.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long threads may take to end.
const THREADS_END: Duration = Duration::from_secs(1);

/// Runs the daemon until a signal ends it.
pub(crate) fn run(
    layout: &Layout,
    path: &Path,
    configuration: Configuration,
) -> anyhow::Result<()> {
    let switch = log::start(configuration.log_level)?;
    // Modes are chosen where files are made, whatever the shell says that started the daemon.
    rustix::process::umask(Mode::from_raw_mode(0o022));
    layout.create()?;
    let _lock = InstanceLock::take(layout)?;
    let sockets = sockets::bind(layout, &configuration)?;
    let runtime = runtime()?;
    let ended = runtime.block_on(serve(layout, path, configuration, sockets, &switch));
    runtime.shutdown_timeout(THREADS_END);
    ended
}

fn runtime() -> anyhow::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.min(WORKERS_MAX))
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .thread_stack_size(THREAD_STACK_BYTES)
        .thread_name("ferrovirtd")
        .enable_all()
        .build()
        .context("cannot start threads")
}

async fn serve(
    layout: &Layout,
    path: &Path,
    configuration: Configuration,
    sockets: Vec<Socket>,
    switch: &LogSwitch,
) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let drivers = drivers::start(layout, &configuration).await?;
    let server = Server::new(configuration.limits(), drivers);
    let mut files = Vec::new();
    for Socket { kind, listener, file } in sockets {
        let listener = UnixListener::from_std(listener).context("cannot listen")?;
        let server = std::sync::Arc::clone(&server);
        tokio::spawn(async move { server.serve(listener, kind).await });
        files.push(file);
    }
    tracing::info!(sockets = %layout.sockets.display(), "ferrovirtd {} is ready", env!("CARGO_PKG_VERSION"));
    loop {
        match signals.next().await {
            Said::Reload => reload(path, &server, switch),
            Said::End(name) => {
                tracing::info!(clients = server.clients(), "{name}: ending; guests run on");
                break;
            }
        }
    }
    drop(files);
    server.stop();
    if tokio::time::timeout(FAREWELL, server.idle()).await.is_err() {
        tracing::warn!(clients = server.clients(), "clients did not take their last replies");
    }
    Ok(())
}

/// Reads the configuration again; a bad one changes nothing.
fn reload(path: &Path, server: &Server, switch: &LogSwitch) {
    let configuration = match path.exists() {
        true => Configuration::read(path),
        false => Ok(Configuration::default()),
    };
    let outcome = configuration.and_then(|configuration| {
        switch.set(configuration.log_level)?;
        server.set_limits(configuration.limits());
        Ok(())
    });
    match outcome {
        Ok(()) => tracing::info!(path = %path.display(), "configuration was read again"),
        Err(error) => tracing::error!("configuration stays as it was: {error:#}"),
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

/// What a signal asks for.
enum Said {
    Reload,
    End(&'static str),
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Said {
        tokio::select! {
            _ = self.terminate.recv() => Said::End("SIGTERM"),
            _ = self.interrupt.recv() => Said::End("SIGINT"),
            _ = self.hangup.recv() => Said::Reload,
        }
    }
}

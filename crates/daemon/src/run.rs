//! The life of the daemon.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use host::activation::Passed;
use polkit::Polkit;
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use server::Server;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::access::{self, AccessDrivers};
use crate::configuration::Configuration;
use crate::descriptors;
use crate::drivers;
use crate::instance_lock::InstanceLock;
use crate::layout::Layout;
use crate::log::{self, LogSwitch};
use crate::service_manager;
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
    passed: Vec<Passed>,
    timeout: Option<Duration>,
) -> anyhow::Result<()> {
    let log = log::start(&configuration.log())?;
    // Modes are chosen where files are made, whatever the shell says that started the daemon.
    rustix::process::umask(Mode::from_raw_mode(0o022));
    descriptors::allow(configuration.limits().max_clients);
    // Secrets and passwords are in memory: none of it is to lie about in a core file.
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "a crash may leave secrets in a core file");
    }
    layout.create()?;
    let _lock = InstanceLock::take(layout)?;
    let sockets = sockets::bind(layout, &configuration, passed)?;
    let runtime = runtime()?;
    let served = serve(layout, path, configuration, sockets, timeout, log.switch());
    let ended = runtime.block_on(served);
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
    timeout: Option<Duration>,
    switch: &Arc<LogSwitch>,
) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let polkit = Arc::new(Polkit::new());
    let AccessDrivers { access, policy } = AccessDrivers::start(layout, &configuration, &polkit)?;
    let drivers = drivers::start(layout, &configuration).await?;
    let server = Server::with_access(configuration.limits(), drivers, access);
    server.set_log(Arc::clone(switch) as _);
    server.set_authentication(configuration.authentication(layout, &polkit)?);
    server.set_timeout(timeout);
    let mut files = Vec::new();
    for socket in sockets {
        let (listener, door, file) = socket.into_listener()?;
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.serve(listener, door).await });
        files.extend(file);
    }
    service_manager::ready();
    tracing::info!(sockets = %layout.sockets.display(), "ferrovirtd {} is ready", env!("CARGO_PKG_VERSION"));
    loop {
        let said = tokio::select! {
            said = signals.next() => said,
            () = server.over() => Said::End("no longer needed"),
        };
        match said {
            Said::Reload => {
                service_manager::reloading();
                reload(layout, path, &server, &polkit, switch);
                policy.as_deref().inspect(|policy| access::reload(policy));
                service_manager::ready();
            }
            Said::End(reason) => {
                tracing::info!(clients = server.clients(), "{reason}: ending; guests run on");
                break;
            }
        }
    }
    service_manager::stopping();
    drop(files);
    server.stop();
    if tokio::time::timeout(FAREWELL, server.idle()).await.is_err() {
        tracing::warn!(clients = server.clients(), "clients did not take their last replies");
    }
    Ok(())
}

/// Reads the configuration and certificates again; what is bad changes nothing.
fn reload(layout: &Layout, path: &Path, server: &Server, polkit: &Arc<Polkit>, switch: &LogSwitch) {
    let configuration = match path.exists() {
        true => Configuration::read(path),
        false => Ok(Configuration::default()),
    };
    let outcome = configuration.and_then(|configuration| {
        switch.configure(&configuration.log())?;
        let authentication = configuration.authentication(layout, polkit)?;
        server.set_limits(configuration.limits());
        server.set_authentication(authentication);
        Ok(())
    });
    match outcome {
        Ok(()) => tracing::info!(path = %path.display(), "configuration was read again"),
        Err(error) => tracing::error!("configuration stays as it was: {error:#}"),
    }
    if let Err(error) = server.reload_tls() {
        tracing::error!("certificates stay as they were: {error}");
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

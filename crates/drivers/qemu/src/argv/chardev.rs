//! Character devices: the host ends of ports, channels and their like.

use std::path::PathBuf;

use config::domain::chardev::{CharSource, Endpoint, Log, Reconnect, SocketMode, TcpProtocol};
use config::{Error, OnOff, YesNo};

use super::Result;
use super::command_line::{Existing, Resource};
use super::line::Line;
use super::options::Options;
use super::tls::TlsSide;

/// Which of QEMU's backends a host device gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// A serial port, or anything that is read and written.
    Serial,
    /// A parallel port.
    Parallel,
}

/// A host end: its options, and the log beside it.
pub(super) struct HostEnd<'a> {
    pub(super) source: &'a CharSource,
    /// Name of the backend, such as `charserial0`.
    pub(super) id: String,
    /// What a host device is.
    pub(super) port: Port,
    /// Name of a SPICE or D-Bus channel that is the device's, not the document's.
    pub(super) channel: Option<&'static str>,
    /// Path of a socket whose path the document leaves to the daemon.
    pub(super) default_path: Option<PathBuf>,
}

impl<'a> HostEnd<'a> {
    /// A host end with nothing special.
    pub(super) fn new(source: &'a CharSource, id: String) -> Self {
        Self { source, id, port: Port::Serial, channel: None, default_path: None }
    }
}

impl Line<'_> {
    /// `-chardev`
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED` for what QEMU has no backend for.
    pub(super) fn chardev(&mut self, end: &HostEnd<'_>) -> Result<()> {
        let mut options = self.backend_options(end)?;
        if let Some(log) = end.source.log() {
            self.add_(&mut options, log, &end.id);
        }
        self.option("-chardev", options);
        Ok(())
    }

    fn backend_options(&mut self, end: &HostEnd<'_>) -> Result<Options> {
        let id = end.id.as_str();
        let plain = |kind: &str| {
            let mut options = Options::new(kind);
            options.set("id", id);
            options
        };
        Ok(match end.source {
            CharSource::Null(_) => plain("null"),
            CharSource::Vc(_) => plain("vc"),
            CharSource::Stdio(_) => plain("stdio"),
            CharSource::Pty(_) => plain("pty"),
            CharSource::Dev(dev) => {
                let mut options = plain(match end.port {
                    Port::Serial => "serial",
                    Port::Parallel => "parallel",
                });
                options.set("path", &dev.source.path);
                options
            }
            CharSource::Pipe(pipe) => {
                let mut options = plain("pipe");
                options.set("path", &pipe.source.path);
                options
            }
            CharSource::File(file) => {
                self.file_options(plain("file"), &file.source.path, file.source.append, id)
            }
            CharSource::Udp(udp) => {
                let mut options = plain("udp");
                add_udp(&mut options, &udp.sources);
                options
            }
            CharSource::Tcp(tcp) => {
                let mut options = plain("socket");
                let kind = tcp.protocol.map(|protocol| protocol.kind).unwrap_or_default();
                add_tcp(&mut options, &tcp.source, kind)?;
                if tcp.source.tls == Some(YesNo::Yes) {
                    let side = match tcp.source.mode {
                        Some(SocketMode::Bind) => TlsSide::Server,
                        Some(SocketMode::Connect) | None => TlsSide::Client,
                    };
                    options.set("tls-creds", self.tls_credentials(id, side));
                }
                options
            }
            CharSource::Unix(unix) => {
                let source = unix.source.as_ref();
                let path = source.and_then(|source| source.path.as_deref()).map(PathBuf::from);
                let path = path.or_else(|| end.default_path.clone());
                let path = path
                    .ok_or_else(|| Error::unsupported(format!("socket of '{id}' has no path")))?;
                let mode = source.and_then(|source| source.mode).unwrap_or(SocketMode::Bind);
                let reconnect = source.and_then(|source| source.reconnect);
                self.unix_options(plain("socket"), path, mode, reconnect)
            }
            CharSource::SpiceVmc(_) => {
                let mut options = plain("spicevmc");
                options.set("name", end.channel);
                options
            }
            CharSource::SpicePort(port) => {
                let mut options = plain("spiceport");
                options.set("name", port.source.as_ref().map(|source| &source.channel));
                options
            }
            CharSource::QemuVdagent(agent) => {
                let mut options = plain("qemu-vdagent");
                options
                    .set("name", "vdagent")
                    .set("clipboard", agent.source.clipboard.map(|clipboard| clipboard.copypaste))
                    .set(
                        "mouse",
                        agent.source.mouse.map(|mouse| {
                            OnOff::from(mouse.mode == config::domain::chardev::VdagentMouse::Client)
                        }),
                    );
                options
            }
            CharSource::DBus(channel) => {
                let named = channel.source.as_ref().map(|source| source.channel.to_string());
                let default = || end.channel.map(|channel| format!("org.qemu.{channel}"));
                let mut options = plain("dbus");
                options.set("name", named.or_else(default));
                options
            }
            CharSource::Nmdm(_) => {
                return Err(Error::unsupported("unsupported chardev 'nmdm'"));
            }
        })
    }

    fn file_options(
        &mut self,
        mut options: Options,
        path: &str,
        append: Option<OnOff>,
        id: &str,
    ) -> Options {
        if self.opens_files() {
            let resource = output(path, append);
            options.set("path", self.open_as_file(resource, id)).set("append", OnOff::On);
        } else {
            options.set("path", path).set("append", append);
        }
        options
    }

    fn unix_options(
        &mut self,
        mut options: Options,
        path: PathBuf,
        mode: SocketMode,
        reconnect: Option<Reconnect>,
    ) -> Options {
        if mode == SocketMode::Bind && self.starts() {
            options.set("fd", self.open(Resource::ListeningSocket { path }));
        } else {
            options.set("path", path.display());
        }
        match mode {
            SocketMode::Bind => add_server(&mut options),
            SocketMode::Connect => add_reconnect(&mut options, reconnect),
        }
        options
    }

    fn add_(&mut self, options: &mut Options, log: &Log, id: &str) {
        let Some(file) = log.file.as_deref() else { return };
        if self.opens_files() {
            let resource = output(file, log.append);
            let path = self.open_as_file(resource, &format!("{id}-log"));
            options.set("logfile", path).set("logappend", OnOff::On);
        } else {
            options.set("logfile", file).set("logappend", log.append);
        }
    }
}

/// A file that QEMU writes, which is opened for it with the document's say on what is in it.
fn output(path: &str, append: Option<OnOff>) -> Resource {
    let existing = match append {
        Some(OnOff::On) => Existing::Kept,
        Some(OnOff::Off) | None => Existing::Dropped,
    };
    Resource::OutputFile { path: path.into(), existing }
}

fn add_udp(options: &mut Options, sources: &[Endpoint]) {
    let end = |mode| sources.iter().find(|source| source.mode == Some(mode));
    let text = |text: Option<&Box<str>>| text.map(|text| text.to_string()).unwrap_or_default();
    if let Some(there) = end(SocketMode::Connect) {
        options.set("host", text(there.host.as_ref())).set("port", text(there.service.as_ref()));
    }
    let here = end(SocketMode::Bind);
    let service = here.and_then(|here| here.service.as_deref()).unwrap_or("0");
    options
        .set("localaddr", text(here.and_then(|here| here.host.as_ref())))
        .set("localport", service);
}

fn add_tcp(options: &mut Options, source: &Endpoint, protocol: TcpProtocol) -> Result<()> {
    if matches!(protocol, TcpProtocol::Tls | TcpProtocol::Telnets) {
        let what = format!("character device protocol '{protocol}' is not supported");
        return Err(Error::unsupported(what));
    }
    options.set("host", source.host.as_ref()).set("port", source.service.as_ref());
    if protocol == TcpProtocol::Telnet {
        options.set("telnet", OnOff::On);
    }
    match source.mode.unwrap_or(SocketMode::Connect) {
        SocketMode::Bind => add_server(options),
        SocketMode::Connect => add_reconnect(options, source.reconnect),
    }
    Ok(())
}

fn add_server(options: &mut Options) {
    options.set("server", OnOff::On).set("wait", OnOff::Off);
}

/// What becomes of a connection whose other side goes away.
pub(super) fn add_reconnect(options: &mut Options, reconnect: Option<Reconnect>) {
    let seconds = reconnect.map(|reconnect| match reconnect.enabled {
        YesNo::Yes => reconnect.timeout.unwrap_or_default(),
        YesNo::No => 0,
    });
    options.set("reconnect", seconds);
}

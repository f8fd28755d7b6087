//! Character devices: serial ports, consoles, channels, and the host ends they share with others.

use xml::{element, tagged, words};

use super::device::DeviceInfo;
use super::part;
use super::security::DeviceLabel;
use crate::{OnOff, YesNo};

tagged! {
    /// The host end of a character device.
    pub enum CharSource by "type" or "pty" {
        Null(LogSource) = "null",
        Vc(LogSource) = "vc",
        Pty(PtySource) = "pty",
        Dev(PathSource) = "dev",
        File(FileSource) = "file",
        Pipe(PathSource) = "pipe",
        Stdio(LogSource) = "stdio",
        Udp(UdpSource) = "udp",
        Tcp(TcpSource) = "tcp",
        Unix(UnixSource) = "unix",
        SpiceVmc(LogSource) = "spicevmc",
        SpicePort(ChannelSource) = "spiceport",
        Nmdm(NmdmSource) = "nmdm",
        QemuVdagent(VdagentSource) = "qemu-vdagent",
        DBus(ChannelSource) = "dbus",
    }
}

words! {
    /// Which side opens a connection.
    pub enum SocketMode { Connect = "connect", Bind = "bind" }
    /// What is spoken over TCP.
    #[derive(Default)]
    pub enum TcpProtocol { #[default] Raw = "raw", Telnet = "telnet", Telnets = "telnets", Tls = "tls" }
    /// How the pointer is shared with an agent.
    pub enum VdagentMouse { Client = "client", Server = "server" }
    /// Whether the guest has a channel open.
    pub enum ChannelState { Connected = "connected", Disconnected = "disconnected" }
    /// Kind of a serial port.
    pub enum SerialType {
        Isa = "isa-serial", Usb = "usb-serial", Pci = "pci-serial", SpaprVio = "spapr-vio-serial", System = "system-serial",
        Sclp = "sclp-serial", IsaDebug = "isa-debug",
    }
    /// Model of a serial port.
    pub enum SerialModel {
        Isa = "isa-serial", Usb = "usb-serial", Pci = "pci-serial", SpaprVty = "spapr-vty", Pl011 = "pl011",
        SclpConsole = "sclpconsole", SclpLmConsole = "sclplmconsole", Uart16550a = "16550a", IsaDebugcon = "isa-debugcon",
    }
    /// What a console is in the guest.
    pub enum ConsoleType {
        Serial = "serial", Virtio = "virtio", Xen = "xen", Uml = "uml", Lxc = "lxc", Sclp = "sclp", SclpLm = "sclplm",
    }
    /// What carries a channel.
    pub enum ChannelType { Guestfwd = "guestfwd", Virtio = "virtio", Xen = "xen" }
}

element! {
    /// A host end with nothing to say but where its output is copied to: `type='null'`, `type='stdio'`.
    #[derive(Default)]
    pub struct LogSource {
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `type='pty'`
    #[derive(Default)]
    pub struct PtySource {
        /// The terminal.
        child source: Option<Path> = "source" when part::LIVE,
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// A path of the host: `type='dev'`, `type='pipe'`.
    pub struct PathSource {
        /// Where.
        child source: Path = "source",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<source path='…'>`
    #[derive(Eq)]
    pub struct Path {
        /// The path.
        attr path: Box<str> = "path",
        /// Labels.
        child seclabels: Vec<DeviceLabel> = "seclabel",
    }

    /// `type='file'`
    pub struct FileSource {
        /// The file.
        child source: AppendPath = "source",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<source path='…' append='on'>`
    #[derive(Eq)]
    pub struct AppendPath {
        /// The path.
        attr path: Box<str> = "path",
        /// Whether it is kept at start.
        attr append: Option<OnOff> = "append",
        /// Labels.
        child seclabels: Vec<DeviceLabel> = "seclabel",
    }

    /// `<log>`
    #[derive(Eq)]
    pub struct Log {
        /// The file; none is no copy.
        attr file: Option<Box<str>> = "file",
        /// Whether it is kept at start.
        attr append: Option<OnOff> = "append",
    }

    /// `type='udp'`
    pub struct UdpSource {
        /// Where to listen and where to send to.
        child sources: Vec<Endpoint> = "source",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<source mode='…' host='…' service='…'>`
    #[derive(Eq)]
    pub struct Endpoint {
        /// Listen or connect.
        attr mode: Option<SocketMode> = "mode",
        /// Name or address.
        attr host: Option<Box<str>> = "host",
        /// Port.
        attr service: Option<Box<str>> = "service",
        /// Whether TLS is used.
        attr tls: Option<YesNo> = "tls",
        /// What happens when the other side goes away.
        loose_child reconnect: Option<Reconnect> = "reconnect",
    }

    /// `<reconnect>`
    #[derive(Copy, Eq)]
    pub struct Reconnect {
        /// Whether to try again.
        attr enabled: YesNo = "enabled",
        /// After how many seconds.
        attr timeout: Option<u32> = "timeout",
    }

    /// `type='tcp'`
    pub struct TcpSource {
        /// Where.
        child source: Endpoint = "source",
        /// What is spoken.
        child protocol: Option<Protocol> = "protocol",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<protocol type='raw'/>`
    #[derive(Copy, Eq, Default)]
    pub struct Protocol {
        /// What is spoken.
        preset kind: TcpProtocol = "type",
    }

    /// `type='unix'`
    #[derive(Default)]
    pub struct UnixSource {
        /// Where; none to let the daemon choose.
        child source: Option<SocketPath> = "source",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<source mode='bind' path='…'>`
    #[derive(Eq)]
    pub struct SocketPath {
        /// Listen or connect.
        attr mode: Option<SocketMode> = "mode",
        /// The socket.
        attr path: Option<Box<str>> = "path",
        /// What happens when the other side goes away.
        loose_child reconnect: Option<Reconnect> = "reconnect",
        /// Labels.
        child seclabels: Vec<DeviceLabel> = "seclabel",
    }

    /// `type='spiceport'`, `type='dbus'`
    pub struct ChannelSource {
        /// The channel; a D-Bus device may leave it to the daemon.
        child source: Option<ChannelName> = "source",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<source channel='…'/>`
    #[derive(Eq)]
    pub struct ChannelName {
        /// Its name.
        attr channel: Box<str> = "channel",
    }

    /// `type='nmdm'`
    pub struct NmdmSource {
        /// The pair.
        child source: NmdmPair = "source",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<source master='…' slave='…'/>`
    #[derive(Eq)]
    pub struct NmdmPair {
        /// One end.
        attr master: Box<str> = "master",
        /// The other.
        attr slave: Box<str> = "slave",
    }

    /// `type='qemu-vdagent'`
    #[derive(Default)]
    pub struct VdagentSource {
        /// What the agent may do.
        group source: VdagentOptions = "source",
        /// Copy of the output.
        child log: Option<Log> = "log",
    }

    /// `<source>` of an agent
    #[derive(Eq, Default)]
    pub struct VdagentOptions {
        /// The clipboard.
        child clipboard: Option<CopyPaste> = "clipboard",
        /// The pointer.
        child mouse: Option<MouseMode> = "mouse",
    }

    /// `<clipboard copypaste='yes'/>`
    #[derive(Copy, Eq)]
    pub struct CopyPaste {
        /// Whether it is shared.
        attr copypaste: YesNo = "copypaste",
    }

    /// `<mouse mode='client'/>`
    #[derive(Copy, Eq)]
    pub struct MouseMode {
        /// Who moves it.
        attr mode: VdagentMouse = "mode",
    }

    /// `<serial>`
    pub struct Serial {
        /// Host end.
        part source: CharSource,
        /// Guest end.
        group target: SerialTarget = "target",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<target>` of a serial port
    #[derive(Eq, Default)]
    pub struct SerialTarget {
        /// Kind; complete after completion.
        attr kind: Option<SerialType> = "type",
        /// Number; complete after completion.
        attr port: Option<u32> = "port",
        /// Model; complete after completion.
        loose_child model: Option<SerialTargetModel> = "model",
    }

    /// `<model name='isa-serial'/>`
    #[derive(Copy, Eq)]
    pub struct SerialTargetModel {
        /// The model.
        attr name: SerialModel = "name",
    }

    /// `<parallel>`
    pub struct Parallel {
        /// Host end.
        part source: CharSource,
        /// Guest end.
        group target: ParallelTarget = "target",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<target>` of a parallel port
    #[derive(Copy, Eq, Default)]
    pub struct ParallelTarget {
        /// Number; complete after completion.
        attr port: Option<u32> = "port",
    }

    /// `<console>`
    pub struct Console {
        /// Host end.
        part source: CharSource,
        /// Terminal of the host, as clients look for it.
        attr tty: Option<Box<str>> = "tty" when part::LIVE,
        /// Guest end.
        group target: ConsoleTarget = "target",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<target>` of a console
    #[derive(Copy, Eq, Default)]
    pub struct ConsoleTarget {
        /// What it is; complete after completion.
        attr kind: Option<ConsoleType> = "type",
        /// Number; complete after completion.
        attr port: Option<u32> = "port",
    }

    /// `<channel>`
    pub struct Channel {
        /// Host end.
        part source: CharSource,
        /// Guest end.
        child target: ChannelTarget = "target",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<target>` of a channel
    #[derive(Eq)]
    pub struct ChannelTarget {
        /// What carries it.
        attr kind: ChannelType = "type",
        /// Address that is forwarded.
        attr address: Option<Box<str>> = "address",
        /// Port that is forwarded.
        attr port: Option<u16> = "port",
        /// Name in the guest.
        attr name: Option<Box<str>> = "name",
        /// Whether the guest has it open.
        attr state: Option<ChannelState> = "state" when part::LIVE,
    }
}

impl CharSource {
    /// Where its output is copied to, if it says so.
    pub const fn log(&self) -> Option<&Log> {
        match self {
            Self::Null(end) | Self::Vc(end) | Self::Stdio(end) | Self::SpiceVmc(end) => &end.log,
            Self::Pty(end) => &end.log,
            Self::Dev(end) | Self::Pipe(end) => &end.log,
            Self::File(end) => &end.log,
            Self::Udp(end) => &end.log,
            Self::Tcp(end) => &end.log,
            Self::Unix(end) => &end.log,
            Self::SpicePort(end) | Self::DBus(end) => &end.log,
            Self::Nmdm(end) => &end.log,
            Self::QemuVdagent(end) => &end.log,
        }
        .as_ref()
    }

    /// The same, to be changed.
    pub(super) const fn log_mut(&mut self) -> &mut Option<Log> {
        match self {
            Self::Null(end) | Self::Vc(end) | Self::Stdio(end) | Self::SpiceVmc(end) => {
                &mut end.log
            }
            Self::Pty(end) => &mut end.log,
            Self::Dev(end) | Self::Pipe(end) => &mut end.log,
            Self::File(end) => &mut end.log,
            Self::Udp(end) => &mut end.log,
            Self::Tcp(end) => &mut end.log,
            Self::Unix(end) => &mut end.log,
            Self::SpicePort(end) | Self::DBus(end) => &mut end.log,
            Self::Nmdm(end) => &mut end.log,
            Self::QemuVdagent(end) => &mut end.log,
        }
    }
}

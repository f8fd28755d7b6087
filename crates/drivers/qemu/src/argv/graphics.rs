//! `<graphics>`: displays that a user can connect to.

use config::domain::graphics::{
    DBusDisplay, EglHeadless, Gl, Graphics, Listen, Sdl, SharePolicy, Spice, SpiceMode, Vnc,
};
use config::{Error, OnOff, YesNo};

use super::Result;
use super::audio;
use super::line::Line;
use super::options::Options;
use super::tls::CERTIFICATES;

/// The port of VNC's display 0.
const FIRST_VNC_PORT: i32 = 5900;
/// The port of a SPICE display beside it.
const FIRST_SPICE_PORT: i32 = FIRST_VNC_PORT + 1;
const LAST_PORT: i32 = 65535;

/// Where a display listens.
enum Place {
    Address(Option<String>),
    Socket(Option<String>),
    Nowhere,
}

impl Line<'_> {
    /// No window of QEMU's own if the document has no display.
    pub(super) fn no_display(&mut self) {
        if self.domain.devices.graphics.is_empty() {
            self.option("-display", "none");
        }
    }

    /// `<graphics>`
    pub(super) fn displays(&mut self) -> Result<()> {
        let displays = &self.domain.devices.graphics;
        refuse_second(displays)?;
        displays.iter().try_for_each(|display| match display {
            Graphics::Vnc(vnc) => self.vnc(vnc),
            Graphics::Spice(spice) => self.spice(spice),
            Graphics::Sdl(sdl) => self.sdl(sdl),
            Graphics::EglHeadless(egl) => self.egl(egl),
            Graphics::DBus(dbus) => self.dbus(dbus),
            Graphics::Rdp(_) | Graphics::Desktop(_) => {
                let kind = display.word();
                Err(Error::unsupported(format!("unsupported graphics type '{kind}'")))
            }
        })
    }

    fn vnc(&mut self, vnc: &Vnc) -> Result<()> {
        let given = vnc.socket.as_deref();
        let mut options = match place(&vnc.listens, given, vnc.listen.as_deref()) {
            Place::Socket(path) => {
                let path = path.unwrap_or_else(|| self.display_socket("vnc.sock"));
                let mut options = Options::keyed();
                options.set("vnc", format_args!("unix:{path}"));
                options
            }
            Place::Address(address) => {
                let port = self.port(vnc.port, vnc.autoport, FIRST_VNC_PORT);
                let port = port
                    .filter(|port| (FIRST_VNC_PORT..=LAST_PORT).contains(port))
                    .ok_or_else(|| Error::unsupported("vnc port must be in range [5900,65535]"))?;
                let address =
                    bracketed(address.unwrap_or_else(|| self.context.directories.listen.clone()));
                let mut options = Options::new(format_args!("{address}:{}", port - FIRST_VNC_PORT));
                options.set("websocket", vnc.websocket.filter(|port| *port != 0));
                options
            }
            Place::Nowhere => Options::new("none"),
        };
        options.set("share", vnc.share_policy.map(SharePolicy::word));
        if vnc.password.passwd.is_some() {
            options.set("password", OnOff::On);
        }
        options.set("power-control", vnc.power_control);
        if self.context.emulator.has_option("vnc", "audiodev") {
            options.set("audiodev", self.audio(vnc.audio)?);
        }
        self.option("-vnc", options);
        self.keymap(vnc.keymap.as_deref());
        Ok(())
    }

    /// The port of a display. The daemon has chosen one before a start; in the native form it is the
    /// first that it would choose.
    fn port(&self, given: Option<i32>, auto: Option<YesNo>, first: i32) -> Option<i32> {
        let shown = Some(first).filter(|_| !self.starts() && auto == Some(YesNo::Yes));
        given.filter(|port| *port > 0).or(shown)
    }

    fn audio(&self, named: Option<config::domain::graphics::AudioRef>) -> Result<Option<String>> {
        match named {
            Some(named) => Ok(Some(audio::id(named.id))),
            None if self.domain.devices.audios.is_empty() => Ok(None),
            None => self.default_audio_id().map(Some),
        }
    }

    /// The bus that a D-Bus display is on, if it is one of the guest's own.
    fn bus_address(&self) -> String {
        let guest = super::short_name(self.context.id, self.domain.name.as_str());
        format!("unix:path=/run/libvirt/qemu/dbus/{guest}-dbus.sock")
    }

    fn display_socket(&self, name: &str) -> String {
        self.directory().join(name).display().to_string()
    }

    fn keymap(&mut self, keymap: Option<&str>) {
        if let Some(keymap) = keymap {
            self.option("-k", keymap);
        }
    }

    fn spice(&mut self, spice: &Spice) -> Result<()> {
        if self.starts() {
            refuse_spice_tls(spice)?;
        }
        let ports = Ports::of(spice);
        let tls_port = spice.tls_port.filter(|port| *port > 0);
        // The first that the daemon would choose, after the one without TLS.
        let shown = Some(FIRST_SPICE_PORT + 1).filter(|_| ports.tls && !self.starts());
        let tls_port = tls_port.or(shown);
        let mut options = match place(&spice.listens, None, spice.listen.as_deref()) {
            Place::Socket(path) => {
                let path = path.unwrap_or_else(|| self.display_socket("spice.sock"));
                let mut options = Options::new("unix");
                options.set("addr", path);
                options
            }
            Place::Address(address) => {
                let address = address.unwrap_or_else(|| self.context.directories.listen.clone());
                let mut options = Options::keyed();
                let port = self.port(spice.port, spice.autoport, FIRST_SPICE_PORT);
                let port = port.filter(|_| ports.plain).or_else(|| tls_port.is_none().then_some(0));
                options.set("port", port).set("tls-port", tls_port).set("addr", address);
                options
            }
            Place::Nowhere => {
                let mut options = Options::keyed();
                options.set("port", 0_u32);
                options
            }
        };
        add_spice(&mut options, spice, tls_port);
        add_gl(&mut options, spice.gl.as_ref());
        // Clients follow a guest that migrates.
        options.set("seamless-migration", OnOff::On);
        self.option("-spice", options);
        self.keymap(spice.keymap.as_deref());
        Ok(())
    }

    fn sdl(&mut self, sdl: &Sdl) -> Result<()> {
        self.not_started_yet("SDL display")?;
        let mut options = Options::new("sdl");
        options.set("gl", sdl.gl.as_ref().and_then(|gl| gl.enable));
        self.option("-display", options);
        if sdl.fullscreen == Some(YesNo::Yes) {
            self.flag("-full-screen");
        }
        Ok(())
    }

    fn egl(&mut self, egl: &EglHeadless) -> Result<()> {
        let mut options = Options::new("egl-headless");
        options.set("rendernode", egl.gl.as_ref().and_then(|gl| gl.rendernode.as_ref()));
        self.option("-display", options);
        Ok(())
    }

    fn dbus(&mut self, dbus: &DBusDisplay) -> Result<()> {
        let mut options = Options::new("dbus");
        match dbus.p2p {
            Some(YesNo::Yes) => options.set("p2p", OnOff::On),
            Some(YesNo::No) | None => {
                self.not_started_yet("D-Bus display on a bus")?;
                let address = dbus.address.as_ref().map(|address| address.to_string());
                options.set("addr", address.unwrap_or_else(|| self.bus_address()))
            }
        };
        let gl = dbus.gl.as_ref();
        options
            .set("gl", gl.and_then(|gl| gl.enable).map(|enable| OnOff::from(enable == YesNo::Yes)));
        options.set("rendernode", gl.and_then(|gl| gl.rendernode.as_ref()));
        let audio = dbus.audio.map(|named| audio::id(named.id));
        options.set("audiodev", audio);
        self.option("-display", options);
        Ok(())
    }
}

/// Which ports the channels of a SPICE display need.
#[derive(Clone, Copy)]
struct Ports {
    plain: bool,
    tls: bool,
}

impl Ports {
    fn of(spice: &Spice) -> Self {
        let default = spice.default_mode.unwrap_or(SpiceMode::Any);
        let auto = spice.autoport == Some(YesNo::Yes);
        // Channels of which nothing is said go by the default.
        let said = spice.channels.iter().map(|channel| channel.mode);
        let modes = || said.clone().chain([default]);
        Self {
            plain: !auto || modes().any(|mode| mode != SpiceMode::Secure),
            tls: auto && modes().any(|mode| mode == SpiceMode::Secure),
        }
    }
}

/// This host's displays have no TLS.
fn refuse_spice_tls(spice: &Spice) -> Result<()> {
    let what = if spice.tls_port.is_some_and(|port| port > 0) {
        "spice TLS port set in XML configuration, but TLS is disabled in qemu.conf"
    } else if Ports::of(spice).tls {
        "Auto allocation of spice TLS port requested but spice TLS is disabled in qemu.conf"
    } else {
        return Ok(());
    };
    Err(Error::unsupported(what))
}

fn refuse_second(displays: &[Graphics]) -> Result<()> {
    let listens = displays.iter().map(|display| match display {
        Graphics::Vnc(vnc) => vnc.listens.len(),
        Graphics::Spice(spice) => spice.listens.len(),
        _ => 0,
    });
    if listens.max().unwrap_or_default() > 1 {
        return Err(Error::unsupported(
            "QEMU does not support multiple listens for one graphics device.",
        ));
    }
    let mut kinds: Vec<&str> = displays.iter().map(Graphics::word).collect();
    kinds.sort_unstable();
    if kinds.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::unsupported(
            "only 1 graphics device of each type (sdl, vnc, spice, headless, dbus) is supported",
        ));
    }
    Ok(())
}

fn place(listens: &[Listen], socket: Option<&str>, address: Option<&str>) -> Place {
    let own = |text: Option<&str>| text.map(str::to_owned);
    match listens.first() {
        Some(Listen::Address(listen)) => Place::Address(own(listen.address.as_deref().or(address))),
        Some(Listen::Network(listen)) => Place::Address(own(listen.address.as_deref().or(address))),
        Some(Listen::Socket(listen)) => Place::Socket(own(listen.socket.as_deref().or(socket))),
        Some(Listen::None) => Place::Nowhere,
        None if socket.is_some() => Place::Socket(own(socket)),
        None => Place::Address(own(address)),
    }
}

/// An IPv6 address needs brackets before a port.
fn bracketed(address: String) -> String {
    if address.contains(':') { format!("[{address}]") } else { address }
}

fn add_spice(options: &mut Options, spice: &Spice, tls_port: Option<i32>) {
    if let Some(mouse) = spice.mouse {
        let client = mouse.mode == config::domain::graphics::SpiceMouse::Client;
        options.set("agent-mouse", OnOff::from(client));
    }
    if spice.password.passwd.is_none() {
        options.set("disable-ticketing", OnOff::On);
    }
    options.set("x509-dir", tls_port.map(|_| CERTIFICATES));
    let mut channel = |name: &str, mode: SpiceMode| match mode {
        SpiceMode::Secure => {
            options.set("tls-channel", name);
        }
        SpiceMode::Insecure => {
            options.set("plaintext-channel", name);
        }
        SpiceMode::Any => {}
    };
    if let Some(mode) = spice.default_mode {
        channel("default", mode);
    }
    spice.channels.iter().for_each(|entry| channel(entry.name.word(), entry.mode));
    options
        .set("image-compression", spice.image.map(|image| image.compression.word()))
        .set("jpeg-wan-compression", spice.jpeg.map(|jpeg| jpeg.compression.word()))
        .set("zlib-glz-wan-compression", spice.zlib.map(|zlib| zlib.compression.word()))
        .set("playback-compression", spice.playback.map(|playback| playback.compression))
        .set("streaming-video", spice.streaming.map(|streaming| streaming.mode.word()));
    if spice.clipboard.is_some_and(|clipboard| clipboard.copypaste == YesNo::No) {
        options.set("disable-copy-paste", OnOff::On);
    }
    if spice.filetransfer.is_some_and(|transfer| transfer.enable == YesNo::No) {
        options.set("disable-agent-file-xfer", OnOff::On);
    }
}

fn add_gl(options: &mut Options, gl: Option<&Gl>) {
    let Some(gl) = gl.filter(|gl| gl.enable == Some(YesNo::Yes)) else {
        return;
    };
    options.set("gl", OnOff::On).set("rendernode", gl.rendernode.as_ref());
}

//! `<graphics>`, `<video>`, `<audio>`, `<sound>`: what a user sees and hears.

use xml::{element, tagged, words};

use super::device::{DeviceInfo, VirtioOptions};
use super::part;
use crate::{OnOff, UtcTime, YesNo};

tagged! {
    /// A display that a user can connect to.
    pub enum Graphics by "type" {
        Vnc(Box<Vnc>) = "vnc",
        Spice(Box<Spice>) = "spice",
        Sdl(Sdl) = "sdl",
        EglHeadless(EglHeadless) = "egl-headless",
        DBus(DBusDisplay) = "dbus",
        Rdp(Rdp) = "rdp",
        Desktop(Desktop) = "desktop",
    }
}

tagged! {
    /// Where a display listens.
    pub enum Listen by "type" {
        Address(ListenAddress) = "address",
        Network(ListenNetwork) = "network",
        Socket(ListenSocket) = "socket",
        None = "none",
    }
}

words! {
    /// Who else may be connected.
    pub enum SharePolicy { AllowExclusive = "allow-exclusive", ForceShared = "force-shared", Ignore = "ignore" }
    /// What happens to a client when the password changes.
    pub enum PasswordPolicy { Fail = "fail", Disconnect = "disconnect", Keep = "keep" }
    /// Encryption of a SPICE channel.
    pub enum SpiceMode { Any = "any", Secure = "secure", Insecure = "insecure" }
    /// Channels of SPICE.
    pub enum SpiceChannelName {
        Main = "main", Display = "display", Inputs = "inputs", Cursor = "cursor", Playback = "playback", Record = "record",
        Smartcard = "smartcard", Usbredir = "usbredir",
    }
    /// Lossless compression.
    pub enum ImageCompression { AutoGlz = "auto_glz", AutoLz = "auto_lz", Quic = "quic", Glz = "glz", Lz = "lz", Off = "off" }
    /// Compression on slow links.
    pub enum LinkCompression { Auto = "auto", Never = "never", Always = "always" }
    /// Which parts of the screen are sent as video.
    pub enum StreamingMode { Filter = "filter", All = "all", Off = "off" }
    /// Who moves the pointer.
    pub enum SpiceMouse { Server = "server", Client = "client" }
    /// Model of a graphics card.
    pub enum VideoModelType {
        Vga = "vga", Cirrus = "cirrus", Vmvga = "vmvga", Xen = "xen", Vbox = "vbox", Qxl = "qxl", Parallels = "parallels",
        Virtio = "virtio", Gop = "gop", None = "none", Bochs = "bochs", Ramfb = "ramfb",
    }
    /// Who draws.
    pub enum VideoBackend { Qemu = "qemu", Vhostuser = "vhostuser" }
    /// How VGA is wired.
    pub enum VgaConf { Io = "io", On = "on", Off = "off" }
    /// Model of a sound card.
    pub enum SoundModel {
        Sb16 = "sb16", Es1370 = "es1370", Pcspk = "pcspk", Ac97 = "ac97", Ich6 = "ich6", Ich9 = "ich9", Usb = "usb", Ich7 = "ich7",
    }
    /// Kind of a codec.
    pub enum CodecType { Duplex = "duplex", Micro = "micro", Output = "output" }
    /// What SDL plays sound through.
    pub enum SdlDriver { Esd = "esd", Alsa = "alsa", Arts = "arts", Pulseaudio = "pulseaudio" }
    /// Host's sound system.
    pub enum AudioType {
        None = "none", Alsa = "alsa", Coreaudio = "coreaudio", Jack = "jack", Oss = "oss", Pulseaudio = "pulseaudio", Sdl = "sdl",
        Spice = "spice", File = "file", Dbus = "dbus",
    }
    /// Sample format.
    pub enum AudioFormat { U8 = "u8", S8 = "s8", U16 = "u16", S16 = "s16", U32 = "u32", S32 = "s32", F32 = "f32" }
}

element! {
    /// `type='vnc'`
    #[derive(Default)]
    pub struct Vnc {
        /// Port, or -1 for one that the daemon chooses.
        attr port: Option<i32> = "port",
        /// Whether the daemon chooses it.
        loose_attr autoport: Option<YesNo> = "autoport",
        /// WebSocket port; -1 for one that the daemon chooses.
        attr websocket: Option<i32> = "websocket",
        /// Socket, the short way.
        attr socket: Option<Box<str>> = "socket",
        /// Address, the short way.
        attr listen: Option<Box<str>> = "listen",
        /// Keyboard layout.
        attr keymap: Option<Box<str>> = "keymap",
        /// Who else may be connected.
        attr share_policy: Option<SharePolicy> = "sharePolicy",
        /// Power control through VNC.
        attr power_control: Option<YesNo> = "powerControl",
        /// Password and its life.
        more password: DisplayPassword,
        /// Where it listens.
        child listens: Vec<Listen> = "listen",
        /// Sound goes to this backend.
        child audio: Option<AudioRef> = "audio",
    }

    /// Password of a display.
    #[derive(Eq, Default)]
    pub struct DisplayPassword {
        /// The password.
        attr passwd: Option<Box<str>> = "passwd" when part::SECURE,
        /// When it ends, in UTC.
        attr valid_to: Option<UtcTime> = "passwdValidTo",
        /// What happens to a client when it changes.
        attr connected: Option<PasswordPolicy> = "connected",
    }

    /// `<listen type='address'>`
    #[derive(Eq, Default)]
    pub struct ListenAddress {
        /// The address.
        attr address: Option<Box<str>> = "address",
    }

    /// `<listen type='network'>`
    #[derive(Eq, Default)]
    pub struct ListenNetwork {
        /// Address in it, while the guest runs.
        attr address: Option<Box<str>> = "address" when part::LIVE,
        /// The network.
        attr network: Option<Box<str>> = "network",
    }

    /// `<listen type='socket'>`
    #[derive(Eq, Default)]
    pub struct ListenSocket {
        /// The socket.
        attr socket: Option<Box<str>> = "socket",
    }

    /// `<audio id='1'/>` of a display
    #[derive(Copy, Eq)]
    pub struct AudioRef {
        /// Number of the backend.
        attr id: u32 = "id",
    }

    /// `type='spice'`
    #[derive(Default)]
    pub struct Spice {
        /// Port, or -1 for one that the daemon chooses.
        attr port: Option<i32> = "port",
        /// TLS port, or -1.
        attr tls_port: Option<i32> = "tlsPort",
        /// Whether the daemon chooses them.
        attr autoport: Option<YesNo> = "autoport",
        /// Address, the short way.
        attr listen: Option<Box<str>> = "listen",
        /// Keyboard layout.
        attr keymap: Option<Box<str>> = "keymap",
        /// Encryption of all channels not named.
        attr default_mode: Option<SpiceMode> = "defaultMode",
        /// Password and its life.
        more password: DisplayPassword,
        /// Where it listens.
        child listens: Vec<Listen> = "listen",
        /// Encryption of channels.
        child channels: Vec<SpiceChannel> = "channel",
        /// Lossless compression.
        child image: Option<SpiceImage> = "image",
        /// JPEG on slow links.
        child jpeg: Option<SpiceLink> = "jpeg",
        /// zlib on slow links.
        child zlib: Option<SpiceLink> = "zlib",
        /// Compression of sound.
        child playback: Option<SpicePlayback> = "playback",
        /// Video.
        child streaming: Option<SpiceStreaming> = "streaming",
        /// The pointer.
        child mouse: Option<SpiceMouseMode> = "mouse",
        /// The clipboard.
        child clipboard: Option<SpiceClipboard> = "clipboard",
        /// File transfer.
        child filetransfer: Option<SpiceFileTransfer> = "filetransfer",
        /// OpenGL.
        child gl: Option<Gl> = "gl",
    }

    /// `<channel>`
    #[derive(Copy, Eq)]
    pub struct SpiceChannel {
        /// Which.
        attr name: SpiceChannelName = "name",
        /// Its encryption.
        attr mode: SpiceMode = "mode",
    }

    /// `<image>`
    #[derive(Copy, Eq)]
    pub struct SpiceImage {
        /// Compression.
        attr compression: ImageCompression = "compression",
    }

    /// `<jpeg>`, `<zlib>`
    #[derive(Copy, Eq)]
    pub struct SpiceLink {
        /// When.
        attr compression: LinkCompression = "compression",
    }

    /// `<playback>`
    #[derive(Copy, Eq)]
    pub struct SpicePlayback {
        /// Whether sound is compressed.
        attr compression: OnOff = "compression",
    }

    /// `<streaming>`
    #[derive(Copy, Eq)]
    pub struct SpiceStreaming {
        /// Which parts.
        attr mode: StreamingMode = "mode",
    }

    /// `<mouse>`
    #[derive(Copy, Eq)]
    pub struct SpiceMouseMode {
        /// Who moves it.
        attr mode: SpiceMouse = "mode",
    }

    /// `<clipboard>`
    #[derive(Copy, Eq)]
    pub struct SpiceClipboard {
        /// Whether it is shared.
        attr copypaste: YesNo = "copypaste",
    }

    /// `<filetransfer>`
    #[derive(Copy, Eq)]
    pub struct SpiceFileTransfer {
        /// Whether it is allowed.
        attr enable: YesNo = "enable",
    }

    /// `<gl>`
    #[derive(Eq)]
    pub struct Gl {
        /// Whether it is used.
        attr enable: Option<YesNo> = "enable",
        /// Device that renders.
        attr rendernode: Option<Box<str>> = "rendernode",
    }

    /// `type='sdl'`
    #[derive(Eq, Default)]
    pub struct Sdl {
        /// X display.
        attr display: Option<Box<str>> = "display",
        /// X authority file.
        attr xauth: Option<Box<str>> = "xauth",
        /// Whether it fills the screen.
        attr fullscreen: Option<YesNo> = "fullscreen",
        /// OpenGL.
        child gl: Option<Gl> = "gl",
    }

    /// `type='egl-headless'`
    #[derive(Eq, Default)]
    pub struct EglHeadless {
        /// OpenGL.
        child gl: Option<Gl> = "gl",
    }

    /// `type='dbus'`
    #[derive(Eq, Default)]
    pub struct DBusDisplay {
        /// Whether there is no bus between.
        attr p2p: Option<YesNo> = "p2p",
        /// Address of the bus.
        attr address: Option<Box<str>> = "address",
        /// OpenGL.
        child gl: Option<Gl> = "gl",
        /// Sound goes to this backend.
        child audio: Option<AudioRef> = "audio",
    }

    /// `type='rdp'`
    #[derive(Default)]
    pub struct Rdp {
        /// Port.
        attr port: Option<i32> = "port",
        /// Whether the daemon chooses it.
        attr autoport: Option<YesNo> = "autoport",
        /// Whether a second client may connect.
        attr replace_user: Option<YesNo> = "replaceUser",
        /// Whether several may.
        attr multi_user: Option<YesNo> = "multiUser",
        /// Address, the short way.
        attr listen: Option<Box<str>> = "listen",
        /// Where it listens.
        child listens: Vec<Listen> = "listen",
    }

    /// `type='desktop'`
    #[derive(Eq, Default)]
    pub struct Desktop {
        /// X display.
        attr display: Option<Box<str>> = "display",
        /// Whether it fills the screen.
        attr fullscreen: Option<YesNo> = "fullscreen",
    }

    /// `<video>`
    pub struct Video {
        /// Driver in the host.
        group driver: Box<VideoDriver> = "driver",
        /// The card; complete after completion.
        child model: Option<VideoModel> = "model",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<driver>` of a card
    #[derive(Copy, Eq, Default)]
    pub struct VideoDriver {
        /// virtio.
        more virtio: VirtioOptions,
        /// Who draws.
        attr name: Option<VideoBackend> = "name",
        /// How VGA is wired.
        loose_attr vgaconf: Option<VgaConf> = "vgaconf",
    }

    /// `<model>` of a card
    #[derive(Eq)]
    pub struct VideoModel {
        /// The model.
        attr kind: Option<VideoModelType> = "type",
        /// Memory for command rings in KiB.
        attr ram: Option<u32> = "ram",
        /// Video memory in KiB.
        attr vram: Option<u32> = "vram",
        /// Video memory above 4 GiB in KiB.
        attr vram64: Option<u32> = "vram64",
        /// Frame buffer in KiB.
        attr vgamem: Option<u32> = "vgamem",
        /// Screens.
        attr heads: Option<u32> = "heads",
        /// Whether it is the first card.
        attr primary: Option<YesNo> = "primary",
        /// 3D.
        child acceleration: Option<Acceleration> = "acceleration",
        /// Resolution at start.
        child resolution: Option<Resolution> = "resolution",
    }

    /// `<acceleration>`
    #[derive(Eq)]
    pub struct Acceleration {
        /// 3D.
        attr accel3d: Option<YesNo> = "accel3d",
        /// 2D.
        attr accel2d: Option<YesNo> = "accel2d",
        /// Device that renders.
        attr rendernode: Option<Box<str>> = "rendernode",
    }

    /// `<resolution>`
    #[derive(Copy, Eq)]
    pub struct Resolution {
        /// Width.
        attr x: u32 = "x",
        /// Height.
        attr y: u32 = "y",
    }

    /// `<sound>`
    pub struct Sound {
        /// The card.
        attr model: SoundModel = "model",
        /// Codecs, of Intel HDA.
        child codecs: Vec<Codec> = "codec",
        /// Sound goes to this backend.
        child audio: Option<AudioRef> = "audio",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<codec>`
    #[derive(Copy, Eq)]
    pub struct Codec {
        /// Kind.
        attr kind: CodecType = "type",
    }

    /// `<audio>`: a sound system of the host
    #[derive(Eq)]
    pub struct Audio {
        /// Number; complete after completion.
        attr id: Option<u32> = "id",
        /// Which.
        attr kind: AudioType = "type",
        /// Interval of polling in µs.
        attr timer_period: Option<u32> = "timerPeriod",
        /// Server.
        attr server_name: Option<Box<str>> = "serverName",
        /// SDL driver.
        attr driver: Option<SdlDriver> = "driver",
        /// File.
        attr path: Option<Box<str>> = "path",
        /// OSS: memory mapping.
        attr try_mmap: Option<YesNo> = "tryMMap",
        /// OSS: exclusive.
        attr exclusive: Option<YesNo> = "exclusive",
        /// OSS: DSP policy.
        attr dsp_policy: Option<i32> = "dspPolicy",
        /// Recording.
        child input: Option<Box<AudioStream>> = "input",
        /// Playing.
        child output: Option<Box<AudioStream>> = "output",
    }

    /// `<input>`, `<output>` of a sound system
    #[derive(Eq)]
    pub struct AudioStream {
        /// Whether QEMU mixes.
        attr mixing_engine: Option<YesNo> = "mixingEngine",
        /// Whether the settings are fixed.
        attr fixed_settings: Option<YesNo> = "fixedSettings",
        /// Voices.
        attr voices: Option<u32> = "voices",
        /// Buffer in µs.
        attr buffer_length: Option<u32> = "bufferLength",
        /// Device.
        attr dev: Option<Box<str>> = "dev",
        /// Buffers.
        attr buffer_count: Option<u32> = "bufferCount",
        /// OSS: polling.
        attr try_poll: Option<YesNo> = "tryPoll",
        /// Stream, sink or source.
        attr name: Option<Box<str>> = "name",
        /// Name of the stream.
        attr stream_name: Option<Box<str>> = "streamName",
        /// Delay in µs.
        attr latency: Option<u32> = "latency",
        /// JACK server.
        attr server_name: Option<Box<str>> = "serverName",
        /// JACK client.
        attr client_name: Option<Box<str>> = "clientName",
        /// JACK ports to connect to.
        attr connect_ports: Option<Box<str>> = "connectPorts",
        /// JACK: whether names are exact.
        attr exact_name: Option<YesNo> = "exactName",
        /// Fixed settings.
        child settings: Option<AudioSettings> = "settings",
    }

    /// `<settings>`
    #[derive(Copy, Eq)]
    pub struct AudioSettings {
        /// Samples per second.
        attr frequency: Option<u32> = "frequency",
        /// Channels.
        attr channels: Option<u32> = "channels",
        /// Sample format.
        attr format: Option<AudioFormat> = "format",
    }
}

//! Where a disk's data is: a file, a block device, something on the network.

use xml::{Node, element, tagged, words};

use super::address::PciAddress;
use super::part;
use super::security::DeviceLabel;
use crate::{Bytes, EndTag, Uuid, YesNo};

tagged! {
    /// Storage, by its type.
    pub enum StorageSource by "type" or "file" unless empty_drive {
        File(FileStorage) = "file",
        Block(BlockStorage) = "block",
        Dir(DirStorage) = "dir",
        Network(NetworkStorage) = "network",
        Volume(VolumeStorage) = "volume",
        Nvme(NvmeStorage) = "nvme",
        VhostUser(VhostUserStorage) = "vhostuser",
        VhostVdpa(VhostVdpaStorage) = "vhostvdpa",
    }
}

/// A drive whose medium can be taken out and that says nothing of any has no kind of storage.
fn empty_drive(node: Node<'_, '_>) -> Option<&'static str> {
    let removable = matches!(node.attribute("device"), Some("cdrom" | "floppy"));
    (removable && node.child("source").is_none()).then_some("file")
}

words! {
    /// What happens when a disk's storage is missing at start.
    pub enum StartupPolicy { Mandatory = "mandatory", Requisite = "requisite", Optional = "optional" }
    /// Protocol of network storage.
    pub enum StorageProtocol {
        Nbd = "nbd", Rbd = "rbd", Sheepdog = "sheepdog", Gluster = "gluster", Iscsi = "iscsi", Http = "http",
        Https = "https", Ftp = "ftp", Ftps = "ftps", Tftp = "tftp", Ssh = "ssh", Vxhs = "vxhs", Nfs = "nfs",
    }
    /// How a storage server is reached.
    pub enum StorageTransport { Tcp = "tcp", Unix = "unix", Rdma = "rdma" }
    /// How a volume is attached.
    pub enum VolumeMode { Host = "host", Direct = "direct" }
    /// Image format.
    pub enum StorageFormat {
        Raw = "raw", Dir = "dir", Bochs = "bochs", Cloop = "cloop", Dmg = "dmg", Iso = "iso", Vpc = "vpc", Vdi = "vdi",
        Fat = "fat", Vhd = "vhd", Ploop = "ploop", Cow = "cow", Qcow = "qcow", Qcow2 = "qcow2", Qed = "qed", Vmdk = "vmdk",
    }
    /// Kind of credentials.
    pub enum AuthSecretType { Ceph = "ceph", Iscsi = "iscsi" }
    /// Encryption of an image.
    pub enum EncryptionFormat { Default = "default", Qcow = "qcow", Luks = "luks", Luks2 = "luks2", LuksAny = "luks-any" }
    /// Who encrypts.
    pub enum EncryptionEngine { Qemu = "qemu", Librbd = "librbd" }
    /// What an encryption secret is.
    pub enum EncryptionSecretType { Passphrase = "passphrase" }
    /// Which part of an image a slice is.
    pub enum SliceType { Storage = "storage" }
}

element! {
    /// `type='file'`
    #[derive(Default)]
    pub struct FileStorage {
        /// The file.
        group source: FileSource = "source",
    }

    /// `<source file='…'>`
    #[derive(Default)]
    pub struct FileSource {
        /// Path; none for an empty drive.
        attr file: Option<Box<str>> = "file",
        /// Group of file descriptors the client has passed.
        attr fdgroup: Option<Box<str>> = "fdgroup",
        /// The rest.
        more more: SourceOptions,
    }

    /// `type='block'`
    #[derive(Default)]
    pub struct BlockStorage {
        /// The device.
        group source: BlockSource = "source",
    }

    /// `<source dev='…'>`
    #[derive(Default)]
    pub struct BlockSource {
        /// Path; none for an empty drive.
        attr dev: Option<Box<str>> = "dev",
        /// The rest.
        more more: SourceOptions,
    }

    /// `type='dir'`: a directory shown as a FAT disk.
    #[derive(Default)]
    pub struct DirStorage {
        /// The directory.
        group source: DirSource = "source",
    }

    /// `<source dir='…'>`
    #[derive(Default)]
    pub struct DirSource {
        /// Path.
        attr dir: Option<Box<str>> = "dir",
        /// The rest.
        more more: SourceOptions,
    }

    /// `type='network'`
    pub struct NetworkStorage {
        /// The storage.
        child source: Box<NetworkSource> = "source",
    }

    /// `<source protocol='…'>`
    pub struct NetworkSource {
        /// Protocol.
        attr protocol: StorageProtocol = "protocol",
        /// Name of the image there.
        attr name: Option<Box<str>> = "name",
        /// Query of a URL.
        attr query: Option<Box<str>> = "query",
        /// Whether TLS is used.
        attr tls: Option<YesNo> = "tls",
        /// Name that the server's certificate must have.
        attr tls_hostname: Option<Box<str>> = "tlsHostname",
        /// Servers.
        child hosts: Vec<StorageHost> = "host",
        /// Snapshot of the image.
        child snapshot: Option<Named> = "snapshot",
        /// Configuration file of the protocol's library.
        loose_child config: Option<ConfigFile> = "config",
        /// iSCSI initiator.
        child initiator: Option<Initiator> = "initiator",
        /// Whether certificates are checked.
        child ssl: Option<Ssl> = "ssl",
        /// HTTP cookies.
        child cookies: Option<Cookies> = "cookies",
        /// Bytes read ahead.
        child readahead: Option<Size> = "readahead",
        /// Deadline of a request.
        child timeout: Option<Seconds> = "timeout",
        /// NFS identity.
        child identity: Option<Identity> = "identity",
        /// The rest.
        more more: SourceOptions,
    }

    /// `<host>`
    #[derive(Eq, Default)]
    pub struct StorageHost {
        /// Name or address.
        attr name: Option<Box<str>> = "name",
        /// Port.
        attr port: Option<Box<str>> = "port",
        /// How it is reached; TCP if not said.
        attr transport: Option<StorageTransport> = "transport",
        /// Socket, for unix.
        attr socket: Option<Box<str>> = "socket",
    }

    /// An element that only has a name.
    #[derive(Eq)]
    pub struct Named {
        /// The name.
        attr name: Box<str> = "name",
    }

    /// `<config file='…'/>`
    #[derive(Eq)]
    pub struct ConfigFile {
        /// Path.
        attr file: Box<str> = "file",
    }

    /// `<initiator>`
    #[derive(Eq)]
    pub struct Initiator {
        /// Its name.
        child iqn: Named = "iqn",
    }

    /// `<ssl verify='no'/>`
    #[derive(Copy, Eq)]
    pub struct Ssl {
        /// Whether certificates are checked.
        attr verify: Option<YesNo> = "verify",
    }

    /// `<cookies>`
    #[derive(Eq)]
    pub struct Cookies {
        /// Cookies.
        child cookies: Vec<Cookie> = "cookie",
    }

    /// `<cookie name='…'>value</cookie>`
    #[derive(Eq)]
    pub struct Cookie {
        /// Name.
        attr name: Box<str> = "name",
        /// Value.
        text value: Box<str>,
    }

    /// `<readahead size='…'/>`
    #[derive(Copy, Eq)]
    pub struct Size {
        /// Bytes.
        attr size: u64 = "size",
    }

    /// `<timeout seconds='…'/>`
    #[derive(Copy, Eq)]
    pub struct Seconds {
        /// Seconds.
        attr seconds: u64 = "seconds",
    }

    /// `<identity user='…' group='…'/>`
    #[derive(Eq)]
    pub struct Identity {
        /// User.
        attr user: Option<Box<str>> = "user",
        /// Group.
        attr group: Option<Box<str>> = "group",
    }

    /// `type='volume'`
    pub struct VolumeStorage {
        /// The volume.
        child source: Box<VolumeSource> = "source",
    }

    /// `<source pool='…' volume='…'>`
    pub struct VolumeSource {
        /// Pool.
        attr pool: Option<Box<str>> = "pool",
        /// Volume.
        attr volume: Option<Box<str>> = "volume",
        /// How it is attached.
        attr mode: Option<VolumeMode> = "mode",
        /// The rest.
        more more: SourceOptions,
    }

    /// `type='nvme'`
    pub struct NvmeStorage {
        /// The namespace.
        child source: Box<NvmeSource> = "source",
    }

    /// `<source type='pci' managed='yes' namespace='1'>`
    pub struct NvmeSource {
        /// Bus of the controller: `pci`.
        attr kind: Box<str> = "type",
        /// Whether the daemon detaches the controller from the host.
        attr managed: Option<YesNo> = "managed",
        /// Namespace.
        attr namespace: u64 = "namespace",
        /// The controller.
        child address: PciAddress = "address",
        /// The rest.
        more more: SourceOptions,
    }

    /// `type='vhostuser'`
    pub struct VhostUserStorage {
        /// The server.
        child source: Box<VhostUserSource> = "source",
    }

    /// `<source type='unix' path='…'>`
    pub struct VhostUserSource {
        /// Always `unix`.
        attr kind: Box<str> = "type",
        /// Socket.
        attr path: Box<str> = "path",
        /// What happens when the server goes away.
        child reconnect: Option<super::chardev::Reconnect> = "reconnect",
        /// The rest.
        more more: SourceOptions,
    }

    /// `type='vhostvdpa'`
    pub struct VhostVdpaStorage {
        /// The device.
        child source: Box<BlockSource> = "source",
    }

    /// What the `<source>` of every type may have.
    #[derive(Default)]
    pub struct SourceOptions {
        /// What happens when it is missing.
        attr startup_policy: Option<StartupPolicy> = "startupPolicy",
        /// Index of the layer, which names its node in QEMU.
        attr index: Option<u32> = "index" when part::LIVE,
        /// Parts of the image that are used.
        child slices: Option<Box<Slices>> = "slices",
        /// Labels.
        child seclabels: Vec<DeviceLabel> = "seclabel",
        /// Credentials.
        child auth: Option<Box<Auth>> = "auth",
        /// Encryption.
        child encryption: Option<Box<Encryption>> = "encryption",
        /// Persistent reservations.
        child reservations: Option<Box<Reservations>> = "reservations",
    }

    /// `<slices>`
    #[derive(Eq)]
    pub struct Slices {
        /// The slice.
        child slices: Vec<Slice> = "slice",
    }

    /// `<slice>`
    #[derive(Copy, Eq)]
    pub struct Slice {
        /// Which part.
        attr kind: SliceType = "type",
        /// First byte.
        attr offset: u64 = "offset",
        /// Bytes.
        attr size: u64 = "size",
    }

    /// `<auth>`
    #[derive(Eq)]
    pub struct Auth {
        /// User.
        attr username: Box<str> = "username",
        /// Secret.
        child secret: AuthSecret = "secret",
    }

    /// `<secret>` of credentials
    #[derive(Eq)]
    pub struct AuthSecret {
        /// Kind.
        attr kind: Option<AuthSecretType> = "type",
        /// Which, by UUID.
        attr uuid: Option<Uuid> = "uuid",
        /// Which, by usage.
        attr usage: Option<Box<str>> = "usage",
    }

    /// `<encryption>`
    #[derive(Eq)]
    pub struct Encryption {
        /// Format.
        attr format: EncryptionFormat = "format",
        /// Who encrypts.
        attr engine: Option<EncryptionEngine> = "engine",
        /// Secrets.
        child secrets: Vec<EncryptionSecret> = "secret",
        /// Cipher of a new volume; a disk must not have it.
        child cipher: Option<Box<Cipher>> = "cipher",
        /// It has an end tag.
        more end: EndTag,
    }

    /// `<cipher>`
    #[derive(Eq)]
    pub struct Cipher {
        /// Name.
        attr name: Box<str> = "name",
        /// Bits of a key.
        attr size: u32 = "size",
        /// Mode.
        attr mode: Option<Box<str>> = "mode",
        /// Hash.
        attr hash: Option<Box<str>> = "hash",
    }

    /// `<secret>` of an encryption
    #[derive(Eq)]
    pub struct EncryptionSecret {
        /// Kind.
        attr kind: EncryptionSecretType = "type",
        /// Which, by UUID.
        attr uuid: Option<Uuid> = "uuid",
        /// Which, by usage.
        attr usage: Option<Box<str>> = "usage",
    }

    /// `<reservations>`
    #[derive(Eq)]
    pub struct Reservations {
        /// Whether the daemon runs the helper.
        attr managed: YesNo = "managed",
        /// Socket of the helper.
        child source: Option<ReservationSource> = "source",
    }

    /// `<source>` of reservations
    #[derive(Eq)]
    pub struct ReservationSource {
        /// Always `unix`.
        attr kind: Box<str> = "type",
        /// Socket.
        attr path: Box<str> = "path",
        /// Always `client`.
        attr mode: Box<str> = "mode",
    }

    /// `<metadata_cache>` of a qcow2 image
    #[derive(Copy, Eq, Default)]
    pub struct MetadataCache {
        /// Largest size.
        child max_size: Option<Bytes> = "max_size",
    }
}

impl StorageSource {
    /// What the `<source>` of every type may have.
    pub fn options(&self) -> &SourceOptions {
        match self {
            Self::File(file) => &file.source.more,
            Self::Block(block) => &block.source.more,
            Self::Dir(dir) => &dir.source.more,
            Self::Network(network) => &network.source.more,
            Self::Volume(volume) => &volume.source.more,
            Self::Nvme(nvme) => &nvme.source.more,
            Self::VhostUser(server) => &server.source.more,
            Self::VhostVdpa(vdpa) => &vdpa.source.more,
        }
    }

    /// The same, to be changed.
    pub fn options_mut(&mut self) -> &mut SourceOptions {
        match self {
            Self::File(file) => &mut file.source.more,
            Self::Block(block) => &mut block.source.more,
            Self::Dir(dir) => &mut dir.source.more,
            Self::Network(network) => &mut network.source.more,
            Self::Volume(volume) => &mut volume.source.more,
            Self::Nvme(nvme) => &mut nvme.source.more,
            Self::VhostUser(server) => &mut server.source.more,
            Self::VhostVdpa(vdpa) => &mut vdpa.source.more,
        }
    }
}

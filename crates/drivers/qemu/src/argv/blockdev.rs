//! Block nodes: for each layer of a disk's chain one that reads the storage and one that reads the format.

use config::domain::Domain;
use config::domain::disk::{
    BackingStore, DetectZeroes, Discard, Disk, DiskBus, DiskCache, DiskDriver, DiskIo,
};
use config::domain::storage::{
    Auth, Encryption, MetadataCache, Slice, StorageFormat, StorageProtocol, StorageSource,
};
use config::{Error, OnOff, YesNo};

use super::Result;
use super::line::Line;
use super::network_storage;
use super::props::Props;
use super::secret::{Credentials, Opener};
use super::source::{options, options_mut};
use super::tls::TlsSide;

/// Most layers of a chain.
const MAX_LAYERS: usize = 200;

/// A layer that is to become two block nodes.
pub(super) struct Node<'a> {
    /// The nodes are `NAME-storage` and `NAME-format`.
    pub(super) name: String,
    /// Where its data is.
    pub(super) source: &'a StorageSource,
    /// How it is read.
    pub(super) format: StorageFormat,
    /// Who may read it.
    pub(super) auth: Option<&'a Auth>,
    /// How it is encrypted.
    pub(super) encryption: Option<&'a Encryption>,
    /// Whether it may be written.
    pub(super) access: Access,
    /// How the host caches it.
    pub(super) cache: DiskCache,
    /// What else the document says of the disk's driver.
    pub(super) driver: Option<&'a DiskDriver>,
    /// Whether it is the one that the guest sees.
    pub(super) level: Level,
    /// Most memory for the format's tables.
    pub(super) metadata_cache: Option<u64>,
    /// The layer below it.
    pub(super) backing: Backing,
    /// Whether a directory is shown as a floppy disk.
    pub(super) floppy: bool,
}

/// Whether a layer may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It may not.
    ReadOnly,
    /// It may.
    ReadWrite,
}

/// Where a layer is in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The guest sees it.
    Top,
    /// It is below another.
    Below,
}

/// What is below a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Backing {
    /// What the image itself says.
    Unsaid,
    /// Nothing.
    End,
    /// The node of this name.
    Node(String),
}

/// Numbers the layers of a domain's disks: `<source index='1'>`, from which the names of their block nodes
/// come. Layers that have a number keep it.
///
/// libvirt begins with the last disk, and with the top of each chain.
pub(crate) fn number_layers(domain: &mut Domain) {
    let mut next = last_layer(domain).saturating_add(1);
    let disks = domain.devices.disks.iter_mut().rev();
    for disk in disks.filter(|disk| disk.target.bus != Some(DiskBus::Sd)) {
        next = number_disk(disk, next);
    }
}

/// Numbers those layers of a disk that have no number yet, from `next` on; the number after the last.
pub(crate) fn number_disk(disk: &mut Disk, mut next: u32) -> u32 {
    let mut number = |index: &mut Option<u32>| {
        if index.is_none() {
            *index = Some(next);
            next = next.saturating_add(1);
        }
    };
    if let Some(options) = options_mut(&mut disk.source) {
        number(&mut options.index);
    }
    let mut below = disk.backing.as_mut();
    while let Some(BackingStore::Layer(layer)) = below {
        number(&mut layer.index);
        below = layer.backing.as_mut();
    }
    next
}

/// The highest number of any layer; 0 if there is none.
pub(crate) fn last_layer(domain: &Domain) -> u32 {
    domain.devices.disks.iter().flat_map(indices).max().unwrap_or_default()
}

fn indices(disk: &Disk) -> impl Iterator<Item = u32> + '_ {
    let top = options(&disk.source).and_then(|options| options.index);
    top.into_iter().chain(layers_below(disk).filter_map(|layer| layer.index))
}

fn layers_below(disk: &Disk) -> impl Iterator<Item = &config::domain::disk::BackingLayer> {
    fn layer(store: Option<&BackingStore>) -> Option<&config::domain::disk::BackingLayer> {
        match store {
            Some(BackingStore::Layer(layer)) => Some(layer),
            Some(BackingStore::End) | None => None,
        }
    }
    std::iter::successors(layer(disk.backing.as_ref()), |above| layer(above.backing.as_ref()))
}

fn node_name(index: Option<u32>, disk: &Disk) -> Result<String> {
    let index = index.ok_or_else(|| {
        Error::internal(format!("layers of disk '{}' have no numbers", disk.target.dev))
    })?;
    Ok(format!("libvirt-{index}"))
}

/// The layers of a disk, from the top.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` for a chain that is too long.
pub(super) fn chain<'a>(disk: &'a Disk) -> Result<Vec<Node<'a>>> {
    let cache = cache_mode(disk);
    let top = options(&disk.source);
    let auth = top.and_then(|options| options.auth.as_deref());
    let encryption = top.and_then(|options| options.encryption.as_deref());
    let mut nodes = vec![Node {
        name: node_name(top.and_then(|options| options.index), disk)?,
        source: &disk.source,
        // Older documents have them beside the source.
        auth: auth.or(disk.auth.as_deref()),
        encryption: encryption.or(disk.encryption.as_deref()),
        format: disk.driver.format.unwrap_or(StorageFormat::Raw),
        access: if disk.readonly { Access::ReadOnly } else { Access::ReadWrite },
        cache,
        driver: Some(&disk.driver),
        level: Level::Top,
        metadata_cache: table_cache(&disk.driver.metadata_cache),
        backing: backing(disk.backing.as_ref(), disk)?,
        floppy: disk.device == config::domain::disk::DiskDevice::Floppy,
    }];
    for layer in layers_below(disk) {
        if nodes.len() == MAX_LAYERS {
            let what = format!(
                "backing chain of disk '{}' has more than {MAX_LAYERS} layers",
                disk.target.dev
            );
            return Err(Error::unsupported(what));
        }
        nodes.push(Node {
            name: node_name(layer.index, disk)?,
            source: &layer.source,
            auth: layer.source.options().auth.as_deref(),
            encryption: layer.source.options().encryption.as_deref(),
            format: layer.format.kind,
            access: Access::ReadOnly,
            cache,
            driver: Some(&disk.driver),
            level: Level::Below,
            metadata_cache: table_cache(&layer.format.metadata_cache),
            backing: backing(layer.backing.as_ref(), disk)?,
            floppy: false,
        });
    }
    Ok(nodes)
}

/// A disk that guests share cannot be cached by one host alone.
pub(super) fn cache_mode(disk: &Disk) -> DiskCache {
    match disk.driver.cache {
        None | Some(DiskCache::Default) if disk.shareable && !disk.readonly => DiskCache::None,
        None => DiskCache::Default,
        Some(mode) => mode,
    }
}

fn table_cache(cache: &MetadataCache) -> Option<u64> {
    cache.max_size.map(|size| size.0)
}

fn backing(store: Option<&BackingStore>, disk: &Disk) -> Result<Backing> {
    Ok(match store {
        None => Backing::Unsaid,
        Some(BackingStore::End) => Backing::End,
        Some(BackingStore::Layer(layer)) => {
            Backing::Node(format!("{}-format", node_name(layer.index, disk)?))
        }
    })
}

impl Line<'_> {
    /// The node that reads the storage, the one that shows a part of it if that is all there is, and the one
    /// that reads the format.
    pub(super) fn node(&mut self, node: &Node<'_>) -> Result<()> {
        let credentials = self.credentials(&node.name, node.source, node.auth, node.encryption)?;
        let storage = self.storage_node(node, &credentials)?;
        self.blockdev(&storage);
        let slice = options(node.source).and_then(|options| options.slices.as_ref());
        let slice = slice.and_then(|slices| slices.slices.first()).copied();
        // The format that is none can do it itself.
        let driver = format_driver(node.format, credentials.of_format())?;
        let own_node = slice.filter(|_| driver != "raw");
        if let Some(slice) = own_node {
            let mut props = Props::driver("raw");
            props
                .set("node-name", slice_name(node))
                .set("offset", slice.offset)
                .set("size", slice.size)
                .set("file", format!("{}-storage", node.name))
                .set("auto-read-only", true)
                .set("discard", "unmap")
                .set("cache", cache(node.cache));
            self.blockdev(&props);
        }
        let slice = slice.filter(|_| own_node.is_none());
        let below = match own_node {
            Some(_) => slice_name(node),
            None => format!("{}-storage", node.name),
        };
        let format = format_node(node, driver, credentials.of_format(), (slice, below))?;
        self.blockdev(&format);
        Ok(())
    }

    fn storage_node(&mut self, node: &Node<'_>, credentials: &Credentials<'_>) -> Result<Props> {
        let mut props = self.storage(node, credentials)?;
        if let StorageSource::Network(network) = node.source
            && network.source.tls == Some(YesNo::Yes)
        {
            if network.source.protocol != StorageProtocol::Nbd {
                let what = format!(
                    "TLS transport is not supported for disk protocol '{}'",
                    network.source.protocol
                );
                return Err(Error::unsupported(what));
            }
            let owner = format!("{}-storage", node.name);
            props
                .set("tls-creds", self.tls_credentials(&owner, TlsSide::Client))
                .set("tls-hostname", network.source.tls_hostname.as_ref());
        }
        props.set("pr-manager", self.reservations(node)?);
        props.set("node-name", format!("{}-storage", node.name));
        props.set("cache", cache(node.cache));
        props.set("auto-read-only", true).set("discard", "unmap");
        Ok(props)
    }

    fn storage(&self, node: &Node<'_>, credentials: &Credentials<'_>) -> Result<Props> {
        let io = node.driver.and_then(|driver| driver.io).map(DiskIo::word);
        let path = |driver: &str, path: Option<&str>| {
            let mut props = Props::driver(driver);
            props.set("filename", path).set("aio", io);
            props
        };
        Ok(match node.source {
            StorageSource::File(file) => path("file", file.source.file.as_deref()),
            StorageSource::Block(block) => path("host_device", block.source.dev.as_deref()),
            StorageSource::Dir(dir) if node.format == StorageFormat::Fat => {
                let mut props = Props::driver("vvfat");
                props
                    .set("dir", dir.source.dir.as_ref())
                    .set("floppy", node.floppy)
                    .set("rw", false);
                props
            }
            StorageSource::Network(network) => {
                network_storage::props(&network.source, credentials)?
            }
            StorageSource::Nvme(nvme) => {
                self.not_started_yet("disk of type 'nvme'")?;
                let mut props = Props::driver("nvme");
                let place = nvme.source.address.to_string();
                props.set("device", place).set("namespace", nvme.source.namespace);
                props
            }
            source @ (StorageSource::Dir(_)
            | StorageSource::Volume(_)
            | StorageSource::VhostUser(_)
            | StorageSource::VhostVdpa(_)) => {
                return Err(Error::unsupported(format!(
                    "disk of type '{}' is not supported yet",
                    source.word()
                )));
            }
        })
    }

    /// The helper that the daemon is to run for all disks; it is told of before everything else.
    pub(super) fn shared_helper(&mut self) {
        let disks = self.domain.devices.disks.iter();
        let mut reservations =
            disks.filter_map(|disk| options(&disk.source)?.reservations.as_ref());
        if reservations.any(|reservations| reservations.managed == YesNo::Yes) {
            let mut object = Props::object("pr-manager-helper", "pr-helper0");
            object.set("path", self.directory().join("pr-helper0.sock").display().to_string());
            self.object(&object);
        }
    }

    /// The helper that makes a disk's persistent reservations; the name of its object. All disks share the one
    /// that the daemon is to run.
    fn reservations(&mut self, node: &Node<'_>) -> Result<Option<String>> {
        let reservations = options(node.source).and_then(|options| options.reservations.as_ref());
        let Some(reservations) = reservations else { return Ok(None) };
        let (id, path) = match (&reservations.source, reservations.managed) {
            (Some(source), YesNo::No) => {
                (format!("pr-helper-{}-storage", node.name), source.path.to_string())
            }
            _ => {
                self.not_started_yet("persistent reservation whose helper the daemon runs")?;
                let path = self.directory().join("pr-helper0.sock");
                ("pr-helper0".to_owned(), path.display().to_string())
            }
        };
        let mut object = Props::object("pr-manager-helper", &id);
        object.set("path", path);
        if !self.has_object(&id) {
            self.object(&object);
        }
        Ok(Some(id))
    }
}

fn slice_name(node: &Node<'_>) -> String {
    format!("{}-slice-sto", node.name)
}

/// The node that reads the format from the part of the storage that is `slice`, which the node `below` has.
fn format_node(
    node: &Node<'_>,
    driver: &str,
    opener: Option<&Opener>,
    (slice, below): (Option<Slice>, String),
) -> Result<Props> {
    let mut props = Props::new();
    props
        .set("node-name", format!("{}-format", node.name))
        .set("read-only", node.access == Access::ReadOnly);
    if let Some(driver) = node.driver {
        props.set("discard", driver.discard.map(Discard::word));
        // Only what the guest writes can turn out to be zeroes.
        props.set("detect-zeroes", detect_zeroes(driver).filter(|_| node.level == Level::Top));
    }
    props.set("cache", cache(node.cache));
    props.set("driver", driver);
    if driver == "luks" {
        let secret = opener.and_then(|opener| opener.secret.clone());
        let missing = || Error::internal("missing secret info for 'luks' driver");
        props.set("key-secret", secret.ok_or_else(missing)?);
    }
    if node.format == StorageFormat::Qcow2 {
        props.set("encrypt", opener.and_then(Opener::props)).set("cache-size", node.metadata_cache);
    }
    props
        .set("offset", slice.map(|slice| slice.offset))
        .set("size", slice.map(|slice| slice.size))
        .set("file", below);
    match &node.backing {
        Backing::Node(below) => {
            props.set("backing", below.as_str());
        }
        Backing::End if has_backing(node.format) => {
            props.set("backing", serde_json::Value::Null);
        }
        Backing::End | Backing::Unsaid => {}
    }
    Ok(props)
}

/// Zeroes are unmapped only where the guest's own unmapping is.
fn detect_zeroes(driver: &DiskDriver) -> Option<&'static str> {
    Some(match (driver.detect_zeroes?, driver.discard) {
        (DetectZeroes::Unmap, Some(Discard::Unmap)) => "unmap",
        (DetectZeroes::Unmap | DetectZeroes::On, _) => "on",
        (DetectZeroes::Off, _) => "off",
    })
}

fn format_driver(format: StorageFormat, opener: Option<&Opener>) -> Result<&'static str> {
    Ok(match format {
        StorageFormat::Raw if opener.is_some() => "luks",
        StorageFormat::Raw | StorageFormat::Fat | StorageFormat::Iso => "raw",
        StorageFormat::Vpc | StorageFormat::Vhd => "vpc",
        StorageFormat::Bochs => "bochs",
        StorageFormat::Cloop => "cloop",
        StorageFormat::Dmg => "dmg",
        StorageFormat::Vdi => "vdi",
        StorageFormat::Ploop => "parallels",
        StorageFormat::Qcow => "qcow",
        StorageFormat::Qcow2 => "qcow2",
        StorageFormat::Qed => "qed",
        StorageFormat::Vmdk => "vmdk",
        StorageFormat::Dir | StorageFormat::Cow => {
            return Err(Error::unsupported(format!(
                "disk format '{format}' is not supported by QEMU"
            )));
        }
    })
}

/// Whether images of this format can have another below them.
fn has_backing(format: StorageFormat) -> bool {
    matches!(
        format,
        StorageFormat::Qcow | StorageFormat::Qcow2 | StorageFormat::Qed | StorageFormat::Vmdk
    )
}

fn cache(mode: DiskCache) -> Option<Props> {
    let (direct, no_flush) = match mode {
        DiskCache::Default => return None,
        DiskCache::None | DiskCache::Directsync => (true, false),
        DiskCache::Writeback | DiskCache::Writethrough => (false, false),
        DiskCache::Unsafe => (false, true),
    };
    let mut props = Props::new();
    props.set("direct", direct).set("no-flush", no_flush);
    Some(props)
}

/// Whether the guest sees a cache that it has to flush; unsaid if the document says nothing.
pub(super) fn write_cache(mode: DiskCache) -> Option<OnOff> {
    match mode {
        DiskCache::Default => None,
        DiskCache::None | DiskCache::Writeback | DiskCache::Unsafe => Some(OnOff::On),
        DiskCache::Writethrough | DiskCache::Directsync => Some(OnOff::Off),
    }
}

impl Line<'_> {
    /// A number that no layer of a disk has.
    pub(super) fn first_free_layer(&self) -> u32 {
        last_layer(self.domain).saturating_add(1)
    }
}

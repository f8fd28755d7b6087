//! What a guest needs of this host, looked for before QEMU is: an error names what is missing.
//!
//! ```text
//! document ─ settle ───> with the device of the host that renders for it
//!          ├ check ────> what the kernel tells of at once: nodes, devices, links
//!          └ look_for ─> paths that the document names, on whatever storage they are
//! ```
//!
//! Deliberately absent: what only QEMU can tell, such as whether its build has a protocol.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{Error, ErrorCode, ErrorDomain, Result};
use config::domain::VirtType;
use config::domain::address::Address;
use config::domain::chardev::{CharSource, SocketMode};
use config::domain::clock::TimerName;
use config::domain::graphics::{Gl, Graphics};
use config::domain::hostdev::{HostScsi, Hostdev, HostdevBackend, HostdevSource};
use config::domain::interface::{Interface, InterfaceSource};
use config::domain::memory::{HugePage, MemoryModel};
use config::domain::os::LoaderType;
use config::domain::peripheral::{InputType, RngBackend, TpmBackend};
use config::domain::storage::StorageSource;
use config::domain::tuning::Placement;
use config::{Domain, RangeSet, YesNo};
use host::Root;
use host::kvm::{Kvm, TimeStampCounter};

use crate::errors::QEMU;
use crate::{argv, slow_storage};

/// How far a guest's time stamp counter may be off. **Units**: parts per million.
const TSC_TOLERANCE_PPM: u64 = 250;

/// How long storage may take to show one path.
const STORAGE: Duration = Duration::from_secs(10);

const ORDINARY_PAGE_KIB: u64 = 4;

const RENDER_NODES: &str = "/dev/dri";
const SCSI_DEVICES: &str = "/sys/bus/scsi/devices";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A guest that starts.
    Start,
    /// Text about one.
    Native,
}

/// Names the device that renders for displays of which the document leaves it open.
///
/// # Errors
/// `SYSTEM_ERROR` when the host has none.
pub(crate) fn settle(document: &mut Domain) -> Result<()> {
    for graphics in &mut document.devices.graphics {
        let gl = match graphics {
            Graphics::Spice(spice) => renders(&mut spice.gl),
            Graphics::EglHeadless(egl) => {
                Some(egl.gl.get_or_insert(Gl { enable: None, rendernode: None }))
            }
            _ => None,
        };
        if let Some(gl) = gl.filter(|gl| gl.rendernode.is_none()) {
            gl.rendernode = Some(render_node()?.into());
        }
    }
    Ok(())
}

fn renders(gl: &mut Option<Gl>) -> Option<&mut Gl> {
    gl.as_mut().filter(|gl| gl.enable == Some(YesNo::Yes))
}

fn render_node() -> Result<String> {
    let nodes = fs::read_dir(RENDER_NODES).map_err(|error| {
        Error::io(ErrorDomain::NONE, &error, format_args!("cannot open directory '{RENDER_NODES}'"))
    })?;
    let names = nodes.filter_map(|node| node.ok()?.file_name().into_string().ok());
    let first = names.filter(|name| name.starts_with("renderD")).min();
    let first = first.ok_or_else(|| {
        Error::operation_failed(ErrorDomain::NONE, "No usable DRI render nodes found")
    })?;
    Ok(format!("{RENDER_NODES}/{first}"))
}

/// Checks that the host has what a guest needs.
///
/// # Errors
/// What libvirt says of a host that lacks it.
pub(crate) fn check(document: &Domain, huge_pages: &[(u64, PathBuf)], purpose: For) -> Result<()> {
    if huge_pages.is_empty() && wants_huge_pages(document) {
        let what = "hugetlbfs filesystem is not mounted or disabled by administrator config";
        return Err(Error::internal(QEMU, what));
    }
    check_nodes(document, purpose)?;
    if purpose == For::Start {
        check_labels(document)?;
        check_figures(document)?;
        check_shares(document)?;
    }
    if document.virt_type == VirtType::Kvm {
        check_clock(document, || Kvm::open().ok()?.time_stamp_counter())?;
    }
    for disk in &document.devices.disks {
        if let StorageSource::File(file) = &disk.source
            && let Some(group) = &file.source.fdgroup
        {
            let what =
                format!("file descriptor group '{group}' was not associated with the domain");
            return Err(Error::invalid_arg(QEMU, what));
        }
    }
    document.devices.hostdevs.iter().try_for_each(|device| check_device(device, purpose))?;
    if purpose == For::Start {
        document.devices.interfaces.iter().try_for_each(check_interface)?;
    }
    Ok(())
}

/// Looks for the files, devices and sockets that a document names.
///
/// # Errors
/// What libvirt says of the first that is missing; `OPERATION_TIMEOUT` when its storage does not answer.
pub(crate) async fn look_for(document: &Domain, purpose: For) -> Result<()> {
    for path in named_paths(document, purpose) {
        path.check().await?;
    }
    Ok(())
}

fn unsupported(what: impl Into<String>) -> Error {
    Error::config_unsupported(QEMU, what)
}

fn wants_huge_pages(document: &Domain) -> bool {
    let is_huge = |kib: u64| kib != ORDINARY_PAGE_KIB;
    let mut devices = document.devices.memories.iter();
    let backing = document.memory_backing.as_ref();
    backing.and_then(|backing| backing.hugepages.as_ref()).is_some_and(|huge| {
        let kib = |page: &HugePage| {
            let scale = config::scale(page.unit.as_deref().unwrap_or("KiB"));
            scale.and_then(|scale| page.size.checked_mul(scale)).map_or(0, |bytes| bytes >> 10)
        };
        huge.pages.is_empty() || huge.pages.iter().any(|page| is_huge(kib(page)))
    }) || devices.any(|memory| memory.source.pagesize.is_some_and(|size| is_huge(size.0)))
}

/// Nodes of the host that the document names, and the advice that it asks for.
fn check_nodes(document: &Domain, purpose: For) -> Result<()> {
    let tune = &document.numatune;
    let of_memory = tune.memory.as_ref().and_then(|memory| memory.placement);
    let of_vcpus = document.vcpu.as_ref().and_then(|vcpu| vcpu.placement);
    let of_vcpus = of_vcpus.filter(|_| purpose == For::Start);
    if of_memory == Some(Placement::Auto) || of_vcpus == Some(Placement::Auto) {
        // There is nobody to ask.
        return Err(match purpose {
            For::Start => {
                let what = "Failed to query numad for the advisory nodeset";
                Error::operation_failed(ErrorDomain::NONE, what)
            }
            For::Native => {
                let what = "Advice from numad is needed in case of automatic numa placement";
                Error::internal(ErrorDomain::DOMAIN, what)
            }
        });
    }
    let own = tune.memory.iter().filter_map(|memory| memory.nodeset.as_ref());
    let of_cells = tune.nodes.iter().map(|node| &node.nodeset);
    let devices = &document.devices.memories;
    let of_devices = devices.iter().filter_map(|memory| memory.source.nodemask.as_ref());
    nodes_are_there(own.chain(of_cells).chain(of_devices))
}

/// Refuses nodes of the host that there are not.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` naming the first.
pub(crate) fn nodes_are_there<'s>(sets: impl Iterator<Item = &'s RangeSet>) -> Result<()> {
    let mut sets = sets.peekable();
    if sets.peek().is_none() {
        return Ok(());
    }
    let nodes = host::memory::nodes(&Root::default()).unwrap_or_default();
    let is_there = |id: u32| nodes.iter().any(|node| node.id == id);
    let missing = |set: &RangeSet| set.iter().find(|id| !is_there(*id));
    match sets.find_map(missing) {
        Some(id) => {
            let what = format!("NUMA node {id} is unavailable");
            Err(Error::config_unsupported(ErrorDomain::NONE, what))
        }
        None => Ok(()),
    }
}

/// The frequency of a guest's time stamp counter, which some hosts cannot choose.
fn check_clock(
    document: &Domain,
    counter: impl FnOnce() -> Option<TimeStampCounter>,
) -> Result<()> {
    let timers = document.clock.iter().flat_map(|clock| &clock.timers);
    let asked = timers.filter(|timer| timer.name == TimerName::Tsc);
    let Some(asked) = asked.filter_map(|timer| timer.frequency).find(|hz| *hz > 0) else {
        return Ok(());
    };
    let Some(counter) = counter().filter(|counter| !counter.scales) else { return Ok(()) };
    let own = u64::from(counter.khz).saturating_mul(1000);
    let tolerance = own.saturating_mul(TSC_TOLERANCE_PPM) / 1_000_000;
    let (least, most) = (own.saturating_sub(tolerance), own.saturating_add(tolerance));
    if (least..=most).contains(&asked) {
        return Ok(());
    }
    Err(unsupported(format!(
        "Requested TSC frequency {asked} Hz is outside tolerance range ([{least}, {most}] Hz) around host \
         frequency {own} Hz and TSC scaling is not supported by the host CPU"
    )))
}

/// Security models other than that of the file system's permissions.
fn check_labels(document: &Domain) -> Result<()> {
    let own = document.seclabels.iter().filter_map(|label| label.model.as_deref());
    let of_disks =
        document.devices.disks.iter().filter_map(|disk| argv::source_options(&disk.source));
    let of_disks = of_disks.flat_map(|options| &options.seclabels);
    let of_disks = of_disks.filter_map(|label| label.model.as_deref());
    match own.chain(of_disks).find(|model| !matches!(*model, "dac" | "none")) {
        Some(model) => {
            let what = format!("Security driver model '{model}' is not available");
            Err(Error::config_unsupported(ErrorDomain::SECURITY, what))
        }
        None => Ok(()),
    }
}

/// Shares of the processors' caches and of their way to memory: nobody divides them here.
fn check_shares(document: &Domain) -> Result<()> {
    let tuning = &document.cputune;
    if tuning.cachetunes.is_empty() && tuning.memorytunes.is_empty() {
        return Ok(());
    }
    let what = "Resource control is not supported on this host";
    Err(Error::config_unsupported(ErrorDomain::RESCTRL, what))
}

/// What is counted of a guest, or told to the host's storage: nobody does that here.
fn check_figures(document: &Domain) -> Result<()> {
    let mut events = document.perf.iter().flat_map(|perf| &perf.events);
    if let Some(event) = events.find(|event| event.enabled == YesNo::Yes) {
        let what = format!("unable to enable host cpu perf event for {}", event.name);
        return Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, ErrorDomain::PERF, what));
    }
    let resource = document.resource.as_ref();
    if let Some(channel) = resource.and_then(|resource| resource.fibrechannel.as_ref()) {
        let what =
            format!("fibre channel application '{}' cannot be told to the host", channel.appid);
        return Err(unsupported(what));
    }
    Ok(())
}

/// Checks that the host can give away the device that an interface is.
///
/// # Errors
/// What libvirt says of a host that cannot.
pub(crate) fn check_interface(interface: &Interface) -> Result<()> {
    let InterfaceSource::Hostdev(device) = &interface.source.source else { return Ok(()) };
    match &device.source.address {
        Address::Usb(_) => reads("/sys/bus/usb/devices"),
        _ => check_pci(device.driver.and_then(|driver| driver.name)),
    }
}

/// Checks that the host has a device of its own that a guest is to get.
///
/// # Errors
/// What libvirt says of a host that lacks it.
pub(crate) fn check_device(device: &Hostdev, purpose: For) -> Result<()> {
    match &device.source {
        HostdevSource::Usb(_) if purpose == For::Start => reads("/sys/bus/usb/devices"),
        HostdevSource::Pci(_) if purpose == For::Start => {
            check_pci(device.driver.and_then(|driver| driver.name))
        }
        HostdevSource::Mdev(_) if purpose == For::Start && !has_vfio() => {
            Err(unsupported("Mediated host device assignment requires VFIO support"))
        }
        HostdevSource::Scsi(scsi) => check_scsi(device, scsi, purpose),
        HostdevSource::ScsiHost(_) if !Path::new("/dev/vhost-scsi").exists() => {
            Err(Error::config_unsupported(
                ErrorDomain::NONE,
                "vhost-scsi device file '/dev/vhost-scsi' cannot be found",
            ))
        }
        HostdevSource::Usb(_)
        | HostdevSource::Pci(_)
        | HostdevSource::Mdev(_)
        | HostdevSource::ScsiHost(_) => Ok(()),
    }
}

/// Whether the kernel lets processes drive devices: groups of them are there, and the way in.
fn has_vfio() -> bool {
    let groups = fs::read_dir("/sys/kernel/iommu_groups");
    groups.is_ok_and(|mut groups| groups.next().is_some()) && Path::new("/dev/vfio/vfio").exists()
}

fn check_pci(backend: Option<HostdevBackend>) -> Result<()> {
    match backend {
        None if !has_vfio() => {
            Err(unsupported("host doesn't support passthrough of host PCI devices"))
        }
        Some(HostdevBackend::Vfio) if !has_vfio() => {
            Err(unsupported("host doesn't support VFIO PCI passthrough"))
        }
        Some(HostdevBackend::Kvm) => {
            Err(unsupported("host doesn't support legacy PCI passthrough"))
        }
        Some(other) if other != HostdevBackend::Vfio => {
            Err(Error::internal(QEMU, format!("invalid PCI passthrough type '{other}'")))
        }
        None | Some(_) => Ok(()),
    }
}

fn check_scsi(device: &Hostdev, scsi: &HostScsi, purpose: For) -> Result<()> {
    if purpose == For::Start && device.managed == Some(YesNo::Yes) {
        let what = "SCSI host device doesn't support managed mode";
        return Err(Error::new(ErrorCode::XML_ERROR, ErrorDomain::NONE, what));
    }
    let (Some(adapter), Some(unit)) = (&scsi.source.adapter, &scsi.source.address) else {
        return Ok(());
    };
    let number = adapter.name.strip_prefix("scsi_host").and_then(|text| text.parse::<u32>().ok());
    let number = number.ok_or_else(|| {
        let what = format!("Cannot parse adapter '{}'", adapter.name);
        Error::internal(ErrorDomain::NONE, what)
    })?;
    let place = format!("{number}:{}:{}:{}", unit.bus, unit.target, unit.unit);
    reads(&format!("{SCSI_DEVICES}/{place}/scsi_generic"))
}

fn reads(directory: &str) -> Result<()> {
    let opened = fs::read_dir(directory).map(drop);
    opened.map_err(|error| {
        Error::io(ErrorDomain::NONE, &error, format_args!("cannot open directory '{directory}'"))
    })
}

/// A path of the document's and what is said when there is nothing.
struct Named<'a> {
    path: &'a str,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// A directory that becomes a disk.
    Disk,
    Tpm,
    /// What QEMU opens by its path.
    Device,
    /// What libvirt gives to the guest's user first.
    Labelled,
}

impl Named<'_> {
    async fn check(&self) -> Result<()> {
        let path = PathBuf::from(self.path);
        let look = slow_storage::on(Path::new(self.path), STORAGE, move || fs::metadata(path));
        let found = look.await.map_err(|unanswered| unanswered.error(self.domain()))?;
        let missing = match found {
            Ok(found) if self.is_it(&found) => return Ok(()),
            Ok(_) => rustix::io::Errno::NODEV.into(),
            Err(error) if matches!(self.what, What::Tpm) => error,
            Err(error) if error.kind() == io::ErrorKind::NotFound => error,
            // QEMU may be allowed what we are not, and says so itself when it is not.
            Err(_) => return Ok(()),
        };
        Err(Error::io(self.domain(), &missing, format_args!("{self}")))
    }

    fn is_it(&self, found: &fs::Metadata) -> bool {
        !matches!(self.what, What::Tpm) || found.file_type().is_char_device()
    }

    fn domain(&self) -> ErrorDomain {
        match self.what {
            What::Disk => ErrorDomain::STORAGE,
            What::Tpm => QEMU,
            What::Device => ErrorDomain::CGROUP,
            What::Labelled => ErrorDomain::SECURITY,
        }
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path;
        match self.what {
            What::Disk => write!(f, "Cannot access storage file '{path}'"),
            What::Tpm => write!(f, "Could not open TPM device {path}"),
            What::Device => write!(f, "Path '{path}' is not accessible"),
            What::Labelled => write!(f, "unable to stat: {path}"),
        }
    }
}

fn named_paths(document: &Domain, purpose: For) -> Vec<Named<'_>> {
    let devices = &document.devices;
    let tpms = devices.tpms.iter().filter_map(|tpm| match &tpm.backend {
        TpmBackend::Passthrough(tpm) => {
            Some(tpm.device.as_ref().map_or("/dev/tpm0", |device| &*device.path))
        }
        _ => None,
    });
    let mut named: Vec<_> = tpms.map(|path| Named { path, what: What::Tpm }).collect();
    if purpose == For::Start {
        let disks = devices.disks.iter().filter_map(|disk| match &disk.source {
            StorageSource::Dir(dir) => dir.source.dir.as_deref(),
            _ => None,
        });
        named.extend(disks.map(|path| Named { path, what: What::Disk }));
        let opened = opened_paths(document).into_iter();
        named.extend(opened.map(|path| Named { path, what: What::Device }));
        let labelled = labelled_paths(document).into_iter();
        named.extend(labelled.map(|path| Named { path, what: What::Labelled }));
    }
    named
}

/// Devices and files of the host that QEMU is to open.
fn opened_paths(document: &Domain) -> Vec<&str> {
    let devices = &document.devices;
    let rendering = devices.graphics.iter().filter_map(|graphics| match graphics {
        Graphics::Spice(spice) => spice.gl.as_ref()?.rendernode.as_deref(),
        Graphics::EglHeadless(egl) => egl.gl.as_ref()?.rendernode.as_deref(),
        _ => None,
    });
    let inputs = devices.inputs.iter().filter_map(|input| {
        let source = input.source.as_ref()?;
        match input.kind {
            InputType::Evdev => source.dev.as_deref(),
            InputType::Passthrough => source.evdev.as_deref(),
            InputType::Mouse | InputType::Tablet | InputType::Keyboard => None,
        }
    });
    let random = devices.rngs.iter().filter_map(|rng| match &rng.backend {
        RngBackend::Random(source) => Some(&*source.path),
        RngBackend::Egd(_) | RngBackend::Builtin => None,
    });
    let lasting = [MemoryModel::Nvdimm, MemoryModel::VirtioPmem];
    let memory = devices.memories.iter().filter(|memory| lasting.contains(&memory.model));
    let memory = memory.filter_map(|memory| memory.source.path.as_deref());
    let ports = host_ends(document).filter_map(|end| match end {
        CharSource::Dev(dev) => Some(&*dev.source.path),
        _ => None,
    });
    let loader = document.os.loader.as_ref();
    let rom = loader.filter(|loader| loader.kind != Some(LoaderType::Pflash));
    let rom = rom.map(|loader| &*loader.path).filter(|path| !path.is_empty());
    ports.chain(rom).chain(inputs).chain(rendering).chain(random).chain(memory).collect()
}

/// Files that the guest boots from, and sockets where somebody is to listen already.
fn labelled_paths(document: &Domain) -> Vec<&str> {
    let os = &document.os;
    let tables = os.acpi.iter().flat_map(|acpi| &acpi.tables).map(|table| &*table.path);
    let kernel = [&os.kernel, &os.initrd, &os.dtb];
    let kernel = kernel.into_iter().filter_map(Option::as_deref);
    let sockets = host_ends(document).filter_map(|end| match end {
        CharSource::Unix(unix) => {
            let source = unix.source.as_ref()?;
            source.path.as_deref().filter(|_| source.mode == Some(SocketMode::Connect))
        }
        CharSource::Pipe(pipe) => Some(&*pipe.source.path),
        _ => None,
    });
    kernel.chain(tables).chain(sockets).collect()
}

fn host_ends(document: &Domain) -> impl Iterator<Item = &CharSource> {
    let devices = &document.devices;
    let serials = devices.serials.iter().map(|device| &device.source);
    let parallels = devices.parallels.iter().map(|device| &device.source);
    let channels = devices.channels.iter().map(|device| &device.source);
    let consoles = devices.consoles.iter().map(|device| &device.source);
    serials.chain(parallels).chain(channels).chain(consoles)
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    fn document(inside: &str) -> Domain {
        let text =
            format!("<domain type='kvm'><name>a</name><os><type>hvm</type></os>{inside}</domain>");
        Domain::parse(&text, ParseFlags::Inactive).unwrap()
    }

    async fn checked(document: &Domain) -> Result<()> {
        check(document, &[], For::Start)?;
        look_for(document, For::Start).await
    }

    #[tokio::test]
    async fn what_is_missing_is_named() {
        for (inside, words) in [
            (
                "<numatune><memory mode='strict' nodeset='0,4000'/></numatune>",
                "NUMA node 4000 is unavailable",
            ),
            (
                "<memoryBacking><hugepages><page size='2' unit='M'/></hugepages></memoryBacking>",
                "hugetlbfs filesystem is not mounted",
            ),
            (
                "<cputune><memorytune vcpus='0'><node id='0' bandwidth='60'/></memorytune></cputune>",
                "Resource control is not supported on this host",
            ),
            (
                "<numatune><memory mode='strict' placement='auto'/></numatune>",
                "Failed to query numad",
            ),
            (
                "<devices><serial type='dev'><source path='/no/such/port'/></serial></devices>",
                "Path '/no/such/port' is not accessible: No such file or directory",
            ),
            (
                "<devices><channel type='unix'><source mode='connect' path='/no/such/socket'/>\
                 <target type='virtio' name='a'/></channel></devices>",
                "unable to stat: /no/such/socket: No such file or directory",
            ),
            (
                "<devices><hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host987'/>\
                 <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
                "cannot open directory '/sys/bus/scsi/devices/987:0:0:0/scsi_generic'",
            ),
            (
                "<devices><hostdev mode='subsystem' type='scsi'><source><adapter name='fc'/>\
                 <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
                "Cannot parse adapter 'fc'",
            ),
            (
                "<devices><tpm><backend type='passthrough'><device path='/no/such/tpm'/></backend></tpm></devices>",
                "Could not open TPM device /no/such/tpm: No such file or directory",
            ),
            (
                "<devices><tpm><backend type='passthrough'><device path='/proc/version'/></backend></tpm></devices>",
                "Could not open TPM device /proc/version: No such device",
            ),
        ] {
            let error = checked(&document(inside)).await.unwrap_err();
            assert!(error.message.contains(words), "{inside}: {error}");
        }
        checked(&document("")).await.unwrap();
    }

    #[test]
    fn a_frequency_near_the_hosts_will_do() {
        let asking = |hz: u64| {
            document(&format!("<clock offset='utc'><timer name='tsc' frequency='{hz}'/></clock>"))
        };
        let of_host = |scales| move || Some(TimeStampCounter { khz: 2_600_000, scales });
        check_clock(&asking(2_600_600_000), of_host(false)).unwrap();
        check_clock(&asking(4_000_000_000), of_host(true)).unwrap();
        check_clock(&asking(4_000_000_000), || None).unwrap();
        let error = check_clock(&asking(2_600_700_000), of_host(false)).unwrap_err();
        assert!(error.message.contains("([2599350000, 2600650000] Hz)"), "{error}");
    }
}

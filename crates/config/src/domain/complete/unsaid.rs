//! Drops elements that are there and say nothing, and what means nothing on such a machine.

use crate::domain::controller::{Controller, ControllerModel, ControllerType, PciTarget};
use crate::domain::device::{DeviceInfo, Rom};
use crate::domain::features::{Features, XenFeatures};
use crate::domain::graphics::{
    Audio, AudioStream, AudioType, Graphics, Listen, SoundModel, SpiceMode, VgaConf,
};
use crate::domain::interface::{
    Bandwidth, GuestOffloads, HostOffloads, Interface, InterfaceSource,
};
use crate::domain::memory::{BalloonModel, MemoryAccess, MemoryBacking, MemoryDevice, MemoryModel};
use crate::domain::os::Nvram;
use crate::domain::peripheral::{
    Filesystem, FilesystemBinary, FilesystemDriverType, FilterId, InputBus, InputType, TpmBackend,
};
use crate::domain::{Devices, Domain};
use crate::{OnOff, YesNo};

/// Most devices that are tried in order.
const MOST_BOOTS: usize = 4;

/// Drops them.
pub(super) fn drop(domain: &mut Domain) {
    domain.description = domain.description.take().filter(|text| !text.is_empty());
    drop_of_features(&mut domain.features);
    drop_of_memories(&mut domain.devices.memories);
    domain.devices.filesystems.iter_mut().for_each(drop_of_filesystem);
    domain.devices.controllers.iter_mut().for_each(drop_of_controller);
    domain.title = domain.title.take().filter(|title| !title.is_empty());
    domain.iothreads = domain.iothreads.filter(|count| *count > 0);
    domain.pm = domain.pm.take().filter(|pm| {
        [pm.suspend_to_mem, pm.suspend_to_disk].iter().flatten().any(|s| s.enabled.is_some())
    });
    if let Some(pm) = &mut domain.pm {
        for state in [&mut pm.suspend_to_mem, &mut pm.suspend_to_disk] {
            *state = state.filter(|state| state.enabled.is_some());
        }
    }
    for text in [&mut domain.bootloader, &mut domain.bootloader_args] {
        *text = text.take().filter(|text| !text.is_empty());
    }
    domain.keywrap.ciphers.sort_by_key(|cipher| cipher.name);
    domain.idmap = domain.idmap.take().filter(|map| !map.uids.is_empty());
    if let Some(map) = &mut domain.idmap {
        map.uids.sort_by_key(|range| range.start);
        map.gids.sort_by_key(|range| range.start);
    }
    if let Some(perf) = &mut domain.perf {
        perf.events.sort_by_key(|event| event.name);
    }
    domain.perf = domain.perf.take().filter(|perf| !perf.events.is_empty());
    domain.memory_backing = domain.memory_backing.take().filter(|backing| {
        let MemoryBacking { hugepages, source, access, allocation, .. } = &**backing;
        let flags = backing.nosharepages || backing.locked || backing.discard;
        flags || hugepages.is_some() || source.is_some() || access.is_some() || allocation.is_some()
    });
    let os = &mut domain.os;
    os.boot.truncate(MOST_BOOTS);
    if os.firmware.is_some() {
        os.nvram = os.nvram.take().filter(|nvram| **nvram != Nvram::default());
    }
    os.bios = os.bios.filter(|bios| bios.useserial.is_some() || bios.reboot_timeout.is_some());
    os.acpi = os.acpi.take().filter(|acpi| !acpi.tables.is_empty());
    for text in [&mut os.kernel, &mut os.initrd, &mut os.cmdline, &mut os.dtb] {
        *text = text.take().filter(|text| !text.is_empty());
    }
    if &*os.machine.kind == "hvm" {
        os.init = None;
    }
    if let Some(menu) = os.bootmenu.as_mut().filter(|menu| menu.enable != YesNo::Yes) {
        menu.timeout = None;
    }
    let own = &mut domain.qemu;
    own.commandline = own.commandline.take().filter(|c| !c.args.is_empty() || !c.env.is_empty());
    own.overrides = own.overrides.take().filter(|all| !all.devices.is_empty());
    domain.features.capabilities =
        domain.features.capabilities.take().filter(|c| c.policy.is_some() || c.mknod.is_some());
    if let Some(XenFeatures { passthrough: Some(passthrough), .. }) =
        domain.features.xen.as_deref_mut()
    {
        passthrough.mode = passthrough.mode.filter(|_| passthrough.state == OnOff::On);
    }
    domain.devices.interfaces.iter_mut().for_each(drop_of_interface);
    drop_of_peripherals(&mut domain.devices);
    domain.devices.graphics.iter_mut().for_each(drop_of_display);
    for video in &mut domain.devices.videos {
        // As VGA is wired anyway.
        video.driver.vgaconf = video.driver.vgaconf.filter(|conf| *conf != VgaConf::Io);
    }
    for model in domain.devices.videos.iter_mut().filter_map(|video| video.model.as_mut()) {
        model.heads = model.heads.filter(|heads| *heads > 0);
    }
    for audio in &mut domain.devices.audios {
        drop_of_audio(audio);
        for stream in [&mut audio.input, &mut audio.output] {
            *stream = stream.take().filter(|stream| **stream != AudioStream::new());
        }
    }
    for info in domain.devices.infos_mut() {
        info.rom = info.rom.take().filter(|rom| **rom != Rom::default());
    }
    for sound in &mut domain.devices.sounds {
        if !matches!(sound.model, SoundModel::Ich6 | SoundModel::Ich9) {
            sound.codecs.clear();
        }
    }
    for source in domain.devices.char_sources_mut() {
        let log = source.log_mut();
        *log = log.take().filter(|log| log.file.is_some());
    }
}

/// A switch that is off says no more than that.
fn drop_of_features(features: &mut Features) {
    let ring = features.kvm.as_deref_mut().and_then(|kvm| kvm.dirty_ring.as_mut());
    if let Some(ring) = ring.filter(|ring| ring.state == OnOff::Off) {
        ring.size = None;
    }
    let Some(hyperv) = features.hyperv.as_deref_mut() else { return };
    if let Some(locks) = hyperv.spinlocks.as_mut().filter(|locks| locks.state == OnOff::Off) {
        locks.retries = None;
    }
    if let Some(vendor) = hyperv.vendor_id.as_mut().filter(|vendor| vendor.state == OnOff::Off) {
        vendor.value = None;
    }
    if let Some(timers) = hyperv.stimer.as_mut().filter(|timers| timers.state == OnOff::Off) {
        timers.direct = None;
    }
}

/// A memory device says only what its kind can.
fn drop_of_memories(memories: &mut [MemoryDevice]) {
    for memory in memories {
        let nvdimm = memory.model == MemoryModel::Nvdimm;
        let file = nvdimm || memory.model == MemoryModel::VirtioPmem;
        let source = &mut memory.source;
        if file {
            (source.nodemask, source.pagesize) = (None, None);
        } else {
            source.path = None;
        }
        if !nvdimm {
            (source.alignsize, source.pmem) = (None, false);
            (memory.target.label, memory.target.readonly) = (None, false);
        }
        if memory.model == MemoryModel::VirtioPmem {
            memory.access.get_or_insert(MemoryAccess::Shared);
        }
    }
}

/// Only the daemon of virtiofs has a program, and a queue of some length.
fn drop_of_filesystem(filesystem: &mut Filesystem) {
    if filesystem.driver.kind != Some(FilesystemDriverType::Virtiofs) {
        filesystem.driver.queue = None;
        filesystem.binary = None;
    }
    if let Some(binary) = filesystem.binary.as_deref_mut() {
        binary.thread_pool = binary.thread_pool.filter(|pool| pool.size >= 0);
    }
    filesystem.binary =
        filesystem.binary.take().filter(|binary| **binary != FilesystemBinary::new());
}

fn drop_of_controller(controller: &mut Controller) {
    controller.driver.queues = controller.driver.queues.filter(|queues| *queues > 0);
    controller.driver.iothread = controller.driver.iothread.filter(|thread| *thread > 0);
    let kind = controller.kind;
    let serial = kind == ControllerType::VirtioSerial;
    controller.ports = controller.ports.filter(|_| serial || kind == ControllerType::Usb);
    controller.vectors = controller.vectors.filter(|_| serial);
    for most in [&mut controller.max_grant_frames, &mut controller.max_event_channels] {
        *most = most.filter(|_| kind == ControllerType::Xenbus);
    }
    if kind != ControllerType::Pci {
        (controller.pci_model, controller.target) = (None, PciTarget::default());
    }
    let root =
        matches!(controller.model, Some(ControllerModel::PciRoot | ControllerModel::PcieRoot));
    controller.pcihole64 = controller.pcihole64.filter(|_| root);
}

fn drop_of_peripherals(devices: &mut Devices) {
    for input in &mut devices.inputs {
        input.bus = input.bus.filter(|bus| *bus != InputBus::None);
        let hosted = matches!(input.kind, InputType::Passthrough | InputType::Evdev);
        input.source = input.source.take().filter(|_| hosted);
    }
    for rng in &mut devices.rngs {
        rng.rate = rng.rate.filter(|rate| rate.bytes > 0);
    }
    if let Some(balloon) = &mut devices.memballoon {
        balloon.stats = balloon.stats.filter(|stats| stats.period > 0);
        if balloon.model == BalloonModel::None {
            balloon.info = DeviceInfo::default();
        }
    }
    for tpm in &mut devices.tpms {
        if let TpmBackend::Emulator(emulator) = &mut tpm.backend {
            emulator.persistent_state = emulator.persistent_state.filter(|it| *it == YesNo::Yes);
        }
    }
    devices.redirfilter = devices.redirfilter.take().filter(|filter| !filter.devices.is_empty());
    for rule in devices.redirfilter.iter_mut().flat_map(|filter| &mut filter.devices) {
        rule.class = rule.class.filter(|id| *id != FilterId::ANY);
        for id in [&mut rule.vendor, &mut rule.product] {
            *id = id.filter(|id| *id != FilterId::ANY);
        }
        rule.version = rule.version.as_deref().and_then(version);
    }
}

/// A version of USB, with two digits after the point; none for any.
fn version(text: &str) -> Option<Box<str>> {
    let (major, minor) = text.split_once('.')?;
    let major = major.trim_start_matches('0');
    Some(format!("{}.{minor:0<2}", if major.is_empty() { "0" } else { major }).into())
}

fn drop_of_display(display: &mut Graphics) {
    match display {
        Graphics::Vnc(vnc) if matches!(vnc.listens.first(), Some(Listen::None)) => {
            (vnc.port, vnc.autoport) = (None, None);
        }
        Graphics::Spice(spice) => {
            let listens = spice.listens.first() != Some(&Listen::None);
            spice.tls_port = spice.tls_port.filter(|_| listens);
            // The last word on a channel holds.
            spice.channels.reverse();
            spice.channels.sort_by_key(|channel| channel.name);
            spice.channels.dedup_by_key(|channel| channel.name);
            spice.channels.retain(|channel| channel.mode != SpiceMode::Any);
        }
        Graphics::Sdl(sdl) => {
            sdl.fullscreen = sdl.fullscreen.filter(|full| *full == YesNo::Yes);
        }
        Graphics::DBus(bus) => bus.p2p = bus.p2p.filter(|p2p| *p2p == YesNo::Yes),
        // It is nothing but OpenGL.
        Graphics::EglHeadless(egl) => {
            egl.gl = egl.gl.take().filter(|gl| gl.rendernode.is_some());
        }
        _ => {}
    }
}

/// A sound system has only its own settings.
fn drop_of_audio(audio: &mut Audio) {
    let kind = audio.kind;
    let of = |kinds: &[AudioType]| kinds.contains(&kind);
    use AudioType::{Alsa, Coreaudio, File, Jack, Oss, Pulseaudio, Sdl};
    audio.server_name = audio.server_name.take().filter(|_| of(&[Pulseaudio]));
    audio.driver = audio.driver.filter(|_| of(&[Sdl]));
    audio.path = audio.path.take().filter(|_| of(&[File]));
    audio.try_mmap = audio.try_mmap.filter(|_| of(&[Oss]));
    audio.exclusive = audio.exclusive.filter(|_| of(&[Oss]));
    audio.dsp_policy = audio.dsp_policy.filter(|_| of(&[Oss]));
    for stream in [&mut audio.input, &mut audio.output].into_iter().flatten() {
        stream.dev = stream.dev.take().filter(|_| of(&[Alsa, Oss]));
        stream.buffer_count = stream.buffer_count.filter(|_| of(&[Coreaudio, Oss, Sdl]));
        stream.try_poll = stream.try_poll.filter(|_| of(&[Oss]));
        for text in [&mut stream.name, &mut stream.stream_name] {
            *text = text.take().filter(|_| of(&[Pulseaudio]));
        }
        stream.latency = stream.latency.filter(|_| of(&[Pulseaudio]));
        for text in [&mut stream.server_name, &mut stream.client_name, &mut stream.connect_ports] {
            *text = text.take().filter(|_| of(&[Jack]));
        }
        stream.exact_name = stream.exact_name.filter(|_| of(&[Jack]));
    }
}

fn drop_of_interface(interface: &mut Interface) {
    if let InterfaceSource::Hostdev(assigned) = &mut interface.source.source {
        assigned.driver = assigned.driver.filter(|driver| driver.name.is_some());
    }
    interface.tune = interface.tune.filter(|tune| tune.sndbuf.is_some());
    for size in [&mut interface.driver.rx_queue_size, &mut interface.driver.tx_queue_size] {
        *size = size.filter(|size| *size > 0);
    }
    let driver = &mut interface.driver;
    driver.host = driver.host.take().filter(|host| **host != HostOffloads::new());
    driver.guest = driver.guest.take().filter(|guest| **guest != GuestOffloads::new());
    for script in [&mut interface.script, &mut interface.downscript] {
        *script = script.take().filter(|script| !script.path.is_empty());
    }
    interface.port = interface.port.filter(|port| port.isolated.is_some());
    interface.mtu = interface.mtu.filter(|mtu| mtu.size > 0);
    let frames = |rx: Option<crate::domain::interface::CoalesceRx>| rx.and_then(|rx| rx.frames);
    interface.coalesce = interface.coalesce.filter(|all| frames(all.rx).is_some());
    interface.bandwidth = interface.bandwidth.take().filter(|bandwidth| {
        let Bandwidth { inbound, outbound } = **bandwidth;
        inbound.is_some() || outbound.is_some()
    });
}

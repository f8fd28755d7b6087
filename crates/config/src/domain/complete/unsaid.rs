//! Drops elements that are there and say nothing, and what means nothing on such a machine.

use crate::YesNo;
use crate::domain::Domain;
use crate::domain::chardev::CharSource;
use crate::domain::graphics::SoundModel;
use crate::domain::interface::{Bandwidth, Interface};
use crate::domain::memory::MemoryBacking;

/// Drops them.
pub(super) fn drop(domain: &mut Domain) {
    domain.title = domain.title.take().filter(|title| !title.is_empty());
    domain.iothreads = domain.iothreads.filter(|count| *count > 0);
    domain.pm = domain.pm.take().filter(|pm| {
        [pm.suspend_to_mem, pm.suspend_to_disk].iter().flatten().any(|s| s.enabled.is_some())
    });
    domain.perf = domain.perf.take().filter(|perf| !perf.events.is_empty());
    domain.memory_backing = domain.memory_backing.take().filter(|backing| {
        let MemoryBacking { hugepages, source, access, allocation, .. } = &**backing;
        let flags = backing.nosharepages || backing.locked || backing.discard;
        flags || hugepages.is_some() || source.is_some() || access.is_some() || allocation.is_some()
    });
    let os = &mut domain.os;
    if &*os.machine.kind == "hvm" {
        os.init = None;
    }
    if let Some(menu) = os.bootmenu.as_mut().filter(|menu| menu.enable != YesNo::Yes) {
        menu.timeout = None;
    }
    let own = &mut domain.qemu;
    own.commandline = own.commandline.take().filter(|c| !c.args.is_empty() || !c.env.is_empty());
    own.overrides = own.overrides.take().filter(|all| !all.devices.is_empty());
    domain.devices.interfaces.iter_mut().for_each(drop_of_interface);
    for sound in &mut domain.devices.sounds {
        if !matches!(sound.model, SoundModel::Ich6 | SoundModel::Ich9) {
            sound.codecs.clear();
        }
    }
    for source in domain.devices.char_sources_mut() {
        drop_log(source);
    }
}

fn drop_of_interface(interface: &mut Interface) {
    interface.mtu = interface.mtu.filter(|mtu| mtu.size > 0);
    let frames = |rx: Option<crate::domain::interface::CoalesceRx>| rx.and_then(|rx| rx.frames);
    interface.coalesce = interface.coalesce.filter(|all| frames(all.rx).is_some());
    interface.bandwidth = interface.bandwidth.take().filter(|bandwidth| {
        let Bandwidth { inbound, outbound } = **bandwidth;
        inbound.is_some() || outbound.is_some()
    });
}

/// A copy of the output that goes to no file.
fn drop_log(source: &mut CharSource) {
    let log = match source {
        CharSource::Pty(end) => &mut end.log,
        CharSource::Dev(end) | CharSource::Pipe(end) => &mut end.log,
        CharSource::File(end) => &mut end.log,
        CharSource::Udp(end) => &mut end.log,
        CharSource::Tcp(end) => &mut end.log,
        CharSource::Unix(end) => &mut end.log,
        CharSource::SpicePort(end) | CharSource::DBus(end) => &mut end.log,
        CharSource::Null
        | CharSource::Vc
        | CharSource::Stdio
        | CharSource::SpiceVmc
        | CharSource::Nmdm(_)
        | CharSource::QemuVdagent(_) => return,
    };
    *log = log.take().filter(|log| log.file.is_some());
}

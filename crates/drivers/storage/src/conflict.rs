//! Two pools must not manage the same storage.

use config::storagepool::source::{Adapter, PoolSource};
use config::storagepool::{PoolType, StoragePool};

/// Whether both pools would manage the same storage, as libvirt sees it for their types.
pub(crate) fn conflicts(one: &StoragePool, other: &StoragePool) -> bool {
    use PoolType as Type;
    let same_type = one.kind == other.kind;
    let (source, its) = (&one.source, &other.source);
    match one.kind {
        Type::Dir => same_type && target(one).is_some() && target(one) == target(other),
        Type::Netfs | Type::Gluster => same_type && same_export(source, its),
        Type::Scsi => same_type && same_adapter(source, its),
        Type::Iscsi | Type::IscsiDirect => {
            matches!(other.kind, Type::Iscsi | Type::IscsiDirect)
                && share_device(source, its)
                && source.initiator == its.initiator
        }
        Type::Fs | Type::Logical | Type::Disk | Type::Zfs => {
            matches!(other.kind, Type::Fs | Type::Logical | Type::Disk | Type::Zfs)
                && share_device(source, its)
        }
        // A host has its multipath devices once.
        Type::Mpath => same_type,
        Type::Rbd | Type::Sheepdog => {
            same_type && source.hosts == its.hosts && source.name == its.name
        }
        Type::Vstorage => same_type && source.name == its.name,
    }
}

fn target(pool: &StoragePool) -> Option<&str> {
    pool.target.as_ref()?.path.as_deref()
}

/// One host, one directory, one name.
fn same_export(source: &PoolSource, its: &PoolSource) -> bool {
    let host = |source: &PoolSource| source.hosts.first().map(|host| host.name.clone());
    host(source) == host(its) && source.dir == its.dir && source.name == its.name
}

fn share_device(source: &PoolSource, its: &PoolSource) -> bool {
    let has = |path: &str| its.devices.iter().any(|device| &*device.path == path);
    source.devices.iter().any(|device| has(&device.path))
}

fn same_adapter(source: &PoolSource, its: &PoolSource) -> bool {
    match (&source.adapter, &its.adapter) {
        (Some(Adapter::ScsiHost(one)), Some(Adapter::ScsiHost(other))) => {
            let name = |name: &str| name.trim_start_matches("scsi_").to_owned();
            one.parentaddr == other.parentaddr
                && one.name.as_deref().map(name) == other.name.as_deref().map(name)
        }
        (Some(Adapter::FcHost(one)), Some(Adapter::FcHost(other))) => {
            one.wwnn == other.wwnn && one.wwpn == other.wwpn
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use config::storagepool::StoragePool;

    fn pool(kind: &str, inside: &str) -> StoragePool {
        let text = format!("<pool type='{kind}'><name>a</name>{inside}</pool>");
        StoragePool::parse(&text).unwrap()
    }

    #[track_caller]
    fn check(expected: bool, one: (&str, &str), other: (&str, &str)) {
        let (one, other) = (pool(one.0, one.1), pool(other.0, other.1));
        assert_eq!(super::conflicts(&one, &other), expected);
        assert_eq!(super::conflicts(&other, &one), expected);
    }

    #[test]
    fn each_type_has_what_it_must_have_alone() {
        let target = "<target><path>/t</path></target>";
        let device = format!("<source><device path='/dev/a'/></source>{target}");
        check(true, ("dir", target), ("dir", target));
        check(false, ("dir", target), ("fs", &device));
        check(true, ("fs", &device), ("disk", &device));
        let nfs = |host: &str, dir: &str| {
            format!("<source><host name='{host}'/><dir path='{dir}'/></source>{target}")
        };
        check(true, ("netfs", &nfs("h", "/e")), ("netfs", &nfs("h", "/e")));
        check(false, ("netfs", &nfs("h", "/e")), ("netfs", &nfs("h", "/f")));
        check(false, ("netfs", &nfs("h", "/e")), ("netfs", &nfs("i", "/e")));
        check(true, ("mpath", target), ("mpath", target));
    }

    #[test]
    fn an_initiator_or_an_adapter_tells_pools_apart() {
        let target = "<target><path>/dev</path></target>";
        let iscsi = |host: &str, more: &str| {
            format!("<source><host name='{host}'/><device path='iqn.a'/>{more}</source>{target}")
        };
        let mine = iscsi("h", "<initiator><iqn name='me'/></initiator>");
        check(true, ("iscsi", &iscsi("h", "")), ("iscsi", &iscsi("i", "")));
        check(false, ("iscsi", &iscsi("h", "")), ("iscsi", &mine));
        let scsi = |adapter: &str| format!("<source><adapter {adapter}/></source>{target}");
        let short = scsi("name='host0'");
        let long = scsi("type='scsi_host' name='scsi_host0'");
        check(true, ("scsi", &short), ("scsi", &long));
        check(false, ("scsi", &short), ("scsi", &scsi("name='host1'")));
    }
}

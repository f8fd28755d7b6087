//! Limits of a disk's input and output.

use api::remote::{
    DomainGetBlockIoTune, DomainGetBlockIoTuneArgs, DomainGetBlockIoTuneRet, DomainSetBlockIoTune,
    DomainSetBlockIoTuneArgs,
};
use api::{DomainModificationImpact as Flag, Error, Params, Result, TypedParam, TypedParamValue};
use config::domain::disk::Disk;
use config::domain::tuning::IoTune;
use driver::{CallContext, DomainEventBody, Handler};
use qmp::Command;

use super::layers;
use crate::domain::{Domain, Impact, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;
use crate::lifecycle::io_limits;
use crate::tuning::parameters;

/// `LIVE`, `CONFIG`, and that the client takes strings.
const KNOWN: u32 = Flag::LIVE.0 | Flag::CONFIG.0 | 0x4;

/// A limit: its name, those that are set with it, where it is kept.
struct Limit {
    name: &'static str,
    family: Family,
    get: fn(&IoTune) -> Option<u64>,
    set: fn(&mut IoTune, Option<u64>),
}

/// Limits that are set together: what a client leaves out of a family that it sets is no limit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Bytes,
    Iops,
    BytesMax,
    IopsMax,
    Size,
    BytesMaxLength,
    IopsMaxLength,
}

macro_rules! limits {
    ($($name:ident: $family:ident,)*) => {
        /// Every limit that is a number, in the order of libvirt's answer.
        const LIMITS: &[Limit] = &[ $( Limit {
            name: stringify!($name),
            family: Family::$family,
            get: |tune| tune.$name,
            set: |tune, value| tune.$name = value,
        }, )* ];
    };
}

limits! {
    total_bytes_sec: Bytes,
    read_bytes_sec: Bytes,
    write_bytes_sec: Bytes,
    total_iops_sec: Iops,
    read_iops_sec: Iops,
    write_iops_sec: Iops,
    total_bytes_sec_max: BytesMax,
    read_bytes_sec_max: BytesMax,
    write_bytes_sec_max: BytesMax,
    total_iops_sec_max: IopsMax,
    read_iops_sec_max: IopsMax,
    write_iops_sec_max: IopsMax,
    size_iops_sec: Size,
    total_bytes_sec_max_length: BytesMaxLength,
    read_bytes_sec_max_length: BytesMaxLength,
    write_bytes_sec_max_length: BytesMaxLength,
    total_iops_sec_max_length: IopsMaxLength,
    read_iops_sec_max_length: IopsMaxLength,
    write_iops_sec_max_length: IopsMaxLength,
}

/// The limit that is a text, and how many stand before it in an answer.
const GROUP: (&str, usize) = ("group_name", 13);

impl Handler<DomainGetBlockIoTune> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetBlockIoTuneArgs,
    ) -> Result<DomainGetBlockIoTuneRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetBlockIoTune")?;
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(args.flags & !0x4, &view)?;
        let all = i32::try_from(LIMITS.len() + 1).unwrap_or(i32::MAX);
        if args.nparams == 0 {
            return Ok(DomainGetBlockIoTuneRet { params: Vec::new().into(), nparams: all });
        }
        let name = args.disk.as_deref().unwrap_or_default();
        let disk = layers::find(&document, name).ok_or_else(|| not_found(name))?;
        let mut params = Params::default();
        for (at, limit) in LIMITS.iter().enumerate() {
            if at == GROUP.1 {
                params.string(GROUP.0, disk.iotune.group_name.as_deref().unwrap_or_default());
            }
            params.ullong(limit.name, (limit.get)(&disk.iotune).unwrap_or(0));
        }
        if args.flags & 0x4 == 0 {
            params = params.without_strings();
        }
        params.0.truncate(usize::try_from(args.nparams).unwrap_or(0));
        let nparams = i32::try_from(params.0.len()).unwrap_or(i32::MAX);
        Ok(DomainGetBlockIoTuneRet { params: params.into(), nparams })
    }
}

impl Handler<DomainSetBlockIoTune> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetBlockIoTuneArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainSetBlockIoTune")?;
        let wanted = Wanted::read(&args.params.0)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetBlockIoTune", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags & !0x4, &view)?;
        let name = args.disk.as_str();
        if let Some(definition) = view.definition().filter(|_| impact.config) {
            change(&mut config::Domain::clone(&definition), name, &wanted)?;
        }
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.limit_live(&domain, &live, name, &wanted).await?;
        }
        if impact.config {
            self.change_definition(&domain, |document| change(document, name, &wanted)).await?;
        }
        Ok(())
    }
}

impl QemuDriver {
    async fn limit_live(
        &self,
        domain: &Domain,
        live: &Live,
        name: &str,
        wanted: &Wanted,
    ) -> Result<()> {
        let Some(document) = domain.published().live.clone() else { return Ok(()) };
        let mut changed = config::Domain::clone(&document);
        change(&mut changed, name, wanted)?;
        let disk = layers::find(&changed, name).ok_or_else(|| not_found(name))?;
        let limits = io_limits(disk).ok_or_else(|| not_found(name))?;
        let command = Command::with("block_set_io_throttle", limits);
        self.ask(domain, live.monitor()?.perform(&command)).await?;
        let mut told = Params::default();
        told.string("blkdeviotune.disk", disk.target.dev.as_ref());
        for (limit, value) in &wanted.limits {
            told.ullong(format!("blkdeviotune.{}", limit.name), *value);
        }
        if let Some(group) = &wanted.group {
            told.string(format!("blkdeviotune.{}", GROUP.0), group.as_str());
        }
        let (target, tune) = (disk.target.dev.clone(), disk.iotune.clone());
        self.change_live(domain, live, |document| {
            let mut disks = document.devices.disks.iter_mut();
            if let Some(disk) = disks.find(|disk| disk.target.dev == target) {
                disk.iotune = tune;
            }
        });
        self.tell(domain, DomainEventBody::Tunable { params: told.0 });
        Ok(())
    }
}

fn not_found(name: &str) -> Error {
    Error::invalid_arg(QEMU, format!("disk '{name}' not found in domain"))
}

/// What a client sets.
struct Wanted {
    limits: Vec<(&'static Limit, u64)>,
    group: Option<String>,
}

impl Wanted {
    fn read(params: &[TypedParam]) -> Result<Self> {
        let mut wanted = Self { limits: Vec::new(), group: None };
        for TypedParam { field, value } in params {
            match (LIMITS.iter().find(|limit| limit.name == field), value) {
                (Some(limit), TypedParamValue::ULLong(value)) => {
                    if i64::try_from(*value).is_err() {
                        let most = i64::MAX;
                        let what =
                            format!("block I/O throttle limit value must be no more than {most}");
                        return Err(Error::invalid_arg(QEMU, what));
                    }
                    wanted.limits.push((limit, *value));
                }
                (None, TypedParamValue::String(group)) if field == GROUP.0 => {
                    wanted.group = Some(group.clone());
                }
                _ => return Err(parameters::unknown(field)),
            }
        }
        wanted.check()?;
        Ok(wanted)
    }

    fn given(&self, name: &str) -> u64 {
        let found = self.limits.iter().find(|(limit, _)| limit.name == name);
        found.map_or(0, |(_, value)| *value)
    }

    fn check(&self) -> Result<()> {
        for family in ["bytes_sec", "iops_sec", "bytes_sec_max", "iops_sec_max"] {
            let given = |way: &str| self.given(&format!("{way}_{family}")) != 0;
            if given("total") && (given("read") || given("write")) {
                return Err(Error::invalid_arg(
                    QEMU,
                    format!("total and read/write of {family} cannot be set at the same time"),
                ));
            }
        }
        Ok(())
    }
}

/// Sets limits of a disk in a document.
fn change(document: &mut config::Domain, name: &str, wanted: &Wanted) -> Result<()> {
    let target = layers::find(document, name).map(|disk| disk.target.dev.clone());
    let mut disks = document.devices.disks.iter_mut();
    let disk = disks.find(|disk| Some(&disk.target.dev) == target.as_ref());
    let disk = disk.ok_or_else(|| not_found(name))?;
    set(disk, wanted);
    check(&disk.iotune, wanted)
}

fn set(disk: &mut Disk, wanted: &Wanted) {
    let tune = &mut *disk.iotune;
    let families: Vec<Family> = wanted.limits.iter().map(|(limit, _)| limit.family).collect();
    for limit in LIMITS.iter().filter(|limit| families.contains(&limit.family)) {
        (limit.set)(tune, None);
    }
    for (limit, value) in &wanted.limits {
        (limit.set)(tune, Some(*value).filter(|value| *value != 0));
    }
    if let Some(group) = &wanted.group {
        tune.group_name = Some(group.as_str()).filter(|group| !group.is_empty()).map(Into::into);
    }
}

/// A burst is more than the limit, and there is none without.
fn check(tune: &IoTune, wanted: &Wanted) -> Result<()> {
    let value = |name: &str| {
        let limit = LIMITS.iter().find(|limit| limit.name == name);
        limit.and_then(|limit| (limit.get)(tune)).unwrap_or(0)
    };
    for limit in LIMITS.iter().filter(|l| matches!(l.family, Family::Bytes | Family::Iops)) {
        let (name, most) = (limit.name, format!("{}_max", limit.name));
        let (usual, burst) = (value(name), value(&most));
        let reset = wanted.limits.iter().any(|(l, value)| l.name == name && *value == 0);
        if burst != 0 && usual == 0 && reset {
            let what = format!("cannot reset '{name}' when '{most}' is set");
            return Err(Error::config_unsupported(QEMU, what));
        }
        if burst != 0 && burst < usual {
            let what = format!("value '{most}' cannot be smaller than '{name}'");
            return Err(Error::config_unsupported(QEMU, what));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> config::Domain {
        let xml = "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices>\
            <disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices></domain>";
        config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap()
    }

    fn wanted(limits: &[(&str, u64)]) -> Result<Wanted> {
        let mut params = Params::default();
        limits.iter().for_each(|(name, value)| {
            params.ullong(*name, *value);
        });
        Wanted::read(&params.0)
    }

    #[test]
    fn a_family_is_set_together() {
        let mut document = document();
        change(
            &mut document,
            "vda",
            &wanted(&[("read_iops_sec", 5), ("total_bytes_sec", 9)]).unwrap(),
        )
        .unwrap();
        change(&mut document, "vda", &wanted(&[("write_iops_sec", 7)]).unwrap()).unwrap();
        let tune = &document.devices.disks[0].iotune;
        assert_eq!((tune.read_iops_sec, tune.write_iops_sec), (None, Some(7)));
        assert_eq!(tune.total_bytes_sec, Some(9));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let error = wanted(&[("total_iops_sec", 5), ("read_iops_sec", 1)]).err().unwrap();
        assert!(
            error
                .message
                .ends_with("total and read/write of iops_sec cannot be set at the same time")
        );
        let mut document = document();
        change(
            &mut document,
            "vda",
            &wanted(&[("total_iops_sec", 500), ("total_iops_sec_max", 600)]).unwrap(),
        )
        .unwrap();
        let smaller =
            change(&mut document.clone(), "vda", &wanted(&[("total_iops_sec_max", 5)]).unwrap());
        assert!(
            smaller
                .unwrap_err()
                .message
                .ends_with("value 'total_iops_sec_max' cannot be smaller than 'total_iops_sec'")
        );
        let reset = change(&mut document, "vda", &wanted(&[("total_iops_sec", 0)]).unwrap());
        assert!(
            reset
                .unwrap_err()
                .message
                .ends_with("cannot reset 'total_iops_sec' when 'total_iops_sec_max' is set")
        );
    }
}

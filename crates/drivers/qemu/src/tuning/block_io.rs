//! Weights and limits of a domain's block I/O on the host: what its control group has, or its document for the
//! next start.

use api::remote::{
    DomainGetBlkioParameters, DomainGetBlkioParametersArgs, DomainGetBlkioParametersRet,
    DomainSetBlkioParameters, DomainSetBlkioParametersArgs,
};
use api::{Error, Params, Result, TypedParam, TypedParamValue};
use config::domain::tuning::{BlkioDevice, BlkioTune};
use driver::{CallContext, Handler};
use host::cgroup::{Controller, DeviceLimit};

use super::parameters::{self, Type, fitting};
use super::{KNOWN, STRINGS};
use crate::control_group::{self, GuestGroup, Weight};
use crate::domain::{Domain, Impact, Live};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

/// The weight of a control group that nobody gave one.
const RUNNING_WEIGHT: u32 = 100;
/// How many parameters there are.
const PARAMETERS: i32 = 6;

/// A figure that devices have: its name, its largest value, where it is kept.
struct Figure {
    name: &'static str,
    most: u64,
    get: fn(&BlkioDevice) -> Option<u64>,
    set: fn(&mut BlkioDevice, Option<u64>),
    /// What enforces it; a weight among siblings if nothing does.
    limit: Option<DeviceLimit>,
}

macro_rules! figures {
    ($($name:literal: $field:ident $type:ty, $limit:expr;)*) => {
        /// Every figure of a device, in the order of libvirt's answer.
        const FIGURES: &[Figure] = &[ $( Figure {
            name: $name,
            most: <$type>::MAX as u64,
            get: |device| device.$field.map(u64::from),
            set: |device, value| {
                device.$field = value.and_then(|value| <$type>::try_from(value).ok());
            },
            limit: $limit,
        }, )* ];

        const SETTABLE: &[(&str, Type)] = &[("weight", Type::UInt), $( ($name, Type::String), )*];
    };
}

figures! {
    "device_weight": weight u32, None;
    "device_read_iops_sec": read_iops_sec u32, Some(DeviceLimit::ReadOps);
    "device_write_iops_sec": write_iops_sec u32, Some(DeviceLimit::WriteOps);
    "device_read_bytes_sec": read_bytes_sec u64, Some(DeviceLimit::ReadBytes);
    "device_write_bytes_sec": write_bytes_sec u64, Some(DeviceLimit::WriteBytes);
}

impl Handler<DomainGetBlkioParameters> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetBlkioParametersArgs,
    ) -> Result<DomainGetBlkioParametersRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetBlkioParameters")?;
        let domain = self.registry.find(&args.dom)?;
        let view = domain.published();
        Impact::exclusive(args.flags)?;
        if args.nparams == 0 {
            let params = Params::default().into();
            return Ok(DomainGetBlkioParametersRet { params, nparams: PARAMETERS });
        }
        let document = Impact::document(args.flags & !STRINGS, &view)?;
        let tune = &document.blkiotune;
        let live = domain.live().filter(|_| document.id.is_some());
        let weight = match live.as_deref().map(limited) {
            Some(Some(group)) => {
                let weight =
                    move || group.weighed().block_weight().map_err(|error| errors::group(&error));
                control_group::wait_for(weight).await?
            }
            Some(None) => tune.weight.unwrap_or(RUNNING_WEIGHT),
            None => tune.weight.unwrap_or(0),
        };
        let mut params = Params::default();
        params.uint("weight", weight);
        for figure in FIGURES {
            params.string(figure.name, print(tune, figure));
        }
        if args.flags & STRINGS == 0 {
            params = params.without_strings();
        }
        let (params, nparams) = fitting(params, args.nparams);
        Ok(DomainGetBlkioParametersRet { params: params.into(), nparams })
    }
}

impl Handler<DomainSetBlkioParameters> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetBlkioParametersArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainSetBlkioParameters")?;
        parameters::check(&args.params.0, SETTABLE)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetBlkioParameters", &self.settings.deadlines).await?;
        let impact = Impact::of(args.flags & !STRINGS, &domain.published())?;
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.limit_block_io(&domain, &live, &args.params.0).await?;
        }
        if !impact.config {
            return Ok(());
        }
        self.change_definition(&domain, |document| set(&mut document.blkiotune, &args.params.0))
            .await
    }
}

impl QemuDriver {
    /// Changes what a running guest has, one parameter after the other as the client names them: those before
    /// one that is refused hold.
    async fn limit_block_io(
        &self,
        domain: &Domain,
        live: &Live,
        params: &[TypedParam],
    ) -> Result<()> {
        let group = limited(live)
            .ok_or_else(|| Error::operation_invalid(QEMU, "blkio cgroup isn't mounted"))?;
        for param in params {
            match (FIGURES.iter().find(|figure| figure.name == param.field), &param.value) {
                (Some(figure), TypedParamValue::String(text)) => {
                    for (path, value) in read(text, figure)? {
                        self.limit_device(&group, path, figure, value).await?;
                    }
                }
                (None, TypedParamValue::UInt(weight)) => {
                    self.control_groups.set_weight(&group, Weight::Block(*weight)).await?;
                }
                _ => return Err(parameters::unknown(&param.field)),
            }
            self.change_live(domain, live, |document| {
                // It was read before.
                drop(set(&mut document.blkiotune, std::slice::from_ref(param)));
            });
        }
        Ok(())
    }
}

impl QemuDriver {
    /// Limits traffic with a device in one respect; 0 is no limit.
    async fn limit_device(
        &self,
        group: &GuestGroup,
        path: &str,
        figure: &Figure,
        value: u64,
    ) -> Result<()> {
        let (path, group) = (path.to_owned(), group.clone());
        let Some(limit) = figure.limit else {
            let weight = u32::try_from(value).unwrap_or(u32::MAX);
            return self
                .control_groups
                .set_weight(&group, Weight::BlockDevice { path, weight })
                .await;
        };
        control_group::wait_for(move || {
            let value = Some(value).filter(|value| *value != 0);
            let set = group.whole().set_device_limit(&path, limit, value);
            set.map_err(|error| errors::group(&error))
        })
        .await
    }
}

/// The group of a guest, if it can limit block I/O.
fn limited(live: &Live) -> Option<GuestGroup> {
    live.group.clone().filter(|group| group.has(Controller::Block))
}

/// The devices that have a figure: `path,value,path,value`.
fn print(tune: &BlkioTune, figure: &Figure) -> String {
    let found = tune.devices.iter().filter_map(|device| {
        let value = (figure.get)(device).filter(|value| *value != 0)?;
        Some(format!("{},{value}", device.path))
    });
    found.collect::<Vec<_>>().join(",")
}

fn set(tune: &mut BlkioTune, params: &[TypedParam]) -> Result<()> {
    for TypedParam { field, value } in params {
        match (FIGURES.iter().find(|figure| figure.name == field), value) {
            (Some(figure), TypedParamValue::String(text)) => {
                for (path, value) in read(text, figure)? {
                    (figure.set)(device(tune, path), Some(value).filter(|value| *value != 0));
                }
            }
            (None, TypedParamValue::UInt(weight)) => tune.weight = Some(*weight),
            _ => return Err(parameters::unknown(field)),
        }
    }
    tune.devices.retain(|device| FIGURES.iter().any(|figure| (figure.get)(device).is_some()));
    Ok(())
}

/// Reads `path,value,path,value`; 0 takes a value away.
fn read<'t>(text: &'t str, figure: &Figure) -> Result<Vec<(&'t str, u64)>> {
    let name = figure.name;
    let mut words = text.split(',');
    let mut found = Vec::new();
    while let Some(path) = words.next() {
        let value = words.next().ok_or_else(|| {
            let what = format!("unable to parse blkio device '{name}' '{text}'");
            Error::invalid_arg(QEMU, what)
        })?;
        let number = value.parse().ok().filter(|number| *number <= figure.most);
        let number = number.ok_or_else(|| {
            let what = format!("invalid value '{value}' for parameter '{name}' of device '{path}'");
            Error::invalid_arg(QEMU, what)
        })?;
        found.push((path, number));
    }
    Ok(found)
}

/// The device with this path, a new one if there is none.
fn device<'t>(tune: &'t mut BlkioTune, path: &str) -> &'t mut BlkioDevice {
    let known = tune.devices.iter().position(|device| *device.path == *path);
    let at = known.unwrap_or(tune.devices.len());
    if known.is_none() {
        tune.devices.push(BlkioDevice {
            path: path.into(),
            weight: None,
            read_iops_sec: None,
            write_iops_sec: None,
            read_bytes_sec: None,
            write_bytes_sec: None,
        });
    }
    &mut tune.devices[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(tune: &mut BlkioTune, field: &str, text: &str) -> Result<()> {
        let mut params = Params::default();
        params.string(field, text);
        set(tune, &params.0)
    }

    fn shown(tune: &BlkioTune) -> Vec<String> {
        FIGURES.iter().map(|figure| print(tune, figure)).collect()
    }

    #[test]
    fn devices_keep_what_is_not_set() {
        let mut tune = BlkioTune::default();
        change(&mut tune, "device_weight", "/dev/a,500,/dev/b,600").unwrap();
        change(&mut tune, "device_read_iops_sec", "/dev/a,7").unwrap();
        assert_eq!(shown(&tune), ["/dev/a,500,/dev/b,600", "/dev/a,7", "", "", ""]);
        change(&mut tune, "device_weight", "/dev/b,0,/dev/a,0").unwrap();
        assert_eq!(shown(&tune), ["", "/dev/a,7", "", "", ""]);
        assert_eq!(tune.devices.len(), 1, "a device without figures goes");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let refused = |field, text| {
            change(&mut BlkioTune::default(), field, text).unwrap_err().detail.unwrap()
        };
        assert_eq!(
            refused("device_weight", "/dev/a"),
            "unable to parse blkio device 'device_weight' '/dev/a'"
        );
        assert_eq!(
            refused("device_read_iops_sec", "/dev/a,99999999999"),
            "invalid value '99999999999' for parameter 'device_read_iops_sec' of device '/dev/a'"
        );
        assert!(refused("device_write_bytes_sec", "/dev/a,-1").starts_with("invalid value '-1'"));
    }
}

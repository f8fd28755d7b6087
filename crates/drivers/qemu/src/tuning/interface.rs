//! How much an interface may carry.

use std::sync::Arc;

use api::remote::{
    DomainGetInterfaceParameters, DomainGetInterfaceParametersArgs,
    DomainGetInterfaceParametersRet, DomainSetInterfaceParameters,
    DomainSetInterfaceParametersArgs,
};
use api::{Error, Params, Result, TypedParam, TypedParamValue};
use config::domain::interface::{Bandwidth, Interface, Rate};
use driver::{CallContext, Handler};

use super::{KNOWN, STRINGS, parameters};
use crate::domain::{Domain, Impact, not_running};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::{flags, interfaces};

/// How many parameters there are.
const PARAMETERS: i32 = 7;

impl Handler<DomainGetInterfaceParameters> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetInterfaceParametersArgs,
    ) -> Result<DomainGetInterfaceParametersRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetInterfaceParameters")?;
        let view = self.registry.find(&args.dom)?.published();
        Impact::exclusive(args.flags)?;
        if args.nparams == 0 {
            let params = Params::default().into();
            return Ok(DomainGetInterfaceParametersRet { params, nparams: PARAMETERS });
        }
        let document = Impact::document(args.flags & !STRINGS, &view)?;
        let at = find(&document, &args.device)?;
        let bandwidth =
            document.devices.interfaces.get(at).and_then(|interface| interface.bandwidth.as_ref());
        let inbound = bandwidth.and_then(|bandwidth| bandwidth.inbound);
        let outbound = bandwidth.and_then(|bandwidth| bandwidth.outbound);
        let number = |rate: Option<Rate>, field: fn(&Rate) -> Option<u64>| {
            u32::try_from(rate.as_ref().and_then(field).unwrap_or(0)).unwrap_or(u32::MAX)
        };
        let mut params = Params::default();
        params
            .uint("inbound.average", number(inbound, |rate| rate.average))
            .uint("inbound.peak", number(inbound, |rate| rate.peak))
            .uint("inbound.burst", number(inbound, |rate| rate.burst))
            .uint("inbound.floor", number(inbound, |rate| rate.floor))
            .uint("outbound.average", number(outbound, |rate| rate.average))
            .uint("outbound.peak", number(outbound, |rate| rate.peak))
            .uint("outbound.burst", number(outbound, |rate| rate.burst));
        let (params, nparams) = parameters::fitting(params, args.nparams);
        Ok(DomainGetInterfaceParametersRet { params: params.into(), nparams })
    }
}

impl Handler<DomainSetInterfaceParameters> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetInterfaceParametersArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainSetInterfaceParameters")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetInterfaceParameters", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags & !STRINGS, &view)?;
        if let Some(definition) = view.definition().filter(|_| impact.config) {
            limit(&mut config::Domain::clone(&definition), &args.device, &args.params.0)?;
        }
        if impact.live {
            self.limit_interface(&domain, &args.device, &args.params.0).await?;
        }
        if !impact.config {
            return Ok(());
        }
        self.change_definition(&domain, |definition| {
            limit(definition, &args.device, &args.params.0).map(drop)
        })
        .await
    }
}

impl QemuDriver {
    /// Limits an interface of the running guest. The caller holds a modify job.
    async fn limit_interface(
        &self,
        domain: &Arc<Domain>,
        name: &str,
        params: &[TypedParam],
    ) -> Result<()> {
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let mut limited = config::Domain::clone(&document);
        let at = limit(&mut limited, name, params)?;
        let Some(interface) = limited.devices.interfaces.get(at).cloned() else { return Ok(()) };
        let bandwidth = interface.bandwidth.clone();
        let guest = domain.uuid.to_string();
        let directory = live.directory.clone();
        self.on_host(move || interfaces::shape(&interface, &guest, &directory)).await?;
        self.change_live(domain, &live, |document| {
            if let Some(interface) = document.devices.interfaces.get_mut(at) {
                interface.bandwidth = bandwidth;
            }
        });
        Ok(())
    }
}

/// The interface that a client names by its device on the host or by its MAC address.
fn find(document: &config::Domain, name: &str) -> Result<usize> {
    let is_it = |interface: &Interface| {
        interface.target.dev.as_deref() == Some(name)
            || interface
                .source
                .mac
                .as_ref()
                .is_some_and(|mac| mac.address.to_string().eq_ignore_ascii_case(name))
    };
    document
        .devices
        .interfaces
        .iter()
        .position(is_it)
        .ok_or_else(|| Error::invalid_arg(QEMU, format!("'{name}' is not a known interface")))
}

/// Limits an interface in a document, and tells its number.
fn limit(document: &mut config::Domain, name: &str, params: &[TypedParam]) -> Result<usize> {
    let at = find(document, name)?;
    let Some(interface) = document.devices.interfaces.get_mut(at) else { return Ok(at) };
    if !interfaces::has_device(interface) {
        let kind = interface.source.source.word();
        let what =
            format!("setting bandwidth on interfaces of type '{kind}' is not implemented yet");
        return Err(Error::config_unsupported(QEMU, what));
    }
    let before = interface.bandwidth.take().map(|bandwidth| *bandwidth);
    let (inbound, outbound) = before.map_or((None, None), |b| (b.inbound, b.outbound));
    let inbound = rate(inbound, "inbound", params)?;
    interfaces::check_floor(interface, inbound)?;
    let outbound = rate(outbound, "outbound", params)?;
    interface.bandwidth = (inbound.is_some() || outbound.is_some())
        .then(|| Box::new(Bandwidth { inbound, outbound }));
    Ok(at)
}

/// One direction's limits: those that are given replace all that there were; an average of 0 is none.
fn rate(before: Option<Rate>, way: &str, params: &[TypedParam]) -> Result<Option<Rate>> {
    let mut given = Rate { average: None, peak: None, floor: None, burst: None };
    let mut any = false;
    for TypedParam { field, value } in params {
        let Some(name) = field.strip_prefix(way).and_then(|rest| rest.strip_prefix('.')) else {
            continue;
        };
        let TypedParamValue::UInt(value) = value else {
            return Err(Error::invalid_arg(QEMU, format!("parameter '{field}' is not a uint")));
        };
        let value = Some(u64::from(*value)).filter(|value| *value != 0);
        match name {
            "average" => given.average = value,
            "peak" => given.peak = value,
            "floor" => given.floor = value,
            "burst" => given.burst = value,
            _ => {
                return Err(parameters::unknown(field));
            }
        }
        any = true;
    }
    if !any {
        return Ok(before);
    }
    Ok(Some(given).filter(|rate| rate.average.is_some() || rate.floor.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(kind: &str) -> config::Domain {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices>\
             <interface type='{kind}'><mac address='52:54:00:00:00:01'/></interface></devices></domain>"
        );
        config::Domain::parse(&xml, config::domain::ParseFlags::Inactive).unwrap()
    }

    #[test]
    fn a_way_is_set_or_lifted_as_a_whole() {
        let mut document = document("ethernet");
        let set = |document: &mut config::Domain, field: &str, value| {
            let mut params = Params::default();
            params.uint(field, value);
            limit(document, "52:54:00:00:00:01", &params.0)
        };
        set(&mut document, "inbound.average", 100).unwrap();
        set(&mut document, "outbound.average", 50).unwrap();
        let bandwidth = document.devices.interfaces[0].bandwidth.clone().unwrap();
        assert_eq!(bandwidth.inbound.unwrap().average, Some(100));
        assert_eq!(bandwidth.outbound.unwrap().average, Some(50));
        set(&mut document, "inbound.average", 0).unwrap();
        set(&mut document, "outbound.average", 0).unwrap();
        assert_eq!(document.devices.interfaces[0].bandwidth, None);
    }

    #[test]
    fn the_user_network_has_none() {
        let error = limit(&mut document("user"), "52:54:00:00:00:01", &[]).unwrap_err();
        assert!(error.message.ends_with("interfaces of type 'user' is not implemented yet"));
        let error = limit(&mut document("user"), "nosuch", &[]).unwrap_err();
        assert!(error.message.ends_with("'nosuch' is not a known interface"));
    }
}

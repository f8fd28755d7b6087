//! Lists of domains, and the filter that they share with statistics.

use api::remote::{
    ConnectListAllDomains, ConnectListAllDomainsArgs, ConnectListAllDomainsRet,
    ConnectListDefinedDomains, ConnectListDefinedDomainsArgs, ConnectListDefinedDomainsRet,
    ConnectListDomains, ConnectListDomainsArgs, ConnectListDomainsRet, ConnectNumOfDefinedDomains,
    ConnectNumOfDefinedDomainsRet, ConnectNumOfDomains, ConnectNumOfDomainsRet,
};
use api::xdr::List;
use api::{ConnectListAllDomainsFlags as Flag, DomainState, Result};
use driver::{CallContext, Handler};

use crate::domain::Published;
use crate::driver::QemuDriver;
use crate::flags;

/// Which domains are wanted. Flags of one kind widen each other, kinds narrow each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter(Flag);

impl Filter {
    /// Every flag that a list can be narrowed with.
    pub(crate) const KNOWN: u32 = 0xffff;

    /// The filter that these bits mean; others are not looked at.
    pub(crate) fn new(bits: u32) -> Self {
        Self(Flag(bits & Self::KNOWN))
    }

    /// Whether the domain is wanted.
    pub(crate) fn admits(self, view: &Published) -> bool {
        let state = view.state.state();
        let other =
            !matches!(state, DomainState::RUNNING | DomainState::PAUSED | DomainState::SHUTOFF);
        self.kind(&[(Flag::ACTIVE, view.is_active()), (Flag::INACTIVE, !view.is_active())])
            && self.kind(&[
                (Flag::PERSISTENT, view.is_persistent()),
                (Flag::TRANSIENT, !view.is_persistent()),
            ])
            && self.kind(&[
                (Flag::RUNNING, state == DomainState::RUNNING),
                (Flag::PAUSED, state == DomainState::PAUSED),
                (Flag::SHUTOFF, state == DomainState::SHUTOFF),
                (Flag::OTHER, other),
            ])
            && self.kind(&[(Flag::AUTOSTART, view.autostart), (Flag::NO_AUTOSTART, !view.autostart)])
            // No domain has a saved state, a snapshot or a checkpoint: this driver makes none.
            && self.kind(&[(Flag::MANAGEDSAVE, false), (Flag::NO_MANAGEDSAVE, true)])
            && self.kind(&[(Flag::HAS_SNAPSHOT, false), (Flag::NO_SNAPSHOT, true)])
            && self.kind(&[(Flag::HAS_CHECKPOINT, false), (Flag::NO_CHECKPOINT, true)])
    }

    /// Whether flags of one kind let a domain through: none of them is set, or one that is true.
    fn kind(self, flags: &[(Flag, bool)]) -> bool {
        let mut set = flags.iter().filter(|(flag, _)| self.0.contains(*flag)).peekable();
        set.peek().is_none() || set.any(|(_, is)| *is)
    }
}

impl Handler<ConnectListAllDomains> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectListAllDomainsArgs,
    ) -> Result<ConnectListAllDomainsRet> {
        flags::only(args.flags, Filter::KNOWN, "qemuConnectListAllDomains")?;
        let filter = Filter::new(args.flags);
        let wanted = self.registry.all().into_iter().filter_map(|domain| {
            let view = domain.published();
            filter.admits(&view).then(|| view.reference(domain.uuid))
        });
        let domains: Vec<_> = wanted.collect();
        let ret = count(domains.len()).cast_unsigned();
        let domains = if args.need_results != 0 { domains } else { Vec::new() };
        Ok(ConnectListAllDomainsRet { domains: List(domains), ret })
    }
}

impl Handler<ConnectListDomains> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectListDomainsArgs,
    ) -> Result<ConnectListDomainsRet> {
        let ids = self.views().into_iter().filter_map(|view| view.id);
        Ok(ConnectListDomainsRet { ids: List(ids.take(at_most(args.maxids)).collect()) })
    }
}

impl Handler<ConnectNumOfDomains> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectNumOfDomainsRet> {
        let active = self.views().iter().filter(|view| view.is_active()).count();
        Ok(ConnectNumOfDomainsRet { num: count(active) })
    }
}

impl Handler<ConnectListDefinedDomains> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectListDefinedDomainsArgs,
    ) -> Result<ConnectListDefinedDomainsRet> {
        let views = self.views();
        let names = views.iter().filter(|view| !view.is_active()).map(|view| view.name.clone());
        Ok(ConnectListDefinedDomainsRet {
            names: List(names.take(at_most(args.maxnames)).collect()),
        })
    }
}

impl Handler<ConnectNumOfDefinedDomains> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectNumOfDefinedDomainsRet> {
        let inactive = self.views().iter().filter(|view| !view.is_active()).count();
        Ok(ConnectNumOfDefinedDomainsRet { num: count(inactive) })
    }
}

impl QemuDriver {
    fn views(&self) -> Vec<std::sync::Arc<Published>> {
        self.registry.all().iter().map(|domain| domain.published()).collect()
    }
}

fn at_most(limit: i32) -> usize {
    usize::try_from(limit).unwrap_or(0)
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use api::ConnectListAllDomainsFlags as Flag;
    use api::DomainRunningReason;

    use super::Filter;
    use crate::domain::{Published, RunState};

    fn defined() -> Published {
        let xml = "<domain type='qemu'><name>a</name><os><type>hvm</type></os></domain>";
        let document = config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap();
        Published::defined(Arc::new(document))
    }

    #[test]
    fn flags_of_one_kind_widen_and_kinds_narrow() {
        let off = defined();
        let running = Published {
            id: Some(1),
            state: RunState::running(DomainRunningReason::BOOTED),
            autostart: true,
            ..defined()
        };
        let admits = |flags: Flag, view: &Published| Filter::new(flags.0).admits(view);
        assert!(admits(Flag(0), &off) && admits(Flag(0), &running));
        assert!(admits(Flag::ACTIVE, &running) && !admits(Flag::ACTIVE, &off));
        assert!(admits(Flag::ACTIVE | Flag::INACTIVE, &off));
        assert!(admits(Flag::RUNNING | Flag::SHUTOFF, &off));
        assert!(!admits(Flag::RUNNING | Flag::NO_AUTOSTART, &running));
        assert!(!admits(Flag::TRANSIENT, &off) && !admits(Flag::OTHER, &off));
        assert!(!admits(Flag::HAS_SNAPSHOT, &off) && admits(Flag::NO_SNAPSHOT, &off));
    }
}

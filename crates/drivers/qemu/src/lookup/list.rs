//! Lists of domains, and the filter that they share with statistics.

use api::remote::{
    ConnectListAllDomains, ConnectListAllDomainsArgs, ConnectListAllDomainsRet,
    ConnectListDefinedDomains, ConnectListDefinedDomainsArgs, ConnectListDefinedDomainsRet,
    ConnectListDomains, ConnectListDomainsArgs, ConnectListDomainsRet, ConnectNumOfDefinedDomains,
    ConnectNumOfDefinedDomainsRet, ConnectNumOfDomains, ConnectNumOfDomainsRet,
};
use api::xdr::List;
use api::{ConnectListAllDomainsFlags as Flag, DomainState, Error, ErrorDomain, Result};
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
        cx: &CallContext,
        args: ConnectListAllDomainsArgs,
    ) -> Result<ConnectListAllDomainsRet> {
        flags::only(args.flags, Filter::KNOWN, "qemuConnectListAllDomains")?;
        let filter = Filter::new(args.flags);
        let mut wanted = self.registry.all();
        wanted.retain(|domain| filter.admits(&domain.published()));
        let wanted = cx.visible(wanted, |domain| domain.identity()).await;
        let domains: Vec<_> = wanted.iter().map(|domain| domain.reference()).collect();
        let ret = count(domains.len()).cast_unsigned();
        let domains = if args.need_results != 0 { domains } else { Vec::new() };
        Ok(ConnectListAllDomainsRet { domains: List(domains), ret })
    }
}

impl Handler<ConnectListDomains> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListDomainsArgs,
    ) -> Result<ConnectListDomainsRet> {
        let most = at_most(args.maxids, "maxids in virConnectListDomains")?;
        let ids = self.visible(cx).await.into_iter().filter_map(|view| view.id);
        Ok(ConnectListDomainsRet { ids: List(ids.take(most).collect()) })
    }
}

impl Handler<ConnectNumOfDomains> for QemuDriver {
    async fn handle(&self, cx: &CallContext, (): ()) -> Result<ConnectNumOfDomainsRet> {
        let active = self.visible(cx).await.iter().filter(|view| view.is_active()).count();
        Ok(ConnectNumOfDomainsRet { num: count(active) })
    }
}

impl Handler<ConnectListDefinedDomains> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListDefinedDomainsArgs,
    ) -> Result<ConnectListDefinedDomainsRet> {
        let most = at_most(args.maxnames, "maxnames in virConnectListDefinedDomains")?;
        let views = self.visible(cx).await;
        let names = views.iter().filter(|view| !view.is_active()).map(|view| view.name.clone());
        Ok(ConnectListDefinedDomainsRet { names: List(names.take(most).collect()) })
    }
}

impl Handler<ConnectNumOfDefinedDomains> for QemuDriver {
    async fn handle(&self, cx: &CallContext, (): ()) -> Result<ConnectNumOfDefinedDomainsRet> {
        let inactive = self.visible(cx).await.iter().filter(|view| !view.is_active()).count();
        Ok(ConnectNumOfDefinedDomainsRet { num: count(inactive) })
    }
}

impl QemuDriver {
    /// Every domain that the caller may know of.
    async fn visible(&self, cx: &CallContext) -> Vec<std::sync::Arc<Published>> {
        let domains = cx.visible(self.registry.all(), |domain| domain.identity()).await;
        domains.iter().map(|domain| domain.published()).collect()
    }

    pub(crate) fn views(&self) -> Vec<std::sync::Arc<Published>> {
        self.registry.all().iter().map(|domain| domain.published()).collect()
    }
}

/// How many the caller takes; `what` names the argument and its call.
fn at_most(limit: i32, what: &str) -> Result<usize> {
    usize::try_from(limit).map_err(|_| {
        Error::invalid_arg(ErrorDomain::DOMAIN, format!("{what} must be zero or greater"))
    })
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use api::ConnectListAllDomainsFlags as Flag;
    use api::DomainRunningReason;

    use super::Filter;
    use crate::domain::{Definition, Published, RunState};

    fn defined() -> Published {
        let xml = "<domain type='qemu'><name>a</name><os><type>hvm</type></os></domain>";
        let document = config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap();
        Published::defined("a", Definition::new(&document).unwrap())
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

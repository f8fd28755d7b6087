//! What support should know of a guest, and how it is confined.

use api::remote::{
    DomainGetMessages, DomainGetMessagesArgs, DomainGetMessagesRet, DomainGetSecurityLabel,
    DomainGetSecurityLabelArgs, DomainGetSecurityLabelList, DomainGetSecurityLabelListArgs,
    DomainGetSecurityLabelListRet, DomainGetSecurityLabelRet,
};
use api::xdr::List;
use api::{DomainMessageType as Kind, Result};
use driver::{CallContext, Handler};

use crate::driver::QemuDriver;
use crate::flags;

impl Handler<DomainGetMessages> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetMessagesArgs,
    ) -> Result<DomainGetMessagesRet> {
        flags::only(args.flags, (Kind::DEPRECATION | Kind::TAINTING).0, "qemuDomainGetMessages")?;
        let view = self.registry.find(&args.dom)?.published();
        let wanted = args.flags == 0 || Kind(args.flags).contains(Kind::TAINTING);
        let taints = view.taints.iter().filter(|_| wanted);
        let messages = taints.map(|taint| format!("tainted: {}", taint.message()));
        Ok(DomainGetMessagesRet { msgs: List(messages.collect()) })
    }
}

impl Handler<DomainGetSecurityLabel> for QemuDriver {
    /// No security model labels guests here, so the label is empty, as libvirt says it then.
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetSecurityLabelArgs,
    ) -> Result<DomainGetSecurityLabelRet> {
        self.registry.find(&args.dom)?;
        Ok(DomainGetSecurityLabelRet { label: List(vec![0]), enforcing: 0 })
    }
}

impl Handler<DomainGetSecurityLabelList> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetSecurityLabelListArgs,
    ) -> Result<DomainGetSecurityLabelListRet> {
        self.registry.find(&args.dom)?;
        Ok(DomainGetSecurityLabelListRet { labels: List(Vec::new()), ret: 0 })
    }
}

//! Disks on which the last request failed.

use api::remote::{
    DomainDiskError, DomainGetDiskErrors, DomainGetDiskErrorsArgs, DomainGetDiskErrorsRet,
};
use api::xdr::List;
use api::{DomainDiskErrorCode as Code, Error, ErrorDomain, Result, limits};
use driver::{CallContext, Handler};
use qmp::commands::{BlockDevice, IoStatus};

use crate::domain::not_running;
use crate::driver::QemuDriver;
use crate::flags;

impl Handler<DomainGetDiskErrors> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetDiskErrorsArgs,
    ) -> Result<DomainGetDiskErrorsRet> {
        flags::only(args.flags, 0, "qemuDomainGetDiskErrors")?;
        let most = usize::try_from(args.maxerrors).unwrap_or(usize::MAX);
        if most > limits::DOMAIN_DISK_ERRORS_MAX {
            let detail = "maxerrors too large";
            return Err(Error::internal(ErrorDomain::RPC, detail));
        }
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.query("DomainGetDiskErrors", &self.settings.deadlines).await?;
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let devices = self.ask(&domain, live.monitor()?.query_block()).await?;
        let disks = &document.devices.disks;
        let failed = disks.iter().filter_map(|disk| {
            let code = failure(&devices, disk.info.alias.name()?)?;
            Some(DomainDiskError { disk: disk.target.dev.to_string(), error: code.0 })
        });
        // Without room, a client asks how many disks there are.
        let (errors, nerrors) = match most {
            0 => (Vec::new(), disks.len()),
            most => {
                let errors: Vec<_> = failed.take(most).collect();
                let count = errors.len();
                (errors, count)
            }
        };
        let nerrors = i32::try_from(nerrors).unwrap_or(i32::MAX);
        Ok(DomainGetDiskErrorsRet { errors: List(errors), nerrors })
    }
}

fn failure(devices: &[BlockDevice], alias: &str) -> Option<Code> {
    let names = |device: &&BlockDevice| {
        let qdev = device.qdev.as_deref().unwrap_or_default();
        qdev.split('/').any(|part| part == alias)
    };
    match devices.iter().find(names)?.io_status.as_ref()? {
        IoStatus::Ok => None,
        IoStatus::NoSpace => Some(Code::NO_SPACE),
        IoStatus::Failed | IoStatus::Other(_) => Some(Code::UNSPEC),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_failed_has_a_code() {
        let answer = r#"[{"qdev":"sata0-0-0","io-status":"ok"},
            {"qdev":"/machine/peripheral/virtio-disk0/virtio-backend","io-status":"nospace"},
            {"qdev":"sata0-0-1"},{"io-status":"failed"},{"qdev":"a","io-status":"broken"}]"#;
        let devices: Vec<BlockDevice> = serde_json::from_str(answer).unwrap();
        assert_eq!(failure(&devices, "sata0-0-0"), None);
        assert_eq!(failure(&devices, "virtio-disk0"), Some(Code::NO_SPACE));
        assert_eq!(failure(&devices, "sata0-0-1"), None);
        assert_eq!(failure(&devices, "a"), Some(Code::UNSPEC));
        assert_eq!(failure(&devices, "absent"), None);
    }
}

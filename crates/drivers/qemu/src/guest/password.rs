//! Passwords of the guest's users, which its agent sets.

use api::remote::{DomainSetUserPassword, DomainSetUserPasswordArgs};
use api::{DomainSetUserPasswordFlags as Flag, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use driver::{CallContext, Handler};
use qmp::Command;
use serde_json::json;

use crate::driver::QemuDriver;
use crate::flags;

impl Handler<DomainSetUserPassword> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetUserPasswordArgs) -> Result<()> {
        flags::only(args.flags, Flag::ENCRYPTED.0, "qemuDomainSetUserPassword")?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let command = Command::with(
            "guest-set-user-password",
            json!({
                "username": args.user.unwrap_or_default(),
                "password": STANDARD.encode(args.password.unwrap_or_default()),
                "crypted": Flag(args.flags).contains(Flag::ENCRYPTED),
            }),
        );
        let _: serde_json::Value = self.ask_agent(&domain, &live, &command).await?;
        Ok(())
    }
}

//! Who may log in to the guest by SSH: the keys of its users, which its agent keeps.

use api::remote::{
    DomainAuthorizedSshKeysGet, DomainAuthorizedSshKeysGetArgs, DomainAuthorizedSshKeysGetRet,
    DomainAuthorizedSshKeysSet, DomainAuthorizedSshKeysSetArgs,
};
use api::{DomainAuthorizedSSHKeysSetFlags as Flag, Error, ErrorDomain, Result, limits};
use driver::{CallContext, Handler};
use qmp::Command;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

/// What `guest-ssh-get-authorized-keys` answers.
#[derive(Debug, Deserialize)]
struct AuthorizedKeys {
    keys: Vec<String>,
}

impl Handler<DomainAuthorizedSshKeysGet> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainAuthorizedSshKeysGetArgs,
    ) -> Result<DomainAuthorizedSshKeysGetRet> {
        flags::only(args.flags, 0, "qemuDomainAuthorizedSSHKeysGet")?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let user = json!({ "username": args.user });
        let command = Command::with("guest-ssh-get-authorized-keys", user);
        let AuthorizedKeys { keys } = self.ask_agent(&domain, &live, &command).await?;
        let (count, most) = (keys.len(), limits::DOMAIN_AUTHORIZED_SSH_KEYS_MAX);
        if count > most {
            let what = format!("guest agent tells of {count} keys, more than {most}");
            return Err(Error::internal(QEMU, what));
        }
        Ok(DomainAuthorizedSshKeysGetRet { keys: keys.into() })
    }
}

impl Handler<DomainAuthorizedSshKeysSet> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainAuthorizedSshKeysSetArgs) -> Result<()> {
        flags::only(args.flags, (Flag::APPEND | Flag::REMOVE).0, "qemuDomainAuthorizedSSHKeysSet")?;
        let command = change(&args.user, &args.keys, Flag(args.flags))?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let _: Value = self.ask_agent(&domain, &live, &command).await?;
        Ok(())
    }
}

/// What has the agent keep `keys`: these alone, these too, or these no longer.
fn change(user: &str, keys: &[String], flags: Flag) -> Result<Command> {
    let (append, remove) = (flags.contains(Flag::APPEND), flags.contains(Flag::REMOVE));
    if append && remove {
        let what = "Flags 'VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND' and \
                    'VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE' are mutually exclusive";
        return Err(flags::refused(ErrorDomain::DOMAIN, what));
    }
    let what = json!({ "username": user, "keys": keys });
    Ok(match remove {
        true => Command::with("guest-ssh-remove-authorized-keys", what),
        false => {
            let what = json!({ "username": user, "keys": keys, "reset": !append });
            Command::with("guest-ssh-add-authorized-keys", what)
        }
    })
}

//! What reaches into the guest: keys, interrupts, screen, console, who may log in.

use std::time::Duration;

use api::remote;
use api::{DomainAuthorizedSSHKeysSetFlags, DomainConsoleFlags, KeycodeSet};

use super::{Domain, domain_calls};
use crate::error::Result;
use crate::stream::Stream;

domain_calls! {
    /// Sends a non-maskable interrupt.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    inject_nmi(), remote::DomainInjectNmi, remote::DomainInjectNmiArgs { flags: 0 };

    /// Presses up to 16 keys together and holds them for `hold`.
    ///
    /// # Errors
    /// Code 55 when it does not run, 8 for a key that the code set lacks.
    send_keys(codeset: KeycodeSet, hold: Duration, keys: &[u32]),
        remote::DomainSendKey, remote::DomainSendKeyArgs {
            codeset: codeset.0.cast_unsigned(),
            holdtime: u32::try_from(hold.as_millis()).unwrap_or(u32::MAX),
            keycodes: keys.to_vec().into(),
            flags: 0 };

    /// SSH keys by which a user may log in, a line of `authorized_keys` each.
    ///
    /// # Errors
    /// Code 55 when it does not run, 86 when its agent does not answer, 1 with the agent's reason.
    ssh_keys(user: &str) -> Vec<String> = |ret: remote::DomainAuthorizedSshKeysGetRet| ret.keys.into_iter().collect(),
        remote::DomainAuthorizedSshKeysGet,
        remote::DomainAuthorizedSshKeysGetArgs { user: user.to_owned(), flags: 0 };

    /// Sets the keys by which a user may log in, adds some or takes some away.
    ///
    /// # Errors
    /// As [`Domain::ssh_keys`].
    set_ssh_keys(user: &str, keys: Vec<String>, how: DomainAuthorizedSSHKeysSetFlags),
        remote::DomainAuthorizedSshKeysSet, remote::DomainAuthorizedSshKeysSetArgs {
            user: user.to_owned(), keys: keys.into(), flags: how.0 };
}

impl Domain {
    /// A picture of a screen: its MIME type, and a stream of it.
    ///
    /// # Errors
    /// Code 55 when it does not run, 8 when it has no such screen.
    pub async fn screenshot(&self, screen: u32) -> Result<(Option<String>, Stream)> {
        let args = remote::DomainScreenshotArgs { dom: self.reference(), screen, flags: 0 };
        let (ret, stream) = self.connection().call_stream::<remote::DomainScreenshot>(args).await?;
        Ok((ret.mime, stream))
    }

    /// Connects to a console, the first one unless an alias is given.
    ///
    /// # Errors
    /// Code 55 when it does not run, 38 when another client is connected and `FORCE` is not set.
    pub async fn console(&self, alias: Option<&str>, flags: DomainConsoleFlags) -> Result<Stream> {
        let args = remote::DomainOpenConsoleArgs {
            dom: self.reference(),
            dev_name: alias.map(str::to_owned),
            flags: flags.0,
        };
        Ok(self.connection().call_stream::<remote::DomainOpenConsole>(args).await?.1)
    }
}

//! How clients prove who they are, from the configuration.

use std::sync::Arc;

use anyhow::bail;
use polkit::Polkit;
use sasl::{Mechanism, Store};
use server::{Auth, Authentication, ListenerKind};
use tls::Pattern;

use crate::configuration::{AuthMethod, Configuration};
use crate::layout::Layout;

/// The file of those who may log in by SASL, beside the configuration.
const PASSWORD_FILE: &str = "sasl.db";
/// The least that `tcp_min_ssf` may be, as libvirtd has it, and the most that there is.
const STRENGTH_BITS: std::ops::RangeInclusive<u32> = 112..=128;

impl From<AuthMethod> for Auth {
    fn from(method: AuthMethod) -> Self {
        match method {
            AuthMethod::None => Self::None,
            AuthMethod::Sasl => Self::Sasl,
            AuthMethod::Polkit => Self::Polkit,
        }
    }
}

impl Configuration {
    /// How clients of a unix socket prove who they are.
    pub(crate) fn auth_unix(&self, kind: ListenerKind) -> Auth {
        match kind {
            ListenerKind::ReadWrite => self.auth_unix_rw.into(),
            ListenerKind::ReadOnly => self.auth_unix_ro.into(),
            // Its clients have no call to prove anything by.
            ListenerKind::Admin => Auth::None,
        }
    }

    pub(crate) fn check_authentication(&self) -> anyhow::Result<()> {
        self.mechanisms()?;
        if !STRENGTH_BITS.contains(&self.tcp_min_ssf) {
            let (least, most) = (STRENGTH_BITS.start(), STRENGTH_BITS.end());
            bail!("tcp_min_ssf = {} is not between {least} and {most}", self.tcp_min_ssf);
        }
        Ok(())
    }

    /// What authentication goes by.
    pub(crate) fn authentication(
        &self,
        layout: &Layout,
        polkit: &Arc<Polkit>,
    ) -> anyhow::Result<Authentication> {
        let beside = || layout.configuration.with_file_name(PASSWORD_FILE);
        let store = Store::at(self.sasl_password_file.clone().unwrap_or_else(beside));
        let patterns = |names: &Vec<String>| names.iter().map(|name| Pattern::new(name)).collect();
        Ok(Authentication {
            mechanisms: self.mechanisms()?,
            allowed: self.sasl_allowed_username_list.as_ref().map(patterns),
            tcp_strength_bits: self.tcp_min_ssf,
            ..Authentication::new(store, Arc::clone(polkit))
        })
    }

    fn mechanisms(&self) -> anyhow::Result<Vec<Mechanism>> {
        let Some(names) = &self.sasl_mechanisms else { return Ok(Mechanism::ALL.to_vec()) };
        let known = Mechanism::ALL.map(Mechanism::name).join(", ");
        let find = |name: &String| match Mechanism::find(name) {
            Some(mechanism) => Ok(mechanism),
            None => bail!("sasl_mechanisms: '{name}' is none of {known}"),
        };
        names.iter().map(find).collect()
    }
}

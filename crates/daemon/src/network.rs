//! What the configuration says about clients from the network.

use std::path::PathBuf;

use anyhow::bail;
use server::Auth;
use tls::{ClientCheck, Files, OwnCheck, Pattern};

use crate::configuration::{Configuration, NetworkAuth};
use crate::layout::Layout;

impl Configuration {
    /// How clients over TCP prove who they are.
    pub(crate) fn auth_tcp(&self) -> Auth {
        self.auth_tcp.into()
    }

    /// How clients over TLS prove who they are, beyond their certificates.
    pub(crate) fn auth_tls(&self) -> Auth {
        self.auth_tls.into()
    }

    /// Whether certificates of the daemon's own are looked at when it starts.
    pub(crate) fn own_check(&self) -> OwnCheck {
        match self.tls_no_sanity_certificate {
            false => OwnCheck::Required,
            true => OwnCheck::Skipped,
        }
    }

    /// Which certificates of clients are good.
    pub(crate) fn client_check(&self) -> ClientCheck {
        let patterns = |names: &Vec<String>| names.iter().map(|name| Pattern::new(name)).collect();
        match self.tls_no_verify_certificate {
            false => ClientCheck::Required(self.tls_allowed_dn_list.as_ref().map(patterns)),
            true => ClientCheck::Skipped,
        }
    }

    /// Where the daemon's certificates are.
    pub(crate) fn certificates(&self, layout: &Layout) -> anyhow::Result<Files> {
        let mut files = match self.own_files()? {
            Some((authorities, own)) => Files { authorities, revoked: None, own: Some(own) },
            None => layout.certificates(),
        };
        files.revoked = self.crl_file.as_ref().map(PathBuf::from).or(files.revoked);
        Ok(files)
    }

    /// CA, certificate and key as configured: all three, or none of them.
    fn own_files(&self) -> anyhow::Result<Option<(PathBuf, (PathBuf, PathBuf))>> {
        let files = [&self.ca_file, &self.cert_file, &self.key_file];
        match files.map(|file| file.as_deref().map(PathBuf::from)) {
            [Some(authorities), Some(certificate), Some(key)] => {
                Ok(Some((authorities, (certificate, key))))
            }
            [None, None, None] => Ok(None),
            _ => bail!("ca_file, cert_file and key_file are either all set or none is"),
        }
    }

    /// Whether what is said about the network goes together.
    pub(crate) fn check_network(&self) -> anyhow::Result<()> {
        if self.tls_port == 0 || self.tcp_port == 0 {
            bail!("tls_port and tcp_port must be above 0");
        }
        if self.tls_port == self.tcp_port {
            bail!("tls_port and tcp_port are both {}", self.tls_port);
        }
        self.own_files().map(drop)
    }
}

impl From<NetworkAuth> for Auth {
    fn from(auth: NetworkAuth) -> Self {
        match auth {
            NetworkAuth::None => Self::None,
            NetworkAuth::Sasl => Self::Sasl,
        }
    }
}

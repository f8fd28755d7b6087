//! `ferrovirtd.toml`. Keys that libvirtd.conf has too bear the same names.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use server::{AdminLimits, Limits};

use crate::layout::Scope;
use crate::log::{Filters, Level, Outputs, Wanted};

/// Longest configuration file. **Units**: bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Every key, with its default; `docs/configuration.md` says what they mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Configuration {
    pub(crate) unix_sock_group: Option<String>,
    pub(crate) unix_sock_rw_perms: Option<String>,
    pub(crate) unix_sock_ro_perms: String,
    pub(crate) auth_unix_rw: AuthMethod,
    pub(crate) auth_unix_ro: AuthMethod,
    pub(crate) sasl_password_file: Option<PathBuf>,
    pub(crate) sasl_mechanisms: Option<Vec<String>>,
    pub(crate) sasl_allowed_username_list: Option<Vec<String>>,
    pub(crate) tcp_min_ssf: u32,
    pub(crate) listen_tls: bool,
    pub(crate) listen_tcp: bool,
    pub(crate) listen_addr: Option<String>,
    pub(crate) tls_port: u16,
    pub(crate) tcp_port: u16,
    pub(crate) auth_tls: NetworkAuth,
    pub(crate) auth_tcp: NetworkAuth,
    pub(crate) ca_file: Option<String>,
    pub(crate) cert_file: Option<String>,
    pub(crate) key_file: Option<String>,
    pub(crate) crl_file: Option<String>,
    pub(crate) tls_no_sanity_certificate: bool,
    pub(crate) tls_no_verify_certificate: bool,
    pub(crate) tls_allowed_dn_list: Option<Vec<String>>,
    pub(crate) access_drivers: Vec<AccessDriver>,
    pub(crate) access_policy: Option<PathBuf>,
    pub(crate) max_clients: usize,
    pub(crate) max_queued_clients: usize,
    pub(crate) max_anonymous_clients: usize,
    pub(crate) max_clients_per_user: usize,
    pub(crate) auth_timeout: u64,
    pub(crate) max_requests: usize,
    pub(crate) max_user_requests: usize,
    pub(crate) max_client_requests: usize,
    pub(crate) max_client_queue: usize,
    pub(crate) max_client_output: usize,
    pub(crate) max_client_registrations: usize,
    pub(crate) stall_timeout: u64,
    pub(crate) keepalive_interval: i64,
    pub(crate) keepalive_count: u32,
    pub(crate) admin_max_clients: usize,
    pub(crate) admin_max_queued_clients: usize,
    pub(crate) admin_max_client_requests: usize,
    pub(crate) admin_keepalive_interval: i64,
    pub(crate) admin_keepalive_count: u32,
    pub(crate) vnc_listen: String,
    pub(crate) remote_display_port_min: u16,
    pub(crate) remote_display_port_max: u16,
    pub(crate) guest_log_max_bytes: u64,
    pub(crate) monitor_timeout: u64,
    pub(crate) stats_timeout_ms: u64,
    pub(crate) job_timeout: u64,
    pub(crate) log_level: Level,
    pub(crate) log_filters: String,
    pub(crate) log_outputs: String,
}

/// What decides what clients may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AccessDriver {
    /// A file with rules.
    Policy,
    /// polkit, asked for every permission.
    Polkit,
}

/// How clients from the network prove who they are, beyond certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NetworkAuth {
    None,
    Sasl,
}

/// Who may open the sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SocketModes {
    pub(crate) read_write: u32,
    pub(crate) read_only: u32,
}

/// How clients of a socket prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuthMethod {
    None,
    Sasl,
    Polkit,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            unix_sock_group: None,
            unix_sock_rw_perms: None,
            unix_sock_ro_perms: "0777".to_owned(),
            auth_unix_rw: AuthMethod::None,
            auth_unix_ro: AuthMethod::None,
            sasl_password_file: None,
            sasl_mechanisms: None,
            sasl_allowed_username_list: None,
            tcp_min_ssf: 112,
            listen_tls: false,
            listen_tcp: false,
            listen_addr: None,
            tls_port: 16514,
            tcp_port: 16509,
            auth_tls: NetworkAuth::None,
            auth_tcp: NetworkAuth::Sasl,
            ca_file: None,
            cert_file: None,
            key_file: None,
            crl_file: None,
            tls_no_sanity_certificate: false,
            tls_no_verify_certificate: false,
            tls_allowed_dn_list: None,
            access_drivers: Vec::new(),
            access_policy: None,
            max_clients: 5000,
            max_queued_clients: 1000,
            max_anonymous_clients: 20,
            max_clients_per_user: 4000,
            auth_timeout: 60,
            max_requests: 1000,
            max_user_requests: 500,
            max_client_requests: 5,
            max_client_queue: 64,
            max_client_output: 8 << 20,
            max_client_registrations: 1024,
            stall_timeout: 60,
            keepalive_interval: 5,
            keepalive_count: 5,
            admin_max_clients: 5000,
            admin_max_queued_clients: 20,
            admin_max_client_requests: 5,
            admin_keepalive_interval: 5,
            admin_keepalive_count: 5,
            vnc_listen: "127.0.0.1".to_owned(),
            remote_display_port_min: 5900,
            remote_display_port_max: 65535,
            guest_log_max_bytes: 2 << 20,
            monitor_timeout: 10,
            stats_timeout_ms: 500,
            job_timeout: 30,
            log_level: Level::Info,
            log_filters: String::new(),
            log_outputs: String::new(),
        }
    }
}

impl Configuration {
    /// Reads a file; an unknown key or a value out of range is an error that names it.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        use std::io::Read;
        let name = || format!("cannot read configuration '{}'", path.display());
        let mut text = String::new();
        let file = std::fs::File::open(path).with_context(name)?;
        file.take(FILE_BYTES_MAX.saturating_add(1)).read_to_string(&mut text).with_context(name)?;
        if text.len() as u64 > FILE_BYTES_MAX {
            bail!("configuration '{}' is longer than {FILE_BYTES_MAX} bytes", path.display());
        }
        Self::parse(&text).with_context(|| format!("in configuration '{}'", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let configuration: Self = toml::from_str(text)?;
        configuration.check()?;
        Ok(configuration)
    }

    fn check(&self) -> anyhow::Result<()> {
        let at_least_one = [
            ("max_clients", self.max_clients),
            ("max_clients_per_user", self.max_clients_per_user),
            ("max_queued_clients", self.max_queued_clients),
            ("max_requests", self.max_requests),
            ("max_user_requests", self.max_user_requests),
            ("max_client_requests", self.max_client_requests),
            ("max_client_queue", self.max_client_queue),
            ("admin_max_clients", self.admin_max_clients),
            ("admin_max_queued_clients", self.admin_max_queued_clients),
            ("admin_max_client_requests", self.admin_max_client_requests),
        ];
        for (key, value) in at_least_one {
            if !(1..=1_000_000).contains(&value) {
                bail!("{key} = {value} is not between 1 and 1000000");
            }
        }
        if self.max_anonymous_clients > self.max_clients {
            bail!(
                "max_anonymous_clients = {} is above max_clients = {}",
                self.max_anonymous_clients,
                self.max_clients
            );
        }
        if self.max_client_queue < self.max_client_requests {
            bail!(
                "max_client_queue = {} is below max_client_requests = {}",
                self.max_client_queue,
                self.max_client_requests
            );
        }
        if !(65_536..=1 << 30).contains(&self.max_client_output) {
            bail!("max_client_output = {} is not between 64 KiB and 1 GiB", self.max_client_output);
        }
        if self.access_policy.as_ref().is_some_and(|path| !path.is_absolute()) {
            bail!("access_policy is not an absolute path");
        }
        if self.auth_timeout == 0 || self.stall_timeout == 0 {
            bail!("auth_timeout and stall_timeout must be a second or more");
        }
        let intervals = [
            ("keepalive_interval", self.keepalive_interval),
            ("admin_keepalive_interval", self.admin_keepalive_interval),
        ];
        for (key, seconds) in intervals {
            if seconds == 0 || seconds < -1 {
                bail!("{key} = {seconds} is neither -1 nor a number of seconds");
            }
        }
        self.check_authentication()?;
        self.check_network()?;
        Filters::parse(&self.log_filters).context("log_filters")?;
        Outputs::parse(&self.log_outputs).context("log_outputs")?;
        self.check_guests()?;
        self.socket_modes(Scope::System).map(drop)
    }

    fn check_guests(&self) -> anyhow::Result<()> {
        let (first, last) = (self.remote_display_port_min, self.remote_display_port_max);
        if first < 5900 || first > last {
            bail!("remote_display_port_min = {first} is not between 5900 and {last}");
        }
        if self.guest_log_max_bytes < 65_536 {
            bail!("guest_log_max_bytes = {} is below 64 KiB", self.guest_log_max_bytes);
        }
        if self.monitor_timeout == 0 || self.job_timeout == 0 || self.stats_timeout_ms == 0 {
            bail!("monitor_timeout, job_timeout and stats_timeout_ms must be above 0");
        }
        Ok(())
    }

    /// Who may open the sockets. Whoever opens the first may do everything, so unless the file
    /// says otherwise that is the daemon's own user, and with a group also its members; anybody
    /// where polkit decides who gets further.
    pub(crate) fn socket_modes(&self, scope: Scope) -> anyhow::Result<SocketModes> {
        let usual = match (self.auth_unix_rw, &self.unix_sock_group, scope) {
            (AuthMethod::Polkit, _, Scope::System) => "0777",
            (_, Some(_), Scope::System) => "0770",
            (_, None, Scope::System) | (_, _, Scope::Session) => "0700",
        };
        let read_write = self.unix_sock_rw_perms.as_deref().unwrap_or(usual);
        Ok(SocketModes {
            read_write: mode("unix_sock_rw_perms", read_write)?,
            read_only: mode("unix_sock_ro_perms", &self.unix_sock_ro_perms)?,
        })
    }

    /// What is logged, and where to.
    pub(crate) fn log(&self) -> Wanted<'_> {
        Wanted { level: self.log_level, filters: &self.log_filters, outputs: &self.log_outputs }
    }

    /// What clients may use.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            max_clients: self.max_clients,
            max_anonymous_clients: self.max_anonymous_clients,
            max_clients_per_user: self.max_clients_per_user,
            auth_timeout: Duration::from_secs(self.auth_timeout),
            max_requests: self.max_requests,
            max_user_requests: self.max_user_requests,
            max_client_requests: self.max_client_requests,
            max_client_queue: self.max_client_queue,
            outgoing_pause_bytes: self.max_client_output / 8,
            outgoing_max_bytes: self.max_client_output,
            stall_timeout: Duration::from_secs(self.stall_timeout),
            max_registrations: self.max_client_registrations,
            keepalive_interval: interval(self.keepalive_interval),
            keepalive_count: self.keepalive_count,
            admin: AdminLimits {
                max_clients: self.admin_max_clients,
                max_client_requests: self.admin_max_client_requests,
                keepalive_interval: interval(self.admin_keepalive_interval),
                keepalive_count: self.admin_keepalive_count,
            },
        }
    }
}

/// -1 stands for never.
fn interval(seconds: i64) -> Option<Duration> {
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

fn mode(key: &str, text: &str) -> anyhow::Result<u32> {
    match u32::from_str_radix(text, 8) {
        Ok(mode) if mode <= 0o777 => Ok(mode),
        Ok(_) | Err(_) => bail!("{key} = \"{text}\" is not an octal mode such as \"0770\""),
    }
}

#[cfg(test)]
mod tests {
    use super::{Configuration, Level, Scope};

    #[test]
    fn the_file_that_comes_along_says_the_defaults_and_names_every_key() {
        let file = include_str!("../ferrovirtd.toml");
        assert_eq!(Configuration::parse(file).unwrap(), Configuration::default());
        let uncommented: String = file
            .lines()
            .filter_map(|line| line.strip_prefix('#'))
            .filter(|line| line.contains(" = ") && !line.starts_with(' '))
            .map(|line| format!("{line}\n"))
            .collect();
        let written = Configuration::parse(&uncommented).unwrap();
        let optional = Configuration {
            unix_sock_group: written.unix_sock_group.clone(),
            unix_sock_rw_perms: written.unix_sock_rw_perms.clone(),
            sasl_password_file: written.sasl_password_file.clone(),
            sasl_mechanisms: written.sasl_mechanisms.clone(),
            sasl_allowed_username_list: written.sasl_allowed_username_list.clone(),
            listen_addr: written.listen_addr.clone(),
            ca_file: written.ca_file.clone(),
            cert_file: written.cert_file.clone(),
            key_file: written.key_file.clone(),
            crl_file: written.crl_file.clone(),
            tls_allowed_dn_list: written.tls_allowed_dn_list.clone(),
            access_policy: written.access_policy.clone(),
            ..Configuration::default()
        };
        assert_eq!(written, optional);
        let guide = include_str!("../../../docs/configuration.md");
        for key in keys() {
            let line = format!("{key} = ");
            assert!(
                uncommented.lines().any(|written| written.starts_with(&line)),
                "{key} is not in ferrovirtd.toml"
            );
            assert!(guide.contains(&format!("`{key}`")), "{key} is not in docs/configuration.md");
        }
    }

    /// Every key there is: what the refusal of an unknown one offers.
    fn keys() -> Vec<String> {
        let refusal = toml::from_str::<Configuration>("no_such_key = 1").unwrap_err();
        let offered = refusal.message().split_once("expected one of").unwrap().1;
        let keys: Vec<_> = offered.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(keys.contains(&"max_clients".to_owned()), "{keys:?}");
        keys
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = Configuration::parse("max_clients = 7\nmax_cleints = 8\n").unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("line 2") && text.contains("max_cleints"), "{text}");
    }

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        for (text, key) in [
            ("max_clients = 0", "max_clients"),
            ("max_client_queue = 2", "max_client_queue"),
            ("keepalive_interval = -2", "keepalive_interval"),
            ("unix_sock_rw_perms = \"0999\"", "unix_sock_rw_perms"),
            ("access_drivers = [\"wishes\"]", "access_drivers"),
            ("access_policy = \"access.toml\"", "access_policy"),
            ("unix_sock_ro_perms = \"17777\"", "unix_sock_ro_perms"),
            ("max_client_output = 1", "max_client_output"),
            ("auth_unix_rw = \"kerberos\"", "auth_unix_rw"),
            ("sasl_mechanisms = [\"ANONYMOUS\"]", "sasl_mechanisms"),
            ("tcp_min_ssf = 56", "tcp_min_ssf"),
            ("log_level = \"loud\"", "log_level"),
            ("tls_port = 16509", "tcp_port"),
            ("auth_tcp = \"polkit\"", "auth_tcp"),
            ("ca_file = \"/x\"", "cert_file"),
            ("log_level = 5", "log_level"),
            ("log_filters = \"5:qemu\"", "log_filters"),
            ("log_outputs = \"1:nosuch\"", "log_outputs"),
            ("admin_keepalive_interval = 0", "admin_keepalive_interval"),
            ("max_requests = 0", "max_requests"),
            ("max_clients = 5", "max_anonymous_clients"),
        ] {
            let error = format!("{:#}", Configuration::parse(text).unwrap_err());
            assert!(error.contains(key), "{text}: {error}");
        }
    }

    #[test]
    fn only_a_group_or_polkit_opens_the_main_socket_to_others() {
        let modes = |text: &str| {
            Configuration::parse(text).unwrap().socket_modes(Scope::System).unwrap().read_write
        };
        assert_eq!(modes(""), 0o700);
        assert_eq!(modes("unix_sock_group = \"libvirt\""), 0o770);
        assert_eq!(modes("unix_sock_rw_perms = \"0777\""), 0o777);
        assert_eq!(modes("auth_unix_rw = \"polkit\""), 0o777);
        assert_eq!(modes("auth_unix_rw = \"sasl\""), 0o700);
    }

    #[test]
    fn a_log_level_is_a_name_or_libvirts_number() {
        for text in ["log_level = \"warn\"", "log_level = 3", "log_level = \"3\""] {
            assert_eq!(Configuration::parse(text).unwrap().log_level, Level::Warn, "{text}");
        }
    }

    #[test]
    fn an_interval_of_minus_one_is_no_keepalive() {
        let limits = Configuration::parse("keepalive_interval = -1").unwrap().limits();
        assert_eq!(limits.keepalive_interval, None);
    }
}

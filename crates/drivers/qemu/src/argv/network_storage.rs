//! Disks on the network as properties of their block nodes.

use config::Error;
use config::domain::storage::{NetworkSource, StorageHost, StorageProtocol, StorageTransport};
use serde_json::Value;

use super::Result;
use super::props::{PropValue, Props};
use super::secret::{Credentials, Opener};

/// The properties of a source before those that all nodes have.
pub(super) fn props(source: &NetworkSource, credentials: &Credentials<'_>) -> Result<Props> {
    match source.protocol {
        StorageProtocol::Nbd => nbd(source),
        StorageProtocol::Rbd => rbd(source, credentials),
        StorageProtocol::Sheepdog => sheepdog(source),
        StorageProtocol::Gluster => gluster(source),
        StorageProtocol::Iscsi => iscsi(source, credentials),
        StorageProtocol::Nfs => nfs(source),
        StorageProtocol::Http
        | StorageProtocol::Https
        | StorageProtocol::Ftp
        | StorageProtocol::Ftps
        | StorageProtocol::Tftp => url(source, credentials),
        StorageProtocol::Ssh => ssh(source, credentials),
        StorageProtocol::Vxhs => {
            Err(Error::unsupported("VxHS protocol is not supported with this QEMU binary"))
        }
    }
}

const fn default_port(protocol: StorageProtocol) -> &'static str {
    match protocol {
        StorageProtocol::Nbd => "10809",
        StorageProtocol::Rbd => "0",
        StorageProtocol::Sheepdog => "7000",
        StorageProtocol::Gluster => "24007",
        StorageProtocol::Iscsi => "3260",
        StorageProtocol::Http => "80",
        StorageProtocol::Https => "443",
        StorageProtocol::Ftp => "21",
        StorageProtocol::Ftps => "990",
        StorageProtocol::Tftp => "69",
        StorageProtocol::Ssh => "22",
        StorageProtocol::Vxhs => "9999",
        StorageProtocol::Nfs => "2049",
    }
}

fn port(host: &StorageHost, protocol: StorageProtocol) -> &str {
    host.port.as_deref().unwrap_or(default_port(protocol))
}

/// A server as `SocketAddress`.
fn server(host: &StorageHost, protocol: StorageProtocol) -> Result<Props> {
    let mut props = Props::new();
    match host.transport.unwrap_or(StorageTransport::Tcp) {
        StorageTransport::Tcp => props
            .set("type", "inet")
            .set("host", host.name.as_deref().unwrap_or_default())
            .set("port", port(host, protocol)),
        StorageTransport::Unix => props.set("type", "unix").set("path", host.socket.as_ref()),
        StorageTransport::Rdma => {
            return Err(Error::internal("transport protocol 'rdma' is not yet supported"));
        }
    };
    Ok(props)
}

fn only_host(source: &NetworkSource) -> Result<&StorageHost> {
    match source.hosts.as_slice() {
        [host] => Ok(host),
        _ => Err(match (source.protocol, source.protocol.word()) {
            (StorageProtocol::Nfs, name) => Error::unsupported(format!(
                "'{name}' protocol requires the usage of exactly one host"
            )),
            (
                StorageProtocol::Http
                | StorageProtocol::Https
                | StorageProtocol::Ftp
                | StorageProtocol::Ftps
                | StorageProtocol::Tftp,
                name,
            ) => Error::internal(format!("protocol '{name}' accepts only one host")),
            (_, name) => Error::internal(format!("{name} protocol accepts only one host")),
        }),
    }
}

fn name(source: &NetworkSource) -> &str {
    source.name.as_deref().unwrap_or_default()
}

fn nbd(source: &NetworkSource) -> Result<Props> {
    let mut props = Props::driver("nbd");
    props
        .set("server", server(only_host(source)?, source.protocol)?)
        .set("export", source.name.as_ref());
    Ok(props)
}

fn rbd(source: &NetworkSource, credentials: &Credentials<'_>) -> Result<Props> {
    let mut parts = name(source).splitn(3, '/');
    let (pool, second, third) = (parts.next(), parts.next(), parts.next());
    let (namespace, image) = match third {
        Some(image) => (second, Some(image)),
        None => (None, second),
    };
    let image = image.ok_or_else(|| {
        Error::xml(format!("can't split path '{}' into pool name and image name", name(source)))
    })?;
    let servers = source.hosts.iter().filter_map(|host| {
        let mut props = Props::new();
        props.set("host", host.name.as_ref()).set("port", port(host, source.protocol));
        props.value()
    });
    let servers: Vec<Value> = servers.collect();
    let mut props = Props::driver("rbd");
    props
        .set("pool", pool)
        .set("namespace", namespace)
        .set("image", image)
        .set("snapshot", source.snapshot.as_ref().map(|snapshot| &snapshot.name))
        .set("conf", source.config.as_ref().map(|config| &config.file))
        .set("server", Some(servers).filter(|servers| !servers.is_empty()))
        .set("encrypt", credentials.of_storage().and_then(Opener::props));
    if let Some(password) = &credentials.password {
        let ways: Vec<Value> = ["cephx", "none"].map(Value::from).into();
        props
            .set("user", credentials.user)
            .set("auth-client-required", ways)
            .set("key-secret", password.as_str());
    }
    Ok(props)
}

fn sheepdog(source: &NetworkSource) -> Result<Props> {
    let mut props = Props::driver("sheepdog");
    props.set("server", server(only_host(source)?, source.protocol)?).set("vdi", name(source));
    Ok(props)
}

fn gluster(source: &NetworkSource) -> Result<Props> {
    let (volume, path) = name(source).split_once('/').ok_or_else(|| {
        Error::unsupported(format!(
            "missing volume name or file name in gluster source '{}'",
            name(source)
        ))
    })?;
    let servers = source.hosts.iter().map(|host| server(host, source.protocol));
    let servers: Vec<Value> =
        servers.collect::<Result<Vec<_>>>()?.into_iter().filter_map(PropValue::value).collect();
    let mut props = Props::driver("gluster");
    props
        .set("volume", volume)
        .set("path", path.trim_start_matches('/'))
        .set("server", servers)
        .set("debug", 4_u32);
    Ok(props)
}

/// An iSCSI unit: `iqn…/LUN`.
pub(super) fn iscsi_unit(name: &str, host: &StorageHost) -> Result<Props> {
    // The first slash ends the target's name.
    let (target, lun) = name.split_once('/').unwrap_or((name, "0"));
    let lun: u32 = lun
        .parse()
        .map_err(|_| Error::internal(format!("cannot parse target for lunStr '{lun}'")))?;
    let server = host.name.as_deref().unwrap_or_default();
    let server = if server.contains(':') { format!("[{server}]") } else { server.to_owned() };
    let mut props = Props::driver("iscsi");
    props
        .set("portal", format!("{server}:{}", port(host, StorageProtocol::Iscsi)))
        .set("target", target)
        .set("lun", lun)
        .set("transport", "tcp");
    Ok(props)
}

fn iscsi(source: &NetworkSource, credentials: &Credentials<'_>) -> Result<Props> {
    let mut props = iscsi_unit(name(source), only_host(source)?)?;
    props.set("user", credentials.user).set("password-secret", credentials.password.as_deref());
    props.set("initiator-name", source.initiator.as_ref().map(|initiator| &initiator.iqn.name));
    Ok(props)
}

fn nfs(source: &NetworkSource) -> Result<Props> {
    let host = only_host(source)?;
    if host.port.is_some() {
        return Err(Error::unsupported("port cannot be specified in 'nfs' protocol host"));
    }
    let mut server = Props::new();
    server.set("host", host.name.as_ref()).set("type", "inet");
    let identity =
        |id: Option<&str>| id.and_then(|id| id.trim_start_matches('+').parse::<u32>().ok());
    let user = source.identity.as_ref().and_then(|identity| identity.user.as_deref());
    let group = source.identity.as_ref().and_then(|identity| identity.group.as_deref());
    let mut props = Props::driver("nfs");
    props
        .set("server", server)
        .set("path", name(source))
        .set("user", identity(user))
        .set("group", identity(group));
    Ok(props)
}

fn ssh(source: &NetworkSource, credentials: &Credentials<'_>) -> Result<Props> {
    let host = only_host(source)?;
    let mut server = Props::new();
    server.set("host", host.name.as_ref()).set("port", port(host, source.protocol));
    let mut props = Props::driver("ssh");
    props.set("path", name(source)).set("server", server).set("user", credentials.user);
    Ok(props)
}

fn url(source: &NetworkSource, credentials: &Credentials<'_>) -> Result<Props> {
    let host = only_host(source)?;
    let protocol = source.protocol;
    let server = host.name.as_deref().unwrap_or_default();
    let path = name(source);
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut url = format!("{protocol}://{server}:{}{slash}{path}", port(host, protocol));
    if let Some(query) = &source.query {
        url.push('?');
        url.push_str(query);
    }
    let mut props = Props::driver(protocol.word());
    props
        .set("url", url)
        .set("username", credentials.user)
        .set("password-secret", credentials.password.as_deref())
        .set("sslverify", source.ssl.as_ref().and_then(|ssl| ssl.verify))
        .set("cookie-secret", credentials.cookies.as_deref())
        .set("timeout", source.timeout.map(|timeout| timeout.seconds))
        .set("readahead", source.readahead.map(|readahead| readahead.size));
    Ok(props)
}

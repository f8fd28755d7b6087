//! What a pool's document leaves to the daemon, and what it must not say.

use super::kinds::{self, Part, PoolKind, Target};
use super::source::{Adapter, PoolFormat, PoolSource};
use super::{Id, Permissions, PoolTarget, PoolType, StoragePool};
use crate::{Code, Entropy, Error, Text, Uuid};

/// What libvirt says of a part of the source that is not there.
const MISSING: &[(Part, &str)] = &[
    (Part::Host, "missing storage pool source host name"),
    (Part::Device, "missing storage pool source device name"),
    (Part::Dir, "missing storage pool source path"),
    (Part::Adapter, "missing storage pool source adapter"),
];

impl StoragePool {
    /// Draws the identity if it has none, says the source's format and the target's path, tidies paths and
    /// drops what pools of its type do not have.
    ///
    /// # Errors
    /// What libvirt says of a document in which something is missing, or that its type does not have.
    pub fn complete(&mut self, entropy: &mut dyn Entropy) -> Result<(), Error> {
        self.uuid.get_or_insert_with(|| Uuid::random(entropy));
        let kind = kinds::of(self.kind);
        self.tidy_source(kind)?;
        self.check_features()?;
        self.tidy_target(kind)?;
        self.tidy_options();
        Ok(())
    }

    /// Refuses what cannot be; `has_backend` says for which types the daemon manages pools.
    ///
    /// # Errors
    /// What libvirt says of it.
    pub fn validate(&self, has_backend: impl Fn(PoolType) -> bool) -> Result<(), Error> {
        self.kind.require(has_backend)
    }

    fn tidy_source(&mut self, kind: &PoolKind) -> Result<(), Error> {
        let source = &mut self.source.0;
        check_format(source, kind)?;
        if let Some(auth) = &source.auth
            && auth.secret.usage.is_some() == auth.secret.uuid.is_some()
        {
            let what = match auth.secret.uuid {
                None => "missing secret uuid or usage attribute",
                Some(_) => "either secret uuid or usage expected",
            };
            return Err(Error::xml(what));
        }
        if let Some(dir) = source.dir.as_mut().and_then(|dir| dir.path.as_mut()) {
            *dir = tidy_path(dir);
        }
        if let Some(Adapter::ScsiHost(host)) = &mut source.adapter
            && let Some(parent) = &mut host.parentaddr
        {
            parent.address.multifunction = None;
        }
        source.initiator = source
            .initiator
            .take()
            .filter(|initiator| initiator.iqn.as_ref().is_some_and(|iqn| iqn.name.is_some()));
        source.vendor = source.vendor.take().filter(|vendor| vendor.name.is_some());
        source.product = source.product.take().filter(|product| product.name.is_some());
        source.protocol = source.protocol.take().filter(|protocol| protocol.ver.is_some());
        for host in &mut source.hosts {
            host.port = host.port.filter(|port| *port != 0);
        }
        if self.kind == PoolType::Netfs
            && source.protocol.is_some()
            && let Some(format) = source.format.as_ref().and_then(|format| format.kind.as_deref())
            && !["auto", "nfs"].contains(&format)
        {
            let what = format!("storage pool protocol ver unsupported for pool type '{format}'");
            return Err(Error::unsupported(what));
        }
        check_parts(source, kind)?;
        if kind.has(Part::Name) && source.name.is_none() {
            source.name = Some(Text::from(self.name.as_str()));
        }
        drop_parts(source, kind);
        Ok(())
    }

    fn check_features(&self) -> Result<(), Error> {
        let may = matches!(self.kind, PoolType::Dir | PoolType::Fs);
        if self.features.cow.state.is_none() || may {
            return Ok(());
        }
        let what = "cow feature may only be used for 'fs' and 'dir' pools";
        Err(Error::new(Code::NoSupport, what))
    }

    fn tidy_target(&mut self, kind: &PoolKind) -> Result<(), Error> {
        match kind.target {
            Target::None => self.target = None,
            Target::Path => {
                let path = self.target.as_mut().and_then(|target| target.path.as_mut());
                let path = path.ok_or_else(|| Error::xml("missing storage pool target path"))?;
                *path = tidy_path(path);
            }
            Target::Below(folder) => {
                let name = self.source.name.as_deref().unwrap_or_default();
                let path = Some(Text::from(format!("{folder}/{name}").as_str()));
                self.target.get_or_insert_with(PoolTarget::default).path = path;
            }
        }
        if let Some(target) = &mut self.target {
            forget_nobody(&mut target.permissions);
        }
        Ok(())
    }

    fn tidy_options(&mut self) {
        let mounts = matches!(self.kind, PoolType::Fs | PoolType::Netfs);
        self.mount_opts =
            self.mount_opts.take().filter(|options| mounts && !options.options.is_empty());
        let asks = self.kind == PoolType::Rbd;
        self.config_opts =
            self.config_opts.take().filter(|options| asks && !options.options.is_empty());
    }
}

impl PoolType {
    /// Refuses a type of which there are no pools; `has_backend` says of which there are.
    ///
    /// # Errors
    /// [`Code::InternalError`], naming it.
    pub fn require(self, has_backend: impl Fn(Self) -> bool) -> Result<(), Error> {
        if has_backend(self) {
            return Ok(());
        }
        let number = self as u32;
        Err(Error::internal(format!("missing backend for pool type {number} ({self})")))
    }
}

/// The source's format is one of its type's; the usual one if it says none.
pub(super) fn check_format(source: &mut PoolSource, kind: &PoolKind) -> Result<(), Error> {
    let said = source.format.take().and_then(|format| format.kind);
    if kind.formats.is_empty() {
        return Ok(());
    }
    let said = said.unwrap_or_else(|| Text::from(kind.format));
    if !kind.formats.contains(&&*said) {
        return Err(Error::unsupported(format!("unknown pool format type {}", &*said)));
    }
    source.format = Some(PoolFormat { kind: Some(said) });
    Ok(())
}

fn check_parts(source: &PoolSource, kind: &PoolKind) -> Result<(), Error> {
    for (part, words) in MISSING.iter().filter(|(part, _)| kind.needs.contains(part)) {
        let there = match part {
            Part::Host => !source.hosts.is_empty(),
            Part::Device => !source.devices.is_empty(),
            Part::Dir => source.dir.as_ref().is_some_and(|dir| dir.path.is_some()),
            Part::Adapter => source.adapter.is_some(),
            Part::Name | Part::Initiator => true,
        };
        if !there {
            return Err(Error::xml(words));
        }
    }
    if kind.needs.contains(&Part::Initiator) && source.initiator.is_none() {
        return Err(Error::unsupported("missing initiator IQN"));
    }
    match &source.adapter {
        Some(adapter) if kind.has(Part::Adapter) => check_adapter(adapter),
        _ => Ok(()),
    }
}

fn check_adapter(adapter: &Adapter) -> Result<(), Error> {
    match adapter {
        Adapter::ScsiHost(host) => match (&host.name, &host.parentaddr) {
            (None, None) => Err(Error::xml(
                "Either 'name' or 'parent' must be specified for the 'scsi_host' adapter",
            )),
            (Some(_), Some(_)) => Err(Error::xml(
                "Both 'name' and 'parent' cannot be specified for the 'scsi_host' adapter",
            )),
            (None, Some(parent)) if parent.unique_id.is_none() => {
                Err(Error::xml("Missing or invalid scsi adapter 'unique_id' value"))
            }
            _ => Ok(()),
        },
        Adapter::FcHost(host) => {
            let pair = [("parent_wwnn", &host.parent_wwnn), ("parent_wwpn", &host.parent_wwpn)];
            if let [(has, Some(value)), (lacks, None)] | [(lacks, None), (has, Some(value))] = pair
            {
                return Err(Error::xml(format!(
                    "when providing {has}='{}', the {lacks} must also be provided",
                    &**value
                )));
            }
            let parents = [&host.parent_wwnn, &host.parent_wwpn, &host.parent_fabric_wwn];
            let names = [Some(&host.wwnn), Some(&host.wwpn)];
            names.into_iter().chain(parents.map(Option::as_ref)).flatten().try_for_each(check_wwn)
        }
    }
}

/// A world-wide name: sixteen hexadecimal digits.
fn check_wwn(wwn: &Text) -> Result<(), Error> {
    let digits = wwn.strip_prefix("0x").unwrap_or(wwn);
    if digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Error::internal(format!("Malformed wwn: {}", &**wwn)))
}

fn drop_parts(source: &mut PoolSource, kind: &PoolKind) {
    if !kind.has(Part::Host) {
        source.hosts.clear();
    }
    if !kind.has(Part::Device) {
        source.devices.clear();
    }
    if !kind.has(Part::Dir) {
        source.dir = None;
    }
    if !kind.has(Part::Adapter) {
        source.adapter = None;
    }
    if !kind.has(Part::Name) {
        source.name = None;
    }
    if !kind.has(Part::Initiator) {
        source.initiator = None;
    }
}

/// Nobody in particular is as good as not said.
fn forget_nobody(permissions: &mut Permissions) {
    let somebody = |id: Option<Id>| id.filter(|id| id.0.is_some());
    permissions.owner = somebody(permissions.owner);
    permissions.group = somebody(permissions.group);
}

/// A path without double slashes, nor one at its end; two at the beginning stay.
fn tidy_path(path: &str) -> Text {
    let mut tidy = String::with_capacity(path.len());
    let keeps_two = path.starts_with("//") && !path.starts_with("///");
    if keeps_two {
        tidy.push('/');
    }
    for letter in path.chars().skip(usize::from(keeps_two)) {
        let doubled = letter == '/' && tidy.ends_with('/') && !(keeps_two && tidy == "/");
        if !doubled {
            tidy.push(letter);
        }
    }
    while tidy.len() > 1 && tidy.ends_with('/') && tidy != "//" {
        tidy.pop();
    }
    Text::from(tidy.as_str())
}

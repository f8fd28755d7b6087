//! Guests as machines of systemd's: each gets a scope, a unit with a control group that systemd leaves to us
//! but for what divides between it and its siblings.
//!
//! [`Machined`] connects to the system bus when it is first asked, and again when the bus was restarted. Every
//! call has a deadline.
//!
//! **Source**: org.freedesktop.machine1(5), org.freedesktop.systemd1(5).
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use trace::probes;
use zbus::{Connection, Variant, fdo};

/// How long the bus and a service there may take together; systemd starts a unit meanwhile.
const DEADLINE: Duration = Duration::from_secs(10);

/// Who is asked: a name on the bus, an object of its, and which of its interfaces.
struct Service {
    name: &'static str,
    path: &'static str,
    interface: &'static str,
}

const MACHINES: Service = Service {
    name: "org.freedesktop.machine1",
    path: "/org/freedesktop/machine1",
    interface: "org.freedesktop.machine1.Manager",
};
const UNITS: Service = Service {
    name: "org.freedesktop.systemd1",
    path: "/org/freedesktop/systemd1",
    interface: "org.freedesktop.systemd1.Manager",
};

/// A guest to be registered.
#[derive(Debug, Clone, Copy)]
pub struct Machine<'m> {
    /// Its name among all machines of the host. **Shape**: a host name's.
    pub name: &'m str,
    /// What it is for good.
    pub uuid: [u8; 16],
    /// Its first process, which is put into the scope.
    pub leader: u32,
    /// The unit that the scope is to be part of, such as `machine.slice`.
    pub slice: &'m str,
}

/// A figure of a unit that systemd writes into its control group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitProperty<'p> {
    /// Weight of its time on CPUs, 1 to 10000.
    CpuWeight(u64),
    /// Weight of its traffic with block devices, 1 to 10000.
    IoWeight(u64),
    /// The same at one device, which is named by its path.
    IoDeviceWeight(&'p str, u64),
}

/// Why there is no scope, or no change of one.
#[derive(Debug, thiserror::Error)]
pub enum MachinedError {
    /// There is no bus, or the service is not on it: nobody who could be asked.
    #[error("systemd's machines are not there: {0}")]
    Absent(String),
    /// No answer came in time.
    #[error("systemd did not answer within {DEADLINE:?}")]
    Deadline,
    /// The service refused.
    #[error("{0}")]
    Refused(String),
}

/// systemd's registry of machines.
#[derive(Debug, Default)]
pub struct Machined {
    /// Where the bus is; none for where the system has it.
    address: Option<String>,
    connection: Mutex<Option<Connection>>,
}

impl Machined {
    /// The one at the system bus.
    pub fn new() -> Self {
        Self::default()
    }

    /// The one at another bus: a D-Bus address, such as `unix:path=/run/bus`.
    pub fn at(address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::default() }
    }

    /// Registers a guest, and puts its process into a scope of its own.
    ///
    /// # Errors
    /// [`MachinedError::Absent`] where guests are not registered; see [`MachinedError`].
    pub async fn register(&self, machine: &Machine<'_>) -> Result<(), MachinedError> {
        let properties = [
            ("Slice", Variant::from(machine.slice)),
            ("After", Variant::from(vec!["ferrovirtd.service"])),
            ("Before", Variant::from(vec!["virt-guest-shutdown.target"])),
        ];
        let Machine { name, uuid, leader, .. } = *machine;
        let (service, class, root) = ("libvirt-qemu", "vm", "");
        let arguments =
            (name, uuid.as_slice(), service, class, leader, root, properties.as_slice());
        self.call(&MACHINES, "CreateMachine", &arguments).await
    }

    /// Sets a figure of a unit until it goes.
    ///
    /// # Errors
    /// See [`MachinedError`].
    pub async fn set(&self, unit: &str, property: UnitProperty<'_>) -> Result<(), MachinedError> {
        let property = match property {
            UnitProperty::CpuWeight(weight) => ("CPUWeight", Variant::U64(weight)),
            UnitProperty::IoWeight(weight) => ("IOWeight", Variant::U64(weight)),
            UnitProperty::IoDeviceWeight(path, weight) => {
                ("IODeviceWeight", Variant::from(vec![(path, weight)]))
            }
        };
        let until_it_goes = true;
        let properties = [property];
        let arguments = (unit, until_it_goes, properties.as_slice());
        self.call(&UNITS, "SetUnitProperties", &arguments).await
    }

    async fn call<B>(
        &self,
        service: &Service,
        method: &str,
        arguments: &B,
    ) -> Result<(), MachinedError>
    where
        B: zbus::export::serde::Serialize + zbus::Type,
    {
        let Service { name, path, interface } = *service;
        let asked = async {
            let connection = self.connection().await?;
            probes::dbus_method_call(interface, method, path, name);
            let reply =
                connection.call_method(Some(name), path, Some(interface), method, arguments);
            match reply.await {
                Ok(_) => {
                    probes::dbus_method_reply(interface, method, path, name);
                    Ok(())
                }
                Err(error) => {
                    let (named, text) = (|| error_name(&error), || error.to_string());
                    probes::dbus_method_error(interface, method, path, name, &named, &text);
                    Err(fault(error))
                }
            }
        };
        tokio::time::timeout(DEADLINE, asked).await.unwrap_or(Err(MachinedError::Deadline))
    }

    /// The connection that is there, or a new one.
    async fn connection(&self) -> Result<Connection, MachinedError> {
        let known = self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| !known.is_closed()) {
            return Ok(known);
        }
        let builder = match &self.address {
            Some(address) => zbus::connection::Builder::address(address.as_str()),
            None => zbus::connection::Builder::system(),
        };
        let new =
            builder.build().await.map_err(|error| MachinedError::Absent(error.to_string()))?;
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = Some(new.clone());
        Ok(new)
    }
}

/// Whether systemd runs the machine whose files are below `root`. **Source**: sd_booted(3).
pub fn is_booted(root: &Path) -> bool {
    root.join("run/systemd/system").is_dir()
}

/// The unit of systemd's for a group of other units: `/machine/web` is `machine-web.slice`.
pub fn slice(partition: &str) -> String {
    let parts = partition.split('/').filter(|part| !part.is_empty());
    let parts: Vec<String> = parts
        // What somebody else's convention added has no meaning here.
        .map(|part| part.strip_suffix(".slice").or(part.strip_suffix(".partition")).unwrap_or(part))
        .map(escaped)
        .collect();
    if parts.is_empty() {
        return "-.slice".to_owned();
    }
    format!("{}.slice", parts.join("-"))
}

/// A name as part of a unit's. **Source**: systemd.unit(5), escaping.
fn escaped(part: &str) -> String {
    let mut text = String::new();
    for (at, byte) in part.bytes().enumerate() {
        let stays =
            byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_') || byte == b'.' && at > 0;
        match stays {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text
}

/// The name of an error that came over the bus; empty for one of our own side.
fn error_name(error: &zbus::Error) -> String {
    match error {
        zbus::Error::MethodError(name, ..) => name.to_string(),
        _ => String::new(),
    }
}

fn fault(error: zbus::Error) -> MachinedError {
    match error {
        zbus::Error::FDO(error) => match *error {
            fdo::Error::ServiceUnknown(text) | fdo::Error::NameHasNoOwner(text) => {
                MachinedError::Absent(text)
            }
            other => MachinedError::Refused(other.to_string()),
        },
        zbus::Error::MethodError(name, text, _) => {
            let text = text.unwrap_or_else(|| name.to_string());
            let absent = [
                "org.freedesktop.DBus.Error.ServiceUnknown",
                "org.freedesktop.DBus.Error.NameHasNoOwner",
                "org.freedesktop.DBus.Error.Spawn",
                "org.freedesktop.systemd1.LoadFailed",
            ];
            match absent.iter().any(|start| name.starts_with(start)) {
                true => MachinedError::Absent(text),
                false => MachinedError::Refused(text),
            }
        }
        other => MachinedError::Refused(other.to_string()),
    }
}

//! Rules of what is handed to QEMU as it is.

use super::refuse;
use crate::Error;
use crate::domain::namespace::{Property, PropertyType, QemuNamespace};

/// Refuses an environment, or a value, that could not be handed on.
pub(super) fn check_written(namespace: &QemuNamespace) -> Result<(), Error> {
    for variable in namespace.commandline.iter().flat_map(|line| &line.env) {
        let begins = |b: u8| b.is_ascii_alphabetic() || b == b'_';
        refuse(!variable.name.bytes().next().is_some_and(begins), || {
            Error::internal("Invalid environment name, it must begin with a letter or underscore")
        })?;
        refuse(!variable.name.bytes().all(|b| begins(b) || b.is_ascii_digit()), || {
            Error::internal(
                "Invalid environment name, it must contain only alphanumerics and underscore",
            )
        })?;
    }
    let devices = namespace.overrides.iter().flat_map(|overrides| &overrides.devices);
    devices.flat_map(|device| &device.frontend.properties).try_for_each(check_property)
}

fn check_property(property: &Property) -> Result<(), Error> {
    let value = property.value.as_deref().unwrap_or_default();
    let suits = match property.kind {
        PropertyType::Signed => value.parse::<i64>().is_ok(),
        PropertyType::Unsigned => value.parse::<u64>().is_ok(),
        PropertyType::Bool => matches!(value, "true" | "false"),
        PropertyType::String | PropertyType::Remove => true,
    };
    refuse(!suits, || {
        Error::xml(format!("invalid value '{value}' of 'value' attribute of 'qemu:property'"))
    })
}

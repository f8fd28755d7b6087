//! Rules of firmware.

use crate::domain::Domain;
use crate::domain::os::{Firmware, LoaderType};
use crate::{Error, YesNo};

/// Refuses firmware that cannot be what it says.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    let os = &domain.os;
    let automatic = os.firmware.is_some();
    let Some(loader) = &os.loader else {
        return match &os.nvram {
            Some(_) if os.firmware == Some(Firmware::Bios) => {
                Err(Error::detail("Only EFI firmware permits NVRAM"))
            }
            _ => Ok(()),
        };
    };
    if automatic {
        if !loader.path.is_empty() {
            return Err(Error::detail(
                "loader path cannot be specified when firmware autoselection is enabled",
            ));
        }
        if loader.secure.is_some()
            && os.firmware == Some(Firmware::Efi)
            && loader.secure == Some(YesNo::No)
        {
            return Err(Error::detail(
                "loader attribute 'secure' cannot be specified when firmware autoselection is enabled",
            ));
        }
        let stateful = loader.stateless == Some(YesNo::No) || os.nvram.is_some();
        if os.firmware != Some(Firmware::Efi) && stateful {
            return Err(Error::detail("Only EFI firmware permits NVRAM"));
        }
    } else {
        if loader.path.is_empty() {
            return Err(Error::detail(
                "no loader path specified and firmware auto selection disabled",
            ));
        }
        if loader.kind != Some(LoaderType::Pflash)
            && (loader.stateless == Some(YesNo::No) || os.nvram.is_some())
        {
            return Err(Error::detail("Only pflash loader type permits NVRAM"));
        }
        if loader.kind == Some(LoaderType::Pflash) && !domain.features.acpi {
            return Err(Error::unsupported("UEFI requires ACPI on this architecture"));
        }
    }
    if loader.stateless == Some(YesNo::Yes)
        && let Some(nvram) = &os.nvram
    {
        let what = if nvram.template.is_some() { "NVRAM template" } else { "NVRAM" };
        return Err(Error::detail(format!("{what} is not permitted when loader is stateless")));
    }
    Ok(())
}

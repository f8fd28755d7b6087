//! Rules of firmware.

use super::{features, refuse};
use crate::domain::Domain;
use crate::domain::complete::Chipset;
use crate::domain::os::{Firmware, FirmwareFeatureName, Loader, LoaderType, Nvram, NvramPlace, Os};
use crate::{Error, OnOff, YesNo};

/// Refuses firmware that cannot be what it says.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    let os = &domain.os;
    let automatic = os.firmware.is_some();
    features::check_uefi(domain)?;
    check_features(os)?;
    refuse(os.acpi.as_ref().is_some_and(|acpi| acpi.tables.len() > 1), || {
        Error::xml("Only one acpi table is supported")
    })?;
    let kept = |nvram: &Nvram| nvram.template.is_some() || nvram.place != NvramPlace::Default;
    let Some(loader) = &os.loader else {
        return match &os.nvram {
            Some(nvram) if os.firmware == Some(Firmware::Bios) && kept(nvram) => {
                Err(Error::detail("Only EFI firmware permits NVRAM"))
            }
            Some(_) if !automatic => {
                Err(Error::detail("no loader path specified and firmware auto selection disabled"))
            }
            _ => Ok(()),
        };
    };
    check_secure(domain, loader)?;
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
        refuse(loader.readonly.is_some(), || {
            Error::detail(
                "loader attribute 'readonly' cannot be specified when firmware autoselection is enabled",
            )
        })?;
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

/// What the firmware is chosen by.
fn check_features(os: &Os) -> Result<(), Error> {
    let automatic = os.firmware.is_some();
    let template = os.nvram.as_ref().is_some_and(|nvram| nvram.template.is_some());
    refuse(os.firmware == Some(Firmware::Efi) && template, || {
        Error::detail(
            "nvram attribute 'template' cannot be specified when firmware autoselection is enabled",
        )
    })?;
    let Some(features) = &os.firmware_features else { return Ok(()) };
    refuse(!automatic, || {
        Error::detail(
            "cannot use feature-based firmware autoselection when firmware autoselection is disabled",
        )
    })?;
    let says = |name, enabled| {
        features.features.iter().any(|feature| feature.name == name && feature.enabled == enabled)
    };
    let contradicts = says(FirmwareFeatureName::EnrolledKeys, YesNo::Yes)
        && says(FirmwareFeatureName::SecureBoot, YesNo::No);
    refuse(contradicts, || {
        Error::detail(
            "firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is disabled",
        )
    })
}

/// Only q35 can keep its firmware from its guest.
fn check_secure(domain: &Domain, loader: &Loader) -> Result<(), Error> {
    if loader.secure != Some(YesNo::Yes) {
        return Ok(());
    }
    refuse(Chipset::of(domain) != Chipset::Q35, || {
        Error::unsupported("Secure boot is supported with q35 machine types only")
    })?;
    if domain.os.firmware.is_some() {
        return Ok(());
    }
    let managed = domain.features.smm.as_ref().is_some_and(|smm| smm.state == Some(OnOff::On));
    refuse(!managed, || Error::unsupported("Secure boot requires SMM feature enabled"))
}

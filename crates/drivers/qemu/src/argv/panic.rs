//! `<panic>`

use config::Error;
use config::domain::address::Address;
use config::domain::peripheral::PanicModel;

use super::Result;
use super::line::{Line, alias};
use super::props::Props;

impl Line<'_> {
    /// `<panic>`; Hyper-V's is part of the processor.
    pub(super) fn panics(&mut self) -> Result<()> {
        for panic in &self.domain.devices.panics {
            match panic.model.unwrap_or(PanicModel::Isa) {
                PanicModel::Isa => {
                    let base = match &panic.info.address {
                        Some(Address::Isa(isa)) => isa.iobase.map(|base| base.0),
                        _ => None,
                    };
                    let mut props = Props::driver("pvpanic");
                    props.set("ioport", base);
                    self.device(props)?;
                }
                PanicModel::Pvpanic => {
                    let mut props = Props::driver("pvpanic-pci");
                    props.set("id", alias(&panic.info)?);
                    self.place(&mut props, &panic.info)?;
                    self.device(props)?;
                }
                PanicModel::Hyperv => {}
                model @ (PanicModel::Pseries | PanicModel::S390) => {
                    return Err(Error::unsupported(format!(
                        "panic device of model '{model}' is not supported"
                    )));
                }
            }
        }
        Ok(())
    }
}

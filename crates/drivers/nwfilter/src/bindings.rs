//! Bindings of filters to cards: there are none, as no card's packets pass a filter yet.

use api::remote::*;
use api::{Error, ErrorCode};
use definitions::{answers, flags};

use crate::driver::NwfilterDriver;
use crate::kind::NWFILTER;

answers! { NwfilterDriver;
    ConnectListAllNwfilterBindings(_driver, args) => {
        flags::only(args.flags, 0, NWFILTER, "nwfilterConnectListAllNWFilterBindings")?;
        Ok(ConnectListAllNwfilterBindingsRet::default())
    };
    NwfilterBindingLookupByPortDev(_driver, args) => Err(no_binding(&args.name));
    NwfilterBindingGetXmlDesc(_driver, args) => Err(no_binding(&args.nwfilter.portdev));
    NwfilterBindingDelete(_driver, args) => Err(no_binding(&args.nwfilter.portdev));
    NwfilterBindingCreateXml(_driver, _) => {
        let detail = "network filters are not bound to cards yet, only defined";
        Err(Error::operation_unsupported(NWFILTER, detail))
    };
}

/// `card` is its name on the host.
pub(crate) fn no_binding(card: &str) -> Error {
    let detail = format!("no nwfilter binding for port dev '{card}'");
    Error::new(ErrorCode::NO_NWFILTER_BINDING, NWFILTER, detail)
}

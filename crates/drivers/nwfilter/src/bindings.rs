//! Bindings of filters to cards: there are none, as no card's packets pass a filter yet.

use api::Error;
use api::remote::*;
use definitions::{answers, flags};

use crate::driver::{NwfilterDriver, no_binding};
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

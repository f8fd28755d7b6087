//! Every procedure that the driver serves.

use api::remote::*;
use driver::Routes;

use crate::driver::NwfilterDriver;

/// The driver's table of contents, by subject.
pub(crate) fn routes() -> Routes<NwfilterDriver> {
    driver::routes! { NwfilterDriver:
        // Look-up
        ConnectNumOfNwfilters,
        ConnectListNwfilters,
        ConnectListAllNwfilters,
        NwfilterLookupByName,
        NwfilterLookupByUuid,
        NwfilterGetXmlDesc,
        // Definitions
        NwfilterDefineXml,
        NwfilterDefineXmlFlags,
        NwfilterUndefine,
        // Bindings
        ConnectListAllNwfilterBindings,
        NwfilterBindingLookupByPortDev,
        NwfilterBindingGetXmlDesc,
        NwfilterBindingCreateXml,
        NwfilterBindingDelete,
    }
}

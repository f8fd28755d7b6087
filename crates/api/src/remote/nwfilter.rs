//! Network filters and their bindings.

use xdr::List;

use super::shared::{NonnullNwfilter, NonnullNwfilterBinding};
use crate::{Uuid, limits, procedure::procedures};

procedures! { REMOTE
    /// Finds a network filter by its name.
    ///
    /// **Source**: `virNWFilterLookupByName`.
    NwfilterLookupByName = 175, Quick, access: [nwfilter.getattr], since: "0.8.0";
        args NwfilterLookupByNameArgs, ret NwfilterLookupByNameRet;
    /// Finds a network filter by its UUID.
    ///
    /// **Source**: `virNWFilterLookupByUUID`.
    NwfilterLookupByUuid = 176, Quick, access: [nwfilter.getattr], since: "0.8.0";
        args NwfilterLookupByUuidArgs, ret NwfilterLookupByUuidRet;
    /// The filter's document.
    ///
    /// **Source**: `virNWFilterGetXMLDesc`.
    NwfilterGetXmlDesc = 177, Quick, access: [nwfilter.read], since: "0.8.0";
        args NwfilterGetXmlDescArgs, ret NwfilterGetXmlDescRet;
    /// How many network filters there are.
    ///
    /// **Source**: `virConnectNumOfNWFilters`.
    ConnectNumOfNwfilters = 178, Quick, access: [connect.search_nwfilters], filter: nwfilter.getattr, since: "0.8.0";
        args (), ret ConnectNumOfNwfiltersRet;
    /// Names of the network filters, at most `maxnames`.
    ///
    /// **Source**: `virConnectListNWFilters`.
    ConnectListNwfilters = 179, Quick, access: [connect.search_nwfilters], filter: nwfilter.getattr, since: "0.8.0";
        args ConnectListNwfiltersArgs, ret ConnectListNwfiltersRet;
    /// Defines a network filter; cards that use it follow at once.
    ///
    /// **Source**: `virNWFilterDefineXML`.
    NwfilterDefineXml = 180, Quick, access: [nwfilter.write, nwfilter.save], since: "0.8.0";
        args NwfilterDefineXmlArgs, ret NwfilterDefineXmlRet;
    /// Takes away a filter that no card uses.
    ///
    /// **Source**: `virNWFilterUndefine`.
    NwfilterUndefine = 181, Quick, access: [nwfilter.delete], since: "0.8.0";
        args NwfilterUndefineArgs, ret ();
    /// The network filters.
    ///
    /// **Source**: `virConnectListAllNWFilters`.
    ConnectListAllNwfilters = 286, Quick, access: [connect.search_nwfilters], filter: nwfilter.getattr, since: "0.10.2";
        args ConnectListAllNwfiltersArgs, ret ConnectListAllNwfiltersRet;
    /// Finds what binds a filter to a card, by the host's name of the card.
    ///
    /// **Source**: `virNWFilterBindingLookupByPortDev`.
    NwfilterBindingLookupByPortDev = 397, Quick, access: [nwfilter_binding.getattr], since: "4.5.0";
        args NwfilterBindingLookupByPortDevArgs, ret NwfilterBindingLookupByPortDevRet;
    /// The binding's document.
    ///
    /// **Source**: `virNWFilterBindingGetXMLDesc`.
    NwfilterBindingGetXmlDesc = 398, Quick, access: [nwfilter_binding.read], since: "4.5.0";
        args NwfilterBindingGetXmlDescArgs, ret NwfilterBindingGetXmlDescRet;
    /// Binds a filter to a card.
    ///
    /// **Source**: `virNWFilterBindingCreateXML`.
    NwfilterBindingCreateXml = 399, Quick, access: [nwfilter_binding.create], since: "4.5.0";
        args NwfilterBindingCreateXmlArgs, ret NwfilterBindingCreateXmlRet;
    /// Takes the filter from a card.
    ///
    /// **Source**: `virNWFilterBindingDelete`.
    NwfilterBindingDelete = 400, Quick, access: [nwfilter_binding.delete], since: "4.5.0";
        args NwfilterBindingDeleteArgs, ret ();
    /// All that binds filters to cards.
    ///
    /// **Source**: `virConnectListAllNWFilterBindings`.
    ConnectListAllNwfilterBindings = 401, Quick, access: [connect.search_nwfilter_bindings], filter: nwfilter_binding.getattr, since: "4.5.0";
        args ConnectListAllNwfilterBindingsArgs, ret ConnectListAllNwfilterBindingsRet;
    /// As [`NwfilterDefineXml`], by flag validated first.
    ///
    /// **Source**: `virNWFilterDefineXMLFlags`.
    NwfilterDefineXmlFlags = 431, Quick, access: [nwfilter.write, nwfilter.save], since: "7.7.0";
        args NwfilterDefineXmlFlagsArgs, ret NwfilterDefineXmlFlagsRet;
}

xdr::structs! {
    /// Results of [`ConnectNumOfNwfilters`].
    pub struct ConnectNumOfNwfiltersRet {
        num: i32,
    }

    /// Arguments of [`ConnectListNwfilters`].
    pub struct ConnectListNwfiltersArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListNwfilters`].
    pub struct ConnectListNwfiltersRet {
        names: List<String, { limits::NWFILTER_LIST_MAX }>,
    }

    /// Arguments of [`NwfilterLookupByUuid`].
    pub struct NwfilterLookupByUuidArgs {
        uuid: Uuid,
    }

    /// Results of [`NwfilterLookupByUuid`].
    pub struct NwfilterLookupByUuidRet {
        nwfilter: NonnullNwfilter,
    }

    /// Arguments of [`NwfilterLookupByName`].
    pub struct NwfilterLookupByNameArgs {
        name: String,
    }

    /// Results of [`NwfilterLookupByName`].
    pub struct NwfilterLookupByNameRet {
        nwfilter: NonnullNwfilter,
    }

    /// Arguments of [`NwfilterDefineXml`].
    pub struct NwfilterDefineXmlArgs {
        xml: String,
    }

    /// Results of [`NwfilterDefineXml`].
    pub struct NwfilterDefineXmlRet {
        nwfilter: NonnullNwfilter,
    }

    /// Arguments of [`NwfilterDefineXmlFlags`].
    pub struct NwfilterDefineXmlFlagsArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`NwfilterDefineXmlFlags`].
    pub struct NwfilterDefineXmlFlagsRet {
        nwfilter: NonnullNwfilter,
    }

    /// Arguments of [`NwfilterUndefine`].
    pub struct NwfilterUndefineArgs {
        nwfilter: NonnullNwfilter,
    }

    /// Arguments of [`NwfilterGetXmlDesc`].
    pub struct NwfilterGetXmlDescArgs {
        nwfilter: NonnullNwfilter,
        flags: u32,
    }

    /// Results of [`NwfilterGetXmlDesc`].
    pub struct NwfilterGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`ConnectListAllNwfilters`].
    pub struct ConnectListAllNwfiltersArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllNwfilters`].
    pub struct ConnectListAllNwfiltersRet {
        filters: List<NonnullNwfilter, { limits::NWFILTER_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`NwfilterBindingLookupByPortDev`].
    pub struct NwfilterBindingLookupByPortDevArgs {
        name: String,
    }

    /// Results of [`NwfilterBindingLookupByPortDev`].
    pub struct NwfilterBindingLookupByPortDevRet {
        nwfilter: NonnullNwfilterBinding,
    }

    /// Arguments of [`NwfilterBindingCreateXml`].
    pub struct NwfilterBindingCreateXmlArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`NwfilterBindingCreateXml`].
    pub struct NwfilterBindingCreateXmlRet {
        nwfilter: NonnullNwfilterBinding,
    }

    /// Arguments of [`NwfilterBindingDelete`].
    pub struct NwfilterBindingDeleteArgs {
        nwfilter: NonnullNwfilterBinding,
    }

    /// Arguments of [`NwfilterBindingGetXmlDesc`].
    pub struct NwfilterBindingGetXmlDescArgs {
        nwfilter: NonnullNwfilterBinding,
        flags: u32,
    }

    /// Results of [`NwfilterBindingGetXmlDesc`].
    pub struct NwfilterBindingGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`ConnectListAllNwfilterBindings`].
    pub struct ConnectListAllNwfilterBindingsArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllNwfilterBindings`].
    pub struct ConnectListAllNwfilterBindingsRet {
        bindings: List<NonnullNwfilterBinding, { limits::NWFILTER_BINDING_LIST_MAX }>,
        ret: u32,
    }
}

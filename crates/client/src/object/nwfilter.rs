//! Network filters.

use api::remote;
use api::{NWFilterDefineFlags, Uuid};

use super::{object, object_calls};
use crate::connection::Connection;
use crate::error::Result;

object! {
    /// A network filter of a connection.
    Nwfilter(NonnullNwfilter) by nwfilter
}

impl Nwfilter {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.reference.name
    }
}

object_calls! { Nwfilter as nwfilter;
    /// Its document.
    ///
    /// # Errors
    /// Code 62 when it is gone.
    xml() -> String = |ret: remote::NwfilterGetXmlDescRet| ret.xml,
        NwfilterGetXmlDesc, NwfilterGetXmlDescArgs { flags: 0 };

    /// Takes its definition away.
    ///
    /// # Errors
    /// Code 62 when it is gone, 55 while a card uses it.
    undefine(), NwfilterUndefine, NwfilterUndefineArgs {};
}

impl Connection {
    /// All network filters.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn nwfilters(&self) -> Result<Vec<Nwfilter>> {
        let args = remote::ConnectListAllNwfiltersArgs { need_results: 1, flags: 0 };
        let ret = self.call::<remote::ConnectListAllNwfilters>(args).await?;
        Ok(ret.filters.into_iter().map(|reference| self.nwfilter(reference)).collect())
    }

    /// The filter with this name.
    ///
    /// # Errors
    /// Code 62 when there is none.
    pub async fn nwfilter_named(&self, name: &str) -> Result<Nwfilter> {
        let args = remote::NwfilterLookupByNameArgs { name: name.to_owned() };
        Ok(self.nwfilter(self.call::<remote::NwfilterLookupByName>(args).await?.nwfilter))
    }

    /// The filter with this UUID.
    ///
    /// # Errors
    /// Code 62 when there is none.
    pub async fn nwfilter_with(&self, uuid: Uuid) -> Result<Nwfilter> {
        let args = remote::NwfilterLookupByUuidArgs { uuid };
        Ok(self.nwfilter(self.call::<remote::NwfilterLookupByUuid>(args).await?.nwfilter))
    }

    /// Defines a network filter, or changes its definition.
    ///
    /// # Errors
    /// What is wrong with the document; code 9 when name or UUID belong to another, or it would
    /// lead to itself.
    pub async fn define_nwfilter(&self, xml: &str, flags: NWFilterDefineFlags) -> Result<Nwfilter> {
        let xml = xml.to_owned();
        if flags.is_empty() {
            let args = remote::NwfilterDefineXmlArgs { xml };
            return Ok(self.nwfilter(self.call::<remote::NwfilterDefineXml>(args).await?.nwfilter));
        }
        let args = remote::NwfilterDefineXmlFlagsArgs { xml, flags: flags.0 };
        Ok(self.nwfilter(self.call::<remote::NwfilterDefineXmlFlags>(args).await?.nwfilter))
    }
}

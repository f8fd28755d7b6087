//! Finding and listing filters, and their documents.

use api::Result;
use api::remote::*;
use api::xdr::List;
use definitions::{answers, at_most, count, flags};
use driver::{CallContext, Handler};

use crate::driver::{NwfilterDriver, reference};
use crate::kind::NWFILTER;

answers! { NwfilterDriver;
    NwfilterLookupByName(driver, args) => {
        let nwfilter = reference(&*driver.filters.named(&args.name)?);
        Ok(NwfilterLookupByNameRet { nwfilter })
    };
    NwfilterLookupByUuid(driver, args) => {
        let nwfilter = reference(&*driver.filters.find(args.uuid, "")?);
        Ok(NwfilterLookupByUuidRet { nwfilter })
    };
    NwfilterGetXmlDesc(driver, args) => {
        flags::only(args.flags, 0, NWFILTER, "nwfilterGetXMLDesc")?;
        Ok(NwfilterGetXmlDescRet { xml: driver.find(&args.nwfilter)?.view()?.document.format() })
    };
}

impl Handler<ConnectListAllNwfilters> for NwfilterDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListAllNwfiltersArgs,
    ) -> Result<ConnectListAllNwfiltersRet> {
        flags::only(args.flags, 0, NWFILTER, "nwfilterConnectListAllNWFilters")?;
        let all = self.filters.visible(cx).await;
        let ret = count(all.len()).cast_unsigned();
        let wanted = all.iter().filter(|_| args.need_results != 0);
        let filters = wanted.map(|(filter, _)| reference(filter)).collect();
        Ok(ConnectListAllNwfiltersRet { filters: List(filters), ret })
    }
}

impl Handler<ConnectListNwfilters> for NwfilterDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListNwfiltersArgs,
    ) -> Result<ConnectListNwfiltersRet> {
        let most = at_most(args.maxnames, NWFILTER, "maxnames in virConnectListNWFilters")?;
        let all = self.filters.visible(cx).await;
        let names = all.iter().map(|(filter, _)| filter.name.clone());
        Ok(ConnectListNwfiltersRet { names: List(names.take(most).collect()) })
    }
}

impl Handler<ConnectNumOfNwfilters> for NwfilterDriver {
    async fn handle(&self, cx: &CallContext, (): ()) -> Result<ConnectNumOfNwfiltersRet> {
        Ok(ConnectNumOfNwfiltersRet { num: count(self.filters.visible(cx).await.len()) })
    }
}

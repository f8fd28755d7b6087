//! Definitions: making them and taking them away.

use std::collections::HashMap;
use std::sync::Arc;

use api::remote::*;
use api::{Error, NWFilterDefineFlags, Result};
use config::nwfilter::NwFilter;
use definitions::{Candidate, Check, Kind, Others, SystemEntropy, document_error, flags};
use driver::{CallContext, Handler};

use crate::driver::{NwfilterDriver, reference};
use crate::kind::{Filters, NWFILTER};

impl Handler<NwfilterDefineXml> for NwfilterDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: NwfilterDefineXmlArgs,
    ) -> Result<NwfilterDefineXmlRet> {
        Ok(NwfilterDefineXmlRet { nwfilter: self.define(cx, &args.xml, Check::Rules).await? })
    }
}

impl Handler<NwfilterDefineXmlFlags> for NwfilterDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: NwfilterDefineXmlFlagsArgs,
    ) -> Result<NwfilterDefineXmlFlagsRet> {
        let validate = NWFilterDefineFlags::NWFILTER_DEFINE_VALIDATE.0;
        flags::only(args.flags, validate, NWFILTER, "nwfilterDefineXMLFlags")?;
        let check = if args.flags & validate == 0 { Check::Rules } else { Check::Schema };
        Ok(NwfilterDefineXmlFlagsRet { nwfilter: self.define(cx, &args.xml, check).await? })
    }
}

impl NwfilterDriver {
    async fn define(&self, cx: &CallContext, xml: &str, check: Check) -> Result<NonnullNwfilter> {
        let refused = |error| document_error(&error, NWFILTER);
        let mut filter = NwFilter::parse(xml).map_err(refused)?;
        if check == Check::Schema {
            config::refuse_unprinted(xml, &filter.format()).map_err(refused)?;
        }
        filter.complete(&mut SystemEntropy);
        let (filter, _) = self.filters.define(cx, &candidate(filter)?).await?;
        Ok(reference(&filter))
    }
}

fn candidate(filter: NwFilter) -> Result<Candidate<Filters>> {
    let uuid = Filters::uuid(&filter)
        .ok_or_else(|| Error::internal(NWFILTER, "the definition has no uuid"))?;
    let (name, identity) = (Filters::name(&filter), Filters::identity(&filter));
    let complete = Box::new(move |others: &Others<'_, Filters>| {
        if leads_to_itself(&filter, others.documents()) {
            return Err(Error::operation_failed(NWFILTER, "filter would introduce a loop"));
        }
        Ok(filter.clone())
    });
    Ok(Candidate { uuid, name, identity, complete })
}

/// Whether one comes back to a filter by following what filters name.
fn leads_to_itself(filter: &NwFilter, others: impl Iterator<Item = Arc<NwFilter>>) -> bool {
    let others: HashMap<String, Arc<NwFilter>> =
        others.map(|other| (Filters::name(&other), other)).collect();
    let itself = filter.name.as_str();
    let mut seen: Vec<&str> = Vec::new();
    let mut ahead: Vec<&str> = filter.includes().collect();
    while let Some(name) = ahead.pop() {
        if name == itself {
            return true;
        }
        if !seen.contains(&name) {
            seen.push(name);
            ahead.extend(others.get(name).into_iter().flat_map(|other| other.includes()));
        }
    }
    false
}

impl Handler<NwfilterUndefine> for NwfilterDriver {
    async fn handle(&self, _: &CallContext, args: NwfilterUndefineArgs) -> Result<()> {
        let filter = self.find(&args.nwfilter)?;
        self.filters.undefine(&filter).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use config::nwfilter::NwFilter;

    use super::leads_to_itself;

    fn filter(name: &str, names: &[&str]) -> NwFilter {
        let names: String = names.iter().map(|it| format!("<filterref filter='{it}'/>")).collect();
        NwFilter::parse(&format!("<filter name='{name}'>{names}</filter>")).unwrap()
    }

    #[test]
    fn filters_name_others_but_never_in_a_circle() {
        let leads = |names: &[&str]| {
            let others =
                [filter("b", &["c"]), filter("c", &["d", "b2"]), filter("d", &["c2", "a"])];
            leads_to_itself(&filter("a", names), others.into_iter().map(Arc::new))
        };
        assert!(leads(&["a"]) && leads(&["x", "b"]) && leads(&["d"]));
        assert!(!leads(&[]) && !leads(&["x"]) && !leads(&["b2"]));
    }
}

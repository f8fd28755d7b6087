//! `fv nwfilter-list`: list network filters.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::selection::JSON;
use crate::table::Table;

command!("nwfilter-list", "List network filters", [JSON]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let mut filters = cx.connection().await?.nwfilters().await?;
    filters.sort_by_cached_key(|filter| filter.name().to_lowercase());
    if args.has("json") {
        let list = filters.iter().map(|filter| {
            serde_json::json!({ "name": filter.name(), "uuid": filter.uuid().to_string() })
        });
        return cx.json(&list.collect());
    }
    let mut table = Table::new(["UUID", "Name"]);
    for filter in &filters {
        table.row([filter.uuid().to_string(), filter.name().to_owned()]);
    }
    cx.print(&table.render(cx.is_quiet()))
}

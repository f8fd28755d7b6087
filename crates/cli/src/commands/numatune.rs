//! `fv numatune`: show or set which nodes of the host a domain's memory comes from.

use ferrovirt::{TypedParam, TypedParamValue};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("numatune", "Show or set which nodes of the host memory comes from", [
    DOMAIN,
    Opt::named("mode", "strict, preferred, interleave or restrictive"),
    Opt::named("nodeset", "the nodes"),
    CONFIG,
    LIVE,
    CURRENT,
]);

/// Modes by their numbers. **Source**: `virDomainNumatuneMemMode`.
const MODES: [&str; 4] = ["strict", "preferred", "interleave", "restrictive"];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let mut params = Vec::new();
    if let Some(nodes) = args.value("nodeset") {
        let value = TypedParamValue::String(nodes.to_owned());
        params.push(TypedParam { field: "numa_nodeset".to_owned(), value });
    }
    if let Some(mode) = args.value("mode") {
        let value = TypedParamValue::Int(number(mode)?);
        params.push(TypedParam { field: "numa_mode".to_owned(), value });
    }
    if params.is_empty() {
        let failed = || "Unable to get number of memory parameters".to_owned();
        let found = domain.numa_placement(impact).await.while_doing(failed)?;
        return cx.print(&found.iter().map(line).collect::<String>());
    }
    let done = domain.set_numa_placement(params, impact).await;
    done.while_doing(|| "Unable to change numa parameters".to_owned())
}

fn number(mode: &str) -> Result<i32, Failure> {
    let known = MODES.iter().position(|known| *known == mode);
    let number = known.and_then(|at| i32::try_from(at).ok()).or_else(|| mode.parse().ok());
    number.ok_or_else(|| Failure::new(format!("Invalid mode: {mode}")))
}

fn line(param: &TypedParam) -> String {
    let name = match param.value {
        TypedParamValue::Int(mode) => usize::try_from(mode).ok().and_then(|mode| MODES.get(mode)),
        _ => None,
    };
    let text = name.map_or_else(|| super::value_text(&param.value), |name| (*name).to_owned());
    format!("{:<15}: {text}\n", param.field)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_mode_is_a_name_or_a_number() {
        assert_eq!(number("interleave"), Ok(2));
        assert_eq!(number("9"), Ok(9));
        assert!(number("junk").is_err());
    }
}

//! `fv memtune`: show or set limits of a domain's memory on the host.

use ferrovirt::{TypedParam, TypedParamValue};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};
use crate::units;

command!("memtune", "Show or set limits of memory on the host", [
    DOMAIN,
    Opt::named("hard-limit", "most memory, in KiB unless it has a unit; -1 for no limit"),
    Opt::named("soft-limit", "memory when there is little"),
    Opt::named("swap-hard-limit", "most memory and swap"),
    Opt::named("min-guarantee", "least memory"),
    CONFIG,
    LIVE,
    CURRENT,
]);

/// What a limit is called that is none. **Source**: `VIR_DOMAIN_MEMORY_PARAM_UNLIMITED`.
const UNLIMITED_KIB: u64 = 9_007_199_254_740_991;

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let mut params = Vec::new();
    for option in ["hard-limit", "soft-limit", "swap-hard-limit", "min-guarantee"] {
        if args.has(option) {
            let value = TypedParamValue::ULLong(limit_kib(args, option)?);
            params.push(TypedParam { field: option.replace('-', "_"), value });
        }
    }
    if params.is_empty() {
        let failed = || "Unable to get number of memory parameters".to_owned();
        let found = domain.memory_limits(impact).await.while_doing(failed)?;
        return cx.print(&found.iter().map(line).collect::<String>());
    }
    let done = domain.set_memory_limits(params, impact).await;
    done.while_doing(|| "Unable to change memory parameters".to_owned())
}

fn limit_kib(args: &Args, option: &str) -> Result<u64, Failure> {
    if args.value(option) == Some("-1") {
        return Ok(UNLIMITED_KIB);
    }
    let failed = || format!("Unable to parse integer parameter {option}");
    match units::size_kib(args, option) {
        Ok(limit @ ..=UNLIMITED_KIB) => Ok(limit),
        Ok(limit) => {
            let what = format!("numerical overflow: value too large: {limit}");
            Err(Failure::new(what).while_doing(failed()))
        }
        Err(_) => Err(Failure::new(failed())),
    }
}

fn line(param: &TypedParam) -> String {
    let text = match param.value {
        TypedParamValue::ULLong(UNLIMITED_KIB) => "unlimited".to_owned(),
        _ => super::value_text(&param.value),
    };
    format!("{:<15}: {text}\n", param.field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::find;

    #[test]
    fn a_limit_may_be_none() {
        let limit = |text: &str| {
            let words = ["g1".to_owned(), format!("--hard-limit={text}")].to_vec();
            limit_kib(&Args::parse(find("memtune").unwrap().syntax, words).unwrap(), "hard-limit")
        };
        assert_eq!(limit("-1"), Ok(UNLIMITED_KIB));
        assert_eq!(limit("2G"), Ok(2 << 20));
        assert!(limit("junk").is_err() && limit("9007199254740992").is_err());
        let value = TypedParamValue::ULLong(UNLIMITED_KIB);
        assert_eq!(line(&TypedParam { field: "soft_limit".into(), value }), "soft_limit     : unlimited\n");
    }
}

//! `fv domstats`: show figures of many domains.

use ferrovirt::{DomainStats, StatsFlags, StatsGroups, TypedParamValue};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::JSON;

command!("domstats", "Show figures of many domains", [
    Opt::flag("state", "state"),
    Opt::flag("cpu-total", "CPU time"),
    Opt::flag("balloon", "memory"),
    Opt::flag("vcpu", "virtual CPUs"),
    Opt::flag("interface", "network cards"),
    Opt::flag("block", "disks"),
    Opt::flag("perf", "performance events"),
    Opt::flag("iothread", "I/O threads"),
    Opt::flag("memory", "memory bandwidth"),
    Opt::flag("dirtyrate", "rate at which memory is written"),
    Opt::flag("vm", "counters of the hypervisor"),
    Opt::flag("list-active", "of those that run"),
    Opt::flag("list-inactive", "of those that do not run"),
    Opt::flag("list-persistent", "of those with a definition"),
    Opt::flag("list-transient", "of those without a definition"),
    Opt::flag("list-running", "of those that run and are not paused"),
    Opt::flag("list-paused", "of those that are paused"),
    Opt::flag("list-shutoff", "of those that are shut off"),
    Opt::flag("list-other", "of those in other states"),
    Opt::flag("raw", "values as they came"),
    Opt::flag("enforce", "fail when a group is missing"),
    Opt::flag("backing", "every layer of the disks"),
    Opt::flag("nowait", "do not wait for busy domains"),
    JSON,
    Opt::rest("domain", "domains by name, id or UUID"),
]);

const GROUPS: [(&str, u32); 11] = [
    ("state", StatsGroups::STATE.0),
    ("cpu-total", StatsGroups::CPU_TOTAL.0),
    ("balloon", StatsGroups::BALLOON.0),
    ("vcpu", StatsGroups::VCPU.0),
    ("interface", StatsGroups::INTERFACE.0),
    ("block", StatsGroups::BLOCK.0),
    ("perf", StatsGroups::PERF.0),
    ("iothread", StatsGroups::IOTHREAD.0),
    ("memory", StatsGroups::MEMORY.0),
    ("dirtyrate", StatsGroups::DIRTYRATE.0),
    ("vm", StatsGroups::VM.0),
];
const FILTERS: [(&str, u32); 8] = [
    ("list-active", StatsFlags::ACTIVE.0),
    ("list-inactive", StatsFlags::INACTIVE.0),
    ("list-persistent", StatsFlags::PERSISTENT.0),
    ("list-transient", StatsFlags::TRANSIENT.0),
    ("list-running", StatsFlags::RUNNING.0),
    ("list-paused", StatsFlags::PAUSED.0),
    ("list-shutoff", StatsFlags::SHUTOFF.0),
    ("list-other", StatsFlags::OTHER.0),
];
const HOW: [(&str, u32); 3] = [
    ("enforce", StatsFlags::ENFORCE_STATS.0),
    ("backing", StatsFlags::BACKING.0),
    ("nowait", StatsFlags::NOWAIT.0),
];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let (groups, filters) = (StatsGroups(args.bits(&GROUPS)), args.bits(&FILTERS));
    let mut domains = Vec::new();
    for word in args.rest() {
        domains.push(cx.domain(word).await?);
    }
    let flags = StatsFlags(args.bits(&HOW) | filters);
    let stats = cx.connection().await?.stats(groups, flags, &domains).await?;
    if args.has("json") {
        return cx.json(&stats.iter().map(json).collect());
    }
    let blocks: Vec<String> = stats.iter().map(block).collect();
    cx.print(&blocks.join("\n"))
}

fn block(stats: &DomainStats) -> String {
    let mut text = format!("Domain: '{}'\n", stats.domain.name);
    for param in &stats.params {
        text.push_str(&format!("  {}={}\n", param.field, value_text(&param.value)));
    }
    text
}

/// A value as virsh prints it.
pub(crate) fn value_text(value: &TypedParamValue) -> String {
    match value {
        TypedParamValue::Int(value) => value.to_string(),
        TypedParamValue::UInt(value) => value.to_string(),
        TypedParamValue::LLong(value) => value.to_string(),
        TypedParamValue::ULLong(value) => value.to_string(),
        TypedParamValue::Double(value) => format!("{value:.6}"),
        TypedParamValue::Boolean(true) => "yes".to_owned(),
        TypedParamValue::Boolean(false) => "no".to_owned(),
        TypedParamValue::String(value) => value.clone(),
    }
}

fn json(stats: &DomainStats) -> serde_json::Value {
    let value = |value: &TypedParamValue| match value {
        TypedParamValue::Int(value) => (*value).into(),
        TypedParamValue::UInt(value) => (*value).into(),
        TypedParamValue::LLong(value) => (*value).into(),
        TypedParamValue::ULLong(value) => (*value).into(),
        TypedParamValue::Double(value) => (*value).into(),
        TypedParamValue::Boolean(value) => (*value).into(),
        TypedParamValue::String(value) => serde_json::Value::from(value.as_str()),
    };
    let params = stats.params.iter().map(|param| (param.field.clone(), value(&param.value)));
    serde_json::json!({
        "name": stats.domain.name,
        "uuid": stats.domain.uuid.to_string(),
        "stats": serde_json::Value::Object(params.collect()),
    })
}

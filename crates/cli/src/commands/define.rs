//! `fv define`: define a domain from an XML file, and say what became of the document.

use config::domain::complete::GenericHost;
use config::domain::report::{Decision, Report};
use config::domain::{FormatFlags, ParseFlags};
use config::{Domain, NothingDrawn};
use ferrovirt::{DomainDefineFlags, DomainXMLFlags};
use serde_json::{Value, json};

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::table::Table;

command!("define", "Define a domain from an XML file", [
    Opt::value("file", "file with the document").required(),
    Opt::flag("validate", "check the document against the schema"),
    Opt::flag("report", "list what was defaulted, rewritten and ignored"),
    Opt::flag("json", "the report as JSON"),
    Opt::flag("dry-run", "define nothing: complete and check the document here"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let xml = context::read_file(file)?;
    let flags = DomainDefineFlags(args.bits(&[("validate", DomainDefineFlags::VALIDATE.0)]));
    if args.has("dry-run") {
        return dry_run(cx, args, file, &xml);
    }
    let connection = cx.connection().await?;
    let domain = connection
        .define(&xml, flags)
        .await
        .while_doing(|| format!("Failed to define domain from {file}"))?;
    if !args.has("json") {
        cx.remark(format!("Domain '{}' defined from {file}", domain.name()))?;
    }
    if args.has("report") {
        let kept = DomainXMLFlags(DomainXMLFlags::INACTIVE.0 | DomainXMLFlags::SECURE.0);
        let completed = domain.xml(kept).await?;
        let report = Report::between(&xml, &completed);
        show(cx, args, &report.map_err(|error| Failure::new(error.to_string()))?)?;
    }
    Ok(())
}

/// Completes and checks the document here, without any daemon, for a host whose QEMU has everything.
fn dry_run(cx: &Context, args: &Args, file: &str, xml: &str) -> Outcome {
    let refused = |error: config::Error| match error.position {
        Some(position) => Failure::new(format!("{file}:{position}: {error}")),
        None => Failure::new(format!("{file}: {error}")),
    };
    let written = Domain::parse(xml, ParseFlags::Inactive).map_err(refused)?;
    if args.has("validate") {
        Domain::refuse_unknown(xml).map_err(refused)?;
    }
    let arch = written.os.machine.arch.as_deref().unwrap_or(std::env::consts::ARCH);
    let host = GenericHost::new(arch);
    let (domain, decisions) =
        Domain::explained(xml, &host, &mut NothingDrawn).map_err(refused)?;
    domain.validate(&host).map_err(refused)?;
    if !args.has("json") {
        cx.remark(format!("Domain '{}' can be defined from {file}", domain.name))?;
    }
    if args.has("report") {
        let completed = domain.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE));
        show(cx, args, &Report::decided(xml, &completed, decisions).map_err(refused)?)?;
    }
    Ok(())
}

fn show(cx: &Context, args: &Args, report: &Report) -> Outcome {
    if args.has("json") {
        return cx.json(&json(report));
    }
    let mut table = Table::new(["What", "Path", "Value", "By", "Why"]);
    let mut row = |what: &str, path: &str, value: &str, decision: Decision| {
        table.row([what, path, value, decision.by.word(), decision.why].map(str::to_owned));
    };
    for given in &report.defaulted {
        row("defaulted", &given.path, &given.value, given.decision);
    }
    for change in &report.rewritten {
        let value = format!("{} -> {}", change.from, change.to);
        row("rewritten", &change.path, &value, change.decision);
    }
    for lost in &report.ignored {
        let what = if lost.unknown { "unknown" } else { "ignored" };
        let path = format!("{}, line {}", lost.path, lost.position.line);
        row(what, &path, &lost.value, lost.decision);
    }
    cx.print(&table.render(cx.is_quiet()))
}

fn json(report: &Report) -> Value {
    let told = |path: &str, decision: Decision, mut row: Value| {
        row["path"] = path.into();
        row["by"] = decision.by.word().into();
        row["why"] = decision.why.into();
        row
    };
    let defaulted = report.defaulted.iter();
    let defaulted =
        defaulted.map(|given| told(&given.path, given.decision, json!({"value": given.value})));
    let rewritten = report.rewritten.iter().map(|change| {
        told(&change.path, change.decision, json!({"from": change.from, "to": change.to}))
    });
    let ignored = report.ignored.iter().map(|lost| {
        let (line, column) = (lost.position.line, lost.position.column);
        let row = json!({"value": lost.value, "line": line, "column": column, "unknown": lost.unknown});
        told(&lost.path, lost.decision, row)
    });
    json!({
        "defaulted": defaulted.collect::<Value>(),
        "rewritten": rewritten.collect::<Value>(),
        "ignored": ignored.collect::<Value>(),
    })
}

//! `fv define`: define a domain from an XML file, and say what became of the document.

use config::domain::report::Report;
use config::domain::{FormatFlags, ParseFlags};
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
    Opt::flag("dry-run", "define nothing; with --report, what reading the document shows"),
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
        show(cx, args, &between(&xml, &completed)?)?;
    }
    Ok(())
}

/// Reads the document here. What a daemon would put in depends on its machine and is not shown.
fn dry_run(cx: &Context, args: &Args, file: &str, xml: &str) -> Outcome {
    let refused = |error: config::Error| match error.position {
        Some(position) => Failure::new(format!("{file}:{position}: {error}")),
        None => Failure::new(format!("{file}: {error}")),
    };
    let domain = config::Domain::parse(xml, ParseFlags::Inactive).map_err(refused)?;
    if args.has("validate") {
        config::Domain::refuse_unknown(xml).map_err(refused)?;
    }
    if !args.has("json") {
        cx.remark(format!("Domain '{}' can be read from {file}", domain.name))?;
    }
    if args.has("report") {
        let read = domain.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE));
        show(cx, args, &between(xml, &read)?)?;
    }
    Ok(())
}

fn between(written: &str, completed: &str) -> Result<Report, Failure> {
    Report::between(written, completed).map_err(|error| Failure::new(error.to_string()))
}

fn show(cx: &Context, args: &Args, report: &Report) -> Outcome {
    if args.has("json") {
        return cx.json(&json(report));
    }
    let mut table = Table::new(["What", "Path", "Value", "By"]);
    for defaulted in &report.defaulted {
        let by = defaulted.by.word().to_owned();
        table.row(["defaulted".to_owned(), defaulted.path.clone(), defaulted.value.clone(), by]);
    }
    for rewritten in &report.rewritten {
        let change = format!("{} -> {}", rewritten.from, rewritten.to);
        table.row(["rewritten".to_owned(), rewritten.path.clone(), change, "daemon".to_owned()]);
    }
    for ignored in &report.ignored {
        let why = if ignored.unknown { "unknown" } else { "dropped" };
        let why = format!("{why}, line {}", ignored.position.line);
        table.row(["ignored".to_owned(), ignored.path.clone(), ignored.value.clone(), why]);
    }
    cx.print(&table.render(cx.is_quiet()))
}

fn json(report: &Report) -> Value {
    let defaulted = report.defaulted.iter().map(
        |given| json!({"path": given.path, "value": given.value, "by": given.by.word()}),
    );
    let rewritten = report.rewritten.iter().map(
        |change| json!({"path": change.path, "from": change.from, "to": change.to}),
    );
    let ignored = report.ignored.iter().map(|lost| {
        let (line, column) = (lost.position.line, lost.position.column);
        json!({"path": lost.path, "value": lost.value, "line": line, "column": column, "unknown": lost.unknown})
    });
    json!({
        "defaulted": defaulted.collect::<Value>(),
        "rewritten": rewritten.collect::<Value>(),
        "ignored": ignored.collect::<Value>(),
    })
}

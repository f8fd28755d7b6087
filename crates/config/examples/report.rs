//! Completes a document without any daemon and lists what became of it: the first argument is a file, without
//! it an example is read.

use std::error::Error;
use std::io::{BufWriter, Write};

use config::NothingDrawn;
use config::domain::complete::GenericHost;
use config::domain::report::Report;
use config::domain::{Domain, FormatFlags};

const EXAMPLE: &str = "<domain type='kvm'>
  <name>demo</name>
  <memory unit='GiB'>1</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <colour>red</colour>
  <devices>
    <disk type='file'><source file='/demo.img'/><target dev='vda' bus='virtio'/></disk>
  </devices>
</domain>";

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => EXAMPLE.to_owned(),
    };
    let host = GenericHost::new("x86_64");
    let (domain, decisions) = Domain::explained(&text, &host, &mut NothingDrawn)?;
    domain.validate(&host)?;
    let completed = domain.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE));
    let report = Report::decided(&text, &completed, decisions)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for row in &report.defaulted {
        let by = row.decision.by.word();
        writeln!(out, "{} is {} because the {by} says: {}", row.path, row.value, row.decision.why)?;
    }
    for row in &report.rewritten {
        writeln!(out, "{} is {} now, not {}", row.path, row.to, row.from)?;
    }
    for row in &report.ignored {
        let what = if row.unknown { "not known" } else { "of no use" };
        writeln!(out, "{} in line {} is {what}", row.path, row.position.line)?;
    }
    Ok(out.flush()?)
}

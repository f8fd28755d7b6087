//! A document to JSON and back: the first argument is a file, without it an example is read.

use std::error::Error;
use std::io::Write;

use config::domain::{Domain, FormatFlags, ParseFlags};

const EXAMPLE: &str = "<domain type='kvm'>
  <name>demo</name>
  <memory unit='KiB'>1048576</memory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/demo.img'/>
      <target dev='vda' bus='virtio'/>
      <readonly/>
    </disk>
  </devices>
</domain>
";

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => EXAMPLE.to_owned(),
    };
    let domain = Domain::parse(&text, ParseFlags::Inactive)?;
    let flags = FormatFlags::INACTIVE.with(FormatFlags::SECURE);
    let json = domain.to_json(flags)?;
    let again = Domain::from_json(&json, ParseFlags::Inactive)?;
    if again.format(flags) != domain.format(flags) {
        return Err("the document did not survive".into());
    }
    Ok(writeln!(std::io::stdout(), "{json:#}")?)
}

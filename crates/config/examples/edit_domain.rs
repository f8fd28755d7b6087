//! Reads a document, changes it and prints it: the first argument is a file, without it an example is read.

use std::error::Error;
use std::io::Write;

use config::domain::{Domain, FormatFlags, Memory, ParseFlags, Vcpu};
use config::{Kib, OnOff};

const EXAMPLE: &str = "<domain type='kvm'>
  <name>demo</name>
  <memory unit='GiB'>1</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><graphics type='vnc'/></devices>
</domain>";

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => EXAMPLE.to_owned(),
    };
    let mut domain = Domain::parse(&text, ParseFlags::Inactive)?;
    let memory = domain.memory.get_or_insert(Memory::new(Kib(0)));
    memory.size.0 *= 2;
    memory.dump_core = Some(OnOff::Off);
    domain.vcpu = Some(Vcpu::new(4));
    domain.devices.graphics.clear();
    Ok(std::io::stdout().write_all(domain.format(FormatFlags::INACTIVE).as_bytes())?)
}

//! ferrovirtd, a virtualization daemon that speaks libvirt's protocol.
//!
//! This crate chooses: directories, sockets, limits, drivers. What happens on a connection is
//! `server`'s, what happens to a guest is a driver's.
#![forbid(unsafe_code)]

mod access;
mod arguments;
mod authentication;
mod configuration;
mod descriptors;
mod drivers;
mod instance_lock;
mod layout;
mod log;
mod network;
mod run;
mod service_manager;
mod sockets;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use arguments::{Arguments, Request};
use configuration::Configuration;
use layout::Layout;

fn main() -> ExitCode {
    trace::probes::keep();
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when this fails.
            let _ = writeln!(std::io::stderr(), "ferrovirtd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn answer() -> anyhow::Result<()> {
    let request = arguments::parse(std::env::args_os().skip(1))?;
    let mut stdout = std::io::stdout();
    match request {
        Request::Help => stdout.write_all(arguments::HELP.as_bytes())?,
        Request::Version => writeln!(stdout, "ferrovirtd {}", env!("CARGO_PKG_VERSION"))?,
        Request::CheckConfiguration(arguments) => {
            let layout = layout(&arguments)?;
            let (path, configuration) = configuration(&arguments, &layout)?;
            access::AccessDrivers::start(&layout, &configuration, &Default::default())?;
            writeln!(stdout, "{}: good", path.display())?;
        }
        Request::Run(arguments) => {
            let passed = host::activation::passed_sockets();
            let layout = layout(&arguments)?;
            let (path, configuration) = configuration(&arguments, &layout)?;
            run::run(&layout, &path, configuration, passed, arguments.timeout)?;
        }
    }
    Ok(())
}

fn layout(arguments: &Arguments) -> anyhow::Result<Layout> {
    match &arguments.root {
        Some(root) => {
            let root = std::path::absolute(root)
                .with_context(|| format!("no directory '{}'", root.display()))?;
            Ok(Layout::below(&root))
        }
        None if rustix::process::geteuid().is_root() => Ok(Layout::system()),
        None => Layout::session(|name| std::env::var_os(name)),
    }
}

/// The file that was asked for must be there; the usual one need not.
fn configuration<'a>(
    arguments: &'a Arguments,
    layout: &'a Layout,
) -> anyhow::Result<(std::borrow::Cow<'a, Path>, Configuration)> {
    let asked = arguments.configuration.as_deref();
    let path = asked.unwrap_or(&layout.configuration);
    let configuration = if asked.is_some() || path.exists() {
        Configuration::read(path)?
    } else {
        Configuration::default()
    };
    Ok((path.into(), configuration))
}

//! Viewers that come with a connection of their own.

use std::os::fd::OwnedFd;

use api::remote::{
    DomainOpenGraphics, DomainOpenGraphicsArgs, DomainOpenGraphicsFd, DomainOpenGraphicsFdArgs,
    NonnullDomain,
};
use api::{DomainOpenGraphicsFlags, Error, Result};
use config::domain::graphics::Graphics;
use driver::{CallContext, Handler};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

/// Name of the connection on its way through QEMU's monitor.
const IN_TRANSIT: &str = "graphicsfd";

impl Handler<DomainOpenGraphics> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainOpenGraphicsArgs) -> Result<()> {
        let viewer = Viewer { display: args.idx, flags: args.flags };
        viewer.check("qemuDomainOpenGraphics")?;
        let connection = cx
            .take_fds()
            .pop()
            .ok_or_else(|| Error::invalid_arg(QEMU, "no file descriptor came with the call"))?;
        self.add_viewer(&args.dom, "DomainOpenGraphics", viewer, connection).await
    }
}

impl Handler<DomainOpenGraphicsFd> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainOpenGraphicsFdArgs) -> Result<()> {
        let viewer = Viewer { display: args.idx, flags: args.flags };
        viewer.check("qemuDomainOpenGraphicsFD")?;
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
                .map_err(|error| Error::io(QEMU, &error.into(), "cannot create a socket pair"))?;
        self.add_viewer(&args.dom, "DomainOpenGraphicsFd", viewer, ours).await?;
        cx.send_fds(vec![theirs]);
        Ok(())
    }
}

/// Who wants to see what.
#[derive(Debug, Clone, Copy)]
struct Viewer {
    /// Number of the display in the document.
    display: u32,
    flags: u32,
}

impl Viewer {
    fn check(self, function: &str) -> Result<()> {
        flags::only(self.flags, DomainOpenGraphicsFlags::SKIPAUTH.0, function)
    }

    fn is_known(self) -> bool {
        DomainOpenGraphicsFlags(self.flags).contains(DomainOpenGraphicsFlags::SKIPAUTH)
    }
}

impl QemuDriver {
    async fn add_viewer(
        &self,
        reference: &NonnullDomain,
        name: &'static str,
        viewer: Viewer,
        connection: OwnedFd,
    ) -> Result<()> {
        let domain = self.registry.find(reference)?;
        let _job = domain.modify(name, &self.settings.deadlines).await?;
        let live = domain.running()?;
        let protocol = protocol(&domain, viewer.display)?;
        self.hand_over(&domain, &live, protocol, viewer, connection).await
    }

    async fn hand_over(
        &self,
        domain: &Domain,
        live: &Live,
        protocol: &str,
        viewer: Viewer,
        connection: OwnedFd,
    ) -> Result<()> {
        let monitor = live.monitor()?;
        self.ask(domain, monitor.getfd(IN_TRANSIT, connection)).await?;
        let added =
            self.ask(domain, monitor.add_client(protocol, IN_TRANSIT, viewer.is_known())).await;
        if added.is_err() {
            // What QEMU did not take it would keep.
            if let Err(error) = self.ask(domain, monitor.closefd(IN_TRANSIT)).await {
                tracing::debug!(domain = %domain.name(), %error, "descriptor left in QEMU");
            }
        }
        added
    }
}

/// What is spoken at a display.
fn protocol(domain: &Domain, display: u32) -> Result<&'static str> {
    let view = domain.published();
    let displays = view.live.as_deref().map(|live| &*live.devices.graphics).unwrap_or_default();
    let found = usize::try_from(display).ok().and_then(|index| displays.get(index));
    let other = match found {
        None => {
            let detail = format!("No graphics backend with index {display}");
            return Err(Error::internal(QEMU, detail));
        }
        Some(Graphics::Vnc(_)) => return Ok("vnc"),
        Some(Graphics::Spice(_)) => return Ok("spice"),
        Some(Graphics::DBus(_)) => return Ok("@dbus-display"),
        Some(Graphics::Sdl(_)) => "sdl",
        Some(Graphics::EglHeadless(_)) => "egl-headless",
        Some(Graphics::Rdp(_)) => "rdp",
        Some(Graphics::Desktop(_)) => "desktop",
    };
    let detail = format!("Can only open VNC, SPICE or D-Bus graphics backends, not {other}");
    Err(Error::internal(QEMU, detail))
}

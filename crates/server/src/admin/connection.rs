//! What a session on the admin socket answers itself: its beginning, its end, and the daemon's.

use std::sync::Arc;

use api::admin::{ConnectClose, ConnectDaemonShutdown, ConnectOpen};
use api::{Procedure, Result};
use driver::ClientAccess;

use super::check_flags;
use crate::answers::Answer;
use crate::session::{Opened, Phase, Session};

/// Guests are to be kept; they always are.
const PRESERVE: u32 = 1;

impl Session {
    /// Makes the daemon itself the driver of this session.
    pub(crate) fn open_admin(&mut self) {
        let served = self.server.admin();
        let uri = "libvirtd:///system".to_owned();
        // The socket lets nobody in but the daemon's own user.
        let (access, guard) = (ClientAccess::ReadWrite, None);
        self.phase = Phase::Open(Opened { served, uri, access, guard });
    }
}

impl Answer<ConnectOpen> for Session {
    /// Every session on this socket is open from its start; libvirtd minds neither calls before
    /// this one nor a second one.
    fn answer(&mut self, args: <ConnectOpen as Procedure>::Args) -> Result<()> {
        check_flags(args.flags, 0, "adminDispatchConnectOpen")
    }
}

impl Answer<ConnectClose> for Session {
    /// The connection ends once the reply is sent.
    fn answer(&mut self, (): ()) -> Result<()> {
        self.close_driver();
        self.ending = true;
        Ok(())
    }
}

impl Answer<ConnectDaemonShutdown> for Session {
    /// The daemon ends once the reply is sent and with it this connection.
    fn answer(&mut self, args: <ConnectDaemonShutdown as Procedure>::Args) -> Result<()> {
        check_flags(args.flags, PRESERVE, "adminConnectDaemonShutdown")?;
        let server = Arc::clone(&self.server);
        self.client.on_close(move || server.lifetime().end());
        self.ending = true;
        Ok(())
    }
}

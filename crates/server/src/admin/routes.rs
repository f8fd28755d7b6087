//! What the admin socket serves, a line a procedure.

use api::admin::{
    ClientClose, ClientGetInfo, ConnectGetLibVersion, ConnectGetLoggingFilters,
    ConnectGetLoggingOutputs, ConnectListServers, ConnectLookupServer, ConnectSetDaemonTimeout,
    ConnectSetLoggingFilters, ConnectSetLoggingOutputs, ServerGetClientLimits,
    ServerGetThreadpoolParameters, ServerListClients, ServerLookupClient, ServerSetClientLimits,
    ServerSetThreadpoolParameters, ServerUpdateTlsFiles,
};
use api::ferrovirt::{AccessCheck, TraceOpen};
use driver::{Routes, routes};

use super::AdminDriver;

pub(super) fn routes() -> Routes<AdminDriver> {
    routes! { AdminDriver:
        // The daemon
        ConnectGetLibVersion, ConnectSetDaemonTimeout,
        ConnectGetLoggingOutputs, ConnectGetLoggingFilters,
        ConnectSetLoggingOutputs, ConnectSetLoggingFilters,
        // Who may do what
        AccessCheck,
        // Its servers
        ConnectListServers, ConnectLookupServer,
        ServerGetThreadpoolParameters, ServerSetThreadpoolParameters,
        ServerGetClientLimits, ServerSetClientLimits, ServerUpdateTlsFiles,
        // Their clients
        ServerListClients, ServerLookupClient, ClientGetInfo, ClientClose,
        // Ferrovirt's own
        TraceOpen,
    }
}

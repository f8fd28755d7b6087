//! The administration program: servers, clients, limits, logging.

use xdr::List;

use crate::{
    TypedParam, limits,
    procedure::{Program, procedures},
};

/// The program `admin`, number 0x0690_0690.
pub static PROGRAM: Program =
    Program { name: "admin", number: 0x0690_0690, version: 1, groups: &[ROWS] };

procedures! { ADMIN
    /// Opens the connection to a driver, which the URI names.
    ///
    /// **Source**: `virAdmConnectOpen`.
    ConnectOpen = 1, Ordinary, since: "2.0.0";
        args ConnectOpenArgs, ret ();
    /// Ends the connection; the server closes the socket after its reply.
    ///
    /// **Source**: `virAdmConnectClose`.
    ConnectClose = 2, Ordinary, since: "2.0.0";
        args (), ret ();
    /// Version of libvirt that the server speaks for, encoded as for [`crate::remote::ConnectGetVersion`].
    ///
    /// **Source**: `virAdmConnectGetLibVersion`.
    ConnectGetLibVersion = 3, Ordinary, since: "2.0.0";
        args (), ret ConnectGetLibVersionRet;
    /// The servers in the daemon; with `need_results` 0 only their number.
    ///
    /// **Source**: `virAdmConnectListServers`.
    ConnectListServers = 4, Ordinary, since: "2.0.0";
        args ConnectListServersArgs, ret ConnectListServersRet;
    /// Finds a server of the daemon by its name.
    ///
    /// **Source**: `virAdmConnectLookupServer`.
    ConnectLookupServer = 5, Ordinary, since: "2.0.0";
        args ConnectLookupServerArgs, ret ConnectLookupServerRet;
    /// How many workers a server has and may have, and how many calls wait.
    ///
    /// **Source**: `virAdmServerGetThreadPoolParameters`.
    ServerGetThreadpoolParameters = 6, Ordinary, since: "2.0.0";
        args ServerGetThreadpoolParametersArgs, ret ServerGetThreadpoolParametersRet;
    /// Sets how many workers a server may have.
    ///
    /// **Source**: `virAdmServerSetThreadPoolParameters`.
    ServerSetThreadpoolParameters = 7, Ordinary, since: "2.0.0";
        args ServerSetThreadpoolParametersArgs, ret ();
    /// The clients of a server; with `need_results` 0 only their number.
    ///
    /// **Source**: `virAdmServerListClients`.
    ServerListClients = 8, Ordinary, since: "2.0.0";
        args ServerListClientsArgs, ret ServerListClientsRet;
    /// Finds a client of a server by its number.
    ///
    /// **Source**: `virAdmServerLookupClient`.
    ServerLookupClient = 9, Ordinary, since: "2.0.0";
        args ServerLookupClientArgs, ret ServerLookupClientRet;
    /// Who a client is: address, user, process, SASL and TLS names.
    ///
    /// **Source**: `virAdmClientGetInfo`.
    ClientGetInfo = 10, Ordinary, since: "2.0.0";
        args ClientGetInfoArgs, ret ClientGetInfoRet;
    /// Cuts a client off.
    ///
    /// **Source**: `virAdmClientClose`.
    ClientClose = 11, Ordinary, since: "2.0.0";
        args ClientCloseArgs, ret ();
    /// How many clients a server takes and has, authenticated or not.
    ///
    /// **Source**: `virAdmServerGetClientLimits`.
    ServerGetClientLimits = 12, Ordinary, since: "2.0.0";
        args ServerGetClientLimitsArgs, ret ServerGetClientLimitsRet;
    /// Sets how many clients a server takes, authenticated or not.
    ///
    /// **Source**: `virAdmServerSetClientLimits`.
    ServerSetClientLimits = 13, Ordinary, since: "2.0.0";
        args ServerSetClientLimitsArgs, ret ();
    /// Where the daemon's log goes, as text, and to how many places.
    ///
    /// **Source**: `virAdmConnectGetLoggingOutputs`.
    ConnectGetLoggingOutputs = 14, Ordinary, since: "3.0.0";
        args ConnectGetLoggingOutputsArgs, ret ConnectGetLoggingOutputsRet;
    /// Which modules log from which level on, as text, and how many such rules there are.
    ///
    /// **Source**: `virAdmConnectGetLoggingFilters`.
    ConnectGetLoggingFilters = 15, Ordinary, since: "3.0.0";
        args ConnectGetLoggingFiltersArgs, ret ConnectGetLoggingFiltersRet;
    /// Says where the daemon's log goes; absent for the default.
    ///
    /// **Source**: `virAdmConnectSetLoggingOutputs`.
    ConnectSetLoggingOutputs = 16, Ordinary, since: "3.0.0";
        args ConnectSetLoggingOutputsArgs, ret ();
    /// Says which modules log from which level on; absent for none.
    ///
    /// **Source**: `virAdmConnectSetLoggingFilters`.
    ConnectSetLoggingFilters = 17, Ordinary, since: "3.0.0";
        args ConnectSetLoggingFiltersArgs, ret ();
    /// Makes a server read its TLS certificates, key and revocation list anew.
    ///
    /// **Source**: `virAdmServerUpdateTlsFiles`.
    ServerUpdateTlsFiles = 18, Ordinary, since: "2.0.0";
        args ServerUpdateTlsFilesArgs, ret ();
    /// How long the daemon stays when it has nothing to do.
    ///
    /// **Units**: seconds; 0 for ever.
    ///
    /// **Source**: `virAdmConnectSetDaemonTimeout`.
    ConnectSetDaemonTimeout = 19, Ordinary, since: "8.6.0";
        args ConnectSetDaemonTimeoutArgs, ret ();
    /// Ends the daemon, by flag with the guests that it keeps.
    ///
    /// **Source**: `virAdmConnectDaemonShutdown`.
    ConnectDaemonShutdown = 20, Ordinary, since: "11.2.0";
        args ConnectDaemonShutdownArgs, ret ();
}

xdr::structs! {
    /// Wire struct `admin_nonnull_server`.
    pub struct NonnullServer {
        name: String,
    }

    /// Wire struct `admin_nonnull_client`.
    pub struct NonnullClient {
        srv: NonnullServer,
        id: u64,
        /// **Units**: seconds since 1970, when it connected.
        timestamp: i64,
        transport: u32,
    }

    /// Arguments of [`ConnectOpen`].
    pub struct ConnectOpenArgs {
        flags: u32,
    }

    /// Results of [`ConnectGetLibVersion`].
    pub struct ConnectGetLibVersionRet {
        lib_ver: u64,
    }

    /// Arguments of [`ConnectListServers`].
    pub struct ConnectListServersArgs {
        need_results: u32,
        flags: u32,
    }

    /// Results of [`ConnectListServers`].
    pub struct ConnectListServersRet {
        servers: List<NonnullServer, { limits::ADMIN_SERVER_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`ConnectLookupServer`].
    pub struct ConnectLookupServerArgs {
        name: String,
        flags: u32,
    }

    /// Results of [`ConnectLookupServer`].
    pub struct ConnectLookupServerRet {
        srv: NonnullServer,
    }

    /// Arguments of [`ServerGetThreadpoolParameters`].
    pub struct ServerGetThreadpoolParametersArgs {
        srv: NonnullServer,
        flags: u32,
    }

    /// Results of [`ServerGetThreadpoolParameters`].
    pub struct ServerGetThreadpoolParametersRet {
        params: List<TypedParam, { limits::ADMIN_SERVER_THREADPOOL_PARAMETERS_MAX }>,
    }

    /// Arguments of [`ServerSetThreadpoolParameters`].
    pub struct ServerSetThreadpoolParametersArgs {
        srv: NonnullServer,
        params: List<TypedParam, { limits::ADMIN_SERVER_THREADPOOL_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`ServerListClients`].
    pub struct ServerListClientsArgs {
        srv: NonnullServer,
        need_results: u32,
        flags: u32,
    }

    /// Results of [`ServerListClients`].
    pub struct ServerListClientsRet {
        clients: List<NonnullClient, { limits::ADMIN_CLIENT_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`ServerLookupClient`].
    pub struct ServerLookupClientArgs {
        srv: NonnullServer,
        id: u64,
        flags: u32,
    }

    /// Results of [`ServerLookupClient`].
    pub struct ServerLookupClientRet {
        clnt: NonnullClient,
    }

    /// Arguments of [`ClientGetInfo`].
    pub struct ClientGetInfoArgs {
        clnt: NonnullClient,
        flags: u32,
    }

    /// Results of [`ClientGetInfo`].
    pub struct ClientGetInfoRet {
        params: List<TypedParam, { limits::ADMIN_CLIENT_INFO_PARAMETERS_MAX }>,
    }

    /// Arguments of [`ClientClose`].
    pub struct ClientCloseArgs {
        clnt: NonnullClient,
        flags: u32,
    }

    /// Arguments of [`ServerGetClientLimits`].
    pub struct ServerGetClientLimitsArgs {
        srv: NonnullServer,
        flags: u32,
    }

    /// Results of [`ServerGetClientLimits`].
    pub struct ServerGetClientLimitsRet {
        params: List<TypedParam, { limits::ADMIN_SERVER_CLIENT_LIMITS_MAX }>,
    }

    /// Arguments of [`ServerSetClientLimits`].
    pub struct ServerSetClientLimitsArgs {
        srv: NonnullServer,
        params: List<TypedParam, { limits::ADMIN_SERVER_CLIENT_LIMITS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`ServerUpdateTlsFiles`].
    pub struct ServerUpdateTlsFilesArgs {
        srv: NonnullServer,
        flags: u32,
    }

    /// Arguments of [`ConnectGetLoggingOutputs`].
    pub struct ConnectGetLoggingOutputsArgs {
        flags: u32,
    }

    /// Results of [`ConnectGetLoggingOutputs`].
    pub struct ConnectGetLoggingOutputsRet {
        outputs: String,
        noutputs: u32,
    }

    /// Arguments of [`ConnectGetLoggingFilters`].
    pub struct ConnectGetLoggingFiltersArgs {
        flags: u32,
    }

    /// Results of [`ConnectGetLoggingFilters`].
    pub struct ConnectGetLoggingFiltersRet {
        filters: Option<String>,
        nfilters: u32,
    }

    /// Arguments of [`ConnectSetLoggingOutputs`].
    pub struct ConnectSetLoggingOutputsArgs {
        outputs: Option<String>,
        flags: u32,
    }

    /// Arguments of [`ConnectSetLoggingFilters`].
    pub struct ConnectSetLoggingFiltersArgs {
        filters: Option<String>,
        flags: u32,
    }

    /// Arguments of [`ConnectSetDaemonTimeout`].
    pub struct ConnectSetDaemonTimeoutArgs {
        /// **Units**: seconds; 0: it stays.
        timeout: u32,
        flags: u32,
    }

    /// Arguments of [`ConnectDaemonShutdown`].
    pub struct ConnectDaemonShutdownArgs {
        flags: u32,
    }
}

//! Who is connected: listed, described, sent away.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use api::admin::{
    ClientClose, ClientCloseArgs, ClientGetInfo, ClientGetInfoArgs, ClientGetInfoRet,
    NonnullClient, ServerListClients, ServerListClientsArgs, ServerListClientsRet,
    ServerLookupClient, ServerLookupClientArgs, ServerLookupClientRet,
};
use api::{Error, ErrorCode, ErrorDomain, Params, Result, TypedParamValue};
use driver::{CallContext, Handler, Transport};

use super::{AdminDriver, accounts, check_flags, figure};
use crate::Server;
use crate::server::ListenerKind;
use crate::service::Service;
use crate::sessions::Present;

impl Server {
    fn client_of(&self, service: &Service, id: u64) -> Option<Arc<Present>> {
        self.sessions().find(id).filter(|present| service.has_door(present.door.kind))
    }

    /// The client that somebody names.
    ///
    /// # Errors
    /// NO_SERVER, or NO_CLIENT when that server has none of that number.
    fn client_named(&self, server: &str, id: u64) -> Result<Arc<Present>> {
        self.client_of(self.service_named(server)?, id).ok_or_else(|| {
            let detail = format!("No client with matching ID '{id}'");
            Error::new(ErrorCode::NO_CLIENT, ErrorDomain::RPC, detail)
        })
    }
}

fn to_wire(service: &Service, present: &Present) -> NonnullClient {
    let client = &present.client;
    let connected = client.connected.duration_since(UNIX_EPOCH).unwrap_or_default();
    NonnullClient {
        srv: service.to_wire(),
        id: client.id,
        timestamp: i64::try_from(connected.as_secs()).unwrap_or(i64::MAX),
        transport: client.peer.transport as u32,
    }
}

impl Handler<ServerListClients> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ServerListClientsArgs,
    ) -> Result<ServerListClientsRet> {
        let server = self.server()?;
        let service = server.service_named(&args.srv.name)?;
        check_flags(args.flags, 0, "adminServerListClients")?;
        let present = server.sessions().list(|kind| service.has_door(kind));
        let ret = figure(present.len());
        let shown = if args.need_results == 0 { &[][..] } else { &present };
        let clients: Vec<_> = shown.iter().map(|present| to_wire(service, present)).collect();
        Ok(ServerListClientsRet { clients: clients.into(), ret })
    }
}

impl Handler<ServerLookupClient> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ServerLookupClientArgs,
    ) -> Result<ServerLookupClientRet> {
        let server = self.server()?;
        let service = server.service_named(&args.srv.name)?;
        check_flags(args.flags, 0, "adminServerLookupClient")?;
        let present = server.client_named(service.name(), args.id)?;
        Ok(ServerLookupClientRet { clnt: to_wire(service, &present) })
    }
}

impl Handler<ClientGetInfo> for AdminDriver {
    async fn handle(&self, _: &CallContext, args: ClientGetInfoArgs) -> Result<ClientGetInfoRet> {
        let server = self.server()?;
        let service = server.service_named(&args.clnt.srv.name)?;
        let id = args.clnt.id;
        let present = server.client_of(service, id).ok_or_else(|| {
            let detail = format!("no client with matching id '{id}' found");
            Error::new(ErrorCode::NO_CLIENT, ErrorDomain::ADMIN, detail)
        })?;
        check_flags(args.flags, 0, "adminClientGetInfo")?;
        // It looks into the machine's files of users.
        let params = tokio::task::spawn_blocking(move || identity(&present)).await;
        let params = params.map_err(|_| {
            Error::internal(ErrorDomain::ADMIN, "the client could not be described")
        })?;
        Ok(ClientGetInfoRet { params: params.0.into() })
    }
}

/// Who the client is, as far as its connection tells.
fn identity(present: &Present) -> Params {
    let (client, peer) = (&present.client, &present.client.peer);
    let mut params = Params::default();
    let read_only = present.door.kind == ListenerKind::ReadOnly;
    params.push("readonly", TypedParamValue::Boolean(read_only));
    let text = |params: &mut Params, field: &str, value: Option<String>| {
        if let Some(value) = value {
            params.push(field, TypedParamValue::String(value));
        }
    };
    text(&mut params, "sasl_user_name", client.sasl_name().map(str::to_owned));
    if peer.transport != Transport::Unix {
        text(&mut params, "sock_addr", Some(peer.remote.clone()));
        text(&mut params, "tls_x509_dname", peer.tls_name.clone());
    }
    if let Some(uid) = peer.uid {
        params.int("unix_user_id", uid.cast_signed());
        text(&mut params, "unix_user_name", accounts::user(uid));
    }
    if let Some(gid) = peer.gid {
        params.int("unix_group_id", gid.cast_signed());
        text(&mut params, "unix_group_name", accounts::group(gid));
    }
    if let Some(pid) = peer.pid {
        params.int("unix_process_id", pid);
    }
    params
}

impl Handler<ClientClose> for AdminDriver {
    async fn handle(&self, _: &CallContext, args: ClientCloseArgs) -> Result<()> {
        let present = self.server()?.client_named(&args.clnt.srv.name, args.clnt.id)?;
        check_flags(args.flags, 0, "adminClientClose")?;
        present.dismiss();
        Ok(())
    }
}

//! Calls that the session answers itself: opening and closing, features. What is registered for is
//! in `registration`, who the client is in `auth`.

use std::collections::HashMap;
use std::sync::LazyLock;

use api::admin::{ConnectClose as AdminClose, ConnectDaemonShutdown, ConnectOpen as AdminOpen};
use api::procedure::Row;
use api::qemu::{ConnectDomainMonitorEventDeregister, ConnectDomainMonitorEventRegister};
use api::remote::{
    AuthList, AuthSaslInit, ConnectClose, ConnectDomainEventCallbackDeregisterAny,
    ConnectDomainEventCallbackRegisterAny, ConnectDomainEventDeregister,
    ConnectDomainEventDeregisterAny, ConnectDomainEventRegister, ConnectDomainEventRegisterAny,
    ConnectGetUri, ConnectGetUriRet, ConnectIsSecure, ConnectIsSecureRet,
    ConnectNetworkEventDeregisterAny, ConnectNetworkEventRegisterAny,
    ConnectNodeDeviceEventDeregisterAny, ConnectNodeDeviceEventRegisterAny, ConnectOpen,
    ConnectRegisterCloseCallback, ConnectSecretEventDeregisterAny, ConnectSecretEventRegisterAny,
    ConnectStoragePoolEventDeregisterAny, ConnectStoragePoolEventRegisterAny,
    ConnectSupportsFeature, ConnectSupportsFeatureRet, ConnectUnregisterCloseCallback,
};
use api::xdr::{Writer, Xdr};
use api::{Error, ErrorDomain, Feature, Procedure, Result};
use driver::ClientAccess;
use tokio::time::Instant;

use crate::access::ClientGuard;
use crate::dispatch::decode;
use crate::server::ListenerKind;
use crate::session::{Opened, Phase, Session};

/// A call that the session answers itself, without waiting.
pub(crate) trait Answer<P: Procedure> {
    /// Answers one call.
    fn answer(&mut self, args: P::Args) -> Result<P::Ret>;
}

/// Decodes, answers, encodes.
pub(crate) type Own = fn(&mut Session, &Row, &[u8], Writer) -> Result<Writer>;

fn own<P: Procedure>(
    session: &mut Session,
    row: &Row,
    payload: &[u8],
    mut out: Writer,
) -> Result<Writer>
where
    Session: Answer<P>,
{
    let ret = session.answer(decode(row, payload)?)?;
    ret.encode(&mut out).map_err(|fault| {
        Error::internal(ErrorDomain::RPC, format!("result is too long: {fault}"))
    })?;
    Ok(out)
}

macro_rules! own_calls {
    ($($procedure:ident),* $(,)?) => {
        static OWN: &[(&Row, Own)] = &[$(($procedure::ROW, own::<$procedure>)),*];
    };
}
own_calls! {
    AdminOpen, AdminClose, ConnectDaemonShutdown,
    AuthList, AuthSaslInit,
    ConnectOpen, ConnectClose, ConnectSupportsFeature, ConnectGetUri, ConnectIsSecure,
    ConnectRegisterCloseCallback, ConnectUnregisterCloseCallback,
    ConnectDomainEventRegister, ConnectDomainEventDeregister,
    ConnectDomainEventRegisterAny, ConnectDomainEventDeregisterAny,
    ConnectDomainEventCallbackRegisterAny, ConnectDomainEventCallbackDeregisterAny,
    ConnectDomainMonitorEventRegister, ConnectDomainMonitorEventDeregister,
    ConnectNetworkEventRegisterAny, ConnectNetworkEventDeregisterAny,
    ConnectStoragePoolEventRegisterAny, ConnectStoragePoolEventDeregisterAny,
    ConnectNodeDeviceEventRegisterAny, ConnectNodeDeviceEventDeregisterAny,
    ConnectSecretEventRegisterAny, ConnectSecretEventDeregisterAny,
}

/// The same by program and number: looked at for every call.
static BY_NUMBER: LazyLock<HashMap<(u32, i32), Own>> =
    LazyLock::new(|| OWN.iter().map(|(row, own)| ((row.program, row.number), *own)).collect());

/// How the session answers the call itself; none for calls of a driver's.
pub(crate) fn find(row: &Row) -> Option<Own> {
    BY_NUMBER.get(&(row.program, row.number)).copied()
}

impl Answer<ConnectOpen> for Session {
    fn answer(&mut self, args: <ConnectOpen as Procedure>::Args) -> Result<()> {
        if matches!(self.phase, Phase::Open(_)) {
            // libvirtd fails the second and drops the first; clients know no other way.
            self.close_driver();
            return Err(Error::internal(ErrorDomain::RPC, "connection already open"));
        }
        let name =
            args.name.ok_or_else(|| Error::internal(ErrorDomain::RPC, "connection not open"))?;
        let (served, uri) = self.server.open(&name)?;
        let read_only = self.door.kind == ListenerKind::ReadOnly || args.flags & 1 != 0;
        let access = if read_only { ClientAccess::ReadOnly } else { ClientAccess::ReadWrite };
        let guard = ClientGuard::new(self.server.access(), &self.client, &*served.driver);
        self.phase = Phase::Open(Opened { served, uri, access, guard });
        Ok(())
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

impl Answer<ConnectGetUri> for Session {
    fn answer(&mut self, (): ()) -> Result<ConnectGetUriRet> {
        Ok(ConnectGetUriRet { uri: self.opened()?.uri.clone() })
    }
}

impl Answer<ConnectIsSecure> for Session {
    /// Nobody listens in on a unix socket.
    fn answer(&mut self, (): ()) -> Result<ConnectIsSecureRet> {
        self.opened()?;
        Ok(ConnectIsSecureRet { secure: 1 })
    }
}

impl Answer<ConnectSupportsFeature> for Session {
    fn answer(
        &mut self,
        args: <ConnectSupportsFeature as Procedure>::Args,
    ) -> Result<ConnectSupportsFeatureRet> {
        let supported = match Feature(args.feature) {
            // The one feature that may be asked for before a driver is opened; asking starts it.
            Feature::PROGRAM_KEEPALIVE => {
                if let Some(interval) = self.limits.keepalive_interval {
                    let count = self.limits.keepalive_count;
                    self.deadlines.keep_alive(self.client.id, interval, count, Instant::now());
                }
                true
            }
            feature => {
                let opened = self.opened()?;
                match feature {
                    Feature::FD_PASSING
                    | Feature::TYPED_PARAM_STRING
                    | Feature::EVENT_CALLBACK
                    | Feature::CLOSE_CALLBACK
                    | Feature::NETWORK_UPDATE_ORDER => true,
                    Feature::REMOTE => false,
                    feature => opened.served.driver.supports(feature),
                }
            }
        };
        Ok(ConnectSupportsFeatureRet { supported: i32::from(supported) })
    }
}

/// The notice tells of the end of a connection between daemon and hypervisor. A driver of ours is
/// in the daemon itself, so there is none to end, and libvirtd's QEMU driver never sends one either.
impl Answer<ConnectRegisterCloseCallback> for Session {
    fn answer(&mut self, (): ()) -> Result<()> {
        self.opened().map(drop)
    }
}

impl Answer<ConnectUnregisterCloseCallback> for Session {
    fn answer(&mut self, (): ()) -> Result<()> {
        self.opened().map(drop)
    }
}

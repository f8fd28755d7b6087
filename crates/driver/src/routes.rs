//! From a procedure's number to the handler that serves it.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use api::xdr::{self, Reader, Writer, Xdr};
use api::{Error, ErrorDomain, Procedure, Result};

use crate::{CallContext, Extras};

/// Serves one procedure.
///
/// The future may be dropped only when the whole daemon goes: a call outlives its client.
pub trait Handler<P: Procedure>: Send + Sync + 'static {
    /// Answers one call.
    fn handle(
        &self,
        cx: &CallContext,
        args: P::Args,
    ) -> impl Future<Output = Result<P::Ret>> + Send;
}

/// A call under way.
pub type Answer = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// How a call ended.
#[derive(Debug)]
pub struct Outcome {
    /// The writer that was given, with the result appended; or why there is none.
    pub result: Result<Writer>,
    /// What travels beside the reply.
    pub extras: Extras,
}

type Serve<D> = fn(Arc<D>, CallContext, &[u8], Writer) -> Result<Answer, xdr::Error>;

/// A driver's table of contents: which procedures it serves.
pub struct Routes<D> {
    by_number: HashMap<(u32, i32), Serve<D>>,
}

impl<D: Send + Sync + 'static> Default for Routes<D> {
    fn default() -> Self {
        Self { by_number: HashMap::new() }
    }
}

impl<D: Send + Sync + 'static> Routes<D> {
    /// Adds a procedure; see [`routes!`](crate::routes!).
    #[must_use]
    pub fn on<P: Procedure>(mut self) -> Self
    where
        D: Handler<P>,
    {
        self.by_number.insert((P::ROW.program, P::ROW.number), serve::<D, P>);
        self
    }

    /// Begins the call that `cx` names; see [`Driver::begin`](crate::Driver::begin).
    ///
    /// # Errors
    /// When `args` is not what the procedure takes.
    pub fn begin(
        &self,
        driver: Arc<D>,
        cx: CallContext,
        args: &[u8],
        out: Writer,
    ) -> Result<Option<Answer>, xdr::Error> {
        match self.by_number.get(&(cx.row.program, cx.row.number)) {
            Some(serve) => serve(driver, cx, args, out).map(Some),
            None => Ok(None),
        }
    }

    /// Whether a procedure is served.
    pub fn serves(&self, program: u32, number: i32) -> bool {
        self.by_number.contains_key(&(program, number))
    }
}

fn serve<D: Handler<P>, P: Procedure>(
    driver: Arc<D>,
    cx: CallContext,
    args: &[u8],
    mut out: Writer,
) -> Result<Answer, xdr::Error> {
    // libvirtd ignores what follows the arguments, and clients of other versions rely on that.
    let args = P::Args::decode(&mut Reader::new(args))?;
    Ok(Box::pin(async move {
        let handled = driver.handle(&cx, args).await;
        let result = match handled.and_then(|ret| cx.decided().map(|()| ret)) {
            Ok(ret) => match ret.encode(&mut out) {
                Ok(()) => Ok(out),
                Err(fault) => Err(Error::internal(
                    ErrorDomain::RPC,
                    format!("result of {} does not fit: {fault}", P::ROW.name),
                )),
            },
            Err(error) => Err(error),
        };
        Outcome { result, extras: cx.into_extras() }
    }))
}

/// A driver's routes, a line a procedure.
///
/// ```ignore
/// routes! { QemuDriver: DomainCreate, DomainDestroy }
/// ```
#[macro_export]
macro_rules! routes {
    ($driver:ty: $($procedure:ty),* $(,)?) => {
        $crate::Routes::<$driver>::default()$(.on::<$procedure>())*
    };
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use api::procedure::{Permission, Row};
    use api::remote::{
        ConnectNumOfDomains, ConnectNumOfDomainsRet, DomainDefineXml, DomainDefineXmlArgs,
        DomainDefineXmlRet, NonnullDomain,
    };
    use api::xdr::{Writer, Xdr};
    use api::{ErrorCode, Procedure, Result, Uuid};

    use super::{Handler, Outcome, Routes};
    use crate::{CallContext, Client, ClientAccess, Guard, Identity, Peer, Ruling, Tags};

    /// Defines whatever it is told, and counts what there is.
    struct Careless {
        asks: bool,
    }

    impl Handler<DomainDefineXml> for Careless {
        async fn handle(
            &self,
            cx: &CallContext,
            args: DomainDefineXmlArgs,
        ) -> Result<DomainDefineXmlRet> {
            let uuid = Uuid([1; 16]);
            if self.asks {
                cx.check(&Identity::domain(args.xml.clone(), uuid, Tags::default())).await?;
            }
            Ok(DomainDefineXmlRet { dom: NonnullDomain { name: args.xml, uuid, id: -1 } })
        }
    }

    impl Handler<ConnectNumOfDomains> for Careless {
        async fn handle(&self, cx: &CallContext, _: ()) -> Result<ConnectNumOfDomainsRet> {
            if self.asks {
                cx.visible(Vec::<Identity>::new(), Identity::clone).await;
            }
            Ok(ConnectNumOfDomainsRet { num: 0 })
        }
    }

    struct Generous;

    impl Guard for Generous {
        fn check(
            self: Arc<Self>,
            _: &'static Row,
            _: Permission,
            _: &Identity,
        ) -> Ruling<Result<()>> {
            Ruling::Now(Ok(()))
        }

        fn sees(self: Arc<Self>, _: Permission, _: &Identity) -> Ruling<bool> {
            Ruling::Now(true)
        }
    }

    async fn call<P: Procedure>(asks: bool, describes: bool, args: &P::Args) -> Outcome
    where
        Careless: Handler<P>,
    {
        let client = Arc::new(Client::new(1, Peer::default()));
        let cx = CallContext::new(P::ROW, client, ClientAccess::ReadWrite, Vec::new());
        let cx = cx.guarded(Arc::new(Generous), Vec::new(), describes);
        let mut encoded = Writer::default();
        args.encode(&mut encoded).unwrap();
        let routes = Routes::<Careless>::default().on::<P>();
        let driver = Arc::new(Careless { asks });
        let answer = routes.begin(driver, cx, &encoded.into_bytes(), Writer::default());
        answer.unwrap().unwrap().await
    }

    #[tokio::test]
    async fn a_result_that_nobody_decided_about_does_not_leave() {
        let args = DomainDefineXmlArgs { xml: "guest".to_owned() };
        let outcome = call::<DomainDefineXml>(false, true, &args).await;
        assert_eq!(outcome.result.unwrap_err().code, ErrorCode::INTERNAL_ERROR);
        assert!(call::<DomainDefineXml>(true, true, &args).await.result.is_ok());
        let outcome = call::<ConnectNumOfDomains>(false, false, &()).await;
        assert_eq!(outcome.result.unwrap_err().code, ErrorCode::INTERNAL_ERROR);
        assert!(call::<ConnectNumOfDomains>(true, false, &()).await.result.is_ok());
    }
}

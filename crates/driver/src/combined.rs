//! One connection, all kinds of objects: a hypervisor's driver with those of networks, pools,
//! filters and secrets, which all hypervisors share.
//!
//! A call goes to the one that serves it, which is looked up once. Events of all reach the
//! hypervisor's bus, in the order of each.

use std::collections::HashMap;
use std::sync::Arc;

use api::procedure::Row;
use api::{Feature, Result, xdr};

use crate::{Answer, CallContext, Driver, EventBus, Identity, Reference, Subscription};

/// A driver of objects that every hypervisor's connections share.
pub trait ObjectDriver: Send + Sync + 'static {
    /// Whether it serves a procedure.
    fn serves(&self, row: &Row) -> bool;

    /// Where it says what happens.
    fn events(&self) -> &Arc<EventBus>;

    /// As [`Driver::identify`], for objects of its kinds.
    ///
    /// # Errors
    /// What the call itself would say when there is no such object.
    fn identify(&self, object: &Reference) -> Result<Option<Identity>>;

    /// As [`Driver::supports`].
    fn supports(&self, _: Feature) -> bool {
        false
    }

    /// As [`Driver::is_busy`].
    fn is_busy(&self) -> bool {
        false
    }

    /// As [`Driver::begin`].
    ///
    /// # Errors
    /// When `args` is not what the procedure takes.
    fn begin(
        self: Arc<Self>,
        cx: CallContext,
        args: &[u8],
        out: xdr::Writer,
    ) -> Result<Option<Answer>, xdr::Error>;
}

/// A hypervisor's driver together with those of the objects that all share.
pub struct Combined {
    hypervisor: Arc<dyn Driver>,
    objects: Vec<Arc<dyn ObjectDriver>>,
    /// Which of `objects` serves what.
    served: HashMap<(u32, i32), usize>,
    _subscriptions: Vec<Subscription>,
}

impl Combined {
    /// Puts them together. What the hypervisor's driver serves too, the objects' driver serves.
    pub fn new(hypervisor: Arc<dyn Driver>, objects: Vec<Arc<dyn ObjectDriver>>) -> Arc<Self> {
        let rows = || api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows());
        let served = objects.iter().enumerate().flat_map(|(at, driver)| {
            let served = rows().filter(|row| driver.serves(row));
            served.map(move |row| ((row.program, row.number), at))
        });
        let served = served.collect();
        let bus = hypervisor.events();
        let subscribe =
            |driver: &Arc<dyn ObjectDriver>| driver.events().subscribe(Arc::clone(bus) as _);
        let subscriptions = objects.iter().map(subscribe).collect();
        Arc::new(Self { hypervisor, objects, served, _subscriptions: subscriptions })
    }
}

impl Driver for Combined {
    fn scheme(&self) -> &'static str {
        self.hypervisor.scheme()
    }

    fn name(&self) -> &'static str {
        self.hypervisor.name()
    }

    fn open(&self, path: &str) -> Result<String> {
        self.hypervisor.open(path)
    }

    fn supports(&self, feature: Feature) -> bool {
        self.hypervisor.supports(feature)
            || self.objects.iter().any(|driver| driver.supports(feature))
    }

    fn is_busy(&self) -> bool {
        self.hypervisor.is_busy() || self.objects.iter().any(|driver| driver.is_busy())
    }

    fn events(&self) -> &Arc<EventBus> {
        self.hypervisor.events()
    }

    fn identify(&self, object: &Reference) -> Result<Option<Identity>> {
        for driver in &self.objects {
            if let Some(identity) = driver.identify(object)? {
                return Ok(Some(identity));
            }
        }
        self.hypervisor.identify(object)
    }

    fn begin(
        self: Arc<Self>,
        cx: CallContext,
        args: &[u8],
        out: xdr::Writer,
    ) -> Result<Option<Answer>, xdr::Error> {
        let serves = self.served.get(&(cx.row.program, cx.row.number));
        match serves.and_then(|at| self.objects.get(*at)) {
            Some(driver) => Arc::clone(driver).begin(cx, args, out),
            None => Arc::clone(&self.hypervisor).begin(cx, args, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use api::procedure::Row;
    use api::remote::{
        ConnectNumOfNetworks, ConnectNumOfNetworksRet, ConnectNumOfSecrets, NonnullNetwork,
    };
    use api::xdr::{self, Writer};
    use api::{Error, ErrorDomain, Feature, NetworkEventLifecycleType, Procedure, Result};

    use super::{Combined, ObjectDriver};
    use crate::{
        Answer, CallContext, Client, ClientAccess, Driver, Event, EventBus, Handler, Identity, Key,
        NetworkEvent, NetworkEventBody, ObjectKind, Peer, Reference, Routes, Subscriber,
    };

    #[derive(Default)]
    struct Host(Arc<EventBus>);

    impl Driver for Host {
        fn scheme(&self) -> &'static str {
            "host"
        }

        fn open(&self, path: &str) -> Result<String> {
            Ok(path.to_owned())
        }

        fn supports(&self, feature: Feature) -> bool {
            feature == Feature::XML_MIGRATABLE
        }

        fn events(&self) -> &Arc<EventBus> {
            &self.0
        }

        fn begin(
            self: Arc<Self>,
            _: CallContext,
            _: &[u8],
            _: Writer,
        ) -> Result<Option<Answer>, xdr::Error> {
            Ok(None)
        }
    }

    #[derive(Default)]
    struct Networks {
        events: Arc<EventBus>,
        routes: Routes<Self>,
    }

    impl Handler<ConnectNumOfNetworks> for Networks {
        async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectNumOfNetworksRet> {
            Ok(ConnectNumOfNetworksRet { num: 7 })
        }
    }

    impl ObjectDriver for Networks {
        fn serves(&self, row: &Row) -> bool {
            self.routes.serves(row.program, row.number)
        }

        fn events(&self) -> &Arc<EventBus> {
            &self.events
        }

        fn identify(&self, object: &Reference) -> Result<Option<Identity>> {
            match object.kind {
                ObjectKind::Network => Err(Error::internal(ErrorDomain::NETWORK, "none")),
                _ => Ok(None),
            }
        }

        fn is_busy(&self) -> bool {
            true
        }

        fn begin(
            self: Arc<Self>,
            cx: CallContext,
            args: &[u8],
            out: Writer,
        ) -> Result<Option<Answer>, xdr::Error> {
            self.routes.begin(Arc::clone(&self), cx, args, out)
        }
    }

    #[derive(Default)]
    struct Seen(Mutex<Vec<Arc<Event>>>);

    impl Subscriber for Seen {
        fn deliver(&self, event: &Arc<Event>) {
            self.0.lock().unwrap().push(Arc::clone(event));
        }
    }

    fn combined() -> (Arc<Networks>, Arc<Combined>) {
        let routes = crate::routes! { Networks: ConnectNumOfNetworks };
        let networks = Arc::new(Networks { routes, ..Networks::default() });
        let combined = Combined::new(Arc::new(Host::default()), vec![Arc::clone(&networks) as _]);
        (networks, combined)
    }

    #[tokio::test]
    async fn a_call_goes_to_the_driver_that_serves_it() {
        let (_, combined) = combined();
        let begin = |row| {
            let client = Arc::new(Client::new(1, Peer::default()));
            let cx = CallContext::new(row, client, ClientAccess::ReadOnly, Vec::new());
            Arc::clone(&combined).begin(cx, &[], Writer::default()).unwrap()
        };
        let answer = begin(ConnectNumOfNetworks::ROW).expect("it is served");
        assert_eq!(answer.await.result.unwrap().into_bytes(), [0, 0, 0, 7]);
        assert!(begin(ConnectNumOfSecrets::ROW).is_none());
        assert!(combined.supports(Feature::XML_MIGRATABLE) && combined.is_busy());
    }

    #[test]
    fn the_driver_of_its_kind_says_who_an_object_is() {
        let (_, combined) = combined();
        let identify = |kind| combined.identify(&Reference { kind, key: Key::Name("a".into()) });
        assert!(identify(ObjectKind::Network).is_err());
        assert_eq!(identify(ObjectKind::Domain), Ok(None));
    }

    #[test]
    fn events_of_objects_reach_the_hypervisors_bus() {
        let (networks, combined) = combined();
        let seen = Arc::new(Seen::default());
        let _subscription = combined.events().subscribe(seen.clone());
        let event = Event::Network(NetworkEvent {
            network: NonnullNetwork::default(),
            body: NetworkEventBody::Lifecycle {
                event: NetworkEventLifecycleType::DEFINED,
                detail: 0,
            },
            tags: Default::default(),
        });
        networks.events.publish(event.clone());
        assert_eq!(*seen.0.lock().unwrap()[0], event);
    }
}

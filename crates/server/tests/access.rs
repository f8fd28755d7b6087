//! Who may do what: the whole table against rules, sockets and the driver behind them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use api::procedure::{Lane, Permission, When};
use api::remote::*;
use api::xdr::{Reader, Shape, Writer};
use api::{
    DomainEventType, Error, ErrorCode, ErrorDomain, EventMessage, Feature, Procedure, Result, Row,
    Uuid,
};
use driver::{
    Answer, CallContext, DomainEvent, DomainEventBody, Driver, Event, EventBus, Extras, Identity,
    Key, Outcome, Reference, Ruling, Tags,
};
use server::access::{Access, Decision, Engine, PolicyFile, Question, Reason, Subject, Target};
use server::{Door, Limits, ListenerKind, Server};
use support::{Peer, facts, header};
use tokio::net::UnixListener;

/// Serves every call there is by writing its name down.
#[derive(Default)]
struct Witness {
    events: Arc<EventBus>,
    called: Mutex<Vec<&'static str>>,
}

impl Witness {
    fn called(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.called.lock().unwrap())
    }

    fn publish(&self, name: &str, tags: &[&str], detail: i32) {
        let domain = NonnullDomain { name: name.to_owned(), uuid: Uuid([7; 16]), id: 1 };
        let body = DomainEventBody::Lifecycle { event: DomainEventType::STARTED, detail };
        let tags: Tags = tags.iter().map(|tag| Box::from(*tag)).collect();
        self.events.publish(Event::Domain(DomainEvent { domain, body, tags }));
    }
}

impl Driver for Witness {
    fn scheme(&self) -> &'static str {
        "qemu"
    }
    fn name(&self) -> &'static str {
        "QEMU"
    }
    fn open(&self, _: &str) -> Result<String> {
        Ok("qemu:///system".to_owned())
    }
    fn supports(&self, _: Feature) -> bool {
        true
    }
    fn events(&self) -> &Arc<EventBus> {
        &self.events
    }
    /// Every object is there, by the name "thing" where it has no other, except "gone".
    fn identify(&self, object: &Reference) -> Result<Option<Identity>> {
        let name = match &object.key {
            Key::Name(name) | Key::Uuid { name, .. } if !name.is_empty() => name.clone(),
            _ => "thing".to_owned(),
        };
        if name == "gone" {
            return Err(Error::no_domain(ErrorDomain::QEMU, "no domain with matching name 'gone'"));
        }
        let (kind, tags) = (object.kind, Tags::default());
        Ok(Some(Identity { kind, name, uuid: Some(Uuid([7; 16])), tags, details: Vec::new() }))
    }
    fn begin(
        self: Arc<Self>,
        cx: CallContext,
        _: &[u8],
        _: Writer,
    ) -> Result<Option<Answer>, api::xdr::Error> {
        self.called.lock().unwrap().push(cx.row.name);
        let error = Error::operation_unsupported(ErrorDomain::QEMU, "it was only witnessed");
        let outcome = Outcome { result: Err(error), extras: Extras::default() };
        Ok(Some(Box::pin(std::future::ready(outcome))))
    }
}

/// A server with a witness behind it.
struct Stage {
    witness: Arc<Witness>,
    policy: Option<Arc<PolicyFile>>,
    directory: tempfile::TempDir,
}

/// Who runs the tests may do everything.
const EVERYTHING: &str = "[[rule]]\nwho = [{ anyone = true }]\nmay = [\"admin\"]\n";

impl Stage {
    /// Where the socket decides.
    fn open() -> Self {
        Self::new(|_| (Access::open(), None))
    }

    /// Where a policy file decides.
    fn policed(text: &str) -> Self {
        Self::new(|path| {
            std::fs::write(&path, text).unwrap();
            let file = Arc::new(PolicyFile::open(&path).unwrap());
            (Access::new(vec![Arc::clone(&file) as _]), Some(file))
        })
    }

    /// Where an engine of the test's own decides.
    fn judged(engine: impl Engine + 'static) -> Self {
        Self::new(|_| (Access::new(vec![Arc::new(engine)]), None))
    }

    fn new(access: impl FnOnce(PathBuf) -> (Access, Option<Arc<PolicyFile>>)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let witness = Arc::new(Witness::default());
        let (access, policy) = access(directory.path().join("access.toml"));
        let drivers = vec![Arc::clone(&witness) as Arc<dyn Driver>];
        let server = Server::with_access(Limits::default(), drivers, access);
        for (name, kind) in [("rw", ListenerKind::ReadWrite), ("ro", ListenerKind::ReadOnly)] {
            let listener = UnixListener::bind(directory.path().join(name)).unwrap();
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.serve(listener, Door::open(kind)).await });
        }
        Self { witness, policy, directory }
    }

    /// Puts another policy in force.
    fn enact(&self, text: &str) {
        let policy = self.policy.as_ref().unwrap();
        std::fs::write(policy.path(), text).unwrap();
        policy.reload().unwrap();
    }

    async fn connect(&self, socket: &str) -> Peer {
        Peer::connect(&self.directory.path().join(socket)).await
    }

    async fn client(&self, socket: &str) -> Peer {
        let mut peer = self.connect(socket).await;
        peer.open().await;
        peer
    }
}

/// All but one permission.
fn all_but(permission: Permission) -> String {
    format!("{EVERYTHING}may_not = [\"{permission}\"]\n")
}

fn calls() -> impl Iterator<Item = &'static Row> {
    let rows = api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows());
    rows.filter(|row| row.lane != Lane::Event)
}

/// Calls that end or restart the connection.
fn is_last(row: &Row) -> bool {
    matches!(row.name, "ConnectOpen" | "ConnectClose")
}

/// Arguments of a row: all zero, which is a value of every shape.
const ZEROS: [u8; 4096] = [0; 4096];

/// The same with one word set.
fn args_with(row: &Row, field: &str, word: u32) -> [u8; 4096] {
    let mut args = ZEROS;
    let mut input = Reader::new(&ZEROS);
    assert_eq!(row.args.seek(field, &mut input), Ok(Some(&Shape::U32)), "{}", row.name);
    let place = ZEROS.len() - input.remaining();
    args[place..place + 4].copy_from_slice(&word.to_be_bytes());
    args
}

/// Makes a call with raw arguments; the error that it comes back with.
async fn error_of(peer: &mut Peer, row: &Row, args: &[u8; 4096]) -> Option<Error> {
    peer.serial += 1;
    let header = header(row, peer.serial);
    peer.send(&header, args).await;
    let reply = peer.receive().await;
    assert_eq!(reply.header.serial, header.serial);
    (reply.header.status == rpc::Status::Error).then(|| reply.error())
}

#[track_caller]
fn assert_denied(error: Option<Error>, row: &Row) {
    let error = error.unwrap_or_else(|| panic!("{} is not refused", row.name));
    let words = "access denied: 'QEMU' denied access";
    assert_eq!(
        facts(&error),
        (ErrorCode::ACCESS_DENIED, ErrorDomain::ACCESS, words),
        "{}",
        row.name
    );
}

#[tokio::test]
async fn every_row_is_refused_to_who_lacks_one_of_its_permissions() {
    let stage = Stage::policed(EVERYTHING);
    let mut peer = stage.client("rw").await;
    let mut refused = 0;
    for row in calls() {
        for access in row.access.iter().filter(|access| access.when == When::Always) {
            stage.enact(&all_but(access.permission));
            assert_denied(error_of(&mut peer, row, &ZEROS).await, row);
            refused += 1;
        }
    }
    assert_eq!(stage.witness.called(), [""; 0], "a refused call reaches no driver");
    let rules: usize = calls()
        .map(|row| row.access.iter().filter(|access| access.when == When::Always).count())
        .sum();
    assert_eq!(refused, rules);
}

#[tokio::test]
async fn what_flags_ask_for_beyond_the_rest_is_refused_too() {
    let stage = Stage::policed(EVERYTHING);
    let mut peer = stage.client("rw").await;
    for row in calls() {
        for access in row.access {
            let (field, word) = match access.when {
                When::Always => continue,
                When::With(bits) => ("flags", bits),
                When::Without(_) => ("flags", 0),
                When::Source(source) => ("source", source),
            };
            stage.enact(&all_but(access.permission));
            let args = args_with(row, field, word);
            assert_denied(error_of(&mut peer, row, &args).await, row);
        }
    }
    assert_eq!(stage.witness.called(), [""; 0]);
}

#[tokio::test]
async fn who_has_all_permissions_gets_through_to_the_driver() {
    let stage = Stage::policed(EVERYTHING);
    let mut peer = stage.client("rw").await;
    for row in calls().filter(|row| !is_last(row)) {
        let error = error_of(&mut peer, row, &ZEROS).await;
        assert!(error.is_none_or(|error| error.code != ErrorCode::ACCESS_DENIED), "{}", row.name);
        let sessions_own = row.name.starts_with("Auth")
            || row.name.contains("Register")
            || row.name.contains("Deregister")
            || row.name.ends_with("CloseCallback")
            || matches!(row.name, "ConnectGetUri" | "ConnectIsSecure" | "ConnectSupportsFeature");
        let expected = if sessions_own { vec![] } else { vec![row.name] };
        assert_eq!(stage.witness.called(), expected);
    }
}

#[tokio::test]
async fn nothing_is_allowed_by_default_but_what_has_no_rule() {
    let stage = Stage::policed(EVERYTHING);
    let mut peer = stage.client("rw").await;
    stage.enact("");
    for row in calls().filter(|row| row.name != "ConnectClose") {
        let error = error_of(&mut peer, row, &ZEROS).await;
        let denied = error.is_some_and(|error| error.code == ErrorCode::ACCESS_DENIED);
        assert_eq!(denied, !row.access.is_empty(), "{}", row.name);
    }
    assert_eq!(stage.witness.called(), [""; 0]);
}

#[tokio::test]
async fn to_open_a_driver_takes_a_permission() {
    let stage = Stage::policed("");
    let mut peer = stage.connect("rw").await;
    peer.call::<AuthList>(&()).await.unwrap();
    let args = ConnectOpenArgs { name: Some("qemu:///system".to_owned()), flags: 0 };
    assert_denied(peer.call::<ConnectOpen>(&args).await.err(), ConnectOpen::ROW);
    let closed = peer.call::<ConnectGetHostname>(&()).await.unwrap_err();
    assert_eq!(closed.message, "internal error: hypervisor connection not open");
    stage.enact(EVERYTHING);
    peer.call::<ConnectOpen>(&args).await.unwrap();
}

#[tokio::test]
async fn every_row_that_changes_something_is_refused_on_the_socket_for_readers() {
    let stage = Stage::open();
    let mut peer = stage.client("ro").await;
    for row in calls().filter(|row| !is_last(row)) {
        let error = error_of(&mut peer, row, &ZEROS).await;
        let denied = error.as_ref().is_some_and(|error| error.code == ErrorCode::OPERATION_DENIED);
        let writes = row
            .access
            .iter()
            .any(|access| access.when == When::Always && !access.permission.only_reads());
        assert_eq!(denied, writes, "{}", row.name);
        if let Some(error) = error.filter(|_| denied) {
            let words =
                format!("operation forbidden: read only access prevents {}", row.api_name());
            assert_eq!(error.message, words);
            assert_eq!(stage.witness.called(), [""; 0], "{}", row.name);
        }
        stage.witness.called();
    }
}

/// Calls that readers or clients without the permission could once make.
async fn once_allowed_to_readers(row: &'static Row) {
    let stage = Stage::open();
    let mut peer = stage.client("ro").await;
    let error = error_of(&mut peer, row, &ZEROS).await.unwrap();
    assert_eq!(error.code, ErrorCode::OPERATION_DENIED);
    assert_eq!(stage.witness.called(), [""; 0]);
}

#[tokio::test]
async fn cve_2019_3886_guest_agent_asked_for_its_hostname_by_readers() {
    once_allowed_to_readers(DomainGetHostname::ROW).await;
    once_allowed_to_readers(DomainGetTime::ROW).await;
}

#[tokio::test]
async fn cve_2019_10161_files_of_the_host_opened_as_saved_images_by_readers() {
    once_allowed_to_readers(DomainSaveImageGetXmlDesc::ROW).await;
}

#[tokio::test]
async fn cve_2019_10166_managed_saves_rewritten_by_readers() {
    once_allowed_to_readers(DomainManagedSaveDefineXml::ROW).await;
}

#[tokio::test]
async fn cve_2019_10167_programs_run_as_emulators_by_readers() {
    once_allowed_to_readers(ConnectGetDomainCapabilities::ROW).await;
}

#[tokio::test]
async fn cve_2019_10168_programs_run_to_compare_cpus_by_readers() {
    once_allowed_to_readers(ConnectCompareHypervisorCpu::ROW).await;
    once_allowed_to_readers(ConnectBaselineHypervisorCpu::ROW).await;
}

#[tokio::test]
async fn cve_2020_10701_agent_timeouts_set_by_readers() {
    once_allowed_to_readers(DomainAgentSetResponseTimeout::ROW).await;
}

#[tokio::test]
async fn cve_2025_12748_documents_parsed_before_their_sender_is_authorized() {
    let stage = Stage::policed(EVERYTHING);
    let mut peer = stage.client("rw").await;
    stage.enact(&all_but(Permission::named("domain.write").unwrap()));
    // No XDR, let alone XML: whoever decoded it would say so.
    for row in [DomainDefineXmlFlags::ROW, DomainCreateXml::ROW, DomainRestoreParams::ROW] {
        assert_denied(error_of(&mut peer, row, &[0xff; 4096]).await, row);
    }
    let huge = DomainDefineXmlArgs { xml: "<a>".repeat(1 << 20) };
    assert_denied(peer.call::<DomainDefineXml>(&huge).await.err(), DomainDefineXml::ROW);
    assert_eq!(stage.witness.called(), [""; 0]);
}

#[tokio::test]
async fn who_has_the_permission_on_some_object_may_send_a_document() {
    let rule =
        "[[rule]]\nwho = [{ anyone = true }]\nmay = [\"domain.*\"]\non = [{ name = \"a\" }]\n";
    let visitor = "[[rule]]\nwho = [{ anyone = true }]\nmay = [\"visitor\"]\n";
    let stage = Stage::policed(&format!("{rule}{visitor}"));
    let mut peer = stage.client("rw").await;
    let args = DomainDefineXmlArgs { xml: "<domain/>".to_owned() };
    let error = peer.call::<DomainDefineXml>(&args).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::OPERATION_UNSUPPORTED, "the driver decides about the rest");
    let args = NetworkDefineXmlArgs { xml: "<network/>".to_owned() };
    let error = peer.call::<NetworkDefineXml>(&args).await.err();
    assert_denied(error, NetworkDefineXml::ROW);
}

#[tokio::test]
async fn an_object_is_what_the_driver_says_and_not_what_the_client_says() {
    let rule =
        "[[rule]]\nwho = [{ anyone = true }]\nmay = [\"domain.*\"]\non = [{ name = \"thing\" }]\n";
    let visitor = "[[rule]]\nwho = [{ anyone = true }]\nmay = [\"visitor\"]\n";
    let stage = Stage::policed(&format!("{rule}{visitor}"));
    let mut peer = stage.client("rw").await;
    let mut look_up = async |name: &str| {
        let args = DomainLookupByNameArgs { name: name.to_owned() };
        peer.call::<DomainLookupByName>(&args).await.unwrap_err()
    };
    assert_eq!(look_up("thing").await.code, ErrorCode::OPERATION_UNSUPPORTED);
    assert_denied(Some(look_up("other").await), DomainLookupByName::ROW);
    // What is not there is said not to be there, as libvirtd does, and no handler looks again.
    assert_eq!(look_up("gone").await.code, ErrorCode::NO_DOMAIN);
    assert_eq!(stage.witness.called(), ["DomainLookupByName"]);
}

async fn register(peer: &mut Peer) {
    let args = ConnectDomainEventCallbackRegisterAnyArgs { event_id: 0, dom: None };
    peer.call::<ConnectDomainEventCallbackRegisterAny>(&args).await.unwrap();
}

/// The details of the events that came before the reply to one more call.
async fn details_until_reply(peer: &mut Peer) -> Vec<i32> {
    let serial = peer.begin::<ConnectIsSecure>(&()).await;
    let mut details = Vec::new();
    loop {
        let packet = peer.receive().await;
        if packet.header.procedure == DomainEventCallbackLifecycle::ROW.number {
            let message: DomainEventCallbackLifecycleMsg = packet.result().unwrap();
            details.push(message.msg.detail);
        } else {
            assert_eq!(packet.header.serial, serial);
            return details;
        }
    }
}

#[tokio::test]
async fn events_are_told_to_who_may_know_of_their_domain() {
    let rule = "[[rule]]\nwho = [{ anyone = true }]\nmay = [\"viewer\"]\n\
                on = [{ name = \"mine\" }, { tag = \"ours\" }, { kind = \"connect\" }]\n";
    let stage = Stage::policed(rule);
    let mut peer = stage.client("rw").await;
    register(&mut peer).await;
    stage.witness.publish("mine", &[], 1);
    stage.witness.publish("theirs", &["x"], 2);
    stage.witness.publish("theirs", &["x", "ours"], 3);
    assert_eq!(details_until_reply(&mut peer).await, [1, 3]);
    stage.enact(&all_but(Permission::named("domain.getattr").unwrap()));
    stage.witness.publish("mine", &[], 4);
    assert!(details_until_reply(&mut peer).await.is_empty());
}

/// Decides later, as somebody does who has to ask: whatever is called "secret" is denied.
struct Slow;

impl Engine for Slow {
    fn decide(&self, _: &Subject, question: &Question<'_>) -> Ruling<Decision> {
        let secret = match question.target {
            Target::Object(object) => object.name == "secret",
            Target::Connection | Target::Some(_) => question.permission.name == "write",
        };
        Ruling::Later(Box::pin(async move {
            tokio::task::yield_now().await;
            let reason = Reason::Fixed("it was asked");
            if secret { Decision::denied(reason) } else { Decision::allowed(reason) }
        }))
    }
}

#[tokio::test]
async fn calls_wait_for_a_decision_that_comes_later() {
    let stage = Stage::judged(Slow);
    let mut peer = stage.client("rw").await;
    assert_eq!(peer.call::<ConnectGetUri>(&()).await.unwrap().uri, "qemu:///system");
    let look_up = |name: &str| DomainLookupByNameArgs { name: name.to_owned() };
    let error = peer.call::<DomainLookupByName>(&look_up("vm")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::OPERATION_UNSUPPORTED);
    let error = peer.call::<DomainLookupByName>(&look_up("secret")).await.err();
    assert_denied(error, DomainLookupByName::ROW);
    let refused = api::qemu::ConnectDomainMonitorEventRegister::ROW;
    assert_denied(error_of(&mut peer, refused, &ZEROS).await, refused);
    assert_eq!(stage.witness.called(), ["DomainLookupByName"]);
}

#[tokio::test]
async fn calls_in_one_go_are_answered_though_one_of_the_sessions_own_waits() {
    let stage = Stage::judged(Slow);
    let mut peer = stage.client("rw").await;
    let mut bytes = Vec::new();
    for serial in 100..150 {
        bytes.extend(rpc::encode(Vec::new(), &header(ConnectGetUri::ROW, serial), &()).unwrap());
    }
    peer.send_bytes(bytes).await;
    for serial in 100..150 {
        assert_eq!(peer.receive().await.header.serial, serial);
    }
}

#[tokio::test]
async fn events_that_wait_for_decisions_keep_their_order() {
    let stage = Stage::judged(Slow);
    let mut peer = stage.client("rw").await;
    register(&mut peer).await;
    for detail in 0..200 {
        stage.witness.publish(if detail % 3 == 0 { "secret" } else { "vm" }, &[], detail);
    }
    for detail in (0..200).filter(|detail| detail % 3 != 0) {
        let message: DomainEventCallbackLifecycleMsg = peer.receive().await.result().unwrap();
        assert_eq!(message.msg.detail, detail);
    }
}

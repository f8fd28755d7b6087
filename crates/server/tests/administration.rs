//! What administrators see and do, and the limits that they set.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use api::admin::*;
use api::remote::{
    AuthList, ConnectGetHostname, DomainGetXmlDesc, DomainGetXmlDescArgs, DomainReboot,
    DomainRebootArgs,
};
use api::{ErrorCode, ErrorDomain, Params, Procedure, TypedParamValue};
use server::Limits;
use support::{PATIENCE, Peer, Stage, domain, facts};

const REBOOT: fn() -> DomainRebootArgs = || DomainRebootArgs { dom: domain(), flags: 0 };

fn main_server() -> NonnullServer {
    NonnullServer { name: "libvirtd".to_owned() }
}

/// The value of an unsigned parameter.
fn unsigned(params: &[api::TypedParam], name: &str) -> u32 {
    match params.iter().find(|param| param.field == name).unwrap().value {
        TypedParamValue::UInt(value) => value,
        ref other => panic!("{name} is {other:?}"),
    }
}

async fn clients(admin: &mut Peer, name: &str) -> Vec<NonnullClient> {
    let srv = NonnullServer { name: name.to_owned() };
    let args = ServerListClientsArgs { srv, need_results: 1, flags: 0 };
    let list = admin.call::<ServerListClients>(&args).await.unwrap();
    assert_eq!(list.ret as usize, list.clients.len());
    list.clients.iter().cloned().collect()
}

async fn client_limits(admin: &mut Peer) -> Vec<api::TypedParam> {
    let args = ServerGetClientLimitsArgs { srv: main_server(), flags: 0 };
    admin.call::<ServerGetClientLimits>(&args).await.unwrap().params.iter().cloned().collect()
}

async fn set_client_limit(admin: &mut Peer, name: &str, value: u32) -> api::Result<()> {
    let params = Params::default().uint(name, value).0.clone().into();
    let args = ServerSetClientLimitsArgs { srv: main_server(), params, flags: 0 };
    admin.call::<ServerSetClientLimits>(&args).await
}

async fn workers(admin: &mut Peer) -> Vec<api::TypedParam> {
    let args = ServerGetThreadpoolParametersArgs { srv: main_server(), flags: 0 };
    let ret = admin.call::<ServerGetThreadpoolParameters>(&args).await.unwrap();
    ret.params.iter().cloned().collect()
}

#[tokio::test]
async fn each_server_lists_its_own_clients() {
    let stage = Stage::new();
    let _writer = stage.open().await;
    let mut reader = stage.connect("ro").await;
    reader.open().await;
    let mut admin = stage.connect("admin").await;
    let args = ConnectListServersArgs { need_results: 1, flags: 0 };
    let servers = admin.call::<ConnectListServers>(&args).await.unwrap();
    let names: Vec<_> = servers.servers.iter().map(|server| server.name.as_str()).collect();
    assert_eq!(names, ["admin", "libvirtd"]);
    let main: Vec<_> = clients(&mut admin, "libvirtd").await.iter().map(|one| one.id).collect();
    assert_eq!(main, [1, 2]);
    let administrators = clients(&mut admin, "admin").await;
    assert_eq!(administrators.iter().map(|one| one.id).collect::<Vec<_>>(), [3]);

    let of_reader = NonnullClient { srv: main_server(), id: 2, ..NonnullClient::default() };
    let info = ClientGetInfoArgs { clnt: of_reader.clone(), flags: 0 };
    let info = admin.call::<ClientGetInfo>(&info).await.unwrap().params;
    let fact =
        |name: &str| info.iter().find(|param| param.field == name).map(|param| param.value.clone());
    assert_eq!(fact("readonly"), Some(TypedParamValue::Boolean(true)));
    let own_uid = rustix::process::geteuid().as_raw().cast_signed();
    assert_eq!(fact("unix_user_id"), Some(TypedParamValue::Int(own_uid)));
    let own_pid = std::process::id().cast_signed();
    assert_eq!(fact("unix_process_id"), Some(TypedParamValue::Int(own_pid)));
    let elsewhere = NonnullServer { name: "admin".to_owned() };
    let args = ServerLookupClientArgs { srv: elsewhere, id: 2, flags: 0 };
    let error = admin.call::<ServerLookupClient>(&args).await.unwrap_err();
    let expected = "Client not found: No client with matching ID '2'";
    assert_eq!(facts(&error), (ErrorCode::NO_CLIENT, ErrorDomain::RPC, expected));
}

#[tokio::test]
async fn a_client_that_is_sent_away_is_gone_and_its_call_goes_on() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.begin::<DomainReboot>(&REBOOT()).await;
    stage.puppet.reboots_begun(1).await;
    let mut admin = stage.connect("admin").await;
    let clnt = NonnullClient { srv: main_server(), id: 1, ..NonnullClient::default() };
    admin.call::<ClientClose>(&ClientCloseArgs { clnt, flags: 0 }).await.unwrap();
    assert!(peer.receive_or_end().await.is_none());
    stage.puppet.release.notify_one();
    stage.puppet.reboots_ended(1).await;
    let gone = async {
        while !clients(&mut admin, "libvirtd").await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("it is not listed any more");
}

#[tokio::test]
async fn a_server_that_is_full_takes_more_once_it_may() {
    let limits = Limits { max_clients: 2, max_anonymous_clients: 1, ..Limits::default() };
    let stage = Stage::with(limits);
    let (_first, _second) = (stage.open().await, stage.open().await);
    let mut third = stage.connect("rw").await;
    third.begin::<AuthList>(&()).await;
    let mut admin = stage.connect("admin").await;
    let figures = client_limits(&mut admin).await;
    assert_eq!(unsigned(&figures, "nclients"), 2);
    assert_eq!(unsigned(&figures, "nclients_max"), 2);
    let refused = set_client_limit(&mut admin, "nclients_unauth_max", 3).await.unwrap_err();
    assert_eq!((refused.code, refused.domain), (ErrorCode::INVALID_ARG, ErrorDomain::RPC));
    set_client_limit(&mut admin, "nclients_max", 3).await.unwrap();
    third.receive().await;
    assert_eq!(unsigned(&client_limits(&mut admin).await, "nclients"), 3);
}

#[tokio::test]
async fn whoever_waits_behind_a_silent_client_is_heard_when_that_speaks() {
    let stage = Stage::with(Limits { max_anonymous_clients: 1, ..Limits::default() });
    let mut silent = stage.connect("rw").await;
    let mut next = stage.connect("rw").await;
    let mut admin = stage.connect("admin").await;
    let both = async {
        while unsigned(&client_limits(&mut admin).await, "nclients_unauth") != 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, both).await.expect("both are connected");
    next.begin::<AuthList>(&()).await;
    // The other socket has places of its own.
    stage.connect("ro").await.call::<AuthList>(&()).await.unwrap();
    silent.call::<AuthList>(&()).await.unwrap();
    next.receive().await;
}

#[tokio::test]
async fn a_silent_client_makes_way_when_its_time_is_up() {
    let auth_timeout = Duration::from_millis(50);
    let limits = Limits { max_anonymous_clients: 1, auth_timeout, ..Limits::default() };
    let stage = Stage::with(limits);
    let mut silent = stage.connect("rw").await;
    assert!(silent.receive_or_end().await.is_none());
    stage.connect("rw").await.call::<AuthList>(&()).await.unwrap();
}

#[tokio::test]
async fn no_more_calls_run_than_may_quick_ones_pass_and_more_go_on_once_they_may() {
    let stage = Stage::with(Limits { max_requests: 1, ..Limits::default() });
    let (mut first, mut second) = (stage.open().await, stage.open().await);
    first.begin::<DomainReboot>(&REBOOT()).await;
    stage.puppet.reboots_begun(1).await;
    second.begin::<DomainReboot>(&REBOOT()).await;
    // By the time that this is answered the call before it stands in line.
    second.call::<ConnectGetHostname>(&()).await.unwrap();
    let mut admin = stage.connect("admin").await;
    let waiting = async {
        while unsigned(&workers(&mut admin).await, "jobQueueDepth") != 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("a call waits");
    assert_eq!(unsigned(&workers(&mut admin).await, "freeWorkers"), 0);
    assert_eq!(stage.puppet.begun.load(std::sync::atomic::Ordering::SeqCst), 1);

    let params = Params::default().uint("maxWorkers", 2).0.clone().into();
    let args = ServerSetThreadpoolParametersArgs { srv: main_server(), params, flags: 0 };
    admin.call::<ServerSetThreadpoolParameters>(&args).await.unwrap();
    stage.puppet.reboots_begun(2).await;
    for ended in 1..=2 {
        stage.puppet.release.notify_one();
        stage.puppet.reboots_ended(ended).await;
    }
    first.receive().await;
    second.receive().await;
}

#[tokio::test]
async fn a_client_that_does_not_take_its_reply_holds_up_no_call_of_another() {
    let stage = Stage::with(Limits { max_requests: 2, ..Limits::default() });
    let (mut deaf, mut second, mut third) =
        (stage.open().await, stage.open().await, stage.open().await);
    deaf.begin::<DomainReboot>(&REBOOT()).await;
    // Three mebibytes, which fill its line.
    let args = DomainGetXmlDescArgs { dom: domain(), flags: 3 << 2 };
    deaf.begin::<DomainGetXmlDesc>(&args).await;
    stage.puppet.reboots_begun(1).await;
    second.begin::<DomainReboot>(&REBOOT()).await;
    stage.puppet.reboots_begun(2).await;
    third.begin::<DomainReboot>(&REBOOT()).await;
    // The first to wait is the first to be let go.
    stage.puppet.release.notify_one();
    stage.puppet.reboots_begun(3).await;
    for peer in [&mut second, &mut third] {
        stage.puppet.release.notify_one();
        assert_eq!(peer.receive().await.header.procedure, DomainReboot::ROW.number);
    }
}

#[tokio::test]
async fn the_calls_of_one_user_wait_for_each_other() {
    let stage = Stage::with(Limits { max_user_requests: 1, ..Limits::default() });
    let (mut first, mut second) = (stage.open().await, stage.open().await);
    first.begin::<DomainReboot>(&REBOOT()).await;
    stage.puppet.reboots_begun(1).await;
    second.begin::<DomainReboot>(&REBOOT()).await;
    second.call::<ConnectGetHostname>(&()).await.unwrap();
    assert_eq!(stage.puppet.begun.load(std::sync::atomic::Ordering::SeqCst), 1);
    stage.puppet.release.notify_one();
    first.receive().await;
    stage.puppet.reboots_begun(2).await;
    stage.puppet.release.notify_one();
    second.receive().await;
}

#[tokio::test]
async fn the_daemon_is_to_end_once_the_reply_is_sent() {
    let stage = Stage::new();
    let mut admin = stage.connect("admin").await;
    let refused = admin.call::<ConnectDaemonShutdown>(&ConnectDaemonShutdownArgs { flags: 4 });
    let message = "unsupported flags (0x4) in function adminConnectDaemonShutdown";
    let refused = refused.await.unwrap_err();
    assert_eq!(facts(&refused), (ErrorCode::INVALID_ARG, ErrorDomain::ADMIN, message));
    admin.call::<ConnectDaemonShutdown>(&ConnectDaemonShutdownArgs { flags: 0 }).await.unwrap();
    tokio::time::timeout(PATIENCE, stage.server.over()).await.expect("it is over");
}

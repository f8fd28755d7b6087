use std::sync::Arc;
use std::time::{Duration, Instant};

use api::remote::{
    ConnectGetHostname, DomainGetBlockInfo, DomainGetBlockInfoArgs, DomainGetXmlDesc,
    DomainGetXmlDescArgs, DomainGetXmlDescRet, DomainSetUserPassword, DomainSetUserPasswordArgs,
    NonnullDomain, SecretGetValue, SecretGetValueRet,
};
use api::xdr::{Xdr, to_bytes};
use api::{ErrorDomain, Procedure, Row, Uuid, qemu};
use serde_json::{Value as Json, json};

use super::Lines;
use crate::record::{
    Body, Direction, Guest, Header, Identity, Message, MessageKind, Packet, Record, Side, Times,
};

fn packet<T: Xdr>(row: &Row, kind: u32, status: u32, payload: &T) -> Packet {
    let payload = to_bytes(payload).unwrap();
    let identity = Identity {
        client: 3,
        transport: "unix",
        local: "/run/libvirt/libvirt-sock".to_owned(),
        pid: Some(123),
        uid: Some(0),
        ..Identity::default()
    };
    Packet {
        side: Side::Server,
        direction: if kind == 0 { Direction::Received } else { Direction::Sent },
        peer: Arc::new(identity),
        header: Header {
            program: row.program,
            version: 1,
            procedure: row.number,
            kind,
            serial: 3,
            status,
        },
        length: payload.len() + 28,
        fds: 0,
        payload: Some(payload.into()),
        args: None,
        times: None,
    }
}

fn shown(packet: Packet) -> Json {
    let record = Record::now(Body::Packet(packet));
    Lines::new(record.at - Duration::from_micros(123_456), true).record(&record)
}

fn dom() -> NonnullDomain {
    NonnullDomain { name: "vm".to_owned(), uuid: Uuid([7; 16]), id: 3 }
}

#[test]
fn a_call_shows_who_what_and_with_which_arguments() {
    let args = DomainGetBlockInfoArgs { dom: dom(), path: "vda".to_owned(), flags: 0 };
    let uuid = "07070707-0707-0707-0707-070707070707";
    assert_eq!(
        shown(packet(DomainGetBlockInfo::ROW, 0, 0, &args)),
        json!({
            "at": 0.123456, "kind": "packet", "side": "server", "direction": "rx",
            "client": 3, "transport": "unix", "local": "/run/libvirt/libvirt-sock", "remote": "",
            "pid": 123, "uid": 0,
            "program": "remote", "version": 1, "procedure": "domain_get_block_info", "number": 194,
            "type": "call", "status": "ok", "serial": 3, "len": 68,
            "args": { "dom": { "name": "vm", "uuid": uuid, "id": 3 }, "path": "vda", "flags": 0 },
        })
    );
}

#[test]
fn what_the_contract_does_not_know_keeps_its_numbers() {
    let mut unknown = packet(ConnectGetHostname::ROW, 9, 7, &());
    unknown.header.program = 0x1234;
    let shown = shown(unknown);
    let names = ["program", "procedure", "type", "status"].map(|name| shown[name].clone());
    assert_eq!(names, ["0x1234", "59", "9", "7"].map(Json::from));
}

#[test]
fn a_reply_shows_its_times_and_a_failure_why() {
    let micros = Duration::from_micros;
    let times =
        Times { queued: micros(12), job: micros(0), monitor: micros(310), total: micros(402) };
    let error = api::Error::no_domain(ErrorDomain::QEMU, "no domain 'vm'").to_wire();
    let mut failed = packet(DomainGetBlockInfo::ROW, 1, 1, &error);
    failed.times = Some(times);
    let shown = shown(failed);
    let times = ["queued_us", "job_us", "monitor_us", "total_us"].map(|name| shown[name].clone());
    assert_eq!(times, [12, 0, 310, 402].map(Json::from));
    let message = "Domain not found: no domain 'vm'";
    let error = json!({ "code": 42, "name": "NO_DOMAIN", "domain": 10, "message": message });
    assert_eq!(shown["error"], error);
}

#[test]
fn secrets_are_masked_whole() {
    let value = SecretGetValueRet { value: b"geheim".to_vec().into() };
    let value = shown(packet(SecretGetValue::ROW, 1, 0, &value));
    assert_eq!(value["ret"]["value"], "<masked>");
    let args = DomainSetUserPasswordArgs {
        dom: dom(),
        user: Some("root".to_owned()),
        password: Some("geheim".to_owned()),
        flags: 0,
    };
    let args = shown(packet(DomainSetUserPassword::ROW, 0, 0, &args));
    assert_eq!(
        (&args["args"]["user"], &args["args"]["password"]),
        (&"root".into(), &"<masked>".into())
    );
    let cmd = r#"{"execute":"set_password","arguments":{"password":"geheim"}}"#.to_owned();
    let args = qemu::DomainMonitorCommandArgs { dom: dom(), cmd, flags: 0 };
    let args = shown(packet(qemu::DomainMonitorCommand::ROW, 0, 0, &args)).to_string();
    assert!(args.contains("set_password") && !args.contains("geheim"), "{args}");
}

#[test]
fn a_document_that_was_read_with_its_secrets_is_not_shown() {
    let document = DomainGetXmlDescRet { xml: "<domain/>".to_owned() };
    let with_flags = |flags| {
        let mut reply = packet(DomainGetXmlDesc::ROW, 1, 0, &document);
        let args = DomainGetXmlDescArgs { dom: dom(), flags };
        reply.args = Some(to_bytes(&args).unwrap().into());
        shown(reply)["ret"]["xml"].clone()
    };
    assert_eq!(with_flags(0), "<domain/>");
    assert_eq!(with_flags(1), "<masked>");
    let unknown = shown(packet(DomainGetXmlDesc::ROW, 1, 0, &document));
    assert_eq!(unknown["ret"]["xml"], "<masked>", "who knows what was asked for");
}

#[test]
fn without_details_nothing_of_the_contents_is_shown() {
    let args = DomainGetBlockInfoArgs { dom: dom(), path: "vda".to_owned(), flags: 0 };
    let record = Record::now(Body::Packet(packet(DomainGetBlockInfo::ROW, 0, 0, &args)));
    let shown = Lines::new(record.at, false).record(&record);
    assert!(shown.get("args").is_none() && shown.get("omitted").is_none());
}

#[test]
fn who_sees_only_replies_sees_with_them_what_was_asked() {
    let error = api::Error::no_domain(ErrorDomain::QEMU, "x").to_wire();
    let mut failed = packet(DomainGetXmlDesc::ROW, 1, 1, &error);
    let args = DomainGetXmlDescArgs { dom: dom(), flags: 4 };
    failed.args = Some(to_bytes(&args).unwrap().into());
    let record = Record::now(Body::Packet(failed));
    let lines = Lines::new(Instant::now(), true);
    assert!(lines.record(&record).get("args").is_none());
    assert_eq!(lines.with_calls(true).record(&record)["args"]["flags"], 4);
}

#[test]
fn a_monitor_message_shows_its_name_and_no_secret() {
    let text = r#"{"execute":"object-add","arguments":{"qom-type":"secret","data":"geheim"},"id":"libvirt-7"}"#;
    let domain = Guest { name: "vm".to_owned(), uuid: Uuid([7; 16]) };
    let (text, length) = (text.to_owned(), text.len());
    let message = Message { domain, kind: MessageKind::Command, text, length, command: None };
    let record = Record::now(Body::Message(message));
    let shown = Lines::new(record.at, false).record(&record);
    assert_eq!(shown["name"], "object-add");
    assert_eq!(shown["direction"], "tx");
    assert_eq!(shown["message"]["arguments"]["data"], "<masked>");
    assert_eq!(shown["message"]["id"], "libvirt-7");
}

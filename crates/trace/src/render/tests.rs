use serde_json::json;

use super::{Detail, line};

#[test]
fn packets_read_like_this() {
    let call = json!({
        "at": 0.123456, "kind": "packet", "side": "server", "direction": "rx",
        "client": 3, "transport": "unix", "local": "/run/libvirt/libvirt-sock", "remote": "",
        "pid": 123, "uid": 0,
        "program": "remote", "version": 1, "procedure": "domain_get_block_info", "number": 194,
        "type": "call", "status": "ok", "serial": 3, "len": 64,
    });
    let head = "   0.123456 server rx client=3 /run/libvirt/libvirt-sock pid=123 uid=0 \
                msg=remote.1.domain_get_block_info(call, ok, 3) len=64";
    assert_eq!(line(&call, Detail::Brief), head);
    let mut with_args = call.clone();
    with_args["args"] = json!({
        "dom": { "name": "vm", "uuid": "0707", "id": 3 }, "path": "vda", "params": [{ "x": 1 }],
        "other": null,
    });
    let args = r#"<- dom="vm" path="vda" params=[{x=1}] other=-"#;
    assert_eq!(line(&with_args, Detail::Full), format!("{head} {args}"));
    let reply = json!({
        "at": 12.5, "kind": "packet", "side": "server", "direction": "tx", "client": 4,
        "local": "127.0.0.1:16509", "remote": "127.0.0.1:4444", "tls_name": "CN=a", "sasl_name": "b",
        "program": "remote", "version": 1, "procedure": "x", "type": "reply", "status": "error",
        "serial": 3, "len": 64, "fds": 1,
        "queued_us": 12, "job_us": 0, "monitor_us": 310, "total_us": 402,
        "error": { "code": 42, "message": "no domain" },
    });
    assert_eq!(
        line(&reply, Detail::Brief),
        "  12.500000 server tx client=4 127.0.0.1:16509 remote=127.0.0.1:4444 tls=\"CN=a\" sasl=\"b\" \
         msg=remote.1.x(reply, error, 3) len=64 fds=1 queued=12us job=0us monitor=310us \
         total=402us error=42 \"no domain\""
    );
}

#[test]
fn the_other_kinds_read_like_this() {
    let brief = |record| line(&record, Detail::Brief);
    assert_eq!(
        brief(json!({ "at": 0.0, "kind": "ready", "feeds": ["rpc", "qmp"], "version": "1.2.3" })),
        "   0.000000 ready feeds=rpc,qmp version=1.2.3"
    );
    assert_eq!(brief(json!({ "at": 1.0, "kind": "lost", "count": 7 })), "   1.000000 lost 7 lines");
    let peer = json!({ "at": 1.0, "kind": "opened", "client": 3, "local": "/s", "remote": "" });
    assert_eq!(brief(peer.clone()), "   1.000000 server opened client=3 /s");
    let kind = |kind: &str, more: serde_json::Value| {
        let mut record = peer.clone();
        record["kind"] = kind.into();
        more.as_object().unwrap().iter().for_each(|(k, v)| record[k] = v.clone());
        brief(record)
    };
    assert_eq!(
        kind("closed", json!({ "reason": "gone" })),
        "   1.000000 server closed client=3 /s reason=\"gone\""
    );
    assert_eq!(kind("timer", json!({ "timer": "ping" })), "   1.000000 timer ping client=3 /s");
    assert_eq!(kind("overrun", json!({ "queued": 9 })), "   1.000000 overrun client=3 /s queued=9");
    assert_eq!(
        kind("event", json!({ "event": "lifecycle", "domain": "vm", "told": 2, "queued": 70 })),
        "   1.000000 event lifecycle domain=\"vm\" told=2 queued=70"
    );
    assert_eq!(
        kind(
            "monitor",
            json!({
                "direction": "rx", "domain": "vm", "type": "reply", "name": "stop", "took_us": 31,
                "message": { "return": {} },
            })
        ),
        "   1.000000 qemu rx domain=\"vm\" reply stop took=31us {\"return\":{}}"
    );
}

#[test]
fn long_texts_are_cut_unless_all_is_wanted() {
    let record = json!({
        "at": 1.0, "kind": "monitor", "direction": "rx", "domain": "vm", "type": "reply",
        "message": { "return": "\u{e4}".repeat(200) },
    });
    let brief = line(&record, Detail::Brief);
    assert!(brief.ends_with("... (413 bytes)") && brief.len() < 280, "{brief}");
    assert!(line(&record, Detail::Full).len() > 400);
}

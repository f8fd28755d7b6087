use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::remote::DomainStatsRecord;
use api::{
    ConnectGetAllDomainStatsFlags as Flag, DomainStatsTypes as Group, Params, TypedParamValue,
};
use qmp::scripted::{Answer, Request};

use crate::block::figures::tests::{BLOCKSTATS, NODES};
use crate::domain::scripted::Bench;
use crate::lookup::Filter;
use crate::stats::Wanted;

const DEVICES: &str = "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
    <source file='/t' index='1'/><backingStore type='file' index='2'><format type='qcow2'/>\
    <source file='/b'/><backingStore/></backingStore><target dev='vda' bus='virtio'/>\
    <alias name='virtio-disk0'/></disk>\
    <interface type='user'><mac address='52:54:00:00:00:01'/></interface>\
    <memballoon model='virtio'><alias name='balloon0'/></memballoon>";

fn healthy(request: &Request) -> Answer {
    let answer = match request.name.as_str() {
        "query-blockstats" => BLOCKSTATS,
        "query-named-block-nodes" => NODES,
        "query-iothreads" => r#"[{"id":"iothread1","thread-id":1,"poll-max-ns":32768}]"#,
        "query-dirty-rate" => {
            r#"{"status":"measured","dirty-rate":7,"start-time":5,"calc-time":1,"mode":"dirty-bitmap"}"#
        }
        "qom-get" => {
            r#"{"last-update":12,"stats":{"stat-swap-in":18446744073709551615,"stat-free-memory":4096,
                "stat-major-faults":3}}"#
        }
        other => return Answer::Error("CommandNotFound", other.to_owned()),
    };
    Answer::Return(answer.replace('\n', " "))
}

async fn stats(bench: &Bench, groups: Group, flags: Flag) -> Vec<(String, Params)> {
    let wanted = Wanted { groups, flags };
    let driver = Arc::clone(&bench.driver);
    let all = driver.registry.all();
    let records = driver.all_stats(all, Filter::new(0), wanted).await.unwrap();
    let named = |record: DomainStatsRecord| (record.dom.name, Params::from(record.params));
    let mut records: Vec<_> = records.into_iter().map(named).collect();
    records.sort_by(|a, b| a.0.cmp(&b.0));
    records
}

fn number(params: &Params, field: &str) -> Option<u64> {
    match params.get(field)? {
        TypedParamValue::ULLong(number) => Some(*number),
        TypedParamValue::UInt(number) => Some((*number).into()),
        _ => None,
    }
}

#[tokio::test]
async fn every_group_has_its_fields() {
    let bench = Bench::new(5000).await;
    bench.guest(1, DEVICES, healthy).await;
    let (_, params) = stats(&bench, Group(0), Flag::BACKING).await.remove(0);
    let expected = [
        ("balloon.current", 1024),
        ("balloon.unused", 4),
        ("balloon.major_fault", 3),
        ("balloon.last-update", 12),
        ("vcpu.current", 1),
        ("vcpu.maximum", 2),
        ("net.count", 1),
        ("block.count", 2),
        ("block.0.backingIndex", 1),
        ("block.0.rd.bytes", 1536),
        ("block.0.allocation", 917_504),
        ("block.0.threshold", 4096),
        ("block.1.backingIndex", 2),
        ("block.1.capacity", 1_048_576),
        ("iothread.1.poll-max-ns", 32768),
    ];
    for (field, value) in expected {
        assert_eq!(number(&params, field), Some(value), "{field}");
    }
    let absent = ["balloon.swap_in", "net.0.name", "block.1.rd.reqs", "monitor.unresponsive"];
    for field in absent {
        assert_eq!(params.get(field), None, "{field}");
    }
    assert_eq!(params.get("dirtyrate.megabytes_per_second"), Some(&TypedParamValue::LLong(7)));
}

#[tokio::test]
async fn a_guest_that_hangs_is_marked_and_costs_nobody_else_anything() {
    let bench = Bench::new(200).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let silent = move |_: &Request| {
        count.fetch_add(1, Ordering::SeqCst);
        Answer::Silence
    };
    bench.guest(1, DEVICES, silent).await;
    bench.guest(2, DEVICES, healthy).await;
    for _ in 0..2 {
        let mut records = stats(&bench, Group(0), Flag(0)).await;
        let ((_, healthy), (_, hung)) = (records.remove(1), records.remove(0));
        assert_eq!(number(&healthy, "block.0.capacity"), Some(67_108_864));
        assert_eq!(healthy.get("monitor.unresponsive"), None);
        assert!(number(&hung, "monitor.unresponsive").is_some());
        assert_eq!(hung.get("state.state"), Some(&TypedParamValue::Int(1)));
        assert_eq!(number(&hung, "block.count"), Some(1));
        assert_eq!(hung.get("block.0.capacity"), None);
    }
    // The second call knew that it hangs, and did not ask again.
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn damaged_answers_leave_out_what_they_are_about() {
    let bench = Bench::new(5000).await;
    let damaged = |request: &Request| {
        let answer = match request.name.as_str() {
            "query-blockstats" => r#"[{"qdev":7,"stats":"none"}]"#,
            "query-named-block-nodes" => r#"{"not":"a list"}"#,
            "query-iothreads" => r#"[{"id":"thread","poll-max-ns":1},{"id":"iothread4294967296"}]"#,
            "query-dirty-rate" => r#"{"status":"odd","calc-time":9223372036854775807}"#,
            _ => r#"{"last-update":-5,"stats":{"stat-free-memory":18446744073709551614}}"#,
        };
        Answer::Return(answer.to_owned())
    };
    bench.guest(1, DEVICES, damaged).await;
    let (_, params) = stats(&bench, Group(0), Flag(0)).await.remove(0);
    assert_eq!(number(&params, "block.count"), Some(1));
    assert_eq!(params.get("block.0.rd.reqs"), None);
    assert_eq!(number(&params, "iothread.count"), Some(2));
    assert_eq!(number(&params, "balloon.last-update"), Some(0));
    assert_eq!(number(&params, "balloon.unused"), Some(u64::MAX / 1024));
    assert_eq!(params.get("dirtyrate.calc_period"), Some(&TypedParamValue::Int(i32::MAX)));
    assert_eq!(params.get("dirtyrate.calc_status"), Some(&TypedParamValue::Int(0)));
    assert_eq!(params.get("monitor.unresponsive"), None);
}

#[tokio::test]
async fn nowait_does_not_wait_for_who_changes_the_guest() {
    let bench = Bench::new(5000).await;
    let domain = bench.guest(1, DEVICES, healthy).await;
    let _change = domain.modify("test", &bench.driver.settings.deadlines).await.unwrap();
    let (_, params) = stats(&bench, Group::BLOCK, Flag::NOWAIT).await.remove(0);
    assert_eq!(number(&params, "block.count"), Some(1));
    assert_eq!(params.get("block.0.capacity"), None);
    assert_eq!(params.get("monitor.unresponsive"), None);
}

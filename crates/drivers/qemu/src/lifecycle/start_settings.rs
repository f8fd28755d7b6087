//! What QEMU is told over its monitor before the virtual CPUs run, because its command line has no
//! words for it or would show it to everybody: passwords, I/O limits, the balloon, what a guest's
//! own reboot does.

use config::UtcTime;
use config::domain::LifecycleAction;
use config::domain::disk::{Disk, DiskBus};
use config::domain::tuning::IoTune;
use qmp::{Command, Monitor, QmpError};
use serde_json::{Map, Value};

use super::actions::on_reboot;

/// A secret that QEMU is told over its monitor, so that no process list shows it.
#[derive(Debug, Clone)]
pub(super) struct DisplayPassword {
    /// `vnc` or `spice`.
    pub protocol: &'static str,
    /// The password.
    pub password: Box<str>,
    /// What becomes of clients that are connected: `keep`, `disconnect` or `fail`.
    pub connected: &'static str,
    /// When it ends; none for good.
    pub valid_to: Option<UtcTime>,
}

/// What QEMU is told of a password's end: seconds since the epoch. One that has passed is now.
pub(crate) fn expiry(valid_to: Option<UtcTime>) -> String {
    valid_to.map_or_else(|| "never".to_owned(), |end| end.unix_seconds().to_string())
}

/// Tells a QEMU that has just greeted.
pub(super) async fn apply(
    monitor: &Monitor,
    document: &config::Domain,
    passwords: &[DisplayPassword],
) -> Result<(), QmpError> {
    for secret in passwords {
        monitor.set_password(secret.protocol, &secret.password, secret.connected).await?;
        if secret.valid_to.is_some() {
            monitor.expire_password(secret.protocol, &expiry(secret.valid_to)).await?;
        }
    }
    if document.on_reboot == Some(LifecycleAction::Destroy) {
        monitor.perform(&on_reboot(document.on_reboot)).await?;
    }
    for disk in document.devices.disks.iter().filter(|disk| *disk.iotune != IoTune::default()) {
        if let Some(limits) = io_limits(disk) {
            monitor.perform(&Command::with("block_set_io_throttle", limits)).await?;
        }
    }
    set_balloon(monitor, document).await
}

async fn set_balloon(monitor: &Monitor, document: &config::Domain) -> Result<(), QmpError> {
    let balloon = document.devices.memballoon.as_deref();
    let Some(path) = balloon.and_then(crate::tuning::balloon_path) else { return Ok(()) };
    if let Some(stats) = balloon.and_then(|balloon| balloon.stats.as_ref()) {
        monitor.set_guest_memory_stats_period(&path, stats.period).await?;
    }
    if let Some(current) = below_maximum(document) {
        // A balloon that cannot be inflated yet leaves the guest all its memory.
        if let Err(error) = monitor.balloon(current).await {
            tracing::debug!(%error, "balloon not set at start");
        }
    }
    Ok(())
}

/// The memory that the balloon is to leave, if that is less than there is. **Units**: bytes.
fn below_maximum(document: &config::Domain) -> Option<u64> {
    let current = document.current_memory?.0;
    let maximum = document.memory?.size.0;
    (current < maximum).then(|| current.saturating_mul(1024))
}

/// Arguments of `block_set_io_throttle`; none for a disk without a name in QEMU.
pub(crate) fn io_limits(disk: &Disk) -> Option<Value> {
    let alias = disk.info.alias.name()?;
    let id = match disk.target.bus {
        Some(DiskBus::Virtio) => format!("/machine/peripheral/{alias}/virtio-backend"),
        _ => alias.to_owned(),
    };
    let tune = &disk.iotune;
    let always = [
        ("bps", tune.total_bytes_sec),
        ("bps_rd", tune.read_bytes_sec),
        ("bps_wr", tune.write_bytes_sec),
        ("iops", tune.total_iops_sec),
        ("iops_rd", tune.read_iops_sec),
        ("iops_wr", tune.write_iops_sec),
    ];
    let given = [
        ("bps_max", tune.total_bytes_sec_max),
        ("bps_rd_max", tune.read_bytes_sec_max),
        ("bps_wr_max", tune.write_bytes_sec_max),
        ("iops_max", tune.total_iops_sec_max),
        ("iops_rd_max", tune.read_iops_sec_max),
        ("iops_wr_max", tune.write_iops_sec_max),
        ("bps_max_length", tune.total_bytes_sec_max_length),
        ("bps_rd_max_length", tune.read_bytes_sec_max_length),
        ("bps_wr_max_length", tune.write_bytes_sec_max_length),
        ("iops_max_length", tune.total_iops_sec_max_length),
        ("iops_rd_max_length", tune.read_iops_sec_max_length),
        ("iops_wr_max_length", tune.write_iops_sec_max_length),
        ("iops_size", tune.size_iops_sec),
    ];
    let mut limits = Map::new();
    limits.insert("id".into(), id.into());
    limits.extend(always.map(|(name, value)| (name.into(), value.unwrap_or(0).into())));
    let given = given.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into())));
    limits.extend(given);
    if let Some(group) = &tune.group_name {
        limits.insert("group".into(), (&**group).into());
    }
    Some(Value::Object(limits))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use config::domain::graphics::Graphics;
    use config::domain::{ParseFlags, complete::aliases};
    use qmp::scripted::{Answer, Request};
    use serde_json::json;

    use super::{DisplayPassword, apply, io_limits};
    use crate::domain::scripted::Bench;

    /// What QEMU is told of a VNC display with these attributes.
    async fn told(attributes: &str) -> Vec<(String, serde_json::Value)> {
        let document = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices>\
             <graphics type='vnc' {attributes}/></devices></domain>"
        );
        let document = config::Domain::parse(&document, ParseFlags::Inactive).unwrap();
        let [Graphics::Vnc(vnc)] = document.devices.graphics.as_slice() else {
            panic!("no display")
        };
        let password = DisplayPassword {
            protocol: "vnc",
            password: vnc.password.passwd.clone().unwrap(),
            connected: "keep",
            valid_to: vnc.password.valid_to,
        };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        let bench = Bench::new(5000).await;
        let answer = move |request: &Request| {
            heard.lock().unwrap().push((request.name.clone(), request.arguments.clone()));
            Answer::Return("{}".to_owned())
        };
        let guest = bench.guest(1, "", answer).await;
        let live = guest.live().unwrap();
        apply(live.monitor().unwrap(), &document, &[password]).await.unwrap();
        let requests = requests.lock().unwrap();
        requests.iter().filter(|(name, _)| name.ends_with("_password")).cloned().collect()
    }

    #[tokio::test]
    async fn a_password_ends_when_its_document_says_so() {
        let told = told("passwd='x' passwdValidTo='2030-01-02T03:04:05'").await;
        let ends = json!({"protocol": "vnc", "time": "1893553445"});
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!((told[0].0.as_str(), &told[0].1["password"]), ("set_password", &json!("x")));
        assert_eq!(told[1], ("expire_password".to_owned(), ends));
    }

    #[tokio::test]
    async fn a_password_without_an_end_is_good_for_ever() {
        let told = told("passwd='x'").await;
        assert_eq!(
            told.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["set_password"]
        );
    }

    #[test]
    fn limits_name_the_disk_and_what_is_given() {
        let document = "<domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os><devices>\
            <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
            <iotune><total_iops_sec>500</total_iops_sec><total_iops_sec_max>900</total_iops_sec_max></iotune>\
            </disk></devices></domain>";
        let mut domain = config::Domain::parse(document, ParseFlags::Inactive).unwrap();
        aliases::assign_aliases(&mut domain);
        let limits = io_limits(&domain.devices.disks[0]).unwrap();
        assert_eq!(limits["id"], "/machine/peripheral/virtio-disk0/virtio-backend");
        assert_eq!((&limits["iops"], &limits["iops_max"]), (&500.into(), &900.into()));
        assert_eq!(limits["bps"], 0);
        assert_eq!(limits.get("bps_max"), None);
    }
}

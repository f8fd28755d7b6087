//! Which drivers the daemon has.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use definitions::Place;
use driver::{Combined, Driver, Neighbours};
use driver_qemu::{Deadlines, Settings};
use host::Root;
use host::mounts::{Mount, Mounts};

use crate::configuration::Configuration;
use crate::layout::{Layout, Scope};

/// Starts every driver; each finds again what its guests left running. All share the drivers of
/// networks, pools, filters and secrets.
pub(crate) async fn start(
    layout: &Layout,
    configuration: &Configuration,
) -> anyhow::Result<Vec<Arc<dyn Driver>>> {
    // Guests that are found, or start with the daemon, may ask for what these have.
    let directory = |kind: &str| layout.definitions.join(kind);
    let networks = driver_network::load(&Place::with_autostart(directory("network")))?;
    let pools = driver_storage::load(&Place::with_autostart(directory("storage")))?;
    let filters = driver_nwfilter::load(&Place::plain(directory("nwfilter")))?;
    let secrets = driver_secret::load(&Place::plain(directory("secrets")))?;
    let neighbours =
        Neighbours { secrets: secrets.clone(), networks: networks.clone(), pools: pools.clone() };
    let qemu = driver_qemu::load(qemu_settings(layout, configuration), neighbours).await?;
    Ok(vec![Combined::new(qemu, vec![networks, pools, filters, secrets])])
}

fn qemu_settings(layout: &Layout, configuration: &Configuration) -> Settings {
    Settings {
        scope: match layout.scope {
            Scope::System => driver_qemu::Scope::System,
            Scope::Session => driver_qemu::Scope::Session,
        },
        state_dir: layout.state.clone(),
        nvram_dir: layout.nvram.clone(),
        tpm_dir: layout.tpm.clone(),
        runtime_dir: layout.runtime.clone(),
        log_dir: layout.log.clone(),
        cache_dir: layout.cache.clone(),
        deadlines: Deadlines {
            monitor: Duration::from_secs(configuration.monitor_timeout),
            stats: Duration::from_millis(configuration.stats_timeout_ms),
            job: Duration::from_secs(configuration.job_timeout),
            ..Deadlines::default()
        },
        log_limit_bytes: configuration.guest_log_max_bytes,
        vnc_listen: configuration.vnc_listen.clone(),
        vnc_ports: configuration.remote_display_port_min..=configuration.remote_display_port_max,
        instance: layout.instance.clone(),
        huge_pages: huge_page_mounts(),
    }
}

/// Mounts of huge pages, each with the size of its pages in KiB.
fn huge_page_mounts() -> Vec<(u64, PathBuf)> {
    let mounts = Mounts::read(&Root::default()).unwrap_or_default();
    mounts.iter().filter_map(huge_page_mount).collect()
}

fn huge_page_mount(mount: &Mount) -> Option<(u64, PathBuf)> {
    let size = mount.options.split(',').find_map(|option| option.strip_prefix("pagesize="));
    let size = size.filter(|_| mount.kind == "hugetlbfs")?;
    let (digits, unit) = size.split_at(size.len().checked_sub(1)?);
    let scale = match unit {
        "K" => 1,
        "M" => 1024,
        "G" => 1024 * 1024,
        _ => return None,
    };
    Some((digits.parse::<u64>().ok()?.checked_mul(scale)?, mount.point.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_of_huge_pages_tells_their_size() {
        let size = |kind: &str, options: &str| {
            let (kind, options) = (kind.to_owned(), options.to_owned());
            huge_page_mount(&Mount { point: "/dev/hugepages".into(), kind, options })
        };
        assert_eq!(size("hugetlbfs", "rw,pagesize=2M"), Some((2048, "/dev/hugepages".into())));
        assert_eq!(size("tmpfs", "rw,size=2M"), None);
    }
}

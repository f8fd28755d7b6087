//! Changing how many huge pages the host has.

use api::remote::{NodeAllocPages, NodeAllocPagesArgs, NodeAllocPagesRet};
use api::{Error, NodeAllocPagesFlags as Flags, Result, limits};
use driver::{CallContext, Handler};
use host::Root;
use host::memory::PagePool;

use super::state::on_threads;
use super::{HOST, memory};
use crate::driver::QemuDriver;
use crate::flags;

/// Stands for the whole host where a node is asked for.
const ALL_CELLS: i32 = -1;

impl Handler<NodeAllocPages> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: NodeAllocPagesArgs) -> Result<NodeAllocPagesRet> {
        flags::only(args.flags, Flags::SET.0, "qemuNodeAllocPages")?;
        let root = self.node.root.clone();
        // The kernel moves memory about for it, which takes its time.
        on_threads(move || Ok(NodeAllocPagesRet { ret: alloc_pages(&root, &args)? })).await
    }
}

/// Gives how many pools were changed.
fn alloc_pages(root: &Root, args: &NodeAllocPagesArgs) -> Result<i32> {
    let nodes = memory::nodes(root)?;
    let last = memory::last_id(&nodes);
    if args.start_cell < ALL_CELLS || args.start_cell > last {
        return Err(memory::out_of_range(args.start_cell, last));
    }
    let count = i32::try_from(args.cell_count).unwrap_or(i32::MAX);
    let end = args.start_cell.saturating_add(count).min(last.saturating_add(1));
    let mut changed = 0;
    for cell in args.start_cell..end {
        let node = u32::try_from(cell).ok();
        if node.is_some_and(|id| nodes.iter().all(|node| node.id != id)) {
            continue;
        }
        let sizes = args.page_sizes.0.iter().zip(&args.page_counts.0);
        for (size, count) in sizes.take(limits::NODE_MAX_CELLS) {
            set_pool(root, node, *size, *count, Flags(args.flags))?;
            changed += 1;
        }
    }
    Ok(changed)
}

fn set_pool(root: &Root, node: Option<u32>, size: u32, count: u64, flags: Flags) -> Result<()> {
    if u64::from(size) == host::memory::page_size_kib() {
        let what = "system pages pool can't be modified";
        return Err(Error::operation_unsupported(HOST, what));
    }
    let present = || {
        let pools = host::memory::pools_of(root, node);
        let mut pools =
            pools.into_iter().filter(|pool: &PagePool| pool.size_kib == u64::from(size));
        pools.next().map(|pool| pool.total).ok_or_else(|| {
            Error::operation_failed(HOST, format!("page size {size} is not available"))
        })
    };
    let before = present()?;
    let kept = if flags.contains(Flags::SET) { 0 } else { before };
    let wanted = kept.saturating_add(count);
    host::memory::set_huge_pages(root, node, u64::from(size), wanted)
        .map_err(|error| Error::io(HOST, &error, format!("cannot set pages of {size} KiB")))?;
    let after = present()?;
    if after == wanted {
        return Ok(());
    }
    let got = after.saturating_sub(kept);
    let what = format!("Unable to allocate {count} pages. Allocated only {got}");
    Err(Error::operation_failed(HOST, what))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A machine with one node, whose kernel takes every number.
    fn machine() -> (tempfile::TempDir, Root) {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let node = "sys/devices/system/node";
        write(&format!("{node}/online"), "0\n");
        write(&format!("{node}/node0/cpulist"), "0\n");
        write(&format!("{node}/node0/meminfo"), "Node 0 MemTotal: 4096 kB\n");
        for pools in [format!("{node}/node0/hugepages"), "sys/kernel/mm/hugepages".to_owned()] {
            write(&format!("{pools}/hugepages-2048kB/nr_hugepages"), "3\n");
            write(&format!("{pools}/hugepages-2048kB/free_hugepages"), "1\n");
        }
        let root = Root::at(directory.path());
        (directory, root)
    }

    fn ask(root: &Root, size: u32, count: u64, start_cell: i32, flags: Flags) -> Result<i32> {
        let args = NodeAllocPagesArgs {
            page_sizes: vec![size].into(),
            page_counts: vec![count].into(),
            start_cell,
            cell_count: 1,
            flags: flags.0,
        };
        alloc_pages(root, &args)
    }

    #[test]
    fn pages_are_set_or_added_on_a_node_or_everywhere() {
        let (directory, root) = machine();
        let total = |pools: &str| {
            let file = directory.path().join(pools).join("hugepages-2048kB/nr_hugepages");
            fs::read_to_string(file).unwrap().trim().to_owned()
        };
        assert_eq!(ask(&root, 2048, 5, 0, Flags::SET).unwrap(), 1);
        assert_eq!(total("sys/devices/system/node/node0/hugepages"), "5");
        assert_eq!(total("sys/kernel/mm/hugepages"), "3");
        assert_eq!(ask(&root, 2048, 4, -1, Flags::ADD).unwrap(), 1);
        assert_eq!(total("sys/kernel/mm/hugepages"), "7");
    }

    #[test]
    fn what_cannot_be_changed_is_named() {
        let (_directory, root) = machine();
        let refusal = |size, cell| ask(&root, size, 1, cell, Flags::SET).unwrap_err().message;
        let small = u32::try_from(host::memory::page_size_kib()).unwrap();
        assert_eq!(
            refusal(small, 0),
            "Operation not supported: system pages pool can't be modified"
        );
        assert_eq!(refusal(3072, 0), "operation failed: page size 3072 is not available");
        assert_eq!(refusal(2048, 1), "internal error: start cell 1 out of range (0-0)");
    }
}

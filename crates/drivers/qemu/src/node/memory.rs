//! The host's memory, all of it and by NUMA node.

use api::remote::{
    NodeGetCellsFreeMemory, NodeGetCellsFreeMemoryArgs, NodeGetCellsFreeMemoryRet,
    NodeGetFreeMemory, NodeGetFreeMemoryRet, NodeGetFreePages, NodeGetFreePagesArgs,
    NodeGetFreePagesRet, NodeGetMemoryStats, NodeGetMemoryStatsArgs, NodeGetMemoryStatsRet,
    NodeMemoryStat,
};
use api::{Error, ErrorDomain, Result, limits};
use driver::{CallContext, Handler};
use host::Root;
use host::memory::{Memory, Node, PagePool};

use super::{HOST, check_room, invalid, no_flags, unknown};
use crate::driver::QemuDriver;
use crate::errors::QEMU;

/// Stands for the whole host where a node is asked for.
const ALL_CELLS: i32 = -1;

/// What the nodes have together and what of it is free. **Units**: KiB.
pub(super) fn all_kib(nodes: &[Node]) -> (u64, u64) {
    let sum = |of: fn(&Memory) -> u64| nodes.iter().map(|node| of(&node.memory)).sum();
    (sum(|memory| memory.total_kib), sum(|memory| memory.free_kib))
}

/// The nodes of memory; a host that knows none is one.
pub(super) fn nodes(root: &Root) -> Result<Vec<Node>> {
    let nodes = host::memory::nodes(root).map_err(|error| unknown(&error))?;
    if !nodes.is_empty() {
        return Ok(nodes);
    }
    let memory = host::memory::memory(root).map_err(|error| unknown(&error))?;
    let huge_pages = host::memory::huge_pages(root);
    Ok(vec![Node { id: 0, cpus: Vec::new(), memory, huge_pages, distances: Vec::new() }])
}

pub(super) fn last_id(nodes: &[Node]) -> i32 {
    nodes.last().and_then(|node| i32::try_from(node.id).ok()).unwrap_or(0)
}

pub(super) fn out_of_range(start: i32, last: i32) -> Error {
    Error::internal(HOST, format!("start cell {start} out of range (0-{last})"))
}

impl Handler<NodeGetFreeMemory> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<NodeGetFreeMemoryRet> {
        let (_, free_kib) = all_kib(&nodes(&self.node.root)?);
        Ok(NodeGetFreeMemoryRet { free_mem: free_kib.saturating_mul(1024) })
    }
}

impl Handler<NodeGetCellsFreeMemory> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: NodeGetCellsFreeMemoryArgs,
    ) -> Result<NodeGetCellsFreeMemoryRet> {
        if args.maxcells <= 0 {
            let detail = "maxCells in virNodeGetCellsFreeMemory must be greater than zero";
            return Err(Error::invalid_arg(HOST, detail));
        }
        let nodes = nodes(&self.node.root)?;
        let last = last_id(&nodes);
        if args.start_cell < 0 || args.start_cell > last {
            return Err(out_of_range(args.start_cell, last));
        }
        let room = usize::try_from(args.maxcells).unwrap_or(0).min(limits::NODE_MAX_CELLS);
        let end = last.saturating_add(1);
        let free = |id: i32| {
            let node = nodes.iter().find(|node| i32::try_from(node.id) == Ok(id));
            node.map_or(0, |node| node.memory.free_kib.saturating_mul(1024))
        };
        let cells: Vec<u64> = (args.start_cell..end).take(room).map(free).collect();
        Ok(NodeGetCellsFreeMemoryRet { cells: cells.into() })
    }
}

impl Handler<NodeGetMemoryStats> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: NodeGetMemoryStatsArgs,
    ) -> Result<NodeGetMemoryStatsRet> {
        no_flags(args.flags, HOST, "virHostMemGetStats")?;
        let figures = memory_figures(&self.node.root, args.cell_num)?;
        let nparams = i32::try_from(figures.len()).unwrap_or(i32::MAX);
        if args.nparams == 0 {
            return Ok(NodeGetMemoryStatsRet { params: Vec::new().into(), nparams });
        }
        check_room(args.nparams, figures.len(), "virHostMemGetStatsLinux")?;
        let stat = |(field, value): (&str, u64)| NodeMemoryStat { field: field.to_owned(), value };
        Ok(NodeGetMemoryStatsRet { params: figures.into_iter().map(stat).collect(), nparams })
    }
}

fn memory_figures(root: &Root, cell: i32) -> Result<Vec<(&'static str, u64)>> {
    if cell == ALL_CELLS {
        let Memory { total_kib, free_kib, buffers_kib, cached_kib, .. } =
            host::memory::memory(root).map_err(|error| unknown(&error))?;
        return Ok(vec![
            ("total", total_kib),
            ("free", free_kib),
            ("buffers", buffers_kib),
            ("cached", cached_kib),
        ]);
    }
    let nodes = nodes(root)?;
    let node = nodes.iter().find(|node| i32::try_from(node.id) == Ok(cell)).ok_or_else(|| {
        let last = last_id(&nodes);
        invalid(HOST, format!("cellNum in virHostMemGetStats must be less than or equal to {last}"))
    })?;
    Ok(vec![("total", node.memory.total_kib), ("free", node.memory.free_kib)])
}

impl Handler<NodeGetFreePages> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: NodeGetFreePagesArgs,
    ) -> Result<NodeGetFreePagesRet> {
        no_flags(args.flags, QEMU, "qemuNodeGetFreePages")?;
        check_pages(args.pages.0.len(), args.cell_count)?;
        let nodes = nodes(&self.node.root)?;
        let counts = free_pages(&self.node.root, &nodes, &args)?;
        Ok(NodeGetFreePagesRet { counts: counts.into() })
    }
}

/// Refuses an answer that would not fit, whatever the product of the two wraps to.
fn check_pages(sizes: usize, cells: u32) -> Result<()> {
    let answers = (sizes as u64).checked_mul(u64::from(cells));
    if answers.is_some_and(|answers| answers <= limits::NODE_MAX_CELLS as u64) {
        return Ok(());
    }
    let detail = format!("result of {sizes} page sizes on {cells} cells is too large");
    Err(Error::internal(ErrorDomain::RPC, detail))
}

fn free_pages(root: &Root, nodes: &[Node], args: &NodeGetFreePagesArgs) -> Result<Vec<u64>> {
    let last = last_id(nodes);
    if args.start_cell < ALL_CELLS || args.start_cell > last {
        return Err(out_of_range(args.start_cell, last));
    }
    let count = i32::try_from(args.cell_count).unwrap_or(i32::MAX);
    let end = args.start_cell.saturating_add(count).min(last.saturating_add(1));
    let mut counts = Vec::new();
    for cell in args.start_cell..end {
        let node = nodes.iter().find(|node| i32::try_from(node.id) == Ok(cell));
        let (pools, free_kib) = match node {
            Some(node) => (node.huge_pages.clone(), node.memory.free_kib),
            None if cell == ALL_CELLS => (host::memory::huge_pages(root), all_kib(nodes).1),
            None => continue,
        };
        for size in &args.pages.0 {
            counts.push(free_of_size(&pools, free_kib, *size, cell)?);
        }
    }
    Ok(counts)
}

fn free_of_size(pools: &[PagePool], free_kib: u64, size_kib: u32, cell: i32) -> Result<u64> {
    let size = u64::from(size_kib);
    if size == host::memory::page_size_kib() {
        return Ok(free_kib / size.max(1));
    }
    let pool = pools.iter().find(|pool| pool.size_kib == size).map(|pool| pool.free);
    pool.ok_or_else(|| {
        Error::operation_failed(
            HOST,
            format!("page size {size_kib} is not available on node {cell}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: u32, free: u64) -> Node {
        let memory = Memory { total_kib: 4096, free_kib: 400, ..Memory::default() };
        let huge_pages = vec![PagePool { size_kib: 2048, total: 9, free }];
        Node { id, cpus: vec![id], memory, huge_pages, distances: vec![10, 20] }
    }

    fn ask(pages: &[u32], start_cell: i32, cell_count: u32) -> Result<Vec<u64>> {
        let args =
            NodeGetFreePagesArgs { pages: pages.to_vec().into(), start_cell, cell_count, flags: 0 };
        free_pages(&Root::at("/nonexistent"), &[node(0, 3), node(1, 5)], &args)
    }

    #[test]
    fn a_product_that_wraps_to_something_small_is_too_large() {
        // 1023 * 4198405 is 1019 modulo 2^32.
        assert!(check_pages(1023, 4_198_405).is_err());
        assert!(check_pages(1, 1024).is_ok());
        assert!(check_pages(2, 513).is_err());
    }

    #[test]
    fn sizes_of_a_node_stand_together() {
        assert_eq!(ask(&[4, 2048], 0, 7).unwrap(), [100, 3, 100, 5]);
        assert_eq!(ask(&[2048], 1, 1).unwrap(), [5]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = ask(&[3], 0, 1).unwrap_err();
        assert_eq!(error.message, "operation failed: page size 3 is not available on node 0");
        let error = ask(&[4], 2, 1).unwrap_err();
        assert_eq!(error.message, "internal error: start cell 2 out of range (0-1)");
    }
}

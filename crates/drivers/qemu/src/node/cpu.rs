//! The host's CPUs.

use api::Result;
use api::remote::{
    NodeCpuStat, NodeGetCpuMap, NodeGetCpuMapArgs, NodeGetCpuMapRet, NodeGetCpuStats,
    NodeGetCpuStatsArgs, NodeGetCpuStatsRet, NodeGetInfo, NodeGetInfoRet,
};
use api::xdr::CharArray;
use driver::{CallContext, Handler};
use host::cpu::Topology;
use host::cpu_time::cpu_time;

use super::{HOST, check_room, invalid, no_flags, unknown};
use crate::capabilities::Arch;
use crate::capabilities::document::Shape;
use crate::driver::QemuDriver;

/// Asks for all CPUs together.
const ALL_CPUS: i32 = -1;

impl Handler<NodeGetInfo> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<NodeGetInfoRet> {
        let root = &self.node.root;
        let topology = Topology::read(root).map_err(|error| unknown(&error))?;
        let nodes = host::memory::nodes(root).map_err(|error| unknown(&error))?;
        let shape = Shape::of(&topology, &nodes);
        let (memory, _) = super::memory::all_kib(&super::memory::nodes(root)?);
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(NodeGetInfoRet {
            model: CharArray::from_text(Arch::host().name),
            memory,
            cpus: i32::try_from(topology.online.len()).unwrap_or(i32::MAX),
            mhz: number(host::cpu::mhz(root).unwrap_or(0)),
            nodes: number(shape.nodes),
            sockets: number(shape.sockets),
            // The call has no place for dies.
            cores: number(shape.dies.saturating_mul(shape.cores)),
            threads: number(shape.threads),
        })
    }
}

impl Handler<NodeGetCpuMap> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: NodeGetCpuMapArgs) -> Result<NodeGetCpuMapRet> {
        no_flags(args.flags, HOST, "virHostCPUGetMap")?;
        let topology = Topology::read(&self.node.root).map_err(|error| unknown(&error))?;
        let count = topology.present.last().map_or(0, |last| last.saturating_add(1));
        let mut map = vec![0u8; if args.need_map == 0 { 0 } else { count.div_ceil(8) as usize }];
        for cpu in &topology.online {
            if let Some(byte) = map.get_mut(*cpu as usize / 8) {
                *byte |= 1 << (cpu % 8);
            }
        }
        let online = u32::try_from(topology.online.len()).unwrap_or(u32::MAX);
        Ok(NodeGetCpuMapRet {
            cpumap: map.into(),
            online: if args.need_online == 0 { 0 } else { online },
            ret: i32::try_from(count).unwrap_or(i32::MAX),
        })
    }
}

impl Handler<NodeGetCpuStats> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: NodeGetCpuStatsArgs,
    ) -> Result<NodeGetCpuStatsRet> {
        no_flags(args.flags, HOST, "virHostCPUGetStats")?;
        let wrong = || invalid(HOST, "Invalid cpuNum in virHostCPUGetStatsLinux".to_owned());
        let cpu = match args.cpu_num {
            ALL_CPUS => None,
            cpu => Some(u32::try_from(cpu).map_err(|_| wrong())?),
        };
        let time = cpu_time(&self.node.root, cpu).map_err(|error| unknown(&error))?;
        let time = time.ok_or_else(wrong)?;
        let figures = [
            ("kernel", time.kernel_ns),
            ("user", time.user_ns),
            ("idle", time.idle_ns),
            ("iowait", time.iowait_ns),
        ];
        let nparams = 4;
        if args.nparams == 0 {
            return Ok(NodeGetCpuStatsRet { params: Vec::new().into(), nparams });
        }
        check_room(args.nparams, figures.len(), "virHostCPUGetStatsLinux")?;
        let stat = |(field, value): (&str, u64)| NodeCpuStat { field: field.to_owned(), value };
        Ok(NodeGetCpuStatsRet { params: figures.into_iter().map(stat).collect(), nparams })
    }
}

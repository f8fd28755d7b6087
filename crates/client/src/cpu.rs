//! CPU documents, and figures of the host's CPUs and memory.

use api::remote;

use crate::connection::Connection;
use crate::error::Result;
use crate::{
    CPUCompareResult, ConnectBaselineCPUFlags, ConnectCompareCPUFlags, NodeAllocPagesFlags,
    NodeSuspendTarget,
};

/// Which emulator and guests a question is about; the server fills in what is not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emulation {
    /// Path of the emulator.
    pub emulator: Option<String>,
    /// Architecture.
    pub arch: Option<String>,
    /// Machine type.
    pub machine: Option<String>,
    /// Kind of hypervisor, such as `kvm`.
    pub virt_type: Option<String>,
}

impl Connection {
    /// How the host's CPU stands to the one of a document.
    ///
    /// # Errors
    /// What is wrong with the document; code 91 with the reason, if incompatible is to be one.
    pub async fn compare_cpu(
        &self,
        xml: &str,
        flags: ConnectCompareCPUFlags,
    ) -> Result<CPUCompareResult> {
        let args = remote::ConnectCompareCpuArgs { xml: xml.to_owned(), flags: flags.0 };
        Ok(CPUCompareResult(self.call::<remote::ConnectCompareCpu>(args).await?.result))
    }

    /// How the CPU that an emulator can give its guests stands to the one of a document.
    ///
    /// # Errors
    /// As [`compare_cpu`](Self::compare_cpu), and code 8 for an emulator that does not exist.
    pub async fn compare_hypervisor_cpu(
        &self,
        emulation: &Emulation,
        xml: &str,
        flags: ConnectCompareCPUFlags,
    ) -> Result<CPUCompareResult> {
        let Emulation { emulator, arch, machine, virt_type } = emulation.clone();
        let args = remote::ConnectCompareHypervisorCpuArgs {
            emulator,
            arch,
            machine,
            virttype: virt_type,
            xml_cpu: xml.to_owned(),
            flags: flags.0,
        };
        let ret = self.call::<remote::ConnectCompareHypervisorCpu>(args).await?;
        Ok(CPUCompareResult(ret.result))
    }

    /// The document of a CPU that has what all hosts with these CPUs have.
    ///
    /// # Errors
    /// What is wrong with the documents; code 9 when they have nothing in common.
    pub async fn baseline_cpu(
        &self,
        documents: Vec<String>,
        flags: ConnectBaselineCPUFlags,
    ) -> Result<String> {
        let args = remote::ConnectBaselineCpuArgs { xml_cpus: documents.into(), flags: flags.0 };
        Ok(self.call::<remote::ConnectBaselineCpu>(args).await?.cpu)
    }

    /// The same, as an emulator can give it to its guests.
    ///
    /// # Errors
    /// As [`baseline_cpu`](Self::baseline_cpu), and code 8 for an emulator that does not exist.
    pub async fn baseline_hypervisor_cpu(
        &self,
        emulation: &Emulation,
        documents: Vec<String>,
        flags: ConnectBaselineCPUFlags,
    ) -> Result<String> {
        let Emulation { emulator, arch, machine, virt_type } = emulation.clone();
        let args = remote::ConnectBaselineHypervisorCpuArgs {
            emulator,
            arch,
            machine,
            virttype: virt_type,
            xml_cpus: documents.into(),
            flags: flags.0,
        };
        Ok(self.call::<remote::ConnectBaselineHypervisorCpu>(args).await?.cpu)
    }

    /// The CPU models that documents of an architecture may name; none where any may be named.
    ///
    /// # Errors
    /// Code 8 for an architecture that nobody knows, code 3 for one without models.
    pub async fn cpu_models(&self, arch: &str) -> Result<Vec<String>> {
        let args = remote::ConnectGetCpuModelNamesArgs {
            arch: arch.to_owned(),
            need_results: 1,
            flags: 0,
        };
        Ok(self.call::<remote::ConnectGetCpuModelNames>(args).await?.models.0)
    }

    /// Most virtual CPUs of a guest of a kind.
    ///
    /// # Errors
    /// Code 8 for a kind that the server does not have.
    pub async fn max_vcpus(&self, kind: Option<&str>) -> Result<i32> {
        let args = remote::ConnectGetMaxVcpusArgs { kind: kind.map(str::to_owned) };
        Ok(self.call::<remote::ConnectGetMaxVcpus>(args).await?.max_vcpus)
    }

    /// Free pages of each size (**Units**: KiB) of NUMA cells, those of a cell together. Cell -1 is the
    /// whole host.
    ///
    /// # Errors
    /// Code 1 for a cell that is not there, code 9 for a size that it does not have.
    pub async fn free_pages(&self, sizes: &[u32], first: i32, cells: u32) -> Result<Vec<u64>> {
        let args = remote::NodeGetFreePagesArgs {
            pages: sizes.to_vec().into(),
            start_cell: first,
            cell_count: cells,
            flags: 0,
        };
        Ok(self.call::<remote::NodeGetFreePages>(args).await?.counts.0)
    }

    /// Sets or adds huge pages of one size (**Units**: KiB) on NUMA cells; gives how many pools that were.
    ///
    /// # Errors
    /// As [`free_pages`](Self::free_pages), and code 9 when there are fewer than asked for.
    pub async fn alloc_pages(
        &self,
        size: u32,
        count: u64,
        first: i32,
        cells: u32,
        flags: NodeAllocPagesFlags,
    ) -> Result<i32> {
        let args = remote::NodeAllocPagesArgs {
            page_sizes: vec![size].into(),
            page_counts: vec![count].into(),
            start_cell: first,
            cell_count: cells,
            flags: flags.0,
        };
        Ok(self.call::<remote::NodeAllocPages>(args).await?.ret)
    }

    /// What a CPU of the host has done, by name; all of them for -1. **Units**: nanoseconds.
    ///
    /// # Errors
    /// Code 8 for a CPU that is not there.
    pub async fn node_cpu_stats(&self, cpu: i32) -> Result<Vec<(String, u64)>> {
        let ask = |nparams| remote::NodeGetCpuStatsArgs { cpu_num: cpu, nparams, flags: 0 };
        let room = self.call::<remote::NodeGetCpuStats>(ask(0)).await?.nparams;
        let stats = self.call::<remote::NodeGetCpuStats>(ask(room)).await?.params;
        Ok(stats.0.into_iter().map(|stat| (stat.field, stat.value)).collect())
    }

    /// The memory of a NUMA cell of the host, by name; of all for -1. **Units**: KiB.
    ///
    /// # Errors
    /// Code 8 for a cell that is not there.
    pub async fn node_memory_stats(&self, cell: i32) -> Result<Vec<(String, u64)>> {
        let ask = |nparams| remote::NodeGetMemoryStatsArgs { cell_num: cell, nparams, flags: 0 };
        let room = self.call::<remote::NodeGetMemoryStats>(ask(0)).await?.nparams;
        let stats = self.call::<remote::NodeGetMemoryStats>(ask(room)).await?.params;
        Ok(stats.0.into_iter().map(|stat| (stat.field, stat.value)).collect())
    }

    /// Puts the host to sleep for a time. **Units**: seconds, at least 60.
    ///
    /// # Errors
    /// Code 74 where the host cannot.
    pub async fn suspend_node(&self, target: NodeSuspendTarget, seconds: u64) -> Result<()> {
        let args = remote::NodeSuspendForDurationArgs {
            target: target.0.cast_unsigned(),
            duration: seconds,
            flags: 0,
        };
        self.call::<remote::NodeSuspendForDuration>(args).await
    }
}

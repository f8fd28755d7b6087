//! Threads of a guest: in which control groups they are, and how they are scheduled.

use std::collections::HashSet;

use api::Result;
use qmp::commands::VcpuThread;

use crate::control_group::{self, Part, schedule, set_bandwidth};
use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors;

impl QemuDriver {
    /// Has the threads of a guest that has just started run where, how long and how its document says.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel refuses.
    pub(crate) async fn place_threads(
        &self,
        domain: &Domain,
        live: &Live,
        document: &config::Domain,
    ) -> Result<()> {
        let mut parts = vcpu_parts(&live.parts().vcpus);
        if !super::iothreads::threads(document).is_empty() {
            parts.extend(self.iothread_parts(domain, live).await?);
        }
        let (group, emulator) = (live.group.clone(), live.process.pid());
        let placed = document.clone();
        control_group::wait_for(move || {
            if let Some(group) = &group {
                let tune = &placed.cputune;
                let (period, quota) = (tune.global_period, tune.global_quota);
                set_bandwidth(group.whole(), period.filter(is_set), quota.filter(is_set))
                    .map_err(|error| errors::group(&error))?;
                for (part, thread) in &parts {
                    group.place_part(*part, &placed, &[*thread])?;
                }
            }
            for (part, thread) in parts {
                schedule(part, &placed, &[thread])?;
            }
            schedule(Part::Emulator, &placed, &[emulator])
        })
        .await?;
        self.pin_threads(domain, live, document).await
    }

    /// Binds the threads to the CPUs that the document names: in a group, they may use the group's.
    async fn pin_threads(
        &self,
        domain: &Domain,
        live: &Live,
        document: &config::Domain,
    ) -> Result<()> {
        super::apply_pins(document, &live.parts().vcpus);
        if let Some(pin) = &document.cputune.emulatorpin {
            self.pin_emulator(domain, live, &pin.cpuset).await?;
        }
        self.pin_iothreads(domain, live, document).await
    }

    /// Follows virtual CPUs that came or went.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel refuses.
    pub(super) async fn follow_vcpus(
        &self,
        live: &Live,
        document: &config::Domain,
        before: &[VcpuThread],
        now: &[VcpuThread],
    ) -> Result<()> {
        let numbers = |vcpus: &[VcpuThread]| -> HashSet<u32> {
            vcpus.iter().map(|vcpu| vcpu.cpu_index).collect()
        };
        let (known, there) = (numbers(before), numbers(now));
        let gone: Vec<Part> = known.difference(&there).copied().map(Part::Vcpu).collect();
        let new = now.iter().filter(|vcpu| !known.contains(&vcpu.cpu_index));
        let new = vcpu_parts(new);
        let (group, placed) = (live.group.clone(), document.clone());
        control_group::wait_for(move || {
            for (part, thread) in new {
                if let Some(group) = &group {
                    group.place_part(part, &placed, &[thread])?;
                }
                schedule(part, &placed, &[thread])?;
            }
            if let Some(group) = &group {
                gone.into_iter().for_each(|part| group.remove_part(part));
            }
            Ok(())
        })
        .await
    }

    /// Follows an I/O thread that was added.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel refuses.
    pub(super) async fn follow_new_iothread(
        &self,
        domain: &Domain,
        live: &Live,
        document: &config::Domain,
        id: u32,
    ) -> Result<()> {
        let Some(group) = live.group.clone() else { return Ok(()) };
        let mut parts = self.iothread_parts(domain, live).await?;
        parts.retain(|(part, _)| *part == Part::IoThread(id));
        let placed = document.clone();
        control_group::wait_for(move || {
            parts
                .into_iter()
                .try_for_each(|(part, thread)| group.place_part(part, &placed, &[thread]))
        })
        .await
    }

    /// Follows an I/O thread that was deleted.
    pub(super) async fn forget_iothread(&self, live: &Live, id: u32) -> Result<()> {
        let Some(group) = live.group.clone() else { return Ok(()) };
        control_group::wait_for(move || {
            group.remove_part(Part::IoThread(id));
            Ok(())
        })
        .await
    }

    /// Pins a part of a guest that runs in its control group, if it has one.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel refuses.
    pub(super) async fn pin_part(
        &self,
        live: &Live,
        part: Part,
        cpus: &config::RangeSet,
    ) -> Result<()> {
        let Some(group) = live.group.clone() else { return Ok(()) };
        let cpus = cpus.clone();
        control_group::wait_for(move || group.pin(part, &cpus)).await
    }

    /// All parts of a guest that runs.
    pub(super) fn parts_of(&self, live: &Live, document: &config::Domain) -> Vec<Part> {
        let vcpus = vcpu_parts(&live.parts().vcpus).into_iter().map(|(part, _)| part);
        let iothreads = super::iothreads::threads(document);
        let iothreads = iothreads.into_iter().map(|thread| Part::IoThread(thread.id));
        std::iter::once(Part::Emulator).chain(vcpus).chain(iothreads).collect()
    }

    /// The I/O threads that a document may name, which are called `iothreadN`.
    async fn iothread_parts(&self, domain: &Domain, live: &Live) -> Result<Vec<(Part, i32)>> {
        let threads = self.ask(domain, live.monitor()?.query_iothreads()).await?;
        let part = |thread: &qmp::commands::IoThread| {
            let number = thread.id.strip_prefix("iothread")?.parse().ok()?;
            Some((Part::IoThread(number), thread.thread_id))
        };
        Ok(threads.iter().filter_map(part).collect())
    }
}

fn vcpu_parts<'v>(vcpus: impl IntoIterator<Item = &'v VcpuThread>) -> Vec<(Part, i32)> {
    vcpus.into_iter().map(|vcpu| (Part::Vcpu(vcpu.cpu_index), vcpu.thread_id)).collect()
}

/// Whether a figure of a document is one: 0 says nothing.
fn is_set<N: Default + PartialEq>(figure: &N) -> bool {
    *figure != N::default()
}

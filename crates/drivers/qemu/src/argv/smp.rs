//! `-smp`, I/O threads, CPUs that are there at start.

use config::Error;

use super::Result;
use super::line::Line;
use super::options::Options;
use super::props::Props;

impl Line<'_> {
    /// `-smp`
    pub(super) fn smp(&mut self) -> Result<()> {
        let vcpu =
            self.domain.vcpu.as_ref().ok_or_else(|| Error::internal("domain has no vcpu"))?;
        let (most, current) = (vcpu.count, self.vcpus_at_start(vcpu.count, vcpu.current));
        let topology = self.domain.cpu.as_ref().and_then(|cpu| cpu.topology);
        let mut smp = Options::new(current);
        smp.set("maxcpus", Some(most).filter(|most| *most != current));
        match topology {
            Some(topology) => smp
                .set("sockets", topology.sockets)
                .set("dies", topology.dies.unwrap_or(1))
                .set("cores", topology.cores)
                .set("threads", topology.threads),
            None => smp.set("sockets", most).set("cores", 1_u32).set("threads", 1_u32),
        };
        self.option("-smp", smp);
        Ok(())
    }

    /// CPUs that cannot be taken away; those that can are plugged in before the guest runs.
    fn vcpus_at_start(&self, most: u32, current: Option<u32>) -> u32 {
        let Some(each) = &self.domain.vcpus else {
            return current.unwrap_or(most);
        };
        let fixed = each.vcpus.iter().filter(|vcpu| {
            vcpu.enabled == config::YesNo::Yes && vcpu.hotpluggable != Some(config::YesNo::Yes)
        });
        u32::try_from(fixed.count()).unwrap_or(most).max(1)
    }

    /// `-object iothread`, and `main-loop` for what no thread of its own serves.
    pub(super) fn iothreads(&mut self) -> Result<()> {
        if let Some(ids) = self.domain.iothread_ids.as_ref().filter(|ids| !ids.iothreads.is_empty())
        {
            for thread in &ids.iothreads {
                let mut object = iothread(thread.id);
                object
                    .set("thread-pool-min", thread.thread_pool_min)
                    .set("thread-pool-max", thread.thread_pool_max);
                self.object(&object);
            }
        }
        let named = self
            .domain
            .iothread_ids
            .as_ref()
            .map(|ids| ids.iothreads.as_slice())
            .unwrap_or_default();
        let count = self.domain.iothreads.unwrap_or_default();
        let rest = (count as usize).saturating_sub(named.len());
        let free = (1..).filter(|id| named.iter().all(|thread| thread.id != *id));
        free.take(rest).for_each(|id| self.object(&iothread(id)));
        if let Some(default) = self.domain.default_iothread {
            let mut main_loop = Props::object("main-loop", "main-loop");
            main_loop
                .set("thread-pool-min", default.thread_pool_min)
                .set("thread-pool-max", default.thread_pool_max);
            self.object(&main_loop);
        }
        Ok(())
    }
}

fn iothread(id: u32) -> Props {
    Props::object("iothread", &format!("iothread{id}"))
}

//! Sets of host CPUs as the protocol carries them: a bit each, lowest first.

use config::RangeSet;
use host::Root;
use host::cpu;

/// The set that a map of a client means, of the CPUs that this host has.
pub(super) fn read(map: &[u8], host_cpus: u32) -> RangeSet {
    (0..host_cpus).filter(|cpu| bit(map, *cpu)).collect()
}

fn bit(map: &[u8], cpu: u32) -> bool {
    let byte = usize::try_from(cpu / 8).ok().and_then(|index| map.get(index));
    byte.is_some_and(|byte| byte >> (cpu % 8) & 1 == 1)
}

/// Appends a map of `length` bytes with the bits of `cpus`.
pub(super) fn append(maps: &mut Vec<u8>, length: usize, cpus: impl Iterator<Item = u32>) {
    let start = maps.len();
    maps.resize(start.saturating_add(length), 0);
    let Some(map) = maps.get_mut(start..) else { return };
    for cpu in cpus {
        let byte = usize::try_from(cpu / 8).ok().and_then(|index| map.get_mut(index));
        if let Some(byte) = byte {
            *byte |= 1 << (cpu % 8);
        }
    }
}

/// How many CPUs the host has, counted to the last that may ever be there.
pub(super) fn host_cpus() -> u32 {
    let present = cpu::Topology::read(&Root::default()).map(|topology| topology.present);
    let last = present.ok().and_then(|present| present.last().copied());
    last.map_or(1, |last| last.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_as_it_is_written() {
        let mut map = vec![0xff];
        append(&mut map, 2, [0, 9, 15, 16].into_iter());
        assert_eq!(map, [0xff, 0b1, 0b1000_0010]);
        assert_eq!(read(&map[1..], 10).to_string(), "0,9");
        assert!(read(&[], 64).is_empty());
    }
}

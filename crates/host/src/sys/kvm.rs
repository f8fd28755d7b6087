//! The few questions that `/dev/kvm` answers without running a guest.
//!
//! **Source**: the kernel's `Documentation/virt/kvm/api.rst`.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

const CREATE_VM: libc::c_ulong = 0xae01;
const CHECK_EXTENSION: libc::c_ulong = 0xae03;
const CREATE_VCPU: libc::c_ulong = 0xae41;
const GET_MSRS: libc::c_ulong = 0xc008_ae88;
const GET_TSC_KHZ: libc::c_ulong = 0xaea3;

/// A request that takes a plain number and answers with one.
fn request(fd: BorrowedFd<'_>, name: libc::c_ulong, argument: libc::c_ulong) -> io::Result<i32> {
    // SAFETY: the requests of this module that take a number neither read nor write memory of ours, and
    // the descriptor is open as long as it is borrowed.
    let answer = unsafe { libc::ioctl(fd.as_raw_fd(), name as _, argument) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

/// The value of a capability; 0 for one the kernel does not know.
pub(crate) fn capability(kvm: BorrowedFd<'_>, number: u32) -> io::Result<i32> {
    request(kvm, CHECK_EXTENSION, libc::c_ulong::from(number))
}

/// Makes an empty machine.
pub(crate) fn create_machine(kvm: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let fd = request(kvm, CREATE_VM, 0)?;
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes the first CPU of a machine.
pub(crate) fn create_cpu(machine: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let fd = request(machine, CREATE_VCPU, 0)?;
    // SAFETY: as above.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// How fast the time stamp counter of a machine's CPU runs. **Units**: kHz.
pub(crate) fn tsc_khz(cpu: BorrowedFd<'_>) -> io::Result<i32> {
    request(cpu, GET_TSC_KHZ, 0)
}

/// A model-specific register as guests may see it.
pub(crate) fn msr(kvm: BorrowedFd<'_>, index: u32) -> io::Result<u64> {
    #[repr(C)]
    struct Msrs {
        count: u32,
        padding: u32,
        index: u32,
        reserved: u32,
        data: u64,
    }
    let mut msrs = Msrs { count: 1, padding: 0, index, reserved: 0, data: 0 };
    // SAFETY: the kernel reads `count` entries and writes their data; one entry follows the header, and
    // the structure lives until the call returns.
    let read = unsafe { libc::ioctl(kvm.as_raw_fd(), GET_MSRS as _, &raw mut msrs) };
    match read {
        1 => Ok(msrs.data),
        0 => Err(io::Error::from_raw_os_error(libc::ENOENT)),
        _ => Err(io::Error::last_os_error()),
    }
}

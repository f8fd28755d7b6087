"""The load of `cargo xtask bench`: libvirt's own client, the same for every daemon.

    load.py URI DIRECTORY DEFINITIONS GUESTS COMMAND...

DIRECTORY takes the guests' disks; COMMAND starts the daemon again after it was stopped.
Prints a JSON object: what was measured -> seconds, or bytes; less is better.
"""

import json
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

import libvirt

# A daemon that needs longer to come up or go down has failed. Seconds.
DEADLINE = 60


def document(name, disk=None):
    """A small guest without an operating system; TCG, so that it runs anywhere."""
    return f"""<domain type='qemu'><name>{name}</name><memory unit='MiB'>24</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='q35'>hvm</type></os>
      <devices>{disk_element(disk) if disk else ''}<serial type='pty'/><console type='pty'/></devices></domain>"""


def disk_element(path):
    return (f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{path}'/>"
            "<target dev='vda' bus='virtio'/></disk>")


def median(times, call):
    """Median of the seconds that `call` takes."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


class Daemon:
    def __init__(self, uri, command):
        self.uri, self.command = uri, command
        self.path = uri.split("socket=")[1]

    def open(self):
        return libvirt.open(self.uri)

    def pid(self):
        """Whoever listens; right also when it runs in a namespace of its own."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.path)
            credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return struct.unpack("3i", credentials)[0]

    def memory(self):
        with open(f"/proc/{self.pid()}/status") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def pin(self, cpus):
        """One CPU for client and daemon leaves out what waking another one costs."""
        for pid in (os.getpid(), self.pid()):
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.sched_setaffinity(int(thread), cpus)

    def restart(self, count):
        """Stops the daemon and starts it again; seconds until a client has `count` domains listed."""
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + DEADLINE
        while os.path.exists(f"/proc/{pid}"):
            check(give_up, "did not end")
            time.sleep(0.01)
        began = time.perf_counter()
        subprocess.Popen(self.command, start_new_session=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            check(give_up, "did not come up")
            try:
                connection = self.open()
                listed = len(connection.listAllDomains())
                connection.close()
            except libvirt.libvirtError:
                listed = -1
            if listed >= count:
                return time.perf_counter() - began
            time.sleep(0.002)


def check(give_up, what):
    if time.monotonic() > give_up:
        sys.exit(f"the daemon {what} within {DEADLINE} s")


def calls(daemon):
    """The price of a call, and of a connection."""
    every = os.sched_getaffinity(0)
    connection = daemon.open()
    daemon.pin({min(every)})
    yield "trivial call", median(3000, connection.getLibVersion)
    daemon.pin(every)
    connection.close()
    yield "open and close", median(100, lambda: daemon.open().close())


def definitions(daemon, count):
    """Many domains that do not run."""
    connection = daemon.open()
    names = iter(range(count))
    yield "define", median(count, lambda: connection.defineXML(document(f"bench-{next(names)}")))
    yield f"list {count:,}", median(20, connection.listAllDomains)
    connection.close()
    yield f"restart with {count:,}", daemon.restart(count)
    yield f"memory with {count:,}", daemon.memory()
    connection = daemon.open()
    domains = iter(connection.listAllDomains())
    yield "undefine", median(count, lambda: next(domains).undefine())
    connection.close()


def guests(daemon, directory, count):
    """Guests that run: one QEMU each."""
    connection = daemon.open()
    first = os.path.join(directory, "0.qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", first, "64M"], check=True)
    disks = [os.path.join(directory, f"{number}.qcow2") for number in range(count)]
    for disk in disks[1:]:
        shutil.copy(first, disk)
    domains = [connection.defineXML(document(f"bench-{number}", disk)) for number, disk in enumerate(disks)]
    starting, ending = iter(domains), iter(domains)
    yield "start, paused", median(count, lambda: next(starting).createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED))
    yield f"statistics of {count} guests", median(10, connection.getAllDomainStats)
    yield "sizes of a disk", median(50, lambda: domains[0].blockInfo("vda"))
    yield "destroy", median(count, lambda: next(ending).destroy())
    for domain in domains:
        domain.undefine()
    connection.close()


def main():
    uri, directory, defined, running, *command = sys.argv[1:]
    libvirt.registerErrorHandler(lambda *_: None, None)
    daemon = Daemon(uri, command)
    daemon.open().close()
    found = {"memory at rest": daemon.memory()}
    found.update(calls(daemon))
    found.update(definitions(daemon, int(defined)))
    found.update(guests(daemon, directory, int(running)))
    print(json.dumps(found))


main()

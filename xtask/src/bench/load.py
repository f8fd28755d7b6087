"""The load of `cargo xtask bench`: libvirt's own client, the same for every daemon.

    load.py URI DIRECTORY CACHE DOCUMENTS DEFINITIONS GUESTS COMMAND...

DIRECTORY takes the guests' disks; in CACHE the daemon keeps what it knows of QEMU; DOCUMENTS has documents
that each daemon accepts; COMMAND starts the daemon again after it was stopped.
Prints a JSON object: what was measured -> seconds, or bytes; less is better.
"""

import concurrent.futures
import json
import os
import re
import select
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
# How long throughput is measured, and what the firmware of a guest needs to come to rest. Seconds.
WHILE = 2
FIRMWARE = 8
# How many times as many definitions memory is looked at with, and clients that make them.
MANY = 5
CLIENTS = 8
# The disk is not always the same: how often the corpus is defined.
ROUNDS = 5

PROGRAM = 0x20008086
OPEN, CLOSE, LOOKUP, RESUME, SUSPEND, AUTH_LIST, LIB_VERSION, REGISTER = 1, 2, 23, 28, 34, 66, 157, 316


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
        self.uri, self.command, self.started = uri, command, None
        self.path = uri.split("socket=")[1]
        self.process = self.pid()

    def open(self):
        return libvirt.open(self.uri)

    def pid(self):
        """Whoever listens; right also when it runs in a namespace of its own."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.path)
            credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return struct.unpack("3i", credentials)[0]

    def processor(self):
        """Seconds of processor time that it has used."""
        taken = 0
        for thread in os.listdir(f"/proc/{self.process}/task"):
            with open(f"/proc/{self.process}/task/{thread}/schedstat") as times:
                taken += int(times.read().split()[0])
        return taken * 1e-9

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
        self.stop()
        return self.start(lambda connection: len(connection.listAllDomains()) >= count)

    def cold(self, cache):
        """The same without what it knew of QEMU; seconds until a client knows the host's capabilities."""
        self.stop()
        shutil.rmtree(cache, ignore_errors=True)
        os.makedirs(cache)
        return self.start(lambda connection: connection.getCapabilities())

    def stop(self):
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + DEADLINE
        while os.path.exists(f"/proc/{pid}"):
            check(give_up, "did not end")
            time.sleep(0.01)
            if self.started:
                self.started.poll()  # our own child would stay as a zombie

    def start(self, ready):
        """Starts the daemon; seconds until it gives a client what it waits for."""
        give_up = time.monotonic() + DEADLINE
        began = time.perf_counter()
        self.started = subprocess.Popen(self.command, start_new_session=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            check(give_up, "did not come up")
            try:
                connection = self.open()
                done = ready(connection)
                connection.close()
            except libvirt.libvirtError:
                done = False
            if done:
                self.process = self.pid()
                return time.perf_counter() - began
            time.sleep(0.002)


class Wire:
    """The protocol without the client's library: what is left is the daemon and the kernel."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(daemon.path)
        self.call(AUTH_LIST)
        self.call(OPEN, struct.pack(">II", 1, 14) + b"qemu:///system\0\0" + struct.pack(">I", 0))

    @staticmethod
    def packet(procedure, payload=b""):
        return struct.pack(">7I", 28 + len(payload), PROGRAM, 1, procedure, 0, 7, 0) + payload

    def send(self, procedure, payload=b""):
        self.socket.sendall(self.packet(procedure, payload))

    def receive(self):
        """Procedure, status and payload of the next packet."""
        packet = self.socket.recv(1 << 16)
        length = struct.unpack(">I", packet[:4])[0]
        while len(packet) < length:
            packet += self.socket.recv(length - len(packet))
        _, _, procedure, _, _, status = struct.unpack(">6I", packet[4:28])
        return procedure, status, packet[28:]

    def call(self, procedure, payload=b""):
        self.send(procedure, payload)
        answered, status, answer = self.receive()
        if (answered, status) != (procedure, 0):
            sys.exit(f"call {procedure} failed")
        return answer

    def end(self):
        self.call(CLOSE)
        self.socket.close()


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
    yield "trivial call, two processors", median(3000, connection.getLibVersion)
    before = daemon.processor()
    for _ in range(3000):
        connection.getLibVersion()
    yield "processor time of a call", (daemon.processor() - before) / 3000
    connection.close()
    yield "open and close", median(300, lambda: daemon.open().close())


def wires(daemon):
    """The same without the client's library, and many at a time."""
    wire = Wire(daemon)
    yield "call, raw", median(3000, lambda: wire.call(LIB_VERSION))
    wire.end()
    yield "open and close, raw", median(300, lambda: Wire(daemon).end())
    many = [Wire(daemon) for _ in range(64)]
    yield "call, raw, one of 64", together(daemon, many)[0]
    yield "its processor time", together(daemon, many)[1]
    for wire in many:
        wire.end()


def together(daemon, wires):
    """Every connection has a call under way at any time: seconds, and processor time, a call."""
    sockets = {wire.socket.fileno(): wire.socket for wire in wires}
    poll = select.epoll()
    packet = Wire.packet(LIB_VERSION)
    for number, end in sockets.items():
        poll.register(number, select.EPOLLIN)
        end.sendall(packet)
    calls, before, began = 0, daemon.processor(), time.perf_counter()
    while time.perf_counter() - began < WHILE:
        for number, _ in poll.poll():
            sockets[number].recv(4096)
            sockets[number].sendall(packet)
            calls += 1
    taken, used = time.perf_counter() - began, daemon.processor() - before
    for end in sockets.values():
        end.recv(4096)
    return taken / calls, used / calls


def events(daemon):
    """From the call that suspends a guest until everybody who wants to know knows."""
    connection = daemon.open()
    domain = connection.createXML(document("bench-events"))
    time.sleep(FIRMWARE)
    caller = Wire(daemon)
    name = b"bench-events"
    reference = caller.call(LOOKUP, struct.pack(">I", len(name)) + name)
    observers = []
    for count in (1, 50):
        while len(observers) < count:
            observers.append(Wire(daemon))
            observers[-1].call(REGISTER, struct.pack(">II", 0, 0))
        taken = [told(caller, reference, observers) for _ in range(50)]
        yield f"suspend to event, {count} observers", statistics.median(taken)
    for wire in observers + [caller]:
        wire.end()
    domain.destroy()
    connection.close()


def told(caller, reference, observers):
    """Suspends and resumes; seconds until the last observer has heard of the first."""
    poll = select.epoll()
    waiting = {wire.socket.fileno(): wire for wire in observers}
    for number in waiting:
        poll.register(number, select.EPOLLIN)
    began = time.perf_counter()
    caller.send(SUSPEND, reference)
    heard = 0
    while heard < len(observers):
        for number, _ in poll.poll(DEADLINE):
            waiting[number].receive()
            heard += 1
    taken = time.perf_counter() - began
    caller.receive()
    caller.call(RESUME, reference)
    for wire in observers:
        wire.receive()
    return taken


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
    domains = connection.listAllDomains()
    yield f"document of each of {count:,}", median(5, lambda: [domain.XMLDesc() for domain in domains])
    yield f"info of each of {count:,}", median(5, lambda: [domain.info() for domain in domains])
    yield f"statistics of {count:,} off", median(5, connection.getAllDomainStats)
    names = iter(domains)
    yield "undefine", median(count, lambda: next(names).undefine())
    connection.close()
    many = MANY * count
    spread(daemon, range(many), lambda connection, number: connection.defineXML(document(f"bench-{number}")))
    daemon.restart(many)
    yield f"memory with {many:,}", daemon.memory()
    spread(daemon, range(many), lambda connection, number: connection.lookupByName(f"bench-{number}").undefine())


def spread(daemon, items, call, clients=CLIENTS):
    """Calls for each of `items`, over several connections."""
    connections = [daemon.open() for _ in range(clients)]

    def share(nth):
        for item in items[nth::clients]:
            call(connections[nth], item)

    with concurrent.futures.ThreadPoolExecutor(clients) as threads:
        for done in [threads.submit(share, nth) for nth in range(clients)]:
            done.result()
    for connection in connections:
        connection.close()


def define(connection, text):
    """Defines what another QEMU than the documents are made for may not have; a refusal is an answer, too."""
    try:
        connection.defineXML(text)
    except libvirt.libvirtError:
        pass


def corpus(daemon, folder):
    """One document of every sort: what reading, completing and keeping them takes."""
    texts = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            texts.append(file.read())
    for clients in (1, CLIENTS):
        rounds = [defined(daemon, texts, clients) for _ in range(ROUNDS)]
        taken, used = (statistics.median(figures) / len(texts) for figures in zip(*rounds))
        yield f"define one of the corpus, {clients} client{'s' * (clients > 1)}", taken
        yield f"its processor time, {clients}", used


def defined(daemon, texts, clients):
    """Defines all of them and takes them away again: seconds that the first took, and processor time."""
    began, before = time.perf_counter(), daemon.processor()
    spread(daemon, texts, define, clients)
    taken, used = time.perf_counter() - began, daemon.processor() - before
    connection = daemon.open()
    domains = connection.listAllDomains()
    if not domains:
        sys.exit("no document was accepted")
    for domain in domains:
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
    connection.close()
    return taken, used


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
    uri, directory, cache, documents, defined, running, *command = sys.argv[1:]
    libvirt.registerErrorHandler(lambda *_: None, None)
    daemon = Daemon(uri, command)
    daemon.open().close()
    found = {"memory at rest": daemon.memory()}
    found["capabilities, cold start"] = statistics.median(daemon.cold(cache) for _ in range(3))
    found.update(calls(daemon))
    found.update(wires(daemon))
    found.update(events(daemon))
    found.update(corpus(daemon, documents))
    found.update(definitions(daemon, int(defined)))
    found.update(guests(daemon, directory, int(running)))
    print(json.dumps(found))


main()

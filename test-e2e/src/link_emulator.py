"""Joins two network namespaces by a tun device in each, and treats the packets between them as told.

    link_emulator.py NAMESPACE_A ADDRESS_A NAMESPACE_B ADDRESS_B SEED

Commands come on stdin, a JSON object a line: {"direction": "both" | "a" | "b", "loss": 0..1, "delay_ms": n,
"jitter_ms": n, "reorder": 0..1}; direction "a" is what A sends. Each is answered by a line on stdout once it is in force;
the first line says that the link stands. Ends with its stdin. Stands in for tc netem where the kernel has none.
"""

import ctypes
import fcntl
import heapq
import itertools
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x1001
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
DEVICE = "mesh0"
MTU = 1500


def open_tun(namespace, address, peer):
    """A tun device of a namespace, up, with a route to the peer; the descriptor stays bound to it."""
    handle = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if LIBC.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns {namespace}")
    os.close(handle)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN_WITHOUT_HEADER))
    for command in (
        f"ip addr add {address} peer {peer} dev {DEVICE}",
        f"ip link set {DEVICE} mtu {MTU} up",
    ):
        subprocess.run(command.split(), check=True)
    return tun


class Direction:
    """One way over the link: what it does to packets, and the packets on their way."""

    def __init__(self, target, chance):
        self.target = target
        self.chance = chance
        self.loss = 0.0
        self.delay = 0.0
        self.jitter = 0.0
        self.reorder = 0.0
        self.waiting = []
        self.order = itertools.count()

    def change(self, command):
        self.loss = command.get("loss", self.loss)
        self.delay = command.get("delay_ms", self.delay * 1000) / 1000
        self.jitter = command.get("jitter_ms", self.jitter * 1000) / 1000
        self.reorder = command.get("reorder", self.reorder)

    def take(self, packet, now):
        if self.chance.random() < self.loss:
            return
        # a packet out of order is one that does not wait
        ahead = self.chance.random() < self.reorder
        wait = 0 if ahead else self.delay + self.chance.random() * self.jitter
        heapq.heappush(self.waiting, (now + wait, next(self.order), packet))

    def release(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            packet = heapq.heappop(self.waiting)[2]
            try:
                os.write(self.target, packet)
            except OSError:
                pass  # the device's queue is full, or its namespace is gone: the packet is lost


def main():
    first, address_of_first, second, address_of_second, seed = sys.argv[1:]
    chance = random.Random(int(seed))
    a = open_tun(first, address_of_first, address_of_second)
    b = open_tun(second, address_of_second, address_of_first)
    ways = {a: Direction(b, chance), b: Direction(a, chance)}
    named = {"a": [ways[a]], "b": [ways[b]], "both": list(ways.values())}
    print("up", flush=True)
    while True:
        due = min((way.waiting[0][0] for way in ways.values() if way.waiting), default=None)
        wait = None if due is None else max(0, due - time.monotonic())
        ready, _, _ = select.select([a, b, 0], [], [], wait)
        now = time.monotonic()
        for tun, way in ways.items():
            while tun in ready:
                try:
                    way.take(os.read(tun, 65536), now)
                except BlockingIOError:
                    break
        if 0 in ready:
            line = sys.stdin.buffer.raw.readline()
            if not line:
                return
            command = json.loads(line)
            for way in named[command.pop("direction", "both")]:
                way.change(command)
            print("done", flush=True)
        for way in ways.values():
            way.release(now)


main()

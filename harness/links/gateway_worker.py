"""The process that makes a box a gateway: ``python -m harness.links.gateway_worker eth0,eth1``.

Two processes, each of which puts everything back when the other has died: the worker, which is
talked with over standard input and output, and its janitor, which only waits. What is left when
both are killed at once is on the disk (``gateway_record``), and is put back by the next worker on
these interfaces, or by ``--clear``.

``--netns NAME``: in that network namespace. ``--list``, ``--clear``: name, or put back, what dead
runs left; one JSON object a line. ``--probe``: what this kernel can do.
"""

import argparse
import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from typing import Any, cast

from harness.clock import CooperativeClock
from harness.errors import BenchError, HarnessError
from harness.links import gateway_record, netns, stdio
from harness.links.control import LinkControl
from harness.links.gateway import Gateway
from harness.links.gateway_probe import probe

PR_SET_PDEATHSIG = 1


class GatewayControl(LinkControl):
    """The link's control language; what the kernel refuses is an answer."""

    def __init__(self, clock: CooperativeClock, gateway: Gateway) -> None:
        super().__init__(clock, cast("Any", gateway))  # it has all that a Link is asked for
        self._acts["look"] = ({}, (), gateway.look)
        self._acts["lacks"] = ({}, (), lambda: {"lacks": gateway.lacks()})

    def _answer(self, line: str) -> bytes:
        try:
            return super()._answer(line)
        except (HarnessError, OSError) as error:
            return json.dumps({"error": " ".join(str(error).split())}).encode() + b"\n"


def main() -> None:
    """What the command line says."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("interfaces", help="towards the terminal, towards its hosts: eth0,eth1")
    asked.add_argument("--netns", default="")
    for flag in ("--list", "--clear", "--probe"):
        asked.add_argument(flag, action="store_true")
    order = asked.parse_args()
    inside, _, outside = order.interfaces.partition(",")
    try:
        if order.netns:
            netns.enter(order.netns)
        if order.probe:
            why, lacks = probe()
            stdio.say(why=why, lacks=lacks)
        elif order.list or order.clear:
            for row in leftovers((inside, outside), clear=order.clear):
                stdio.say(**row)
        else:
            sys.exit(_run(inside, outside))
    except HarnessError as error:
        stdio.say(error=" ".join(str(error).split()))
        sys.exit(1)


def leftovers(interfaces: tuple[str, str], *, clear: bool) -> Iterator[Mapping[str, Any]]:
    """What dead runs left on these interfaces, and what became of it."""
    here = netns.inode()
    for one in gateway_record.records():
        if one.alive or one.namespace != here:
            continue
        about = {"run": one.run, "since": one.since, "interfaces": list(one.interfaces)}
        if not clear:
            yield {**about, "found": f"run {one.run} was killed and put nothing back"}
            continue
        try:
            yield {**about, "cleared": gateway_record.undo(one)}
        except BenchError as error:
            yield {**about, "stays": str(error)}
    for what in gateway_record.strays(interfaces):
        if clear:
            kind, _, name = what.partition(" ")
            drop = gateway_record.drop_table if kind == "table" else gateway_record.drop_queue
            drop(name.removeprefix("of "))
        yield {"cleared" if clear else "found": [what] if clear else what}


def _run(inside: str, outside: str) -> int:
    """The janitor's life; returns its exit status."""
    stdio.leave_it_to_others()
    why, lacks = probe()
    if why:
        raise BenchError(f"this machine cannot be a gateway: {why}")
    for row in leftovers((inside, outside), clear=True):
        if "stays" in row:
            raise BenchError(f"what run {row['run']} left cannot be put back: {row['stays']}")
    janitor = os.getpid()
    child = os.fork()
    if not child:
        os._exit(_work(inside, outside, lacks, janitor))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    os.close(0)
    os.close(1)
    _, status = os.waitpid(child, 0)
    for one in gateway_record.records():
        if str(child) in one.processes:
            gateway_record.undo(one)
    return os.waitstatus_to_exitcode(status)


def _work(inside: str, outside: str, lacks: Mapping[str, str], janitor: int) -> int:
    """The worker's life; returns its exit status."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != janitor:
        return 1
    clock = CooperativeClock(wall=True)
    try:
        gateway = Gateway(clock, inside, outside, missing=lacks)
        processes = {pid: gateway_record.start_of(pid) for pid in (os.getpid(), janitor)}
        try:
            gateway.begin(processes)
            stdio.say(ready=True)
            clock.run(lambda: stdio.live(clock, GatewayControl(clock, gateway).accept))
        finally:
            gateway.end()
    except HarnessError as error:
        stdio.say(error=" ".join(str(error).split()))
        return 1
    return 0


if __name__ == "__main__":
    main()

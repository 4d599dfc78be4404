"""The ways a gateway's work ends, and who else works on its box: nothing of it is ever left."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.drivers.gateway import Driver
from harness.errors import Astray, PortLost
from harness.links.offload import offloads
from harness.model.units import BitRate, Bytes, Fraction
from harness.ports.gateway import GatewayPort, ask_worker
from harness.tests.links.lab import Lab, lab

CLOCK = ThreadClock()


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The three boxes."""
    with pytest.MonkeyPatch.context() as patch, lab(f"ge{os.getpid()}") as made:
        patch.setenv("HARNESS_LINKS", str(tmp_path_factory.mktemp("links")))
        yield made


@pytest.mark.parametrize(
    "tampering",
    [
        "nft flush chain inet {table} gate",
        "tc class change dev out0 parent 7e57: classid 7e57:10 htb rate 1mbit",
    ],
)
def test_what_somebody_else_changed_is_noticed(tampering: str, boxes: Lab) -> None:
    """The box is compared with what it was told, rule by rule and class by class."""
    with at_work(boxes) as (port, driver):
        driver.set_data_left(Bytes(10_000))
        driver.look()
        table = tables(boxes)[0]

        subprocess.run(
            ["ip", "netns", "exec", boxes.gateway, *tampering.format(table=table).split()],
            check=True,
        )

        with pytest.raises(Astray):
            driver.look()
        port.close()
    assert traces(boxes) == []


def test_a_queue_of_somebody_else_is_never_touched(boxes: Lab) -> None:
    """A foreign root queue is a reason to refuse, and is still there afterwards."""
    run_in(boxes, "tc qdisc add dev out0 root handle 5: tbf rate 1mbit burst 10k latency 50ms")
    try:
        with pytest.raises(PortLost, match=r"out0 has a root queue tbf 5: of somebody else"):
            GatewayPort(CLOCK, boxes.address).open()
        there = run_in(boxes, "tc qdisc show dev out0")
    finally:
        run_in(boxes, "tc qdisc del dev out0 root")

    assert "tbf 5:" in there
    assert traces(boxes) == []


def test_a_second_gateway_is_refused_and_harms_nothing(boxes: Lab) -> None:
    """Two runs on the same interfaces: the later one goes, the first one works on."""
    with at_work(boxes) as (port, driver):
        driver.set_data_left(Bytes(1000))

        with pytest.raises(PortLost, match="of another run of ours"):
            GatewayPort(CLOCK, boxes.address).open()

        driver.look()
        port.close()
    assert traces(boxes) == []


def test_everything_is_as_before_when_it_ends(boxes: Lab) -> None:
    """Queues, rules, offloads and settings: nothing is left of a gateway that was closed."""
    run_in(boxes, "sysctl -qw net.ipv4.conf.in0.forwarding=0")
    before = settings(boxes)
    with at_work(boxes) as (port, driver):
        driver.shape(rate=BitRate(64_000), loss=Fraction(0.1))
        during = settings(boxes)
        port.close()

    assert settings(boxes) == before != during
    assert traces(boxes) == []


def test_a_box_behind_ssh_is_worked_and_left_the_same(
    boxes: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same language over ssh's pipes; when the line is cut, everything is put back there."""
    ssh = tmp_path / "ssh"  # over there is here: what a shell is told behind the last word
    ssh.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    there = f"ssh://root@box/in0,out0?netns={boxes.gateway}&python={sys.executable}"
    port = GatewayPort(CLOCK, there)
    port.open()

    driver = Driver(port)
    driver.shape(rate=BitRate(64_000))
    during = traces(boxes)
    port.close()

    assert len(during) == 3
    assert traces(boxes) == []


@pytest.mark.parametrize("whom", ["worker", "janitor"])
def test_who_survives_puts_everything_back(whom: str, boxes: Lab) -> None:
    """SIGKILL of the worker or of its janitor: the other one cleans up."""
    before = settings(boxes)
    with at_work(boxes) as (port, driver):
        driver.set_data_left(Bytes(0))
        janitor = port._process.pid  # type: ignore[union-attr]
        worker = children(janitor)[0]

        os.kill(worker if whom == "worker" else janitor, signal.SIGKILL)
        gone(worker)
        gone(janitor)
        port.close()

    assert traces(boxes) == []
    assert settings(boxes) == before


def test_what_two_kills_at_once_left_is_found_and_cleared(boxes: Lab) -> None:
    """Both processes killed: the leftovers are on the disk, are named, and are put back."""
    before = settings(boxes)
    with at_work(boxes) as (port, driver):
        driver.shape(rate=BitRate(64_000))
        janitor = port._process.pid  # type: ignore[union-attr]
        both = [*children(janitor), janitor]
        os.killpg(janitor, signal.SIGKILL)
        for one in both:
            gone(one)
        port.close()
    assert len(traces(boxes)) == 3  # a table and two queues

    found = list(ask_worker(boxes.address, "--list"))
    cleared = list(ask_worker(boxes.address, "--clear"))

    assert "was killed" in found[0]["found"]
    assert {"queue of in0", "queue of out0"} < set(cleared[0]["cleared"])
    assert list(ask_worker(boxes.address, "--list")) == []
    assert traces(boxes) == []
    assert settings(boxes) == before


# --- the box, seen past everything that is ours ---------------------------------------------


@contextlib.contextmanager
def at_work(boxes: Lab) -> Iterator[tuple[GatewayPort, Driver]]:
    """A gateway of its own; another one must have let go."""
    port = GatewayPort(CLOCK, boxes.address)
    port.open()
    try:
        yield port, Driver(port)
    finally:
        port.close()


def run_in(boxes: Lab, words: str) -> str:
    """A program in the gateway's namespace."""
    ended = subprocess.run(
        ["ip", "netns", "exec", boxes.gateway, *words.split()],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ended.stdout


def tables(boxes: Lab) -> list[str]:
    """Tables of ours."""
    return re.findall(r"table inet (harness_\w+)", run_in(boxes, "nft list tables"))


def traces(boxes: Lab) -> list[str]:
    """Whatever a gateway makes and is there."""
    queues = [
        line for line in run_in(boxes, "tc qdisc show").splitlines() if line.startswith("qdisc htb")
    ]
    return [*tables(boxes), *queues]


def settings(boxes: Lab) -> str:
    """What a gateway changes and must put back."""
    words = [f"net.ipv4.conf.{end}.{name}" for end in ("in0", "out0")
             for name in ("forwarding", "send_redirects")]  # fmt: skip
    switched = boxes.at(boxes.gateway, lambda: [offloads(end) for end in ("in0", "out0")])
    return run_in(boxes, f"sysctl {' '.join(words)}") + str(switched)


def children(pid: int) -> list[int]:
    """Of a process."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123
        return [int(one) for one in file.read().split()]


def gone(pid: int) -> None:
    """Wait until a process is no more, or only waits to be buried."""
    limit = CLOCK.now() + 20
    while CLOCK.now() < limit:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123
                if file.read().rpartition(")")[2].split()[0] in "ZX":
                    return
        except OSError:
            return
        CLOCK.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")

"""The hub's port: uhubctl's own words, and a stand-in program that is really run."""

import stat
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.drivers.usb_hub import Driver
from harness.errors import (
    BenchError,
    DeviceRefused,
    Garbled,
    PortTimeout,
    UsageError,
)
from harness.model.power import Switch
from harness.model.roles import SafeState, plays
from harness.ports.program import ProgramPort
from harness.testing import Pair, replay

HUB = "Current status for hub 1-1.4 [0bda:5411 Generic USB2.1 Hub, USB 2.10, 4 ports, ppps]\n"
HUB3 = "Current status for hub 2-1.4 [0bda:0411 Generic USB3.2 Hub, USB 3.20, 4 ports, ppps]\n"
port_2 = partial(Driver, hub="1-1.4", hub_port=2)


def call(*words: str) -> bytes:
    """The arguments, as they are written."""
    return b"".join(f"{one}\0".encode() for one in ("-l", "1-1.4", "-p", "2", *words))


def said(text: str, code: int = 0, wrong: str = "") -> bytes:
    """What the program brought."""
    return f"{text}\0{code}\0{wrong}".encode()


def test_it_is_a_switch_in_vbus() -> None:
    """Presets for USB look for that."""
    assert plays(Driver, Switch)
    assert plays(Driver, SafeState)
    assert Driver.switching.feeds == "vbus"


def test_off_is_ordered_and_both_halves_of_the_port_are_looked_at() -> None:
    """A USB 3 port has no power only when neither half has."""
    gone = HUB + "  Port 2: 0000 off\n" + HUB3 + "  Port 2: 0080 off\n"
    talk: list[Pair] = [(call("-a", "off", "-r", "2"), said("")), (call(), said(gone))]
    with replay(port_2, talk) as switch:
        switch.set_closed(closed=False)


def test_a_half_that_keeps_its_power_is_no_off() -> None:
    """The USB 3 half still has VBUS."""
    half = HUB + "  Port 2: 0000 off\n" + HUB3 + "  Port 2: 0263 power 5gbps U3 enable connect []\n"
    talk: list[Pair] = [(call("-a", "off", "-r", "2"), said("")), (call(), said(half))]
    with replay(port_2, talk) as switch, pytest.raises(BenchError, match="still closed"):
        switch.make_safe()


def test_a_devices_name_is_no_state() -> None:
    """What is plugged in stands behind it; public logs have all sorts of names."""
    off = HUB + "  Port 2: 0000 off [10c4:ea60 Acme power bank 0001]\n"
    with replay(port_2, [(call(), said(off))]) as switch:
        assert not switch.closed()


def test_the_last_word_about_a_hub_counts_and_other_ports_do_not() -> None:
    """An action tells the status before and after."""
    text = HUB + "  Port 2: 0000 off\n" + HUB.replace("Current", "New")
    text += (
        "  Port 1: 0000 off\n  Port 2: 0503 power highspeed enable connect [1234:5678 Terminal]\n"
    )
    with replay(port_2, [(call(), said(text))]) as switch:
        assert switch.closed()


@pytest.mark.parametrize(
    ("answer", "error", "match"),
    [
        (said("No compatible devices detected!\n", 1), DeviceRefused, "No compatible"),
        (said("", 1, "Permission problem\n"), DeviceRefused, "Permission"),
        (said(HUB), Garbled, "nothing of port 2"),
        (None, PortTimeout, "nothing"),
    ],
)
def test_a_hub_that_cannot_is_told(answer: Any, error: type[BenchError], match: str) -> None:
    """In the program's own words."""
    with replay(port_2, [(call(), answer)]) as switch, pytest.raises(error, match=match):
        switch.closed()


@pytest.mark.parametrize("wrong", [{"hub": "--help"}, {"hub": "1-1; rm"}, {"hub_port": 0}])
def test_a_location_is_no_option_of_the_program(wrong: dict[str, Any]) -> None:
    """What a rig file says cannot become another argument."""
    with pytest.raises(UsageError, match="wanted"):
        Driver(
            ProgramPort(ThreadClock(), "program://uhubctl"),
            **{"hub": "1-1", "hub_port": 1, **wrong},
        )


# --- a program that is run ------------------------------------------------------------------

STAND_IN = """#!/bin/sh
here="$(dirname "$0")"
echo "$@" >> "$here/calls"
case "$*" in
  *"-a off"*) echo off > "$here/state";;
  *"-a on"*) echo on > "$here/state";;
esac
echo "Current status for hub 1-1.4 [x]"
if grep -q off "$here/state"; then echo "  Port 2: 0000 off"; else echo "  Port 2: 0100 power"; fi
"""


def test_a_program_is_really_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its arguments as they are, from PATH."""
    path = tmp_path / "uhubctl"
    path.write_text(STAND_IN)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "state").write_text("on\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    port = ProgramPort(ThreadClock(), "program://uhubctl")
    port.open()
    switch = Driver(port, hub="1-1.4", hub_port=2)
    assert switch.closed()
    switch.make_safe()
    assert not switch.closed()
    switch.set_closed(closed=True)
    assert (tmp_path / "calls").read_text().splitlines()[1] == "-l 1-1.4 -p 2 -a off -r 2"

"""The PC/SC driver: its dialogue with a card, and a real pcscd with a virtual reader."""

import json
import subprocess
import sys
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.pcsc import Driver
from harness.errors import DeviceRefused, PortLost, PortTimeout
from harness.model.roles import Identified, Polled, plays
from harness.ports.memory import pair
from harness.ports.pcsc import PcscPort
from harness.sim.card import Chip
from harness.sim.vpcd import VirtualCard
from harness.testing import replay
from harness.tests.drivers.pcsc_lab import why_not
from harness.wire import emv

AID = bytes.fromhex("F000000001")
WHY_NOT = why_not()
requires_pcscd = pytest.mark.skipif(bool(WHY_NOT), reason=f"no PC/SC stack: {WHY_NOT}")


def test_a_command_is_a_write_and_its_answer_a_chunk() -> None:
    """SELECT by name; what stands before 9000 is handed on."""
    with replay(Driver, [(emv.select(AID), bytes.fromhex("6F009000"))]) as card:
        assert plays(card, Identified)
        assert plays(card, Polled)
        assert card.select(AID) == b"\x6f\x00"


def test_a_card_that_refuses_is_told_with_its_status_word() -> None:
    """6A82: no such application."""
    talk = [(emv.select(AID), bytes.fromhex("6A82"))]
    with replay(Driver, talk) as card, pytest.raises(DeviceRefused, match="6A82"):
        card.select(AID)


def test_a_silent_card_is_let_go_after_the_deadline() -> None:
    """Never a transmission without one; a lost card is told as such."""
    with replay(Driver, [(emv.select(AID), None)]) as card, pytest.raises(PortTimeout):
        card.select(AID)
    with replay(Driver, [(emv.select(AID), PortLost("gone"))]) as card, pytest.raises(PortLost):
        card.select(AID)
    with replay(Driver, []) as card, pytest.raises(PortLost, match="pcsc://"):
        card.poll()


def test_without_a_service_the_port_says_so() -> None:
    """No reader of that name, no service, or no pyscard: lost, with the reason."""
    port = PcscPort(CooperativeClock(), "pcsc://No Such Reader")
    with pytest.raises(PortLost, match=r"No Such Reader|no PC/SC service|pyscard"):
        port.look()


def test_a_virtual_card_speaks_the_readers_protocol() -> None:
    """Length and body; control is one byte; silence takes the card out after its waiting time."""
    clock = CooperativeClock()

    def run() -> None:
        ours, theirs = pair(clock, "reader")
        card = VirtualCard(clock, theirs, Chip(bytes.fromhex("3B6800000102030405060708")))
        task = clock.spawn("card", card.run)
        for piece in (b"\x00", b"\x01\x01\x00\x01", b"\x04"):
            ours.write(piece)
        chunk = ours.read(clock.now() + 1.0)
        assert chunk is not None
        assert chunk.data == b"\x00\x0c" + bytes.fromhex("3B6800000102030405060708")
        ours.write(b"\x00\x05" + bytes.fromhex("00A4040000"))
        began = clock.now()
        assert task.join(clock.now() + 5.0)
        assert clock.now() - began == pytest.approx(1.0, abs=0.01)
        assert card.commands == 1
        with pytest.raises(PortLost):
            ours.read(clock.now() + 1.0)

    clock.run(run)


@pytest.fixture(scope="module")
def stories() -> Any:
    """What came of each card in a stack of its own."""
    command = ["unshare", "-n", "-m", sys.executable, "-m", "harness.tests.drivers.pcsc_lab"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)


@requires_pcscd
@pytest.mark.parametrize(
    ("story", "wanted"),
    [
        ("good", ["HIL-TEST", "9000", "9000"]),
        ("watched", ["card_inserted", "identified", "card_removed"]),
        ("mute", ["PortLost"]),
        ("pulled", ["PortLost", "PortLost"]),
        ("bad_atr", ["PortLost", "PortLost"]),
        ("empty_atr", ["PortLost"]),
        ("wrong_tck", ["refused by us: ATR: TCK is ", "taken by pcscd"]),
        ("deadline", ["PortTimeout"]),
    ],
)
def test_a_card_script_in_a_real_stack(stories: Any, story: str, wanted: list[str]) -> None:
    """Selected, mute, pulled in mid-command, bad and empty ATR, a wrong TCK that pcscd takes."""
    assert stories[story] == wanted

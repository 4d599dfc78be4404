"""The adb server of a simulated bench, asked as clients ask it (docs/dev/services.md)."""

import pytest

from harness.errors import PortLost
from harness.ports.base import Port
from harness.tests.sim.android.smart import Smart, play
from harness.wire import adb_smart


def ask(smart: Smart, request: str) -> Port:
    """A connection on which that was asked."""
    port = smart.port()
    port.open()
    port.write(adb_smart.text_bytes(request))
    return port


def heard(smart: Smart, port: Port, within: float) -> bytes:
    """All that comes in so many seconds, or until the end."""
    said, until = b"", smart.clock.now() + within
    try:
        while (chunk := port.read(until)) is not None:
            said += chunk.data
    except PortLost:
        pass
    return said


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("host:get-serialno", b"OKAY000aSMHIL00003"),
        ("host-serial:SMHIL00003:get-state", b"OKAY0006device"),
        ("host-serial:SMHIL00003:get-devpath", b"OKAY0007unknown"),
        ("host-serial:another:get-state", b"FAIL001adevice 'another' not found"),
        ("host:no-such-word", b"FAIL0014unknown host service"),
        ("host:wait-for-usb-device", b"OKAYOKAY"),
        ("host:wait-for-device", b"OKAYOKAY"),
        ("host-serial:SMHIL00003:wait-for-any-any", b"OKAYOKAY"),
        ("host-serial:another:wait-for-any-disconnect", b"OKAYOKAY"),
        ("host-serial:another:wait-for-any-device", b"OKAY"),
        ("host:wait-for-any-moon", b"FAIL0014unknown host service"),
    ],
)
def test_what_is_answered_about_a_device_that_is_there(request_: str, answer: bytes) -> None:
    """Lengths in hex before each text; whoever waits hears one OKAY at once, one at the end."""

    def act(smart: Smart) -> bytes:
        return heard(smart, ask(smart, request_), 3.0)

    assert play(act) == answer


def test_a_client_waits_for_a_terminal_that_starts() -> None:
    """Until its daemon runs again; who has gone meanwhile is waited for no longer."""

    def act(smart: Smart) -> tuple[bytes, bytes, bool]:
        smart.bench.feed.source.go_to(0.0)
        smart.clock.sleep(10.0)
        port, other = (ask(smart, "host:wait-for-any-device") for _ in range(2))
        early = heard(smart, port, 1.0)
        other.close()
        smart.clock.sleep(1.0)
        waiting = [task.name for task in smart.clock._tasks.values()].count("adb client") == 1
        smart.bench.feed.source.go_to(5.0)
        late = heard(smart, port, 30.0)
        return early, late, waiting

    assert play(act, loader=2.0) == (b"OKAY", b"OKAY", True)

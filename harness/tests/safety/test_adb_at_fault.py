"""adb in mid-story: no server, no device, no key, nonsense, silence, lateness."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from harness.files import carried
from harness.model.verdict import Outcome
from harness.ports.base import Port
from harness.ports.memory import MemoryPort
from harness.tests.safety.tapped import BENDS, Bend, Tapped
from harness.tests.safety.whole_story import played_on

SMART = carried("rigs", "virtual_smart.yaml").read_text("utf-8")
SELLING = 35.7  # s: a second after the smart terminal is ready


class Dying(Tapped):
    """Every line to adb's server is closed at a time."""

    def connect(self, name: str) -> Port:
        port = super().connect(name)
        if name == "adb" and isinstance(port, MemoryPort):
            end = partial(port.put_lost, "closed by the other end")
            self.clock.call_at(max(self._since, self.clock.now()), end)
        return port


def _fails(why: bytes) -> Bend:
    return lambda _: [(0.0, b"FAIL%04x%s" % (len(why), why))]


#: What its server says, and since when.
SERVERS: Mapping[str, tuple[type[Tapped], Bend, float]] = {
    "dies": (Dying, BENDS["twice"], SELLING),
    "device offline": (Tapped, _fails(b"device offline"), SELLING),
    "two devices": (Tapped, _fails(b"more than one device/emulator"), 0.0),
    "no key": (Tapped, _fails(b"device unauthorized."), 0.0),
    "no key any more": (Tapped, _fails(b"device unauthorized."), SELLING),
    "nonsense": (Tapped, BENDS["text garbage"], SELLING),
    "never": (Tapped, BENDS["never"], SELLING),
    "late": (Tapped, BENDS["late"], SELLING),
    "late from the start": (Tapped, BENDS["late"], 0.0),
}


@pytest.mark.parametrize("what", SERVERS)
def test_adbs_server_is_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Console and register are gone at once: never a FAIL, never a PASS, and it says what to do."""
    kind, bend, since = SERVERS[what]
    make = partial(kind, device="adb", bend=bend, since=since)

    played, bench = played_on(make, tmp_path, monkeypatch, rig=SMART)

    wanted = (Outcome.ERROR, Outcome.INCONCLUSIVE)
    assert played.verdict.outcome in wanted, played.verdict.reason
    assert bench.rail.volts() < 0.5
    if what.startswith("no key"):
        told = [row["message"] for row in played.trace.of("bench_error")]
        assert any("key on its display" in one for one in told)
    if what == "two devices":
        told = [row["message"] for row in played.trace.of("bench_error")]
        assert any("`device:`" in one for one in told)

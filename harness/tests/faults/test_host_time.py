"""The host's clock moves on, and the terminal with it."""

import random
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers import acquirer
from harness.errors import DeviceRefused
from harness.faults.host_time import HostTime
from harness.files import fixture, read_plain
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Volts
from harness.ports.memory import pair
from harness.sim.acquirer import Acquirer


def told(to: str, times: int = 1) -> list[dict[str, Any]]:
    """What the host says of it, and what its clock then shows (8:00 when the bench begins)."""
    clock = CooperativeClock()
    rows: list[dict[str, Any]] = []

    def hear(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        rows.append({"kind": kind, "t": t, **fields})

    def main() -> None:
        own = read_plain(fixture("host", "test_acquirer.yaml"))
        host = Acquirer(clock, own, rng=random.Random(1))
        ours, theirs = pair(clock, "control")
        host.outlets["control"](theirs)
        driver = acquirer.Driver(ours)
        driver.observe = hear
        cast = Cast({"host": driver}, Volts(5), clock.sleep)
        for _ in range(times):
            with HostTime(to).inject(cast):
                pass
        rows.append({"shows": host._flows._time().isoformat()})

    clock.run(main)
    return rows


def test_the_clock_moves_on_to_the_next_time_that_is_so_late() -> None:
    """Later today, or early tomorrow; never back."""
    assert [told("23:58:30")[0][key] for key in ("kind", "to")] == ["clock", "23:58:30"]
    assert told("23:58:30")[-1]["shows"] == "2026-03-02T23:58:30+08:00"
    assert told("07:59:00")[-1]["shows"] == "2026-03-03T07:59:00+08:00"
    assert told("07:59:00", times=2)[-1]["shows"] == "2026-03-03T07:59:00+08:00"


def test_no_time_of_day_is_refused_at_both_ends() -> None:
    """By the scenario's reader, and by the host."""
    with pytest.raises(ValueError, match="25:00"):
        HostTime("25:00")
    clock = CooperativeClock()

    def main() -> None:
        own = read_plain(fixture("host", "test_acquirer.yaml"))
        ours, theirs = pair(clock, "control")
        Acquirer(clock, own, rng=random.Random(1)).outlets["control"](theirs)
        acquirer.Driver(ours).set_time_of_day("noon")

    with pytest.raises(DeviceRefused):
        clock.run(main)


@pytest.mark.parametrize(("skew", "taken"), [(0, True), (-2, True), (57_000, False), (None, False)])
def test_it_took_effect_when_the_terminal_dates_its_requests_by_it(
    skew: int | None, taken: bool
) -> None:
    """What the host says of its own clock is no effect."""
    request = Observation(1, 1.0, "host", "request_received", {"mti": "0200", "skew": skew})
    own = Observation(2, 1.0, "host", "clock", {"to": "23:58:30"})

    assert HostTime("23:58:30").took_effect(request) is taken
    assert not HostTime("23:58:30").took_effect(own)

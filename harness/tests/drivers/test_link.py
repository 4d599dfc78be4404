"""The driver of the harness's own link: a dialogue, and against the simulated device."""

import random
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.link import IDENTITY, Driver
from harness.errors import DeviceRefused, Garbled, PortTimeout
from harness.links.link import Link
from harness.model.network import DataPlan, Exhaustion, Network, Subscription
from harness.model.roles import Identified, SafeState, Watched
from harness.model.units import BitRate, Bytes, Fraction, Seconds
from harness.ports.memory import pair
from harness.testing import replay


def test_it_plays_its_roles() -> None:
    """Six of them."""
    with replay(Driver, []) as link:
        for role in (Network, DataPlan, Subscription, Watched, SafeState, Identified):
            assert isinstance(link, role)


def test_each_call_is_one_line() -> None:
    """What is not named is not sent."""
    talk = [
        ('{"do":"shape","delay":0.5,"loss":0.1}', '{"ok":true}'),
        ('{"do":"shape","rate":64000.0}', '{"ok":true}'),
        ('{"do":"set_data_left","bytes":null}', '{"ok":true}'),
        ('{"do":"data_left"}', '{"ok":true,"bytes":null}'),
        ('{"do":"stats"}', '{"ok":true,"bytes":1,"packets":2,"dropped":3}'),
    ]

    with replay(Driver, talk) as link:
        link.shape(delay=Seconds(0.5), loss=Fraction(0.1))
        link.shape(rate=BitRate(64_000))
        link.set_data_left(None)
        assert link.data_left() is None
        assert link.stats() == {"bytes": 1, "packets": 2, "dropped": 3}


def test_trouble_is_told_in_its_own_kind() -> None:
    """A refusal, nonsense, an event that lacks a field, silence."""
    talk = [
        ('{"do":"stats"}', '{"error":"not today"}'),
        ('{"do":"stats"}', "banana"),
        ('{"do":"stats"}', '{"event":"plan","left":0}'),
        ('{"do":"stats"}', None),
    ]

    with replay(Driver, talk) as link:
        for error in (DeviceRefused, Garbled, Garbled, PortTimeout):
            with pytest.raises(error):
                link.stats()


def test_a_link_that_stays_cut_is_not_safe() -> None:
    """Restore is verified."""
    talk = [('{"do":"restore"}', '{"ok":true}'), ('{"do":"path"}', '{"ok":true,"outage":true}')]

    with replay(Driver, talk) as link, pytest.raises(DeviceRefused, match="still cut"):
        link.make_safe()


def test_it_drives_the_simulated_link_and_tells_its_events() -> None:
    """Events become observations with the stamp of their bytes; unknown ones are left out."""
    clock = CooperativeClock()
    seen: list[tuple[str, dict[str, Any]]] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        assert t is not None
        seen.append((kind, fields))

    def main() -> None:
        link = Link(clock, rng=random.Random(1), data_left=1000)
        ours, theirs = pair(clock, "network")
        link.outlets["control"](theirs)
        driver = Driver(ours)
        driver.observe = observe
        assert IDENTITY in driver.identify()
        driver.set_exhaustion(Exhaustion("deactivate"))
        driver.set_data_left(Bytes(0))
        assert driver.data_left() == Bytes(0)
        link.carry(50, up=True, deliver=lambda: None)
        driver.set_outage(on=True)
        link.carry(60, up=True, deliver=lambda: None)
        driver.set_subscription("expired")
        with pytest.raises(DeviceRefused, match="not_activated"):
            driver.set_subscription("maybe")  # type: ignore[arg-type]
        ours.put_arrived(b'{"event":"sunrise"}\n')
        driver.attend()
        link.shape(delay=2.0)
        driver.attend()
        assert seen[-1][1]["path"]["up"]["delay"] == 2.0
        driver.make_safe()

    clock.run(main)

    assert [row for row in seen if row[0] not in ("path", "notice")][:6] == [
        ("plan", {"left": 1000, "state": "open", "mode": "deactivate"}),
        ("plan", {"left": 0, "state": "exhausted", "mode": "deactivate"}),
        ("dropped", {"why": "plan", "size": 50}),
        ("outage", {"on": True}),
        ("dropped", {"why": "outage", "size": 60}),
        ("subscription", {"state": "expired"}),
    ]
    assert [fields for kind, fields in seen if kind == "plan"][-1] == {
        "left": 1000,
        "state": "open",
        "mode": "drop",
    }

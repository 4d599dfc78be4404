"""The driver of the link of real packets: what it has besides the link's."""

from harness.clock import CooperativeClock
from harness.drivers.tun import Driver
from harness.links.path import Burst
from harness.model.network import Captured, DataPlan, Network, Profiled, Subscription
from harness.model.units import Seconds
from harness.ports.memory import pair
from harness.testing import replay


def test_it_plays_its_roles() -> None:
    """Those of the link, and it can be listened to."""
    with replay(Driver, []) as link:
        for role in (Network, Profiled, DataPlan, Subscription, Captured):
            assert isinstance(link, role)


def test_profiles_timelines_and_captures_are_one_line_each() -> None:
    """Quantities are plain numbers, bursts are lists."""
    talk = [
        (
            '{"do":"set_profile","up":{"delay":0.1,"burst":[0.1,0.2,1.0,0.0]},"down":{}}',
            '{"ok":true}',
        ),
        ('{"do":"follow","timeline":[[1.5,{"on":true}]],"every":30.0}', '{"ok":true}'),
        ('{"do":"follow","timeline":[],"every":null}', '{"ok":true}'),
        ('{"do":"capture","path":"a.pcapng"}', '{"ok":true}'),
        ('{"do":"capture","path":null}', '{"ok":true}'),
    ]

    with replay(Driver, talk) as link:
        link.set_profile(up={"delay": Seconds(0.1), "burst": Burst(0.1, 0.2)}, down={})
        link.follow([(Seconds(1.5), {"on": True})], every=Seconds(30))
        link.follow([])
        link.capture("a.pcapng")
        link.capture(None)


def test_alone_it_lacks_what_is_between_modem_and_carrier() -> None:
    """At ``tun://``; as a device of the simulated bench it has a modem."""
    clock = CooperativeClock()

    alone = Driver(pair(clock, "tun://a")[0])
    served = Driver(pair(clock, "127.0.0.1:4711")[0])

    assert {"mode:deactivate", "mode:detach", "subscription"} <= set(alone.lacks())
    assert "mode:redirect" not in alone.lacks()
    assert not served.lacks()

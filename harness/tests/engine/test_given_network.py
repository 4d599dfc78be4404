"""Where a story begins: nothing of an earlier one is left on the way to the host."""

import random
from typing import Any

from harness.clock import CooperativeClock
from harness.drivers import acquirer, link
from harness.engine import given
from harness.engine.steps import Given
from harness.files import fixture, read_plain
from harness.links.link import Link
from harness.model.units import Bytes
from harness.ports.memory import pair
from harness.sim.acquirer import Acquirer


class Rig:
    """Whom a story finds."""

    def __init__(self, **players: Any) -> None:
        self.players = players


def test_what_an_interrupted_story_left_behind_is_undone() -> None:
    """Names, access point, certificate, door, subscription, outage, plan."""
    clock = CooperativeClock()

    def main() -> None:
        path = Link(clock, rng=random.Random(1))
        host = Acquirer(
            clock, read_plain(fixture("host", "test_acquirer.yaml")), rng=random.Random(1)
        )
        ends = {"network": path.outlets["control"], "host": host.outlets["control"]}
        drivers = {"network": link.Driver, "host": acquirer.Driver}
        players: dict[str, Any] = {}
        for role, outlet in ends.items():
            ours, theirs = pair(clock, role)
            outlet(theirs)
            players[role] = drivers[role](ours)
        path.carrier.set_names("refused")
        path.carrier.set_access(apn="elsewhere")
        path.carrier.set_congestion("bearer")
        path.carrier.set_subscription("suspended")
        path.carrier.set_left(0)
        path.set_outage(on=True)
        players["host"].present("expired")
        players["host"].set_door("silent")

        given.heal_world(Given(data_left=Bytes(5000)), Rig(**players))

        carrier = path.carrier
        assert (carrier.names, carrier.access, carrier.left) == ("answer", ("", ""), 5000)
        assert (carrier.subscription, path.outage) == ("active", False)
        assert carrier.congested == "nothing"
        state = players["host"]._lines.ask("state")
        assert (state["certificate"], state["door"]) == ("good", "open")

    clock.run(main)

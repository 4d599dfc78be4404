"""What a link engine cannot model is refused by name before the run that needs it."""

import re
from pathlib import Path

import pytest

from harness.drivers import gateway
from harness.engine.needs import refused
from harness.files import load_rig, load_scenarios
from harness.model.network import Names, Subscription
from harness.model.roles import plays
from harness.rig.abilities import means_of_rig

RELAY = """\
rig: relay
clock: real
network: {driver: relay, address: "relay://lab", doors: {"5000": "10.0.0.5:5000"}}
"""
STORY = """\
id: T-4
story: The path is worse than usual.
given: {{terminal: off}}
when:
  - inject: {fault}
then: {{detects: {{cause: no_signal, within: 10 s}}}}
"""


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("{network_shape: {loss: 5 %}}", "loss: a relay carries streams"),
        ("{network_profile: {profile: very_bad}}", "burst: a relay carries streams"),
        ("{update_link_lost: {}}", "outage: a relay has acknowledged"),
        ("{network_shape: {rate: 64 kbit/s}}", ""),
    ],
)
def test_a_relay_is_asked_before_the_run(fault: str, why: str, tmp_path: Path) -> None:
    """Each fault that needs what a relay lacks is refused with the reason, and no other."""
    (tmp_path / "rig.yaml").write_text(RELAY)
    (tmp_path / "story.yaml").write_text(STORY.format(fault=fault))
    rig = load_rig(tmp_path / "rig.yaml")
    scenario = load_scenarios(tmp_path / "story.yaml")[0]

    reasons = refused(scenario, means_of_rig(rig))

    assert bool(reasons) == bool(why)
    assert re.search(re.escape(why), "".join(reasons))


def test_a_gateway_does_not_play_the_carrier() -> None:
    """A scenario that ends a SIM is refused for the role; one that needs names is not."""
    assert not plays(gateway.Driver, Subscription)
    assert plays(gateway.Driver, Names)


def test_a_gateway_far_away_lacks_what_all_do() -> None:
    """Before a run nobody is asked who is not here."""
    from harness.clock import CooperativeClock
    from harness.ports.memory import pair

    nowhere, _ = pair(CooperativeClock(), "ssh://lab@gw1/eth0,eth1")
    lacks = gateway.Driver(nowhere).lacks()

    assert {"mode:deactivate", "mode:detach", "needs", "burst"} <= set(lacks)
    assert "loss" not in lacks

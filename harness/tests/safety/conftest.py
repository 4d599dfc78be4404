"""A supply in a process of its own, and folders to start runs in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.sim.served import ServedBench
from harness.tests.safety.outside import Outside, is_off, plant

RIG = """\
rig: plain
clock: real
nominal: 5 V
supply:
  {{driver: {driver}, address: "{supply}", channel: 2, limits: {{voltage: 6 V, current: 2 A}}}}
"""

STORY = """\
id: T-1
story: The output is held on.
given: {{terminal: off}}
when:
  - inject: {{held_on: {{breaks: {breaks}}}}}
  - hold: {hold}
then: {then}
"""


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third party's package."""
    return plant(tmp_path_factory.mktemp("planted") / "site")


@pytest.fixture(scope="session")
def bench() -> Iterator[str]:
    """The VISA resource of a supply that another process simulates."""
    address = "sim+visa://supply"
    with ServedBench({"terminal": None, "channel": 2}, [address], seed=1) as served:
        yield served.addresses[address]


@pytest.fixture
def supply(bench: str) -> str:
    """The supply, off."""
    assert is_off(bench)
    return bench


@pytest.fixture
def outside(tmp_path: Path, planted: Path) -> Iterator[Outside]:
    """An empty folder to start runs in."""
    made = Outside(tmp_path, planted)
    yield made
    made.end()


@pytest.fixture
def staged(outside: Outside, supply: str) -> Outside:
    """The same with ``plain.yaml`` and a story that holds the output on for a minute."""
    outside.write("plain.yaml", RIG.format(driver="keysight_e36300", supply=supply))
    story = STORY.format(breaks="nowhere", hold="60 s", then="{breaks: nowhere}")
    outside.write("scenarios/power/held.yaml", story)
    return outside

"""Links as data: what a file may say, and how links are told."""

from typing import Any

import pytest

from harness.model.profile import Profile, Way
from harness.model.words import WordError, fill


def test_a_way_is_told_in_si_units_without_what_it_leaves_out() -> None:
    """A burst has four numbers, whatever of them is left out."""
    plain = {
        "rate": "64 kbit/s", "delay": "300 ms", "queue": "30 kB", "loss": "1 %",
        "burst": ["5 %", "30 %"], "mtu": "1280 B",
    }  # fmt: skip

    told = fill(Way, plain).plain()

    assert told == {
        "rate": 64_000.0, "delay": 0.3, "queue": 30_000, "loss": 0.01,
        "burst": [0.05, 0.3, 1.0, 0.0], "mtu": 1280,
    }  # fmt: skip
    assert isinstance(told["queue"], int)
    assert Way().plain() == {}


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ({"rate": "0 bit/s"}, "above 0 bit/s"),
        ({"loss": "101 %"}, "no more than 100 %"),
        ({"burst": ["5 %"]}, r"wanted \[begin, end\]"),
        ({"burst": ["5 %", "101 %"]}, "no more than 100 %"),
        ({"delay": "-1 s"}, "no less than"),
        ({"speed": "1 kbit/s"}, "unknown key 'speed'"),
        ({"rate": "64"}, "unit is missing"),
    ],
)
def test_what_no_link_can_be_is_refused(way: Any, said: str) -> None:
    """With what was wanted."""
    with pytest.raises(WordError, match=said):
        fill(Profile, {"story": "s", "source": "t", "up": way, "down": {}})

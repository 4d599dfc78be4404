"""Terminals by name, and terminals that are like others."""

from harness.sim.terminal.models import merged, read_character
from harness.sim.terminal.personality import Personality


def test_a_terminal_like_another_says_only_what_differs() -> None:
    """The dual one is the countertop with two more ways out."""
    plain, dual = read_character("countertop"), read_character("countertop_dual")
    assert dual["times"] == plain["times"]
    network = Personality.read(dual).network
    assert network.bearers == ("sim1", "sim2", "wifi")
    assert {name: sim.slot for name, sim in network.sims.items()} == {"sim1": 0, "sim2": 1}


def test_mappings_are_joined_and_all_else_is_replaced() -> None:
    """Lists are not: who names his bearers names all of them."""
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 4}
    assert merged(base, {"a": {"c": [3]}, "e": 5}) == {"a": {"b": 1, "c": [3]}, "d": 4, "e": 5}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 4}

"""What a rig file may say."""

from typing import get_args

from harness.model.rig import FACTS, Fact


def test_every_fact_is_told_in_words() -> None:
    """A scenario that is skipped for want of one says what that is."""
    assert list(get_args(Fact)) == list(FACTS)
    assert all(FACTS.values())
